"""Queues: who waits in them and who answers them. Facts only, as in `model`.

Moments are seconds of the store's clock. Only a member's `last_call`, `last_pause` and `login` are of the PBX's own, as
it sent them, because a store has no wall clock: whoever shows them brings the PBX's time of day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amitop.pbx.model import Key, Party


class MemberStatus(IntEnum):
    """`Status` of a member: the state of its device (`ami.md` B.1)."""

    UNKNOWN = 0
    NOT_IN_USE = 1
    IN_USE = 2
    BUSY = 3
    INVALID = 4
    UNAVAILABLE = 5
    RINGING = 6
    RING_IN_USE = 7
    ON_HOLD = 8

    @property
    def words(self) -> str:
        """Asterisk's own words for it (main/devicestate.c, `ast_devstate2str`)."""
        return _STATUS_WORDS[self]


_STATUS_WORDS = {
    MemberStatus.UNKNOWN: "Unknown",
    MemberStatus.NOT_IN_USE: "Not in use",
    MemberStatus.IN_USE: "In use",
    MemberStatus.BUSY: "Busy",
    MemberStatus.INVALID: "Invalid",
    MemberStatus.UNAVAILABLE: "Unavailable",
    MemberStatus.RINGING: "Ringing",
    MemberStatus.RING_IN_USE: "Ring+Inuse",
    MemberStatus.ON_HOLD: "On Hold",
}


@dataclass(slots=True, eq=False)
class QueueCaller:
    """Somebody who waits. Known by the channel's Uniqueid, which is in one queue at a time."""

    line: Queue
    uniqueid: str
    channel: str
    """The channel's name when it joined or was listed: some actions take nothing else (`ami.md` E.4)."""
    caller: Party
    joined: float
    """When the wait began."""
    joined_known: bool = True
    """False when a list gave `joined`, in whole seconds."""
    priority: int | None = None
    """None until a list tells; no event does."""
    original_position: int | None = None
    """The position that it joined at; None when amitop was not there to see."""
    settled: bool = False
    """It leaves without an answer, and that has been counted; the Leave is still to come."""
    place: int = 0
    """See `position`."""

    @property
    def key(self) -> Key:
        """The row's identity."""
        return (self.line.pbx, self.uniqueid)

    @property
    def queue(self) -> str:
        """The queue's name."""
        return self.line.name

    @property
    def position(self) -> int:
        """1 is next. Callers are numbered when somebody asks, because one who leaves moves all behind."""
        if not self.line.numbered:
            self.line.number()
        return self.place


@dataclass(slots=True, eq=False)
class Member:
    """A member of one queue. The same person is another member of each other queue (`agents.Agent` joins them)."""

    pbx: str
    queue: str
    interface: str
    """What the queue dials; with the queue, what a member is known by."""
    name: str
    """`MemberName`: may change, and two may share it."""
    state_interface: str
    """Whose device state counts."""
    membership: str
    """`static`, `dynamic`, or `realtime`, which only events tell apart from static."""
    penalty: int = 0
    calls_taken: int = 0
    last_call: int | None = None
    """Epoch seconds of the end of its last call, as last told; None for never. See `completed_at`."""
    last_pause: int | None = None
    """Epoch seconds of the last pause's beginning. Realtime members may have a wrong one (`ami.md` D.6)."""
    login: int | None = None
    """Epoch seconds; of a static member, when the queue was loaded."""
    in_call: bool = False
    """Asterisk has it on a call of this queue. A reset of the queue's figures makes it forget that (`talking_to`)."""
    status: MemberStatus = MemberStatus.UNKNOWN
    status_since: float | None = None
    """When the status became what it is; None when that was before amitop was there to see."""
    paused: bool = False
    paused_since: float | None = None
    """When the pause was seen to begin; None when not paused or not seen, then `last_pause` may tell."""
    unpaused_at: float | None = None
    """When a pause was last seen to end."""
    pause_reason: str | None = None
    ringinuse: bool | None = None
    """None until an event tells; no list does."""
    wrapup: int = 0
    """Seconds of wrap-up of this member, 0: the queue's own wrapuptime, which AMI does not tell."""
    ringing_for: str | None = None
    """Uniqueid of the caller for whom the queue rings it now."""
    ringing_since: float | None = None
    talking_to: str | None = None
    """Uniqueid of the caller that the queue connected it with; None when it talks to none or when that was not seen."""
    talking_since: float | None = None
    leg: str | None = None
    """Uniqueid of its own channel in the call of this queue, or of the one that rings."""
    completed_at: float | None = None
    """When its last call of this queue was seen to end: Asterisk tells `last_call` only with the next event."""
    missed_rings: int = 0
    """Rings that it did not answer since its last answer, as far as amitop was there."""

    @property
    def talking(self) -> bool:
        """Whether it is on a call of this queue."""
        return self.in_call or self.talking_to is not None

    @property
    def key(self) -> Key:
        """The row's identity."""
        return (self.pbx, f"{self.queue}\n{self.interface}")  # neither can hold a line feed


