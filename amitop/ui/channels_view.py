"""The Channels view: a row for every leg."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.ui.call_keys import CallTableView
from amitop.ui.targets import Target, target_of
from amitop.views.channels import CHANNEL_COLUMNS, ChannelRow, channel_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.ui.workplace import Workplace


class ChannelsView(CallTableView[ChannelRow]):
    """Channels of *place*."""

    NAME = "channels"
    WORD = "channels"

    def __init__(self, place: Workplace) -> None:
        super().__init__(place, CHANNEL_COLUMNS)

    def source(self, now: float) -> Sequence[ChannelRow]:
        """Return every channel."""
        return channel_rows([pbx.store for pbx in self.pbxs], now)

    def target_of(self, row: ChannelRow, now: float) -> Target:
        """Return the channel."""
        return target_of(row, now)


def make(place: Workplace) -> ChannelsView:
    """Return the view for *place*."""
    return ChannelsView(place)
