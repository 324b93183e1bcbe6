"""All that is known of the selected call or channel, below the table; it follows the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from amitop.ui.line import wrap
from amitop.views.agents import AgentRow
from amitop.views.call_row import CallRow
from amitop.views.caller_row import CallerRow
from amitop.views.channels import ChannelRow
from amitop.views.detail import detail
from amitop.views.endpoint_detail import endpoint_detail
from amitop.views.endpoint_row import EndpointRow
from amitop.views.format import UNICODE, Glyphs, cells, fit
from amitop.views.parked import ParkedRow
from amitop.views.queue_detail import floor_detail
from amitop.views.queue_parts import MemberRow
from amitop.views.queue_row import QueueRow
from amitop.views.room_detail import room_detail, still_there
from amitop.views.rooms import PersonRow, RoomRow
from amitop.views.trunk_detail import trunk_detail
from amitop.views.trunk_row import TrunkRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.style import Style

    from amitop.views.detail import Section

STORY = "Events"
"""The section that has a column to itself, latest line first: what happened last is what one looks for."""
TWO_COLUMNS, THREE_COLUMNS = 74, 140
"""Widths in cells from which there are so many columns side by side."""
GAP = 3
LABEL_WIDTH = 17
NAMING_CHANNELS = frozenset({"Legs", "Channels"})
"""Sections whose labels are names of channels, which are no use when they are cut."""
TITLE, LABEL, VALUE = "title", "label", "value"
Part = tuple[str, str]
"""Text of a line, and what it is: drawn by the component class `detail--...`."""


def arrange(sections: Sequence[Section], width: int, glyphs: Glyphs = UNICODE) -> list[list[Part]]:
    """Return the lines of the pane, all of one width up to *width* cells: sections side by side where there is room."""
    count = 1 if width < TWO_COLUMNS else 2 if width < THREE_COLUMNS else 3
    each = (width - GAP * (count - 1)) // count
    columns = [list(_lines(column, each, glyphs)) for column in _columns(sections, count)]
    lines = []
    for row in range(max(map(len, columns), default=0)):
        line: list[Part] = []
        for index, column in enumerate(columns):
            line += [(" " * GAP, VALUE)] if index else []
            line += column[row] if row < len(column) else [(" " * each, VALUE)]
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
    # Only where there is nothing at all does the first column stay empty.
    split = min(
        range(min(1, len(sections)), len(sections) + 1),
        key=lambda n: max(sum(heights[:n]), sum(heights[n:]) / (count - 1)),
    )
    return [list(sections[:split]), *_halves(sections[split:], count - 1)]


def _lines(sections: Sequence[Section], width: int, glyphs: Glyphs) -> Iterator[list[Part]]:
    for index, section in enumerate(sections):
        if index:
            yield [(" " * width, VALUE)]
        yield [(fit(section.title, width, glyphs=glyphs), TITLE)]
        rows = reversed(section.lines) if section.title == STORY else section.lines
        longest = max((cells(label) for label, _ in section.lines), default=0)
        label_width = min(max(longest, 4) + 2, width // 2 if section.title in NAMING_CHANNELS else LABEL_WIDTH + 2)
        for label, value in rows:
            yield from _wrapped(label, value, label_width, width, glyphs)


def _wrapped(label: str, value: str, label_width: int, width: int, glyphs: Glyphs) -> Iterator[list[Part]]:
    """Yield a label and its value, on as many lines as the value takes."""
    room = max(width - label_width, 1)
    for index, piece in enumerate(wrap(glyphs.plain(value), room)):
        shown = label if index == 0 else ""
        yield [(fit(shown, label_width - 1, glyphs=glyphs) + " ", LABEL), (fit(piece, room, glyphs=glyphs), VALUE)]


AnyRow = (
    CallRow
    | ChannelRow
    | QueueRow
    | CallerRow
    | AgentRow
    | MemberRow
    | TrunkRow
    | RoomRow
    | PersonRow
    | ParkedRow
    | EndpointRow
)
"""Of which there are details."""


def _known(row: AnyRow) -> bool:
    """Whether the PBX still has what *row* shows."""
    if isinstance(row, CallRow):
        return row.key[-1] in row.store.calls
    if isinstance(row, ChannelRow):
        return row.key[-1] in row.store.channels
    if isinstance(row, RoomRow | PersonRow | ParkedRow):
        return still_there(row)
    if isinstance(row, EndpointRow):
        return row.there
    return not isinstance(row, CallerRow) or row.caller.uniqueid in row.floor.store.queued


def _sections(row: AnyRow, now: float, *, applications_live: bool) -> list[Section]:
    if isinstance(row, CallRow | ChannelRow):
        return detail(row, now, applications_live=applications_live)
    if isinstance(row, TrunkRow):
        return trunk_detail(row, now)
    if isinstance(row, RoomRow | PersonRow | ParkedRow):
        return room_detail(row, now, applications_live=applications_live)
    if isinstance(row, EndpointRow):
        return endpoint_detail(row, now)
    return floor_detail(row, now, applications_live=applications_live)


class DetailPane(ScrollView, can_focus=True):
    """Shows one row's details and scrolls by itself once it has the focus. Renders only the lines in sight."""

    ALLOW_SELECT = False
    BINDING_GROUP_TITLE = "Details"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape", "leave", "Rows", tooltip="Go back to the rows, and to the keys of the view", id="details.leave"
        )
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"detail--title", "detail--label", "detail--value"}

    class Left(Message):
        """A person is done with the details."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="detail")
        self._glyphs = glyphs
        self._lines: list[list[Part]] = []
        self._painted: list[list[Part]] = []
        self._styles: dict[str, Style] = {}
        self._row: AnyRow | None = None
        self._known_at = 0.0
        self.border_title = " details "

    def action_leave(self) -> None:
        """Give the keys back to the rows."""
        self.post_message(self.Left())

    def forget(self) -> None:
        """Keep nothing of the row that was shown: another view comes, whose cursor may be on none."""
        self._row = None

    def show(self, row: AnyRow | None, now: float, *, applications_live: bool) -> None:
        """Show what is known of *row* at *now*, repainting only the lines that differ.

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
        width = self.scrollable_content_region.width
        if not self.display or not width:
            return
        if row is None:
            self._lines = [[(fit("Nothing is selected", width, glyphs=self._glyphs), LABEL)]]
        else:
            self._lines = arrange(_sections(row, now, applications_live=applications_live), width, self._glyphs)
        self._fit_height(Size(width, len(self._lines)))
        self._repaint()

    def _fit_height(self, size: Size) -> None:
        if size != self.virtual_size:
            # As in `LineTable`: assigning to it would lay out the whole screen each time the cursor moves.
            self.set_reactive(Widget.virtual_size, size)
            self._scroll_update(size)

    def _repaint(self) -> None:
        width, height = self.scrollable_content_region.size
        top = self.scroll_offset.y
        before, self._painted = self._painted, self._lines[top : top + height]
        if len(before) != len(self._painted):
            self.refresh()
        elif changed := [Region(0, y, width, 1) for y, line in enumerate(self._painted) if line != before[y]]:
            self.refresh(*changed)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Have what comes into sight painted."""
        super().watch_scroll_y(old_value, new_value)
        self._repaint()

    def notify_style_update(self) -> None:
        """Forget the colours of another theme."""
        super().notify_style_update()
        self._styles.clear()

    def render_line(self, y: int) -> Strip:
        """Return line *y* of what is in sight."""
        y += self.scroll_offset.y
        line = self._lines[y] if y < len(self._lines) else []
        strip = Strip([Segment(text, self._style(name)) for text, name in line])
        return strip.adjust_cell_length(self.scrollable_content_region.width, self.rich_style)

    def _style(self, name: str) -> Style:
        style = self._styles.get(name)
        if style is None:
            style = self._styles[name] = self.get_component_rich_style(f"detail--{name}")
        return style
