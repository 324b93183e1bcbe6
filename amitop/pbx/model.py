"""What is known of a PBX: channels, bridges, dials and calls. Facts only: no markup, no durations, no I/O.

All times are seconds of the one clock that the store is given (`Store.apply(packet, now)`); nothing here reads a clock.
Text is what the PBX sent, not cleaned: identities must stay exact, and whatever shows text cleans it (`amitop.text`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import NamedTuple

Key = tuple[str, str]
"""What a row of the screen is known by: (name of the PBX, Uniqueid or its like)."""


class ChannelState(IntEnum):
    """`ChannelState` of a channel snapshot (`ami.md` B.1); include/asterisk/channelstate.h."""

    DOWN = 0
    RSRVD = 1
    OFFHOOK = 2
    DIALING = 3
    RING = 4
    RINGING = 5
    UP = 6
    BUSY = 7
    DIALING_OFFHOOK = 8
    PRERING = 9
    MUTE = 10
    UNKNOWN = 99


class Party(NamedTuple):
    """A caller ID: number and name, each None where the PBX has none."""

    num: str | None
    name: str | None


NOBODY = Party(None, None)


class Position(NamedTuple):
    """Where a channel is in the dialplan (the current step, not the number dialled)."""

    context: str | None
    exten: str | None
    priority: int | None


@dataclass(slots=True, eq=False)
class Channel:
    """One leg. Known by its Uniqueid; its name is only an index (`ami.md` D.2)."""

    pbx: str
    uniqueid: str
    name: str
    linkedid: str
    state: ChannelState
    state_text: str
    """Asterisk's own ChannelStateDesc."""
    caller: Party
    connected: Party
    language: str | None
    account: str | None
    position: Position
    created: float
    """When the channel began. With `partial`, when it was first heard of, until a snapshot's Duration corrects it."""
    dialled: str | None = None
    """The extension that the channel first stood at: what the caller dialled, for an incoming leg."""
    outgoing: bool | None = None
    """Whether the PBX called it, and not it the PBX; None where that was not seen (`traffic.outgoing` guesses then)."""
    application: str | None = None
    data: str | None = None
    application_at: float | None = None
    """When application and data were last told (by Newexten, Status or a snapshot)."""
    answered: float | None = None
    """When the state became Up; None if it is not, or if that was before amitop was there to see."""
    bridge: str | None = None
    bridged_at: float | None = None
    """When it entered its bridge; None when unknown (it was there at the first snapshot)."""
    held_at: float | None = None
    hold_told: float | None = None
    """When a Hold or Unhold was heard last; None while there was none, or when another may have been missed since."""
    music: str | None = None
    """Class of the music on hold that plays to it now."""
    recordings: int = 0
    recording_muted: bool = False
    unheard: bool = False
    """Muted from here: the others do not hear it. No event tells of it."""
    deaf: bool = False
    """Muted from here: it does not hear the others."""
    ends_at: float | None = None
    """When the PBX will hang it up, as far as that was set from here; None for never."""
    spies: frozenset[str] = frozenset()
    """Uniqueids of the channels that listen to this one."""
    spying_on: str | None = None
    local_other: str | None = None
    """Uniqueid of the other half of a Local channel."""
    hanging: bool = False
    partial: bool = False
    """First heard of in the middle of its life, by an event other than Newchannel or by a snapshot."""
    missed: bool = False
    """There was no link for a part of its life: what no list tells may have changed."""
    heard: float = 0.0
    """When an event or list last spoke of it."""
    touched: int = 0
    """The store's count of events (`Store.version`) at the last event about it: a list is not one."""
    block: tuple[str, ...] = ()
    """The last channel block as sent, to see what a newer one changes."""
    order: int = 0
    """Which came first of two channels with the same `created`: the smaller."""
    variables: dict[str, str] = field(default_factory=dict)
    """`ChanVariable`s, where manager.conf names any (`channelvars`)."""
    key: Key = field(init=False)
    """The row's identity, made once: tables ask for 10,000 of them several times a second."""

    def __post_init__(self) -> None:
        """Name the row."""
        self.key = (self.pbx, self.uniqueid)

    @property
    def held(self) -> bool | None:
        """Whether it is on hold; None where nobody can know, because only events tell and some may have been missed."""
        if self.held_at is not None:
            return True
        return False if self.hold_told is not None or not (self.partial or self.missed) else None

    @property
    def recorded(self) -> bool | None:
        """Whether it is being recorded; None where nobody can know. Asterisk before 16.17 and 18.3 tells of none."""
        if self.recordings:
            return True
        return None if self.partial or self.missed else False

    @property
    def technology(self) -> str:
        """`PJSIP`, `Local`, ...: the channel's driver."""
        return self.name.partition("/")[0]

    @property
    def device(self) -> str:
        """The name without the serial number that Asterisk appends: `PJSIP/agent01` of `PJSIP/agent01-0000002a`."""
        head, dash, _ = self.name.rpartition("-")
        return head if dash else self.name


