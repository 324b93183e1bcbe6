"""From a key on a caller or a queue to an outcome: what is asked, what is done, what came of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from amitop.control import fields
from amitop.control.caller_plan import CallerAct, CallerPlan, caller_words, plan_caller
from amitop.control.statistics import plan_reset
from amitop.ui.confirm import ConfirmScreen
from amitop.ui.form import Draft, Field, FormScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import App

    from amitop.control.operator import Operator
    from amitop.control.statistics import ResetPlan
    from amitop.pbx.queue_model import QueueCaller
    from amitop.pbx.store import Store
    from amitop.thresholds import Rules
    from amitop.ui.operate import Operations


def ways(store: Store, rules: Rules, besides: str) -> list[tuple[str, str]]:
    """Return extensions that lead to queues, as `exten@context` and the queue's name; not that of *besides*.

    *rules* name some. No list tells which extension leads where, but those who wait stand in the very step of the
    dialplan that runs Queue(), so whoever waits in a queue shows a way to it.
    """
    known = ((rules.queue(name).extension, name) for name in store.queues if name != besides)
    found = {extension: name for extension, name in known if extension is not None}
    named = set(found.values())
    for caller in store.queued.values():
        channel = store.channels.get(caller.uniqueid)
        if channel is None or caller.queue == besides or caller.queue in named:
            continue
        context, exten, _ = channel.position
        if context and exten:
            found.setdefault(f"{exten}@{context}", caller.queue)
    return sorted(found.items(), key=lambda each: each[1])


class CallerWork:
    """Asks and acts. *app* shows dialogs and does the work in its workers; *operations* tells what came of it."""

    def __init__(self, app: App[int], operator: Operator, operations: Operations, rules: Rules) -> None:
        self._app = app
        self._rules = rules
        self._operator = operator
        self._operations = operations

    def head(self, store: Store, callers: Sequence[QueueCaller]) -> None:
        """Move a caller to the head: one, for of several only one can be there."""
        if len(callers) != 1:
            self._operations.refuse("To the head", "only one caller can be at the head: unmark the others (U)")
            return
        try:
            plan = plan_caller(store, callers[0].uniqueid, CallerAct.HEAD)
        except ValueError as error:
            self._operations.refuse("To the head", str(error))
            return
        self._start([plan])

    def take_out(self, store: Store, callers: Sequence[QueueCaller]) -> None:
        """Ask, then take callers out of their queue."""
        plans = self._plans("Take out", store, callers, CallerAct.WITHDRAW)
        if not plans:
            return
        one = len(plans) == 1
        question = "Take this caller out of the queue?" if one else f"Take {len(plans)} callers out of their queues?"
        screen = ConfirmScreen(question, [plan.sentence for plan in plans], yes="Take out")
        self._app.push_screen(screen, lambda yes: self._start(plans) if yes else None)

    def move(self, store: Store, callers: Sequence[QueueCaller]) -> None:
        """Ask for the extension, then send callers there."""
        here = {caller.queue for caller in callers}
        known = ways(store, self._rules, here.pop() if len(here) == 1 else "")
        leads = dict(known)
        uniqueids = [caller.uniqueid for caller in callers]

        def work_out(_scope: int, text: str) -> Draft[list[CallerPlan]]:
            extension = fields.extension(text)
            queue = leads.get(f"{extension.exten}@{extension.context}", "")
            act = CallerAct.TO_QUEUE if queue else CallerAct.SEND
            plans = [plan_caller(store, uid, act, to_queue=queue, extension=extension) for uid in uniqueids]
            if len(plans) == 1:
                return Draft(plans, plans[0].sentence)
            return Draft(plans, f"{len(plans)} callers go to {extension}.", tuple(plan.sentence for plan in plans))

        title = f"Move {caller_words(callers[0]) if len(callers) == 1 else f'{len(callers)} callers'}"
        choices = [(way, f"queue {queue}") for way, queue in known]
        field = Field("Extension", choices, placeholder="601@from-trunk")

        def answered(plans: list[CallerPlan] | None) -> None:
            if plans is not None:
                self._start(plans)

        self._app.push_screen(FormScreen(title, work_out, yes="Move", field=field), answered)

    def reset(self, store: Store, queue: str) -> None:
        """Ask twice, then have Asterisk forget what it counted."""
        try:
            plan = plan_reset(store, queue)
        except ValueError as error:
            self._operations.refuse("Reset", str(error))
            return

        def once(yes: bool | None) -> None:
            if yes:
                again = f"Really reset {plan.queue}? This cannot be undone."
                self._app.push_screen(ConfirmScreen(again, yes="Reset"), twice)

        def twice(yes: bool | None) -> None:
            if yes:
                self._app.run_worker(self._reset(plan), group="operate")

        self._app.push_screen(ConfirmScreen(f"Reset {plan.queue}?", [plan.sentence], yes="Reset"), once)

    async def _reset(self, plan: ResetPlan) -> None:
        with self._operations.doing(f"resetting {plan.queue}"):
            outcome = await self._operator.reset(plan, 2)
        self._operations.tell([outcome])

    # -- from the question to the answer ----------------------------------------------------------------------------

    def _plans(self, what: str, store: Store, callers: Sequence[QueueCaller], act: CallerAct) -> list[CallerPlan]:
        plans: list[CallerPlan] = []
        problem = ""
        for caller in callers:
            try:
                plans.append(plan_caller(store, caller.uniqueid, act))
            except ValueError as error:
                problem = str(error)
        if not plans:
            self._operations.refuse(what, problem)
        return plans

    def _start(self, plans: Sequence[CallerPlan]) -> None:
        self._app.run_worker(self._carry_out(plans), group="operate")

    async def _carry_out(self, plans: Sequence[CallerPlan]) -> None:
        with self._operations.doing(plans[0].act.lower(), len(plans)):
            outcomes = await asyncio.gather(*map(self._operator.callers.carry_out, plans))
        self._operations.tell(outcomes, done=f"{plans[0].act}: {len(plans)} done.")
