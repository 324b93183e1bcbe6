"""Who waits: all callers of all queues in the order in which they will miss their service level, or one queue's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.views import caller_row
from amitop.views.caller_row import CallerRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amitop.pbx.queue_model import Queue
    from amitop.views.columns import Column
    from amitop.views.floor import Floor


def waiting_rows(floors: Iterable[Floor], now: float) -> list[CallerRow]:
    """Return a row for everyone who waits, the first to miss the service level first.

    Callers of queues without a service level come after all others, who waits longest first.
    """
    rows = [row for floor in floors for queue in floor.store.queues.values() for row in caller_rows(floor, queue)]
    rows.sort(key=lambda row: _urgency(row, now))
    return rows


def _urgency(row: CallerRow, now: float) -> tuple[bool, float]:
    left = row.left(now)
    return left is None, row.caller.joined if left is None else left


def caller_rows(floor: Floor, queue: Queue) -> list[CallerRow]:
    """Return a row for everyone who waits in *queue* and has been named, next one first."""
    if not queue.callers:
        return []
    rules = floor.rules.queue(queue.name)
    ringing: dict[str, list[str]] = {}
    for member in queue.members.values():
        if member.ringing_for is not None:
            ringing.setdefault(member.ringing_for, []).append(member.name)
    return [CallerRow(caller, rules, ringing.get(caller.uniqueid, ())) for caller in queue.callers]


WAITING_COLUMNS: tuple[Column[CallerRow], ...] = (
    caller_row.LEFT,
    caller_row.WAIT,
    caller_row.QUEUE,
    caller_row.POSITION,
    caller_row.CALLER,
    caller_row.RINGS,
    caller_row.PRIORITY,
    caller_row.JOINED_AT,
    caller_row.CHANNEL,
    caller_row.UNIQUEID,
    caller_row.PBX,
)
"""Of the view of all queues."""

CALLER_COLUMNS: tuple[Column[CallerRow], ...] = (
    caller_row.POSITION,
    caller_row.WAIT,
    caller_row.LEFT,
    caller_row.CALLER,
    caller_row.RINGS,
    caller_row.PRIORITY,
    caller_row.JOINED_AT,
    caller_row.CHANNEL,
    caller_row.UNIQUEID,
    caller_row.PBX,
)
"""Of one queue's callers."""
