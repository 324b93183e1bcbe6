"""From a key on a trunk to an outcome: what is asked, what is done, what came of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from amitop.control.endpoints import plan_qualify
from amitop.control.registrations import RegistrationAct, plan_registration
from amitop.ui.confirm import ConfirmScreen
from amitop.ui.endpoint_work import ask_about_risk
from amitop.ui.operate import left_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import App

    from amitop.control.endpoints import QualifyPlan
    from amitop.control.operator import Operator
    from amitop.control.registrations import RegistrationPlan
    from amitop.ui.operate import Operations
    from amitop.views.trunk_row import TrunkRow

_TITLES = {RegistrationAct.REGISTER: "Register", RegistrationAct.UNREGISTER: "Unregister"}


class TrunkWork:
    """Asks and acts. *app* shows dialogs and does the work in its workers; *operations* tells what came of it."""

    def __init__(self, app: App[int], operator: Operator, operations: Operations) -> None:
        self._app = app
        self._operator = operator
        self.operations = operations

    def registrations(self, rows: Sequence[TrunkRow], act: RegistrationAct) -> None:
        """Ask where it hurts, then register trunks or have them leave."""
        plans: list[RegistrationPlan] = []
        problems: list[str] = []
        for row in rows:
            if not row.registrations:
                problems.append(
                    "nothing to register is known of it" if len(rows) == 1 else f"{row.name}: no registration"
                )
            for each in row.registrations:
                try:
                    plans.append(plan_registration(row.floor.store, each.technology, each.name, act))
                except ValueError as error:
                    problems.append(str(error))
        title = _TITLES[act]
        missing = left_out("left out", problems, len(rows))
        if not any(plan.hurts for plan in plans):
            self.operations.leave_out(title, missing)
            if plans:
                self._start(plans)
            return
        what = plans[0].name if len(plans) == 1 else f"{len(plans)} registrations"
        calls = sum(row.calls.all for row in rows)
        lines = [plan.sentence for plan in plans]
        if calls:
            lines.append(f"{calls} call{'s' * (calls != 1)} over it {'go' if calls != 1 else 'goes'} on.")
        screen = ConfirmScreen(f"{title} {what}?", [*lines, *missing], yes=title)
        self._app.push_screen(screen, lambda yes: self._start(plans) if yes else None)

    def qualify(self, rows: Sequence[TrunkRow]) -> None:
        """Ask the trunks' endpoints whether they answer."""
        plans: list[QualifyPlan] = []
        problems: list[str] = []
        for row in rows:
            try:
                plans.append(plan_qualify(row.floor.store, row.device or row.name))
            except ValueError as error:
                problems.append(str(error))
        missing = left_out("not asked", problems, len(rows))
        ask_about_risk(self._app, plans, lambda: self._ask(plans), self.operations, missing)

    def _ask(self, plans: Sequence[QualifyPlan]) -> None:
        self._app.run_worker(self._qualify(plans), group="operate")

    def _start(self, plans: Sequence[RegistrationPlan]) -> None:
        self._app.run_worker(self._carry_out(plans), group="operate")

    async def _carry_out(self, plans: Sequence[RegistrationPlan]) -> None:
        with self.operations.doing(f"{plans[0].act.words}ing", len(plans)):
            outcomes = await asyncio.gather(*map(self._operator.registration, plans))
        self.operations.tell(outcomes, done=f"{_TITLES[plans[0].act]}: {len(plans)} done.")

    async def _qualify(self, plans: Sequence[QualifyPlan]) -> None:
        with self.operations.doing("qualifying", len(plans)):
            outcomes = await asyncio.gather(*map(self._operator.qualify, plans))
        self.operations.tell(outcomes, done=f"{len(plans)} answer.")
