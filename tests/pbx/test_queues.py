"""Who waits in which queue: `ami.md` B.5, D.6. Members are in test_queue_members, lists in test_queue_lists."""

from __future__ import annotations

import pytest
from recorded import VERSIONS, about, block, bridge_block, check, event, find, packets

from amitop.pbx.store import Store


@pytest.fixture
def store() -> Store:
    return Store("lab")


def join(store: Store, uid: str, position: int, count: int, queue: str = "q") -> None:
    store.apply(event("QueueCallerJoin", block(uid), Queue=queue, Position=str(position), Count=str(count)), 1.0)


def leave(store: Store, uid: str, count: int, queue: str = "q") -> None:
    store.apply(event("QueueCallerLeave", block(uid), Queue=queue, Position="1", Count=str(count)), 2.0)


def positions(store: Store) -> dict[str, int]:
    check(store)
    return {uid: place.position for uid, place in store.queued.items()}


def test_callers_move_up(store: Store) -> None:
    for n, uid in enumerate("abc", 1):
        join(store, uid, n, n)
    assert positions(store) == {"a": 1, "b": 2, "c": 3}
    leave(store, "a", 2)
    assert positions(store) == {"b": 1, "c": 2}
    assert store.queued["b"].joined == 1.0
    assert store.queued["b"].queue == "q"


def test_priority_puts_a_caller_in_front(store: Store) -> None:
    join(store, "a", 1, 1)
    join(store, "b", 2, 2)
    join(store, "vip", 1, 3)
    assert positions(store) == {"vip": 1, "a": 2, "b": 3}


def test_those_who_came_before_amitop_stand_in_front(store: Store) -> None:
    join(store, "a", 4, 4)
    assert positions(store) == {"a": 4}
    join(store, "b", 5, 5)
    assert positions(store) == {"a": 4, "b": 5}
    store.apply(event("QueueCallerJoin", block("a"), Queue="q", Position="4", Count="5"), 9.0)
    assert positions(store) == {"a": 4, "b": 5}
    leave(store, "a", 2)
    assert positions(store) == {"b": 2}


def test_a_caller_in_the_next_queue_is_not_in_the_last(store: Store) -> None:
    join(store, "a", 1, 1, "q")
    join(store, "a", 1, 1, "r")
    assert store.queued["a"].queue == "r"
    assert [queue.waiting for queue in store.queues.values()] == [0, 1]
    assert store.queue_of("a") == ["r"]
    assert store.call_of("a").queue == "r"


def test_a_leave_of_who_is_not_there_is_silent(store: Store) -> None:
    store.apply(event("Newchannel", block("a")), 0.0)
    leave(store, "a", 0)
    assert not store.queued
    assert store.unknown.total() == 0


@pytest.mark.parametrize("version", VERSIONS)
def test_recorded_abandons_come_before_their_leave(version: str) -> None:
    store = Store("lab")
    left = 0
    waiting_at_abandon = set()
    for at, packet in packets(version):
        if b"\nActionID: " in packet.raw:
            continue
        store.apply(packet, at)
        uid = packet.get("Uniqueid") if packet.name.startswith("QueueCaller") else ""
        if packet.name == "QueueCallerAbandon" and uid in store.queued:
            waiting_at_abandon.add(uid)
        elif packet.name == "QueueCallerLeave":
            assert uid not in store.queued
            left += uid in waiting_at_abandon
    assert left > 40


@pytest.mark.parametrize("version", VERSIONS)
def test_queues_count_as_the_pbx_does(version: str) -> None:
    """Every Join and Leave says how many wait: with the first list of the queue's callers that is what is known."""
    store = Store("lab")
    compared = 0
    for at, packet in packets(version):
        if b"\nActionID: " in packet.raw:
            continue
        store.apply(packet, at)
        if packet.name in {"QueueCallerJoin", "QueueCallerLeave"}:
            queue = store.queues[packet.get("Queue")]
            if queue.callers:
                compared += 1
                assert queue.waiting == int(packet.get("Count"))
                assert queue.callers[-1].position == int(packet.get("Count"))
    assert compared > 150


@pytest.mark.parametrize(
    ("version", "uid"),
    [
        ("16.28", "lab-1795375962.24"),
        ("16.28", "lab-1795376018.209"),
        ("22.10", "lab-1795375793.132"),
        ("22.10", "lab-1795375865.274"),
    ],
)
def test_a_recorded_caller_parked_out_of_the_queue(version: str, uid: str) -> None:
    """Pulled out of Queue() by the Park action, it never gets a Leave."""
    store = Store("lab")
    was_queued = False
    for at, packet in about(version, uid):
        assert packet.name != "QueueCallerLeave" or not was_queued
        store.apply(packet, at)
        was_queued = was_queued or uid in store.queued
        if was_queued and store.channels[uid].bridge is not None:
            break
    assert was_queued
    assert uid not in store.queued
    assert store.channels[uid].application is None


def test_a_caller_bridged_from_outside_leaves_the_queue(store: Store) -> None:
    join(store, "a", 1, 1)
    store.apply(event("BridgeEnter", bridge_block("b1"), block("a")), 2.0)
    assert not store.queued


def test_hangup_takes_a_caller_out(store: Store) -> None:
    join(store, "a", 1, 1)
    store.apply(event("Hangup", block("a"), Cause="16"), 2.0)
    assert not store.queued
    assert store.queues["q"].waiting == 0


def test_a_call_remembers_the_queue_that_it_came_through(store: Store) -> None:
    join(store, "a", 1, 1)
    leave(store, "a", 0)
    agent = block("g", "Dest", linkedid="a")
    store.apply(event("AgentConnect", block("a"), agent, Queue="q", Interface="PJSIP/g", MemberName="Gus"), 3.0)
    assert store.call_of("a").queue == "q"
    assert store.notes("a")[-1].text == "Gus takes it from queue q"


def test_a_caller_who_is_sent_on_is_no_longer_of_the_queue(store: Store) -> None:
    join(store, "a", 1, 1)
    store.apply(event("QueueCallerAbandon", block("a"), Queue="q", Position="1", HoldTime="60"), 61.0)
    leave(store, "a", 0)
    assert store.call_of("a").queue is None


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("absent", ["Channel", "DestChannel"])
def test_recorded_agent_completes_that_lack_a_block(version: str, absent: str) -> None:
    packet = next(find(version, "AgentComplete", lambda p: absent not in p))
    store = Store("lab")
    store.apply(packet, 0.0)
    assert not store.channels
    uid = packet.get("Uniqueid") or packet.get("DestUniqueid")
    store.apply(event("Newchannel", block(uid)), 1.0)
    store.apply(packet, 2.0)
    assert store.notes(uid)[-1].text == f"{packet.get('MemberName')} is done with it"


def test_a_position_that_is_no_number_does_not_matter(store: Store) -> None:
    for uid, position in (("a", "x"), ("b", "-3"), ("c", "0"), ("d", "9" * 5000)):
        store.apply(event("QueueCallerJoin", block(uid), Queue="q", Position=position, Count="?"), 1.0)
    assert store.queued.keys() == set("abcd")
    check(store)
