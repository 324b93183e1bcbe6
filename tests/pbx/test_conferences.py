"""Conference rooms, from recorded bytes and from events that come late, twice or never: `ami.md` B.8, D.5."""

from __future__ import annotations

import pytest
from recorded import VERSIONS, block, bridge_block, check, event, item, lists, packets

from amitop.ami.packet import Packet
from amitop.pbx.conferences import Conferences
from amitop.pbx.room_lists import apply_room, apply_rooms
from amitop.pbx.store import Store

BRIDGE = bridge_block("b", "base", "softmix", "ConfBridge")


@pytest.fixture
def store() -> Store:
    return Store("lab")


def told(items: list[Packet]) -> dict[str, tuple[str, ...]]:
    return {each.get("Uniqueid"): tuple(each.get(name) for name in ("Admin", "Muted", "Talking")) for each in items}


def known(store: Store, room: str) -> dict[str, tuple[str, ...]]:
    yes = {True: "Yes", False: "No"}
    return {uid: (yes[p.admin], yes[p.muted], yes[p.talking]) for uid, p in store.rooms[room].members.items()}


@pytest.mark.parametrize("version", VERSIONS)
def test_recorded_events_make_the_rooms_that_the_lists_then_show(store: Store, version: str) -> None:
    compared = 0
    for name, at, items in lists(version, "rooms", store.apply):
        if name == "ConfbridgeList":
            room = items[0].get("Conference")
            assert known(store, room) == told(items)
            for each in items:
                joined = store.rooms[room].members[each.get("Uniqueid")].joined
                assert abs(joined - (at - int(each.get("AnsweredTime")))) < 2
            apply_room(store, room, items, at)
            assert known(store, room) == told(items)
            waits = {each.get("Uniqueid"): each.get("Waiting") == "Yes" for each in items}
            assert {uid: p.waiting for uid, p in store.rooms[room].members.items()} == waits
            compared += len(items)
        elif name == "ConfbridgeListRooms":
            assert {each.get("Conference"): each.get("Parties") for each in items} == {
                room.name: str(len(room.members)) for room in store.rooms.values()
            }
            apply_rooms(store, items, at)
            assert {room.name: room.locked for room in store.rooms.values()} == {
                each.get("Conference"): each.get("Locked") == "Yes" for each in items
            }
        check(store)
    assert compared >= 9
    assert not store.rooms
    assert not store.unknown


@pytest.mark.parametrize("version", VERSIONS)
def test_a_list_alone_tells_the_same_as_the_events(version: str) -> None:
    """Whoever connects in the middle knows what one who was there from the start knows, but for the times."""
    there = Store("lab")
    for name, at, items in lists(version, "rooms", there.apply):
        if name == "ConfbridgeList":
            room = items[0].get("Conference")
            apply_room(there, room, items, at)
            late = Store("lab")
            apply_room(late, room, items, at)
            assert known(late, room) == known(there, room)
            for uid, person in late.rooms[room].members.items():
                assert not person.joined_known
                assert abs(person.joined - there.rooms[room].members[uid].joined) < 2
            assert (late.rooms[room].locked, late.rooms[room].recording) == (None, None)
            check(late)


@pytest.mark.parametrize("version", VERSIONS)
def test_recorded_recordings_begin_and_end(store: Store, version: str) -> None:
    seen = []
    for at, packet in packets(version, "rooms"):
        if b"\nActionID: " not in packet.raw:
            before = [room.recording for room in store.rooms.values() if room.name == "8000"]
            store.apply(packet, at)
            after = [room.recording for room in store.rooms.values() if room.name == "8000"]
            if before != after:
                seen.append(after)
                assert all((room.recorded_since == at) == bool(room.recording) for room in store.rooms.values())
    assert seen == [[False], [True], [False], [True], []]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_shift_leaves_the_room_as_its_bridge(version: str) -> None:
    store = Store("lab")
    rooms = people = 0
    for at, packet in packets(version):
        if b"\nActionID: " not in packet.raw:
            store.apply(packet, at)
            rooms += packet.name == "ConfbridgeStart"
            people += packet.name == "ConfbridgeJoin"
    assert rooms == 1
    assert people > 10
    (room,) = store.rooms.values()
    assert room.begun_known
    assert room.members.keys() == store.bridges[room.bridge].members.keys()
    check(store)


# -- what a recording does not have ---------------------------------------------------------------------------------


def start(store: Store, *people: str, room: str = "8000") -> None:
    """Begin a room with these people in it, at 1, 2, ..."""
    store.apply(event("ConfbridgeStart", [f"Conference: {room}"], BRIDGE), 0.0)
    for at, uid in enumerate(people, 1):
        store.apply(event("Newchannel", block(uid)), float(at))
        join(store, uid, float(at), room=room)


def join(store: Store, uid: str, now: float, *, room: str = "8000", admin: str = "No", muted: str = "No") -> None:
    store.apply(event("ConfbridgeJoin", [f"Conference: {room}"], BRIDGE, block(uid), Admin=admin, Muted=muted), now)
    store.apply(event("BridgeEnter", BRIDGE, block(uid)), now)


