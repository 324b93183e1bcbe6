"""One row of the Queues view: who waits, who could answer, how the shift went so far."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from amitop.pbx.agents import AgentState
from amitop.thresholds import Level, level
from amitop.views.format import hms
from amitop.views.standing import AVAILABLE, ENGAGED, STATE_ORDER, bar, state_in
from amitop.views.words import signed

if TYPE_CHECKING:
    from collections.abc import Collection

    from amitop.pbx.model import Key
    from amitop.pbx.queue_model import Queue
    from amitop.thresholds import QueueRules
    from amitop.views.columns import Style
    from amitop.views.floor import Floor

ON_PHONE = ENGAGED - {AgentState.RINGING} | {AgentState.BUSY}
"""States of those who are on the phone."""


class QueueRow:
    """A queue."""

    __slots__ = ("floor", "queue", "rules", "states")
    ended = False
    children: tuple[QueueRow, ...] = ()

    def __init__(self, floor: Floor, queue: Queue) -> None:
        self.floor = floor
        self.queue = queue
        self.rules: QueueRules = floor.rules.queue(queue.name)
        self.states = Counter(state_in(floor, member) for member in queue.members.values())
        """How many members are in each state."""

    @property
    def key(self) -> Key:
        """(PBX, name)."""
        return self.queue.key

    @property
    def ready(self) -> int:
        """Members whom the queue could ring now."""
        return self.count(AVAILABLE)

    def count(self, states: Collection[AgentState]) -> int:
        """Return how many members are in one of *states*."""
        return sum(self.states[state] for state in states)

    def longest(self, now: float) -> float | None:
        """Seconds of the caller who waits longest; None when nobody waits, or when it is not known of all who do."""
        since = self.queue.longest_since
        return None if since is None or self.queue.unseen else max(now - since, 0.0)

    def waiting_level(self) -> Level:
        """How bad it is that so many wait."""
        return level(self.rules.waiting, self.queue.waiting)

    def longest_level(self, now: float) -> Level:
        """How bad the longest wait is."""
        return level(self.rules.longest_wait, self.longest(now))

    def ready_level(self) -> Level:
        """How bad it is that so few could answer."""
        return level(self.rules.ready, self.ready)

    def waiting_text(self) -> str:
        """How many wait, with a sign where it is a worry."""
        return signed(str(self.queue.waiting), self.waiting_level())

    def longest_text(self, now: float) -> str:
        """The longest wait, with a sign; `?` where somebody waits since before amitop was there."""
        if self.longest(now) is None and self.queue.waiting:
            return "?"
        return signed(hms(self.longest(now)), self.longest_level(now))

    def ready_text(self) -> str:
        """How many could answer, with a sign."""
        return signed(str(self.ready), self.ready_level())

    def bar(self, width: int) -> list[tuple[str, Style]]:
        """Return a glyph for each member, who can take a call first, in pieces of one state each."""
        return bar([(state, self.states[state]) for state in STATE_ORDER], width)

    def worst(self, now: float) -> Level:
        """Return the worst of everything that has a limit."""
        return max(self.waiting_level(), self.longest_level(now), self.ready_level())
