"""Which legs are one call: `ami.md` D.2. The whole recordings are checked against groups worked out anew, too."""

from __future__ import annotations

import random

import pytest
from recorded import about, block, bridge_block, check, event, find, item, packets

from amitop.pbx.store import Store

B1, B2 = bridge_block("b1"), bridge_block("b2")
ROOM = bridge_block("room", "base", "softmix", "ConfBridge")
LOT = bridge_block("lot", "parking", "holding_bridge", "Parking")


@pytest.fixture
def store() -> Store:
    return Store("lab")


def new(store: Store, uid: str, at: float, linkedid: str | None = None, **headers: str) -> None:
    store.apply(event("Newchannel", block(uid, linkedid=linkedid, **headers)), at)


def calls(store: Store) -> dict[str, list[str]]:
    check(store)
    return {call.id: [leg.uniqueid for leg in call.legs] for call in store.calls.values()}


def test_equal_linkedid_is_one_call_named_after_its_first_leg(store: Store) -> None:
    new(store, "a", 1.0)
    new(store, "b", 2.0, "a")
    new(store, "c", 3.0)
    assert calls(store) == {"a": ["a", "b"], "c": ["c"]}
    assert store.call_of("b") is store.calls["a"]
    assert store.call_of("nobody") is None


def test_the_name_stays_when_the_first_leg_leaves(store: Store) -> None:
    new(store, "a", 1.0)
    new(store, "b", 2.0, "a")
    new(store, "c", 3.0, "a")
    call = store.calls["a"]
    store.apply(event("Hangup", block("a"), Cause="16"), 4.0)
    assert calls(store) == {"a": ["b", "c"]}
    assert store.calls["a"] is call
    assert (call.started, call.first.uniqueid) == (1.0, "a")


def test_a_bridge_makes_one_call_and_the_older_one_names_it(store: Store) -> None:
    new(store, "a", 1.0)
    new(store, "b", 2.0)
    store.apply(event("BridgeEnter", B1, block("b")), 3.0)
    store.apply(event("BridgeEnter", B1, block("a")), 4.0)
    assert calls(store) == {"a": ["a", "b"]}
    assert (store.calls["a"].started, store.calls["a"].talk_since) == (1.0, 4.0)


def test_leaving_a_bridge_splits_what_nothing_else_holds_together(store: Store) -> None:
    new(store, "a", 1.0)
    new(store, "b", 2.0)
    store.apply(event("BridgeEnter", B1, block("a")), 3.0)
    store.apply(event("BridgeEnter", B1, block("b")), 3.0)
    store.apply(event("BridgeLeave", B1, block("a")), 9.0)
    assert calls(store) == {"a": ["a"], "b": ["b"]}
    assert store.calls["a"].talk_since == 3.0
    assert store.calls["b"].talk_since is None
    assert store.calls["b"].started == 2.0


def test_a_linkedid_that_changes_in_a_later_block_moves_the_leg(store: Store) -> None:
    new(store, "a", 1.0)
    new(store, "b", 2.0)
    new(store, "c", 3.0, "b")
    store.apply(event("NewConnectedLine", block("b", linkedid="a")), 4.0)
    assert calls(store) == {"a": ["a", "b"], "c": ["c"]}
    store.apply(event("NewConnectedLine", block("c", linkedid="a")), 5.0)
    assert calls(store) == {"a": ["a", "b", "c"]}


def test_a_room_is_not_one_call(store: Store) -> None:
    for uid in "abc":
        new(store, uid, 1.0)
        store.apply(event("BridgeEnter", ROOM, block(uid)), 2.0)
    assert calls(store) == {"a": ["a"], "b": ["b"], "c": ["c"]}
    assert len(store.bridges["room"].members) == 3


def test_legs_in_a_room_keep_what_else_holds_them_together(store: Store) -> None:
    new(store, "a", 1.0)
    new(store, "b", 2.0, "a")
    for uid in "ab":
        store.apply(event("BridgeEnter", ROOM, block(uid, linkedid="a")), 3.0)
    assert calls(store) == {"a": ["a", "b"]}


