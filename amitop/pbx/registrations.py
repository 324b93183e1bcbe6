"""Outbound registrations: how the PBX logs in to its trunks (`ami.md` B.6, D.7).

PJSIP gives each a name; chan_sip and chan_iax2 know them by user and host only. A Registry event comes with every try
that was answered, a chan_sip one also when none was (its `Request Sent` says that the last request timed out); of
chan_iax2 only lists tell a timeout (channels/chan_iax2.c).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from amitop.ami.packet import NOTHING
from amitop.pbx.blocks import header, number
from amitop.pbx.reducer import Reducer
from amitop.pbx.registration_model import Registration

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from amitop.ami.packet import Packet
    from amitop.pbx.store import Store

_REREGISTER = 10.0
"""Seconds before the end at which PJSIP registers anew (res_pjsip_outbound_registration.c)."""
_PORTS = {"SIP": "5060", "IAX2": "4569"}
"""Those that go without saying."""


class Lister(StrEnum):
    """The actions that list registrations; a member's name is the ChannelType of the events that speak of the same."""

    PJSIP = "PJSIPShowRegistrationsOutbound"
    SIP = "SIPshowregistry"
    IAX2 = "IAXregistry"


class Registrations:
    """The registrations, by technology and name."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], Registration] = {}
        self.doubts: set[str] = set()
        """Technologies of which an event was not understood: their lists have to be asked for again."""
        self.complete = False
        """Whether every list that can come has come: what is not there then does not exist."""

    def find(self, technology: str, client: str, server: str) -> list[Registration]:
        """Return those that a Registry event may mean. There are few, and an event every few seconds at most."""
        return [
            each
            for each in self.known.values()
            if (each.technology, each.client, each.server) == (technology, client, server)
        ]

    def put(self, registration: Registration) -> None:
        """Add *registration*, or put it in the place of another of its name."""
        self.known[registration.technology, registration.name] = registration


def _registry(store: Store, packet: Packet, now: float) -> None:
    part = store.part(Registrations)
    technology, client, server = (header(packet, name) for name in ("ChannelType", "Username", "Domain"))
    status = header(packet, "Status")
    if not technology or not status:
        store.unknown[packet.name] += 1
        return
    found = part.find(technology, client, server)
    if len(found) == 1:
        found[0].hear(status, now)
        return
    # A new one, or one of several that differ by their port alone: only a list can tell.
    part.doubts.add(technology)
    if not found:
        made = Registration(store.name, technology, _named(technology, client, server), client, server, server)
        made.hear(status, now)
        part.put(made)


def _named(technology: str, client: str, server: str) -> str:
    """Return a name for one that nobody gave any."""
    if technology == Lister.PJSIP.name:
        return client.partition(":")[2] or client
    return f"{client}@{server.removesuffix(':' + _PORTS.get(technology, ''))}"


class _Listed(NamedTuple):
    """What an item of a list says."""

    name: str
    client: str
    server: str
    address: str
    status: str
    endpoint: str | None = None
    retry: float | None = None
    refresh: float | None = None
    next: float | None = None
    """Seconds."""


def apply_registrations(
    store: Store, lister: Lister, items: Iterable[Packet], now: float, *, first: bool = False
) -> None:
    """See `Store.apply_registrations`."""
    part = store.part(Registrations)
    part.doubts.discard(lister.name)
    before = {each.name: each for each in part.known.values() if each.technology == lister.name}
    for name in before:
        del part.known[lister.name, name]
    for item in items:
        listed = _READ[lister](item)
        if listed is None:
            continue
        known = before.pop(listed.name, None) or _unnamed(before, listed)
        seen = known is not None and not first
        if known is None:
            known = Registration(store.name, lister.name, listed.name, listed.client, listed.server)
        known.rename(listed.name)
        known.client, known.server, known.address = listed.client, listed.server, listed.address
        known.endpoint, known.retry, known.refresh = listed.endpoint, listed.retry, listed.refresh
        known.next_at = None if listed.next is None else now + listed.next
        known.take(listed.status, now, seen=seen)
        part.put(known)


def lister_of(complete: str, items: Sequence[Packet]) -> Lister | None:
    """Return which action gave a list that the event *complete* ends; None for another, and where nobody can tell.

    chan_sip and chan_iax2 end theirs alike: their items differ.
    """
    if complete == "OutboundRegistrationDetailComplete":
        return Lister.PJSIP
    if complete != "RegistrationsComplete" or not items:
        return None
    return Lister.IAX2 if "perceived" in items[0].headers else Lister.SIP


def _unnamed(before: dict[str, Registration], listed: _Listed) -> Registration | None:
    """Return the one that an event told of before a list told its name."""
    same = [each for each in before.values() if (each.client, each.server) == (listed.client, listed.server)]
    return before.pop(same[0].name) if len(same) == 1 else None


def _read_pjsip(item: Packet) -> _Listed | None:
    # The list has AuthDetail items as well, with passwords (`ami.md` C): nothing of them is kept.
    name = item.get("ObjectName")
    if item.name != "OutboundRegistrationDetail" or not name:
        return None
    refresh = _positive(item, "Expiration")
    server = item.get("ServerUri")
    return _Listed(
        name,
        item.get("ClientUri"),
        server,
        server.partition(":")[2] or server,
        item.get("Status"),
        item.value("Endpoint"),
        _positive(item, "RetryInterval"),
        None if refresh is None else max(refresh - _REREGISTER, 0.0),
        _positive(item, "NextReg"),
    )


def _read_sip(item: Packet) -> _Listed | None:
    host, user, port = item.get("Host"), item.get("Username"), item.get("Port")
    if item.name != "RegistryEntry" or not host:
        return None
    address = f"{host}:{port}" if port not in NOTHING and port != "0" else host
    name = _named(Lister.SIP.name, user, address)
    return _Listed(name, user, host, address, item.get("State"), refresh=_positive(item, "Refresh"))


def _read_iax2(item: Packet) -> _Listed | None:
    host, user = item.get("Host"), item.get("Username")
    if item.name != "RegistryEntry" or not host:
        return None
    refresh = _positive(item, "Refresh")
    # It registers anew after five sixths of the time (iax2_ack_registry).
    refresh = None if refresh is None else refresh * 5 / 6
    return _Listed(_named(Lister.IAX2.name, user, host), user, host, host, item.get("State"), refresh=refresh)


def _positive(item: Packet, name: str) -> float | None:
    """Return a number of seconds; None for 0, which means that nothing is to happen."""
    seconds = number(item.get(name))
    return float(seconds) if seconds else None


_READ = {Lister.PJSIP: _read_pjsip, Lister.SIP: _read_sip, Lister.IAX2: _read_iax2}

REDUCER: Reducer = Reducer({"Registry": _registry}, part=Registrations)
