"""Carries out plans on members of queues: step by step, each checked again first and judged by its event."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from amitop.control.ask_queue import ask_queue
from amitop.control.member_plan import Change, MemberPlan, MemberState, changes, state_of, tell_change, undo_plan
from amitop.control.outcome import Outcome, OutcomeKind, Stopped
from amitop.control.watch import listening
from amitop.pbx.queue_model import MemberStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from amitop.ami.packet import Packet
    from amitop.control.guard import Guard
    from amitop.control.member_plan import MemberKey, Step
    from amitop.live import LivePbx
    from amitop.pbx.queue_model import Member

AT_ONCE = 20
"""Actions under way at a time: a PBX takes one after another anyway."""

Reached = tuple["Step", MemberState | None, MemberState | None]


@dataclass(frozen=True, slots=True)
class Changed:
    """What came of a plan: an outcome for each step, and the plan that takes back what was done, if anything was."""

    outcomes: tuple[Outcome, ...]
    undo: MemberPlan | None


class MemberActions:
    """Pauses, adds and removes members, and sets their penalties and whether they ring while in use."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def why_not(self, plan: MemberPlan) -> str | None:
        """Return why *plan* cannot be carried out now, in one line, or None when it can."""
        return next((why for action in plan.actions if (why := self._guard.why_not(plan.pbx, action))), None)

    async def carry_out(self, plan: MemberPlan) -> Changed:
        """Do all steps of *plan* that change something."""
        run = _Run(self._guard, plan)
        with listening(run.live, run.look):
            await asyncio.gather(*(run.do(batch) for batch in run.batches()))
        done = [run.reached[step.key] for step in plan.steps if step.key in run.reached]
        outcomes = tuple(run.outcomes[step.key] for step in plan.steps if step.key in run.outcomes)
        return Changed(outcomes, undo_plan(plan, done) if done else None)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Steps that one action does at once."""

    steps: Sequence[Step]
    everywhere: bool = False
    """It names no queue, which means all."""


@dataclass(eq=False)
class _Waiter:
    """Somebody who waits for a membership to become as *test* wants it."""

    test: Callable[[MemberState | None], bool]
    happened: asyncio.Event = field(default_factory=asyncio.Event)


class _Run:
    """One plan under way."""

    def __init__(self, guard: Guard, plan: MemberPlan) -> None:
        self._guard = guard
        self._plan = plan
        self.live: LivePbx = guard.live(plan.pbx)
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting: dict[MemberKey, _Waiter] = {}
        self._polls: dict[str, asyncio.Task[bool]] = {}
        self._removed: dict[MemberKey, bool] = {}
        """Whether a member that was removed did ring in use: its last event tells what no list does."""
        self.outcomes: dict[MemberKey, Outcome] = {}
        self.reached: dict[MemberKey, Reached] = {}

    def batches(self) -> list[_Batch]:
        """Return the steps that change something, those together that one action without a queue's name does."""
        people: dict[str, list[Step]] = {}
        for step in self._plan.changing:
            people.setdefault(step.interface, []).append(step)
        batches: list[_Batch] = []
        for steps in people.values():
            if self._plan.everywhere and self._are_one_pause(steps):
                batches.append(_Batch(steps, everywhere=True))
            else:
                batches += [_Batch([step]) for step in steps]
        return batches

    def _are_one_pause(self, steps: Sequence[Step]) -> bool:
        """Whether *steps* are the same pause, or its end, in every queue in which the interface is a member now."""
        interface = steps[0].interface
        everywhere = {name for name, queue in self.live.store.queues.items() if interface in queue.members}
        wanted = {(step.after.paused, step.after.reason, step.said) for step in steps if step.after is not None}
        pauses = all(step.changes == (Change.PAUSE,) for step in steps)
        return pauses and len(wanted) == 1 and {step.queue for step in steps} == everywhere

    # -- what is seen -------------------------------------------------------------------------------------------------

    def look(self, packet: Packet) -> None:
        """See whether an event shows what somebody waits for."""
        if not packet.name.startswith("QueueMember"):
            return
        key = (packet.get("Queue"), packet.get("Interface"))
        if packet.name == "QueueMemberRemoved":
            self._removed[key] = packet.get("Ringinuse") == "1"
        waiter = self._waiting.get(key)
        if waiter is not None and waiter.test(self._state(key)):
            waiter.happened.set()

    def _state(self, key: MemberKey) -> MemberState | None:
        return state_of(self._member(key))

    def _member(self, key: MemberKey) -> Member | None:
        queue = self.live.store.queues.get(key[0])
        return queue.members.get(key[1]) if queue is not None else None

    async def _becomes(self, key: MemberKey, test: Callable[[MemberState | None], bool]) -> bool:
        """Wait until *test* holds for the membership *key*; ask the PBX itself when no event shows it."""
        waiter = self._waiting[key] = _Waiter(test)
        try:
            if not test(self._state(key)):
                await asyncio.wait_for(waiter.happened.wait(), self._guard.patience.confirm)
        except TimeoutError:
            queue = key[0]
            if queue not in self._polls:
                self._polls[queue] = asyncio.create_task(ask_queue(self.live, queue))
            await self._polls[queue]
            return test(self._state(key))
        finally:
            del self._waiting[key]
        return True

    # -- what is done -------------------------------------------------------------------------------------------------

    async def do(self, batch: _Batch) -> None:
        """Do the steps of *batch*, and note the outcome of each."""
        ready: list[Step] = []
        for step in batch.steps:
            problem = self._changed_since(step)
            if problem is None:
                ready.append(step)
            else:
                self._note(step, problem)
        if len(ready) == len(batch.steps):
            await self._send(batch)
        else:
            for step in ready:
                await self._send(_Batch([step]))

    def _changed_since(self, step: Step) -> Outcome | None:
        """Return the outcome GONE when the membership is not as it was confirmed, in what *step* changes."""
        now = self._state(step.key)
        if (now is None) != (step.before is None):
            told = "is not a member any more" if now is None else "is a member already"
            return Outcome(OutcomeKind.GONE, f"{step.who}: {told}.")
        if now is None or step.before is None or step.after is None:
            return None
        differs = [change for change in changes(now, step.before) if change in step.changes]
        if not differs:
            return None
        if not any(change in step.changes for change in changes(now, step.after)):
            return Outcome(OutcomeKind.GONE, f"{step.who}: has become so already.")
        told = ", ".join(tell_change(change, step.before, now) for change in differs)
        return Outcome(OutcomeKind.GONE, f"{step.who}: has changed since ({told}) and is left as it is.")

    async def _send(self, batch: _Batch) -> None:
        first = batch.steps[0]
        were = {step.key: self._state(step.key) for step in batch.steps}
        try:
            for change in first.changes:
                headers = _headers(change, first)
                if batch.everywhere:
                    del headers["Queue"]
                await self._act(change, headers)
        except Stopped as stopped:
            for step in batch.steps:
                self._note(step, Outcome(stopped.outcome.kind, f"{step.who}: {stopped.outcome.text}"))
            return
        await asyncio.gather(*(self._judge(step, were[step.key]) for step in batch.steps))

    async def _act(self, change: Change, headers: dict[str, str]) -> None:
        async with self._turn:
            await self._guard.send(self._plan.pbx, change.value, headers)

    async def _judge(self, step: Step, was: MemberState | None) -> None:
        """Wait for what *step* should lead to, and note what came of it."""
        told = ", ".join(tell_change(change, was, step.after) for change in step.changes)
        seen = await self._becomes(step.key, lambda now: _is_done(step, now))
        if not seen:
            text = f"{step.who}: accepted, but not seen within {self._guard.patience.confirm:.0f} s ({told})."
            self._note(step, Outcome(OutcomeKind.NO_EFFECT, text))
            return
        besides = await self._finish(step) if step.before is None else ""
        if was is not None and step.after is None and was.ringinuse is None:
            was = replace(was, ringinuse=self._removed.get(step.key))
        self.reached[step.key] = (step, was, self._state(step.key))
        self._note(step, Outcome(OutcomeKind.DONE, f"{step.who}: {told}.{besides}"))

    async def _finish(self, step: Step) -> str:
        """Give a member that was added what QueueAdd does not: an old one takes no reason, none takes ring-in-use.

        Return what is still not as it should be, in words.
        """
        now = self._state(step.key)
        besides = ""
        for change in changes(now, step.after):
            try:
                await self._act(change, _headers(change, step))
            except Stopped as stopped:
                besides += f" Not as before: {tell_change(change, step.after, now)} ({stopped.outcome.text})"
                continue
            if not await self._becomes(step.key, partial(_has, change, step.after)):
                besides += f" Not seen: {tell_change(change, now, step.after)}."
        member = self._member(step.key)
        if member is not None and member.status is MemberStatus.INVALID:
            besides += f" But {step.interface} is no device that Asterisk knows: a typing error?"
        if member is not None and step.after is not None and member.wrapup != step.after.wrapup:
            besides += f" Its wrap-up of {step.after.wrapup} s is lost: this Asterisk cannot set it."
        return besides

    def _note(self, step: Step, outcome: Outcome) -> None:
        action = " ".join(change.value for change in step.changes)
        target = f"{step.interface} in {step.queue}"
        self.outcomes[step.key] = self._guard.report(self._plan.pbx, action, target, outcome)


