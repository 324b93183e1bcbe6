"""What becomes of callers, told once each: by recorded bytes, and each order in which events may come."""

from __future__ import annotations

from collections import Counter

import pytest
from recorded import VERSIONS, block, bridge_block, event, item
from recorded_queues import entry, params, play

from amitop.pbx.queue_model import Fact, Happening
from amitop.pbx.queues import OUTCOME, Queues
from amitop.pbx.store import Store

ENDS = {
    Happening.ANSWERED,
    Happening.ABANDONED,
    Happening.TIMED_OUT,
    Happening.LEFT,
    Happening.LOST,
}


@pytest.fixture
def store() -> Store:
    store = Store("lab")
    store.apply_queues([params("q"), params("r")], 0.0, 0.0, first=True)
    return store


@pytest.fixture
def told(store: Store) -> list[Fact]:
    facts: list[Fact] = []
    store.observers.append(facts.append)
    return facts


def ends(facts: list[Fact]) -> list[tuple[str | None, Happening]]:
    return [(fact.uniqueid, fact.what) for fact in facts if fact.what in ENDS]


def join(store: Store, uid: str, at: float = 1.0, queue: str = "q") -> None:
    count = store.queues[queue].waiting + 1
    store.apply(event("QueueCallerJoin", block(uid), Queue=queue, Position=str(count), Count=str(count)), at)


def leave(store: Store, uid: str, at: float, queue: str = "q", count: int = 0) -> None:
    store.apply(event("QueueCallerLeave", block(uid), Queue=queue, Position="1", Count=str(count)), at)


def abandon(store: Store, uid: str, at: float, wait: int = 4, queue: str = "q") -> None:
    packet = event(
        "QueueCallerAbandon", block(uid), Queue=queue, Position="1", OriginalPosition="1", HoldTime=str(wait)
    )
    store.apply(packet, at)


def connect(store: Store, uid: str, at: float, queue: str = "q") -> None:
    dest = block(f"{uid}-agent", "Dest", linkedid=uid)
    store.apply(event("AgentConnect", block(uid), dest, Queue=queue, Interface="PJSIP/1", HoldTime="4"), at)


# -- recorded ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_every_recorded_caller_has_one_end(version: str) -> None:
    store = Store("lab")
    facts: list[Fact] = []
    store.observers.append(facts.append)
    events: Counter[str] = Counter()
    last = 0.0
    for last, packet in play(version, store):  # noqa: B007
        events[packet.name] += 1
    store.expire(last + 100)
    joined = [fact.uniqueid for fact in facts if fact.what is Happening.JOINED]
    what = Counter(fact.what for fact in facts)
    print(f"\n{version}: {len(joined)} joined, {dict(what)}, {len(store.queued)} wait still")
    assert len(joined) == len(set(joined))
    ended = [fact.uniqueid for fact in facts if fact.what in ENDS]
    assert len(ended) == len(set(ended))
    assert set(joined) == set(ended) | store.queued.keys()
    assert what[Happening.ANSWERED] == events["AgentConnect"]
    assert what[Happening.ABANDONED] + what[Happening.TIMED_OUT] + what[Happening.LEFT] >= events["QueueCallerAbandon"]
    assert what[Happening.LOST] == 0


@pytest.mark.parametrize("version", VERSIONS)
def test_recorded_callers_who_give_up_hang_up(version: str) -> None:
    """An abandon is told apart from a timeout by the HangupRequest before it: the channel is gone a moment later."""
    store = Store("lab")
    facts: list[Fact] = []
    store.observers.append(facts.append)
    gone: dict[str, float] = {}
    for at, packet in play(version, store):
        if packet.name == "Hangup":
            gone[packet.get("Uniqueid")] = at
    for fact in facts:
        if fact.what is Happening.ABANDONED:
            assert gone[fact.uniqueid] - fact.at < 0.5


# -- by hand ----------------------------------------------------------------------------------------------------------


