"""The grid of agents: a coloured cell for each, with the cursor, marks and order of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Size

from amitop.ui.live_table import LiveTable
from amitop.ui.table_lines import (
    CURSOR,
    CURSOR_LOST,
    ENDED,
    LOST,
    MARKED,
    POINTER,
    Line,
    blank_line,
    message_line,
)
from amitop.views.agent_grid import Grid, grid_cell, lay_out_grid
from amitop.views.agents import AgentRow

if TYPE_CHECKING:
    from textual import events

PLAIN = "plain"
"""The style of a cell whose state is neither good nor bad: it is a cell all the same."""
MARGIN = 1
"""Cells before each person's cell: the cursor's pointer or the mark stands there."""

CSS = """
AgentGrid {
    & > .livetable--good { background: $success-muted; color: $foreground; }
    & > .livetable--warn { background: $warning-muted; color: $foreground; }
    & > .livetable--bad { background: $error-muted; color: $foreground; }
    & > .livetable--accent { background: $accent-muted; color: $foreground; }
    & > .livetable--dim { background: $surface; color: $text-muted; }
    & > .livetable--plain { background: $panel; color: $foreground; }
}
AgentGrid:ansi {
    & > .livetable--good { background: ansi_default; color: ansi_green; }
    & > .livetable--warn { background: ansi_default; color: ansi_yellow; }
    & > .livetable--bad { background: ansi_default; color: ansi_red; text-style: bold; }
    & > .livetable--accent { background: ansi_default; color: ansi_cyan; }
    & > .livetable--dim { background: ansi_default; color: ansi_default; text-style: dim; }
    & > .livetable--plain { background: ansi_default; color: ansi_default; }
}
"""


class AgentGrid(LiveTable[AgentRow]):
    """Agents side by side, without titles: what the glyphs mean stands in the line of totals above."""

    GROUNDS = True
    DEFAULT_CSS = CSS
    BINDING_GROUP_TITLE = "Cells"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(0, -1)", "Up", show=False, id="grid.up"),
        Binding("down", "step(0, 1)", "Down", show=False, id="grid.down"),
        Binding("left", "step(-1, 0)", "Left", show=False, id="grid.left"),
        Binding("right", "step(1, 0)", "Right", show=False, id="grid.right"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="grid.page_up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="grid.page_down"),
        Binding("home,g", "first", "First", show=False, id="grid.first"),
        Binding("end,G", "last", "Last", show=False, id="grid.last"),
        Binding("enter", "activate", "Open", show=False, id="grid.open"),
        Binding("space", "mark", "Mark", id="grid.mark"),
        Binding("asterisk", "mark_all", "Mark all", show=False, id="grid.mark_all"),
        Binding("U", "unmark_all", "Unmark all", show=False, id="grid.unmark_all"),
        Binding("s", "sort", "Sort", id="grid.sort"),
        Binding("r", "reverse", "Reverse the order", show=False, id="grid.reverse"),
        Binding("z", "freeze", "Freeze", id="grid.freeze"),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {"livetable--plain"}

    _grid: Grid = Grid(1, 1, 1, 0)

    @property
    def _body(self) -> int:
        """Lines for cells."""
        return max(self.size.height, 1)

    def _fit_height(self) -> None:
        self._grid = lay_out_grid(len(self._rows), max(self._width, 1), self._body, MARGIN)
        size = Size(self._width, self._grid.lines)
        if size != self.virtual_size:
            self.virtual_size = size

    def _lay_out(self) -> None:
        self._width = self.scrollable_content_region.width
        self._fit_height()
        self._sync()

    def _composed(self, width: int, height: int) -> list[Line]:
        if not self._rows:
            lines = [blank_line(width)] * height
            if self.empty and height:
                lines[height // 2] = message_line(self.empty, width, self._glyphs)
            return lines
        top = self.scroll_offset.y
        return [self._grid_line(y, width) for y in range(top, top + height)]

    def _grid_line(self, y: int, width: int) -> Line:
        """Return line *y* of the grid: as much of each of its people as stands there."""
        grid = self._grid
        row, part = divmod(y, grid.pitch)
        first = row * grid.columns
        if part >= grid.height or first >= grid.total:
            return blank_line(width)
        texts, styles, parts = [], [], []
        used = 0
        for index in range(first, min(first + grid.columns, grid.total)):
            person, key = self._rows[index], self.order.keys[index]
            gone_at = self.order.gone.get(key)
            cell = grid_cell(person, grid, self._now if gone_at is None else gone_at, self._glyphs)
            own = []
            if key in self._marks:
                own.append(MARKED)
            if gone_at is not None:
                own.append(ENDED)
            sign = self._glyphs.dot if MARKED in own and part == 0 else " "
            if index == self._cursor.index:
                own.append(CURSOR_LOST if self._lost else CURSOR)
                sign = (LOST if self._lost else POINTER) if part == 0 else " "
            x, _ = grid.place(index)
            texts += [" " * (x - used), sign, cell.lines[part]]
            styles += ["", "", cell.style or PLAIN]
            parts += [(), tuple(own), tuple(own)]
            used = x + MARGIN + grid.width
        return Line((), (*texts, " " * (width - used)), (*styles, ""), (*parts, ()))

    def _scroll_to_cursor(self) -> None:
        _, y = self._grid.place(self._cursor.index)
        top, height = self.scroll_offset.y, self._body
        if y < top:
            self.scroll_to(y=y, animate=False, force=True)
        elif y + self._grid.height > top + height:
            self.scroll_to(y=y + self._grid.height - height, animate=False, force=True)

    def action_step(self, dx: int, dy: int) -> None:
        """Move the cursor by cells."""
        if self._rows:
            self._moved(self._grid.move(self._cursor.index, dx, dy))

    def action_page(self, pages: int) -> None:
        """Move the cursor by a screenful."""
        rows = max(self._body // self._grid.pitch, 1)
        index = self._cursor.index + pages * rows * self._grid.columns
        self._moved(max(min(index, len(self._rows) - 1), 0))

    def on_click(self, event: events.Click) -> None:
        """Select the person under the mouse."""
        at = event.get_content_offset(self)
        event.stop()
        event.prevent_default()  # a click in the table means something else, and Textual asks every class
        if at is None:
            return
        index = self._grid.at(at.x, self.scroll_offset.y + at.y)
        if index is not None:
            self._moved(index)
