"""A wallboard's lines: a few figures as large as the screen allows. What the figures are is `wallboard`'s business."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from amitop.thresholds import Level
from amitop.views.digits import HEIGHT, big, big_width
from amitop.views.format import UNICODE, Glyphs, cells, fit
from amitop.views.words import LEVEL_STYLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.views.columns import Style

SCALES = (4, 3, 2, 1)
"""How much larger than five lines a figure may be, best first."""
_GAP = 3
"""Cells between two figures at scale 1, at least: digits have one, and from afar 25 and 34 must not be 2534."""
_LABEL = 1
"""Lines above a figure."""

Segments = list[tuple[str, "Style"]]
"""A line in pieces: text and what it means. Together they are as wide as the screen."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure and what it is."""

    label: str
    value: str
    level: Level = Level.FINE
    style: Style = ""
    """What a figure means that is no worry."""
    room: str = "00"
    """What the figure may become without anything else having to move."""

    @property
    def title(self) -> str:
        """The label, with the sign of the level."""
        return f"{self.label} {self.level.sign}".rstrip()

    def width(self, scale: int) -> int:
        """Return how many cells it takes."""
        return max(big_width(self.value, scale), big_width(self.room, scale), cells(self.label) + 3)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the tiles stand: *columns* of them in a row, each as wide as `widths` says."""

    scale: int
    columns: int
    widths: tuple[int, ...]
    count: int
    """Tiles that are shown."""

    @property
    def rows(self) -> int:
        return -(-self.count // self.columns)

    @property
    def height(self) -> int:
        """Lines of all rows, and one between two."""
        return self.rows * (_LABEL + HEIGHT * self.scale + 1) - 1


def board_lines(tiles: Sequence[Tile], width: int, height: int, glyphs: Glyphs = UNICODE) -> list[Segments]:
    """Return *height* lines, each *width* cells wide, with the *tiles* as large as they fit, in the middle.

    Where not all fit, the last ones are left out; where not one does, they become lines of plain text.
    """
    plan = _plan(tiles, width, height)
    if plan is None:
        lines: list[Segments] = [
            [(fit(f"{tile.title} {tile.value}", width, glyphs=glyphs), _style(tile))] for tile in tiles[:height]
        ]
    else:
        lines = _draw(tiles[: plan.count], plan, width, glyphs)
    above = (height - len(lines)) // 2
    blank: Segments = [(" " * width, "")]
    return [blank] * above + lines + [blank] * (height - len(lines) - above)


def _plan(tiles: Sequence[Tile], width: int, height: int) -> _Plan | None:
    """Return the largest scale at which all tiles fit, else the plan of the smallest one that shows most of them."""
    for count in range(len(tiles), 0, -1):
        for scale in SCALES if count == len(tiles) else SCALES[-1:]:
            for columns in range(count, 0, -1):
                widths = tuple(
                    max(tile.width(scale) for tile in tiles[first:count:columns]) for first in range(columns)
                )
                plan = _Plan(scale, columns, widths, count)
                if sum(widths) + _GAP * scale * (columns - 1) <= width and plan.height <= height:
                    return plan
    return None


def _draw(tiles: Sequence[Tile], plan: _Plan, width: int, glyphs: Glyphs) -> list[Segments]:
    lines: list[Segments] = []
    for row in range(plan.rows):
        shown = tiles[row * plan.columns : (row + 1) * plan.columns]
        drawn = [big(tile.value, plan.scale) for tile in shown]
        if row:
            lines.append([(" " * width, "")])
        for index in range(_LABEL + HEIGHT * plan.scale):
            parts: Segments = []
            for tile, figure in zip(shown, drawn, strict=True):
                text = tile.title if index < _LABEL else figure[index - _LABEL]
                parts.append((text, _style(tile) if index >= _LABEL or tile.level else "dim"))
            lines.append(_spread(parts, plan, width, glyphs))
    return lines


def _spread(parts: Segments, plan: _Plan, width: int, glyphs: Glyphs) -> Segments:
    """Return a line of *width* cells with *parts* in columns; what is left over goes between them and beside them."""
    left = width - sum(plan.widths)
    between = max(left // (plan.columns + 1), _GAP * plan.scale)
    margin = (left - between * (plan.columns - 1)) // 2
    line: Segments = []
    used = 0
    for (text, style), wide in zip(parts, plan.widths, strict=False):
        space = between if line else margin
        line += [(" " * space, ""), (fit(text, wide, glyphs=glyphs), style)]
        used += space + wide
    return [*line, (" " * (width - used), "")]


def _style(tile: Tile) -> Style:
    return LEVEL_STYLE[tile.level] or tile.style
