"""A queue's counts, and the figures that are made of them."""

import pytest

from amitop.pbx.queue_model import Fact, Happening
from amitop.shift.queue_tally import COUNTS, MINUTES, QueueTally, together
from amitop.thresholds import Formula

EPOCH = 1_795_375_020.0  # a full minute


def fact(what: Happening, uid: str = "a", wait: float | None = None, **more) -> Fact:
    return Fact(what, 0.0, "q", uid, wait=wait, **more)


def counted(*facts: Fact) -> QueueTally:
    tally = QueueTally()
    for each in facts:
        tally.count(each, EPOCH)
    return tally


def call(uid: str, what: Happening, wait: float) -> list[Fact]:
    return [fact(Happening.JOINED, uid), fact(what, uid, wait)]


@pytest.mark.parametrize(
    ("what", "field"),
    [
        (Happening.ANSWERED, "answered"),
        (Happening.ABANDONED, "abandoned"),
        (Happening.TIMED_OUT, "timed_out"),
        (Happening.LEFT, "left"),
        (Happening.LOST, "lost"),
    ],
)
def test_each_end_is_counted_once(what: Happening, field: str) -> None:
    tally = counted(*call("a", what, 7.0))
    ends = ("answered", "abandoned", "timed_out", "left", "lost")
    assert {name: getattr(tally, name) for name in ends} == {name: int(name == field) for name in ends}
    assert (tally.offered, tally.carried, tally.waiting) == (1, 0, set())


def test_who_waits_is_offered_and_has_no_end() -> None:
    tally = counted(fact(Happening.JOINED))
    assert (tally.offered, tally.finished, tally.waiting) == (1, 0, {"a"})


def test_who_was_found_waiting_is_offered_too() -> None:
    tally = counted(fact(Happening.JOINED, seen=False, wait=90.0))
    assert (tally.offered, tally.carried) == (1, 1)
    assert tally.arrivals(3, EPOCH) == [1, 0, 0]  # when they came


def test_who_is_found_again_after_a_restart_was_counted() -> None:
    tally = counted(fact(Happening.JOINED), fact(Happening.JOINED, seen=False, wait=90.0))
    assert (tally.offered, tally.carried) == (1, 0)


def test_who_enters_again_is_offered_again() -> None:
    tally = counted(*call("a", Happening.LEFT, 5.0), *call("a", Happening.LEFT, 5.0))
    assert (tally.offered, tally.left) == (2, 2)


def test_an_end_of_who_was_never_seen_to_wait() -> None:
    tally = counted(fact(Happening.ANSWERED, wait=3.0))
    assert (tally.offered, tally.carried, tally.answered) == (1, 1, 1)
    tally = counted(fact(Happening.LOST))
    assert (tally.offered, tally.lost) == (0, 0)


def test_talk() -> None:
    tally = counted(fact(Happening.COMPLETED, talk=10.0), fact(Happening.COMPLETED, "b", talk=50.0))
    assert (tally.completed, tally.mean_talk, tally.offered) == (2, 30.0, 0)
    assert QueueTally().mean_talk is None


def test_members_doings_are_no_queues_counts() -> None:
    tally = counted(fact(Happening.RANG), fact(Happening.MISSED), fact(Happening.MEMBER))
    assert [getattr(tally, name) for name in COUNTS] == [0] * len(COUNTS)


def test_who_is_gone_after_a_pause_of_watching_is_lost() -> None:
    tally = counted(fact(Happening.JOINED, "a"), fact(Happening.JOINED, "b"))
    tally.forget({"b", "x"})
    assert (tally.lost, tally.waiting) == (1, {"b"})


def mixed() -> QueueTally:
    """Eight finished calls: answered after 5, 20, 60; given up after 2, 15, 40; timed out; left. One waits."""
    facts = [fact(Happening.JOINED, "w")]
    for n, wait in enumerate((5.0, 20.0, 60.0)):
        facts += call(f"a{n}", Happening.ANSWERED, wait)
    for n, wait in enumerate((2.0, 15.0, 40.0)):
        facts += call(f"g{n}", Happening.ABANDONED, wait)
    return counted(*facts, *call("t", Happening.TIMED_OUT, 60.0), *call("l", Happening.LEFT, 9.0))


@pytest.mark.parametrize(
    ("formula", "percent"),
    [
        (Formula.ANSWERED, 100 * 2 / 3),
        (Formula.OFFERED, 100 * 2 / 8),
        (Formula.OFFERED_LONG, 100 * 2 / 7),
        (Formula.BOTH, 100 * 4 / 8),
    ],
)
def test_service_levels(formula: Formula, percent: float) -> None:
    assert mixed().service_level(formula, 20, 5) == pytest.approx(percent)


@pytest.mark.parametrize("formula", list(Formula))
def test_a_service_level_of_nothing(formula: Formula) -> None:
    assert QueueTally().service_level(formula, 20, 5) is None
    assert counted(*call("a", Happening.ABANDONED, 1.0)).service_level(Formula.OFFERED_LONG, 20, 5) is None


def test_waits() -> None:
    tally = mixed()
    assert (tally.answer_waits.median, tally.answer_waits.longest, tally.longest_wait) == (20.0, 60.0, 60.0)
    assert [tally.short_abandons(seconds) for seconds in (1, 2, 5, 15)] == [0, 1, 1, 2]
    assert QueueTally().longest_wait is None
    assert counted(*call("a", Happening.ABANDONED, 9.0)).longest_wait == 9.0


def test_arrivals_a_minute() -> None:
    tally = QueueTally()
    for n, second in enumerate((0, 59, 60, 200)):
        tally.count(fact(Happening.JOINED, f"c{n}"), EPOCH + second)
    assert tally.arrivals(5, EPOCH + 239) == [0, 2, 1, 0, 1]
    assert tally.arrivals(2, EPOCH + 240) == [1, 0]


def test_arrivals_are_kept_for_a_day() -> None:
    tally = QueueTally()
    for minute in range(MINUTES + 50):
        tally.count(fact(Happening.JOINED, f"c{minute}"), EPOCH + 60 * minute)
    assert len(tally.minutes) == MINUTES
    assert sum(tally.arrivals(60, EPOCH + 60 * (MINUTES + 49))) == 60


def test_queues_together() -> None:
    one, two = mixed(), mixed()
    both = together([one, two])
    assert (both.offered, both.answered, both.waiting) == (18, 6, {"w"})
    assert both.service_level(Formula.OFFERED, 20, 5) == one.service_level(Formula.OFFERED, 20, 5)
    assert both.arrivals(1, EPOCH) == [18]
    assert together([]).offered == 0
