"""Resets Asterisk's own figures about a queue. Any login may, it cannot be taken back, so it is asked twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from amitop.control import fields
from amitop.control.ask_queue import ask_queue
from amitop.control.outcome import Outcome, OutcomeKind

if TYPE_CHECKING:
    from amitop.control.guard import Guard
    from amitop.pbx.queue_model import Queue
    from amitop.pbx.store import Store


@dataclass(frozen=True, slots=True)
class ResetPlan:
    """One queue's figures, to begin at 0 again."""

    pbx: str
    queue: str
    sentence: str
    """What will happen, not cleaned."""
    confirmations: int = 2
    """How often to ask before."""
    action: str = "QueueReset"


def plan_reset(store: Store, queue: str) -> ResetPlan:
    """Return the plan that resets *queue*. Raises ValueError where there is none of that name."""
    known = store.queues.get(fields.queue_name(queue))
    if known is None:
        raise ValueError(f"There is no queue {queue}.")
    # Asterisk forgets the members' last calls as well (apps/app_queue.c, clear_queue), and with them wrap-up.
    sentence = (
        f"Asterisk forgets what it counted in {queue}: {known.completed} answered, {known.abandoned} abandoned, the "
        f"averages, and each member's calls and wrap-up. Reports that read them from Asterisk begin at 0."
    )
    return ResetPlan(store.name, queue, sentence)


async def reset(guard: Guard, plan: ResetPlan, confirmed: int) -> Outcome:
    """Carry out *plan*, to which a person has said yes *confirmed* times."""
    return await guard.on_record(plan.pbx, plan.action, plan.queue, _reset(guard, plan, confirmed))


async def _reset(guard: Guard, plan: ResetPlan, confirmed: int) -> Outcome:
    if confirmed < plan.confirmations:
        return Outcome(OutcomeKind.REFUSED, f"Resetting {plan.queue} has to be confirmed {plan.confirmations} times.")
    live = guard.live(plan.pbx)
    guard.check(plan.pbx, plan.action)
    queue = live.store.queues.get(plan.queue)
    if queue is None:
        return Outcome(OutcomeKind.GONE, f"There is no queue {plan.queue} any more.")
    before = _counted(queue)
    # Without a queue's name it would reset every queue.
    await guard.send(plan.pbx, plan.action, {"Queue": plan.queue})
    if not await ask_queue(live, plan.queue):  # no event tells (`ami.md` B.5)
        return Outcome(OutcomeKind.NO_EFFECT, f"{plan.queue}: accepted, but the PBX does not list it.")
    queue = live.store.queues.get(plan.queue, queue)
    if before and _counted(queue) >= before:
        return Outcome(OutcomeKind.NO_EFFECT, f"{plan.queue}: accepted, but it still counts {_counted(queue)} calls.")
    return Outcome(OutcomeKind.DONE, f"{plan.queue} counts from 0 again; it had {before} calls.")


def _counted(queue: Queue) -> int:
    return queue.completed + queue.abandoned
