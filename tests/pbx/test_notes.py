"""The story of a call."""

from __future__ import annotations

import pytest
from recorded import VERSIONS, about, block, bridge_block, event, find

from amitop.pbx.model import Note
from amitop.pbx.notes import AFTER_END, CROWDED, ENDED, PER_CALL, PER_CALL_CROWDED, Story
from amitop.pbx.store import Store


def texts(store: Store, call_id: str) -> list[str]:
    return [note.text for note in store.notes(call_id)]


def test_the_story_of_a_recorded_queue_call() -> None:
    store = Store("lab")
    uid = "lab-1795375822.185"
    agent = "lab-1795375871.231"
    agent = next(find("22.10", "AgentConnect", lambda p: p.get("Uniqueid") == uid)).get("DestUniqueid")
    for at, packet in about("22.10", uid, agent):
        store.apply(packet, at)
    assert texts(store, uid) == [
        "PJSIP/trunk-0000009f calls 600",
        "PJSIP/trunk-0000009f answers",
        "joins queue support #7",
        "PJSIP/agent01-000000c5 is called",
        "PJSIP/agent01 is dialled",
        "PJSIP/agent01-000000c5 rings",
        "PJSIP/agent01-000000c5 answers",
        "PJSIP/agent01-000000c5 is answered",
        "Agent 01 takes it from queue support",
        "PJSIP/agent01-000000c5 enters the bridge",
        "PJSIP/trunk-0000009f is connected with PJSIP/agent01-000000c5",
        "PJSIP/trunk-0000009f hangs up",
        "Agent 01 is done with it",
        "PJSIP/trunk-0000009f leaves the bridge",
        "PJSIP/agent01-000000c5 leaves the bridge",
        "PJSIP/agent01-000000c5 hung up: Normal Clearing",
        "PJSIP/trunk-0000009f hung up: Normal Clearing",
    ]
    notes = store.notes(uid)
    assert [note.at for note in notes] == sorted(note.at for note in notes)
    assert notes[0] == Note(notes[0].at, "Newchannel", uid, "PJSIP/trunk-0000009f calls 600")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("result", ["Invalid", "Success"])
def test_recorded_blind_transfers(version: str, result: str) -> None:
    """An invalid one has neither transferee nor bridge."""
    packet = next(find(version, "BlindTransfer", lambda p: p.get("Result") == result))
    store = Store("lab")
    store.apply(packet, 0.0)
    assert store.unknown == {"BlindTransfer": 1}
    uid = packet.get("TransfererUniqueid")
    store.apply(event("Newchannel", block(uid)), 1.0)
    state = (store.channels[uid].state, store.channels[uid].position)
    store.apply(packet, 2.0)
    said = f"{packet.get('TransfererChannel')} transfers to {packet.get('Extension')} in {packet.get('Context')}"
    assert texts(store, uid)[-1] == said + (": invalid" if result == "Invalid" else "")
    assert (store.channels[uid].state, store.channels[uid].position) == state


def test_attended_transfers_and_pickups() -> None:
    store = Store("lab")
    store.apply(event("Newchannel", block("a")), 0.0)
    store.apply(event("AttendedTransfer", ["Result: Fail"], block("a", "OrigTransferer")), 1.0)
    store.apply(event("Pickup", block("p"), block("a", "Target")), 2.0)
    assert texts(store, "a")[1:] == [
        "PJSIP/a-00000001 hands over after asking: fail",
        "PJSIP/p-00000001 picks up PJSIP/a-00000001",
    ]


def test_stories_join_and_part_with_their_calls() -> None:
    store = Store("lab")
    for at, uid in enumerate("ab"):
        store.apply(event("Newchannel", block(uid, state="Ring")), at)
    b1 = bridge_block("b1")
    store.apply(event("BridgeEnter", b1, block("b")), 2.0)
    store.apply(event("BridgeEnter", b1, block("a")), 3.0)
    assert [note.uniqueid for note in store.notes("a")] == ["a", "b", "b", "a"]
    assert store.notes("b") == []
    store.apply(event("BridgeLeave", b1, block("b")), 4.0)
    assert {note.uniqueid for note in store.notes("b")} == {"b"}
    assert {note.uniqueid for note in store.notes("a")} == {"a"}


def test_a_story_can_be_read_for_a_while_after_the_end() -> None:
    store = Store("lab")
    store.apply(event("Newchannel", block("a")), 0.0)
    store.apply(event("Hangup", block("a"), Cause="17", Cause_txt="User busy"), 1.0)
    store.expire(1.0 + AFTER_END)
    assert texts(store, "a")[-1] == "PJSIP/a-00000001 hung up: User busy"
    store.expire(1.1 + AFTER_END)
    assert store.notes("a") == []
    assert len(store.story) == 0


def test_a_long_story_keeps_its_end() -> None:
    story = Story()
    for n in range(1000):
        story.add("a", (float(n), "Newstate", "a", f"step {n}"))
    notes = story.of("a")
    assert PER_CALL <= len(notes) <= PER_CALL * 5 // 4
    assert notes[-1].text == "step 999"
    assert len(story) == len(notes)


def test_all_stories_together_are_bounded() -> None:
    story = Story()
    calls = 2000
    for n in range(400):
        for call in range(calls):
            story.add(str(call), (float(n), "Newstate", "a", "x"))
    assert len(story) <= max(CROWDED, calls * PER_CALL_CROWDED * 5 // 4) + 100
    assert len(story) == sum(len(story.of(str(call))) for call in range(calls))
    assert story.of("0")[-1].at == 399.0


def test_the_stories_of_ended_calls_are_bounded_together() -> None:
    """An exchange that ends 300 calls a second may not keep a minute of their stories."""
    story = Story()
    calls = 2 * ENDED // 10
    for call in range(calls):
        for n in range(10):
            story.add(str(call), (0.0, "Newstate", "a", f"{n}"))
        story.ended(str(call), 0.0)
    assert len(story) == ENDED
    assert story.of(str(calls - ENDED // 10 - 1)) == []
    assert len(story.of(str(calls - ENDED // 10))) == len(story.of(str(calls - 1))) == 10
    story.expire(AFTER_END + 0.1)
    assert len(story) == 0


def test_a_note_is_put_together_when_it_is_read_and_a_pbx_writes_no_patterns() -> None:
    store = Store("lab")
    store.apply(event("Newchannel", block("a", state="Ring", Exten="{}{0}")), 0.0)
    store.note("a", "E", "{0} {x}", 1.0)
    store.note("a", "E", "{} leaves {}", 2.0, "{x}", "{1}")
    store.note("a", "E", "{} leaves", 3.0, "b")
    assert texts(store, "a") == ["PJSIP/a-00000001 calls {}{0}", "{0} {x}", "{x} leaves {1}", "b leaves"]


def test_a_joined_story_is_in_order_and_bounded() -> None:
    story = Story()
    for n in range(PER_CALL):
        story.add("a", (float(2 * n), "e", "a", "x"))
        story.add("b", (float(2 * n + 1), "e", "b", "y"))
    story.merge("a", "b")
    at = [note.at for note in story.of("a")]
    assert at == sorted(at)
    assert len(at) == PER_CALL == len(story)
    story.merge("a", "nothing")
    story.split("a", "c", {"b"})
    assert {note.uniqueid for note in story.of("c")} == {"b"}
    assert len(story) == PER_CALL
