"""One AMI packet: its raw lines, and its headers once somebody asks for them. No I/O.

Parsing is put off because more than half of a busy PBX's packets are of no interest to any view: their first line
decides, and the rest is never read.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

NOTHING = frozenset({"", "<unknown>", "<null>", "(null)", "<none>"})
"""What Asterisk writes where it has no value (`ami.md` A.3)."""


class Kind(Enum):
    """What a packet is. A packet with both `Event` and `Response` is an event (`ami.md` A.2)."""

    EVENT = "event"
    RESPONSE = "response"
    OTHER = "other"


_EVENT, _RESPONSE, _OTHER = (
    Kind.EVENT,
    Kind.RESPONSE,
    Kind.OTHER,
)  # an enum's attribute costs 30 ns, and this runs 5,000/s


class ChannelVariable(NamedTuple):
    """A variable that `channelvars=` in manager.conf adds to events. *channel* is "" where the header names none."""

    channel: str
    name: str
    value: str


_ESCAPE = re.compile(r"""\\([abfnrtv\\'"?])""")
_ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def unescape(value: str) -> str:
    r"""Undo the C escapes that Asterisk 13+ puts into caller names and variables, and into nothing else.

    Only for CallerIDName, ConnectedLineName (all prefixes), ChanVariable, VarSet's Value and presence's Message:
    a backslash in any other header is a backslash (`ami.md` A.3). An escape that Asterisk does not write stays.

    >>> unescape(r'Ann \"Lee\"\\')
    'Ann "Lee"\\'
    """
    if "\\" not in value:
        return value
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), value)


