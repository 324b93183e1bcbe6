"""One AMI packet: its raw lines, and its headers once somebody asks for them. No I/O.

Parsing is put off because more than half of a busy PBX's packets are of no interest to any view: their first line
decides, and the rest is never read.
"""

from __future__ import annotations

from enum import Enum

NOTHING = frozenset({"", "<unknown>", "<null>", "(null)", "<none>"})
"""What Asterisk writes where it has no value (`ami.md` A.3)."""


class Kind(Enum):
    """What a packet is. A packet with both `Event` and `Response` is an event (`ami.md` A.2)."""

    EVENT = "event"
    RESPONSE = "response"
    OTHER = "other"


def _decode(line: bytes) -> str:
    """Decode one header line: UTF-8, and Latin-1 where a phone sent that."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


_LOWER: dict[str, str] = {}
_LOWER_LIMIT = 4096  # header names are few; user-chosen names of UserEvents must not make this grow for ever


def _lower(key: str) -> str:
    known = _LOWER.get(key)
    if known is None:
        known = key.strip().lower()
        if len(_LOWER) < _LOWER_LIMIT:
            _LOWER[key] = known
    return known


class Packet:
    """A frame from a PBX.

    *raw* is the packet's lines joined by LF, without the empty line that ends it. Header names are compared without
    regard to case; a repeated header keeps every value (`ami.md` A.3).
    """

    __slots__ = ("_all", "_headers", "damaged", "kind", "name", "raw")

    def __init__(self, raw: bytes, output: list[str] | None = None) -> None:
        self.raw = raw
        self.damaged = False
        self._headers: dict[str, str] | None = None
        self._all: dict[str, list[str]] | None = {"output": output} if output is not None else None
        first, _, rest = raw.partition(b"\n")
        if first.startswith(b"Event:"):
            self.kind, self.name = Kind.EVENT, _decode(first[6:]).strip()
        elif first.startswith(b"Response:") and b"\nEvent:" not in rest:
            self.kind, self.name = Kind.RESPONSE, _decode(first[9:]).strip()
        else:
            self._classify()

    def _classify(self) -> None:
        """Find out by key what does not start with `Event:` or `Response:`."""
        headers = self.headers
        if "event" in headers:
            self.kind, self.name = Kind.EVENT, headers["event"]
        elif "response" in headers:
            self.kind, self.name = Kind.RESPONSE, headers["response"]
        else:
            self.kind, self.name = Kind.OTHER, ""

    @property
    def headers(self) -> dict[str, str]:
        """Every header's first value, by lower-case name. Parsed on first use."""
        headers = self._headers
        if headers is None:
            headers = self._headers = {}
            try:
                lines = self.raw.decode().split("\n")
            except UnicodeDecodeError:
                lines = [_decode(line) for line in self.raw.split(b"\n")]
            for line in lines:
                key, colon, value = line.partition(":")
                if not colon:
                    self.damaged = True
                    headers.setdefault("_raw", line)
                    continue
                key = _LOWER.get(key) or _lower(key)
                if value[:1] == " ":
                    value = value.lstrip(" ")
                if key in headers:
                    self._repeat(key, headers[key], value)
                else:
                    headers[key] = value
        return headers

    def _repeat(self, key: str, first: str, value: str) -> None:
        if self._all is None:
            self._all = {}
        self._all.setdefault(key, [first]).append(value)

    def get(self, key: str, default: str = "") -> str:
        """Return the first value of header *key* as sent, or *default*."""
        return self.headers.get(key.lower(), default)

    def value(self, key: str) -> str | None:
        """Return the first value of header *key*, or None where Asterisk wrote one of its words for nothing."""
        value = self.headers.get(key.lower(), "")
        return None if value in NOTHING else value

    def getall(self, key: str) -> list[str]:
        """Return every value of header *key*, in order."""
        key = key.lower()
        headers = self.headers
        if self._all and key in self._all:
            return self._all[key]
        return [headers[key]] if key in headers else []

    def __contains__(self, key: str) -> bool:
        return key.lower() in self.headers

    @property
    def action_id(self) -> str | None:
        """The ActionID that this packet answers, if any."""
        if b"ActionID:" not in self.raw and b"actionid:" not in self.raw.lower():
            return None
        return self.headers.get("actionid")

    def __repr__(self) -> str:
        # Only the first line: headers can hold passwords (PJSIP's AuthDetail) and personal data.
        return f"<Packet {self.kind.value} {self.name}>"
