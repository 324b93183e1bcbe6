"""Asterisk's figures about a queue, and how they go on from call to call between two lists.

The sums are those of apps/app_queue.c: `recalc_holdtime`, `update_queue`, `record_abandoned` (`ami.md` D.6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.blocks import number

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.pbx.queue_model import Queue


def answered(queue: Queue, wait: int, now: float) -> None:
    """Take it that a caller who waited *wait* whole seconds was answered."""
    if queue.completed + queue.abandoned == 0:
        queue.holdtime = wait
    else:
        queue.holdtime = (3 * queue.holdtime + wait) >> 2
    _worked_out(queue, now)


def completed(queue: Queue, talk: int, now: float, *, in_time: bool) -> None:
    """Take it that a call of *talk* whole seconds is over, which was answered *in_time* or not."""
    queue.completed += 1
    queue.completed_in_time += in_time
    queue.talktime = talk if queue.completed == 1 else (3 * queue.talktime + talk) >> 2
    _worked_out(queue, now)


def abandoned(queue: Queue, wait: int, now: float) -> None:
    """Take it that a caller left after *wait* whole seconds without an answer."""
    queue.abandoned += 1
    if queue.abandoned_in_time is not None:
        queue.abandoned_in_time += wait <= queue.service_level
    _worked_out(queue, now)


def read_params(queue: Queue, params: Packet) -> None:
    """Take the figures and settings of a `QueueParams` item."""
    queue.strategy = params.value("Strategy")
    queue.max = number(params.get("Max")) or 0
    queue.weight = number(params.get("Weight")) or 0
    queue.service_level = number(params.get("ServiceLevel")) or 0
    queue.holdtime = number(params.get("Holdtime")) or 0
    queue.talktime = number(params.get("TalkTime")) or 0
    queue.completed = number(params.get("Completed")) or 0
    queue.abandoned = number(params.get("Abandoned")) or 0
    # Asterisk keeps the numerators to itself; one decimal of a percentage gives them back up to a thousand calls.
    queue.completed_in_time = round((_percent(params, "ServicelevelPerf") or 0.0) * queue.completed / 100)
    both = _percent(params, "ServicelevelPerf2")
    if both is None:
        queue.abandoned_in_time = None
    else:
        total = queue.completed + queue.abandoned
        queue.abandoned_in_time = max(0, round(both * total / 100) - queue.completed_in_time)
    queue.estimates = 0
    queue.figured_at = None


def _worked_out(queue: Queue, now: float) -> None:
    queue.estimates += 1
    queue.figured_at = now


def _percent(params: Packet, name: str) -> float | None:
    text = params.get(name)
    whole, _, tenths = text.partition(".")
    if number(whole) is None or (tenths and number(tenths) is None):
        return None
    return float(text)
