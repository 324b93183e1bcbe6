"""From a key on an endpoint to an outcome, and from a cursor that rests on one to its details. Owns no widget."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from amitop.control.endpoints import plan_qualify
from amitop.ui.confirm import ConfirmScreen
from amitop.ui.operate import left_out

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from textual.app import App

    from amitop.control.endpoints import QualifyPlan
    from amitop.control.operator import Operator
    from amitop.control.outcome import Outcome
    from amitop.live import LivePbx
    from amitop.ui.operate import Operations
    from amitop.views.endpoint_row import EndpointRow

AT_ONCE = 10
"""Endpoints that are asked at a time: each is looked at until it has answered."""
EVERY = 15.0
"""Seconds between two questions about the same endpoint."""


def ask_about_risk(
    app: App[int],
    plans: Sequence[QualifyPlan],
    start: Callable[[], object],
    operations: Operations,
    missing: Sequence[str],
) -> None:
    """Call *start* if there are *plans*, after a person has agreed to what they may do where they may do harm.

    *missing* says in lines who is not asked: in the question, or where there is none as a notice of *operations*.
    """
    risky = [plan for plan in plans if plan.risk]
    if not risky:
        operations.leave_out("Qualify", missing)
        if plans:
            start()
        return
    what = risky[0].device if len(risky) == 1 else f"{len(risky)} peers of chan_sip"

    def answered(yes: bool | None) -> None:
        if yes:
            start()

    screen = ConfirmScreen(
        f"Ask {what} whether {'it answers' if len(risky) == 1 else 'they answer'}?",
        [*(plan.risk for plan in risky), *missing],
        yes="Ask",
    )
    app.push_screen(screen, answered)


class EndpointWork:
    """Asks endpoints. *app* does the work in its workers; *operations* tells what came of it."""

    def __init__(self, app: App[int], operator: Operator, operations: Operations) -> None:
        self._app = app
        self._operator = operator
        self._operations = operations

    def qualify(self, rows: Sequence[EndpointRow]) -> None:
        """Ask whether they answer, and say of whom that cannot be asked."""
        plans: list[QualifyPlan] = []
        problems: list[str] = []
        for row in rows:
            try:
                plans.append(plan_qualify(row.store, row.endpoint.device))
            except ValueError as error:
                problems.append(str(error))
        missing = left_out("not asked", problems, len(rows))
        ask_about_risk(self._app, plans, lambda: self._start(plans), self._operations, missing)

    def _start(self, plans: Sequence[QualifyPlan]) -> None:
        self._app.run_worker(self._qualify(plans), group="operate")

    async def _qualify(self, plans: Sequence[QualifyPlan]) -> None:
        turn = asyncio.Semaphore(AT_ONCE)

        async def ask(plan: QualifyPlan) -> Outcome:
            async with turn:
                return await self._operator.qualify(plan)

        with self._operations.doing("qualifying", len(plans)):
            outcomes = await asyncio.gather(*map(ask, plans))
        self._operations.tell(outcomes, done=f"All {len(plans)} answer.")


class EndpointLooker:
    """Decides when to ask for an endpoint's details. *start* runs a coroutine in the background."""

    def __init__(self, start: Callable[[Coroutine[None, None, str | None]], object]) -> None:
        self._start = start
        self._row: object = None
        self._second = 0
        self._asked_at: float | None = None

    def look(self, pbx: LivePbx, row: EndpointRow, now: float) -> None:
        """Note that the cursor is on *row*. It is asked about when the cursor has rested there for a second or so."""
        if row.key != self._row:
            self._row, self._second, self._asked_at = row.key, int(now), None
        elif int(now) > self._second and (self._asked_at is None or now - self._asked_at >= EVERY):
            self._asked_at = now
            self._start(pbx.endpoint_sync.look_at(row.endpoint.device))
