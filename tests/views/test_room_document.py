"""Conferences and parked calls in the JSON document, from recorded bytes."""

from __future__ import annotations

import pytest
from recorded import VERSIONS, lists, packets, recording
from views.schema import faults

from amitop.pbx.replay import replay
from amitop.pbx.room_lists import apply_parked, apply_room, apply_rooms
from amitop.pbx.store import Store
from amitop.views.document import PbxFacts, document

FACTS = PbxFacts("pbx1", "127.0.0.1", 5038, "live")


@pytest.mark.parametrize("version", VERSIONS)
def test_it_says_what_the_recorded_lists_say(version: str) -> None:
    store = Store("lab")
    seen = []
    for name, at, items in lists(version, "rooms", store.apply):
        if name == "ConfbridgeListRooms":
            apply_rooms(store, items, at)
        elif name == "ConfbridgeList":
            apply_room(store, items[0].get("Conference"), items, at)
            told = document(store, FACTS, at, lambda moment: 1_795_393_480.0 + moment)
            assert faults(told) == []
            (room,) = [room for room in told["conferences"] if room["name"] == items[0].get("Conference")]
            words = ("admin", "Admin"), ("muted", "Muted"), ("talking", "Talking"), ("waiting", "Waiting")
            assert {member["uniqueid"]: member for member in room["members"]} == {
                each.get("Uniqueid"): {"uniqueid": each.get("Uniqueid"), "channel": each.get("Channel")}
                | {ours: each.get(theirs) == "Yes" for ours, theirs in words}
                for each in items
            }
        elif name == "ParkedCalls":
            apply_parked(store, items, at)
            told = document(store, FACTS, at, lambda moment: 1_795_393_480.0 + moment)
            assert faults(told) == []
            seen.append([(call["lot"], call["space"], call["parker"], call["timeout"]) for call in told["parked"]])
    assert seen[1] == [
        ("default", "701", "Local/605@from-trunk", 120.0),
        ("forever", "751", "Local/626@from-trunk", None),
        ("short", "741", "Local/625@from-trunk", 5.0),
        ("default", "702", "PJSIP/agent05", 60.0),
    ]
    assert seen[0] == seen[-1] == []


def test_what_no_list_has_told_is_null() -> None:
    store = Store("lab")
    for at, packet in packets("22.10", "rooms"):
        if b"\nActionID: " not in packet.raw:
            store.apply(packet, at)
        if packet.name == "ConfbridgeJoin":
            break
    told = document(store, FACTS, at, lambda moment: moment)
    assert faults(told) == []
    (room,) = told["conferences"]
    assert room["locked"] is None
    assert [member["waiting"] for member in room["members"]] == [None]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_replay_reads_the_lists_too(version: str) -> None:
    data, times = recording(version, "rooms")
    store = Store("lab")
    fourth = data.index(b"ListItems: 4")
    end = next(index for index, (_, offset, size) in enumerate(times) if offset + size > fourth)
    replay(data, times[: end + 1], store)
    told = document(store, FACTS, times[end][0], lambda moment: moment)
    assert faults(told) == []
    assert len(told["parked"]) == 4
    waits = {member["waiting"] for room in told["conferences"] for member in room["members"]}
    assert waits == {False}
    locked = {room["name"]: room["locked"] for room in told["conferences"]}
    assert locked == {"8100": False, "8000": True}, "unlocked since, but no event and no later list told so"
