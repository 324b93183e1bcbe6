"""Rows drawn on lines: a ScrollView that formats only what is on screen and repaints only lines whose text changed.

Textual's DataTable renders every visible cell again when one has changed: 45 ms a frame where this takes 3 (`style.md`
3.1). What a person does with the rows is in `live_table`.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from textual.geometry import Region, Size
from textual.reactive import reactive, var
from textual.scroll_view import ScrollView
from textual.widget import Widget

from amitop.ui.row_order import RowOrder
from amitop.ui.table_cursor import Cursor, Key, Marks
from amitop.ui.table_lines import (
    CURSOR,
    CURSOR_LOST,
    ENDED,
    GUTTER,
    MARKED,
    Line,
    blank_line,
    header_line,
    message_line,
    row_line,
)
from amitop.ui.table_styles import COMPONENTS, CSS, Palette
from amitop.views.columns import Column, Row, shown_columns
from amitop.views.format import UNICODE, Glyphs
from amitop.views.projection import PlacedColumn, Query, lay_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual.strip import Strip

RowT = TypeVar("RowT", bound=Row)


class LineTable(ScrollView, Generic[RowT], inherit_bindings=False):
    """Shows rows in *columns*, with a cursor and marks that belong to entities.

    *clock* gives seconds; only the calm of the order is measured with it.
    """

    ALLOW_SELECT = False
    GROUNDS: ClassVar[bool] = False
    """Whether what a cell means colours its background too."""
    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS
    DEFAULT_CSS = CSS

    asked: var[Query] = var(Query(), init=False)
    """What to show and in which order. A filter is set from outside; sorting changes it from here (`SortChanged`)."""
    frozen: reactive[bool] = reactive(False, repaint=False)
    """Whether the person froze the order (`z`). While a dialog covers the table it is frozen anyway."""
    follow: reactive[bool] = reactive(False, repaint=False)
    """Whether the table scrolls along when the cursor's row moves off the screen."""
    empty: reactive[str] = reactive("", repaint=False)
    """What a table without rows says, in one line."""

    def __init__(
        self,
        columns: Sequence[Column[RowT]],
        *,
        glyphs: Glyphs = UNICODE,
        clock: Callable[[], float] = time.monotonic,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.columns = tuple(columns)
        """All that there are, chosen or not."""
        self.order: RowOrder[RowT] = RowOrder(clock)
        self.steady = False
        """Whether rows that stay never change places, until a person sorts them."""
        self._glyphs = glyphs
        self._chosen = tuple(column.key for column in shown_columns(self.columns))
        self._placed: list[PlacedColumn[RowT]] = []
        self._width = 0
        self._rows: Sequence[RowT] = ()
        self._now = 0.0
        self._cursor = Cursor()
        self._marks = Marks()
        self._filtered_anew = False
        self._aimed = False
        self._bar: tuple[int, ...] = ()
        """The scroll bar that is shown, in eighths of a line."""
        self._lines: list[Line] = []
        self._palette = Palette(self, grounds=self.GROUNDS)
        self._strips: dict[int, tuple[Line, Strip]] = {}  # as painted last, by the widget's line
        self._by_key: dict[Key, RowT] | None = None

    # What is shown

    def show(self, rows: Sequence[RowT], now: float) -> None:
        """Show *rows*, a projection with `asked` for the time *now* (seconds, as the columns' functions take it)."""
        self._rows = self.order.arrange(
            rows, now, frozen=self.frozen or self._covered, steady=self.steady and self.asked.sort is None
        )
        self._now = now
        self._by_key = None
        keys = self.order.keys
        self._cursor.settle(keys)
        if self._filtered_anew and self._cursor.lost:
            self._cursor.place(0, keys)
        self._filtered_anew = False
        if self._marks and not self.asked.filter:
            self._marks.prune(set(keys))
        self._fit_height()
        if (self.follow or self._aimed) and not self._lost and self.size.height:
            self._scroll_to_cursor()
            self._aimed = False
        self._sync()
        self._tell()

    def _tell(self) -> None:
        """Say what changed of cursor and marks; a table that nobody works with has nobody to tell."""

    def start_over(self) -> None:
        """Forget cursor, marks and order: what is shown next is of something else."""
        self._cursor = Cursor()
        self._marks.clear()
        self.order.reset()
        self.scroll_home(animate=False)

    def aim(self, key: Key) -> None:
        """Have the cursor on *key*, from when that is listed. Until then it is lost, so that no key acts on another."""
        self._cursor = Cursor(key)
        self._aimed = True

    @property
    def rows(self) -> Sequence[RowT]:
        """The rows in the order on the screen, with those that only the freeze keeps (`order.gone`)."""
        return self._rows

    @property
    def cursor_key(self) -> Key | None:
        """The entity that the cursor is on; None when it is lost, so that no action can take another's place."""
        return None if self._lost else self._cursor.key

    @property
    def cursor_row(self) -> RowT | None:
        """The row that the cursor is on; None when it is lost or there was never one. It may have `ended`."""
        return self._rows[self._cursor.index] if self._rows and self.cursor_key is not None else None

    @property
    def cursor_index(self) -> int:
        """The row number (from 0) at which the cursor is drawn, on the screen or off it."""
        return self._cursor.index

    @property
    def marked(self) -> frozenset[Key]:
        """The marked rows that are listed and have not ended."""
        if not self._marks:
            return frozenset()
        if self._by_key is None:
            self._by_key = dict(zip(self.order.keys, self._rows, strict=True))
        rows = self._by_key
        return frozenset(k for k in self._marks.among(rows) if not rows[k].ended and k not in self.order.gone)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The keys of the columns that a person wants to see; a narrow screen may show fewer."""
        return self._chosen

    def choose(self, keys: Iterable[str]) -> None:
        """Show these columns. Keys of no column are ignored, and a table without columns is refused."""
        wanted = set(keys)
        chosen = tuple(column.key for column in self.columns if column.key in wanted)
        if chosen:
            self._chosen = chosen
            self._lay_out()

    @property
    def _lost(self) -> bool:
        return self._cursor.lost or self._cursor.key in self.order.gone

    @property
    def _covered(self) -> bool:
        # Not `is_current`: that is true for a screen that shows through a dialog's translucent background.
        return self.is_attached and self.app.screen is not self.screen

    # Lines

    def render_line(self, y: int) -> Strip:
        """Return line *y* of the widget; the header is line 0, wherever the rows are scrolled to."""
        line = self._lines[y] if y < len(self._lines) else blank_line(self._width)
        return self._palette.strip(line, self._width)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines in *crop*.

        Textual's own way looks at each line for borders, padding and tints that might go around it. A table that has a
        view to itself has none of them, and that was a third of what a frame cost.
        """
        if self.styles.gutter.height:  # it stands beneath another, with a title in the line between them
            return super().render_lines(crop)
        width, ground, style = self.region.width, self.background_colors[1], self.rich_style
        filters = self.get_line_filters()
        strips = []
        for y in crop.line_range:
            line = self._lines[y] if y < len(self._lines) else None
            painted = self._strips.get(y)
            if painted is not None and painted[0] is line and painted[1].cell_length == width:
                strips.append(painted[1])
                continue
            # The column of the scroll bar is not the lines'.
            strip = self.render_line(y).adjust_cell_length(width, style)
            for line_filter in filters:
                strip = strip.apply_filter(line_filter, ground)
            if line is not None:
                self._strips[y] = (line, strip)
            strips.append(strip)
        if crop.column_span == (0, width):
            return strips
        return [strip.crop(*crop.column_span) for strip in strips]

    def notify_style_update(self) -> None:
        """Forget the styles of another theme or focus."""
        super().notify_style_update()
        self._palette.clear()
        self._strips.clear()

    def on_resize(self) -> None:
        """Fit the columns to the new width."""
        self._lay_out()

    def _lay_out(self) -> None:
        chosen = [column for column in self.columns if column.key in self._chosen]
        # The scroll bar's column is kept free (scrollbar-gutter), so the columns stay put when it comes and goes.
        self._width = self.scrollable_content_region.width
        self._placed = lay_out(chosen, max(self._width - GUTTER, 0))
        self._sync()

    def _sync(self) -> None:
        """Compose the lines that are on the screen and repaint those that differ from what was painted."""
        width, height = self._width, self.size.height
        if not self.is_attached or not width or not height:
            self._lines = []
            return
        lines = self._composed(width, height)
        painted, self._lines = self._lines, lines
        if len(painted) != len(lines):
            self._strips.clear()
            self.refresh()
            return
        changed = []
        for y in range(height):
            if lines[y] == painted[y]:
                lines[y] = painted[y]  # whose strip is there
            else:
                changed.append(Region(0, y, width, 1))
        if changed:
            self.refresh(*changed)

    def _composed(self, width: int, height: int) -> list[Line]:
        lines = [header_line(self._placed, self.asked, width, self._glyphs)]
        if not self._rows:
            lines += [blank_line(width)] * (height - 1)
            if self.empty and height > 1:
                lines[height // 2] = message_line(self.empty, width, self._glyphs)
            return lines[:height]
        top = self.scroll_offset.y
        lines += [self._row_line(index, width) for index in range(top, min(top + height - 1, len(self._rows)))]
        return lines + [blank_line(width)] * (height - len(lines))

    def _row_line(self, index: int, width: int) -> Line:
        row, key = self._rows[index], self.order.keys[index]
        gone_at = self.order.gone.get(key)
        states = []
        if key in self._marks:
            states.append(MARKED)
        if row.ended or gone_at is not None:
            states.append(ENDED)
        if index == self._cursor.index:
            states.append(CURSOR_LOST if self._lost else CURSOR)
        # A row that is gone is shown as it last was: its durations have stopped.
        now = self._now if gone_at is None else gone_at
        gone = gone_at is not None
        return row_line(row, self._placed, now, width, self._glyphs, states=tuple(states), gone=gone)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Compose what comes into sight before it is painted."""
        self._sync()
        super().watch_scroll_y(old_value, new_value)

    def _fit_height(self) -> None:
        size = Size(self._width, len(self._rows) + 1)
        if size != self.virtual_size:
            # Assigning to it would lay out the whole screen whenever a call comes or goes. All that depends on it here
            # is the scroll bar.
            self.set_reactive(Widget.virtual_size, size)
            height, top = self.size.height, self.scroll_offset.y
            # Textual renders the bar anew for each row that comes or goes: 2 ms, and nearly always the same bar.
            bar = (size.height > height, *(8 * height * each // size.height for each in (height, top)), size.width)
            if bar != self._bar or top > max(size.height - height, 0):
                self._bar = bar
                self._scroll_update(size)

    def _scroll_to_cursor(self) -> None:
        index, top, height = self._cursor.index, self.scroll_offset.y, max(self.size.height - 1, 1)
        if index < top:
            self.scroll_to(y=index, animate=False, force=True)
        elif index >= top + height:
            self.scroll_to(y=index - height + 1, animate=False, force=True)

    def watch_asked(self, before: Query, after: Query) -> None:
        """Let the next `show()` take over the new order whole, and show the new arrow at once."""
        self.order.reset()
        self._filtered_anew = self._filtered_anew or before.filter != after.filter
        self._sync()

    def watch_empty(self) -> None:
        """Show the new message if there are no rows."""
        self._sync()
