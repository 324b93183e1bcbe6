"""Who is parked: `ami.md` B.8."""

from __future__ import annotations

import pytest
from recorded import VERSIONS, about, block, bridge_block, check, event, find, lists, packets

from amitop.pbx.parking import Parking
from amitop.pbx.room_lists import apply_lots, apply_parked
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
    (parked,) = store.parked.values()
    assert (parked.uniqueid, parked.lot, parked.space, parked.since, parked.limit) == (
        "a",
        "default",
        "701",
        1.0,
        120.0,
    )
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


def test_one_who_is_bridged_with_another_is_parked_no_more(store: Store) -> None:
    """The action Bridge pulls it out: what gives up in the lot is a channel that has no events (`ami.md` D.6)."""
    store.apply(event("BridgeEnter", LOT, block("a")), 1.0)
    store.apply(event("ParkedCall", block("a", "Parkee"), **WHERE), 1.0)
    store.apply(event("BridgeLeave", LOT, block("a")), 2.0)
    assert "a" in store.parked
    store.apply(event("BridgeEnter", bridge_block("b"), block("a")), 2.0)
    assert not store.parked
    check(store)


def test_a_swap_parks_the_other(store: Store) -> None:
    store.apply(event("ParkedCall", block("a", "Parkee"), **WHERE), 0.0)
    store.apply(event("ParkedCallSwap", block("b", "Parkee"), **WHERE), 1.0)
    store.apply(event("Hangup", block("a"), Cause="16"), 2.0)
    assert list(store.parked) == ["b"]


# -- lists ----------------------------------------------------------------------------------------------------------


def facts(store: Store) -> dict[str, tuple[str, str, float | None, str | None]]:
    return {uid: (call.lot, call.space, call.limit, call.parker) for uid, call in store.parked.items()}


@pytest.mark.parametrize("version", VERSIONS)
def test_recorded_lists_show_what_the_events_told(store: Store, version: str) -> None:
    """A lot without a limit, a lot of 5 s, one who is parked by another's phone for a minute."""
    compared = 0
    for name, at, items in lists(version, "rooms", store.apply):
        if name == "ParkedCalls":
            before = facts(store)
            assert before.keys() == {each.get("ParkeeUniqueid") for each in items}
            for each in items:
                call = store.parked[each.get("ParkeeUniqueid")]
                assert abs(at - call.since - int(each.get("ParkingDuration"))) < 2
                left = int(each.get("ParkingTimeout"))
                if call.lot == "forever":
                    assert left > 2**63
                    assert call.left(at) is None
                else:
                    assert abs(call.left(at) - left) < 2
            since = {uid: call.since for uid, call in store.parked.items()}
            apply_parked(store, items, at)
            assert facts(store) == before
            assert {uid: call.since for uid, call in store.parked.items()} == since, "events are more exact"
            late = Store("lab")
            apply_parked(late, items, at)
            assert facts(late) == before
            compared += len(items)
        elif name == "Parkinglots":
            apply_lots(store, items)
            lots = {lot.name: (lot.first, lot.last, lot.limit) for lot in store.part(Parking).lots.values()}
            assert lots == {
                "default": ("701", "720", 120.0),
                "short": ("741", "745", 5.0),
                "forever": ("751", "755", None),
            }
    assert compared == 8
    assert not store.parked


@pytest.mark.parametrize("version", VERSIONS)
def test_who_parked_whom_as_recorded(store: Store, version: str) -> None:
    seen = {}
    for _ in lists(version, "rooms", store.apply):
        seen |= {call.caller.name: (call.parker, call.limit) for call in store.parked.values()}
    assert seen == {
        "Pam P": ("Local/605@from-trunk", 120.0),
        "Eve E": ("Local/626@from-trunk", None),
        "Sam S": ("Local/625@from-trunk", 5.0),
        "Quin Q": ("PJSIP/agent05", 60.0),
    }


def test_a_list_replaces_but_for_who_just_left(store: Store) -> None:
    for uid in ("a", "b"):
        store.apply(event("ParkedCall", block(uid, "Parkee"), **WHERE | {"ParkingSpace": uid}), 1.0)
    rows = [event("ParkedCall", block(uid, "Parkee"), **WHERE | {"ParkingSpace": uid}) for uid in ("a", "c")]
    store.apply(event("ParkedCallGiveUp", block("a", "Parkee"), **WHERE), 2.0)
    apply_parked(store, rows, 2.5)
    assert list(store.parked) == ["c"]
    apply_parked(store, rows, 60.0)
    assert set(store.parked) == {"a", "c"}
    apply_parked(store, [], 61.0)
    assert not store.parked
    check(store)


def test_parked_anew_counts_anew(store: Store) -> None:
    store.apply(event("ParkedCall", block("a", "Parkee"), **WHERE), 1.0)
    store.apply(event("ParkedCallTimeOut", block("a", "Parkee"), **WHERE), 2.0)
    store.apply(event("ParkedCall", block("a", "Parkee"), **WHERE), 3.0)
    apply_parked(store, [event("ParkedCall", block("a", "Parkee"), **WHERE)], 3.5)
    assert [call.since for call in store.parked.values()] == [3.0]
    assert store.parked["a"].left(13.0) == 110.0
    assert store.parked["a"].left(500.0) == 0.0


@pytest.mark.parametrize(
    ("left", "been", "limit"),
    [
        ("120", "0", 120.0),
        ("0", "5", 5.0),
        ("0", "0", None),
        (str(2**64 - 7), "7", None),
        (str(2**64 - 2), "7", 5.0),
        (str(2**64 - 7), "6", None),
        ("", "", None),
        ("soon", "x", None),
    ],
)
def test_limits_as_asterisk_writes_them(store: Store, left: str, been: str, limit: float | None) -> None:
    """Seconds that are left are unsigned: of a lot without a limit they are just below 2^64."""
    where = WHERE | {"ParkingTimeout": left, "ParkingDuration": been}
    store.apply(event("ParkedCall", block("a", "Parkee"), **where), 1.0)
    assert store.parked["a"].limit == limit
