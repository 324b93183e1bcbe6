"""The Calls view: a row for every call; Enter or → opens its legs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.ui.call_keys import CallTableView
from amitop.ui.targets import Target, target_of
from amitop.views.call_row import CallRow, LegRow
from amitop.views.calls import CALL_COLUMNS, CallRows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.ui.live_table import LiveTable
    from amitop.ui.table_cursor import Key
    from amitop.ui.workplace import Workplace


class CallsView(CallTableView[CallRow | LegRow]):
    """Calls of *place*, each with its legs beneath it once it is opened."""

    NAME = "calls"
    WORD = "calls"
    STEADY = True

    def __init__(self, place: Workplace) -> None:
        super().__init__(place, CALL_COLUMNS)
        self._rows = CallRows()
        self._opened: set[Key] = set()

    def source(self, now: float) -> Sequence[CallRow | LegRow]:
        """Return every call."""
        rows = self._rows.rows([pbx.store for pbx in self.pbxs], self._opened, now)
        if self._opened:
            self._opened.intersection_update(row.key for row in rows)
        return rows

    def target_of(self, row: CallRow | LegRow, now: float) -> Target:
        """Return the call, or the leg."""
        return target_of(row, now)

    def on_live_table_activated(self, message: LiveTable.Activated) -> None:
        """Open a call's legs, or close them."""
        message.stop()
        self._opened ^= {message.key}
        self.again()

    def on_live_table_collapsed(self, message: LiveTable.Collapsed) -> None:
        """Close a call's legs."""
        message.stop()
        self._opened.discard(message.key)
        self.again()


def make(place: Workplace) -> CallsView:
    """Return the view for *place*."""
    return CallsView(place)
