"""Bytes to packets and actions to bytes. No I/O."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from amitop.ami.errors import WireError
from amitop.ami.packet import Kind, Packet, decode
from amitop.ami.secret import REDACTED, Secret

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

MAX_PACKET = 16 * 1024 * 1024
"""Bytes of one packet beyond which the peer has lost its mind: a list item is 3 kB, ListCommands 10 kB."""
MAX_BANNER = 65536
MAX_NAMES = 4096
"""Event names remembered: Asterisk has 200, and a mangled stream must not fill the memory with others."""
OTHERS = "(others)"
MAX_LINE = 1022
"""Bytes of one line of an action: the server's buffer is 1025 (`ami.md` A.10), and a real 22.10 takes 1022 and CRLF."""
MAX_HEADERS = 128
"""Lines of an action, AST_MAX_MANHEADERS (`ami.md` A.10)."""

_FOLLOWS = b"Response: Follows\n"
_FOLLOWS_END = b"--END COMMAND--\n\n"
# The server writes a response's ActionID right after it (`ami.md` A.4), an OriginateResponse writes it before; so only
# this is a response that a lost tail glued to another packet.
_GLUED = re.compile(rb"\n(?=Event: |Response: [A-Za-z]+\nActionID: )")
_GLUED_RESPONSE = re.compile(rb"\n(?<!\n\n)Response: [A-Za-z]+\nActionID: ")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_ILLEGAL = re.compile(r"[\r\n\0]")
_SECRET_KEYS = frozenset({"secret", "key", "password"})


@dataclass(slots=True)
class WireCounters:
    """What a framer has seen: packets in all, and packets that lost their end and were cut where the next began."""

    packets: int = 0
    resynced: int = 0


