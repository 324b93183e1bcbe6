"""The Agents view as a grid: a coloured cell for each person, so that sixty and more stand on one screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from amitop.views.format import UNICODE, Glyphs, cells, fit
from amitop.views.standing import ABSENT, STATE_GLYPH

if TYPE_CHECKING:
    from amitop.views.agents import AgentRow
    from amitop.views.columns import Style

WIDEST = 26
"""Cells that one person gets at most: more would only spread them out."""
NARROWEST = 12
_GAP = 1
"""Cells, or lines, between two people."""
_SIZES = (2, 1)
"""Lines of a cell, best first: the name above the state, or beside its glyph."""


@dataclass(frozen=True, slots=True)
class Grid:
    """How the cells stand: filled line by line, in the order of the rows."""

    columns: int
    width: int
    """Of a cell."""
    height: int
    """Lines of a cell, 1 or 2."""
    total: int
    margin: int = 0
    """Cells before each person's cell, which belong to it: for a cursor or a mark."""

    @property
    def pitch(self) -> int:
        """Lines from one row of cells to the next: single lines stand close, pairs apart."""
        return self.height + (_GAP if self.height > 1 else 0)

    @property
    def lines(self) -> int:
        """Lines of everything; more than the screen has where it has to scroll."""
        return -(-self.total // self.columns) * self.pitch

    def place(self, index: int) -> tuple[int, int]:
        """Return (x, y) of the cell of the row *index*; its margin begins there."""
        row, column = divmod(index, self.columns)
        return column * (self.margin + self.width + _GAP), row * self.pitch

    def at(self, x: int, y: int) -> int | None:
        """Return which row has its cell at (*x*, *y*); None between cells."""
        column, right = divmod(x, self.margin + self.width + _GAP)
        row, below = divmod(y, self.pitch)
        index = row * self.columns + column
        inside = right < self.margin + self.width and below < self.height and column < self.columns
        return index if inside and index < self.total else None

    def move(self, index: int, dx: int, dy: int) -> int:
        """Return the row that is *dx* cells right and *dy* cells down of the row *index*, within the grid."""
        target = index + dx + dy * self.columns
        return target if 0 <= target < self.total else index


@dataclass(frozen=True, slots=True)
class Cell:
    """One person: the lines are exactly as wide as the cell, cleaned."""

    lines: tuple[str, ...]
    style: Style
    """Of the whole cell; what it says is in the text as well."""


def lay_out_grid(total: int, width: int, height: int, margin: int = 0) -> Grid:
    """Return the grid for *total* people on a screen of *width* by *height* cells: two lines each while all fit.

    *margin* is how many cells stand before each.
    """
    between = margin + _GAP
    most = max(1, (width + _GAP) // (NARROWEST + between))
    fewest = max(1, min((width + _GAP) // (WIDEST + between), most))
    for lines in _SIZES:
        for columns in range(fewest, most + 1):  # as few as all fit with: names have room
            grid = Grid(columns, _share(width, columns, between), lines, total, margin)
            if grid.lines <= height + (_GAP if lines > 1 else 0):
                return grid
    return Grid(most, _share(width, most, between), _SIZES[-1], total, margin)


def _share(width: int, columns: int, between: int) -> int:
    return max(1, min(WIDEST, (width + _GAP) // columns - between))


def grid_cell(row: AgentRow, grid: Grid, now: float, glyphs: Glyphs = UNICODE) -> Cell:
    """Return what the cell of *row* says."""
    standing, level = row.standing, row.level(now)
    glyph = STATE_GLYPH[standing.state]
    if grid.height == 1:
        seconds = "" if standing.state in ABSENT else row.time_text(now)
        room = grid.width - cells(seconds) - 1
        text = f"{glyph}{level.sign or ' '}{row.name}"
        return Cell((fit(text, room, glyphs=glyphs) + " " + seconds,), row.state_style(now))
    phrase = f"{standing.phrase(now)} {level.sign}".rstrip()
    return Cell(
        (
            fit(f"{glyph} {row.name}", grid.width, glyphs=glyphs),
            fit(f"  {phrase}", grid.width, "left", "inside", glyphs),
        ),
        row.state_style(now),
    )
