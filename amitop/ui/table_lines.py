"""What stands on one line of a table: its cells, and what each means. Pure: rows in, text out; no widget, no clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from amitop.views.format import Glyphs, cells, fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.views.columns import Row
    from amitop.views.projection import PlacedColumn, Query

GUTTER = 2
"""Cells before the first column: one for the cursor, one for the mark."""

POINTER = ">"
LOST = "?"

HEADER, CURSOR, CURSOR_LOST, MARKED, ENDED = "header", "cursor", "cursor-lost", "marked", "ended"
"""What a whole line may be; each is drawn by the component class `livetable--...` of that name."""


class Line(NamedTuple):
    """One line, ready to be compared with what is on the screen: nothing is painted unless this differs."""

    states: tuple[str, ...]
    texts: tuple[str, ...]
    styles: tuple[str, ...]
    """One for each text: a `views.columns.Style`."""
    parts: tuple[tuple[str, ...], ...] = ()
    """Of a line on which several entities stand: for each text, the states of its own beside the line's."""


def blank_line(width: int) -> Line:
    """Return a line with nothing on it."""
    return Line((), (" " * width,), ("",))


def message_line(message: str, width: int, glyphs: Glyphs) -> Line:
    """Return *message* in the middle of a line."""
    before = max((width - cells(message)) // 2, 0)
    return Line((), (" " * before, fit(message, width - before, glyphs=glyphs)), ("", "dim"))


def header_line(placed: Sequence[PlacedColumn[Any]], query: Query, width: int, glyphs: Glyphs) -> Line:
    """Return the titles, with an arrow at the column that the rows are sorted by: up for smallest first."""
    texts = []
    for each in placed:
        column = each.column
        if column.key != query.sort:
            texts.append(fit(column.title, each.width, column.align, glyphs=glyphs))
            continue
        arrow = glyphs.down if query.reverse else glyphs.up
        title = (
            column.title
            if cells(column.title) < each.width
            else fit(column.title, max(each.width - 1, 0), glyphs=glyphs)
        )
        texts.append(fit(title.rstrip() + arrow, each.width, column.align, glyphs=glyphs))
    return _line((HEADER,), " " * GUTTER, texts, [""] * len(texts), placed=placed, width=width)


def row_line(
    row: Row,
    placed: Sequence[PlacedColumn[Any]],
    now: float,
    width: int,
    glyphs: Glyphs,
    *,
    states: tuple[str, ...] = (),
    gone: bool = False,
) -> Line:
    """Return *row* as it is at the time *now*. *gone* says that only a freeze keeps it on the screen."""
    pointer = POINTER if CURSOR in states else LOST if CURSOR_LOST in states else " "
    mark = glyphs.times if gone else glyphs.dot if MARKED in states else " "
    texts = [
        fit(each.column.text(row, now), each.width, each.column.align, each.column.crop, glyphs) for each in placed
    ]
    styles = [each.column.style(row, now) for each in placed]
    return _line(states, pointer + mark, texts, styles, placed=placed, width=width)


def _line(
    states: tuple[str, ...],
    gutter: str,
    cell_texts: Sequence[str],
    cell_styles: Sequence[str],
    *,
    placed: Sequence[PlacedColumn[Any]],
    width: int,
) -> Line:
    """Put the cells where they belong and fill up to *width*; each text is as wide as its column."""
    if width <= GUTTER:
        return Line(states, (gutter[:width],), ("",))
    joined, end = [gutter], GUTTER
    for each, text in zip(placed, cell_texts, strict=True):
        start = GUTTER + each.x
        joined.append(" " * (start - end) + text)
        end = start + each.width
    joined.append(" " * (width - end))
    return Line(states, tuple(joined), ("", *cell_styles, ""))
