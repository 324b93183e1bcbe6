"""Where a QueueStatus list and the state from events differ, as `drift` does it for channels.

Callers, their order and members count. Asterisk's figures do not: averages between lists are worked out with times that
events tell in whole seconds, and what a reset does to them is nobody's fault.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from amitop.pbx.blocks import number
from amitop.pbx.drift import Difference, Drift, Pending
from amitop.pbx.queues import Queues

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.pbx.queue_model import Member, Queue
    from amitop.pbx.queue_snapshot import ListedQueue
    from amitop.pbx.store import Store


@dataclass(slots=True)
class Compared:
    """How many rows of a queue were compared, and what differed."""

    rows: int = 0
    differences: list[Difference] = field(default_factory=list)


class QueueDrift(Drift):
    """`Drift` of queues. A subject is as in `Queues.spoken`."""

    def _last_told(self, store: Store, subject: str) -> float:
        """Return when an event last spoke of *subject*."""
        return store.part(Queues).spoken.get(subject, (0.0, 0))[0]

    def _explained(self, store: Store, pending: Pending) -> bool:
        """Whether an event spoke of it around the list, or since."""
        return pending.told or store.part(Queues).spoken.get(pending.difference.subject, (0.0, 0))[1] > pending.version


def differences(store: Store, queue: Queue, listed: ListedQueue) -> Compared:
    """Return in what *listed* differs from what is known of *queue*."""
    found = Compared()

    def differ(subject: str, what: str, text: str) -> None:
        found.differences.append(Difference(f"{queue.name}\n{subject}", what, f"queue {queue.name}: {text}"))

    rows = [row.get("Uniqueid") for row in listed.entries]
    callers = [caller.uniqueid for caller in queue.callers]
    for uniqueid in rows:
        if uniqueid not in callers:
            differ(uniqueid, "extra", f"caller {uniqueid} is listed, and was not known")
    for uniqueid in callers:
        if uniqueid not in rows:
            differ(uniqueid, "missing", f"caller {uniqueid} is not listed")
    both = set(rows) & set(callers)
    if not _moved(queue, listed) and [u for u in rows if u in both] != [u for u in callers if u in both]:
        differ("", "order", "the callers' order")
    reset = was_reset(queue, listed)
    members = {row.get("Location"): row for row in listed.members}
    for interface, row in members.items():
        member = queue.members.get(interface)
        if member is None:
            differ(interface, "extra", f"member {interface} is listed, and was not known")
            continue
        for what, known, truth in _pairs(member, row, reset=reset):
            if known != truth:
                differ(interface, what, f"member {interface}: {what} {known}, listed {truth}")
    for interface in queue.members.keys() - members.keys():
        differ(interface, "missing", f"member {interface} is not listed")
    found.rows = len(set(rows) | set(callers)) + len(members.keys() | queue.members.keys())
    return found


def _moved(queue: Queue, listed: ListedQueue) -> bool:
    """Whether somebody was given another priority: no event tells, and it may change the order (`ami.md` B.5)."""
    known = {caller.uniqueid: caller.priority or 0 for caller in queue.callers}
    return any((number(row.get("Priority")) or 0) != known.get(row.get("Uniqueid"), 0) for row in listed.entries)


def was_reset(queue: Queue, listed: ListedQueue) -> bool:
    """Whether somebody has reset the figures, or reloaded the queue: no event tells (`ami.md` D.6)."""
    return (number(listed.params.get("Completed")) or 0) < queue.completed


def _pairs(member: Member, row: Packet, *, reset: bool) -> list[tuple[str, object, object]]:
    pairs: list[tuple[str, object, object]] = [
        ("status", int(member.status), number(row.get("Status"))),
        ("paused", member.paused, row.get("Paused") == "1"),
        ("reason", member.pause_reason, row.value("PausedReason") if row.get("Paused") == "1" else None),
        ("penalty", member.penalty, number(row.get("Penalty"))),
    ]
    if not reset:  # it makes Asterisk forget who is on a call
        pairs.append(("in call", member.in_call, row.get("InCall") == "1"))
    return pairs
