"""One action as a client sent it, and the reading of bytes into actions, as forgiving as Asterisk (`ami.md` A.10)."""

from __future__ import annotations

LINE_MAX = 1024
"""Bytes of a line at most, its end included: what Asterisk's buffer holds."""
HEADERS_MAX = 128

TOO_LONG = "Failed to parse message: line too long"
TOO_MANY = "Too many lines in message or allocation failure"
NO_ACTION = "Missing action in request"


class Request:
    """The headers of one packet, in order."""

    __slots__ = ("_headers", "fault")

    def __init__(self, lines: list[bytes], fault: str = "") -> None:
        self.fault = fault
        """Why the packet cannot be taken for an action, in Asterisk's words; empty when it can."""
        self._headers: list[tuple[str, str]] = []
        for line in lines:
            key, colon, value = line.partition(b":")
            if colon:  # a line without is no header, and no mistake either
                self._headers.append((_text(key), _text(value).lstrip()))

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Names and values as they came; blanks at the end of a value belong to it."""
        return self._headers

    def get(self, name: str) -> str:
        """Return the first value of *name*, case ignored, even if it is empty; empty when there is none."""
        name = name.lower()
        for key, value in self._headers:
            if key.lower() == name:
                return value
        return ""

    def getall(self, name: str) -> list[str]:
        """Return all values of *name*."""
        name = name.lower()
        return [value for key, value in self._headers if key.lower() == name]

    @property
    def action(self) -> str:
        """What is asked for; the one header of which an empty first one does not hide a second."""
        return next((value for value in self.getall("Action") if value), "")

    @property
    def action_id(self) -> str:
        """What the answer is to be marked with, or empty."""
        return self.get("ActionID")

    def __repr__(self) -> str:
        return f"<{self.action} {self.action_id}>"  # the rest may hold a secret


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


class Reader:
    """Takes what a connection brings, and gives whole requests."""

    def __init__(self) -> None:
        self._buffer = b""
        self._lines: list[bytes] = []
        self._too_long = False
        self._too_many = False

    def feed(self, data: bytes) -> list[Request]:
        """Take *data*, of any length, and return the requests that it completes."""
        buffer = self._buffer + data
        done: list[Request] = []
        start = 0
        while True:
            end = buffer.find(b"\n", start, start + LINE_MAX)
            if end < 0:
                if len(buffer) - start < LINE_MAX:
                    break
                # The last byte may be the CR of a line end. What follows counts as another line, as in Asterisk.
                self._too_long = True
                start += LINE_MAX - 1
                continue
            line = buffer[start : end - (end > start and buffer[end - 1] == 13)]
            start = end + 1
            if line:
                self._add(line)
            else:
                done.append(self._take())
        self._buffer = buffer[start:]
        return done

    def _add(self, line: bytes) -> None:
        if len(self._lines) < HEADERS_MAX:
            self._lines.append(line.partition(b"\0")[0])
        else:
            self._too_many = True

    def _take(self) -> Request:
        lines, self._lines = self._lines, []
        fault = TOO_MANY if self._too_many else TOO_LONG if self._too_long else ""
        self._too_long = self._too_many = False
        return Request(lines, fault)
