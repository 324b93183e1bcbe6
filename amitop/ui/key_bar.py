"""The last line: the keys that work now. Dimmed are those that this login may not use; narrow screens show fewer.

Textual's own Footer is a widget for each key and takes 34 ms to rebuild (`style.md` 3.5); this is one line of text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Static

from amitop.ui.line import Piece, Placed, line_of
from amitop.views.format import UNICODE, Glyphs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual import events
    from textual.app import App
    from textual.binding import ActiveBinding
    from textual.screen import Screen

NAMES = {
    "question_mark": "?",
    "slash": "/",
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "home": "Home",
    "end": "End",
    "f1": "F1",
    "ctrl+c": "Ctrl+C",
    "ctrl+q": "Ctrl+Q",
    "ctrl+p": "Ctrl+P",
    "ctrl+z": "Ctrl+Z",
}
ALWAYS = frozenset({"help", "quit", "hang_up", "transfer", "answer", "close"})
"""Actions whose keys a narrow screen keeps longest."""
DIMMED = "dim $text-disabled"


def key_name(app: App[object], active: ActiveBinding) -> str:
    """Return what is printed on the key of *active*."""
    binding = active.binding
    return binding.key_display or NAMES.get(binding.key) or app.get_key_display(binding)


def key_pieces(app: App[object], active: Mapping[str, ActiveBinding], order: Sequence[str]) -> list[Piece]:
    """Return two pieces, key and words, for each action with a shown binding; *order* names the first and last ones.

    An action not in *order* stands where `...` is, in the order of the bindings.
    """
    seen: dict[str, ActiveBinding] = {}
    for each in active.values():
        if each.binding.show and each.binding.description:
            seen.setdefault(each.binding.action, each)

    def rank(action: str) -> int:
        name = action.rpartition(".")[2].partition("(")[0]
        return order.index(name) if name in order else order.index("...") if "..." in order else 0

    pieces = []
    for place, action in enumerate(sorted(seen, key=rank)):
        each = seen[action]
        name = action.rpartition(".")[2].partition("(")[0]
        drop = 0 if name in ALWAYS else place + 1
        style = "" if each.enabled else DIMMED
        words = f"{key_name(app, each)} {each.binding.description}"
        pieces.append(Piece(words, style, drop, tag=each.binding.key))
    return pieces


class KeyBar(Static):
    """The keys of the screen that it is on. A click presses one."""

    ALLOW_SELECT = False

    def __init__(self, order: Sequence[str] = (), glyphs: Glyphs = UNICODE) -> None:
        super().__init__(markup=False)
        self._order = order
        self._glyphs = glyphs
        self._placed: list[Placed] = []

    def on_mount(self) -> None:
        """Follow the set of keys."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def on_resize(self) -> None:
        """Fill the new width."""
        self._draw()

    def _changed(self, _screen: Screen[object]) -> None:
        self._draw()

    def _draw(self) -> None:
        width = self.size.width
        if not width or not self.is_attached:
            return
        active = self.screen.active_bindings
        pieces = key_pieces(self.app, active, self._order)
        content, self._placed = line_of(pieces, [], width, self._glyphs)
        # Text offsets and not cells: everything on this line is one cell wide.
        for place in self._placed:
            if active[place.tag].enabled:
                end = content.plain.find(" ", place.start)
                content = content.stylize("bold $footer-key-foreground", place.start, end)
        self.update(content, layout=False)

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked."""
        event.stop()
        for place in self._placed:
            if place.start <= event.x < place.end:
                self.app.simulate_key(place.tag)
