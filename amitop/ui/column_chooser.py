"""Two small dialogs over a table's columns: which are there, and which one orders the rows. The caller acts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from amitop.ui.dialog import Dialog
from amitop.views.columns import Column, shown_columns
from amitop.views.format import UNICODE, Glyphs, cells
from amitop.views.projection import Query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

Answer = TypeVar("Answer")

_CSS = """
{name} {{
    align: center middle;
    & > .dialog {{ max-width: 96%; height: auto; padding: 0 1; }}
    & OptionList {{ width: 1fr; height: auto; max-height: 50vh; padding: 0; }}
    & OptionList {{ text-wrap: nowrap; text-overflow: ellipsis; }}
    & .dialog-keys {{ color: $text-muted; margin-top: 1; }}
}}
"""
_AROUND = 6
"""Cells that frame, padding and scroll bar take of a dialog's width."""


class _ColumnDialog(Dialog[Answer]):
    """A title, a list with a line for each of *columns*, and a line about its keys. As wide as its longest line."""

    def __init__(self, columns: Sequence[Column[Any]], glyphs: Glyphs) -> None:
        super().__init__()
        self._columns = columns
        self._glyphs = glyphs
        self._title_width = max((cells(column.title) for column in columns), default=0)

    def _laid_out(self, title: str, keys: str) -> ComposeResult:
        lines = [self._prompt(column) for column in self._columns]
        dialog = Vertical(classes="dialog")
        dialog.styles.width = max(line.cell_length for line in (*lines, Content(keys))) + _AROUND
        with dialog:
            yield Static(Content(title), classes="dialog-title")
            yield OptionList(*(Option(line) for line in lines), markup=False, compact=True)
            yield Static(Content(keys), classes="dialog-keys")

    def _sign(self, column: Column[Any]) -> str:
        """Return what stands before the column's title."""
        raise NotImplementedError

    def _prompt(self, column: Column[Any]) -> Content:
        # Content, because a prompt that is a str would be markup.
        words = f"{self._sign(column)} {column.title.ljust(self._title_width)}"
        return Content.assemble(words, (f"  {column.hint}", "dim"))

    def action_cancel(self) -> None:
        """Leave everything as it was."""
        self.dismiss(None)


class ColumnChooser(_ColumnDialog[tuple[str, ...] | None]):
    """Which of *columns* to show. Dismisses with their keys in order, or None when nothing is to change."""

    DEFAULT_CSS = _CSS.format(name="ColumnChooser")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "show_or_hide", "Show or hide", id="columns.toggle"),
        Binding("d", "defaults", "Defaults", id="columns.defaults"),
        # Priority: the list would take Enter for "choose this one".
        Binding("enter", "accept", "Done", priority=True, id="columns.done"),
        Binding("escape,q", "cancel", "Cancel", id="columns.cancel"),
    ]

    def __init__(self, columns: Sequence[Column[Any]], chosen: Sequence[str], glyphs: Glyphs = UNICODE) -> None:
        super().__init__(columns, glyphs)
        self._chosen = set(chosen)

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        dot = self._glyphs.middot
        return self._laid_out("Columns", f"Space show or hide {dot} d defaults {dot} Enter done {dot} Esc cancel")

    def _sign(self, column: Column[Any]) -> str:
        return "[x]" if column.key in self._chosen else "[ ]"

    def _draw(self) -> None:
        options = self.query_one(OptionList)
        for index, column in enumerate(self._columns):
            options.replace_option_prompt_at_index(index, self._prompt(column))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click on a line does what Space does."""
        event.stop()
        self.action_show_or_hide()

    def action_show_or_hide(self) -> None:
        """Show the column under the cursor, or hide it; the last one stays."""
        index = self.query_one(OptionList).highlighted
        if index is None:
            return
        toggled = self._chosen ^ {self._columns[index].key}
        if toggled:
            self._chosen = toggled
            self._draw()

    def action_defaults(self) -> None:
        """Choose what is shown until a person chooses otherwise."""
        self._chosen = {column.key for column in shown_columns(self._columns)}
        self._draw()

    def action_accept(self) -> None:
        """Hand the choice back."""
        self.dismiss(tuple(column.key for column in self._columns if column.key in self._chosen))


class SortPicker(_ColumnDialog[Query | None]):
    """Which of *columns* to sort by. Dismisses with *query* changed accordingly, or None.

    Choosing the column that is sorted by already turns the order round.
    """

    DEFAULT_CSS = _CSS.format(name="SortPicker")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "cancel", "Cancel", id="sort.cancel")]

    def __init__(self, columns: Sequence[Column[Any]], query: Query, glyphs: Glyphs = UNICODE) -> None:
        super().__init__(columns, glyphs)
        self._asked = query

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        dot = self._glyphs.middot
        return self._laid_out("Sort by", f"Enter sort, once more to reverse {dot} Esc cancel")

    def on_mount(self) -> None:
        """Start at the column that is sorted by."""
        keys = [column.key for column in self._columns]
        self.query_one(OptionList).highlighted = keys.index(self._asked.sort) if self._asked.sort in keys else 0

    def _sign(self, column: Column[Any]) -> str:
        if column.key != self._asked.sort:
            return " "
        return self._glyphs.down if self._asked.reverse else self._glyphs.up

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Hand the new order back."""
        event.stop()
        self.dismiss(sorted_by(self._asked, self._columns[event.option_index]))


def sorted_by(query: Query, column: Column[Any]) -> Query:
    """Return *query* sorted by *column*: numbers with the largest first; chosen once more, the other way round."""
    reverse = not query.reverse if query.sort == column.key else column.number
    return replace(query, sort=column.key, reverse=reverse)
