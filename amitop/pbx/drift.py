"""Drift: where a list of the PBX and the state from its events differ. It is our bug until shown otherwise.

A difference is judged a moment after the list, because what the PBX did just before it wrote the list comes as an event
after it (`ami.md` D.4): a channel of which an event tells in that moment was in flight.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.pbx.store import Store

GRACE = 2.0
"""Seconds after a list within which an event explains a difference."""
KEPT = 20
"""Last differences that are kept as text."""


class Difference(NamedTuple):
    """One thing in which a list and the state differ."""

    subject: str
    """The channel's Uniqueid."""
    what: str
    """`missing`, `extra`, `name`, `state`, `bridge`, `linkedid` or `application`."""
    text: str


class Pending(NamedTuple):
    """A difference that is not judged yet."""

    difference: Difference
    at: float
    told: bool
    """Whether an event spoke of it while the list was on its way."""
    version: int


@dataclass(slots=True)
class Drift:
    """Counts since amitop started, over all lists but the first of each session."""

    lists: int = 0
    compared: int = 0
    """Rows: listed channels, and known ones that were not listed."""
    differed: int = 0
    """Differences that no event explained."""
    in_flight: int = 0
    """Differences that an event explained."""
    last: deque[str] = field(default_factory=lambda: deque(maxlen=KEPT))
    """The last differences in short words, newest last."""
    _pending: deque[Pending] = field(default_factory=deque)

    def suspect(self, store: Store, differences: Sequence[Difference], rows: int, asked_at: float, now: float) -> None:
        """Take what a list that was asked for at *asked_at* and came at *now* showed, to be judged by `settle`.

        To be called before the list is merged: merging it, and the next, speaks of every channel in it.
        """
        self.lists += 1
        self.compared += rows
        for difference in differences:
            told = self._last_told(store, difference.subject) > asked_at
            self._pending.append(Pending(difference, now, told, store.version))

    def settle(self, store: Store, now: float, *, grace: float = GRACE) -> None:
        """Judge the differences for which no more events are waited."""
        while self._pending and now - self._pending[0].at >= grace:
            pending = self._pending.popleft()
            if self._explained(store, pending):
                self.in_flight += 1
            else:
                self.differed += 1
                self.last.append(pending.difference.text)

    def forget_pending(self) -> None:
        """Judge nothing of what is pending: the events that might explain it will never come."""
        self._pending.clear()

    def _last_told(self, store: Store, subject: str) -> float:
        """Return when an event last spoke of *subject*."""
        channel = store.channels.get(subject)
        return store.tombstones.get(subject, 0.0) if channel is None else channel.heard

    def _explained(self, store: Store, pending: Pending) -> bool:
        """Whether an event spoke of it around the list, or since."""
        subject = pending.difference.subject
        channel = store.channels.get(subject)
        if channel is not None:
            return pending.told or channel.touched > pending.version
        return store.tombstones.get(subject, 0.0) >= pending.at
