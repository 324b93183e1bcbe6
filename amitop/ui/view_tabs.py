"""The line of views, the one on show marked; at its right end what a person should know of it just now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from amitop.ui.line import Line, Piece, least

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from textual import events

    from amitop.views.format import Glyphs


class ViewTabs(Line):
    """` 1 Calls  2 Channels`, in the order of *titles*. A click on one asks for it."""

    @dataclass
    class Chosen(Message):
        """A person clicked the view *name*."""

        name: str

    def __init__(self, titles: Sequence[tuple[str, str]], glyphs: Glyphs) -> None:
        super().__init__(glyphs, id="tabs")
        self._titles = titles

    def show_view(self, current: str, notes: Sequence[Piece], hidden: Collection[str] = ()) -> None:
        """Mark the view *current*, leave out those that are *hidden*, and write *notes* at the right.

        Where that is too much for the width, the tabs move together, and then all but the current one lose their names:
        a note says what is not as usual, and the keys are the same as ever.
        """
        shown = [(str(number), *title) for number, title in enumerate(self._titles, 1) if title[0] not in hidden]
        manners = (_apart, _together, _numbers)
        for manner in manners:
            tabs = [manner(number, title, name, name == current) for number, name, title in shown]
            if least([*tabs, *notes]) <= self.size.width:
                break
        self.show(tabs, notes)

    def on_click(self, event: events.Click) -> None:
        """Ask for the view under the mouse."""
        event.stop()
        for place in self.placed:
            if place.tag and place.start <= event.x < place.end:
                self.post_message(self.Chosen(place.tag))


def _tab(text: str, name: str, current: bool) -> Piece:
    return Piece(text, "bold reverse $primary" if current else "$text-muted", gap=1, tag=name)


def _apart(number: str, title: str, name: str, current: bool) -> Piece:
    # A space on either side of all, so that the mark does not move the words.
    return _tab(f" {number} {title} ", name, current)


def _together(number: str, title: str, name: str, current: bool) -> Piece:
    return _tab(f"{number}{title}", name, current)


def _numbers(number: str, title: str, name: str, current: bool) -> Piece:
    return _tab(f"{number}{title}" if current else number, name, current)
