"""The list of reducers. A new kind of thing is one file and one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx import bridges, channels, dials, local, marks, parking, queue_members, queues, transfers

if TYPE_CHECKING:
    from amitop.pbx.reducer import Reducer

REDUCERS: tuple[Reducer, ...] = (
    channels.REDUCER,  # first: others read the channel that it has just brought up to date
    local.REDUCER,
    dials.REDUCER,
    bridges.REDUCER,
    marks.REDUCER,
    queues.REDUCER,
    queue_members.REDUCER,  # after `queues`: it reads what that one made of the same event
    parking.REDUCER,
    transfers.REDUCER,
)
