"""Asks the PBX about one queue, where no event tells what an action did to it (`ami.md` B.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.ami.errors import AmiError

if TYPE_CHECKING:
    from amitop.ami.session import Listing
    from amitop.live import LivePbx

TIMEOUT = 10.0
"""Seconds: a person is waiting."""


async def ask_queue(live: LivePbx, name: str) -> bool:
    """Bring what is known of the queue *name* up to date, and return whether the PBX answered.

    Where it does not, the queue stays doubted, and is asked for again in its turn.
    """
    asked_at = live.clock()
    live.store.doubt_queue(name, asked_at)

    def merge(listing: Listing) -> None:
        live.store.apply_queues(listing.items, asked_at, live.clock(), queue=name)

    try:
        await live.session.listing("QueueStatus", {"Queue": name}, timeout=TIMEOUT, on_complete=merge)
    except AmiError:
        return False
    return True
