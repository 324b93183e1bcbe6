"""The line in which a filter is typed; the table follows each key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from amitop.text import clean
from amitop.views.filters import EVERYTHING, Filter, parse_filter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from amitop.views.columns import Column

HELP = 'words, !without, column:word, time:>2m, "two words"'


class _FilterInput(Input):
    """One line without a frame or a blinking cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "drop", "Clear", id="filter.clear"),
        Binding("enter,down", "keep", "Keep", key_display="Enter", id="filter.keep"),
    ]

    def validate_value(self, value: str) -> str:
        """Keep out what a paste may bring along: control characters would go to the terminal."""
        return clean(value)

    def action_drop(self) -> None:
        """Leave without a filter."""
        self.post_message(FilterBar.Left(False))

    def action_keep(self) -> None:
        """Leave with the filter."""
        self.post_message(FilterBar.Left(True))


class FilterBar(Horizontal):
    """Filters as you type. Enter (or Down) keeps the filter and leaves the line, Esc clears it and closes the line.

    It is there while it has a filter or the focus. `open()` shows it; `Changed` carries each new filter, and `Closed`
    says that the focus belongs to the table again.
    """

    DEFAULT_CSS = """
    FilterBar {
        display: none;
        height: 1;
        & > Static { width: auto; height: 1; padding: 0 1; color: $text-warning; }
        & > .filter-label { color: $text-accent; text-style: bold; }
        & > Input { width: 1fr; height: 1; border: none; padding: 0; background: $background; }
        &.-open { display: block; }
    }
    """

    @dataclass
    class Changed(Message):
        """The filter is another one; *text* is what was typed."""

        filter: Filter
        text: str

    @dataclass
    class Closed(Message):
        """The person is done here: give the focus to the table."""

    @dataclass
    class Left(Message):
        """The input was left (from within)."""

        keep: bool

    def __init__(self, columns: Sequence[Column[Any]] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._columns = columns
        self._input = _FilterInput(placeholder=HELP, compact=True, select_on_focus=False)
        self._input.cursor_blink = False
        self._problem = Static(classes="filter-problem", markup=False)

    def compose(self) -> ComposeResult:
        """Lay out the label, the input, and room for what is wrong with it."""
        yield Static(Content("Filter"), classes="filter-label", markup=False)
        yield self._input
        yield self._problem

    @property
    def text(self) -> str:
        """What is typed."""
        return self._input.value

    @property
    def filter(self) -> Filter:
        """What it means."""
        return parse_filter(self.text, self._columns or None) if self.text else EVERYTHING

    def open(self, columns: Sequence[Column[Any]] | None = None, text: str | None = None) -> None:
        """Show the line and type into it, for a view of *columns*, beginning with *text* (else what is there)."""
        if columns is not None:
            self._columns = columns
        self.add_class("-open")
        if text is not None:
            self._input.value = text
        self._input.focus()

    def clear(self) -> None:
        """Remove the filter and the line."""
        self._input.value = ""
        self.remove_class("-open")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass the filter on."""
        event.stop()
        chosen = self.filter
        self._problem.update(Content(clean(chosen.problems[0])) if chosen.problems else Content(""))
        self.post_message(self.Changed(chosen, self.text))

    def on_filter_bar_left(self, message: Left) -> None:
        """Close the line, or leave it there to show what it hides."""
        message.stop()
        if not message.keep or not self.text.strip():
            self.clear()
        self.post_message(self.Closed())
