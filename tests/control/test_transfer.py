"""Who a transfer moves, in words and as an action (`ami.md` E.1)."""

import pytest

from amitop.control.transfer import (
    Move,
    destinations,
    leg_to_move,
    partner_of,
    plan_transfer,
    transfer_choices,
)
from amitop.pbx.store import Store
from fakes.events import ANN, block, bridge, conversation, event


@pytest.fixture
def store() -> Store:
    store = Store("pbx1")
    for second, packet in enumerate(conversation()):
        store.apply(packet, float(second))
    return store


def test_a_call_is_moved_by_its_oldest_real_leg(store):
    call = store.call_of("1.2")
    assert leg_to_move(store, call.key).uniqueid == "1.1"
    assert leg_to_move(store, ("pbx1", "1.2")).uniqueid == "1.2"
    assert leg_to_move(store, ("pbx1", "9.9")) is None


def test_every_choice_says_who_goes_and_who_stays(store):
    choices = {choice.move: choice for choice in transfer_choices(store, store.channels["1.1"])}
    assert set(choices) == set(Move)
    assert choices[Move.THIS].label == "Ann Lee +15551234567 goes"
    assert choices[Move.THIS].consequence.startswith("Agent 03 1003 is left alone")
    assert choices[Move.OTHER].label == "Agent 03 1003 goes"
    assert choices[Move.BLIND].label == "Agent 03 1003 goes, transferred by Ann Lee +15551234567"


@pytest.mark.parametrize(
    ("move", "action", "headers"),
    [
        (Move.THIS, "Redirect", {"Channel": "1.1", "Context": "internal", "Exten": "1005", "Priority": "1"}),
        (Move.OTHER, "Redirect", {"Channel": "1.2", "Context": "internal", "Exten": "1005", "Priority": "1"}),
        (
            Move.BOTH,
            "Redirect",
            {
                "Channel": "1.1",
                "Context": "internal",
                "Exten": "1005",
                "Priority": "1",
                "ExtraChannel": "1.2",
                "ExtraContext": "internal",
                "ExtraExten": "1005",
                "ExtraPriority": "1",
            },
        ),
        # BlindTransfer names the leg that transfers; its partner is who moves.
        (Move.BLIND, "BlindTransfer", {"Channel": "1.1", "Context": "internal", "Exten": "1005"}),
    ],
)
def test_redirect_and_blind_transfer_name_the_right_leg(store, move, action, headers):
    choice = next(c for c in transfer_choices(store, store.channels["1.1"]) if c.move is move)
    plan = plan_transfer("pbx1", choice, " 1005 ", "internal")
    assert (choice.action, plan.headers) == (action, headers)


def test_the_moved_channels_are_those_that_the_words_name(store):
    moved = {c.move: [leg.uniqueid for leg in c.moved] for c in transfer_choices(store, store.channels["1.1"])}
    assert moved == {Move.THIS: ["1.1"], Move.OTHER: ["1.2"], Move.BOTH: ["1.1", "1.2"], Move.BLIND: ["1.2"]}


def test_a_leg_alone_can_only_be_moved_itself(store):
    store.apply(event("BridgeLeave", bridge("b1", 1), block("1.2", "PJSIP/agent03-00000002", linkedid="1.1")), 20.0)
    choices = transfer_choices(store, store.channels["1.1"])
    assert [choice.move for choice in choices] == [Move.THIS]
    assert choices[0].consequence == "Nobody else is on the line."


def test_the_partner_is_found_through_a_local_channel():
    store = Store("pbx1")
    ends = {
        "1.1": ("PJSIP/trunk-00000001", "b1"),
        "1.2": ("Local/1003@internal-00000000;1", "b1"),
        "1.3": ("Local/1003@internal-00000000;2", "b2"),
        "1.4": ("PJSIP/agent03-00000002", "b2"),
    }
    for uid, (name, _) in ends.items():
        store.apply(event("Newchannel", block(uid, name, caller=ANN, linkedid="1.1")), 1.0)
    one, two = (block(uid, ends[uid][0], prefix=p) for uid, p in (("1.2", "LocalOne"), ("1.3", "LocalTwo")))
    store.apply(event("LocalBridge", one, two, "Context: internal\nExten: 1003\nLocalOptimization: No\n"), 2.0)
    for uid, (name, bridge_id) in ends.items():
        store.apply(event("BridgeEnter", bridge(bridge_id, 2), block(uid, name, linkedid="1.1")), 3.0)
    assert partner_of(store, store.channels["1.1"]).uniqueid == "1.4"
    assert partner_of(store, store.channels["1.4"]).uniqueid == "1.1"


def test_strangers_in_a_parking_bridge_are_no_partners(store):
    for uid, name in (("2.1", "PJSIP/a-00000007"), ("2.2", "PJSIP/b-00000008")):
        store.apply(event("Newchannel", block(uid, name)), 30.0)
        parking = bridge("p1", 2, type="parking", technology="holding_bridge")
        store.apply(event("BridgeEnter", parking, block(uid, name)), 31.0)
    assert partner_of(store, store.channels["2.1"]) is None


@pytest.mark.parametrize(
    ("exten", "context", "complaint"),
    [
        ("", "internal", "Which extension?"),
        ("1005", "  ", "Which context?"),
        ("1005\r\nAction: Originate", "internal", "holds a character"),
        ("1005", "a b", "holds a character"),
        ("9" * 80, "internal", "longer than Asterisk's 79"),
        ("1\x00", "internal", "holds a character"),
    ],
)
def test_what_cannot_be_an_extension_is_refused_before_anything_is_sent(store, exten, context, complaint):
    choice = transfer_choices(store, store.channels["1.1"])[0]
    with pytest.raises(ValueError, match=complaint):
        plan_transfer("pbx1", choice, exten, context)


def test_completion_offers_what_was_seen_without_special_extensions(store):
    extens, contexts = destinations(store)
    assert extens[0] == "1003"
    assert set(contexts) == {"from-trunk", "internal"}
    assert not {"s", "h", "i", "t"} & set(extens)