def about(name: str, uid: str, room: str = "8000", **headers: str) -> Packet:
    return event(name, [f"Conference: {room}"], BRIDGE, block(uid), **headers)


def person(uid: str, answered: int = 5, **headers: str) -> Packet:
    """An item of ConfbridgeList."""
    facts = {"Admin": "No", "MarkedUser": "No", "WaitMarked": "No", "EndMarked": "No", "Waiting": "No", "Muted": "No"}
    facts |= {"Talking": "No", "AnsweredTime": str(answered)} | headers
    lines = ["Event: ConfbridgeList", "ActionID: x", "Conference: 8000", *(f"{k}: {v}" for k, v in facts.items())]
    return Packet("\n".join([*lines, *block(uid)]).encode())


def row(name: str, parties: int, locked: str = "No", marked: int = 0) -> Packet:
    """An item of ConfbridgeListRooms."""
    text = f"Event: ConfbridgeListRooms\nConference: {name}\nParties: {parties}\nMarked: {marked}\n"
    return Packet(f"{text}Locked: {locked}\nMuted: No".encode())


def dirty(store: Store) -> list[str]:
    return list(store.part(Conferences).dirty)


@pytest.mark.parametrize(("told", "after"), [(None, None), ("ConfbridgeRecord", True), ("ConfbridgeStopRecord", None)])
def test_nobody_knows_whether_a_recording_began_while_there_was_no_link(
    store: Store, told: str | None, after: bool | None
) -> None:
    start(store, "a")
    if told is not None:
        store.apply(about(told, "a"), 2.0)
    store.link_lost(10.0)
    store.apply_channels([item("a", bridge="b")], 20.0, 20.0, first=True)
    assert store.rooms["8000"].recording is after


def test_joining_twice_and_leaving_twice_is_once(store: Store) -> None:
    start(store, "a")
    join(store, "a", 5.0, muted="Yes")
    assert [(p.joined, p.muted) for p in store.rooms["8000"].members.values()] == [(1.0, True)]
    for _ in range(2):
        store.apply(about("ConfbridgeLeave", "a", Admin="No"), 6.0)
    assert not store.rooms["8000"].members
    check(store)


def test_one_who_trails_their_hangup_does_not_join(store: Store) -> None:
    start(store, "a", "b")
    store.apply(event("Hangup", block("b"), Cause="16"), 5.0)
    join(store, "b", 5.0)
    assert list(store.rooms["8000"].members) == ["a"]
    check(store)


def test_a_hangup_without_a_leave_takes_out_and_the_last_one_ends_the_room(store: Store) -> None:
    start(store, "a", "b")
    store.apply(event("Hangup", block("a"), Cause="16"), 5.0)
    assert list(store.rooms["8000"].members) == ["b"]
    store.apply(event("Hangup", block("b"), Cause="16"), 6.0)
    assert not store.rooms
    store.apply(event("ConfbridgeStopRecord", ["Conference: 8000"], BRIDGE), 6.0)
    assert not store.rooms


def test_one_who_is_pulled_out_of_the_bridge_leaves(store: Store) -> None:
    """By Park or Bridge: ConfBridge then tells of nobody (`ami.md` D.6)."""
    start(store, "a", "b")
    apply_room(store, "8000", [person("a"), person("b")], 4.0)
    store.apply(event("BridgeLeave", BRIDGE, block("a")), 5.0)
    assert list(store.rooms["8000"].members) == ["b"]
    assert dirty(store) == ["8000"]


def test_one_who_is_put_into_the_bridge_makes_the_room_doubted(store: Store) -> None:
    start(store, "a")
    apply_room(store, "8000", [person("a")], 4.0)
    assert dirty(store) == []
    store.apply(event("BridgeEnter", BRIDGE, block("t")), 5.0)
    assert dirty(store) == ["8000"]


def test_the_end_of_the_bridge_is_the_end_of_the_room(store: Store) -> None:
    start(store, "a")
    store.apply(event("BridgeDestroy", BRIDGE), 5.0)
    assert not store.rooms
    check(store)


def test_a_room_of_the_same_name_on_another_bridge_is_another(store: Store) -> None:
    start(store, "a")
    other = bridge_block("c", "base", "softmix", "ConfBridge")
    store.apply(event("ConfbridgeJoin", ["Conference: 8000"], other, block("n"), Admin="No", Muted="No"), 9.0)
    room = store.rooms["8000"]
    assert (room.bridge, list(room.members), room.begun_known) == ("c", ["n"], False)
    store.apply(event("ConfbridgeEnd", ["Conference: 8000"], BRIDGE), 9.0)  # of the former, late
    assert "8000" in store.rooms
    check(store)


def test_news_of_somebody_unknown_make_the_room_doubted(store: Store) -> None:
    start(store, "a")
    apply_room(store, "8000", [person("a")], 4.0)
    store.apply(about("ConfbridgeMute", "x", Admin="No"), 5.0)
    assert dirty(store) == ["8000"]
    assert store.unknown["ConfbridgeMute"] == 1


