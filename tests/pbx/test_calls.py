"""What a call's row says."""

from __future__ import annotations

from collections import Counter

import pytest
from recorded import VERSIONS, block, bridge_block, event, item, packets, recording

from amitop.pbx.calls import call_queue, call_state, caller_leg, from_party, to_party
from amitop.pbx.model import NOBODY, CallState, Party
from amitop.pbx.replay import replay
from amitop.pbx.store import Store

ANN = {"CallerIDNum": "+15551234567", "CallerIDName": "Ann Lee"}
GUS = {"CallerIDNum": "1003", "CallerIDName": "Agent 03"}
B1 = bridge_block("b1")


@pytest.fixture
def store() -> Store:
    store = Store("lab")
    store.apply(event("Newchannel", block("a", state="Ring", Exten="600", **ANN)), 0.0)
    return store


def row(store: Store, call_id: str = "a") -> tuple[str, Party, Party, str | None]:
    call = store.calls[call_id]
    return str(call_state(call, store)), from_party(call), to_party(call), call_queue(call)


def agent(store: Store, state: str) -> None:
    name = "Newchannel" if "g" not in store.channels else "Newstate"
    store.apply(event(name, block("g", linkedid="a", state=state, Exten="s", **GUS)), 1.0)


def connect(store: Store) -> None:
    caller = block("a", ConnectedLineNum="1003", ConnectedLineName="Agent 03", **ANN)
    store.apply(event("NewConnectedLine", caller), 3.0)
    store.apply(event("BridgeEnter", B1, block("g", linkedid="a", **GUS)), 3.0)
    store.apply(event("BridgeEnter", B1, caller), 3.0)


def test_a_call_that_is_dialled_rings_and_talks(store: Store) -> None:
    assert row(store) == ("Dialing", Party(*ANN.values()), Party("600", None), None)
    agent(store, "Down")
    store.apply(
        event("DialBegin", block("a", state="Ring", **ANN), block("g", "Dest", linkedid="a", state="Down", **GUS)), 1.0
    )
    assert row(store)[0] == "Dialing"
    agent(store, "Ringing")
    assert row(store) == ("Ringing", Party(*ANN.values()), Party(*GUS.values()), None)
    agent(store, "Up")
    connect(store)
    assert row(store) == ("Talking", Party(*ANN.values()), Party(*GUS.values()), None)


def test_a_call_that_waits_in_a_queue_shows_the_queue_while_agents_ring(store: Store) -> None:
    store.apply(event("Newstate", block("a", **ANN)), 0.5)
    assert row(store)[0] == "In app"
    store.apply(event("QueueCallerJoin", block("a", **ANN), Queue="support", Position="2", Count="2"), 1.0)
    agent(store, "Ringing")
    store.apply(event("NewConnectedLine", block("a", ConnectedLineNum="1003", **ANN)), 2.0)
    assert row(store) == ("Waiting", Party(*ANN.values()), Party(None, "support"), "support")
    store.apply(event("QueueCallerLeave", block("a", **ANN), Queue="support", Position="1", Count="1"), 3.0)
    agent(store, "Up")
    connect(store)
    assert row(store) == ("Talking", Party(*ANN.values()), Party(*GUS.values()), "support")


def test_a_held_call(store: Store) -> None:
    agent(store, "Up")
    connect(store)
    store.apply(event("Hold", block("g", linkedid="a", **GUS)), 4.0)
    assert row(store)[0] == "On hold"
    store.apply(event("Unhold", block("g", linkedid="a", **GUS)), 5.0)
    assert row(store)[0] == "Talking"


def test_a_call_alone_with_the_dialplan(store: Store) -> None:
    store.apply(event("Newstate", block("a", **ANN)), 0.5)
    store.apply(event("Newexten", block("a", **ANN), Application="Playback", AppData="x"), 0.5)
    assert row(store)[0] == "In app"


def test_a_parked_call(store: Store) -> None:
    store.apply(event("ParkedCall", block("a", "Parkee"), Parkinglot="default", ParkingSpace="701"), 1.0)
    assert row(store)[0] == "Parked"