class Framer:
    """Cuts a stream of bytes into packets, however the bytes are split.

    A packet ends at an empty line, lines end with LF or CRLF, and packets of no line are skipped: that survives every
    deviation that Asterisk has shown (`ami.md` A.2). The first line is the banner, whatever it says, unless *banner*
    is False or it is already a packet's.

    Events whose names are not in *wanted* are counted by their first line and never become packets, but those with an
    ActionID, which are items of a list (`ami.md` A.5), while `keep_lists` is set. *wanted* is asked once a name.

    >>> framer = Framer()
    >>> framer.feed(b"Asterisk Call Manager/11.0.0\\r\\nEvent: FullyBooted\\r\\n\\r\\nEvent: Re")
    [<Packet event FullyBooted>]
    >>> framer.banner
    'Asterisk Call Manager/11.0.0'
    """

    def __init__(
        self, max_packet: int = MAX_PACKET, *, banner: bool = True, wanted: Container[str] | None = None
    ) -> None:
        self.banner: str | None = None if banner else ""
        """The first line; None until it came, "" where there was none."""
        self.keep_lists = True
        """Whether events with an ActionID are kept whatever their name; off where no list is under way."""
        self.counters = WireCounters()
        self._wanted = wanted
        self._kept: dict[bytes, str] = {}  # first lines of events found wanted, with the name
        self._skipped: dict[bytes, int] = {}  # and of those found not to be, with how often they came
        self._max = max_packet
        self._tail: list[bytes] = []  # of the packet that has not ended; joined once, so a long one costs no squares
        self._tail_size = 0
        self._carriage_return = False  # the last byte was a CR: whether it is part of a line end, the next byte says

    @property
    def skipped(self) -> Counter[str]:
        """How many events of each unwanted name came, list items not among them."""
        counts: Counter[str] = Counter()
        for first, count in self._skipped.items():
            counts[decode(first[7:]).strip()] += count
        return counts

    def feed(self, data: bytes) -> list[Packet]:
        """Take the next bytes and return the packets that they complete.

        Raises WireError for a packet beyond the limit; the stream is of no use afterwards.
        """
        if self._carriage_return:
            data = b"\r" + data
        self._carriage_return = data.endswith(b"\r")
        if self._carriage_return:
            data = data[:-1]
        data = _with_line_feeds(data)
        if self.banner is None:
            rest = self._take_banner(data)
            if rest is None:
                return []
            data = rest
        if self._tail:
            if b"\n\n" not in data and not (data.startswith(b"\n") and self._tail[-1].endswith(b"\n")):
                self._keep(data)
                return []
            data = b"".join((*self._tail, data))
            self._tail.clear()
            self._tail_size = 0
        if b"\nResponse: " in data or data.startswith(_FOLLOWS):
            if _FOLLOWS in data:
                return self._frame_commands(data)
            glued = _GLUED_RESPONSE.search(data) is not None
        else:
            glued = False
        pieces = data.split(b"\n\n")
        tail = pieces.pop()
        self._keep(tail)
        if len(data) > self._max and any(len(piece) > self._max for piece in pieces):
            raise self._too_long()
        packets = None if glued else self._read(pieces, data, len(data) - len(tail))
        if packets is None:
            return self._keep_wanted([packet for piece in pieces for packet in self._cut(piece.lstrip(b"\n"))])
        return packets

    def _read(self, pieces: list[bytes], data: bytes, size: int) -> list[Packet] | None:
        """Make packets of whole pieces, which are *size* bytes of *data*, and of an unwanted one nothing but a count.

        None, and nothing done, where an event begins inside a piece.
        """
        packets: list[Packet] = []
        dropped: list[bytes] = []
        kept, skipped, keep_lists = self._kept, self._skipped, self.keep_lists
        events = others = 0
        for piece in pieces:
            end = piece.find(b"\n")
            first = piece[:end] if end > 0 else b""
            if first in kept:
                packets.append(Packet(piece, None, kept[first]))
            elif first in skipped and not (keep_lists and b"\nActionID:" in piece):
                dropped.append(first)
            elif raw := piece.lstrip(b"\n"):
                packets.append(Packet(raw))
                others += 1
                events += raw.startswith(b"Event: ")
        events += len(packets) - others + len(dropped)
        if data.count(b"\nEvent: ", 0, size) + data.startswith(b"Event: ", 0, size) != events:
            return None
        for first in dropped:
            skipped[first] += 1
        self.counters.packets += len(dropped)
        if others:
            return self._keep_wanted(packets)
        self.counters.packets += len(packets)
        return packets

    def _keep_wanted(self, packets: list[Packet]) -> list[Packet]:
        self.counters.packets += len(packets)
        if self._wanted is None:
            return packets
        return [packet for packet in packets if self._wants(packet)]

    def _wants(self, packet: Packet) -> bool:
        """Decide about a name that was not found wanted before."""
        if packet.kind is not Kind.EVENT:
            return True
        name = packet.name
        first = b"Event: " + name.encode()
        if first in self._kept:
            return True
        if self._wanted is None or name in self._wanted:
            if len(self._kept) < MAX_NAMES:
                self._kept[first] = name
            return True
        if first not in self._skipped and len(self._skipped) >= MAX_NAMES:
            first = b"Event: " + OTHERS.encode()
        self._skipped.setdefault(first, 0)
        if self.keep_lists and packet.action_id is not None:
            return True
        self._skipped[first] += 1
        return False

    def _take_banner(self, data: bytes) -> bytes | None:
        """Return what follows the banner, or None while its line has not ended."""
        data = b"".join((*self._tail, data))
        self._tail.clear()
        self._tail_size = 0
        line, end, rest = data.partition(b"\n")
        if not end:
            if len(data) > MAX_BANNER:
                raise WireError(f"no line end in the first {MAX_BANNER} bytes")
            self._keep(data)
            return None
        if line.startswith((b"Event:", b"Response:")):
            self.banner = ""
            return data
        self.banner = decode(line)
        return rest

    def _keep(self, data: bytes) -> None:
        if not data:
            return
        self._tail.append(data)
        self._tail_size += len(data)
        if self._tail_size > self._max:
            raise self._too_long()

    def _too_long(self) -> WireError:
        return WireError(f"a packet of more than {self._max} bytes")

    def _frame_commands(self, data: bytes) -> list[Packet]:
        """Frame a stretch that holds a `Response: Follows`, whose text may contain empty lines (`ami.md` A.6)."""
        packets: list[Packet] = []
        at = 0
        while True:
            while data.startswith(b"\n", at):
                at += 1
            if data.startswith(_FOLLOWS, at):
                end, skip = data.find(_FOLLOWS_END, at), len(_FOLLOWS_END)
            else:
                end, skip = data.find(b"\n\n", at), 2
            if end < 0:
                break
            if end - at > self._max:
                raise self._too_long()
            piece = data[at:end]
            packets += [_command_output(piece)] if skip > 2 else self._cut(piece)
            at = end + skip
        self._keep(data[at:])
        return self._keep_wanted(packets)

    def _cut(self, piece: bytes) -> list[Packet]:
        """Cut a piece where another packet begins inside it: its own end was lost before 16.26 (`ami.md` A.2)."""
        if not piece:
            return []
        if piece.startswith(b"Event: UserEvent\n"):  # the dialplan chooses these lines, and shall forge no packets
            return [Packet(piece)]
        packets = [Packet(part) for part in _GLUED.split(piece)]
        for packet in packets[:-1]:
            packet.damaged = True
        self.counters.resynced += len(packets) - 1
        return packets


