"""The alerts on the screen: how many there are, the bell when one is new, and that somebody took note of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.thresholds import Level
from amitop.ui.line import Piece
from amitop.ui.state_line import BAD, MUTED, WARN
from amitop.views.alerts import AlertBook
from amitop.views.readings import alerts
from amitop.views.trunk_row import needs_endpoints

if TYPE_CHECKING:
    from collections.abc import Callable

    from amitop.ui.floors import Floors

LISTED = 12
"""Alerts that one notice holds."""


class Alarm:
    """Watches what *floors* has; *ring* rings the bell, if the rules want one."""

    def __init__(self, floors: Floors, ring: Callable[[], None]) -> None:
        self.book = AlertBook()
        self._floors = floors
        self._ring = ring

    def watch(self, now: float) -> None:
        """Take the worries of *now*. While a PBX is not followed nothing is news: its state was true once."""
        if any(pbx.stale_since is not None for pbx in self._floors.pbxs):
            return
        self._ask_for_trunks(now)
        news = self.book.update(alerts(self._floors.at(now)), now)
        if news.ring and self._floors.rules.bell:
            self._ring()

    def _ask_for_trunks(self, now: float) -> None:
        """Have endpoints listed once in each session where a trunk has no registration; then events tell of it."""
        for pbx, floor in zip(self._floors.pbxs, self._floors.at(now), strict=True):
            if not pbx.endpoint_sync.ready and needs_endpoints(floor):
                pbx.endpoint_sync.want()

    def piece(self) -> Piece | None:
        """Return how many alerts there are, for a line; None while there is none."""
        critical, warnings = self.book.count(Level.CRITICAL), self.book.count(Level.WARN)
        if critical or warnings:
            counts = [
                f"{count}{level.sign}" for count, level in ((critical, Level.CRITICAL), (warnings, Level.WARN)) if count
            ]
            return Piece(f"Alerts {' '.join(counts)}", f"bold {BAD if critical else WARN}")
        return Piece(f"Alerts {len(self.book.open)} seen", MUTED, drop=2) if self.book.open else None

    def acknowledge(self) -> tuple[str, str]:
        """Take note of every alert, and return a title and the alerts, one line each, not cleaned."""
        found = self.book.open
        noted = self.book.acknowledge()
        if not found:
            return "Alerts", "there are none"
        lines = [f"{each.alert.level.sign} {each.alert.text}" for each in found[:LISTED]]
        if len(found) > LISTED:
            lines.append(f"and {len(found) - LISTED} more")
        title = f"{noted} acknowledged" if noted else f"{len(found)} acknowledged before"
        return title, "\n".join(lines)
