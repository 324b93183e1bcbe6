"""Durations: exact counts and quantiles, bounded memory."""

import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amitop.shift import waits as module
from amitop.shift.waits import Waits


def of(*values: float) -> Waits:
    waits = Waits()
    for value in values:
        waits.add(value)
    return waits


def test_nothing_has_no_figures() -> None:
    waits = Waits()
    assert (waits.count, waits.mean, waits.median, waits.quantile(0.9), waits.longest) == (0, None, None, None, 0.0)
    assert waits.within(10) == 0


@pytest.mark.parametrize(
    ("values", "median", "p90"),
    [([7], 7, 7), ([1, 9], 1, 9), ([3, 1, 2], 2, 3), ([*range(1, 11)], 5, 9), ([*range(1, 101)], 50, 90)],
)
def test_quantiles_are_durations_that_occurred(values: list[float], median: float, p90: float) -> None:
    waits = of(*values)
    assert (waits.median, waits.quantile(0.9), waits.quantile(1.0), waits.quantile(0.0)) == (
        median,
        p90,
        max(values),
        min(values),
    )


def test_within_takes_the_bound_itself() -> None:
    waits = of(5, 20, 20, 20.5, 40)
    assert [waits.within(seconds) for seconds in (4, 5, 19.9, 20, 100)] == [0, 1, 1, 3, 5]


@given(st.lists(st.floats(0, 1e5, width=32)))
def test_figures_are_those_of_the_whole_list(values: list[float]) -> None:
    waits = of(*values)
    assert waits.count == len(values)
    if values:
        assert waits.mean == pytest.approx(statistics.fmean(values))
        assert waits.longest == max(values)
        assert waits.median == statistics.median_low(values)
        assert waits.within(values[0]) == sum(value <= values[0] for value in values)


@given(st.lists(st.floats(0, 1e5, width=32)))
def test_a_dump_gives_the_same_back(values: list[float]) -> None:
    waits = Waits.load(of(*values).dump())
    assert waits.dump() == of(*values).dump()
    waits.add(3.0)
    assert waits.count == len(values) + 1


@pytest.mark.parametrize("data", [b"", b"x", b"x" * 33])
def test_bytes_that_are_no_dump(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a dump"):
        Waits.load(data)


def test_memory_ends_somewhere_and_quantiles_stay_near(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 1000)
    chance = random.Random(1)
    values = [chance.expovariate(1 / 30) for _ in range(50_000)]
    waits = of(*values)
    assert len(waits.dump()) < 4 * 1002 + 32
    assert waits.count == 50_000
    assert waits.mean == pytest.approx(statistics.fmean(values))
    assert waits.longest == max(values)
    assert waits.median == pytest.approx(statistics.median(values), rel=0.1)
    assert waits.within(20) == pytest.approx(sum(value <= 20 for value in values), rel=0.1)
    assert Waits.load(waits.dump()).within(20) == waits.within(20)


def test_together_is_as_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = of(1, 5, 9), of(2, 100)
    both = Waits.of([one, two])
    assert (both.count, both.total, both.longest, both.median, both.within(5)) == (5, 117, 100, 5, 3)
    assert Waits.of([]).median is None
    monkeypatch.setattr(module, "KEPT", 100)
    many = of(*range(1000))
    assert Waits.of([many, of(*range(1000))]).median == pytest.approx(500, rel=0.1)
    assert Waits.of([many, of(5)]).count == 1001
