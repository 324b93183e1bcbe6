"""How well amitop and a PBX get on: the link, who the PBX is, and the figures of the diagnostics screen. No I/O."""

from __future__ import annotations

import traceback
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from amitop.ami.link import LinkState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from amitop.ami.session import Session

__all__ = ["RATE_SPAN", "Health", "LinkState", "LinkStatus", "PbxInfo", "Rate"]  # LinkState: the screen knows no ami

RATE_SPAN = 10.0
"""Seconds over which events a second are averaged: long enough to be calm, short enough to show a burst."""


@dataclass(slots=True)
class LinkStatus:
    """The link to one PBX. Times are of the LivePbx's monotonic clock."""

    state: LinkState = LinkState.CONNECTING
    since: float = 0.0
    reason: str = ""
    """One line: why it is not live, or what is wrong with it while it is."""
    retry_at: float | None = None
    attempt: int = 0
    reconnects: int = 0


@dataclass(slots=True)
class PbxInfo:
    """Who answered. Times are epoch seconds of the PBX; None is unknown to this login."""

    asterisk: str | None = None
    ami: str | None = None
    system: str | None = None
    started: float | None = None
    reloaded: float | None = None


class Rate:
    """Events a second over the last `RATE_SPAN` seconds, from a counter that only grows."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def sample(self, now: float, total: int) -> None:
        """Note that the counter stood at *total* at *now*."""
        if self._samples and total < self._samples[-1][1]:
            self._samples.clear()  # a new session counts from zero
        self._samples.append((now, total))
        while len(self._samples) > 2 and self._samples[1][0] <= now - RATE_SPAN:
            self._samples.popleft()

    @property
    def value(self) -> float:
        """Events a second; 0.0 before two samples."""
        if len(self._samples) < 2:
            return 0.0
        (first_at, first), (last_at, last) = self._samples[0], self._samples[-1]
        return (last - first) / (last_at - first_at) if last_at > first_at else 0.0


@dataclass(slots=True)
class Health:
    """The figures of one PBX's link. Counts run since amitop started, over all reconnects."""

    rtt: float | None = None
    """Seconds of the last Ping's round trip."""
    clock_offset: float | None = None
    """Seconds by which the PBX's clock is ahead of this machine's."""
    rate: Rate = field(default_factory=Rate)
    events: Counter[str] = field(default_factory=Counter)
    """Events by name in this session, those that nobody reads included."""
    bytes_in: int = 0
    bytes_out: int = 0
    skipped: int = 0
    """Events dropped after their first line, because no view reads them."""
    damaged: int = 0
    faults: int = 0
    """Events whose application to the state raised: each is a bug of amitop."""
    last_fault: str = ""
    lists: int = 0
    """CoreShowChannels lists compared with the state."""
    list_seconds: float = 0.0
    """How long the PBX took for the last one."""
    earlier: Counter[str] = field(default_factory=Counter)
    """Sums of the sessions before this one."""

    @property
    def events_per_second(self) -> float:
        """Average of the last seconds."""
        return self.rate.value

    def blame(self, what: str) -> None:
        """Count the exception that is being handled: *what* could not be made part of the state."""
        self.faults += 1
        self.last_fault = f"{what}: {traceback.format_exc(limit=-1).strip().splitlines()[-1]}"

    def read(self, session: Session, now: float) -> None:
        """Take over what *session* has counted until *now*."""
        counters = session.counters
        self.events = counters.events
        self.rate.sample(now, counters.events.total())
        self.bytes_in, self.bytes_out = counters.bytes_in, counters.bytes_out
        self.skipped, self.damaged = counters.skipped, counters.damaged
        self.rtt, self.clock_offset = session.rtt, session.clock_offset

    def end_session(self) -> None:
        """Keep this session's counts while the next one starts from zero."""
        self.earlier.update(self.totals())
        self.bytes_in = self.bytes_out = self.skipped = self.damaged = 0
        self.events = Counter()
        self.rate = Rate()
        self.rtt = None

    def totals(self) -> Mapping[str, int]:
        """Counts of this session by what they count."""
        return {
            "events": self.events.total(),
            "bytes in": self.bytes_in,
            "bytes out": self.bytes_out,
            "skipped": self.skipped,
            "damaged": self.damaged,
        }
