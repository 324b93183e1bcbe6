"""What a queue did since the shift began.

A call is counted in the shift in which it is seen to wait: who waits when a shift begins is offered to that shift. The
same counts stand in Asterisk's queue_log, under these names:

    offered      ENTERQUEUE
    answered     CONNECT
    abandoned    ABANDON, of callers who hung up
    timed_out    EXITWITHTIMEOUT, where Queue() was told a timeout
    left         EXITWITHKEY, EXITEMPTY, WITHDRAW, EXITWITHTIMEOUT of the `n` option; and ABANDON of callers who were
                 sent elsewhere by Redirect, Park or Bridge: nobody gave up there
    lost         none: amitop did not see what became of them
    completed    COMPLETECALLER, COMPLETEAGENT, BLINDTRANSFER, ATTENDEDTRANSFER
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from amitop.pbx.queue_model import Happening
from amitop.shift.waits import Waits
from amitop.thresholds import Formula

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amitop.pbx.queue_model import Fact

MINUTES = 1440
"""Minutes for which arrivals are kept."""
_MINUTE = 60


@dataclass(slots=True)
class QueueTally:
    """Counts of one queue, or of several together. Times are epoch seconds."""

    offered: int = 0
    carried: int = 0
    """Of `offered`, those whose Join was not seen: they waited when the shift began, or when amitop came."""
    answered: int = 0
    abandoned: int = 0
    """Hung up before an answer."""
    timed_out: int = 0
    left: int = 0
    """Left in any other way."""
    lost: int = 0
    completed: int = 0
    """Talks that are over."""
    talk: float = 0.0
    """Seconds of them."""
    answer_waits: Waits = field(default_factory=Waits)
    """Of those who were answered."""
    abandon_waits: Waits = field(default_factory=Waits)
    """Of those who hung up."""
    waiting: set[str] = field(default_factory=set)
    """Uniqueids of those offered who wait still."""
    minutes: dict[int, int] = field(default_factory=dict)
    """Arrivals by minute: epoch seconds // 60."""

    # -- counting -------------------------------------------------------------------------------------------------

    def count(self, fact: Fact, epoch: float) -> None:
        """Take what happened in the queue at *epoch*."""
        uniqueid = fact.uniqueid or ""
        wait = fact.wait or 0.0
        match fact.what:
            case Happening.JOINED:
                self._joined(uniqueid, epoch - wait, seen=fact.seen)
                return
            case Happening.ANSWERED:
                self.answered += 1
                self.answer_waits.add(wait)
            case Happening.ABANDONED:
                self.abandoned += 1
                self.abandon_waits.add(wait)
            case Happening.TIMED_OUT:
                self.timed_out += 1
            case Happening.LEFT:
                self.left += 1
            case Happening.LOST:
                self.lost += uniqueid in self.waiting
                self.waiting.discard(uniqueid)
                return
            case Happening.COMPLETED:
                self.completed += 1
                self.talk += fact.talk or 0.0
                return
            case _:
                return
        if uniqueid in self.waiting:
            self.waiting.discard(uniqueid)
        else:  # it came and went before the first list: never seen to wait, but it did
            self.offered += 1
            self.carried += 1

    def carry(self, uniqueid: str, joined: float) -> None:
        """Take over a caller who waits since *joined*, whose Join was not seen in this shift."""
        self._joined(uniqueid, joined, seen=False)

    def _joined(self, uniqueid: str, epoch: float, *, seen: bool) -> None:
        if uniqueid in self.waiting and not seen:
            return  # counted before amitop was started again
        self.waiting.add(uniqueid)
        self.offered += 1
        self.carried += not seen
        minute = int(epoch // _MINUTE)
        self.minutes[minute] = self.minutes.get(minute, 0) + 1
        if len(self.minutes) > MINUTES:
            del self.minutes[min(self.minutes)]

    def forget(self, waiting: Iterable[str]) -> None:
        """Take it that of those who were seen to wait only *waiting* still do: what became of the others is lost."""
        gone = self.waiting.difference(waiting)
        self.waiting -= gone
        self.lost += len(gone)

    # -- figures --------------------------------------------------------------------------------------------------

    @property
    def finished(self) -> int:
        """Of `offered`, those of whom it is known what became of them."""
        return self.answered + self.abandoned + self.timed_out + self.left

    @property
    def mean_talk(self) -> float | None:
        """Average seconds of talk; None before the first is over."""
        return self.talk / self.completed if self.completed else None

    @property
    def longest_wait(self) -> float | None:
        """Seconds of the longest wait that ended, with an answer or a hangup; None before the first."""
        if not self.answered and not self.abandoned:
            return None
        return max(self.answer_waits.longest, self.abandon_waits.longest)

    def short_abandons(self, seconds: float) -> int:
        """Return how many hung up before they had waited *seconds*."""
        return self.abandon_waits.within(seconds)

    def service_level(self, formula: Formula, seconds: float, short: float) -> float | None:
        """Return the percentage that *formula* names; None while there is nothing to divide by.

        *seconds* is the time within which to answer; who hung up within *short* never meant to wait. Callers who wait
        still are in no formula: nobody knows yet whether they will be answered in time.
        """
        in_time = self.answer_waits.within(seconds)
        total = self.finished
        if formula is Formula.ANSWERED:
            total = self.answered
        elif formula is Formula.OFFERED_LONG:
            total -= self.short_abandons(short)
        elif formula is Formula.BOTH:
            in_time += self.abandon_waits.within(seconds)
        return 100.0 * in_time / total if total > 0 else None

    def arrivals(self, minutes: int, epoch: float) -> list[int]:
        """Return how many came in each of the last *minutes*, the one that runs at *epoch* last."""
        last = int(epoch // _MINUTE)
        return [self.minutes.get(minute, 0) for minute in range(last - minutes + 1, last + 1)]


def together(tallies: Iterable[QueueTally]) -> QueueTally:
    """Return the counts of several queues as of one."""
    parts = list(tallies)
    whole = QueueTally(
        answer_waits=Waits.of(part.answer_waits for part in parts),
        abandon_waits=Waits.of(part.abandon_waits for part in parts),
    )
    for part in parts:
        for name in COUNTS:
            setattr(whole, name, getattr(whole, name) + getattr(part, name))
        whole.talk += part.talk
        whole.waiting |= part.waiting
        for minute, count in part.minutes.items():
            whole.minutes[minute] = whole.minutes.get(minute, 0) + count
    return whole


COUNTS = ("offered", "carried", "answered", "abandoned", "timed_out", "left", "lost", "completed")
"""The whole numbers of a `QueueTally`."""
