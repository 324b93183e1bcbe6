"""The Quality view: how each leg sounds, the worst first. Its reports come from the PBX only while it is on show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.health import LinkState
from amitop.pbx.quality import Quality
from amitop.ui.line import Piece
from amitop.ui.table_view import TableView
from amitop.ui.targets import Target, target_of
from amitop.views.quality import QUALITY_COLUMNS, QualityRow, quality_rows, summary
from amitop.views.sound import STALE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.live import LivePbx
    from amitop.ui.workplace import Workplace
    from amitop.views.format import Glyphs

PATIENCE = 6.0
"""Seconds for the first reports: they come every 5 s from each leg, unless rtp.conf says otherwise (`rtcpinterval`)."""


class QualityView(TableView[QualityRow]):
    """Legs of *pbxs*."""

    NAME = "quality"
    WORD = "legs"

    def __init__(self, pbxs: Sequence[LivePbx], glyphs: Glyphs) -> None:
        super().__init__(pbxs, QUALITY_COLUMNS, glyphs)
        self._rows: Sequence[QualityRow] = ()

    @property
    def shows_quality(self) -> bool:
        """It does."""
        return True

    def source(self, now: float) -> Sequence[QualityRow]:
        """Return every leg with media."""
        self._rows = quality_rows([pbx.store for pbx in self.pbxs], now)
        return self._rows

    def target_of(self, row: QualityRow, now: float) -> Target:
        """Return the channel."""
        return target_of(row, now)

    def notes(self) -> list[Piece]:
        """Say how many legs are heard of, or why none is."""
        notes = [Piece(self._silence(pbx), "$text-warning", drop=2, elastic=True) for pbx in self.pbxs]
        notes = [note for note in notes if note.text]
        if any(row.leg is not None for row in self._rows):
            notes.append(Piece(summary(self._rows), drop=3))
        return notes

    def _silence(self, pbx: LivePbx) -> str:
        """Return why *pbx* tells nothing of legs that it has, empty where it does."""
        if pbx.link.state is not LinkState.LIVE or not any(row.key[0] == pbx.name for row in self._rows):
            return ""
        since, now = pbx.quality_since, pbx.clock()
        reported = pbx.store.part(Quality).reported
        if since is None or now - since < PATIENCE:
            heard = reported is not None and since is not None and reported >= since
            return "" if heard else "waiting for the first reports"
        if now - max(since, since if reported is None else reported) < STALE:
            return ""
        return f"no reports for {STALE:.0f} s: read=reporting is missing, or no media goes through this PBX"


def make(place: Workplace) -> QualityView:
    """Return the view for *place*."""
    return QualityView(place.pbxs, place.glyphs)
