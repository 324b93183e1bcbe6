"""What all dialogs have in common: they come to a screen without old notices."""

from __future__ import annotations

from typing import TypeVar

from textual.screen import ModalScreen

AnswerT = TypeVar("AnswerT")


class Dialog(ModalScreen[AnswerT]):
    """Lies over the dashboard until it is answered.

    A subclass may have an `on_mount` of its own: Textual calls each class's.
    """

    def on_mount(self) -> None:
        """Clear what was said before: on a small screen a notice lies over the buttons."""
        self.app.clear_notifications()
