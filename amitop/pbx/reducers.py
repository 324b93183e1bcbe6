"""The list of reducers. A new kind of thing is one file and one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx import (
    bridges,
    channels,
    conferences,
    devices,
    dials,
    endpoints,
    hints,
    local,
    marks,
    parking,
    quality,
    queue_members,
    queue_rings,
    queue_talks,
    queues,
    registrations,
    traffic,
    transfers,
)

if TYPE_CHECKING:
    from amitop.pbx.reducer import Reducer

REDUCERS: tuple[Reducer, ...] = (
    channels.REDUCER,  # first: others read the channel that it has just brought up to date
    devices.REDUCER,
    local.REDUCER,
    dials.REDUCER,
    bridges.REDUCER,
    marks.REDUCER,
    queues.REDUCER,
    queue_rings.REDUCER,
    queue_talks.REDUCER,
    queue_members.REDUCER,
    parking.REDUCER,
    conferences.REDUCER,
    transfers.REDUCER,
    quality.REDUCER,
    hints.REDUCER,
    registrations.REDUCER,
    traffic.REDUCER,  # after channels: it reads those that a Hangup has just ended
    endpoints.REDUCER,
)
