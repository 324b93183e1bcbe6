"""The story of each call, in short lines, for the detail pane. Bounded in every direction."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from amitop.pbx.model import Note

if TYPE_CHECKING:
    from collections.abc import Container

PER_CALL = 200
"""Notes kept of one call: the last ones."""
PER_CALL_CROWDED = 20
"""... while there are more than `CROWDED` in all: 10,000 calls with 200 notes each would be 300 MB."""
CROWDED = 100_000
AFTER_END = 60.0
"""Seconds for which the story of an ended call can still be read."""
ENDED = 20_000
"""Notes kept of ended calls in all, about 3 MB: the calls that ended first go before their time."""

Line = tuple[float, str, str, str] | tuple[float, str, str, str, str, str]
"""Time, event, Uniqueid, text: what a `Note` is made of. Where two words follow, the text is a pattern for them: few
notes are ever read, and apart the words take half the memory, being kept elsewhere as well."""


class Story:
    """Notes by call id. Kept as plain tuples: a busy PBX writes thousands for each one that is read."""

    def __init__(self) -> None:
        self._calls: dict[str, list[Line]] = {}
        self._ended: deque[tuple[float, str, int]] = deque()  # when, which, and how many notes it has
        self._ended_count = 0
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def of(self, call_id: str) -> list[Note]:
        """Return what is known of a call, oldest first."""
        return [_note(line) for line in self._calls.get(call_id, ())]

    def add(self, call_id: str, line: Line) -> None:
        """Add a line."""
        lines = self._calls.get(call_id)
        if lines is None:
            lines = self._calls[call_id] = []
        lines.append(line)
        self._count += 1
        if len(lines) > PER_CALL_CROWDED:
            self._trim(lines)

    def merge(self, kept: str, gone: str) -> None:
        """Join the story of the call *gone* to that of *kept*."""
        theirs = self._calls.pop(gone, [])
        if not theirs:
            return
        lines = self._calls.setdefault(kept, [])
        lines += theirs
        lines.sort(key=_at)
        self._trim(lines)

    def split(self, call_id: str, new_id: str, uniqueids: Container[str]) -> None:
        """Move what was noted of some legs to the call that they now are."""
        lines = self._calls.get(call_id, [])
        moved = [line for line in lines if line[2] in uniqueids]
        if moved:
            self._calls[call_id] = [line for line in lines if line[2] not in uniqueids]
            self._calls.setdefault(new_id, []).extend(moved)

    def ended(self, call_id: str, now: float) -> None:
        """Note that the call has ended: its story may go after a while."""
        lines = self._calls.get(call_id)
        if lines is not None:
            self._ended.append((now, call_id, len(lines)))
            self._ended_count += len(lines)
        self.expire(now)

    def expire(self, now: float) -> None:
        """Forget the stories of calls that ended long ago, or before too many others."""
        ended = self._ended
        while ended and (now - ended[0][0] > AFTER_END or self._ended_count > ENDED):
            _, call_id, count = ended.popleft()
            self._ended_count -= count
            self._count -= len(self._calls.pop(call_id, ()))

    def _trim(self, lines: list[Line]) -> None:
        limit = PER_CALL if self._count <= CROWDED else PER_CALL_CROWDED
        if len(lines) > limit + limit // 4:  # not line by line: each cut moves all that stay
            self._count -= len(lines) - limit
            del lines[:-limit]


def _at(line: Line) -> float:
    return line[0]


def _note(line: Line) -> Note:
    if len(line) == 4:
        return Note(*line)
    at, event, uniqueid, text, one, other = line
    return Note(at, event, uniqueid, text.format(one, other))
