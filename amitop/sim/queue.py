"""What a queue, its members and its callers are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amitop.sim.channel import Channel


@dataclass(slots=True, eq=False)
class Member:
    """An interface in one queue (`ami.md` B.1 `<M>`)."""

    queue: str
    interface: str
    name: str
    state_interface: str
    membership: str = "static"
    """static, dynamic, realtime."""
    penalty: int = 0
    calls_taken: int = 0
    last_call: int = 0
    last_pause: int = 0
    login_time: int = 0
    """Epoch seconds, whole, 0 for never."""
    status: int = 1
    """The state of its device, 0 to 8."""
    paused: bool = False
    paused_reason: str = ""
    ring_in_use: bool = False
    wrapup: int = 0
    """Its own wrap-up time; 0 means the queue's."""
    started: int = 0
    """When it answered the caller of this queue whom it serves now, else 0 (InCall)."""
    in_sl: bool = False
    """Whether that caller was answered within the service level."""
    trying: bool = False
    """Whether this queue is making it ring: no other one does then, unless it may ring in use."""
    position: int = 0
    """Where it comes in the queue's round."""

    @property
    def in_call(self) -> bool:
        """Whether it serves a caller of this queue."""
        return self.started != 0


@dataclass(slots=True, eq=False)
class Caller:
    """Somebody who waits in a queue."""

    channel: Channel
    priority: int
    joined: float
    position: int = 0
    original_position: int = 0
    expires: float = 0.0
    """When its time in Queue() is up; 0: never."""
    withdrawn: bool = False
    pending: bool = False
    """Whether members ring for it now."""


@dataclass(slots=True, eq=False)
class Queue:
    """A queue as queues.conf says it and as it goes (app_queue)."""

    name: str
    strategy: str = "ringall"
    """ringall, leastrecent, fewestcalls, rrmemory, random, linear."""
    timeout: float = 15.0
    retry: float = 5.0
    wrapup: int = 0
    service_level: int = 0
    max_len: int = 0
    weight: int = 0
    join_empty: bool = True
    ring_in_use: bool = False
    music: str = "default"
    members: dict[str, Member] = field(default_factory=dict)
    """By interface."""
    callers: list[Caller] = field(default_factory=list)
    """Who waits, first first."""
    hold_time: int = 0
    talk_time: int = 0
    completed: int = 0
    completed_in_sl: int = 0
    abandoned: int = 0
    abandoned_in_sl: int = 0
    last_tried: int = 0
    """The position of the member whom rrmemory tried last."""
    positions: int = 0
    looking: bool = False
    """Whether its callers are about to look for a member."""

    @property
    def sl_perf(self) -> float:
        """ServicelevelPerf: per cent of the completed that were answered in time (`ami.md` D.6)."""
        return 100.0 * self.completed_in_sl / self.completed if self.completed else 0.0

    @property
    def sl_perf2(self) -> float:
        """ServicelevelPerf2: per cent of all that were answered, or gave up, in time."""
        total = self.completed + self.abandoned
        return 100.0 * (self.completed_in_sl + self.abandoned_in_sl) / total if total else 0.0

    def restart(self, now: int) -> None:
        """Be as after a start of Asterisk: nobody waits, figures are nought, dynamic members are gone."""
        self.callers.clear()
        self.hold_time = self.talk_time = self.completed = self.abandoned = 0
        self.completed_in_sl = self.abandoned_in_sl = 0
        self.looking = False
        for member in list(self.members.values()):
            if member.membership == "dynamic":
                del self.members[member.interface]
                continue
            member.calls_taken = member.last_call = member.last_pause = member.started = 0
            member.login_time = now
            member.trying = member.paused = False
            member.paused_reason = ""
