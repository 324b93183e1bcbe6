"""Bridges: `ami.md` D.3, D.5."""

from __future__ import annotations

import pytest
from recorded import VERSIONS, about, block, bridge_block, check, event, find, packets

from amitop.pbx.store import Store

B1, B2 = bridge_block("b1"), bridge_block("b2")


@pytest.fixture
def store() -> Store:
    return Store("lab")


@pytest.mark.parametrize("version", VERSIONS)
def test_one_recorded_bridge_from_beginning_to_end(store: Store, version: str) -> None:
    created = next(find(version, "BridgeCreate", lambda p: p.get("BridgeType") == "basic"))
    uid = created.get("BridgeUniqueid")
    sizes = []
    for at, packet in about(version, uid):
        store.apply(packet, at)
        check(store)
        bridge = store.bridges.get(uid)
        sizes.append(None if bridge is None else len(bridge.members))
    assert sizes[:3] == [0, 1, 2]
    assert sizes[-1] is None
    assert all(channel.bridge != uid for channel in store.channels.values())


def test_what_a_bridge_is_from_recorded_bytes(store: Store) -> None:
    store.apply(next(find("22.10", "BridgeEnter", lambda p: p.get("BridgeCreator") == "ConfBridge")), 1.0)
    (bridge,) = store.bridges.values()
    assert (bridge.type, bridge.technology, bridge.creator, bridge.name) == ("base", "softmix", "ConfBridge", "8000")
    assert bridge.conference
    assert bridge.partial
    assert not bridge.connects


@pytest.mark.parametrize("version", VERSIONS)
def test_leaving_a_bridge_that_nobody_saw_begin(store: Store, version: str) -> None:
    """Connecting in the middle of a call: the first that is heard of it is its end."""
    packet = next(find(version, "BridgeLeave"))
    store.apply(packet, 1.0)
    assert not store.channels
    assert not store.bridges
    assert store.unknown == {"BridgeLeave": 1}


def test_members_know_when_they_entered(store: Store) -> None:
    store.apply(event("BridgeEnter", B1, block("a")), 5.0)
    store.apply(event("BridgeEnter", B1, block("a")), 6.0)
    assert store.bridges["b1"].members == {"a": 5.0}
    assert store.channels["a"].bridged_at == 5.0


def test_a_late_leave_does_not_undo_the_next_enter(store: Store) -> None:
    store.apply(event("BridgeEnter", B1, block("a")), 1.0)
    store.apply(event("BridgeEnter", B2, block("a")), 2.0)
    store.apply(event("BridgeLeave", B1, block("a")), 2.0)
    assert store.channels["a"].bridge == "b2"
    assert not store.bridges["b1"].members
    check(store)


def test_a_destroyed_bridge_lets_go_of_whoever_is_left(store: Store) -> None:
    store.apply(event("BridgeEnter", B1, block("a")), 1.0)
    store.apply(event("BridgeDestroy", B1), 2.0)
    assert store.channels["a"].bridge is None
    assert not store.bridges
    store.apply(event("BridgeDestroy", B1), 3.0)
    assert store.unknown == {"BridgeDestroy": 1}


def test_the_technology_changes_without_an_event(store: Store) -> None:
    store.apply(event("BridgeEnter", B1, block("a")), 1.0)
    store.apply(event("BridgeEnter", bridge_block("b1", technology="native_rtp"), block("b")), 2.0)
    assert store.bridges["b1"].technology == "native_rtp"


@pytest.mark.parametrize("application", ["Queue", "Echo", "ChanSpy", "AppQueue"])
def test_a_channel_pulled_into_parking_runs_nothing_that_is_known(store: Store, application: str) -> None:
    store.apply(event("Newchannel", block("a")), 0.0)
    store.apply(event("Newexten", block("a", state="Ring"), Application=application, AppData=""), 0.0)
    store.apply(event("BridgeEnter", bridge_block("lot", "parking", "holding_bridge"), block("a")), 1.0)
    assert store.channels["a"].application is None
    assert store.channels["a"].application_at is None


@pytest.mark.parametrize(("application", "kind"), [("Park", "parking"), ("Dial", "basic"), ("ConfBridge", "base")])
def test_an_application_that_keeps_a_bridge_goes_on_in_it(store: Store, application: str, kind: str) -> None:
    store.apply(event("Newexten", block("a"), Application=application, AppData=""), 0.0)
    store.apply(event("BridgeEnter", bridge_block("b", kind), block("a")), 1.0)
    assert store.channels["a"].application == application


def test_one_who_is_bridged_out_of_a_conference_runs_nothing_that_is_known(store: Store) -> None:
    store.apply(event("Newexten", block("a"), Application="ConfBridge", AppData="8000"), 0.0)
    store.apply(event("BridgeEnter", bridge_block("b", "basic"), block("a")), 1.0)
    assert store.channels["a"].application is None


def test_many_bridges_come_and_go_and_none_stays(store: Store) -> None:
    for at, packet in packets("16.28"):
        if packet.name.startswith("Bridge") and b"\nActionID: " not in packet.raw:
            store.apply(packet, at)
    left = {p.get("BridgeUniqueid") for p in find("16.28", "BridgeCreate")}
    left -= {p.get("BridgeUniqueid") for p in find("16.28", "BridgeDestroy")}
    entered = {p.get("BridgeUniqueid") for p in find("16.28", "BridgeEnter")}
    destroyed = {p.get("BridgeUniqueid") for p in find("16.28", "BridgeDestroy")}
    assert store.bridges.keys() == left | (entered - destroyed)