@dataclass(slots=True, eq=False)
class Queue:
    """A queue, with Asterisk's figures about it.

    The figures are since the queue was loaded or reset. Lists give them; in between they are worked out from events as
    Asterisk does (`ami.md` D.6), so that holdtime and talktime may be off by a second until the next list.
    """

    pbx: str
    name: str
    strategy: str | None = None
    """None until a list tells: events only name the queue."""
    max: int = 0
    """Callers that it takes; 0 is no limit."""
    weight: int = 0
    service_level: int = 0
    """Seconds within which a call should be answered; 0 is Asterisk's default and means that nobody set it."""
    holdtime: int = 0
    """Average wait of those who were answered: an exponential one, of about the last four calls."""
    talktime: int = 0
    """The same of talk."""
    completed: int = 0
    """Calls that were answered and are over."""
    abandoned: int = 0
    """Callers who left without an answer: gave up, timed out, were sent on."""
    completed_in_time: int = 0
    """Of `completed`, those within the service level: Asterisk tells only the percentage."""
    abandoned_in_time: int | None = 0
    """Of `abandoned`, those within the service level; None where Asterisk (before 15) does not tell."""
    callers: list[QueueCaller] = field(default_factory=list)
    """Who waits, next one first."""
    unseen: int = 0
    """How many wait besides, whom no event or list has named yet. They are taken to stand in front."""
    members: dict[str, Member] = field(default_factory=dict)
    """By interface."""
    listed_at: float | None = None
    """When a list last told of it."""
    numbered: bool = True
    """Whether the callers' places are up to date."""
    estimates: int = 0
    """Calls by which the figures were worked out since the last list."""
    figured_at: float | None = None
    """When that last happened."""

    @property
    def key(self) -> Key:
        """The row's identity."""
        return (self.pbx, self.name)

    @property
    def waiting(self) -> int:
        """How many wait: Asterisk's `Calls`."""
        return len(self.callers) + self.unseen

    @property
    def longest_since(self) -> float | None:
        """When the one who waits longest began to; None when nobody does. Priority may have put another in front."""
        return min((caller.joined for caller in self.callers), default=None)

    @property
    def sl_perf(self) -> float:
        """Asterisk's `ServicelevelPerf`: percent of the answered calls that were answered within the service level."""
        return 100.0 * self.completed_in_time / self.completed if self.completed else 0.0

    @property
    def sl_perf2(self) -> float | None:
        """Asterisk's `ServicelevelPerf2`: percent of all calls that were answered, or given up, within it."""
        if self.abandoned_in_time is None:
            return None
        total = self.completed + self.abandoned
        return 100.0 * (self.completed_in_time + self.abandoned_in_time) / total if total else 0.0

    def number(self) -> None:
        """Bring the callers' places up to date."""
        for place, caller in enumerate(self.callers, self.unseen + 1):
            caller.place = place
        self.numbered = True


class Happening(StrEnum):
    """What can happen in a queue, once each: every repetition and late event has been sorted out."""

    JOINED = "joined"
    """A caller joined, or a list showed one whose Join was not seen (then `seen` is False)."""
    ANSWERED = "answered"
    """The queue connected a caller with a member."""
    ABANDONED = "abandoned"
    """A caller hung up: queue_log's ABANDON."""
    TIMED_OUT = "timed out"
    """A caller waited for as long as Queue() was told to: queue_log's EXITWITHTIMEOUT."""
    LEFT = "left"
    """A caller left in any other way: by a key, moved on, withdrawn, because no member was there."""
    LOST = "lost"
    """A caller was there and is not, and no event tells why."""
    COMPLETED = "completed"
    """A call between caller and member is over, or was transferred."""
    RANG = "rang"
    """A member began to ring."""
    MISSED = "missed"
    """A member did not answer, as Asterisk tells it."""
    MEMBER = "member"
    """A member's status, pause or call changed, it was added or removed."""


@dataclass(slots=True, frozen=True)
class Fact:
    """One happening, for whoever counts (`Store.observers`)."""

    what: Happening
    at: float
    queue: str
    uniqueid: str | None = None
    """Of the caller."""
    interface: str | None = None
    """Of the member."""
    wait: float | None = None
    """Seconds that the caller waited until now, or until the answer."""
    talk: float | None = None
    """Seconds of talk, of COMPLETED."""
    seen: bool = True
    """Of JOINED: whether amitop was there."""