def decode(line: bytes) -> str:
    """Decode one line: UTF-8, and Latin-1 where a phone sent that (`ami.md` A.3)."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


_LIMIT = 4096  # header and event names are few; user-chosen names of UserEvents must not make these grow for ever
_LOWER: dict[str, str] = {}
_NAMES: dict[bytes, str] = {}


def _lower(key: str) -> str:
    known = _LOWER.get(key)
    if known is None:
        known = key.strip().lower()
        if len(_LOWER) < _LIMIT:
            _LOWER[key] = known
    return known


def _name(first: bytes) -> str:
    known = _NAMES.get(first)
    if known is None:
        known = decode(first).strip()
        if len(_NAMES) < _LIMIT:
            _NAMES[first] = known
    return known


class Packet:
    """A frame from a PBX.

    *raw* is the packet's lines joined by LF, without the empty line that ends it. Header names are compared without
    regard to case; a repeated header keeps every value (`ami.md` A.3). *output* is the text of a `Response: Follows`,
    which Asterisk 13 and older send instead of `Output` headers; *event* is the name where that is known already.
    `damaged` is known once the headers were read.
    """

    __slots__ = ("_all", "_headers", "damaged", "kind", "name", "raw")

    kind: Kind
    name: str

    def __init__(self, raw: bytes, output: list[str] | None = None, event: str | None = None) -> None:
        self.raw = raw
        self.damaged = False
        self._headers: dict[str, str] | None = None
        self._all: dict[str, list[str]] | None = {"output": output} if output else None
        if event is not None:
            self.kind = _EVENT
            self.name = event
            return
        end = raw.find(b"\n")
        if raw.startswith(b"Event:"):
            self.kind = _EVENT
            first = raw[6:end] if end >= 0 else raw[6:]
            self.name = _NAMES.get(first) or _name(first)
        elif raw.startswith(b"Response:") and b"\nEvent:" not in raw:
            self.kind = _RESPONSE
            first = raw[9:end] if end >= 0 else raw[9:]
            self.name = _NAMES.get(first) or _name(first)
        else:
            self._classify()

    def _classify(self) -> None:
        """Find out by key what does not start with `Event:` or `Response:`."""
        headers = self.headers
        if "event" in headers:
            self.kind, self.name = _EVENT, headers["event"]
        elif "response" in headers:
            self.kind, self.name = _RESPONSE, headers["response"]
        else:
            self.kind, self.name = _OTHER, ""

    @property
    def headers(self) -> dict[str, str]:
        """Every header's first value, by lower-case name. Parsed on first use."""
        headers = self._headers
        if headers is None:
            headers = self._headers = self._parse()
        return headers

    def _parse(self) -> dict[str, str]:
        """Parse in one sweep what is as usual: known names, none twice, one blank after each colon, UTF-8."""
        try:
            text = self.raw.decode()
            lines = text.split("\n")
            # A name that holds a colon is never in _LOWER, so "K:v: w" does not pass for a header called "K:v".
            headers = {_LOWER[key]: value for key, colon, value in [line.partition(": ") for line in lines] if colon}
        except (KeyError, UnicodeDecodeError):
            pass
        else:
            if len(headers) == len(lines) and ":  " not in text:
                return headers
        return self._parse_with_care()

    def _parse_with_care(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        self._headers = headers
        for raw_line in self.raw.split(b"\n"):
            line = decode(raw_line)
            key, colon, value = line.partition(":")
            if colon:
                self._add(_LOWER.get(key) or _lower(key), value.lstrip(" "))
            else:
                self.damaged = True
                self._add("_raw", line)
        return headers

    def _add(self, key: str, value: str) -> None:
        headers = self.headers
        if key not in headers:
            headers[key] = value
            return
        if self._all is None:
            self._all = {}
        self._all.setdefault(key, [headers[key]]).append(value)

    def get(self, key: str, default: str = "") -> str:
        """Return the first value of header *key* as sent, or *default*."""
        return self.headers.get(key.lower(), default)

    def value(self, key: str) -> str | None:
        """Return the first value of header *key*, or None where Asterisk wrote one of its words for nothing."""
        value = self.headers.get(key.lower(), "")
        return None if value in NOTHING else value

    def getall(self, key: str) -> list[str]:
        """Return every value of header *key*, in order. A line without a colon is a value of `_raw`."""
        key = key.lower()
        headers = self.headers
        if self._all and key in self._all:
            return self._all[key]
        return [headers[key]] if key in headers else []

    def __contains__(self, key: str) -> bool:
        key = key.lower()
        return key in self.headers or (self._all is not None and key in self._all)

    def channel_variables(self, prefix: str = "") -> list[ChannelVariable]:
        """Return the variables of `<prefix>ChanVariable: name=value` and of `ChanVariable(<channel>): name=value`.

        Read from the raw lines, because a channel's name keeps its case and headers do not (`ami.md` A.3).
        """
        key = f"{prefix}ChanVariable".encode()
        if b"\n" + key not in self.raw:
            return []
        found = []
        for line in self.raw.split(b"\n"):
            match = _CHANNEL_VARIABLE.fullmatch(line)
            if match is not None and match["key"] == key:
                channel = decode(match["channel"] or b"")
                found.append(ChannelVariable(channel, decode(match["name"]), unescape(decode(match["value"]))))
        return found

    @property
    def action_id(self) -> str | None:
        """The ActionID that this packet answers, if any."""
        raw = self.raw
        start = raw.find(b"\nActionID: ")
        if start >= 0:
            end = raw.find(b"\n", start + 11)
            return decode(raw[start + 11 : end] if end >= 0 else raw[start + 11 :]).lstrip(" ")
        if b"actionid:" not in raw.lower():
            return None
        return self.headers.get("actionid")

    def __repr__(self) -> str:
        # Only the first line: headers can hold passwords (PJSIP's AuthDetail) and personal data.
        return f"<Packet {self.kind.value} {self.name}>"


_CHANNEL_VARIABLE = re.compile(
    rb"(?P<key>\w*ChanVariable)(?:\((?P<channel>.*?)\))?: *(?P<name>[^=]*)=(?P<value>.*)", re.DOTALL
)