def test_a_call_in_a_room(store: Store) -> None:
    room = bridge_block("room", "base", "softmix", "ConfBridge")
    store.apply(event("Newexten", block("a", **ANN), Application="ConfBridge", AppData="8000,p"), 1.0)
    store.apply(event("BridgeEnter", room, block("a", **ANN)), 1.0)
    assert row(store) == ("Conference", Party(*ANN.values()), Party("8000", None), None)


def test_a_call_that_ends(store: Store) -> None:
    agent(store, "Up")
    connect(store)
    call = store.calls["a"]
    for uid in ("a", "g"):
        store.apply(event("SoftHangupRequest", block(uid, linkedid="a")), 9.0)
    assert row(store)[0] == "Ending"
    store.apply(event("Hangup", block("a", ConnectedLineNum="1003", **ANN), Cause="16"), 9.0)
    assert from_party(call) == Party(*ANN.values())
    store.apply(event("Hangup", block("g", linkedid="a", **GUS), Cause="16"), 9.0)
    assert call_state(call, store) is CallState.ENDED
    assert from_party(call) == Party(*ANN.values())
    assert to_party(call).num == "1003"
    assert caller_leg(call).uniqueid == "a"


def test_when_the_first_leg_has_gone_the_oldest_real_one_stands_for_the_call(store: Store) -> None:
    agent(store, "Up")
    local = {"Channel": "Local/9@x-0001;1"}
    store.apply(event("Newchannel", block("l", linkedid="a", **local)), 2.0)
    store.apply(event("Hangup", block("a", **ANN), Cause="16"), 3.0)
    assert from_party(store.calls["a"]) == Party(*GUS.values())


def test_a_local_pipe_to_a_phone_that_rings_is_not_talk() -> None:
    store = Store("lab")
    one, two = {"Channel": "Local/9@x-0001;1"}, {"Channel": "Local/9@x-0001;2"}
    store.apply(event("Newchannel", block("l", **one)), 0.0)
    store.apply(event("Newchannel", block("m", linkedid="l", state="Ring", **two)), 0.0)
    store.apply(event("Newchannel", block("p", linkedid="l", state="Ringing", Exten="s")), 0.0)
    store.apply(event("Newchannel", block("x", linkedid="l")), 0.0)
    store.apply(event("BridgeEnter", B1, block("x", linkedid="l")), 1.0)
    store.apply(event("BridgeEnter", B1, block("l", **one)), 1.0)
    assert row(store, "l")[0] == "Ringing"
    store.apply(event("Newstate", block("m", linkedid="l", **two)), 2.0)
    assert row(store, "l")[0] == "Talking"


def test_a_waiting_caller_that_was_there_before_amitop() -> None:
    store = Store("lab")
    store.apply_channels([item("a", application="Queue", data="sales,t,,,60", **ANN)], 5.0, 5.0, first=True)
    assert row(store) == ("Waiting", Party(*ANN.values()), Party(None, "sales"), "sales")


def test_nobody(store: Store) -> None:
    call = store.calls["a"]
    call.first = None
    call.legs = []
    assert (from_party(call), to_party(call)) == (NOBODY, NOBODY)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_state_in_a_recorded_shift_is_told(version: str) -> None:
    store = Store("lab")
    states: Counter[CallState] = Counter()
    for count, (at, packet) in enumerate(packets(version)):
        if b"\nActionID: " not in packet.raw:
            store.apply(packet, at)
            if count % 50 == 0:
                states.update(call_state(call, store) for call in store.calls.values())
    told = {str(state) for state, times in states.items() if times}
    assert told >= {"Dialing", "Ringing", "Waiting", "Talking", "Conference", "Parked", "In app"}
    assert CallState.ENDED not in states


@pytest.mark.parametrize("version", VERSIONS)
def test_recorded_talks_are_between_a_caller_and_an_agent(version: str) -> None:
    store = Store("lab")
    replay(*recording(version), store)
    talking = [call for call in store.calls.values() if call_state(call, store) is CallState.TALKING]
    outside = [call for call in talking if (from_party(call).num or "").startswith("+1555")]
    assert len(outside) >= 5
    for call in outside:
        assert (to_party(call).name or "").startswith("Agent ")
        assert call.talk_since is not None
        assert call.talk_since >= call.started
