"""The Trunks view: what is registered, how full it is, how its calls go; and the keys that register and ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from amitop.control.endpoints import ACTIONS
from amitop.control.registrations import RegistrationAct
from amitop.pbx.endpoint_model import TECHNOLOGIES
from amitop.pbx.registrations import Lister
from amitop.ui.acting_view import ActingView
from amitop.ui.line import Piece
from amitop.ui.trunk_work import TrunkWork
from amitop.views.trunk_row import TrunkRow, trunk_rows
from amitop.views.trunks import TRUNK_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.ui.floors import Floors
    from amitop.ui.workplace import Workplace

REGISTERING = {"register": RegistrationAct.REGISTER, "unregister": RegistrationAct.UNREGISTER}
"""By the name of the action that the key is bound to."""


class TrunksView(ActingView[TrunkRow]):
    """Trunks of *floors*, whose keys are carried out by *work*."""

    NAME = "trunks"
    WORD = "trunks"
    DEEDS = ("qualify", *REGISTERING)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("Q", "qualify", "Qualify", tooltip="Ask the trunk's endpoint whether it answers", id="trunk.qualify"),
        Binding("e", "register", "Register", tooltip="Register the trunk now", id="trunk.register"),
        Binding(
            "x",
            "unregister",
            "Unregister",
            tooltip="Give the trunk's registration up until it is registered again",
            id="trunk.unregister",
        ),
    ]

    def __init__(self, place: Workplace) -> None:
        super().__init__(place.pbxs, TRUNK_COLUMNS, place.glyphs, place.operator)
        self.floors: Floors = place.floors
        self.work = TrunkWork(place.app, place.operator, place.operations)

    @property
    def on_the_phone(self) -> bool:
        """Nobody."""
        return False

    def source(self, now: float) -> Sequence[TrunkRow]:
        """Return every trunk. Their endpoints are asked for while they are looked at."""
        for pbx in self.pbxs:
            pbx.endpoint_sync.want()
        return trunk_rows(self.floors.at(now))

    def target_of(self, row: TrunkRow, now: float) -> None:
        """Return nobody: a trunk is not on the phone."""

    def notes(self) -> list[Piece]:
        """Say why registrations are not as they should be."""
        notices = (pbx.registration_sync.notice for pbx in self.pbxs)
        return [Piece(notice, "$text-warning", drop=2, elastic=True) for notice in notices if notice]

    # -- keys that work -------------------------------------------------------------------------------------------

    def obstacle(self, action: str) -> str | None:
        """Return why a trunk cannot be told or asked now."""
        rows: list[TrunkRow] = self.chosen_rows()
        if not rows:
            return self.nobody
        needs = [REGISTERING[action]] if action in REGISTERING else [_qualifies(row) for row in rows]
        if action in REGISTERING and not any(_tellable(row) for row in rows):
            return _why_untellable(rows[0])
        if not all(needs):
            return "its endpoint is not known, or of a kind that cannot be asked"
        reasons = (self.operator.why_not(row.key[0], need) for row in rows for need in needs if need)
        return next((reason for reason in reasons if reason), None)

    # -- what keys do ---------------------------------------------------------------------------------------------

    def action_register(self) -> None:
        """Register now."""
        if rows := self.chosen_rows():
            self.work.registrations(rows, RegistrationAct.REGISTER)

    def action_unregister(self) -> None:
        """Ask, then leave."""
        if rows := self.chosen_rows():
            self.work.registrations(rows, RegistrationAct.UNREGISTER)

    def action_qualify(self) -> None:
        """Ask whether it answers."""
        if rows := self.chosen_rows():
            self.work.qualify(rows)


def _tellable(row: TrunkRow) -> bool:
    """Whether AMI can tell any of its registrations to do something."""
    return any(each.technology == Lister.PJSIP.name for each in row.registrations)


def _why_untellable(row: TrunkRow) -> str:
    if not row.registrations:
        return "it has no registration"
    return "over AMI only PJSIP's registrations can be told to register or leave"


def _qualifies(row: TrunkRow) -> str:
    """Return the action that asks its endpoint, "" where there is none."""
    endpoint = row.endpoint
    technology = TECHNOLOGIES.get(str(endpoint.technology)) if endpoint is not None else None
    return ACTIONS[technology][0] if technology in ACTIONS else ""


def make(place: Workplace) -> TrunksView:
    """Return the view for *place*."""
    return TrunksView(place)