@pytest.mark.parametrize("kind", [LOT, bridge_block("h", "base", "holding_bridge"), bridge_block("g", "agent_hold")])
def test_strangers_who_wait_side_by_side_are_not_one_call(store: Store, kind: list[str]) -> None:
    for uid in "ab":
        new(store, uid, 1.0)
        store.apply(event("BridgeEnter", kind, block(uid)), 2.0)
    assert calls(store) == {"a": ["a"], "b": ["b"]}


def test_recorded_parked_calls_stay_apart() -> None:
    store = Store("lab")
    most = 0
    for at, packet in packets("22.10"):
        if b"\nActionID: " not in packet.raw:
            store.apply(packet, at)
            lots = [bridge for bridge in store.bridges.values() if bridge.type == "parking"]
            for lot in lots:
                parked = {store.call_by_uid[uid].id for uid in lot.members}
                linkedids = {store.channels[uid].linkedid for uid in lot.members}
                assert len(parked) == len(linkedids)
                most = max(most, len(parked))
    assert most >= 2


def test_a_bridge_that_turns_out_to_be_a_room_lets_its_legs_go(store: Store) -> None:
    """A list names a bridge without its kind; the first event that tells it decides."""
    rows = [item(uid, bridge="room") for uid in "abc"]
    store.apply_channels(rows, 0.0, 0.0, first=True)
    assert len(calls(store)) == 1
    store.apply(event("BridgeLeave", ROOM, block("c")), 1.0)
    assert calls(store) == {"a": ["a"], "b": ["b"], "c": ["c"]}


def test_a_dial_holds_together_until_it_ends_without_an_answer(store: Store) -> None:
    new(store, "a", 1.0)
    new(store, "b", 2.0)
    store.apply(event("DialBegin", block("a"), block("b", "Dest", state="Down"), DialString="b"), 3.0)
    assert calls(store) == {"a": ["a", "b"]}
    store.apply(event("DialEnd", block("a"), block("b", "Dest", state="Down"), DialStatus="BUSY"), 4.0)
    assert calls(store) == {"a": ["a"], "b": ["b"]}


def test_an_answered_dial_goes_on_holding_together(store: Store) -> None:
    new(store, "a", 1.0)
    new(store, "b", 2.0)
    store.apply(event("DialBegin", block("a"), block("b", "Dest"), DialString="b"), 3.0)
    store.apply(event("DialEnd", block("a"), block("b", "Dest"), DialStatus="ANSWER"), 4.0)
    assert calls(store) == {"a": ["a", "b"]}
    assert not store.dials


def test_local_halves_are_one_call_by_event_and_by_name(store: Store) -> None:
    one, two = {"Channel": "Local/9@x-0001;1"}, {"Channel": "Local/9@x-0001;2"}
    new(store, "a", 1.0, **one)
    store.apply(event("LocalBridge", block("a", "LocalOne", **one), block("b", "LocalTwo", **two)), 1.0)
    assert calls(store) == {"a": ["a", "b"]}
    assert store.channels["a"].local_other == "b"
    assert store.channels["b"].local_other == "a"
    rows = [item("p", Channel="Local/8@x-0002;2"), item("q", Channel="Local/8@x-0002;1")]
    other = Store("lab")
    other.apply_channels(rows, 0.0, 0.0, first=True)
    assert calls(other) == {"p": ["p", "q"]}


def test_recorded_local_halves_know_each_other() -> None:
    store = Store("lab")
    joined = next(find("16.28", "LocalBridge"))
    one, two = joined.get("LocalOneUniqueid"), joined.get("LocalTwoUniqueid")
    for at, packet in about("16.28", one, two):
        store.apply(packet, at)
        if packet is joined:
            break
    assert store.channels[one].local_other == two
    assert store.call_of(one) is store.call_of(two)


