"""One row of the Queues view: who waits, who could answer, how the shift went so far."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from amitop.pbx.agents import AgentState
from amitop.shift.queue_tally import QueueTally
from amitop.thresholds import Formula, Level, level
from amitop.views.format import UNICODE, hms
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
FEW = 10
"""Calls before which nobody worries about a percentage: the first caller who gives up makes it 0."""
_NOTHING = QueueTally()


class QueueRow:
    """A queue."""

    __slots__ = ("floor", "queue", "rules", "seconds", "states", "tally")
    ended = False
    children: tuple[QueueRow, ...] = ()

    def __init__(self, floor: Floor, queue: Queue) -> None:
        self.floor = floor
        self.queue = queue
        self.rules: QueueRules = floor.rules.queue(queue.name)
        self.seconds = self.rules.seconds(queue.service_level)
        """Of the service level; None where nobody set one."""
        self.states = Counter(state_in(floor, member) for member in queue.members.values())
        """How many members are in each state."""
        self.tally: QueueTally | None = None
        """The shift's own figures; None where nobody counts."""
        if floor.tally is not None:
            self.tally = floor.tally.queues.get(queue.name, _NOTHING)

    @property
    def key(self) -> Key:
        """(PBX, name)."""
        return self.queue.key

    # -- who could answer -----------------------------------------------------------------------------------------

    @property
    def ready(self) -> int:
        """Members whom the queue could ring now."""
        return self.count(AVAILABLE)

    def count(self, states: Collection[AgentState]) -> int:
        """Return how many members are in one of *states*."""
        return sum(self.states[state] for state in states)

    def ready_level(self) -> Level:
        """How bad it is that so few could answer."""
        return level(self.rules.ready, self.ready)

    def ready_text(self) -> str:
        """How many could answer, with a sign."""
        return signed(str(self.ready), self.ready_level())

    def bar(self, width: int) -> list[tuple[str, Style]]:
        """Return a glyph for each member, who can take a call first, in pieces of one state each."""
        return bar([(state, self.states[state]) for state in STATE_ORDER], width)

    # -- who waits ------------------------------------------------------------------------------------------------

    def longest(self, now: float) -> float | None:
        """Seconds of the caller who waits longest; None when nobody waits, or when it is not known of all who do."""
        since = self.queue.longest_since
        return None if since is None or self.queue.unseen else max(now - since, 0.0)

    def waiting_level(self) -> Level:
        """How bad it is that so many wait."""
        return level(self.rules.waiting, self.queue.waiting)

    def longest_level(self, now: float) -> Level:
        """How bad the longest wait is: at least as bad as that of those who are known."""
        since = self.queue.longest_since
        return level(self.rules.longest_wait, None if since is None else now - since)

    def waiting_text(self) -> str:
        """How many wait, with a sign where it is a worry."""
        return signed(str(self.queue.waiting), self.waiting_level())

    def longest_text(self, now: float) -> str:
        """The longest wait, with a sign; `?` where somebody waits since before amitop was there."""
        longest = self.longest(now)
        text = "?" if longest is None and self.queue.waiting else hms(longest)
        return signed(text, self.longest_level(now))

    # -- how the shift went ---------------------------------------------------------------------------------------

    def service_level(self) -> float | None:
        """The shift's percentage by the formula that was chosen; None before the first call, or without a time."""
        return None if self.tally is None else service_level(self.tally, self.rules, self.seconds)

    def service_level_base(self) -> int:
        """How many calls that is a percentage of."""
        return 0 if self.tally is None else service_level_base(self.tally, self.rules)

    def service_level_level(self) -> Level:
        """How bad that is, once there were some calls."""
        if self.tally is None or self.tally.finished < FEW:
            return Level.FINE
        return level(self.rules.sl_percent, self.service_level())

    def service_level_text(self) -> str:
        """The percentage, with a sign where it is a worry."""
        return signed(percent(self.service_level()), self.service_level_level())

    def arrivals(self, minutes: int, now: float) -> list[int]:
        """How many callers came in each of the last *minutes*, the one that runs last; empty where nobody counts."""
        return [] if self.tally is None else self.tally.arrivals(minutes, self.floor.epoch(now))

    # -- all of it ------------------------------------------------------------------------------------------------

    def worst(self, now: float) -> Level:
        """Return the worst of everything that has a limit."""
        return max(self.waiting_level(), self.longest_level(now), self.ready_level(), self.service_level_level())


def service_level(tally: QueueTally, rules: QueueRules, seconds: int | None) -> float | None:
    """Return the percentage of *tally* by the formula of *rules*; None before the first call, or without a time."""
    return None if seconds is None else tally.service_level(rules.sl_formula, seconds, rules.short_abandon)


def service_level_base(tally: QueueTally, rules: QueueRules) -> int:
    """Return how many calls `service_level` is a percentage of."""
    if rules.sl_formula is Formula.ANSWERED:
        return tally.answered
    short = tally.short_abandons(rules.short_abandon) if rules.sl_formula is Formula.OFFERED_LONG else 0
    return tally.finished - short


def percent(share: float | None) -> str:
    """Return a percentage without decimals, a dash for None. Only all is 100, only nothing is 0."""
    if share is None:
        return UNICODE.nothing
    return f"{min(max(round(share), 1), 99) if 0 < share < 100 else share:.0f}%"
