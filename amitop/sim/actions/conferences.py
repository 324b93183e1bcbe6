"""ConfBridge: lists and what a moderator does (`ami.md` C, E.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim.action import Refusal, action

if TYPE_CHECKING:
    from amitop.sim.action import Ask
    from amitop.sim.event import Header
    from amitop.sim.room import Conference, Participant

MODULE = "app_confbridge"
NO_NAME = "No Conference name provided."
NONE_ACTIVE = "No active conferences."


def _room_of(ask: Ask) -> Conference:
    """Return the conference that is named. Raises `Refusal` where there is none."""
    room = ask.exchange.conferences.get(ask.need("Conference", NO_NAME))
    if room is None:
        raise Refusal("No Conference by that name found." if ask.exchange.conferences else NONE_ACTIVE)
    return room


def _yes(value: bool) -> str:
    return "Yes" if value else "No"


@action("ConfbridgeListRooms", "reporting", "List active conferences.", MODULE)
def list_rooms(ask: Ask) -> None:
    """List conferences. That there is none is an error to Asterisk."""
    rooms = ask.exchange.conferences.values()
    if not rooms:
        ask.error(NONE_ACTIVE)
        return
    items = [ask.item("ConfbridgeListRooms", _room(room)) for room in rooms]
    ask.listing("Confbridge conferences will follow", "ConfbridgeListRoomsComplete", items)


def _room(room: Conference) -> list[Header]:
    return [
        ("Conference", room.name),
        ("Parties", str(len(room.members))),
        ("Marked", str(sum(member.marked for member in room.members.values()))),
        ("Locked", _yes(room.locked)),
        ("Muted", _yes(room.muted)),
    ]


@action("ConfbridgeList", "reporting", "List participants in a conference.", MODULE)
def list_participants(ask: Ask) -> None:
    """List who is in a conference."""
    room, now = _room_of(ask), ask.exchange.clock.now
    items = [
        ask.item("ConfbridgeList", _participant(room, member, now), member.channel.block())
        for member in room.members.values()
    ]
    ask.listing("Confbridge user list will follow", "ConfbridgeListComplete", items)


def _participant(room: Conference, member: Participant, now: float) -> list[Header]:
    answered = member.channel.answered
    return [
        ("Conference", room.name),
        ("Admin", _yes(member.admin)),
        ("MarkedUser", _yes(member.marked)),
        ("WaitMarked", _yes(member.wait_marked)),
        ("EndMarked", _yes(member.end_marked)),
        ("EndMarkedAny", "No"),
        ("Waiting", _yes(member.waiting)),
        ("Muted", _yes(member.muted)),
        ("Talking", _yes(member.talking)),
        ("AnsweredTime", str(int(now - answered) if answered is not None else 0)),
    ]


def _mute(ask: Ask, on: bool) -> None:
    ask.need("Conference", NO_NAME)
    channel = ask.need("Channel", "No channel name provided.")
    if ask.exchange.conf_mute(_room_of(ask).name, channel, on):
        ask.ack("User muted" if on else "User unmuted")
    else:
        ask.error("No Channel by that name found in Conference.")


@action("ConfbridgeMute", "call", "Mute a Confbridge user.", MODULE)
def mute(ask: Ask) -> None:
    """Mute a participant."""
    _mute(ask, on=True)


@action("ConfbridgeUnmute", "call", "Unmute a Confbridge user.", MODULE)
def unmute(ask: Ask) -> None:
    """Let a participant be heard again."""
    _mute(ask, on=False)


@action("ConfbridgeKick", "call", "Kick a Confbridge user.", MODULE)
def kick(ask: Ask) -> None:
    """Throw out a participant, `participants` (who are no administrators) or `all`."""
    channel = ask.get("Channel")
    if ask.exchange.conf_kick(_room_of(ask).name, channel):
        ask.ack("All participants kicked" if channel in {"all", "participants"} else "User kicked")
    else:
        ask.error("No Channel by that name found in Conference.")


def _lock(ask: Ask, on: bool) -> None:
    ask.exchange.conf_lock(_room_of(ask).name, on)
    ask.ack("Conference locked" if on else "Conference unlocked")


@action("ConfbridgeLock", "call", "Lock a Confbridge conference.", MODULE)
def lock(ask: Ask) -> None:
    """Let nobody else in. There is no event of it."""
    _lock(ask, on=True)


@action("ConfbridgeUnlock", "call", "Unlock a Confbridge conference.", MODULE)
def unlock(ask: Ask) -> None:
    """Let others in again."""
    _lock(ask, on=False)


def _record(ask: Ask, on: bool) -> None:
    room = _room_of(ask)
    if on and room.recording:
        ask.error("Conference is already being recorded.")
    elif not on and not room.recording:
        ask.error("Internal error while stopping recording.")
    else:
        ask.ack("Conference Recording Started." if on else "Conference Recording Stopped.")
        ask.exchange.conf_record(room.name, on, ask.get("RecordFile"))


@action("ConfbridgeStartRecord", "system", "Start recording a Confbridge conference.", MODULE)
def start_record(ask: Ask) -> None:
    """Record a conference. No file is written."""
    _record(ask, on=True)


@action("ConfbridgeStopRecord", "system", "Stop recording a Confbridge conference.", MODULE)
def stop_record(ask: Ask) -> None:
    """End the recording."""
    _record(ask, on=False)