def test_two_calls_joined_by_a_local_pair_in_their_bridges(store: Store) -> None:
    """An attended transfer of the link kind (`ami.md` D.5)."""
    one, two = {"Channel": "Local/9@x-0001;1"}, {"Channel": "Local/9@x-0001;2"}
    for uid, bridge in (("a", B1), ("b", B2)):
        new(store, uid, 1.0)
        store.apply(event("BridgeEnter", bridge, block(uid)), 2.0)
    store.apply(event("LocalBridge", block("l", "LocalOne", **one), block("m", "LocalTwo", **two)), 3.0)
    store.apply(event("BridgeEnter", B1, block("l", **one)), 3.0)
    store.apply(event("BridgeEnter", B2, block("m", **two)), 3.0)
    assert calls(store) == {"a": ["a", "b", "l", "m"]}
    # Optimised away: the far party takes the half's place.
    store.apply(event("BridgeLeave", B1, block("l", **one)), 4.0)
    store.apply(event("BridgeLeave", B2, block("b")), 4.0)
    store.apply(event("BridgeEnter", B1, block("b"), SwapUniqueid="l"), 4.0)
    for uid, names in (("l", one), ("m", two)):
        store.apply(event("Hangup", block(uid, **names), Cause="16"), 5.0)
    # `b` left for a moment and came back: the older call names them still.
    assert calls(store) == {"a": ["a", "b"]}
    assert set(store.bridges["b1"].members) == {"a", "b"}


def test_a_swap_takes_the_other_out_even_if_its_leave_was_missed(store: Store) -> None:
    new(store, "l", 1.0)
    new(store, "b", 1.0)
    store.apply(event("BridgeEnter", B1, block("l")), 2.0)
    store.apply(event("BridgeEnter", B1, block("b"), SwapUniqueid="l"), 3.0)
    assert set(store.bridges["b1"].members) == {"b"}
    assert store.channels["l"].bridge is None
    check(store)


def test_spying_relates_and_does_not_merge(store: Store) -> None:
    new(store, "a", 1.0)
    new(store, "s", 2.0)
    store.apply(event("ChanSpyStart", block("s", "Spyer"), block("a", "Spyee")), 3.0)
    assert calls(store) == {"a": ["a"], "s": ["s"]}
    assert store.channels["a"].spies == {"s"}
    assert store.channels["s"].spying_on == "a"


def test_the_part_with_the_naming_leg_keeps_the_name(store: Store) -> None:
    new(store, "a", 1.0)
    new(store, "b", 2.0)
    new(store, "c", 3.0, "b")
    for uid, linkedid in (("a", "a"), ("b", "b")):
        store.apply(event("BridgeEnter", B1, block(uid, linkedid=linkedid)), 4.0)
    assert calls(store) == {"a": ["a", "b", "c"]}
    store.apply(event("BridgeLeave", B1, block("b")), 5.0)
    assert calls(store) == {"a": ["a"], "b": ["b", "c"]}


def test_the_naming_leg_keeps_the_name_from_an_older_one_that_was_heard_of_later(store: Store) -> None:
    new(store, "b", 50.0)
    store.apply_channels([item("a", linkedid="b", seconds=60), item("b", seconds=10)], 60.0, 60.0, first=True)
    assert calls(store) == {"b": ["a", "b"]}
    store.apply(event("NewCallerid", block("a", linkedid="a")), 61.0)
    assert calls(store) == {"a": ["a"], "b": ["b"]}


def test_without_the_naming_leg_the_oldest_ones_part_keeps_the_name(store: Store) -> None:
    new(store, "a", 1.0)
    new(store, "b", 2.0, "a")
    new(store, "c", 3.0)
    for uid, linkedid in (("b", "a"), ("c", "c")):
        store.apply(event("BridgeEnter", B1, block(uid, linkedid=linkedid)), 4.0)
    store.apply(event("Hangup", block("a"), Cause="16"), 5.0)
    assert calls(store) == {"a": ["b", "c"]}
    store.apply(event("BridgeLeave", B1, block("c")), 6.0)
    assert calls(store) == {"a": ["b"], "c": ["c"]}


def test_a_leg_that_held_two_others_together_leaves_them_apart(store: Store) -> None:
    new(store, "a", 1.0)
    new(store, "hub", 2.0)
    new(store, "c", 3.0)
    for uid in ("a", "c"):
        store.apply(event("DialBegin", block("hub"), block(uid, "Dest"), DialString=uid), 4.0)
    assert calls(store) == {"a": ["a", "hub", "c"]}
    store.apply(event("Hangup", block("hub"), Cause="16"), 5.0)
    assert calls(store) == {"a": ["a"], "c": ["c"]}


