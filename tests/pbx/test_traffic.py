"""How calls over each device went: counted when their fate is known, forgotten after a quarter of an hour."""

from __future__ import annotations

from collections import Counter

import pytest
from recorded import VERSIONS, block, check, event, item, packets

from amitop.pbx.store import Store
from amitop.pbx.traffic import SLOT, WINDOWS, Fates, Flow, Traffic, in_progress, outgoing

TRUNK = "PJSIP/trunk"


@pytest.fixture
def store() -> Store:
    return Store("lab")


def leg(uid: str, state: str) -> list[str]:
    return block(uid, state=state, Channel=f"{TRUNK}-{uid:0>8}")


def call(store: Store, uid: str, at: float, *, out: bool = True, answered: bool = False, cause: str = "17") -> None:
    """Have a call come and go over the trunk within three seconds."""
    store.apply(event("Newchannel", leg(uid, "Down" if out else "Ring")), at)
    store.apply(event("Newstate", leg(uid, "Ringing" if out else "Ring")), at + 1)
    if answered:
        store.apply(event("Newstate", leg(uid, "Up")), at + 2)
    store.apply(event("Hangup", leg(uid, "Up" if answered else "Down"), Cause=cause), at + 3)


def flow(store: Store, now: float, seconds: float = WINDOWS[0], device: str = TRUNK) -> Flow:
    return store.part(Traffic).flow(device, now, seconds)


def test_answers_and_failures_of_both_directions(store: Store) -> None:
    call(store, "1", 0.0, answered=True, cause="16")
    call(store, "2", 4.0, cause="17")
    call(store, "3", 8.0, cause="17")
    call(store, "4", 12.0, cause="34")
    call(store, "5", 16.0, out=False, answered=True)
    call(store, "6", 20.0, out=False, cause="0")
    seen = flow(store, 30.0)
    assert seen.outgoing == Fates(1, Counter({17: 2, 34: 1}))
    assert (seen.outgoing.tries, seen.outgoing.rate) == (4, 25.0)
    assert seen.incoming == Fates(1, Counter({0: 1}))
    assert not store.part(Traffic).pending


def test_no_call_has_no_rate(store: Store) -> None:
    assert flow(store, 0.0) == Flow()
    assert flow(store, 0.0).outgoing.rate is None


def test_a_call_counts_once_its_fate_is_known(store: Store) -> None:
    store.apply(event("Newchannel", leg("1", "Down")), 0.0)
    store.apply(event("Newstate", leg("1", "Ringing")), 1.0)
    assert flow(store, 100.0).outgoing.tries == 0
    store.apply(event("Newstate", leg("1", "Up")), 100.0)
    assert flow(store, 100.0).outgoing == Fates(1)
    for at in (101.0, 102.0):
        store.apply(event("Newstate", leg("1", "Up")), at)
        store.apply(event("Hangup", leg("1", "Up"), Cause="16"), at)
    assert flow(store, 110.0).outgoing == Fates(1), (
        "the end of an answered call is no failure, however often it is told"
    )


def test_an_answer_that_another_event_tells(store: Store) -> None:
    store.apply(event("Newchannel", leg("1", "Down")), 0.0)
    store.apply(event("NewConnectedLine", leg("1", "Up")), 1.0)
    store.apply(event("Hangup", leg("1", "Up"), Cause="16"), 2.0)
    assert flow(store, 2.0).outgoing == Fates(1)


@pytest.mark.parametrize("window", WINDOWS)
def test_windows(store: Store, window: float) -> None:
    call(store, "1", 1000.0)
    assert flow(store, 1003.0 + window - SLOT, window).outgoing.tries == 1
    assert flow(store, 1003.0 + window + SLOT, window).outgoing.tries == 0


def test_what_no_window_reaches_is_forgotten(store: Store) -> None:
    for n in range(500):
        call(store, str(n), n * 10.0)
        store.expire(n * 10.0)
    assert flow(store, 5000.0).outgoing.tries == pytest.approx(WINDOWS[0] / SLOT, abs=1)
    store.expire(5000.0 + WINDOWS[0] + SLOT)
    part = vars(store.part(Traffic))
    assert not part["_devices"]
    assert not part["_all"]


