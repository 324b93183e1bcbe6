"""What an agent did since the shift began, and for how long."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from amitop.pbx.queue_model import MemberStatus

if TYPE_CHECKING:
    from collections.abc import Collection

    from amitop.pbx.queue_model import Member

REASONS = 30
"""Pause reasons that are told apart of one agent: whoever types one may type any."""
OTHER = "other"
"""Stands for those beyond."""


class Doing(StrEnum):
    """What time is spent on. The first that holds counts."""

    TALK = "talk"
    """With a caller of a queue."""
    RING = "ring"
    """A queue rings them."""
    PAUSE = "pause"
    """Paused in every queue."""
    BUSY = "busy"
    """On the phone, but not for a queue."""
    WRAP_UP = "wrap-up"
    IDLE = "idle"
    """Free, and waiting for a call."""
    AWAY = "away"
    """The phone is not there, or the agent is in no queue."""


_RANK = {doing: rank for rank, doing in enumerate(Doing)}
_AWAY = {MemberStatus.UNAVAILABLE, MemberStatus.INVALID, MemberStatus.UNKNOWN}


@dataclass(slots=True, frozen=True)
class Now:
    """What somebody does, and why, if it is a pause."""

    doing: Doing
    reason: str = ""


AWAY = Now(Doing.AWAY)


def doing(memberships: Collection[Member]) -> Now:
    """Return what the memberships of one interface say."""
    if not memberships:
        return AWAY
    if any(member.talking for member in memberships):
        return Now(Doing.TALK)
    if any(member.ringing_for is not None for member in memberships):
        return Now(Doing.RING)
    if all(member.paused for member in memberships):
        return Now(Doing.PAUSE, next((m.pause_reason for m in memberships if m.pause_reason), ""))
    states = {member.status for member in memberships}
    if states <= _AWAY:
        return AWAY
    return Now(Doing.IDLE if states <= _AWAY | {MemberStatus.NOT_IN_USE} else Doing.BUSY)


@dataclass(slots=True)
class AgentTally:
    """Counts and seconds of one agent. Times are epoch seconds."""

    name: str = ""
    answered: int = 0
    """Calls of queues that they took."""
    completed: int = 0
    """Of those, the ones that are over."""
    talk: float = 0.0
    """Seconds of those that are over, as Asterisk tells them."""
    missed: int = 0
    """Rings that they did not answer."""
    seconds: dict[Doing, float] = field(default_factory=dict)
    """By what they did, up to `since`."""
    pauses: dict[str, float] = field(default_factory=dict)
    """Seconds of pause by reason, "" where none was given, up to `since`."""
    now: dict[str, Now] = field(default_factory=dict)
    """What each of their interfaces says; most agents have one."""
    since: float | None = None
    """When what they do now began; None while nobody watches."""
    wrap_until: float = 0.0
    """When the wrap-up of the last call ends."""

    @property
    def counted(self) -> bool:
        """Whether anything was counted of them at all."""
        return bool(self.answered or self.completed or self.missed or self.seconds)

    @property
    def current(self) -> Now:
        """What they do now."""
        return min(self.now.values(), key=lambda now: _RANK[now.doing], default=AWAY)

    @property
    def mean_talk(self) -> float | None:
        """Average seconds of talk; None before the first is over."""
        return self.talk / self.completed if self.completed else None

    def turn(self, interface: str, now: Now | None, epoch: float, wrapup: float = 0.0) -> None:
        """Take it that *interface* says *now* from *epoch* on; None: it is in no queue any more.

        *wrapup* is how long the wrap-up lasts, if a talk ends by that.
        """
        before = self.current
        self.settle(epoch)
        if now is None:
            self.now.pop(interface, None)
        else:
            self.now[interface] = now
        if before.doing is Doing.TALK and self.current.doing is not Doing.TALK:
            self.wrap_until = epoch + wrapup

    def settle(self, epoch: float) -> None:
        """Book the time until *epoch*."""
        if self.since is not None and epoch > self.since:
            for what, seconds in self._running(epoch).items():
                self.seconds[what] = self.seconds.get(what, 0.0) + seconds
            current = self.current
            if current.doing is Doing.PAUSE:
                reason = self._reason(current.reason)
                self.pauses[reason] = self.pauses.get(reason, 0.0) + epoch - self.since
        self.since = epoch if self.since is None else max(epoch, self.since)

    def stop(self, epoch: float) -> None:
        """Book the time until *epoch*, from which on nobody watches."""
        self.settle(epoch)
        self.since = None

    def spent(self, what: Doing, epoch: float) -> float:
        """Return the seconds that went into *what* until *epoch*."""
        return self.seconds.get(what, 0.0) + self._running(epoch).get(what, 0.0)

    def logged_in(self, epoch: float) -> float:
        """Return the seconds in which they could be reached, or were paused."""
        return sum(self.spent(what, epoch) for what in Doing if what is not Doing.AWAY)

    def paused(self, epoch: float) -> dict[str, float]:
        """Return the seconds of pause by reason until *epoch*."""
        current = self.current
        pauses = dict(self.pauses)
        if current.doing is Doing.PAUSE and self.since is not None:
            reason = self._reason(current.reason)
            pauses[reason] = pauses.get(reason, 0.0) + max(0.0, epoch - self.since)
        return pauses

    def _running(self, epoch: float) -> dict[Doing, float]:
        """Return the seconds since `since` by what they went into: an idle time may begin with a wrap-up."""
        if self.since is None:
            return {}
        seconds = max(0.0, epoch - self.since)
        what = self.current.doing
        if what is not Doing.IDLE:
            return {what: seconds}
        wrap = min(seconds, max(0.0, self.wrap_until - self.since))
        return {Doing.WRAP_UP: wrap, Doing.IDLE: seconds - wrap}

    def _reason(self, reason: str) -> str:
        return reason if reason in self.pauses or len(self.pauses) < REASONS else OTHER
