"""The order of rows: calm while somebody chooses, still while frozen, and never a row lost or doubled."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from thorough import examples
from ui.table_rows import Clock, Row

from amitop.ui.row_order import QUIET, RESORT_EVERY, RowOrder


def rows(letters: str) -> list[Row]:
    return [Row(each) for each in letters]


def letters(arranged: object) -> str:
    return "".join(row.id for row in arranged)  # type: ignore[attr-defined]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def order(clock: Clock) -> RowOrder[Row]:
    order = RowOrder[Row](clock)
    order.arrange(rows("abcd"), 0.0)
    return order


def test_a_steady_projection_is_taken_as_it_is_at_once(order: RowOrder[Row], clock: Clock) -> None:
    order.touched()
    assert letters(order.arrange(rows("bde"), 0.1, steady=True)) == "bde"
    assert letters(order.arrange(rows("bced"), 0.2, steady=True)) == "bced"


def test_a_freeze_holds_a_steady_order_too(order: RowOrder[Row]) -> None:
    assert letters(order.arrange(rows("bd"), 0.1, frozen=True, steady=True)) == "abcd"


def test_the_first_projection_is_taken_as_it_is(clock: Clock) -> None:
    order = RowOrder[Row](clock)
    order.touched()
    assert letters(order.arrange(rows("cab"), 0.0)) == "cab"
    assert order.keys == [("pbx1", "c"), ("pbx1", "a"), ("pbx1", "b")]


def test_a_new_order_waits_until_the_last_one_is_a_second_old(order: RowOrder[Row], clock: Clock) -> None:
    clock.tick(RESORT_EVERY - 0.01)
    assert letters(order.arrange(rows("dcba"), 1.0)) == "abcd"
    clock.tick(0.02)
    assert letters(order.arrange(rows("dcba"), 1.0)) == "dcba"
    clock.tick(RESORT_EVERY - 0.01)
    assert letters(order.arrange(rows("abcd"), 1.0)) == "dcba"


def test_an_unchanged_order_does_not_put_off_the_next_change(order: RowOrder[Row], clock: Clock) -> None:
    for _ in range(8):
        clock.tick(0.25)
        order.arrange(rows("abcd"), 1.0)
    assert letters(order.arrange(rows("dcba"), 1.0)) == "dcba"


def test_a_new_order_waits_while_the_cursor_is_moved(order: RowOrder[Row], clock: Clock) -> None:
    clock.tick(60)
    order.touched()
    clock.tick(QUIET - 0.01)
    assert letters(order.arrange(rows("dcba"), 1.0)) == "abcd"
    clock.tick(0.02)
    assert letters(order.arrange(rows("dcba"), 1.0)) == "dcba"


def test_calls_come_and_go_at_once_while_the_order_waits(order: RowOrder[Row]) -> None:
    assert letters(order.arrange(rows("xdcyb"), 1.0)) == "xbcyd"


def test_new_rows_keep_their_own_order_behind_their_neighbour(order: RowOrder[Row]) -> None:
    assert letters(order.arrange(rows("dbxyzac"), 1.0)) == "abxyzcd"


def test_a_leg_opened_while_the_order_waits_stands_beneath_its_call(order: RowOrder[Row]) -> None:
    leg = Row("leg")
    opened = [Row("d"), Row("b", children=(leg,)), leg, Row("a"), Row("c")]
    assert [row.id for row in order.arrange(opened, 1.0)] == ["a", "b", "leg", "c", "d"]


def test_a_reset_takes_the_next_projection_whatever_was_touched(order: RowOrder[Row]) -> None:
    order.touched()
    order.reset()
    assert letters(order.arrange(rows("dcba"), 1.0)) == "dcba"
    assert letters(order.arrange(rows("abcd"), 1.0)) == "dcba"


class TestFrozen:
    def test_rows_keep_their_places_however_long_it_lasts(self, order: RowOrder[Row], clock: Clock) -> None:
        clock.tick(3600)
        assert letters(order.arrange(rows("dcba"), 1.0, frozen=True)) == "abcd"

    def test_a_gone_row_stays_with_the_time_at_which_it_was_last_there(self, order: RowOrder[Row]) -> None:
        order.arrange(rows("abcd"), 5.0, frozen=True)
        assert letters(order.arrange(rows("acd"), 6.0, frozen=True)) == "abcd"
        assert letters(order.arrange(rows("ac"), 7.0, frozen=True)) == "abcd"
        assert order.gone == {("pbx1", "b"): 5.0, ("pbx1", "d"): 6.0}

    def test_a_row_that_goes_in_the_moment_of_the_freeze_stays_too(self, order: RowOrder[Row]) -> None:
        assert letters(order.arrange(rows("acd"), 1.0, frozen=True)) == "abcd"
        assert order.gone == {("pbx1", "b"): 0.0}

    def test_a_gone_row_that_comes_back_is_not_gone(self, order: RowOrder[Row]) -> None:
        order.arrange(rows("acd"), 1.0, frozen=True)
        assert letters(order.arrange(rows("abcd"), 2.0, frozen=True)) == "abcd"
        assert not order.gone

    def test_new_rows_come_below_and_leave_when_they_are_gone(self, order: RowOrder[Row]) -> None:
        assert letters(order.arrange(rows("xabycd"), 1.0, frozen=True)) == "abcdxy"
        assert order.new == 2
        assert letters(order.arrange(rows("abycd"), 1.0, frozen=True)) == "abcdy"
        assert order.new == 1
        assert not order.gone

    def test_a_call_that_is_opened_shows_its_legs_in_place(self, order: RowOrder[Row]) -> None:
        leg, other = Row("leg"), Row("other")
        opened = [Row("a"), Row("b", children=(leg, other)), leg, other, Row("c"), Row("d")]
        assert [row.id for row in order.arrange(opened, 1.0, frozen=True)] == ["a", "b", "leg", "other", "c", "d"]
        assert order.new == 0
        assert letters(order.arrange(rows("abcd"), 2.0, frozen=True)) == "abcd"
        assert not order.gone

    def test_legs_of_a_call_that_was_closed_are_not_gone_but_away(self, order: RowOrder[Row], clock: Clock) -> None:
        leg = Row("leg")
        opened = [Row("a"), Row("b", children=(leg,)), leg, Row("c")]
        clock.tick(9)
        order.arrange(opened, 1.0)
        assert len(order.arrange(opened, 2.0, frozen=True)) == 4
        assert letters(order.arrange(rows("abc"), 3.0, frozen=True)) == "abc"

    def test_a_leg_that_hangs_up_stays_beneath_its_call(self, order: RowOrder[Row], clock: Clock) -> None:
        leg, other = Row("leg"), Row("other")
        both = Row("b", children=(leg, other))
        clock.tick(9)
        order.arrange([Row("a"), both, leg, other], 1.0)
        left = [Row("a"), replace(both, children=(other,)), other]
        assert [row.id for row in order.arrange(left, 2.0, frozen=True)] == ["a", "b", "leg", "other"]
        assert set(order.gone) == {leg.key}

    def test_the_end_of_the_freeze_forgets_what_is_gone(self, order: RowOrder[Row], clock: Clock) -> None:
        order.arrange(rows("acdx"), 1.0, frozen=True)
        clock.tick(9)
        assert letters(order.arrange(rows("xdca"), 2.0)) == "xdca"
        assert not order.gone
        assert order.new == 0

    def test_a_new_sort_is_taken_over_and_frozen_again(self, order: RowOrder[Row]) -> None:
        order.arrange(rows("acd"), 1.0, frozen=True)
        order.reset()
        assert letters(order.arrange(rows("dca"), 2.0, frozen=True)) == "dca"
        assert letters(order.arrange(rows("acd"), 3.0, frozen=True)) == "dca"
        assert not order.gone


@settings(max_examples=examples(150), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from("abcdefgh"), unique=True),
            st.booleans(),
            st.booleans(),
            st.sampled_from([0.25, 2.0]),
        ),
        max_size=12,
    )
)
def test_every_row_is_there_exactly_once(steps: list[tuple[list[str], bool, bool, float]]) -> None:
    clock = Clock()
    order = RowOrder[Row](clock)
    for ids, frozen, touched, seconds in steps:
        clock.tick(seconds)
        if touched:
            order.touched()
        arranged = order.arrange([Row(each) for each in ids], clock.now, frozen=frozen)
        shown = Counter(row.id for row in arranged)
        assert set(shown.values()) <= {1}
        assert set(shown) == set(ids) | {key[1] for key in order.gone}
        assert not set(ids) & {key[1] for key in order.gone}
        assert order.keys == [row.key for row in arranged]