def test_who_just_left_is_not_put_back_by_a_list_that_still_has_them(store: Store) -> None:
    start(store, "a", "b")
    store.apply(about("ConfbridgeLeave", "a", Admin="No"), 5.0)
    apply_room(store, "8000", [person("a"), person("b")], 5.1)
    assert list(store.rooms["8000"].members) == ["b"]
    join(store, "a", 5.5)
    apply_room(store, "8000", [person("a"), person("b")], 5.6)
    assert set(store.rooms["8000"].members) == {"a", "b"}, "they came back"
    store.apply(about("ConfbridgeLeave", "a", Admin="No"), 6.0)
    apply_room(store, "8000", [person("a"), person("b")], 60.0)
    assert set(store.rooms["8000"].members) == {"a", "b"}, "a list that is much later is right"
    check(store)


def test_a_room_that_just_ended_is_not_put_back(store: Store) -> None:
    start(store, "a")
    store.apply(event("ConfbridgeEnd", ["Conference: 8000"], BRIDGE), 5.0)
    apply_rooms(store, [row("8000", 0)], 5.1)
    assert not store.rooms
    apply_rooms(store, [row("8000", 1)], 9.0)
    assert dirty(store) == ["8000"]


def test_a_list_of_rooms_takes_away_and_doubts_what_differs(store: Store) -> None:
    start(store, "a")
    apply_room(store, "8000", [person("a")], 4.0)
    apply_rooms(store, [row("8000", 1, "Yes")], 5.0)
    assert store.rooms["8000"].locked is True
    assert dirty(store) == []
    apply_rooms(store, [row("8000", 2), row("9000", 1)], 6.0)
    assert dirty(store) == ["8000", "9000"]
    assert store.rooms["9000"].locked is False
    apply_rooms(store, [row("8000", 1, marked=1)], 7.0)
    assert list(store.rooms) == ["8000"]
    assert dirty(store) == ["8000"]
    apply_rooms(store, [], 8.0)
    assert not store.rooms
    check(store)


def test_a_room_without_people_has_gone(store: Store) -> None:
    start(store, "a")
    apply_room(store, "8000", [], 5.0)
    assert not store.rooms
    apply_room(store, "nowhere", [], 5.0)
    check(store)


def test_somebody_who_leaves_those_who_wait_makes_the_room_doubted(store: Store) -> None:
    start(store, "a", "b")
    apply_room(store, "8000", [person("a", WaitMarked="Yes"), person("b", MarkedUser="Yes")], 4.0)
    store.apply(about("ConfbridgeLeave", "b", Admin="No"), 5.0)
    assert dirty(store) == ["8000"]
    apply_room(store, "8000", [person("a", WaitMarked="Yes", Waiting="Yes")], 8.0)
    assert store.rooms["8000"].members["a"].waiting is True
    assert dirty(store) == []


def test_an_outage_takes_out_those_whose_channel_is_elsewhere(store: Store) -> None:
    start(store, "a", "b")
    store.link_lost(10.0)
    store.apply_channels([item("a", bridge="b"), item("b", bridge="other")], 20.0, 20.0, first=True)
    assert list(store.rooms["8000"].members) == ["a"]
    store.link_lost(30.0)
    store.apply_channels([], 40.0, 40.0, first=True)
    assert not store.rooms
    check(store)


def test_a_room_that_ended_and_began_again_during_an_outage_is_there(store: Store) -> None:
    start(store, "a")
    store.link_lost(10.0)
    store.apply_channels([item("b", bridge="other")], 40.0, 40.0, first=True)
    apply_rooms(store, [row("8000", 1)], 40.1)
    assert list(store.rooms) == dirty(store) == ["8000"]


def test_a_restart_leaves_nothing(store: Store) -> None:
    start(store, "a")
    store.restart(9.0)
    assert not store.rooms
    check(store)


def test_what_cannot_be_read_changes_nothing(store: Store) -> None:
    start(store, "a")
    for name in ("Start", "End", "Join", "Leave", "Mute", "Unmute", "Talking", "Record", "StopRecord"):
        store.apply(event(f"Confbridge{name}"), 5.0)
    apply_rooms(store, [row("8000", 1), Packet(b"Event: ConfbridgeListRooms")], 5.0)
    apply_room(store, "8000", [person("a"), Packet(b"Event: ConfbridgeList\nConference: 8000")], 5.0)
    assert list(store.rooms["8000"].members) == ["a"]
    assert store.unknown.total() >= 4
    check(store)


def test_the_memory_of_who_left_is_bounded(store: Store) -> None:
    for number in range(100):
        start(store, f"u{number}", room=f"r{number}")
        store.apply(event("ConfbridgeEnd", [f"Conference: r{number}"], BRIDGE), 1.0)
    assert store.part(Conferences).departed
    store.expire(9.0)
    assert not store.part(Conferences).departed
    assert not store.part(Conferences).by_bridge
