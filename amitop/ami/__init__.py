"""The Asterisk Manager Interface: bytes to packets, actions to bytes, a session over TCP or TLS.

Usable without the rest of amitop. A session logs in (by challenge, so that the secret itself is not sent), matches
answers to actions, collects lists, watches that the PBX is alive, and hands every event to a function:

>>> import asyncio
>>> from amitop.ami import ActionError, Address, Secret, Session
>>> async def main():
...     seen = []
...     address = Address("127.0.0.1", PORT)  # Address("pbx", 5039, TlsOptions()) for TLS
...     async with await Session.open(address, "admin", Secret("s3cret"), on_event=seen.append) as session:
...         answer = await session.action("CoreSettings")
...         print("Asterisk", answer.get("AsteriskVersion"))
...         channels = await session.listing("CoreShowChannels")
...         for channel in channels.items:
...             print(channel.get("Channel"), channel.value("CallerIDNum"), channel.get("Duration"))
...         try:
...             await session.action("Hangup", {"Channel": "PJSIP/nobody-00000001"})
...         except ActionError as error:
...             print(error)
...         print(seen[0].name)
>>> asyncio.run(main())
Asterisk 22.10.1
PJSIP/trunk-00000000 +15557624039 00:00:05
Hangup: No such channel
FullyBooted

An `on_event` runs inside the read and must return soon: Asterisk cuts off whoever stops reading (`ami.md` A.9).
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amitop.ami.address import Address, TlsOptions
    from amitop.ami.errors import (
        ActionError,
        ActionTimeout,
        AmiError,
        ConnectError,
        LinkLost,
        LoginError,
        Reason,
        WireError,
    )
    from amitop.ami.link import Backoff, LinkState
    from amitop.ami.packet import ChannelVariable, Kind, Packet, unescape
    from amitop.ami.secret import Secret
    from amitop.ami.session import DEFAULT_EVENTS, Direction, Listing, Session
    from amitop.ami.wire import Framer, encode

__all__ = [
    "DEFAULT_EVENTS",
    "ActionError",
    "ActionTimeout",
    "Address",
    "AmiError",
    "Backoff",
    "ChannelVariable",
    "ConnectError",
    "Direction",
    "Framer",
    "Kind",
    "LinkLost",
    "LinkState",
    "Listing",
    "LoginError",
    "Packet",
    "Reason",
    "Secret",
    "Session",
    "TlsOptions",
    "WireError",
    "encode",
    "unescape",
]

_HOMES = {
    name: module
    for module, names in {
        "address": ("Address", "TlsOptions"),
        "errors": (
            "ActionError",
            "ActionTimeout",
            "AmiError",
            "ConnectError",
            "LinkLost",
            "LoginError",
            "Reason",
            "WireError",
        ),
        "link": ("Backoff", "LinkState"),
        "packet": ("ChannelVariable", "Kind", "Packet", "unescape"),
        "secret": ("Secret",),
        "session": ("DEFAULT_EVENTS", "Direction", "Listing", "Session"),
        "wire": ("Framer", "encode"),
    }.items()
    for name in names
}


def __getattr__(name: str) -> object:
    """Import what is asked for when it is: a packet or an address needs neither asyncio nor ssl."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
