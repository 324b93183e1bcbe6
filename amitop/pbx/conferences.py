"""Conference rooms: who is in them, since when, and what is done to them (`ami.md` B.8, D.5).

These events come from another thread than the channels' own: a known channel is not brought up to date from them.
What no event tells (the lock, who waits for somebody who is marked) is in the lists alone: a room where that may have
changed is doubted, and whoever keeps the state asks for it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.blocks import UNIQUEID, bridge_fields, channel_fields, header, value
from amitop.pbx.channels import begin
from amitop.pbx.reducer import Reducer
from amitop.pbx.room_model import Conference, Participant

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.pbx.model import Channel, Outage
    from amitop.pbx.store import Store

GRACE = 2.0
"""Seconds for which a list is not believed that somebody is still there whose leaving was told: ConfBridge tells of it
before it takes them out (apps/app_confbridge.c, confbridge_exec)."""


class Conferences:
    """The rooms, and where each participant is."""

    def __init__(self) -> None:
        self.rooms: dict[str, Conference] = {}
        self.seats: dict[str, Participant] = {}
        """By Uniqueid: a channel is in one room."""
        self.by_bridge: dict[str, Conference] = {}
        self.dirty: dict[str, float] = {}
        """Rooms that have to be asked for again, and since when."""
        self.departed: dict[tuple[str, str], float] = {}
        """Who left which room a moment ago, and rooms that ended, as ("", name)."""

    def open(self, room: Conference) -> Conference:
        """Take a room in."""
        self.rooms[room.name] = room
        if room.bridge is not None:
            self.by_bridge[room.bridge] = room
        self.departed.pop(("", room.name), None)
        return room

    def close(self, room: Conference, now: float) -> None:
        """Take a room away, with everybody in it."""
        for uniqueid in list(room.members):
            self.leave(uniqueid, now)
        self.rooms.pop(room.name, None)
        self.dirty.pop(room.name, None)
        if room.bridge is not None:
            self.by_bridge.pop(room.bridge, None)
        self._forget(("", room.name), now)

    def sit(self, room: Conference, person: Participant) -> None:
        """Put somebody into a room, and out of any other."""
        seated = self.seats.get(person.uniqueid)
        if seated is not None and seated.room in self.rooms:
            self.rooms[seated.room].members.pop(person.uniqueid, None)
        self.seats[person.uniqueid] = person
        room.members[person.uniqueid] = person
        self.departed.pop((person.uniqueid, room.name), None)

    def leave(self, uniqueid: str, now: float) -> Conference | None:
        """Take somebody out of their room and return it; None for somebody in none."""
        person = self.seats.pop(uniqueid, None)
        if person is None:
            return None
        room = self.rooms[person.room]
        room.members.pop(uniqueid, None)
        self._forget((uniqueid, room.name), now)
        return room

    def doubt(self, name: str, now: float) -> None:
        """Have the people of a room asked for again."""
        self.dirty.setdefault(name, now)

    def left_lately(self, uniqueid: str, room: str, now: float) -> bool:
        """Whether an event told a moment ago that somebody left; with "" for the Uniqueid, that the room ended."""
        return now - self.departed.get((uniqueid, room), -GRACE) < GRACE

    def _forget(self, whom: tuple[str, str], now: float) -> None:
        self.departed.pop(whom, None)
        self.departed[whom] = now

    def expire(self, now: float) -> None:
        """Forget who left long enough ago."""
        while self.departed and now - next(iter(self.departed.values())) >= GRACE:
            del self.departed[next(iter(self.departed))]


# -- rooms ------------------------------------------------------------------------------------------------------------


def _room(store: Store, packet: Packet, now: float, *, begun: bool = False) -> Conference | None:
    """Return the room that an event is about, made if it is not known; *begun* by this event."""
    name = value(packet, "Conference")
    fields = bridge_fields(packet)
    if name is None:
        store.unknown[packet.name] += 1
        return None
    bridge = None if fields is None else fields.uniqueid
    part = store.part(Conferences)
    room = part.rooms.get(name)
    if room is not None and bridge is not None and room.bridge != bridge:
        if room.bridge is None:  # only a list has told of it
            room.bridge = bridge
            part.by_bridge[bridge] = room
        else:  # the end of that one was not seen
            part.close(room, now)
            room = None
    if room is None:
        room = part.open(
            Conference(store.name, name, now, begun_known=begun, bridge=bridge, recording=False if begun else None)
        )
    return room


def _start(store: Store, packet: Packet, now: float) -> None:
    _room(store, packet, now, begun=True)


def _end(store: Store, packet: Packet, now: float) -> None:
    part = store.part(Conferences)
    room = part.rooms.get(header(packet, "Conference"))
    fields = bridge_fields(packet)
    if room is None or (fields is not None and room.bridge not in {None, fields.uniqueid}):
        return
    part.close(room, now)


def _destroyed(store: Store, packet: Packet, now: float) -> None:
    part = store.part(Conferences)
    room = part.by_bridge.get(header(packet, "BridgeUniqueid")) if part.by_bridge else None
    if room is not None:
        part.close(room, now)


def _recording(store: Store, packet: Packet, now: float) -> None:
    """Note that a room is recorded, or no more. A recording that the end of its room ends is told after that."""
    part = store.part(Conferences)
    room = part.rooms.get(header(packet, "Conference"))
    if room is None:
        return
    room.recording = packet.name == "ConfbridgeRecord"
    room.recorded_since = now if room.recording else None


# -- people -----------------------------------------------------------------------------------------------------------


def _join(store: Store, packet: Packet, now: float) -> None:
    fields = channel_fields(packet)
    if fields is None:
        store.unknown[packet.name] += 1
        return
    if fields[UNIQUEID] in store.tombstones:
        return
    room = _room(store, packet, now)
    if room is None:
        return
    channel = store.channels.get(fields[UNIQUEID]) or begin(store, fields, now, partial=True)
    part = store.part(Conferences)
    if channel.uniqueid not in room.members:
        part.sit(room, Participant(room.name, channel.uniqueid, channel.name, channel.caller, now))
    person = room.members[channel.uniqueid]
    person.admin = header(packet, "Admin") == "Yes"
    person.muted = header(packet, "Muted") == "Yes"
    part.doubt(room.name, now)  # whether they wait for somebody, or are waited for, is only in the list


def _leave(store: Store, packet: Packet, now: float) -> None:
    part = store.part(Conferences)
    room = part.leave(header(packet, "Uniqueid"), now)
    if room is not None and any(person.waits_for_marked for person in room.members.values()):
        part.doubt(room.name, now)  # that was perhaps the last one whom they waited for


def _mute(store: Store, packet: Packet, now: float) -> None:
    person = _person(store, packet, now)
    if person is None:
        return
    person.muted = packet.name == "ConfbridgeMute"
    word = "is muted" if person.muted else "is heard again"
    store.note(person.uniqueid, packet.name, f"{person.channel} {word} in {person.room}", now)


def _talking(store: Store, packet: Packet, now: float) -> None:
    person = _person(store, packet, now)
    if person is not None:
        person.talking = header(packet, "TalkingStatus") == "on"


def _person(store: Store, packet: Packet, now: float) -> Participant | None:
    """Return whom an event is about; a room that has somebody who is not known is doubted."""
    part = store.part(Conferences)
    uniqueid, name = header(packet, "Uniqueid"), header(packet, "Conference")
    person = part.seats.get(uniqueid)
    if person is not None and person.room == name:
        return person
    store.unknown[packet.name] += 1
    if name in part.rooms and uniqueid not in store.tombstones and not part.left_lately(uniqueid, name, now):
        part.doubt(name, now)
    return None


# -- without an event of their own ------------------------------------------------------------------------------------


def _entered(store: Store, packet: Packet, now: float) -> None:
    """Doubt a room into whose bridge somebody was put who did not join: an attended transfer into it."""
    part = store.part(Conferences)
    room = part.by_bridge.get(header(packet, "BridgeUniqueid")) if part.by_bridge else None
    if room is not None and header(packet, "Uniqueid") not in room.members:
        part.doubt(room.name, now)


def _pulled_out(store: Store, packet: Packet, now: float) -> None:
    """Take out one who left the bridge without leaving the room: pulled out from outside (`ami.md` D.6)."""
    part = store.part(Conferences)
    room = part.by_bridge.get(header(packet, "BridgeUniqueid")) if part.by_bridge else None
    uniqueid = header(packet, "Uniqueid")
    if room is not None and uniqueid in room.members:
        part.leave(uniqueid, now)
        part.doubt(room.name, now)


def _gone(store: Store, channel: Channel, now: float) -> None:
    part = store.part(Conferences)
    # Of one who went during an outage no list is too old: a room of the same name may be there again.
    at = now if store.outage is None else store.outage.at
    room = part.leave(channel.uniqueid, at)
    if room is not None and not room.members:
        part.close(room, at)


def _doubt(store: Store, channel: Channel, outage: Outage) -> None:
    part = store.part(Conferences)
    person = part.seats.get(channel.uniqueid)
    room = part.rooms.get(person.room) if person is not None else None
    if room is not None and room.bridge is not None and channel.bridge != room.bridge:
        _gone(store, channel, outage.at)
    elif room is not None and room.recording is False and room.begun <= outage.at:
        room.recording = None


def _expire(store: Store, now: float) -> None:
    store.part(Conferences).expire(now)


REDUCER: Reducer = Reducer(
    {
        "ConfbridgeStart": _start,
        "ConfbridgeEnd": _end,
        "ConfbridgeRecord": _recording,
        "ConfbridgeStopRecord": _recording,
        "ConfbridgeJoin": _join,
        "ConfbridgeLeave": _leave,
        "ConfbridgeMute": _mute,
        "ConfbridgeUnmute": _mute,
        "ConfbridgeTalking": _talking,
        "BridgeEnter": _entered,
        "BridgeLeave": _pulled_out,
        "BridgeDestroy": _destroyed,
    },
    gone=_gone,
    doubt=_doubt,
    expire=_expire,
    part=Conferences,
)
