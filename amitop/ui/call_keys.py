"""What the views of calls and channels share: the keys that act on one party, and whether they work now."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from textual.binding import Binding, BindingType

from amitop.control.originate import NO_DEVICE
from amitop.ui.acting_view import ActingView
from amitop.views.columns import Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.ui.call_work import CallWork
    from amitop.ui.targets import Target
    from amitop.ui.workplace import Workplace
    from amitop.views.columns import Column

RowT = TypeVar("RowT", bound=Row)

NEEDS: dict[str, tuple[str, ...]] = {
    "park": ("Park",),
    "record": ("MixMonitor", "Monitor", "StopMixMonitor", "MixMonitorMute", "StopMonitor", "PauseMonitor"),
    "mute": ("MuteAudio",),
    "digits": ("PlayDTMF",),
    "limit": ("AbsoluteTimeout",),
}
"""By the name of the action that the key is bound to: the AMI actions of which the login needs at least one."""

CALL_KEYS: list[BindingType] = [
    Binding("P", "park", "Park", tooltip="Park a party of the call", id="call.park"),
    Binding("e", "record", "Record", tooltip="Record a party, pause, resume or stop that", id="call.record"),
    Binding("m", "mute", "Mute", tooltip="Mute a party, one way or both, or end that", id="call.mute"),
    Binding(
        "number_sign", "digits", "Digits", show=False, key_display="#", tooltip="Send digits (DTMF)", id="call.digits"
    ),
    Binding("L", "limit", "Limit", show=False, tooltip="Hang a party up after a time, or not", id="call.limit"),
]


ORIGINATE_KEY = Binding(
    "O", "originate", "Call", show=False, tooltip="Call somebody from your phone", id="call.originate"
)


def make_call_work(place: Workplace) -> CallWork:
    """Return who carries the keys out. Imported when the first key asks for it."""
    from amitop.ui.call_work import CallWork

    return CallWork(place.app, place.operator, place.operations, place.rules, place.pbxs)


class CallTableView(ActingView[RowT], Generic[RowT]):
    """A view of *place* whose rows are calls or legs."""

    DEEDS = NEEDS
    BINDINGS: ClassVar[list[BindingType]] = [*CALL_KEYS]

    def __init__(self, place: Workplace, columns: Sequence[Column[RowT]]) -> None:
        super().__init__(place.pbxs, columns, place.glyphs, place.operator)
        self._place = place

    @cached_property
    def call_work(self) -> CallWork:
        """Who carries the keys out."""
        return make_call_work(self._place)

    # -- keys that work -------------------------------------------------------------------------------------------

    def obstacle(self, action: str) -> str | None:
        """Return why nothing can be done to the party under the cursor now."""
        row = self.worked_in.cursor_row
        if row is None or row.ended:
            return self.nobody
        reasons = [self.operator.why_not(row.key[0], each) for each in NEEDS[action]]
        return reasons[0] if all(reasons) else None

    # -- what keys do ---------------------------------------------------------------------------------------------

    def _target(self) -> Target | None:
        return self.cursor_target(self.pbxs[0].clock())

    def action_park(self) -> None:
        """Ask, then park a party of the call that the cursor is on."""
        if (target := self._target()) is not None:
            self.call_work.park(target)

    def action_record(self) -> None:
        """Ask, then record a party, or pause, resume or stop that."""
        if (target := self._target()) is not None:
            self.call_work.record(target)

    def action_mute(self) -> None:
        """Ask, then mute a party."""
        if (target := self._target()) is not None:
            self.call_work.mute(target)

    def action_digits(self) -> None:
        """Ask, then send digits to a party."""
        if (target := self._target()) is not None:
            self.call_work.digits(target)

    def action_limit(self) -> None:
        """Ask, then limit how long a party may go on."""
        if (target := self._target()) is not None:
            self.call_work.limit(target)


class Dialer:
    """The key that calls somebody from the operator's own phone: it works in every view of *place*."""

    def __init__(self, place: Workplace) -> None:
        self._place = place

    @cached_property
    def _work(self) -> CallWork:
        return make_call_work(self._place)

    def offered(self, pbx: str) -> bool | None:
        """Return whether the key works on *pbx*: None dims it, False hides it where nothing may be done."""
        if not self._place.operator.may_act(pbx):
            return False
        return True if self.why_not(pbx) is None else None

    def why_not(self, pbx: str) -> str | None:
        """Return why the key does nothing on *pbx* now, or None when it works."""
        if not (self._place.rules.device or self._place.rules.supervisor):
            return NO_DEVICE
        return self._place.operator.why_not(pbx, "Originate")

    def dial(self, pbx: str, target: Target | None) -> None:
        """Ask whom to call on *pbx*; what is offered is the number of *target*."""
        leg = target.leg() if target is not None else None
        self._work.originate(pbx, (leg.caller.num if leg is not None else None) or "")
