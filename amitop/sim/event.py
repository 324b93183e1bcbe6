"""One AMI event, made into bytes once for all who listen, and the blocks of headers that many share (`ami.md` B.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amitop.sim.bridge import Bridge

CLASSES = frozenset(
    (
        *(
            "system",
            "call",
            "agent",
            "user",
            "log",
            "verbose",
            "command",
            "config",
            "dtmf",
            "reporting",
            "cdr",
            "dialplan",
        ),
        *("originate", "agi", "cc", "aoc", "test", "security", "message"),
    )
)
"""The classes of privileges that Asterisk's events come in."""

STATES = ("Down", "Rsrvd", "OffHook", "Dialing", "Ring", "Ringing", "Up", "Busy", "Dialing Offhook", "Pre-ring", "Mute")
"""ChannelStateDesc by ChannelState."""

Header = tuple[str, str]


class Event:
    """An event that has happened: its class, its name, and its headers as they were then."""

    __slots__ = ("_data", "_parts", "cls", "name")

    def __init__(self, cls: str, name: str, parts: tuple[bytes, ...]) -> None:
        self.cls = cls
        self.name = name
        self._parts = parts
        self._data: bytes | None = None

    @property
    def data(self) -> bytes:
        """The whole packet with its empty line, as it goes over the wire. Made when first asked for, then kept."""
        data = self._data
        if data is None:
            data = self._data = b"".join(self._parts)
            self._parts = ()
        return data

    @property
    def headers(self) -> list[Header]:
        """Name and value of each header, in order, `Event` and `Privilege` first. For tests and filters."""
        lines = self.data.decode("utf-8", "surrogateescape").split("\r\n")
        return [(key, value) for key, _, value in (line.partition(": ") for line in lines if line)]

    def __repr__(self) -> str:
        return f"Event({self.name} {self.headers[2:]})"


_ESCAPES = str.maketrans(
    {
        "\a": r"\a", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v", "\\": r"\\",
        "'": r"\'", '"': r"\"", "?": r"\?",
    }
)  # fmt: skip
_ESCAPED = re.compile("""[\a\b\f\n\r\t\v\\\\'"?]""")


def escape(text: str) -> str:
    """Escape as C does: names in a channel's block, and values of VarSet (`ami.md` A.3); nothing else is."""
    return text.translate(_ESCAPES) if _ESCAPED.search(text) else text


def encode(text: str) -> bytes:
    """Bytes of a value. Callers choose their names: bytes that are no UTF-8 stay as they came (surrogateescape)."""
    return text.encode("utf-8", "surrogateescape")


def lines(headers: Iterable[Header]) -> bytes:
    """Headers as lines of bytes. What would end a line cannot be in a value: SIP and AMI carry no such thing."""
    return b"".join([encode(f"{key}: {value}\r\n") for key, value in headers])


def channel_block(fields: tuple[object, ...], prefix: str = "") -> bytes:
    """A channel's fourteen headers (`ami.md` B.1 `<C>`) of `Channel.fields`, each name with `prefix` before it."""
    name, state, num, caller, conn_num, conn, language, account, context, exten, priority, uniqueid, linkedid, *_ = (
        fields
    )
    caller, conn, p = escape(str(caller)), escape(str(conn)), prefix
    return (
        f"{p}Channel: {name}\r\n{p}ChannelState: {state}\r\n{p}ChannelStateDesc: {STATES[state]}\r\n"  # type: ignore[call-overload]
        f"{p}CallerIDNum: {num or '<unknown>'}\r\n{p}CallerIDName: {caller or '<unknown>'}\r\n"
        f"{p}ConnectedLineNum: {conn_num or '<unknown>'}\r\n{p}ConnectedLineName: {conn or '<unknown>'}\r\n"
        f"{p}Language: {language}\r\n{p}AccountCode: {account}\r\n{p}Context: {context}\r\n{p}Exten: {exten}\r\n"
        f"{p}Priority: {priority}\r\n{p}Uniqueid: {uniqueid}\r\n{p}Linkedid: {linkedid}\r\n"
    ).encode("utf-8", "surrogateescape")


def bridge_block(bridge: Bridge, prefix: str = "") -> bytes:
    """The bridge's seven headers (`ami.md` B.1 `<B>`). BridgeNumChannels counts internal channels too."""
    return encode(
        f"{prefix}BridgeUniqueid: {bridge.uniqueid}\r\n{prefix}BridgeType: {bridge.type}\r\n"
        f"{prefix}BridgeTechnology: {bridge.technology}\r\n{prefix}BridgeCreator: {bridge.creator or '<unknown>'}\r\n"
        f"{prefix}BridgeName: {bridge.name or '<unknown>'}\r\n"
        f"{prefix}BridgeNumChannels: {len(bridge.channels) + bridge.internal}\r\n"
        f"{prefix}BridgeVideoSourceMode: none\r\n"
    )
