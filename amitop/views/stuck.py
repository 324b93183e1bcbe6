"""What may be wrong with a leg, in words. Only hints: a channel that the PBX lists stays, however odd it looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.model import ChannelState
from amitop.views.format import hms

if TYPE_CHECKING:
    from amitop.pbx.model import Channel
    from amitop.pbx.store import Store

RINGING_LIMIT = 120.0
"""Seconds: phones and trunks give up earlier."""
ALONE_LIMIT = 3600.0
"""Seconds up without a bridge: no menu takes an hour."""
HANGING_LIMIT = 10.0
"""Seconds between the wish to hang up and the Hangup; dialplan hangup handlers take their time."""

SIGN = "!"
"""Stands beside the state: colour alone says nothing."""


def stuck(store: Store, channel: Channel, now: float) -> str | None:
    """Return why *channel* looks stuck, or None when it does not."""
    if channel.hanging:
        # The last event about it is the hangup request or later: no time of its own is kept for that.
        silent = now - channel.heard
        return f"was told to hang up and has not for {hms(silent)}" if silent > HANGING_LIMIT else None
    if channel.state is ChannelState.RINGING:
        ringing = now - channel.created
        return f"ringing for {hms(ringing)}" if ringing > RINGING_LIMIT else None
    if channel.state is ChannelState.UP and channel.bridge is None and channel.uniqueid not in store.queued:
        up = now - (channel.created if channel.answered is None else channel.answered)
        return f"up for {hms(up)} without anybody" if up > ALONE_LIMIT else None
    return None
