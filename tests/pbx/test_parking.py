"""Who is parked: `ami.md` B.8."""

from __future__ import annotations

import pytest
from recorded import VERSIONS, about, block, bridge_block, check, event, find, packets

from amitop.pbx.model import ParkedAt
from amitop.pbx.store import Store

LOT = bridge_block("lot", "parking", "holding_bridge", "Parking")
WHERE = {"Parkinglot": "default", "ParkingSpace": "701", "ParkingTimeout": "120", "ParkingDuration": "0"}


@pytest.fixture
def store() -> Store:
    return Store("lab")


@pytest.mark.parametrize(
    ("version", "uid", "first"),
    [
        ("22.10", "lab-1795375742.8", "ParkedCall"),
        ("22.10", "lab-1795375776.95", "BridgeEnter"),
        ("16.28", "lab-1795375963.29", "ParkedCall"),
        ("16.28", "lab-1795375962.24", "BridgeEnter"),
    ],
)
def test_recorded_parking_in_either_order_of_events(store: Store, version: str, uid: str, first: str) -> None:
    order = []
    for at, packet in about(version, uid):
        store.apply(packet, at)
        if packet.name == "ParkedCall" or (packet.name == "BridgeEnter" and packet.get("BridgeType") == "parking"):
            order.append(packet.name)
            if len(order) == 2:
                break
    assert order[0] == first
    assert store.parked[uid].space.startswith("70")
    assert store.bridges[store.channels[uid].bridge].type == "parking"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_timeout_ends_it(version: str) -> None:
    """Its ParkingTimeout is 0: nothing is left."""
    store = Store("lab")
    ended = 0
    for at, packet in packets(version):
        if b"\nActionID: " not in packet.raw:
            was = set(store.parked)
            store.apply(packet, at)
            if packet.name == "ParkedCallTimeOut":
                assert packet.get("ParkingTimeout") == "0"
                assert packet.get("ParkeeUniqueid") in was - set(store.parked)
                ended += 1
    assert ended >= 4
    check(store)


def test_parked_and_fetched(store: Store) -> None:
    store.apply(event("Newchannel", block("a", state="Up")), 0.0)
    store.apply(event("ParkedCall", block("a", "Parkee"), **WHERE), 1.0)
    assert store.parked == {"a": ParkedAt("default", "701", 1.0)}
    store.apply(event("UnParkedCall", block("a", "Parkee"), block("r", "Retriever"), **WHERE), 2.0)
    assert not store.parked
    assert [note.text for note in store.notes("a")][-2:] == [
        "PJSIP/a-00000001 is parked at 701 (default)",
        "PJSIP/a-00000001 is fetched from parking",
    ]


def test_a_known_channel_is_not_brought_up_to_date_from_another_threads_event(store: Store) -> None:
    store.apply(event("Newchannel", block("a", CallerIDName="New")), 0.0)
    store.apply(event("ParkedCall", block("a", "Parkee", CallerIDName="Old", state="Ring"), **WHERE), 1.0)
    channel = store.channels["a"]
    assert (channel.caller.name, channel.state_text) == ("New", "Up")


def test_a_parked_call_that_trails_its_hangup_is_not_parked(store: Store) -> None:
    store.apply(event("Newchannel", block("a")), 0.0)
    store.apply(event("Hangup", block("a"), Cause="16"), 1.0)
    store.apply(event("ParkedCall", block("a", "Parkee"), **WHERE), 1.0)
    assert not store.parked
    assert not store.channels


def test_a_recorded_give_up(store: Store) -> None:
    packet = next(find("22.10", "ParkedCallGiveUp"))
    uid = packet.get("ParkeeUniqueid")
    store.apply(event("ParkedCall", block(uid, "Parkee"), **WHERE), 0.0)
    store.apply(packet, 1.0)
    assert not store.parked
    assert uid in store.channels


def test_a_swap_parks_the_other(store: Store) -> None:
    store.apply(event("ParkedCall", block("a", "Parkee"), **WHERE), 0.0)
    store.apply(event("ParkedCallSwap", block("b", "Parkee"), **WHERE), 1.0)
    store.apply(event("Hangup", block("a"), Cause="16"), 2.0)
    assert list(store.parked) == ["b"]