def _is_done(step: Step, now: MemberState | None) -> bool:
    """Whether a membership is as *step* wants it. One that was added may still lack some of it."""
    if now is None or step.after is None:
        return now is step.after
    return step.before is None or not any(change in step.changes for change in changes(now, step.after))


def _has(change: Change, after: MemberState | None, now: MemberState | None) -> bool:
    return change not in changes(now, after)


def _headers(change: Change, step: Step) -> dict[str, str]:
    """Return the headers of *change*, without empty ones: the first of a name counts, even if empty (`ami.md` A.10)."""
    key = {"Queue": step.queue, "Interface": step.interface}
    after = step.after
    if after is None or change is Change.REMOVE:
        return key
    if change is Change.PENALTY:
        return key | {"Penalty": str(after.penalty)}
    if change is Change.RING_IN_USE:
        return key | {"RingInUse": "yes" if after.ringinuse else "no"}
    paused = {"Paused": "true" if after.paused else "false"}
    reason = {"Reason": after.reason if after.paused else step.said}
    if change is Change.PAUSE:
        return _given(key | paused | reason)
    return _given(
        key
        | paused
        | reason
        | {
            "Penalty": str(after.penalty),
            "MemberName": after.name if after.name != step.interface else "",
            "StateInterface": after.state_interface if after.state_interface != step.interface else "",
            "Wrapuptime": str(after.wrapup) if after.wrapup else "",
        }
    )


def _given(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if value}
