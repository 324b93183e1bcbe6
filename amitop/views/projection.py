"""From the rows that there are to the lines that are shown: filter, order, and which columns fit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from unicodedata import combining, normalize

from amitop.views.columns import Column, Row
from amitop.views.filters import EVERYTHING, Filter

if TYPE_CHECKING:
    from collections.abc import Sequence

RowT = TypeVar("RowT", bound=Row)
AnyT = TypeVar("AnyT")

_CHILDREN = attrgetter("children")
_DIGITS = re.compile(r"([0-9]+)")
_NATURAL_LIMIT = 64  # characters that decide an order; int() refuses digits by the thousand, and callers can send those


@dataclass(frozen=True, slots=True)
class Query:
    """What a person asked to see, and in which order."""

    filter: Filter = EVERYTHING
    sort: str | None = None
    """A column's key; None keeps the order of the rows as they come (oldest first)."""
    reverse: bool = False


def project(rows: Sequence[RowT], columns: Sequence[Column[RowT]], query: Query, now: float) -> list[RowT]:
    """Return the rows that pass the filter, in order, each followed by its children.

    *columns* are all of the view's, hidden ones too. The sort is stable in both directions, rows without a value come
    last in both, and digits in text count as numbers: agent2 stands before agent10.
    """
    chosen = list(rows)
    if query.filter:
        matches = query.filter.matcher(columns, now)
        chosen = [row for row in chosen if matches(row)]
    column = next((each for each in columns if each.key == query.sort), None)
    if column is not None:
        chosen = _ordered(chosen, column, query.reverse, now)
    if any(map(_CHILDREN, chosen)):
        chosen = [each for row in chosen for each in (row, *row.children)]  # type: ignore[misc]  # children are of the table's row type
    return chosen


def _ordered(rows: list[RowT], column: Column[RowT], reverse: bool, now: float) -> list[RowT]:
    value_of = column.sort
    valued: list[tuple[Any, RowT]] = []
    without: list[RowT] = []
    for row in rows:
        value = value_of(row, now)
        if value is None:
            without.append(row)
        else:
            valued.append((natural(value) if isinstance(value, str) else value, row))
    valued.sort(key=itemgetter(0), reverse=reverse)
    return [row for _, row in valued] + without


@lru_cache(maxsize=32768)
def natural(text: str) -> tuple[str | int, ...]:
    """Return what to sort *text* by so that its digits count as numbers, without regard to case and accents."""
    folded = text[:_NATURAL_LIMIT].casefold()
    if not folded.isascii():
        folded = "".join(each for each in normalize("NFKD", folded) if not combining(each))
    parts = _DIGITS.split(folded)
    return tuple(int(part) if index % 2 else part for index, part in enumerate(parts))


@dataclass(frozen=True)
class PlacedColumn(Generic[AnyT]):
    """A column on a line: it begins at cell *x* and is *width* cells wide."""

    column: Column[AnyT]
    x: int
    width: int


def lay_out(columns: Sequence[Column[AnyT]], width: int, gap: int = 1) -> list[PlacedColumn[AnyT]]:
    """Place *columns* on a line of *width* cells, *gap* cells apart, in their order. It never grows wider than that.

    Whole columns are dropped, largest priority first (the last of several equals first), never one of priority 0.
    Flexible columns share what is left over; where only columns of priority 0 remain and are still too wide, the widest
    shrink. Whether a column is `shown` is the caller's business.
    """
    kept = list(columns)
    while _wanted(kept, gap) > width:
        lowest = max((column.priority for column in kept), default=0)
        if lowest == 0:
            break
        del kept[max(index for index, column in enumerate(kept) if column.priority == lowest)]
    widths = [column.width for column in kept]
    spare = width - _wanted(kept, gap)
    while spare < 0 and any(widths):
        widest = widths.index(max(widths))
        widths[widest] -= 1
        spare += 1
    flex = sum(column.flex for column in kept)
    for index, column in enumerate(kept):
        if spare > 0 and column.flex:
            share = spare * column.flex // flex
            widths[index] += share
            spare -= share
            flex -= column.flex
    placed, x = [], 0
    for column, each in zip(kept, widths, strict=True):
        at = min(x, width)
        placed.append(PlacedColumn(column, at, min(each, width - at)))
        x += each + gap
    return placed


def _wanted(columns: Sequence[Column[Any]], gap: int) -> int:
    return sum(column.width for column in columns) + gap * max(len(columns) - 1, 0)
