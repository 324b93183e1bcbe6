"""All that can be done to queues, those who wait in them and those who answer, behind the views' keys."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App

    from amitop.control.operator import Operator
    from amitop.thresholds import Rules
    from amitop.ui.agent_work import AgentWork
    from amitop.ui.caller_work import CallerWork
    from amitop.ui.operate import Operations
    from amitop.ui.supervise_work import SuperviseWork


class QueueWork:
    """Who does what. Each is imported when the first key asks for it."""

    def __init__(self, app: App[int], operator: Operator, operations: Operations, rules: Rules) -> None:
        self.operator = operator
        self.operations = operations
        self._app = app
        self._rules = rules

    @cached_property
    def agents(self) -> AgentWork:
        """Members of queues."""
        from amitop.ui.agent_work import AgentWork

        return AgentWork(self._app, self.operator, self.operations, self._rules)

    @cached_property
    def callers(self) -> CallerWork:
        """Those who wait."""
        from amitop.ui.caller_work import CallerWork

        return CallerWork(self._app, self.operator, self.operations, self._rules)

    @cached_property
    def supervision(self) -> SuperviseWork:
        """Listening, whispering, barging in."""
        from amitop.ui.supervise_work import SuperviseWork

        return SuperviseWork(self._app, self.operator, self.operations, self._rules)

    @property
    def undoable(self) -> bool:
        """Whether something was done to agents that can be taken back."""
        return "agents" in self.__dict__ and bool(self.agents.undoable)
