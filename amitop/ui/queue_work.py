"""All that can be done to queues, those who wait in them and those who answer, behind the views' keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amitop.control.operator import Operator
    from amitop.ui.agent_work import AgentWork
    from amitop.ui.caller_work import CallerWork
    from amitop.ui.operate import Operations
    from amitop.ui.supervise_work import SuperviseWork


@dataclass(frozen=True, slots=True)
class QueueWork:
    """Who does what."""

    operator: Operator
    operations: Operations
    agents: AgentWork
    callers: CallerWork
    supervision: SuperviseWork
