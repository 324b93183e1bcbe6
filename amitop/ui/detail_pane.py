"""All that is known of the selected call or channel, below the table; it follows the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from amitop.ui.line import wrap
from amitop.views.call_row import CallRow
from amitop.views.detail import detail
from amitop.views.format import UNICODE, Glyphs, cells, fit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.app import ComposeResult

    from amitop.views.channels import ChannelRow
    from amitop.views.detail import Section

STORY = "Events"
"""The section that has a column to itself, latest line first: what happened last is what one looks for."""
TWO_COLUMNS, THREE_COLUMNS = 74, 140
"""Widths in cells from which there are so many columns side by side."""
GAP = 3
LABEL = 14
Part = tuple[str, str]
"""Text of a line and its style."""


def arrange(sections: Sequence[Section], width: int, glyphs: Glyphs = UNICODE) -> list[list[Part]]:
    """Return the lines of the pane, all of one width up to *width* cells: sections side by side where there is room."""
    count = 1 if width < TWO_COLUMNS else 2 if width < THREE_COLUMNS else 3
    each = (width - GAP * (count - 1)) // count
    columns = [list(_lines(column, each, glyphs)) for column in _columns(sections, count)]
    lines = []
    for row in range(max(map(len, columns), default=0)):
        line: list[Part] = []
        for index, column in enumerate(columns):
            line += [(" " * GAP, "")] if index else []
            line += column[row] if row < len(column) else [(" " * each, "")]
        lines.append([part for part in line if part[0]])
    return lines


def _columns(sections: Sequence[Section], count: int) -> list[list[Section]]:
    """Share *sections* out: the story last, the others in their order, as evenly as that allows."""
    story = [section for section in sections if section.title == STORY]
    others = [section for section in sections if section.title != STORY]
    if count == 1 or not story:
        return [[*others, *story]] if count == 1 else _halves(others, count)
    return [*_halves(others, count - 1), story]


def _halves(sections: Sequence[Section], count: int) -> list[list[Section]]:
    if count == 1:
        return [list(sections)]
    heights = [len(section.lines) + 2 for section in sections]
    split = min(range(len(sections) + 1), key=lambda n: max(sum(heights[:n]), sum(heights[n:])))
    return [list(sections[:split]), *_halves(sections[split:], count - 1)]


def _lines(sections: Sequence[Section], width: int, glyphs: Glyphs) -> Iterator[list[Part]]:
    for index, section in enumerate(sections):
        if index:
            yield [(" " * width, "")]
        yield [(fit(section.title, width, glyphs=glyphs), "bold")]
        rows = reversed(section.lines) if section.title == STORY else section.lines
        longest = max((cells(label) for label, _ in section.lines), default=0)
        label_width = min(max(longest, 4) + 2, LABEL + 2 if section.title != "Legs" else width // 2)
        for label, value in rows:
            yield from _wrapped(label, value, label_width, width, glyphs)


def _wrapped(label: str, value: str, label_width: int, width: int, glyphs: Glyphs) -> Iterator[list[Part]]:
    """Yield a label and its value, on as many lines as the value takes."""
    room = max(width - label_width, 1)
    for index, piece in enumerate(wrap(glyphs.plain(value), room)):
        shown = label if index == 0 else ""
        yield [(fit(shown, label_width - 1, glyphs=glyphs) + " ", "$text-muted"), (fit(piece, room, glyphs=glyphs), "")]


def _known(row: CallRow | ChannelRow) -> bool:
    """Whether the PBX still has what *row* shows."""
    return row.key[-1] in (row.store.calls if isinstance(row, CallRow) else row.store.channels)


class DetailPane(VerticalScroll, can_focus=True):
    """Shows one row's details and scrolls by itself once it has the focus."""

    BINDING_GROUP_TITLE = "Details"

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="detail")
        self._glyphs = glyphs
        self._text = Static(markup=False)
        self._lines: list[list[Part]] = []
        self._row: CallRow | ChannelRow | None = None
        self._known_at = 0.0
        self.border_title = " details "

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        yield self._text

    def show(self, row: CallRow | ChannelRow | None, now: float, *, applications_live: bool) -> None:
        """Show what is known of *row* at *now*, redrawing only what differs.

        None is a cursor whose row has gone. What was there stays then, until the cursor is moved: why a call ended is
        what one looks for just after it has.
        """
        if row is not None and (self._row is None or row.key != self._row.key):
            self.scroll_home(animate=False)
        self._row = row = row or self._row
        if row is not None and (row.ended or _known(row)):
            self._known_at = now
        else:
            now = self._known_at  # a list of the PBX did not have it any more: nothing is known of it since
        if not self.display or not self.size.width:
            return
        width = self.scrollable_content_region.width
        if row is None:
            lines = [[(fit("Nothing is selected", width, glyphs=self._glyphs), "$text-muted")]]
        else:
            lines = arrange(detail(row, now, applications_live=applications_live), width, self._glyphs)
        if lines != self._lines:
            taller = len(lines) != len(self._lines)
            self._lines = lines
            content = Content("\n").join(Content.assemble(*line) for line in lines)
            self._text.update(content, layout=taller)
