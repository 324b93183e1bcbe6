"""Reading the blocks that Asterisk puts into its events: a channel's and a bridge's (`ami.md` B.1).

A block's headers stand in one fixed order in every Asterisk since 12, so one regular expression reads all of them at
once: 1.2 µs where reading every header of the packet costs 8. What does not match (a proxy may spell or order headers
in its own way) is read header by header.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from amitop.ami.packet import NOTHING, decode

if TYPE_CHECKING:
    from amitop.ami.packet import Packet

Fields = tuple[str, ...]
"""A channel block as sent: the values of `CHANNEL_FIELDS`, each "" where the header is absent."""

CHANNEL_FIELDS = (
    "Channel",
    "ChannelState",
    "ChannelStateDesc",
    "CallerIDNum",
    "CallerIDName",
    "ConnectedLineNum",
    "ConnectedLineName",
    "Language",
    "AccountCode",
    "Context",
    "Exten",
    "Priority",
    "Uniqueid",
    "Linkedid",
)
NAME, CALLER, LANGUAGE, CONTEXT, UNIQUEID, LINKEDID = 0, 3, 7, 9, 12, 13

BRIDGE_FIELDS = ("BridgeUniqueid", "BridgeType", "BridgeTechnology", "BridgeCreator", "BridgeName")


class BridgeFields(NamedTuple):
    """A bridge block as sent."""

    uniqueid: str
    type: str
    technology: str
    creator: str
    name: str


def pattern(*names: str) -> re.Pattern[str]:
    """Return an expression that finds headers which follow one another in this order; its groups are their values."""
    return re.compile("".join(rf"\n{name}: (.*+)" for name in names))  # possessive: a line is never given back


Block = tuple[bytes, ...]
"""A channel block as sent, without its prefix: all of its lines, each after a LF; then the parts that may change, which
are state, caller, account, position, Uniqueid, Linkedid. Making a named tuple would cost as much as the reading."""
UNIQUEID_PART = 5
NO_BLOCK: Block = (b"",) * 7


def _part(names: tuple[str, ...]) -> str:
    return "(" + "".join(rf"{name}: .*+\n" for name in names) + ")"


_PARTS = re.compile(
    rf"(\n{_part(CHANNEL_FIELDS[:CALLER])}{_part(CHANNEL_FIELDS[CALLER:LANGUAGE])}"
    rf"{_part(CHANNEL_FIELDS[LANGUAGE:CONTEXT])}{_part(CHANNEL_FIELDS[CONTEXT:UNIQUEID])}"
    r"Uniqueid: (.*+)\nLinkedid: (.*+))".encode()
)
_ENDS: dict[str, tuple[bytes, bytes, bytes, int]] = {}
"""By prefix: how its lines begin, how its first does, and its last, and how many bytes at least lie between them."""
_ALL = pattern(*CHANNEL_FIELDS)
_NO_UNIQUEID = {word.encode() for word in NOTHING | {"none"}}
_BRIDGE = pattern(*BRIDGE_FIELDS)


def channel_fields(packet: Packet, prefix: str = "") -> Fields | None:
    """Return the channel block whose headers begin with *prefix* (`Dest`, `LocalOne`, ...), or None if it has none.

    A block without a Uniqueid is none: snapshots that Asterisk no longer had come as `<null>` or are left out.
    """
    block = channel_block(packet, prefix, channel_lines(packet, prefix))
    return None if block is None else fields_of(block[0])


def channel_lines(packet: Packet, prefix: str = "") -> bytes:
    """Return what lies between the first and the last line of a block, without the prefix: a block if all is as usual.

    Most blocks are byte by byte what they were when they were last read, and need not be looked into.
    """
    ends = _ENDS.get(prefix)
    if ends is None:
        ends = _ENDS[prefix] = (
            f"\n{prefix}".encode(),
            f"\n{prefix}Channel: ".encode(),
            f"\n{prefix}Linkedid: ".encode(),
            sum(len(f"\n{prefix}{name}: ") for name in CHANNEL_FIELDS[:LINKEDID]),
        )
    begins, first, last, least = ends
    raw = packet.raw
    start = raw.find(first)
    end = raw.find(b"\n", raw.find(last, start + least) + 1)
    lines = raw[start:end] if end >= 0 else raw[start:]
    return lines.replace(begins, b"\n") if prefix else lines


def channel_block(packet: Packet, prefix: str, lines: bytes) -> Block | None:
    """Return the block of which *lines* are what `channel_lines` returned, None as `channel_fields` does."""
    block = parts_of(lines)
    if block is NO_BLOCK:
        block = parts_of("".join([f"\n{name}: {packet.get(prefix + name)}" for name in CHANNEL_FIELDS]).encode())
    return None if block[UNIQUEID_PART] in _NO_UNIQUEID else block


def parts_of(lines: bytes) -> Block:
    """Return the block of these lines, `NO_BLOCK` if they are none."""
    match = _PARTS.fullmatch(lines)
    return match.groups() if match is not None else NO_BLOCK


def fields_of(lines: bytes) -> Fields:
    """Return the values of all lines of a block."""
    match = _ALL.fullmatch(_text(lines))
    return match.groups() if match is not None else ()  # of what is no block


def values(part: bytes) -> list[str]:
    """Return the values of a part of a block."""
    return [line.partition(": ")[2] for line in _text(part)[:-1].split("\n")]


def _text(lines: bytes) -> str:
    """Decode as a whole, and line by line where that is not UTF-8."""
    try:
        return lines.decode()
    except UnicodeDecodeError:
        return "\n".join([decode(line) for line in lines.split(b"\n")])


def bridge_fields(packet: Packet) -> BridgeFields | None:
    """Return the bridge block of *packet*, or None if it has none."""
    match = _BRIDGE.search(text_of(packet))
    fields = BridgeFields._make(match.groups() if match is not None else (packet.get(name) for name in BRIDGE_FIELDS))
    return None if fields.uniqueid in NOTHING else fields


def text_of(packet: Packet) -> str:
    """Return the raw packet as text; where it is not UTF-8 throughout, its lines are decoded one by one."""
    return _text(packet.raw)


_SPELLED: dict[str, bytes] = {}


def header(packet: Packet, name: str) -> str:
    """Return the first value of header *name*, "" if absent, without reading the other headers.

    *name* is spelled as Asterisk spells it in the event at hand (Cdr writes `UniqueID`).
    """
    key = _SPELLED.get(name) or _SPELLED.setdefault(name, f"\n{name}:".encode())
    _, found, rest = packet.raw.partition(key)
    if not found:
        # Where Privilege is spelled as Asterisk does, the others are; else all headers are read, whatever their case.
        return "" if b"\nPrivilege: " in packet.raw else packet.get(name)
    text = rest.partition(b"\n")[0]
    try:
        return text.decode().lstrip(" ")
    except UnicodeDecodeError:
        return text.decode("latin-1").lstrip(" ")


def value(packet: Packet, name: str) -> str | None:
    """Return what `header` returns, or None where Asterisk wrote one of its words for nothing (`ami.md` A.3)."""
    text = header(packet, name)
    return None if text in NOTHING else text


def number(text: str) -> int | None:
    """Return *text* as a number, or None: a damaged packet must not stop the others."""
    return int(text) if len(text) < 20 and text.isascii() and text.isdigit() else None
