"""The Channels view: a row for every leg."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.ui.call_keys import CallTableView
from amitop.ui.targets import Target, target_of
from amitop.views.channels import CHANNEL_COLUMNS, ChannelRow, ChannelRows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.ui.workplace import Workplace


class ChannelsView(CallTableView[ChannelRow]):
    """Channels of *place*."""

    NAME = "channels"
    WORD = "channels"
    STEADY = True

    def __init__(self, place: Workplace) -> None:
        super().__init__(place, CHANNEL_COLUMNS)
        self._rows = ChannelRows()

    def source(self, now: float) -> Sequence[ChannelRow]:
        """Return every channel."""
        return self._rows.rows([pbx.store for pbx in self.pbxs], now)

    def target_of(self, row: ChannelRow, now: float) -> Target:
        """Return the channel."""
        return target_of(row, now)


def make(place: Workplace) -> ChannelsView:
    """Return the view for *place*."""
    return ChannelsView(place)
