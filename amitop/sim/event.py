"""One AMI event, made into bytes once for all who listen, and the blocks of headers that many share (`ami.md` B.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amitop.sim.bridge import Bridge
    from amitop.sim.channel import Channel

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


def encode(text: str) -> bytes:
    """Bytes of a value. Callers choose their names: bytes that are no UTF-8 stay as they came (surrogateescape)."""
    return text.encode("utf-8", "surrogateescape")


def lines(headers: Iterable[Header]) -> bytes:
    """Headers as lines of bytes. What would end a line cannot be in a value: SIP and AMI carry no such thing."""
    return b"".join([encode(f"{key}: {value}\r\n") for key, value in headers])


def channel_block(channel: Channel, prefix: str = "") -> bytes:
    """The channel's fourteen headers (`ami.md` B.1 `<C>`), each name with `prefix` before it. Made anew."""
    state = channel.state
    values = (
        ("Channel", channel.name),
        ("ChannelState", str(state)),
        ("ChannelStateDesc", STATES[state]),
        ("CallerIDNum", channel.caller_num or "<unknown>"),
        ("CallerIDName", channel.caller_name or "<unknown>"),
        ("ConnectedLineNum", channel.connected_num or "<unknown>"),
        ("ConnectedLineName", channel.connected_name or "<unknown>"),
        ("Language", channel.language),
        ("AccountCode", channel.account),
        ("Context", channel.context),
        ("Exten", channel.exten),
        ("Priority", str(channel.priority)),
        ("Uniqueid", channel.uniqueid),
        ("Linkedid", channel.linkedid),
    )
    return encode("".join([f"{prefix}{key}: {value}\r\n" for key, value in values]))


def bridge_block(bridge: Bridge, prefix: str = "") -> bytes:
    """The bridge's seven headers (`ami.md` B.1 `<B>`). BridgeNumChannels counts internal channels too."""
    return encode(
        f"{prefix}BridgeUniqueid: {bridge.uniqueid}\r\n{prefix}BridgeType: {bridge.type}\r\n"
        f"{prefix}BridgeTechnology: {bridge.technology}\r\n{prefix}BridgeCreator: {bridge.creator or '<unknown>'}\r\n"
        f"{prefix}BridgeName: {bridge.name or '<unknown>'}\r\n"
        f"{prefix}BridgeNumChannels: {len(bridge.channels) + bridge.internal}\r\n"
        f"{prefix}BridgeVideoSourceMode: none\r\n"
    )
