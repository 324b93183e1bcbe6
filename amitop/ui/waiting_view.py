"""The Waiting view: all who wait in all queues, whoever will miss the service level first at the top."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from amitop.ui.floor_view import CALLER_KEYS, FloorView, Kind, caller_target
from amitop.views.caller_row import CallerRow
from amitop.views.waiting import WAITING_COLUMNS, waiting_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType

    from amitop.live import LivePbx
    from amitop.ui.floors import Floors
    from amitop.ui.queue_work import QueueWork
    from amitop.ui.targets import Target
    from amitop.ui.workplace import Workplace
    from amitop.views.format import Glyphs


class WaitingView(FloorView[CallerRow]):
    """Callers of *floors*."""

    NAME = "waiting"
    WORD = "callers"
    BINDINGS: ClassVar[list[BindingType]] = [*CALLER_KEYS]

    def __init__(self, pbxs: Sequence[LivePbx], glyphs: Glyphs, floors: Floors, work: QueueWork) -> None:
        super().__init__(pbxs, WAITING_COLUMNS, glyphs, floors, work)

    @property
    def kind(self) -> Kind:
        """Callers."""
        return Kind.CALLER

    def source(self, now: float) -> Sequence[CallerRow]:
        """Return everyone who waits."""
        return waiting_rows(self.floors.at(now))

    def target_of(self, row: CallerRow, now: float) -> Target | None:
        """Return the caller's channel."""
        return caller_target(row, self.floors, now)


def make(place: Workplace) -> WaitingView:
    """Return the view for *place*."""
    return WaitingView(place.pbxs, place.glyphs, place.floors, place.queue_work)
