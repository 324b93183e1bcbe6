"""Conferences and a parking lot of a PBX that acts: keeps its own state, and tells of it as Asterisk does (B.8).

What is compared with it is its own state, never what amitop made of its events.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from amitop.ami.packet import Packet
from amitop.pbx.room_lists import apply_parked, apply_room, apply_rooms
from fakes.acting import FakeLive
from fakes.events import block, event


@dataclass
class FakePerson:
    """A participant as ConfBridge keeps it."""

    uid: str
    channel: str
    caller: tuple[str, str] = ("201", "Ann A")
    admin: bool = False
    muted: bool = False
    talking: bool = False
    waiting: bool = False
    wait_marked: bool = False
    marked: bool = False
    answered: int = 5


@dataclass
class FakeRoom:
    """A room as ConfBridge keeps it."""

    name: str
    people: list[FakePerson] = field(default_factory=list)
    locked: bool = False
    recording: bool = False

    @property
    def bridge(self) -> str:
        """The bridge block."""
        return (
            f"BridgeUniqueid: bridge-{self.name}\nBridgeType: base\nBridgeTechnology: softmix\n"
            f"BridgeCreator: ConfBridge\nBridgeName: {self.name}\nBridgeNumChannels: 2\nBridgeVideoSourceMode: none\n"
        )


@dataclass
class FakeParked:
    """A parked call as res_parking keeps it."""

    uid: str
    channel: str
    space: str
    lot: str = "default"
    caller: tuple[str, str] = ("+15551234567", "Ann Lee")
    parker: str = "PJSIP/agent05"
    left: int = 110
    been: int = 10

    def block(self) -> str:
        """The headers of the events and of an item of the list."""
        return (
            f"{block(self.uid, self.channel, prefix='Parkee', caller=self.caller)}ParkerDialString: {self.parker}\n"
            f"Parkinglot: {self.lot}\nParkingSpace: {self.space}\n"
            f"ParkingTimeout: {self.left % 2**64}\nParkingDuration: {self.been}\n"
        )


def room_items(rooms) -> list[Packet]:
    """The items of ConfbridgeListRooms."""
    return [
        Packet(
            f"Event: ConfbridgeListRooms\nConference: {room.name}\nParties: {len(room.people)}\n"
            f"Marked: {sum(one.marked for one in room.people)}\nLocked: {_yes(room.locked)}\nMuted: No".encode()
        )
        for room in rooms
    ]


def person_items(room: FakeRoom) -> list[Packet]:
    """The items of ConfbridgeList."""
    return [
        Packet(
            f"Event: ConfbridgeList\nConference: {room.name}\nAdmin: {_yes(one.admin)}\n"
            f"MarkedUser: {_yes(one.marked)}\nWaitMarked: {_yes(one.wait_marked)}\nEndMarked: No\n"
            f"Waiting: {_yes(one.waiting)}\nMuted: {_yes(one.muted)}\nTalking: {_yes(one.talking)}\n"
            f"AnsweredTime: {one.answered}\n"
            f"{block(one.uid, one.channel, caller=one.caller)}".rstrip().encode()
        )
        for one in room.people
    ]


def parked_items(parked) -> list[Packet]:
    """The items of ParkedCalls."""
    return [Packet(f"Event: ParkedCall\n{one.block()}".rstrip().encode()) for one in parked]


class FakeRooms(FakeLive):
    """A LivePbx whose other end has these rooms and parked calls."""

    def __init__(self, *rooms: FakeRoom, parked: tuple[FakeParked, ...] = ()):
        super().__init__()
        self.rooms = {room.name: room for room in rooms}
        self.parked = {one.uid: one for one in parked}
        self.silent = False
        """Says Success and does nothing."""
        self.mute = False
        """Acts, and tells nobody."""
        self.picks_up = True
        """Whoever is rung."""
        self.listed: list[str] = []
        self.connection.on_action = self._act
        self.connection.on_listing = self._list
        for room in rooms:
            self.happen(event("ConfbridgeStart", f"Conference: {room.name}\n", room.bridge))
            for one in room.people:
                self.join(room.name, one)
            apply_room(self.store, room.name, person_items(room), self.now)
        for one in parked:
            self.happen(event("Newchannel", block(one.uid, one.channel, caller=one.caller)))
        apply_rooms(self.store, room_items(rooms), self.now)
        apply_parked(self.store, parked_items(parked), self.now)

    # -- what it tells --------------------------------------------------------------------------------------------

    def tell(self, name: str, room: FakeRoom, one: FakePerson | None = None, rest: str = "") -> None:
        """Tell of a room, or of somebody in it."""
        if not self.mute:
            who = "" if one is None else block(one.uid, one.channel, caller=one.caller)
            self.happen(event(f"Confbridge{name}", f"Conference: {room.name}\n", room.bridge, who, rest))

    def join(self, name: str, one: FakePerson) -> None:
        """Let somebody join."""
        room = self.rooms[name]
        if one not in room.people:
            room.people.append(one)
        self.happen(event("Newchannel", block(one.uid, one.channel, caller=one.caller)))
        self.tell("Join", room, one, f"Admin: {_yes(one.admin)}\nMuted: {_yes(one.muted)}\n")
        self.happen(event("BridgeEnter", room.bridge, block(one.uid, one.channel, caller=one.caller)))

    def leave(self, name: str, one: FakePerson) -> None:
        """Let somebody leave; the last one ends the room."""
        room = self.rooms[name]
        room.people.remove(one)
        self.tell("Leave", room, one)
        if not room.people:
            del self.rooms[name]
            self.tell("End", room)

    def unpark(self, one: FakeParked, name: str, rest: str = "") -> None:
        """Let a parked call leave its space."""
        del self.parked[one.uid]
        self.happen(event(name, one.block(), rest))

    # -- actions --------------------------------------------------------------------------------------------------

    def _act(self, name, headers):
        if self.silent:
            return None
        handler = getattr(self, f"_{name.lower()}", None)
        return f"Invalid/unknown command: {name}" if handler is None else handler(headers)

    def _room(self, headers):
        if not self.rooms:
            return "No active conferences."
        return self.rooms.get(headers["Conference"], "No Conference by that name found.")

    def _set_mute(self, headers, muted):
        room = self._room(headers)
        if isinstance(room, str):
            return room
        found = [one for one in room.people if one.channel.lower().startswith(headers["Channel"].lower())]
        for one in found:
            one.muted = muted
            self.tell("Mute" if muted else "Unmute", room, one)
        return None if found else "No Channel by that name found in Conference."

    def _confbridgemute(self, headers):
        return self._set_mute(headers, True)

    def _confbridgeunmute(self, headers):
        return self._set_mute(headers, False)

    def _confbridgekick(self, headers):
        room = self._room(headers)
        if isinstance(room, str):
            return room
        found = [one for one in room.people if one.channel == headers["Channel"]]
        for one in found:
            self.leave(room.name, one)
        return None if found else "No Channel by that name found in Conference."

    def _set_lock(self, headers, locked):
        room = self._room(headers)
        if isinstance(room, str):
            return room
        room.locked = locked
        return None

    def _confbridgelock(self, headers):
        return self._set_lock(headers, True)

    def _confbridgeunlock(self, headers):
        return self._set_lock(headers, False)

    def _confbridgestartrecord(self, headers):
        room = self._room(headers)
        if isinstance(room, str):
            return room
        if room.recording:
            return "Conference is already being recorded."
        room.recording = True
        self.tell("Record", room)
        return None

    def _confbridgestoprecord(self, headers):
        room = self._room(headers)
        if isinstance(room, str):
            return room
        if not room.recording:
            return "Internal error while stopping recording."
        room.recording = False
        self.tell("StopRecord", room)
        return None

    def _originate(self, headers):
        uid = headers["ChannelId"]
        self.happen(event("Newchannel", block(uid, f"{headers['Channel']}-00000099", state=5)))
        if not self.picks_up:
            self.happen(event("OriginateResponse", "Response: Failure\nReason: 3\n", f"Uniqueid: {uid}\n"))
            self._hangup({"Channel": uid})
            return
        lot, space = headers["Data"].split(",")
        one = next((each for each in self.parked.values() if (each.lot, each.space) == (lot, space)), None)
        self.happen(event("OriginateResponse", "Response: Success\nReason: 4\n", f"Uniqueid: {uid}\n"))
        if one is None:
            self._hangup({"Channel": uid})
        else:
            self.unpark(one, "UnParkedCall", block(uid, f"{headers['Channel']}-00000099", prefix="Retriever"))
        return

    def _hangup(self, headers):
        if headers["Channel"] in self.store.channels:
            name = self.store.channels[headers["Channel"]].name
            self.happen(event("Hangup", block(headers["Channel"], name), "Cause: 16\nCause-txt: Normal Clearing\n"))

    def _list(self, name, headers):
        self.listed.append(name)
        if name == "ConfbridgeListRooms":
            return room_items(self.rooms.values())
        if name == "ConfbridgeList":
            room = self.rooms.get(headers["Conference"])
            return [] if room is None else person_items(room)
        return parked_items(self.parked.values())


def _yes(value: bool) -> str:
    return "Yes" if value else "No"
