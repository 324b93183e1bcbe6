"""Merging a QueueStatus list: settings, figures, members and callers of one queue or of all (`ami.md` D.4, D.6).

A list is merged where it stands in the stream: what the PBX told before it is older, and stands corrected. Events that
were on their way come after it and tell what it already holds; the reducers know them by that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from amitop.ami.packet import NOTHING
from amitop.pbx import queue_figures
from amitop.pbx.blocks import number
from amitop.pbx.model import Party
from amitop.pbx.queue_drift import differences, was_reset
from amitop.pbx.queue_members import forget, record
from amitop.pbx.queue_model import Fact, Happening, QueueCaller
from amitop.pbx.queues import Queues, depart, named, outcome, take_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from amitop.ami.packet import Packet
    from amitop.pbx.drift import Difference
    from amitop.pbx.queue_model import Queue
    from amitop.pbx.store import Store

_SURROGATE = "Surrogate/"
"""What stands in a queue for a caller who was pulled out, until Queue() notices: nobody waits there (`ami.md` D.6)."""
_NOBODY = NOTHING | {"unknown"}
"""QueueEntry has a word of its own for no number and no name (apps/app_queue.c, manager_queues_status)."""


@dataclass(slots=True)
class ListedQueue:
    """What a list says of one queue, item by item."""

    params: Packet
    members: list[Packet] = field(default_factory=list)
    entries: list[Packet] = field(default_factory=list)


@dataclass(slots=True)
class QueueDiff:
    """What a list said that the state did not, as the list came: not yet judged (`QueueDrift`)."""

    rows: int = 0
    differences: list[Difference] = field(default_factory=list)


def read_queues(items: Iterable[Packet]) -> dict[str, ListedQueue]:
    """Sort the items of a list by queue."""
    found: dict[str, ListedQueue] = {}
    for item in items:
        name = item.get("Queue")
        if item.name == "QueueParams":
            found[name] = ListedQueue(item)
        elif name in found and item.name == "QueueMember":
            found[name].members.append(item)
        elif name in found and item.name == "QueueEntry" and not item.get("Channel").startswith(_SURROGATE):
            found[name].entries.append(item)
    return found


def apply_queues(
    store: Store, items: Sequence[Packet], asked_at: float, now: float, *, queue: str | None, first: bool
) -> QueueDiff:
    """See `Store.apply_queues`."""
    store.queue_drift.settle(store, now)
    part = store.part(Queues)
    listed = read_queues(items)
    diff = QueueDiff()
    if not first:
        for name, each in listed.items():
            known = part.queues.get(name)
            if known is not None and known.listed_at is not None:
                found = differences(store, known, each)
                diff.rows += found.rows
                diff.differences += found.differences
        store.queue_drift.suspect(store, diff.differences, diff.rows, asked_at, now)
    for name, each in listed.items():
        _merge(store, named(store, name, now), each, now)
    # The PBX compares the name that it is asked for without regard to case.
    for name in [name for name in part.dirty if queue is None or name.lower() == queue.lower()]:
        del part.dirty[name]
    for name in [name for name in part.queues if queue is None or name.lower() == queue.lower()]:
        if name not in listed:
            _forget(store, part.queues[name], now)
    return diff


def _forget(store: Store, queue: Queue, now: float) -> None:
    """Take a queue away that the PBX does not list."""
    for caller in queue.callers:
        del store.part(Queues).callers[caller.uniqueid]
        depart(store, caller, Happening.LOST, now)
    for interface in list(queue.members):
        forget(store, queue, interface, now)
    del store.part(Queues).queues[queue.name]


def _merge(store: Store, queue: Queue, listed: ListedQueue, now: float) -> None:
    reset = was_reset(queue, listed)
    queue_figures.read_params(queue, listed.params)
    queue.listed_at = now
    for departure in store.part(Queues).departures.values():
        if departure.caller.line is queue:
            departure.figured = True
    _merge_callers(store, queue, listed.entries, now)
    for row in listed.members:
        record(store, queue, row, now, listed=True, reset=reset)
    for interface in queue.members.keys() - {row.get("Location") for row in listed.members}:
        forget(store, queue, interface, now)


def _merge_callers(store: Store, queue: Queue, entries: list[Packet], now: float) -> None:
    """Put the callers into the order that the list has."""
    part = store.part(Queues)
    rows = {uid: row for row in entries if (uid := row.get("Uniqueid")) not in store.tombstones}  # Hangup always wins
    for caller in queue.callers:
        if caller.uniqueid not in rows:
            del part.callers[caller.uniqueid]
            depart(store, caller, Happening.LOST, now)
    queue.callers = [_listed(store, queue, row, now) for row in rows.values()]
    queue.unseen = 0
    queue.numbered = False


def _listed(store: Store, queue: Queue, row: Packet, now: float) -> QueueCaller:
    """Return the caller of a row, made of it where it was not known."""
    part = store.part(Queues)
    uniqueid = row.get("Uniqueid")
    caller = part.callers.get(uniqueid)
    if caller is not None and caller.line is not queue:
        take_out(store, caller, now)
        outcome(store, caller, Happening.LEFT, now)
        caller = None
    departure = part.departures.pop(uniqueid, None) if caller is None else None
    if departure is not None and departure.caller.line is queue and departure.otherwise is Happening.LOST:
        caller = departure.caller  # a list did not have it, and this one does
    elif departure is not None:
        outcome(store, departure.caller, departure.otherwise, now)
    if caller is None:
        wait = number(row.get("Wait")) or 0
        channel = store.channels.get(uniqueid)
        who = channel.caller if channel is not None else Party(_party(row, "Num"), _party(row, "Name"))
        caller = QueueCaller(queue, uniqueid, row.get("Channel"), who, now - wait, joined_known=False)
        call = store.call_by_uid.get(uniqueid)
        if call is not None:
            call.queue = queue.name
        store.tell(Fact(Happening.JOINED, now, queue.name, uniqueid, wait=float(wait), seen=False))
    part.callers[uniqueid] = caller
    caller.priority = number(row.get("Priority"))
    return caller


def _party(row: Packet, which: str) -> str | None:
    text = row.get(f"CallerID{which}")  # not escaped here, as it is in events (`ami.md` A.3)
    return None if text in _NOBODY else text
