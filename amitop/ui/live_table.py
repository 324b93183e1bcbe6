"""The fast table and what a person does with it: cursor, marks, sort, columns, freeze, by key and by mouse.

It reads no store and keeps no model: whoever owns the data projects it with `asked` and calls `show()` from the one
4 Hz tick. What a person does goes up as messages.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.message import Message

from amitop.ui.column_chooser import ColumnChooser, SortPicker, sorted_by
from amitop.ui.line_table import LineTable
from amitop.ui.table_lines import GUTTER
from amitop.views.columns import Row

if TYPE_CHECKING:
    from textual import events

    from amitop.ui.table_cursor import Key
    from amitop.views.projection import Query

RowT = TypeVar("RowT", bound=Row)


@dataclass
class _TableMessage(Message):
    """Says which table a message is from, so that `@on(LiveTable.CursorMoved, "#calls")` works."""

    table: LiveTable[Any]

    @property
    def control(self) -> LiveTable[Any]:
        """The table."""
        return self.table


class LiveTable(LineTable[RowT], can_focus=True, inherit_bindings=False):
    """Rows of *columns* to move in, mark, sort and open. `action_*` methods are what the keys do."""

    BINDING_GROUP_TITLE = "Rows"
    # No j and k: k hangs up.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False, id="table.up"),
        Binding("down", "move(1)", "Down", show=False, id="table.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="table.page_up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="table.page_down"),
        Binding("home,g", "first", "First row", show=False, id="table.first"),
        Binding("end,G", "last", "Last row", show=False, id="table.last"),
        Binding("enter,right", "activate", "Open", show=False, id="table.open"),
        Binding("left", "collapse", "Close", show=False, id="table.close"),
        Binding("space", "mark", "Mark", id="table.mark"),
        Binding("asterisk", "mark_all", "Mark all rows", show=False, id="table.mark_all"),
        Binding("U", "unmark_all", "Unmark all", show=False, id="table.unmark_all"),
        Binding("s", "sort", "Sort", id="table.sort"),
        Binding("less_than_sign", "sort_next(-1)", "Sort by the column before", show=False, id="table.sort_before"),
        Binding("greater_than_sign", "sort_next(1)", "Sort by the next column", show=False, id="table.sort_next"),
        Binding("r", "reverse", "Reverse the order", show=False, id="table.reverse"),
        Binding("c", "columns", "Columns", id="table.columns"),
        Binding("z", "freeze", "Freeze", id="table.freeze"),
        Binding("f", "follow", "Follow the cursor", show=False, id="table.follow"),
    ]

    @dataclass
    class CursorMoved(_TableMessage):
        """The cursor is on another entity, or (None) its entity is gone."""

        key: Key | None

    @dataclass
    class Activated(_TableMessage):
        """Enter, Right or a second click on a row."""

        key: Key

    @dataclass
    class Collapsed(_TableMessage):
        """Left on a row; on a leg, *key* is the row above that it belongs to, and the cursor has moved there."""

        key: Key

    @dataclass
    class SortChanged(_TableMessage):
        """The person chose another order: project again and show."""

        query: Query

    @dataclass
    class MarksChanged(_TableMessage):
        """Other rows are marked than before."""

        marked: frozenset[Key]

    @dataclass
    class ColumnsChanged(_TableMessage):
        """The person chose which columns there are."""

        keys: tuple[str, ...]

    _told_cursor: Key | None = None
    _told_marks: frozenset[Key] = frozenset()

    def _tell(self) -> None:
        if self.cursor_key != self._told_cursor:
            self._told_cursor = self.cursor_key
            self.post_message(self.CursorMoved(self, self._told_cursor))
        if self.marked != self._told_marks:
            self._told_marks = self.marked
            self.post_message(self.MarksChanged(self, self._told_marks))

    # Cursor

    def select(self, key: Key) -> bool:
        """Put the cursor on the row of *key*, as if a person had; False when it is not listed."""
        if key not in self.order.keys:
            return False
        self._moved(self.order.keys.index(key))
        return True

    def _moved(self, index: int) -> None:
        self._cursor.place(index, self.order.keys)
        self._after_move()

    def _after_move(self) -> None:
        self.order.touched()
        self._scroll_to_cursor()
        self._sync()
        self._tell()

    def action_move(self, by: int) -> None:
        """Move the cursor by *by* rows."""
        self._cursor.move(by, self.order.keys)
        self._after_move()

    def action_page(self, pages: int) -> None:
        """Move the cursor by a screenful."""
        self.action_move(pages * max(self.size.height - 2, 1))

    def action_first(self) -> None:
        """Go to the first row."""
        self._moved(0)

    def action_last(self) -> None:
        """Go to the last row."""
        self._moved(len(self._rows) - 1)

    def action_activate(self) -> None:
        """Open what the cursor is on."""
        if (key := self.cursor_key) is not None:
            self.order.touched()
            self.post_message(self.Activated(self, key))

    def action_collapse(self) -> None:
        """Close what the cursor is on; from a leg, its call."""
        key = self.cursor_key
        if key is None:
            return
        parent = self._parent_index(key)
        if parent is not None:
            self._moved(parent)
            key = self.order.keys[parent]
        self.post_message(self.Collapsed(self, key))

    def _parent_index(self, key: Key) -> int | None:
        """Return the row number of the call that the leg *key* stands beneath."""
        for index in range(self._cursor.index - 1, -1, -1):
            if children := self._rows[index].children:
                return index if any(child.key == key for child in children) else None
        return None

    # Marks

    def action_mark(self) -> None:
        """Mark the cursor's row, or unmark it, and go to the next."""
        row = self.cursor_row
        if row is None:
            return
        self._toggle_mark(row)
        self.action_move(1)

    def _toggle_mark(self, row: RowT) -> None:
        if not row.ended and row.key not in self.order.gone:
            self._marks.toggle(row.key)
            self._sync()
            self._tell()

    def action_mark_all(self) -> None:
        """Mark every row that is listed and alive."""
        self._marks.add(row.key for row in self._rows if not row.ended and row.key not in self.order.gone)
        self._sync()
        self._tell()

    def action_unmark_all(self) -> None:
        """Remove every mark, those on rows that the filter hides too."""
        self._marks.clear()
        self._sync()
        self._tell()

    # Order and columns

    def sort_by(self, key: str) -> None:
        """Sort by the column *key*; once more, the other way round."""
        self._sort(sorted_by(self.asked, next(column for column in self.columns if column.key == key)))

    def _sort(self, query: Query | None) -> None:
        if query is not None:
            self.asked = query
            self.post_message(self.SortChanged(self, query))

    def action_sort_next(self, step: int) -> None:
        """Sort by the next column on the screen (1) or by the one before (-1)."""
        keys = [each.column.key for each in self._placed]
        if keys:
            here = keys.index(self.asked.sort) if self.asked.sort in keys else -1 if step > 0 else 0
            self.sort_by(keys[(here + step) % len(keys)])

    def action_reverse(self) -> None:
        """Turn the order round; rows that are not sorted yet are sorted by the first column."""
        if self.asked.sort is None:
            self.action_sort_next(1)
            return
        self._sort(replace(self.asked, reverse=not self.asked.reverse))

    def action_sort(self) -> None:
        """Ask for the column to sort by."""
        self.app.push_screen(SortPicker(self.columns, self.asked, self._glyphs), self._sort)

    def action_columns(self) -> None:
        """Ask which columns to show."""
        self.app.push_screen(ColumnChooser(self.columns, self._chosen, self._glyphs), self._columns_chosen)

    def _columns_chosen(self, keys: tuple[str, ...] | None) -> None:
        if keys is not None and keys != self._chosen:
            self.choose(keys)
            self.post_message(self.ColumnsChanged(self, self._chosen))

    def action_freeze(self) -> None:
        """Freeze the order, or let it go."""
        self.frozen = not self.frozen

    def action_follow(self) -> None:
        """Scroll along with the cursor's row, or no longer."""
        self.follow = not self.follow
        if self.follow and not self._lost:
            self._scroll_to_cursor()

    # Mouse

    def on_click(self, event: events.Click) -> None:
        """Sort by a title; select a row, open the selected one; mark in the gutter."""
        at = event.get_content_offset(self)
        if at is None:
            return
        event.stop()
        if at.y == 0:
            for each in self._placed:
                if each.x <= at.x - GUTTER < each.x + each.width:
                    self.sort_by(each.column.key)
            return
        index = self.scroll_offset.y + at.y - 1
        if index >= len(self._rows):
            return
        if at.x < GUTTER:
            self._moved(index)
            self._toggle_mark(self._rows[index])
        elif self.order.keys[index] == self.cursor_key:
            self.action_activate()
        else:
            self._moved(index)

    def on_mouse_scroll_up(self) -> None:
        """Keep the order while somebody scrolls."""
        self.order.touched()

    def on_mouse_scroll_down(self) -> None:
        """Keep the order while somebody scrolls."""
        self.order.touched()
