"""The wallboard: a few figures as large as the screen allows, of all queues or of one, for everybody in the room."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from amitop.ui.key_bar import KeyBar
from amitop.ui.line import Line, Piece
from amitop.ui.state_line import MUTED, link_piece
from amitop.views.board import board_lines
from amitop.views.queues import queue_rows
from amitop.views.wallboard import heading, wallboard

if TYPE_CHECKING:
    from rich.style import Style
    from textual.app import ComposeResult

    from amitop.ui.alarm import Alarm
    from amitop.ui.floors import Floors
    from amitop.ui.table_cursor import Key
    from amitop.views.board import Segments, Tile
    from amitop.views.format import Glyphs

STYLES = ("good", "warn", "bad", "dim", "accent")


class Board(Widget):
    """Draws tiles; whoever has them calls `show`."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"board--{name}" for name in STYLES}

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._lines: list[Segments] = []

    def show(self, tiles: list[Tile]) -> None:
        """Draw *tiles* if that differs from what is there."""
        width, height = self.size
        if not width or not height:
            return
        lines = board_lines(tiles, width, height, self._glyphs)
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return line *y*."""
        width = self.size.width
        if y >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        segments = [Segment(text, self._style(style)) for text, style in self._lines[y]]
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"board--{name}") if name in STYLES else self.rich_style


class WallboardScreen(Screen[None]):
    """Figures of *floors*, first of the queue with the key *queue*, of all without one; the arrows go through them."""

    BINDING_GROUP_TITLE = "Wallboard"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,w", "close", "Back", key_display="Esc", id="wallboard.close"),
        Binding("right,tab,space", "step(1)", "Next queue", key_display="→", id="wallboard.next"),
        Binding("left,shift+tab", "step(-1)", "Queue before", key_display="←", id="wallboard.before"),
        Binding("home,0", "all", "All queues", id="wallboard.all"),
    ]

    def __init__(self, floors: Floors, alarm: Alarm, glyphs: Glyphs, queue: Key | None = None) -> None:
        super().__init__()
        self._floors = floors
        self._alarm = alarm
        self._queue = queue
        self._head = Line(glyphs, id="state")
        self._board = Board(glyphs)
        self._keys = KeyBar(("close", "step", "all"), glyphs)

    def compose(self) -> ComposeResult:
        """Lay out a line, the figures, and the keys."""
        yield self._head
        yield self._board
        yield self._keys

    def on_mount(self) -> None:
        """Count once a second."""
        self.set_interval(1.0, self.renew)
        self.call_after_refresh(self.renew)

    def on_resize(self) -> None:
        """Draw as large as fits now."""
        self.call_after_refresh(self.renew)

    def renew(self) -> None:
        """Show the figures of this moment; those of the last one known while no PBX is followed."""
        pbxs = self._floors.pbxs
        stale = [pbx.stale_since for pbx in pbxs]
        known = [since for since in stale if since is not None]
        now = max(known) if len(known) == len(stale) else pbxs[0].clock()
        floors = self._floors.at(now)
        if self._queue is not None and all(row.key != self._queue for row in queue_rows(floors)):
            self._queue = None
        self.set_class(bool(known), "-stale")
        left = [Piece(heading(floors, self._queue), "bold", elastic=True)]
        for pbx in pbxs:
            glyph, words, style = link_piece(pbx)
            left.append(Piece(f"{pbx.name} {glyph} {words}", style, gap=3))
        alerts = self._alarm.piece()
        clock = time.strftime("%H:%M", time.localtime(pbxs[0].wall_of(pbxs[0].clock())))
        self._head.show(left, [*([alerts] if alerts else []), Piece(clock, MUTED, gap=4)])
        self._board.show(wallboard(floors, self._queue))

    def action_step(self, step: int) -> None:
        """Go through all queues together and each by itself."""
        keys: list[Key | None] = [None, *(row.key for row in queue_rows(self._floors.at(self._floors.pbxs[0].clock())))]
        here = keys.index(self._queue) if self._queue in keys else 0
        self._queue = keys[(here + step) % len(keys)]
        self.renew()

    def action_all(self) -> None:
        """Show all queues together."""
        self._queue = None
        self.renew()

    def action_close(self) -> None:
        """Go back."""
        self.dismiss()
