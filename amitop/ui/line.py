"""One line of text made of pieces, of which the less important are left out when it is narrow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.cells import chop_cells
from textual.content import Content
from textual.widgets import Static

from amitop.text import clean
from amitop.views.format import UNICODE, Glyphs, cells, fit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ELASTIC_LEAST = 16
"""Cells below which a cropped piece says too little, so that another piece is dropped instead."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A few words that stay together, as the PBX wrote them: `line_of` cleans."""

    text: str
    style: str = ""
    """A style in Textual's words, such as `bold $success`."""
    drop: int = 0
    """0 always stays; of the others the largest goes first."""
    elastic: bool = False
    """Whether it may be cropped to what the others leave."""
    gap: int = 2
    """Cells before it, unless it is the first."""
    tag: str = ""
    """What a click on it means to whoever made it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where on the line a piece ended up: cells *start* to *end*, without the latter."""

    start: int
    end: int
    tag: str


def line_of(
    left: Iterable[Piece], right: Iterable[Piece], width: int, glyphs: Glyphs = UNICODE
) -> tuple[Content, list[Placed]]:
    """Return the line of exactly *width* cells with *left* and, at its end, *right*; and where each piece is.

    Pieces are dropped, largest `drop` first, until the rest fits, elastic ones at `ELASTIC_LEAST` cells; those are then
    cropped to the room there is.
    """
    lefts, rights = _ready(left, glyphs), _ready(right, glyphs)
    while least(lefts + rights) > width and _drop_one(lefts, rights):
        pass
    spare = width - least(lefts + rights)
    lefts, rights = (_stretch(pieces, spare) for pieces in (lefts, rights))
    spare = width - sum(cells(p.text) for p in lefts + rights) - _gaps(lefts + rights)
    if rights and spare > 0:
        rights[0] = replace(rights[0], gap=(rights[0].gap if lefts else 0) + spare)
    parts: list[tuple[str, str]] = []
    placed: list[Placed] = []
    at = 0
    for piece in lefts + rights:
        gap = min(piece.gap if at or piece in rights[:1] else 0, width - at)
        size = min(cells(piece.text), width - at - gap)
        parts += [(" " * gap, ""), (fit(piece.text, size, glyphs=glyphs), piece.style)]
        placed.append(Placed(at + gap, at + gap + size, piece.tag))
        at += gap + size
    parts.append((" " * (width - at), ""))
    return Content.assemble(*(part for part in parts if part[0])), placed


def _ready(pieces: Iterable[Piece], glyphs: Glyphs) -> list[Piece]:
    return [replace(piece, text=glyphs.plain(clean(piece.text))) for piece in pieces if piece.text]


def _gaps(pieces: Sequence[Piece]) -> int:
    return sum(piece.gap for piece in pieces[1:])


def least(pieces: Sequence[Piece]) -> int:
    """Return the cells that *pieces* need beside one another, the elastic ones cropped."""
    sizes = (min(cells(p.text), ELASTIC_LEAST) if p.elastic else cells(p.text) for p in pieces)
    return sum(sizes) + _gaps(pieces)


def _drop_one(*lists: list[Piece]) -> bool:
    droppable = [(piece.drop, pieces, piece) for pieces in lists for piece in pieces if piece.drop]
    if not droppable:
        return False
    _, pieces, worst = max(droppable, key=lambda each: each[0])
    pieces.remove(worst)
    return True


def _stretch(pieces: list[Piece], spare: int) -> list[Piece]:
    """Crop elastic pieces to their least width plus *spare* cells."""
    return [
        replace(p, text=fit(p.text, ELASTIC_LEAST + max(spare, 0)))
        if p.elastic and cells(p.text) > ELASTIC_LEAST + spare
        else p
        for p in pieces
    ]


def wrap(text: str, width: int) -> list[str]:
    """Return *text* in lines of at most *width* cells, broken at spaces, and within a word only where it is longer."""
    lines = [""]
    for word in text.split(" "):
        if cells(lines[-1]) + 1 + cells(word) <= width and lines[-1]:
            lines[-1] += f" {word}"
            continue
        pieces = chop_cells(word, width) or [""]
        lines = pieces if lines == [""] else [*lines, *pieces]
    return lines


class Line(Static):
    """A line of pieces, drawn again only when it has changed. Its figures are set by the tick."""

    ALLOW_SELECT = False

    def __init__(self, glyphs: Glyphs = UNICODE, *, id: str | None = None) -> None:
        super().__init__(markup=False, id=id)
        self._glyphs = glyphs
        self._drawn: object = None
        self.placed: list[Placed] = []
        """Where the pieces are that are drawn now."""

    def show(self, left: Sequence[Piece], right: Sequence[Piece] = ()) -> None:
        """Draw *left* and *right* if that differs from what is there."""
        width = self.size.width
        drawn = (tuple(left), tuple(right), width)
        if width and drawn != self._drawn:
            self._drawn = drawn
            content, self.placed = line_of(left, right, width, self._glyphs)
            self.update(content, layout=False)

    def draw_again(self) -> None:
        """Have the next `show` draw whatever it is given: something else was drawn in between."""
        self._drawn = None
