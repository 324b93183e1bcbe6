"""Pauses between tries (`ami.md` D.9)."""

import pytest

from amitop.ami.link import Backoff, LinkState


def pauses(backoff: Backoff, count: int) -> list[float]:
    return [backoff.next_delay() for _ in range(count)]


def test_pauses_double_up_to_thirty_seconds() -> None:
    assert pauses(Backoff(chance=lambda: 1.0), 8) == [1, 2, 4, 8, 16, 30, 30, 30]


def test_a_link_that_was_down_for_days_overflows_nothing() -> None:
    assert pauses(Backoff(chance=lambda: 1.0), 5000)[-1] == 30


@pytest.mark.parametrize("chance", [0.0, 0.25, 0.999])
def test_each_pause_is_drawn_from_none_to_its_length(chance: float) -> None:
    assert pauses(Backoff(chance=lambda: chance), 3) == [chance, 2 * chance, 4 * chance]


def test_only_a_link_that_held_for_a_minute_starts_over() -> None:
    now = 0.0
    backoff = Backoff(chance=lambda: 1.0, clock=lambda: now)
    assert pauses(backoff, 3) == [1, 2, 4]
    backoff.connected()
    now += 59.9
    assert backoff.next_delay() == 8  # up, but not steady
    backoff.connected()
    now += 60.0
    assert pauses(backoff, 2) == [1, 2]
    now += 1000.0
    assert backoff.next_delay() == 4  # time spent down does not count
    assert backoff.attempt == 3


def test_by_default_chance_is_chance() -> None:
    drawn = pauses(Backoff(shortest=8.0, longest=8.0), 200)
    assert all(0 <= pause <= 8 for pause in drawn)
    assert max(drawn) - min(drawn) > 4


def test_a_state_is_its_word() -> None:
    assert f"{LinkState.REFUSED}" == "login refused"
