"""The second line: how many calls and what they do, and how that went; while the link is down, why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from amitop.text import clean
from amitop.ui.line import Line, Piece, wrap
from amitop.ui.state_line import BAD, MUTED, WARN, trouble
from amitop.views.format import UNICODE, Glyphs, hms, sparkline
from amitop.views.summary import Census, History, Totals, totals
from amitop.views.trunk_row import trunk_totals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from amitop.live import LivePbx
    from amitop.views.floor import Floor

SPARK_WIDTH = 30
SPARK_SECONDS = 10.0
"""Of one block: thirty of them are the last five minutes."""
LONG_WAIT = 60.0
"""Seconds of waiting in a queue from which the figure is coloured."""


def totals_pieces(figures: Totals) -> list[Piece]:
    """Return what the line says while the state can be trusted."""
    pieces = [
        Piece(f"Calls {figures.calls}", "bold"),
        Piece(f"Channels {figures.channels}", "bold", drop=3),
        Piece(f"Talking {figures.talking}", drop=1),
        Piece(f"Ringing {figures.ringing}", drop=2),
    ]
    if figures.waiting:
        longest = figures.longest_wait
        words = f"Waiting {figures.waiting}" + (f", longest {hms(longest)}" if longest is not None else "")
        pieces.append(Piece(words, WARN if (longest or 0) >= LONG_WAIT else ""))
    if figures.parked:
        pieces.append(Piece(f"Parked {figures.parked}", drop=4))
    if figures.in_app:
        pieces.append(Piece(f"In app {figures.in_app}", drop=5))
    pieces.append(Piece(f"New {figures.started_last_minute}/min", MUTED, drop=7))
    return pieces


def trunk_pieces(floors: Iterable[Floor]) -> list[Piece]:
    """Return how many trunks hold, of how many; nothing where there is none."""
    up, known, down = trunk_totals(floors)
    return [Piece(f"Trunks {up}/{known}", BAD if down else "", drop=1 if down else 4)] if known else []


class TotalsLine(Line):
    """Counts, once a second, over all PBXs."""

    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__(glyphs, id="totals")
        self._history = History(SPARK_WIDTH, SPARK_SECONDS)
        self._figures = Totals()
        self._census = Census()

    def _tell(self, down: Sequence[str], style: str) -> None:
        """Say why there is nothing to count, on as many lines as that takes: what to do stands at its end."""
        width = self.content_size.width
        if not width:
            return
        lines = [line for why in down for line in wrap(self._glyphs.plain(clean(why, 400)), width)]
        self.styles.height = len(lines)
        self.draw_again()
        self.update(Content.styled("\n".join(lines), style), layout=False)

    def look(self, pbxs: Sequence[LivePbx]) -> None:
        """Look what a part of the calls do: to be called at each frame."""
        self._census.look([pbx.store for pbx in pbxs])

    def renew(
        self, pbxs: Sequence[LivePbx], now: float, staff: Sequence[Piece] = (), alerts: Piece | None = None
    ) -> None:
        """Count afresh and draw; *now* is the time that the state describes.

        *staff*, which is of agents and trunks, and *alerts* are drawn as they are given.
        """
        down = [why for pbx in pbxs if (why := trouble(pbx))]
        if len(down) < len(pbxs):
            self._figures = totals([pbx.store for pbx in pbxs], now, self._census)
            self._history.feed(now, self._figures.calls)
        if down:
            style = BAD if all(pbx.stale_since is not None for pbx in pbxs) else WARN
            self._tell(down, style)
            return
        self.styles.height = 1
        # At the end of the line, where it grows without moving anything.
        spark = sparkline(self._history.values, SPARK_WIDTH, self._glyphs).lstrip()
        self.show(
            [*totals_pieces(self._figures), *staff, *([alerts] if alerts else [])],
            [Piece("5 min", MUTED, drop=9), Piece(spark, "$primary", drop=8, gap=1)],
        )