def test_talk_begins_when_two_meet_and_survives_a_change_of_legs(store: Store) -> None:
    new(store, "a", 1.0)
    new(store, "b", 2.0, "a")
    store.apply(event("BridgeEnter", B1, block("b", linkedid="a")), 3.0)
    assert store.calls["a"].talk_since is None
    store.apply(event("BridgeEnter", B1, block("a")), 4.0)
    assert store.calls["a"].talk_since == 4.0
    store.apply(event("Hangup", block("b", linkedid="a"), Cause="16"), 5.0)
    new(store, "c", 6.0, "a")
    store.apply(event("BridgeEnter", B2, block("c", linkedid="a")), 7.0)
    store.apply(event("BridgeEnter", B2, block("a")), 7.0)
    assert store.calls["a"].talk_since == 4.0


def test_a_conversation_older_than_amitop_has_no_beginning(store: Store) -> None:
    store.apply_channels([item("a", bridge="b1"), item("b", bridge="b1", linkedid="a")], 10.0, 10.0, first=True)
    call = store.calls["a"]
    assert (call.talk_since, call.met_before, call.partial) == (None, True, True)
    store.apply(event("BridgeEnter", B1, block("c", linkedid="a")), 12.0)
    assert call.talk_since is None


def test_a_call_ends_with_its_last_leg_and_bears_the_first_ones_cause(store: Store) -> None:
    new(store, "a", 1.0, state="Ring")
    new(store, "b", 2.0, "a", state="Down")
    store.apply(event("Hangup", block("b", linkedid="a"), Cause="17", Cause_txt="User busy"), 3.0)
    assert not store.ended_calls
    store.apply(event("Hangup", block("a"), Cause="21", Cause_txt="Call Rejected"), 4.0)
    (ended,) = store.ended_calls
    assert (ended.call.id, ended.at, ended.cause, ended.cause_text) == ("a", 4.0, 21, "Call Rejected")
    assert not store.calls
    assert [e.call_id for e in store.ended_channels] == ["a", "a"]


def test_a_channel_lost_and_heard_of_again_takes_no_other_calls_name(store: Store) -> None:
    new(store, "a", 0.0)
    new(store, "b", 0.0, "a")
    for now in (100.0, 200.0):
        store.apply_channels([item("b", linkedid="a")], now, now)
    assert calls(store) == {"a": ["b"]}
    store.apply(event("NewConnectedLine", block("a", linkedid="x")), 201.0)
    assert sorted(calls(store).values()) == [["a"], ["b"]]
    assert store.calls["a"].legs[0].uniqueid == "b"
    assert store.call_of("a").id == "a#"


@pytest.mark.parametrize("seed", range(30))
def test_any_order_of_joining_and_parting(store: Store, seed: int) -> None:
    """Random bridges, dials, Linkedids and Hangups; `check` works the groups out anew after each."""
    chance = random.Random(seed)
    uids = [f"u{n}" for n in range(12)]
    bridges = [bridge_block(f"b{n}") for n in range(3)] + [ROOM, LOT]
    linkedid = dict(zip(uids, uids, strict=True))
    for step in range(250):
        uid, other = chance.sample(uids, 2)
        known = block(uid, linkedid=linkedid[uid])
        match chance.randrange(8):
            case 0:
                store.tombstones.clear()
                store.apply(event("Newchannel", known), step)
            case 1:
                store.apply(event("Hangup", known, Cause="16"), step)
                linkedid[uid] = uid
            case 2 | 3:
                store.apply(event("BridgeEnter", chance.choice(bridges), known), step)
            case 4:
                store.apply(event("BridgeLeave", chance.choice(bridges), known), step)
            case 5:
                dest = block(other, "Dest", linkedid=linkedid[other], state="Ringing")
                store.apply(event("DialBegin", known, dest, DialString="x"), step)
            case 6:
                status = chance.choice(["ANSWER", "CANCEL"])
                dest = block(other, "Dest", linkedid=linkedid[other], state="Ringing")
                store.apply(event("DialEnd", known, dest, DialStatus=status), step)
            case 7:
                linkedid[uid] = chance.choice(uids)
                store.apply(event("NewCallerid", block(uid, linkedid=linkedid[uid])), step)
        check(store)
