"""From a key on an agent to the supervisor's phone on that agent's call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.control.supervise import SpyMode, heard_leg, plan_spy, spied_leg
from amitop.ui.confirm import ConfirmScreen

if TYPE_CHECKING:
    from textual.app import App

    from amitop.control.operator import Operator
    from amitop.control.supervise import SpyPlan
    from amitop.pbx.model import Channel
    from amitop.thresholds import Rules
    from amitop.ui.agent_work import Person
    from amitop.ui.operate import Operations

QUESTIONS = {SpyMode.LISTEN: "Listen to", SpyMode.WHISPER: "Whisper to", SpyMode.BARGE: "Barge in on"}


def leg_of(person: Person) -> Channel | None:
    """Return the leg of the agent's own phone in the queue's call; None when there is none."""
    talking = next((member for member in person.memberships if member.talking), None)
    return None if talking is None else spied_leg(person.store, talking)


class SuperviseWork:
    """Asks and acts. *app* shows the question and does the work in its workers; *operations* tells what came of it."""

    def __init__(self, app: App[int], operator: Operator, operations: Operations, rules: Rules) -> None:
        self._app = app
        self._operator = operator
        self._operations = operations
        self._rules = rules

    def why_not(self) -> str | None:
        """Return what is missing before anybody can listen in."""
        if self._rules.supervisor:
            return None
        return 'the configuration names no supervisor\'s phone: supervisor = "PJSIP/9000"'

    def ask(self, person: Person, mode: SpyMode) -> None:
        """Ask, then ring the supervisor's phone."""
        try:
            plan = plan_spy(person.store, heard_leg(person.store, person.memberships), mode, self._rules.supervisor)
        except ValueError as error:
            self._operations.refuse(mode, str(error))
            return
        name = person.memberships[0].name
        screen = ConfirmScreen(f"{QUESTIONS[mode]} {name}?", [plan.sentence], yes=mode)

        def answered(yes: bool | None) -> None:
            if yes:
                self._app.run_worker(self._start(plan), group="operate")

        self._app.push_screen(screen, answered)

    async def _start(self, plan: SpyPlan) -> None:
        with self._operations.doing(f"ringing {plan.device}"):
            outcome = await self._operator.supervision.start(plan)
        self._operations.tell([outcome])
