"""What is known of conference rooms and of parked calls. Facts only; times are of the store's clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amitop.pbx.model import Key, Party


@dataclass(slots=True, eq=False)
class Participant:
    """Somebody in a conference."""

    room: str
    """The conference's name."""
    uniqueid: str
    channel: str
    """Name of the channel: what the actions on conferences ask for (`ami.md` E.5)."""
    caller: Party
    joined: float
    joined_known: bool = True
    """False: it was there before amitop was, and `joined` is when its call was answered, which was before."""
    admin: bool = False
    muted: bool = False
    talking: bool = False
    """Only told of those with `talk_detection_events=yes`, and in lists."""
    waiting: bool | None = None
    """Hears music until somebody who is marked comes. Only lists tell; None: none did yet."""
    marked: bool | None = None
    """Is one of those whom others wait for. Only lists tell."""
    waits_for_marked: bool = False
    """Waits again whenever nobody who is marked is there. Only lists tell."""


@dataclass(slots=True, eq=False)
class Conference:
    """A ConfBridge room, for as long as somebody is in it."""

    pbx: str
    name: str
    begun: float
    begun_known: bool = True
    """False: it was there before amitop was."""
    bridge: str | None = None
    """Uniqueid of its bridge; None while only a list has told of the room."""
    locked: bool | None = None
    """Only lists tell; None: none did yet."""
    muted: bool | None = None
    """All who are not admins are muted as a whole. Only lists tell."""
    recording: bool | None = None
    """Only events tell; None: some may have been missed."""
    recorded_since: float | None = None
    members: dict[str, Participant] = field(default_factory=dict)
    """By Uniqueid, in the order in which they came."""
    listed_at: float | None = None
    """When its people were listed last."""
    key: Key = field(init=False)
    """(PBX, name)."""

    def __post_init__(self) -> None:
        """Name the row."""
        self.key = (self.pbx, self.name)


@dataclass(slots=True, frozen=True)
class ParkedCall:
    """A call that is parked."""

    uniqueid: str
    channel: str
    """Name of the channel."""
    caller: Party
    connected: Party
    """Whom it talked with before, as the PBX has it."""
    lot: str
    space: str
    parker: str | None
    """Who is rung when the time is up, as it is dialled: `PJSIP/agent05`. Mostly who parked it."""
    since: float
    limit: float | None
    """Seconds that it may stay; None: for as long as it takes."""

    def left(self, now: float) -> float | None:
        """Seconds until its time is up, not below 0; None where there is no limit."""
        return None if self.limit is None else max(0.0, self.since + self.limit - now)


@dataclass(slots=True, frozen=True)
class ParkingLot:
    """A parking lot, as Parkinglots lists it."""

    name: str
    first: str
    last: str
    limit: float | None
    """Seconds; None: no limit."""
