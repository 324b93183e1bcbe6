"""The cursor is an entity's key: what happens around it never moves it to another call."""

from __future__ import annotations

import pytest

from amitop.ui.table_cursor import Cursor, Marks


def keys(letters: str) -> list[tuple[str, ...]]:
    return [("pbx1", each) for each in letters]


@pytest.fixture
def cursor() -> Cursor:
    cursor = Cursor()
    cursor.settle(keys("abcde"))
    cursor.place(2, keys("abcde"))
    return cursor


def test_the_first_row_ever_gets_the_cursor() -> None:
    cursor = Cursor()
    cursor.settle([])
    assert cursor.key is None
    assert not cursor.lost
    cursor.settle(keys("xy"))
    assert (cursor.key, cursor.index) == (("pbx1", "x"), 0)


@pytest.mark.parametrize(("after", "index"), [("bcde", 1), ("xyabcde", 4), ("edcba", 2), ("c", 0), ("abxc", 3)])
def test_it_stays_with_its_row(cursor: Cursor, after: str, index: int) -> None:
    cursor.settle(keys(after))
    assert (cursor.key, cursor.index, cursor.lost) == (("pbx1", "c"), index, False)


def test_it_is_lost_where_it_was_when_its_row_goes(cursor: Cursor) -> None:
    cursor.settle(keys("abde"))
    assert cursor.lost
    assert cursor.index == 2
    cursor.settle(keys("ab"))
    assert cursor.lost
    assert cursor.index == 1
    cursor.settle([])
    assert cursor.lost
    cursor.settle(keys("xyz"))
    assert cursor.lost, "a row that comes must not slide under a cursor that has lost its own"


def test_it_is_found_again_when_its_row_returns(cursor: Cursor) -> None:
    cursor.settle(keys("abde"))
    cursor.settle(keys("xabcde"))
    assert (cursor.key, cursor.index, cursor.lost) == (("pbx1", "c"), 3, False)


@pytest.mark.parametrize(("by", "letter"), [(1, "d"), (2, "e"), (-1, "b"), (-2, "a")])
def test_a_lost_cursor_lies_between_two_rows(cursor: Cursor, by: int, letter: str) -> None:
    cursor.settle(keys("abde"))
    cursor.move(by, keys("abde"))
    assert (cursor.key, cursor.lost) == (("pbx1", letter), False)


def test_moving_stops_at_both_ends(cursor: Cursor) -> None:
    cursor.move(99, keys("abcde"))
    assert cursor.key == ("pbx1", "e")
    cursor.move(-99, keys("abcde"))
    assert cursor.key == ("pbx1", "a")


def test_moving_without_rows_changes_nothing(cursor: Cursor) -> None:
    cursor.settle([])
    cursor.move(1, [])
    assert cursor.lost
    assert cursor.key == ("pbx1", "c")


def test_marks_toggle_and_clear() -> None:
    marks = Marks()
    marks.toggle(("pbx1", "a"))
    marks.toggle(("pbx1", "b"))
    marks.toggle(("pbx1", "a"))
    assert ("pbx1", "b") in marks
    assert ("pbx1", "a") not in marks
    marks.clear()
    assert not marks


def test_only_listed_marks_count_but_a_hidden_one_is_remembered() -> None:
    marks = Marks()
    marks.add(keys("abc"))
    assert marks.among(keys("bcd")) == set(keys("bc"))
    assert marks.among(keys("abcd")) == set(keys("abc"))
    marks.prune(keys("bcd"))
    assert marks.among(keys("abcd")) == set(keys("bc"))