@dataclass(slots=True, eq=False)
class Bridge:
    """A mixing bridge and who is in it."""

    pbx: str
    uniqueid: str
    type: str
    technology: str
    creator: str | None
    name: str | None
    created: float
    members: dict[str, float | None] = field(default_factory=dict)
    """Uniqueid of each channel in it, in order of entry, with when it entered (None: before amitop was there)."""
    partial: bool = False

    @property
    def holding(self) -> bool:
        """Whether strangers wait here side by side (parking, hold, BridgeWait): never one call (`ami.md` D.2)."""
        return self.type in {"parking", "agent_hold"} or self.technology == "holding_bridge"

    @property
    def conference(self) -> bool:
        """Whether this is a ConfBridge room."""
        return self.creator == "ConfBridge"

    @property
    def connects(self) -> bool:
        """Whether being in it together makes one call: not in a room, where strangers meet (`ami.md` D.2, D.5)."""
        return not self.holding and not self.conference


@dataclass(slots=True, eq=False)
class Dial:
    """One dialled leg on its way to an answer: from DialBegin to DialEnd."""

    caller: str | None
    """Uniqueid; None when nobody dials (Originate, call file)."""
    dest: str
    dial_string: str | None
    begun: float
    status: str | None = None
    """Last DialStatus: RINGING, PROGRESS, ..."""


class Outage(NamedTuple):
    """When the link was lost, and the store's count of events then."""

    at: float
    version: int


class CallState(StrEnum):
    """What a call is doing, in the words that the screen uses."""

    DIALING = "Dialing"
    RINGING = "Ringing"
    WAITING = "Waiting"
    """In a queue, nobody has it yet."""
    TALKING = "Talking"
    HELD = "On hold"
    CONFERENCE = "Conference"
    PARKED = "Parked"
    APPLICATION = "In app"
    """Up, alone with the dialplan: a prompt, a menu, voicemail."""
    ENDING = "Ending"
    ENDED = "Ended"


@dataclass(slots=True, eq=False)
class Call:
    """A group of legs that belong together (`ami.md` D.2)."""

    pbx: str
    id: str
    """Uniqueid of the leg that the call began with; stays when that leg leaves."""
    legs: list[Channel]
    """Oldest first."""
    started: float
    talk_since: float | None = None
    """When two parties first met in a bridge; None while they have not, or when it was before amitop was there."""
    met_before: bool = False
    """Two parties had met before amitop was there to see."""
    partial: bool = False
    first: Channel | None = None
    """The leg that the call began with, also when it has gone: it says whose call this is."""
    queue: str | None = None
    """The queue that it waits in or came through."""
    cause: int | None = None
    cause_text: str = ""
    """Why `first` was hung up, once it was."""
    key: Key = field(init=False)
    """The row's identity, made once."""
    order: int = field(init=False)
    """Which came first of two calls with the same `started`: the smaller."""

    def __post_init__(self) -> None:
        """Name the row."""
        self.key = (self.pbx, self.id)
        self.order = 0 if self.first is None else self.first.order


@dataclass(slots=True, frozen=True)
class EndedChannel:
    """A channel after its Hangup, kept for a while with the cause."""

    channel: Channel
    call_id: str
    at: float
    cause: int | None
    cause_text: str
    """In words: the PBX's `Cause-txt`, else Q.850's name, and TechCause where there is one."""
    lost: bool = False
    """Removed by two snapshots that did not list it, without a Hangup seen."""


@dataclass(slots=True, frozen=True)
class EndedCall:
    """A call after its last leg has gone."""

    call: Call
    at: float
    cause: int | None
    cause_text: str


@dataclass(slots=True, frozen=True)
class Note:
    """One line of a call's story, for the detail pane: when, which event, what it said in short."""

    at: float
    event: str
    uniqueid: str
    text: str