def test_calls_in_progress(store: Store) -> None:
    store.apply(event("Newchannel", leg("1", "Down")), 0.0)
    store.apply(event("Newchannel", leg("2", "Ring")), 0.0)
    store.apply(event("Newchannel", leg("3", "Ring")), 0.0)
    now = in_progress(store, [TRUNK])
    assert (now.incoming, now.outgoing, now.all) == (2, 1, 3)
    assert in_progress(store, [TRUNK, "PJSIP/other"]) == now
    assert in_progress(store, []).all == 0


def test_the_direction_of_those_that_were_there_before(store: Store) -> None:
    items = [
        item("1", Channel=f"{TRUNK}-1", application="AppDial", data="(Outgoing Line)"),
        item("2", Channel=f"{TRUNK}-2", application="Dial", data="PJSIP/agent01"),
    ]
    store.apply_channels(items, 0.0, 0.0, first=True)
    assert in_progress(store, [TRUNK]) == (1, 1)
    store.apply(event("Hangup", leg("1", "Ringing"), Cause="17"), 1.0)
    assert flow(store, 1.0) == Flow(), "nobody saw how it began, so nobody knows whether it was answered"


def test_a_list_that_was_faster_than_its_event(store: Store) -> None:
    store.apply_channels([item("1", Channel=f"{TRUNK}-1", state="Ringing")], 0.0, 0.0, first=True)
    store.apply(event("Newchannel", block("1", state="Down", Channel=f"{TRUNK}-1")), 0.1)
    assert outgoing(store.channels["1"])
    store.apply(event("Hangup", block("1", state="Down", Channel=f"{TRUNK}-1"), Cause="21"), 1.0)
    assert flow(store, 1.0).outgoing == Fates(0, Counter({21: 1}))


def test_a_lost_channel_is_no_failure(store: Store) -> None:
    call(store, "0", 0.0)
    store.apply(event("Newchannel", leg("1", "Down")), 5.0)
    for at in (40.0, 80.0):
        store.apply_channels([], at, at)
    assert not store.channels
    assert flow(store, 80.0).outgoing.tries == 1
    store.apply(event("Hangup", leg("1", "Down"), Cause="17"), 81.0)
    assert not store.part(Traffic).pending


def test_local_channels_are_on_no_trunk(store: Store) -> None:
    for half in ("1", "2"):
        store.apply(event("Newchannel", block(half, state="Down", Channel=f"Local/600@q-0001;{half}")), 0.0)
    assert not store.part(Traffic).pending


@pytest.mark.parametrize("version", VERSIONS)
def test_recorded_shift(version: str) -> None:
    """Every leg that was seen to begin, by what its own events say, counted in another way."""
    store = Store("lab")
    began: dict[str, str] = {}
    answered: set[str] = set()
    expected: Counter[tuple[str, bool, int | None]] = Counter()
    last = 0.0
    for at, packet in packets(version):
        if b"\nActionID: " in packet.raw:
            continue
        store.apply(packet, at)
        last = at
        uid = packet.get("Uniqueid")
        if packet.name == "Newchannel" and not packet.get("Channel").startswith("Local/"):
            began[uid] = packet.get("ChannelState")
        elif uid not in began:
            continue
        device = packet.get("Channel").rpartition("-")[0]
        if packet.name == "Newstate" and packet.get("ChannelState") == "6" and uid not in answered:
            answered.add(uid)
            expected[device, began[uid] == "0", None] += 1
        elif packet.name == "Hangup" and uid not in answered:
            expected[device, began.pop(uid) == "0", int(packet.get("Cause"))] += 1
    found: Counter[tuple[str, bool, int | None]] = Counter()
    part = store.part(Traffic)
    for device in {device for device, _, _ in expected}:
        seen = part.flow(device, last, WINDOWS[0])
        for way in (True, False):
            found[device, way, None] += seen.way(way).answered
            for cause, count in seen.way(way).failed.items():
                found[device, way, cause] += count
    assert +found == expected
    assert sum(expected.values()) > 50
    assert part.pending <= store.channels.keys()
    check(store)