def test_an_answer(store: Store, told: list[Fact]) -> None:
    join(store, "a", 1.0)
    leave(store, "a", 5.0)
    assert ends(told) == []
    connect(store, "a", 5.5)
    connect(store, "a", 5.5)
    assert ends(told) == [("a", Happening.ANSWERED)]
    assert told[-1].wait == 4.5
    assert told[-1].interface == "PJSIP/1"
    store.expire(100.0)
    assert len(ends(told)) == 1


def test_giving_up(store: Store, told: list[Fact]) -> None:
    join(store, "a", 1.0)
    store.apply(event("HangupRequest", block("a")), 5.0)
    abandon(store, "a", 5.0)
    abandon(store, "a", 5.0)
    leave(store, "a", 5.0)
    abandon(store, "a", 5.0)
    store.apply(event("Hangup", block("a"), Cause="16"), 5.1)
    store.expire(100.0)
    assert ends(told) == [("a", Happening.ABANDONED)]
    assert next(fact for fact in told if fact.what is Happening.ABANDONED).wait == 4.0
    assert store.queues["q"].abandoned == 1


@pytest.mark.parametrize(
    ("data", "wait", "what"),
    [
        ("q,,,,60", 60, Happening.TIMED_OUT),
        ("q,t,,,60,agi.sh", 61, Happening.TIMED_OUT),
        ("q,,,,60", 12, Happening.LEFT),  # no member there, a key of the `n` option, withdrawn
        ("q,n", 12, Happening.LEFT),
        ("q,,,,x", 12, Happening.LEFT),
        ("q,,,,0", 12, Happening.LEFT),
        ("", 12, Happening.LEFT),
    ],
)
def test_leaving_without_a_hangup(store: Store, told: list[Fact], data: str, wait: int, what: Happening) -> None:
    store.apply(event("Newexten", block("a"), Application="Queue", AppData=data), 0.9)
    join(store, "a", 1.0)
    abandon(store, "a", 1.0 + wait, wait)
    leave(store, "a", 1.0 + wait)
    assert ends(told) == [("a", what)]


def test_leaving_by_a_key_is_known_after_a_while(store: Store, told: list[Fact]) -> None:
    """No event tells of it: a Leave, and no answer."""
    join(store, "a", 1.0)
    leave(store, "a", 5.0)
    store.expire(5.0 + OUTCOME - 1)
    assert ends(told) == []
    store.expire(5.0 + OUTCOME)
    assert ends(told) == [("a", Happening.LEFT)]
    assert not store.part(Queues).departures


def test_leaving_by_a_key_is_known_at_once_when_the_caller_hangs_up(store: Store, told: list[Fact]) -> None:
    join(store, "a", 1.0)
    leave(store, "a", 5.0)
    store.apply(event("Hangup", block("a"), Cause="16"), 6.0)
    assert ends(told) == [("a", Happening.LEFT)]


def test_leaving_by_a_key_is_known_at_once_when_the_caller_joins_another_queue(store: Store, told: list[Fact]) -> None:
    join(store, "a", 1.0)
    leave(store, "a", 5.0)
    join(store, "a", 6.0, "r")
    assert ends(told) == [("a", Happening.LEFT)]
    assert [fact.queue for fact in told if fact.what is Happening.JOINED] == ["q", "r"]


def test_the_same_queue_a_second_time_is_a_second_call(store: Store, told: list[Fact]) -> None:
    """As in queue_log: a caller whom the dialplan sends back enters the queue again."""
    for at in (1.0, 20.0):
        join(store, "a", at)
        abandon(store, "a", at + 10, 10)
        leave(store, "a", at + 10)
    assert [what for _, what in ends(told)] == [Happening.LEFT, Happening.LEFT]
    assert sum(fact.what is Happening.JOINED for fact in told) == 2


