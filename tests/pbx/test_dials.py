"""Dials: `ami.md` B.3."""

from __future__ import annotations

from collections import Counter

import pytest
from recorded import VERSIONS, about, block, check, event, find, packets

from amitop.pbx.model import ChannelState
from amitop.pbx.store import Store


@pytest.fixture
def store() -> Store:
    return Store("lab")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_dial_that_is_cancelled_twice(store: Store, version: str) -> None:
    ends = Counter(p.get("DestUniqueid") for p in find(version, "DialEnd"))
    uid = next(uid for uid, count in ends.items() if count == 2)
    seen = []
    for at, packet in about(version, uid):
        store.apply(packet, at)
        check(store)
        if packet.name.startswith("Dial"):
            seen.append((packet.name, packet.get("DialStatus"), uid in store.dials))
    assert ("DialBegin", "", True) in seen
    assert [entry for entry in seen if entry[0] == "DialEnd"] == [("DialEnd", "CANCEL", False)] * 2


@pytest.mark.parametrize("version", VERSIONS)
def test_ring_all_ends_with_one_answer_and_no_dial_left(store: Store, version: str) -> None:
    """The queue rings four agents; the sequence of `ami.md` G.1."""
    dialled = Counter(p.get("Uniqueid") for p in find(version, "DialBegin") if "Uniqueid" in p)
    caller, _ = dialled.most_common(1)[0]
    most = 0
    for at, packet in packets(version):
        if b"\nActionID: " not in packet.raw and f"id: {caller}\n".encode() in packet.raw + b"\n":
            store.apply(packet, at)
            most = max(most, sum(dial.caller == caller for dial in store.dials.values()))
    assert most >= 4
    assert not [dial for dial in store.dials.values() if dial.caller == caller]


def test_a_dial_tells_who_whom_and_how_it_goes(store: Store) -> None:
    packet = next(find("22.10", "DialBegin", lambda p: "Uniqueid" in p))
    store.apply(packet, 4.0)
    dial = store.dials[packet.get("DestUniqueid")]
    assert (dial.caller, dial.dest) == (packet.get("Uniqueid"), packet.get("DestUniqueid"))
    assert (dial.dial_string, dial.begun, dial.status) == (packet.get("DialString"), 4.0, None)
    state = next(find("22.10", "DialState", lambda p: p.get("DestUniqueid") == dial.dest))
    store.apply(state, 5.0)
    assert (dial.status, dial.begun) == ("RINGING", 4.0)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_dial_of_nobody(store: Store, version: str) -> None:
    """Originate dials without a caller."""
    packet = next(find(version, "DialBegin", lambda p: "Channel" not in p))
    store.apply(packet, 0.0)
    assert store.dials[packet.get("DestUniqueid")].caller is None
    assert store.unknown.total() == 0
    check(store)


def test_a_dial_first_heard_of_while_it_rings(store: Store) -> None:
    store.apply(event("DialState", block("a"), block("b", "Dest", state="Ringing"), DialStatus="RINGING"), 3.0)
    assert store.dials["b"].begun == 3.0
    assert store.channels["b"].state is ChannelState.RINGING


def test_the_end_of_an_unknown_dial_makes_nothing(store: Store) -> None:
    store.apply(event("DialEnd", block("a"), block("b", "Dest"), DialStatus="CANCEL"), 3.0)
    assert not store.channels
    assert not store.dials
    assert store.unknown == {"DialEnd": 2}


def test_a_stale_begin_of_an_answered_leg_is_no_dial(store: Store) -> None:
    """A list may show the answer before the events of the dialling come (`ami.md` D.4)."""
    store.apply(event("DialBegin", block("a"), block("b", "Dest", state="Up"), DialString="b"), 3.0)
    assert not store.dials


def test_a_hangup_ends_the_dial(store: Store) -> None:
    store.apply(event("DialBegin", block("a"), block("b", "Dest", state="Down"), DialString="b"), 3.0)
    store.apply(event("Hangup", block("b"), Cause="17"), 4.0)
    assert not store.dials
    check(store)


def test_a_forward_is_told(store: Store) -> None:
    dest = block("b", "Dest", state="Ringing")
    store.apply(event("DialBegin", block("a"), dest, DialString="b"), 3.0)
    store.apply(event("DialState", block("a"), dest, DialStatus="RINGING", Forward="Local/9@x"), 3.5)
    assert store.notes("a")[-1].text == "PJSIP/b-00000001 forwards to Local/9@x"