def _with_line_feeds(data: bytes) -> bytes:
    """Return *data* with LF for each CRLF. Taking away all CRs costs half of that, and nearly always is the same."""
    without = data.translate(None, b"\r")
    return without if len(data) - len(without) == data.count(b"\r\n") else data.replace(b"\r\n", b"\n")


def _command_output(piece: bytes) -> Packet:
    """Make the packet of a `Response: Follows`: a few headers, then raw text; the end marker is already gone."""
    lines = piece.split(b"\n")
    start = 1
    while start < len(lines) and lines[start].lower().startswith((b"privilege:", b"actionid:")):
        start += 1
    output = [decode(line) for line in lines[start:]]
    if output and not output[-1]:  # the marker stood on a line of its own
        output.pop()
    return Packet(b"\n".join(lines[:start]), output)


def encode(
    action: str,
    headers: Mapping[str, str | Secret] | Iterable[tuple[str, str | Secret]] = (),
    action_id: str | None = None,
    *,
    reveal: bool = True,
) -> bytes:
    """Return the bytes of an action.

    A header may be a `Secret`; with *reveal* False it is written as `***`, which is what a tap may see. Raises
    ValueError, and never quotes a value, for anything that could end a header early or that the server would not take
    whole: CR, LF, NUL, a line over 1022 bytes, more than 128 lines, a key that is no header name, a key twice (the
    first would win, `ami.md` A.10; only `Variable` is made to be repeated).
    """
    lines: list[tuple[str, str | Secret]] = [("Action", action)]
    if action_id is not None:
        lines.append(("ActionID", action_id))
    lines += headers.items() if hasattr(headers, "items") else headers
    if len(lines) > MAX_HEADERS:
        raise ValueError(f"{len(lines)} headers; an action has at most {MAX_HEADERS}")
    seen: set[str] = set()
    for key, value in lines:
        flaw = _flaw(key, value)
        if flaw is None and key.lower() in seen and key.lower() != "variable":
            flaw = "stands there twice"
        if flaw is not None:
            raise ValueError(f"header {key!r} {flaw}")
        seen.add(key.lower())
    # Past this point nothing raises, and no name ever holds a revealed secret: a traceback shows every local variable.
    return b"".join([_line(key, value, reveal=reveal) for key, value in lines]) + b"\r\n"


def _flaw(key: str, value: str | Secret) -> str | None:
    """Return what is wrong with a header, or None."""
    if not _KEY.fullmatch(key):
        return "is no header name"
    text = value.reveal() if isinstance(value, Secret) else value
    if _ILLEGAL.search(text):
        return "contains a line end or NUL"
    try:
        size = len(key) + 2 + len(text.encode(errors=_errors(value)))
    except UnicodeEncodeError:
        return "contains a lone surrogate"
    if size > MAX_LINE:
        return f"is {size} bytes long; a line has at most {MAX_LINE}"
    return None


def _errors(value: str | Secret) -> str:
    # A password may come from a file or the environment as bytes of another charset; those bytes are the password.
    return "surrogateescape" if isinstance(value, Secret) else "strict"


def _line(key: str, value: str | Secret, *, reveal: bool) -> bytes:
    if not reveal and (isinstance(value, Secret) or key.lower() in _SECRET_KEYS):
        return f"{key}: {REDACTED}\r\n".encode()
    if isinstance(value, Secret):
        return f"{key}: {value.reveal()}\r\n".encode(errors="surrogateescape")
    return f"{key}: {value}\r\n".encode()
