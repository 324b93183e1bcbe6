from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amitop.views.columns import Column, shown_columns
from amitop.views.filters import parse_filter
from amitop.views.projection import Query, lay_out, natural, project


@dataclass
class Thing:
    name: str
    size: float | None = None
    children: list["Thing"] = field(default_factory=list)
    ended: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return ("pbx", self.name)


NAME = Column[Thing](key="name", title="NAME", width=6, text=lambda r, _: r.name, sort=lambda r, _: r.name, priority=0)
SIZE = Column[Thing](
    key="size",
    title="SIZE",
    width=4,
    text=lambda r, _: str(r.size),
    sort=lambda r, _: r.size,
    number=True,
    searched=False,
)
COLUMNS = (NAME, SIZE)


def names(rows: list[Thing]) -> list[str]:
    return [row.name for row in rows]


def test_without_a_query_the_rows_keep_their_order_and_no_cell_is_asked_for() -> None:
    def refuse(_row: Thing, _now: float) -> str:
        raise AssertionError("asked for a cell")

    strict = Column[Thing](key="name", title="NAME", width=6, text=refuse, sort=lambda r, _: r.name)
    rows = [Thing("b"), Thing("a")]
    assert names(project(rows, (strict,), Query(), 0)) == ["b", "a"]
    assert names(project(rows, (strict,), Query(sort="name"), 0)) == ["a", "b"]


def test_none_comes_last_in_both_directions_and_ties_keep_their_order() -> None:
    rows = [Thing("none1"), Thing("two-a", 2), Thing("one", 1), Thing("none2"), Thing("two-b", 2)]
    assert names(project(rows, COLUMNS, Query(sort="size"), 0)) == ["one", "two-a", "two-b", "none1", "none2"]
    down = project(rows, COLUMNS, Query(sort="size", reverse=True), 0)
    assert names(down) == ["two-a", "two-b", "one", "none1", "none2"]


def test_digits_in_text_count_as_numbers() -> None:
    rows = [Thing("agent10"), Thing("Agent2"), Thing("agent1"), Thing("9"), Thing("x" * 80), Thing("9" * 5000)]
    order = names(project(rows, COLUMNS, Query(sort="name"), 0))
    assert order == ["9", "9" * 5000, "agent1", "Agent2", "agent10", "x" * 80]


@given(st.lists(st.text(max_size=8) | st.text("a1²٣", max_size=8)))
def test_natural_order_takes_any_text(texts: list[str]) -> None:
    assert len(sorted(texts, key=natural)) == len(texts)


def test_an_unknown_sort_is_no_sort() -> None:
    assert names(project([Thing("b"), Thing("a")], COLUMNS, Query(sort="gone"), 0)) == ["b", "a"]


def test_children_stay_beneath_their_parent() -> None:
    rows = [Thing("b", 1, [Thing("b1"), Thing("b2")]), Thing("a", 2)]
    assert names(project(rows, COLUMNS, Query(sort="name"), 0)) == ["a", "b", "b1", "b2"]
    assert names(project(rows, COLUMNS, Query(parse_filter("name:b")), 0)) == ["b", "b1", "b2"]
    assert names(project(rows, COLUMNS, Query(parse_filter("b2")), 0)) == []


def column(key: str, width: int, priority: int, flex: int = 0) -> Column[Thing]:
    return Column(
        key=key, title=key, width=width, priority=priority, flex=flex, text=lambda r, _: "", sort=lambda r, _: 0
    )


WIDE = [column("a", 4, 0), column("b", 6, 2, 1), column("c", 5, 3), column("d", 6, 1, 2), column("e", 5, 3)]


@pytest.mark.parametrize(
    ("width", "placed"),
    [
        (40, [("a", 0, 4), ("b", 5, 9), ("c", 15, 5), ("d", 21, 13), ("e", 35, 5)]),
        (30, [("a", 0, 4), ("b", 5, 6), ("c", 12, 5), ("d", 18, 6), ("e", 25, 5)]),
        (29, [("a", 0, 4), ("b", 5, 7), ("c", 13, 5), ("d", 19, 10)]),
        (20, [("a", 0, 4), ("b", 5, 6), ("d", 12, 8)]),
        (12, [("a", 0, 4), ("d", 5, 7)]),
        (5, [("a", 0, 4)]),
        (2, [("a", 0, 2)]),
        (0, [("a", 0, 0)]),
    ],
)
def test_columns_go_by_priority_and_the_rest_is_shared(width: int, placed: list[tuple[str, int, int]]) -> None:
    assert [(p.column.key, p.x, p.width) for p in lay_out(WIDE, width)] == placed


def test_nothing_to_place() -> None:
    assert lay_out([], 80) == []


@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 3), st.integers(0, 2)), max_size=10),
    st.integers(0, 220),
    st.integers(0, 2),
)
def test_a_line_is_never_too_long_and_priority_0_never_missing(
    specs: list[tuple[int, int, int]], width: int, gap: int
) -> None:
    columns = [column(str(i), w, p, f) for i, (w, p, f) in enumerate(specs)]
    placed = lay_out(columns, width, gap)
    end = 0
    for each in placed:
        assert each.x >= min(end, width)
        assert each.width >= 0
        assert each.x + each.width <= width
        end = each.x + each.width
    kept = [p.column for p in placed]
    assert [c for c in columns if c.priority == 0] == [c for c in kept if c.priority == 0]
    assert kept == [c for c in columns if c in kept]
    if any(c.flex for c in kept) and sum(c.width for c in kept) + gap * (len(kept) - 1) <= width:
        last = placed[-1]
        assert last.x + last.width == width


def test_shown_columns() -> None:
    hidden = Column[Thing](key="x", title="X", width=1, text=NAME.text, sort=NAME.sort, shown=False)
    assert shown_columns((NAME, hidden, SIZE)) == [NAME, SIZE]


def test_an_accent_does_not_part_a_name_from_its_like() -> None:
    assert sorted(["Zoë", "Émile", "Eszter", "Ümit", "Uwe"], key=natural) == ["Émile", "Eszter", "Ümit", "Uwe", "Zoë"]
