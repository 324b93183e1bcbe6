"""What can be done to a conference and to somebody in it, in words, before anything is sent. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from amitop.control.transfer import party_words

if TYPE_CHECKING:
    from amitop.pbx.room_model import Conference, Participant
    from amitop.pbx.store import Store


class RoomAct(StrEnum):
    """What to do."""

    MUTE = "Mute"
    UNMUTE = "Unmute"
    KICK = "Kick"
    LOCK = "Lock"
    UNLOCK = "Unlock"
    RECORD = "Record"
    STOP_RECORDING = "Stop recording"

    @property
    def action(self) -> str:
        """The AMI action that does it."""
        return _ACTIONS[self]

    @property
    def of_person(self) -> bool:
        """Whether it is done to somebody, not to the room."""
        return self in {RoomAct.MUTE, RoomAct.UNMUTE, RoomAct.KICK}


_ACTIONS = {
    RoomAct.MUTE: "ConfbridgeMute",
    RoomAct.UNMUTE: "ConfbridgeUnmute",
    RoomAct.KICK: "ConfbridgeKick",
    RoomAct.LOCK: "ConfbridgeLock",
    RoomAct.UNLOCK: "ConfbridgeUnlock",
    RoomAct.RECORD: "ConfbridgeStartRecord",
    RoomAct.STOP_RECORDING: "ConfbridgeStopRecord",
}


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """What is to be done in one room. It holds for as long as the person is in that room."""

    pbx: str
    act: RoomAct
    room: str
    bridge: str | None
    """Uniqueid of the room's bridge: another room may get the same name."""
    uniqueid: str | None
    """Of whom; None for the whole room."""
    who: str
    """The person, or the room, in words; not cleaned."""
    sentence: str
    """What will happen, not cleaned."""

    @property
    def confirmations(self) -> int:
        """How often to ask before: not for what the same key takes back."""
        return int(self.act in {RoomAct.KICK, RoomAct.RECORD, RoomAct.STOP_RECORDING})


def plan_person(store: Store, uniqueid: str, act: RoomAct) -> RoomPlan:
    """Return the plan that does *act* to somebody in a conference.

    Raises ValueError, with one line for the person at the keyboard, when that cannot be.
    """
    found = find_person(store, uniqueid)
    if found is None:
        raise ValueError("They are in no conference any more.")
    room, person = found
    who = person_words(store, person)
    admin = ", an admin," if person.admin else ""
    sentence = {
        RoomAct.MUTE: f"{who}{admin} is not heard in {room.name} any more.",
        RoomAct.UNMUTE: f"{who}{admin} is heard in {room.name} again.",
        RoomAct.KICK: f"{who}{admin} leaves {room.name}; the dialplan goes on after ConfBridge().",
    }[act]
    return RoomPlan(store.name, act, room.name, room.bridge, uniqueid, who, sentence)


def plan_room(store: Store, name: str, act: RoomAct) -> RoomPlan:
    """Return the plan that does *act* to a conference. Raises ValueError as `plan_person` does."""
    room = store.rooms.get(name)
    if room is None:
        raise ValueError(f"{name} has ended.")
    people = _people(len(room.members))
    sentence = {
        RoomAct.LOCK: f"Nobody but admins can join {name}; {people} in it.",
        RoomAct.UNLOCK: f"Everybody can join {name} again.",
        RoomAct.RECORD: f"{name} is recorded on the PBX, {people} in it. Asterisk tells nobody.",
        RoomAct.STOP_RECORDING: f"The recording of {name} ends.",
    }[act]
    return RoomPlan(store.name, act, name, room.bridge, None, name, sentence)


def toggle_mute(person: Participant) -> RoomAct:
    """Return what the mute key does to somebody."""
    return RoomAct.UNMUTE if person.muted else RoomAct.MUTE


def toggle_lock(room: Conference) -> RoomAct:
    """Return what the lock key does to a room; one of which nothing is known is locked."""
    return RoomAct.UNLOCK if room.locked else RoomAct.LOCK


def toggle_recording(room: Conference) -> RoomAct:
    """Return what the recording key does to a room; of one that is perhaps recorded, Asterisk says so."""
    return RoomAct.STOP_RECORDING if room.recording else RoomAct.RECORD


def find_person(store: Store, uniqueid: str) -> tuple[Conference, Participant] | None:
    """Return somebody's room and seat, None for those who are in no room."""
    return next(
        ((room, room.members[uniqueid]) for room in store.rooms.values() if uniqueid in room.members),
        None,
    )


def person_words(store: Store, person: Participant) -> str:
    """Who it is: the caller ID, else the channel. Not cleaned."""
    channel = store.channels.get(person.uniqueid)
    caller, name = (channel.caller, channel.name) if channel is not None else (person.caller, person.channel)
    return party_words(caller) or name


def _people(count: int) -> str:
    return "1 person is" if count == 1 else f"{count} people are"
