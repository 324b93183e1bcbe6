"""When rooms and parked calls are asked for: at first, every minute, often while shown, one room when in doubt."""

import asyncio
from types import SimpleNamespace

import pytest
from recorded import VERSIONS, block, bridge_block, event, packets

from amitop.ami.errors import ActionError, ActionTimeout, LinkLost
from amitop.ami.packet import Packet
from amitop.health import Health
from amitop.pbx.store import Store
from amitop.sync.rooms import AT_FIRST, AT_MOST, EACH, EVERY, LOTS_EVERY, MANY, OFTEN, SETTLE, SHOWN_EVERY, RoomSync

ALL = ["ConfbridgeListRooms", "8000", "Parkinglots", "ParkedCalls"]
EVERYTHING = ["ConfbridgeListRooms", "8000", "ParkedCalls"]


class Pbx:
    """A session that answers at once, and a clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.store = Store("lab")
        self.health = Health()
        self.unknown: set[str] = set()
        self.takes = 0.0
        self.fails: dict[str, Exception] = {}
        self.rooms = {"8000": ["a"]}
        self.locked: set[str] = set()
        self.waiting = "No"
        self.parked = ["p"]
        self.asked: list[str] = []
        self.sync = RoomSync(self.store, self.health, lambda: self.now, lambda action: action not in self.unknown)

    async def listing(self, name, headers=None, *, timeout=60.0, on_complete):
        room = (headers or {}).get("Conference")
        self.asked.append(room or name)
        self.now += self.takes
        if name in self.fails:
            raise self.fails[name]
        on_complete(SimpleNamespace(items=list(getattr(self, f"_{name.lower()}")(room))))

    def _confbridgelistrooms(self, _):
        for name, people in self.rooms.items():
            locked = "Yes" if name in self.locked else "No"
            text = f"Conference: {name}\nParties: {len(people)}\nMarked: 0\nLocked: {locked}\nMuted: No"
            yield Packet(f"Event: ConfbridgeListRooms\n{text}".encode())

    def _confbridgelist(self, room):
        for uid in self.rooms.get(room, ()):
            yield event("ConfbridgeList", block(uid), Conference=room, Admin="No", Waiting=self.waiting)

    def _parkedcalls(self, _):
        return (
            event("ParkedCall", block(uid, "Parkee"), Parkinglot="default", ParkingSpace=uid) for uid in self.parked
        )

    def _parkinglots(self, _):
        return [Packet(b"Event: Parkinglot\nName: default\nStartSpace: 701\nStopSpace: 720\nTimeout: 45")]

    def joins(self, uid: str, room: str = "8000") -> None:
        self.rooms[room].append(uid)
        bridge = bridge_block("b", "base", "softmix", "ConfBridge")
        self.store.apply(event("ConfbridgeJoin", [f"Conference: {room}"], bridge, block(uid)), self.now)

    async def turn(self, after: float = 0.0) -> list[str]:
        """Let time pass, let it do what is due, and return what it asked."""
        self.now += after
        self.asked = []
        await self.sync.turn(self)
        return self.asked


@pytest.fixture
async def pbx():
    """A PBX that was asked a moment ago."""
    pbx = Pbx()
    assert await pbx.turn() == ALL
    pbx.sync._first.set()
    return pbx


async def test_all_at_first_and_every_minute(pbx):
    assert list(pbx.store.rooms["8000"].members) == ["a"]
    assert list(pbx.store.parked) == ["p"]
    assert await pbx.turn(EVERY - 1) == []
    pbx.rooms["8000"].append("missed")
    pbx.parked.append("q")
    assert await pbx.turn(1) == EVERYTHING
    assert list(pbx.store.rooms["8000"].members) == ["a", "missed"]
    assert list(pbx.store.parked) == ["p", "q"]
    assert pbx.sync.lists == 7
    assert await pbx.turn(LOTS_EVERY) == ALL


async def test_a_lock_is_seen_soon_while_somebody_looks(pbx):
    pbx.locked.add("8000")
    assert await pbx.turn(SHOWN_EVERY) == []
    assert pbx.store.rooms["8000"].locked is False
    pbx.sync.look()
    assert await pbx.turn() == ["ConfbridgeListRooms"]
    assert pbx.store.rooms["8000"].locked is True
    for after, expected in ((SHOWN_EVERY / 2, []), (SHOWN_EVERY / 2, ["ConfbridgeListRooms"])):
        pbx.sync.look()
        pbx.now += after
        pbx.sync.look()
        assert await pbx.turn() == expected
    assert await pbx.turn(SHOWN_EVERY) == []  # nobody looks any more


async def test_one_who_joins_may_wait_so_the_room_is_asked_for(pbx):
    pbx.now += 10
    pbx.waiting = "Yes"
    pbx.joins("b")
    assert await pbx.turn(SETTLE / 2) == []
    assert pbx.store.rooms["8000"].members["b"].waiting is None
    assert await pbx.turn(SETTLE / 2) == ["8000"]
    assert pbx.store.rooms["8000"].members["b"].waiting is True
    pbx.joins("c")
    assert await pbx.turn(SETTLE) == []
    assert await pbx.turn(EACH - SETTLE) == ["8000"]


async def test_a_few_rooms_at_a_time(pbx):
    pbx.now += 10
    for number in range(MANY + 2):
        pbx.rooms[f"r{number}"] = []
        pbx.joins("x" * (number + 1), f"r{number}")
    assert len(await pbx.turn(SETTLE)) == MANY
    assert len(await pbx.turn()) == 2
    assert await pbx.turn() == []


async def test_hundreds_of_rooms_are_no_flood_of_lists():
    pbx = Pbx()
    pbx.rooms = {f"r{number}": [f"u{number}"] for number in range(10 * OFTEN)}
    asked = await pbx.turn()
    assert len([name for name in asked if name.startswith("r")]) == AT_FIRST
    pbx.sync._first.set()
    while any(name.startswith("r") for name in await pbx.turn(0.5)):
        pass
    assert all(room.members for room in pbx.store.rooms.values())
    for _ in range(8):
        assert await pbx.turn(EVERY) == ["ConfbridgeListRooms", "ParkedCalls"]
    pbx.rooms["r7"].append("missed")
    assert "r7" not in await pbx.turn(EVERY)
    assert await pbx.turn(SETTLE) == ["r7"]


async def test_a_slow_pbx_is_asked_seldom(pbx):
    pbx.takes = 1.0
    assert await pbx.turn(EVERY) == EVERYTHING
    pbx.joins("b")
    assert await pbx.turn(29) == []
    assert await pbx.turn(1) == ["8000"]
    pbx.takes = 1000.0
    await pbx.turn(EVERY)
    pbx.sync.refresh()
    assert await pbx.turn(AT_MOST - 1) == []
    assert await pbx.turn(1) == ALL


async def test_only_what_may_be_asked_is(pbx):
    pbx.unknown = {"ConfbridgeList"}
    pbx.joins("b")
    assert await pbx.turn(EVERY) == ["ConfbridgeListRooms", "ParkedCalls"]
    pbx.unknown = {"ConfbridgeListRooms", "ConfbridgeList"}
    pbx.sync.refresh()
    assert await pbx.turn() == ["Parkinglots", "ParkedCalls"]
    pbx.unknown = {"ParkedCalls", "Parkinglots"}
    pbx.sync.refresh()
    assert await pbx.turn() == ["ConfbridgeListRooms", "8000"]
    assert pbx.sync.notice == ""


async def test_a_refusal_is_told_and_the_others_are_asked(pbx):
    denied = ActionError("ParkedCalls", Packet(b"Response: Error\nMessage: Permission denied"))
    pbx.fails = {"ConfbridgeListRooms": ActionTimeout("ConfbridgeListRooms", 20), "ParkedCalls": denied}
    pbx.parked = []
    assert await pbx.turn(EVERY) == ["ConfbridgeListRooms", "8000", "ParkedCalls"]
    assert pbx.sync.notice == "ParkedCalls: Permission denied"
    assert list(pbx.store.parked) == ["p"]
    pbx.fails = {}
    assert await pbx.turn(EVERY) == EVERYTHING
    assert pbx.sync.notice == ""
    assert not pbx.store.parked


async def test_one_who_is_swapped_in_makes_parking_doubted(pbx):
    pbx.now += 10
    pbx.store.apply(event("ParkedCallSwap", block("s", "Parkee"), Parkinglot="default", ParkingSpace="p"), pbx.now)
    pbx.parked = ["s"]
    assert await pbx.turn(SETTLE) == ["ParkedCalls"]
    assert list(pbx.store.parked) == ["s"]
    assert await pbx.turn(SETTLE) == []


async def test_a_list_that_cannot_be_merged_is_counted(pbx, monkeypatch):
    def broken(*_):
        raise KeyError("x")

    monkeypatch.setattr("amitop.sync.rooms.apply_parked", broken)
    await pbx.turn(EVERY)
    assert pbx.health.faults == 1
    assert pbx.health.last_fault == "ParkedCalls: KeyError: 'x'"


async def test_a_room_whose_name_cannot_be_sent_is_left_alone(pbx):
    pbx.now += 10
    pbx.rooms["a\x1bb"] = []
    pbx.joins("b", "a\x1bb")
    assert await pbx.turn(SETTLE) == []
    assert list(pbx.store.rooms["a\x1bb"].members) == ["b"]


async def test_the_first_picture_waits_for_the_first_lists_and_a_lost_link_ends_it():
    pbx = Pbx()
    run = asyncio.create_task(pbx.sync.run(pbx))
    await pbx.sync.wait_first(5)
    assert pbx.store.rooms
    run.cancel()
    await asyncio.wait([run])
    pbx.fails = dict.fromkeys(("ConfbridgeListRooms", "ParkedCalls"), LinkLost("gone"))
    await pbx.sync.run(pbx)
    await pbx.sync.wait_first(5)


@pytest.mark.parametrize("version", VERSIONS)
async def test_waiting_is_known_with_a_recorded_list(version):
    """The list that a join asks for is the one that Asterisk then gives."""
    pbx = Pbx()
    pbx.rooms, pbx.parked = {}, []
    await pbx.turn()
    items = [p for _, p in packets(version, "rooms") if p.name == "ConfbridgeList" and p.get("Waiting") == "Yes"]
    joins = next(p for _, p in packets(version, "rooms") if p.name == "ConfbridgeJoin")
    pbx.store.apply(joins, pbx.now)
    pbx._confbridgelist = lambda _room: items[:1]
    assert await pbx.turn(SETTLE) == ["8100"]
    assert [person.waiting for person in pbx.store.rooms["8100"].members.values()] == [True]