def test_parked_by_redirect(store: Store, told: list[Fact]) -> None:
    """ParkedCall comes before the abandon then (recorded on 16: lab-1795375963.29)."""
    join(store, "a", 1.0)
    store.apply(event("ParkedCall", block("a", "Parkee"), Parkinglot="default", ParkingSpace="701"), 5.0)
    assert not store.queued
    abandon(store, "a", 5.0)
    leave(store, "a", 5.0)
    assert ends(told) == [("a", Happening.LEFT)]
    assert store.queues["q"].abandoned == 1


def test_pulled_out_of_the_queue(store: Store, told: list[Fact]) -> None:
    join(store, "a", 1.0)
    store.apply(event("BridgeEnter", bridge_block("b1"), block("a")), 5.0)
    assert ends(told) == [("a", Happening.LEFT)]
    assert store.dirty_queues == {"q": 5.0}
    assert store.queues["q"].abandoned == 0  # Asterisk counts it, and the next list tells


def test_parked_out_of_the_queue(store: Store, told: list[Fact]) -> None:
    join(store, "a", 1.0)
    store.apply(event("ParkedCall", block("a", "Parkee"), Parkinglot="default", ParkingSpace="701"), 5.0)
    assert store.dirty_queues == {"q": 5.0}
    store.expire(5.0 + OUTCOME)
    assert ends(told) == [("a", Happening.LEFT)]


def test_a_count_that_does_not_add_up_is_doubted(store: Store) -> None:
    """The ghost of a caller who was pulled out would stay, were it not for the counts in others' events."""
    join(store, "a", 1.0)
    store.apply(event("QueueCallerJoin", block("b"), Queue="q", Position="1", Count="1"), 2.0)
    assert store.dirty_queues == {"q": 2.0}


def test_a_hangup_without_a_leave_is_a_loss(store: Store, told: list[Fact]) -> None:
    join(store, "a", 1.0)
    store.apply(event("Hangup", block("a"), Cause="16"), 5.0)
    assert ends(told) == [("a", Happening.LOST)]
    assert store.dirty_queues == {"q": 5.0}


def test_what_happened_while_there_was_no_link_is_lost(store: Store, told: list[Fact]) -> None:
    join(store, "a", 1.0)
    join(store, "b", 2.0)
    join(store, "c", 3.0)
    store.link_lost(5.0)
    join(store, "d", 20.0)
    rows = [item("a", application="Queue", data="q"), item("b", application="Wait"), item("d", application="Queue")]
    store.apply_channels(rows, 21.0, 21.0, first=True)
    assert store.queued.keys() == {"a", "d"}
    assert sorted(ends(told)) == [("b", Happening.LOST), ("c", Happening.LOST)]
    store.apply_queues(
        [params("q"), params("r"), entry("q", "a"), entry("q", "d"), entry("q", "e", wait=3)], 21.0, 22.0
    )
    assert [(f.uniqueid, f.seen, f.wait) for f in told if f.what is Happening.JOINED][-1] == ("e", False, 3.0)


def test_a_restart_of_the_pbx_ends_every_wait_and_talk(store: Store, told: list[Fact]) -> None:
    join(store, "a", 1.0)
    join(store, "b", 2.0)
    connect(store, "b", 3.0)
    store.restart(10.0)
    assert ends(told) == [("b", Happening.ANSWERED), ("a", Happening.LOST)]
    assert [fact.talk for fact in told if fact.what is Happening.COMPLETED] == [7.0]
    assert not store.queues
    assert not store.queued
    assert store.observers


def test_an_end_of_a_wait_that_nobody_saw(store: Store, told: list[Fact]) -> None:
    """Joined before amitop came, gone before the first list."""
    store.apply(event("Newchannel", block("a")), 1.0)
    store.apply(event("HangupRequest", block("a")), 5.0)
    for _ in range(2):
        abandon(store, "a", 5.0)
        leave(store, "a", 5.0)
    connect(store, "b", 6.0)
    assert ends(told) == [("a", Happening.ABANDONED), ("b", Happening.ANSWERED)]
    assert store.queues["q"].abandoned == 0  # the list that told of the queue had it
    assert store.queues["q"].holdtime == 0
