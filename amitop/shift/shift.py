"""The shift of one PBX: its tally, when it begins anew, and when it is written down.

live.shift = Shift(live.store, live.wall_of, live.clock(), starts=..., wrapup=rules.wrapup, ledger=Ledger(path))
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from amitop.shift.records import changes, restore
from amitop.shift.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import time

    from amitop.pbx.queue_model import Fact
    from amitop.pbx.store import Store
    from amitop.shift.ledger import Ledger
    from amitop.shift.records import Record

SAVE_EVERY = 5.0
"""Seconds between two writings, while anything changes."""
BOOK_EVERY = 60.0
"""Seconds after which agents' running times are written too, though nothing changes."""
UNWATCHED = 6 * 3600.0
"""Seconds after which a shift that nobody watched is over, where no times are given at which shifts begin."""


class Shift:
    """Counts what *store* tells from now on, into the shift that runs.

    *epoch_of* gives the epoch seconds of a moment of the store's clock; *starts* are the local times of the day at
    which a shift begins, none where a person says so; *wrapup* gives a queue's wrap-up in seconds. Without a *ledger*
    nothing is kept.
    """

    def __init__(
        self,
        store: Store,
        epoch_of: Callable[[float], float],
        now: float,
        *,
        starts: Sequence[time] = (),
        wrapup: Callable[[str], int] = lambda _: 0,
        ledger: Ledger | None = None,
    ) -> None:
        self._store = store
        self._epoch_of = epoch_of
        self._starts = starts
        self._wrapup = wrapup
        self._ledger = ledger
        self._watching = False
        self._saved_at = self._booked_at = now
        self._problem = ""
        self.tally = self._resume(epoch_of(now))
        store.observers.append(self._observe)

    @property
    def problem(self) -> str:
        """Why the shift is not kept, in one line; empty while it is."""
        return self._problem or (self._ledger.problem if self._ledger is not None else "")

    def begin(self, now: float) -> None:
        """Begin a new shift: a person said so."""
        self._begin(self._epoch_of(now), now)

    def tick(self, now: float, *, watching: bool) -> None:
        """Do what is due; call it every second or so. *watching*: the store follows the PBX."""
        epoch = self._epoch_of(now)
        if watching and not self._watching:
            self.tally.watch(self._store, epoch)
        elif self._watching and not watching:
            self.tally.rest(epoch)
        self._watching = watching
        boundary = last_start(self._starts, epoch)
        if boundary is not None and boundary > self.tally.started:
            self._begin(boundary, now)
        if now - self._booked_at >= BOOK_EVERY:
            self._booked_at = now
            self.tally.book(epoch)
        if now - self._saved_at >= SAVE_EVERY:
            self._save(now)

    def close(self, now: float) -> None:
        """Write what is left, and count no more."""
        if self._observe in self._store.observers:
            self._store.observers.remove(self._observe)
        self.tally.rest(self._epoch_of(now))
        self._watching = False
        self._save(now)
        if self._ledger is not None:
            self._ledger.close()

    def _observe(self, fact: Fact) -> None:
        self.tally.count(fact, self._store, self._epoch_of(fact.at))

    def _begin(self, started: float, now: float) -> None:
        self.tally.rest(max(started, self.tally.started))
        self._save(now)
        self.tally = Tally(started, self._wrapup)
        for queue in self._store.queues.values():
            for caller in queue.callers:
                self.tally.carry(queue.name, caller.uniqueid, self._epoch_of(caller.joined))
        if self._watching:
            self.tally.watch(self._store, started)
        self._save(now)

    def _save(self, now: float) -> None:
        self._saved_at = now
        tally = self.tally
        if self._ledger is None:
            return
        if self._ledger.problem:
            tally.change_all()  # what was to be written before was not
        if tally.changed:
            self._ledger.save(changes(tally, self._store.name, self._epoch_of(now)))

    def _resume(self, epoch: float) -> Tally:
        """Return the tally of the shift that runs: the one that was kept, if it is that one, else a new one."""
        boundary = last_start(self._starts, epoch)
        kept = self._ledger.load(self._store.name) if self._ledger is not None else None
        if kept is not None and runs(kept, self._starts, epoch):
            tally = Tally(kept.started, self._wrapup)
            try:
                restore(kept, tally)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                self._problem = f"the shift's figures that were kept cannot be read: {error!r}"
            else:
                return tally
        tally = Tally(boundary if boundary is not None else epoch, self._wrapup)
        tally.watched_from = epoch
        return tally


def runs(kept: Record, starts: Sequence[time], epoch: float) -> bool:
    """Whether the shift *kept* is the one that runs at *epoch*, where shifts begin at *starts*."""
    if kept.started > epoch:
        return False
    boundary = last_start(starts, epoch)
    return kept.started >= boundary if boundary is not None else epoch - kept.saved < UNWATCHED


def last_start(starts: Sequence[time], epoch: float) -> float | None:
    """Return when, at *epoch*, a shift began last, in epoch seconds; None where no times are given."""
    today = datetime.fromtimestamp(epoch).date()
    moments = [
        datetime.combine(day, start).timestamp() for day in (today, today - timedelta(days=1)) for start in starts
    ]
    return max((moment for moment in moments if moment <= epoch), default=None)
