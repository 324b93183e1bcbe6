"""Asks what the selected legs do, where the PBX's events do not tell: applications are then as old as the last list."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from amitop.live import LivePbx

EVERY = 5.0
"""Seconds between two questions about the same row."""
LEGS_AT_MOST = 4
"""Of a call: a ring-all call has dozens, and the detail pane shows few."""


class Looker:
    """Decides when to ask. *start* runs a coroutine in the background."""

    def __init__(self, start: Callable[[Coroutine[None, None, str | None]], object]) -> None:
        self._start = start
        self._row: object = None
        self._asked_at = 0.0
        self._rested = False

    def look(self, pbx: LivePbx, row: object, legs: Sequence[str], now: float) -> None:
        """Note that the cursor is on *row*, which stands for *legs*; called once a second.

        A row is asked about at the second look, so that a cursor that runs through the list asks nothing.
        """
        if row != self._row:
            self._row, self._rested = row, False
            return
        if self._rested and now - self._asked_at < EVERY:
            return
        self._rested, self._asked_at = True, now
        if pbx.why_not("Status") is None:
            for uniqueid in legs[:LEGS_AT_MOST]:
                self._start(pbx.look_at(uniqueid))
