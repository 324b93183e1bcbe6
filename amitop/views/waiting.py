"""The Waiting view: all callers of all queues, in the order in which they will miss their service level."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from amitop.views import caller_row
from amitop.views.columns import PBX
from amitop.views.queue_parts import caller_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amitop.views.caller_row import CallerRow
    from amitop.views.columns import Column
    from amitop.views.floor import Floor


def waiting_rows(floors: Iterable[Floor]) -> list[CallerRow]:
    """Return a row for everyone who waits, the first to miss the service level first.

    Callers of queues without a service level come after all others, who waits longest first.
    """
    rows: list[tuple[bool, float, CallerRow]] = []
    for floor in floors:
        for queue in floor.store.queues.values():
            rows += [(*_urgency(row, floor.now), row) for row in caller_rows(floor, queue)]
    rows.sort(key=itemgetter(0, 1))
    return [row for _, _, row in rows]


def _urgency(row: CallerRow, now: float) -> tuple[bool, float]:
    left = row.left(now)
    return left is None, row.caller.joined if left is None else left


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
    PBX,
)
