"""The Endpoints view: every device that the PBX knows by name. Its lists come from the PBX only while it is on show."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from amitop.control.endpoints import ACTIONS
from amitop.health import LinkState
from amitop.ui.acting_view import ActingView
from amitop.ui.detail_pane import DetailPane
from amitop.ui.endpoint_work import EndpointLooker, EndpointWork
from amitop.ui.line import Piece
from amitop.views.endpoint_row import EndpointRow
from amitop.views.endpoints import ENDPOINT_COLUMNS, Directory, summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.live import LivePbx
    from amitop.ui.workplace import Workplace

_LIST = "PJSIPShowEndpoints"
"""Without it, what there is of the most common technology is known from events only."""


class EndpointsView(ActingView[EndpointRow]):
    """Endpoints of the PBXs of *place*."""

    NAME = "endpoints"
    WORD = "endpoints"
    DEEDS = ("qualify",)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "Q",
            "qualify",
            "Qualify",
            tooltip="Ask the endpoint, or all that are marked, whether it answers",
            id="endpoint.qualify",
        ),
    ]

    def __init__(self, place: Workplace) -> None:
        super().__init__(place.pbxs, ENDPOINT_COLUMNS, place.glyphs, place.operator)
        self._directory = Directory()
        self._rows: Sequence[EndpointRow] = ()
        self._summary = ""
        self._counted: int | None = None
        self.work = EndpointWork(place.app, place.operator, place.operations)
        self._looker = EndpointLooker(lambda question: self.run_worker(question, group="look"))

    @property
    def on_the_phone(self) -> bool:
        """Nobody: calls are in other views."""
        return False

    def source(self, now: float) -> Sequence[EndpointRow]:
        """Return every endpoint."""
        self._rows = self._directory.rows(pbx.store for pbx in self.pbxs)
        if int(now) != self._counted:  # once a second is often enough for a sum over thousands
            self._counted, self._summary = int(now), summary(self._rows)
        return self._rows

    def target_of(self, row: EndpointRow, now: float) -> None:
        """Return nobody: an endpoint is not on the phone, its channels are."""

    def sync(self, now: float, *, force: bool = False) -> None:
        """Have the lists kept up, the selected endpoint looked at, and what there is shown."""
        for pbx in self.pbxs:
            pbx.endpoint_sync.want()
        super().sync(now, force=force)
        row = self.table.cursor_row
        if row is not None and row.there and self.screen.query_one(DetailPane).display:
            pbx = next(pbx for pbx in self.pbxs if pbx.name == row.key[0])
            if pbx.link.state is LinkState.LIVE:
                self._looker.look(pbx, row, pbx.clock())

    def _why_empty(self, any_rows: bool) -> str:
        if any_rows or all(pbx.endpoint_sync.ready for pbx in self.pbxs if pbx.link.state is LinkState.LIVE):
            return super()._why_empty(any_rows)
        return "Asking for the endpoints"

    def notes(self) -> list[Piece]:
        """Say why they are not all there or not up to date, else how many there are."""
        notes = [Piece(note, "$text-warning", drop=2, elastic=True) for pbx in self.pbxs if (note := _note(pbx))]
        return notes or ([Piece(self._summary, drop=3)] if self._rows else [])

    # -- keys that work -------------------------------------------------------------------------------------------

    def obstacle(self, action: str) -> str | None:
        """Return why an endpoint cannot be asked now."""
        rows: list[EndpointRow] = [row for row in self.chosen_rows() if row.there]
        if not rows:
            return self.nobody
        technologies = {(row.key[0], row.endpoint.technology) for row in rows}
        if not any(technology in ACTIONS for _, technology in technologies):
            return f"{rows[0].endpoint.technology} peers cannot be asked: the AMI has no action for it"
        reasons = [
            self.operator.why_not(pbx, ACTIONS[technology][0])
            for pbx, technology in sorted(technologies)
            if technology in ACTIONS
        ]
        return reasons[0] if all(reasons) else None

    # -- what keys do ---------------------------------------------------------------------------------------------

    def action_qualify(self) -> None:
        """Ask whether they answer."""
        if rows := [row for row in self.chosen_rows() if row.there]:
            self.work.qualify(rows)


def _note(pbx: LivePbx) -> str:
    """Return what is not as it should be with the endpoints of *pbx*."""
    if pbx.link.state is not LinkState.LIVE:
        return ""
    if pbx.endpoint_sync.notice:
        return pbx.endpoint_sync.notice
    reason = pbx.rights.why_not(_LIST)
    return "write=system is missing: PJSIP as events tell" if reason and "lacks" in reason else ""


def make(place: Workplace) -> EndpointsView:
    """Return the view for *place*."""
    return EndpointsView(place)
