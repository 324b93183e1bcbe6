"""Two small dialogs over a table's columns: which are there, and which one orders the rows. The caller acts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from amitop.views.columns import Column, shown_columns
from amitop.views.format import UNICODE, Glyphs, cells
from amitop.views.projection import Query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

_CSS = """
{name} {{
    align: center middle;
    & > .dialog {{ width: auto; max-width: 90%; height: auto; max-height: 90%; padding: 0 1; }}
    & OptionList {{ width: auto; min-width: 30; height: auto; border: none; padding: 0; }}
    & Static {{ width: auto; }}
}}
"""


def _title_width(columns: Sequence[Column[Any]]) -> int:
    return max((cells(column.title) for column in columns), default=0)


def _prompt(sign: str, column: Column[Any], width: int) -> Content:
    """Return one line: *sign*, the title in *width* cells, the hint; as Content, for a str would be markup."""
    return Content.assemble(f"{sign} {column.title.ljust(width)}", (f"  {column.hint}", "dim"))


class ColumnChooser(ModalScreen[tuple[str, ...] | None]):
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
        super().__init__()
        self._columns = columns
        self._chosen = set(chosen)
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        """Lay out the list, and the keys below it."""
        dot = self._glyphs.middot
        with Vertical(classes="dialog"):
            yield Static(Content("Columns"), classes="dialog-title")
            yield OptionList(*(Option(self._prompt(column), id=column.key) for column in self._columns), markup=False)
            yield Static(Content(f"Space show or hide {dot} d defaults {dot} Enter done {dot} Esc cancel"), id="keys")

    def _prompt(self, column: Column[Any]) -> Content:
        return _prompt("[x]" if column.key in self._chosen else "[ ]", column, _title_width(self._columns))

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

    def action_cancel(self) -> None:
        """Leave everything as it was."""
        self.dismiss(None)


class SortPicker(ModalScreen[Query | None]):
    """Which of *columns* to sort by. Dismisses with *query* changed accordingly, or None.

    Choosing the column that is sorted by already turns the order round.
    """

    DEFAULT_CSS = _CSS.format(name="SortPicker")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "cancel", "Cancel", id="sort.cancel")]

    def __init__(self, columns: Sequence[Column[Any]], query: Query, glyphs: Glyphs = UNICODE) -> None:
        super().__init__()
        self._columns = columns
        self._asked = query
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        """Lay out the list, its cursor on the column that is sorted by."""
        width = _title_width(self._columns)
        here = self._glyphs.down if self._asked.reverse else self._glyphs.up
        with Vertical(classes="dialog"):
            yield Static(Content("Sort by"), classes="dialog-title")
            yield OptionList(
                *(
                    Option(_prompt(here if column.key == self._asked.sort else " ", column, width), id=column.key)
                    for column in self._columns
                ),
                markup=False,
            )
            yield Static(Content("Enter sort, again to reverse; Esc cancel"), id="keys")

    def on_mount(self) -> None:
        """Start at the column that is sorted by."""
        keys = [column.key for column in self._columns]
        self.query_one(OptionList).highlighted = keys.index(self._asked.sort) if self._asked.sort in keys else 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Hand the new order back."""
        event.stop()
        self.dismiss(sorted_by(self._asked, self._columns[event.option_index]))

    def action_cancel(self) -> None:
        """Leave the order as it was."""
        self.dismiss(None)


def sorted_by(query: Query, column: Column[Any]) -> Query:
    """Return *query* sorted by *column*: numbers with the largest first; chosen once more, the other way round."""
    reverse = not query.reverse if query.sort == column.key else column.number
    return replace(query, sort=column.key, reverse=reverse)
