"""The question before anything that cannot be taken back. Knows only its words; the caller acts on the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from amitop.text import clean
from amitop.ui.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


class ConfirmScreen(Dialog[bool]):
    """Asks *question*, with *lines* below it, and dismisses with the answer. No is focused: a stray Enter does nothing.

    *question* and *lines* may hold text of a PBX: they are cleaned and never read as markup. *yes* is the word on the
    button that does it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", id="confirm.yes"),
        # q and n besides Escape, which takes 100 ms on terminals without the Kitty protocol (`style.md` 3.3).
        Binding("n,q,escape", "answer(False)", "No", id="confirm.no"),
        Binding("left,right,h,l", "switch", "Other button", show=False),
    ]

    def __init__(self, question: str, lines: Sequence[str] = (), *, yes: str = "Yes") -> None:
        super().__init__()
        self._question = clean(question, 600)
        self._lines = [clean(line) for line in lines]
        self._yes = yes

    def compose(self) -> ComposeResult:
        """Lay out the question and two buttons."""
        with Vertical(classes="dialog -danger"):
            yield Static(Content(self._question), classes="dialog-title", markup=False)
            if self._lines:
                with VerticalScroll(classes="dialog-lines", can_focus=False):
                    yield Static(Content("\n".join(self._lines)), markup=False)
            with Horizontal(classes="dialog-buttons"):
                yield Button(Content(f"{self._yes} (y)"), id="yes", compact=True)
                yield Button(Content("No (n)"), id="no", compact=True)

    def on_mount(self) -> None:
        """Put the focus where a stray Enter does no harm."""
        self.query_one("#no", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Take a button for the answer."""
        event.stop()
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        """Take a key for the answer."""
        self.dismiss(answer)

    def action_switch(self) -> None:
        """Move the focus to the other button."""
        other = "#no" if self.query_one("#yes", Button).has_focus else "#yes"
        self.query_one(other, Button).focus()
