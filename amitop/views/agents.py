"""The Agents view: a row for every person, and how many of them do what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.agents import totals
from amitop.shift.agent_tally import AgentTally
from amitop.views import person_row
from amitop.views.agent_figures import FIGURE_COLUMNS
from amitop.views.columns import PBX, Column
from amitop.views.person_row import PersonRow
from amitop.views.projection import natural
from amitop.views.standing import ABSENT, STATE_ORDER, STATE_STYLE, standing_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amitop.pbx.agents import Agent, AgentState
    from amitop.views.columns import Style
    from amitop.views.floor import Floor

_NOTHING = AgentTally()


class AgentRow(PersonRow):
    """An agent: one person over all queues."""

    __slots__ = ("tally",)

    def __init__(self, floor: Floor, agent: Agent) -> None:
        super().__init__(floor, agent, standing_of(agent))
        self.tally: AgentTally | None = None
        """The shift's own figures; None where nobody counts."""
        if floor.tally is not None:
            self.tally = floor.tally.agents.get(agent.device, _NOTHING)

    @property
    def absent(self) -> bool:
        """Whether their phone is not there."""
        return self.agent.state in ABSENT

    def queues(self) -> str:
        """The queues that they are a member of; where the pause is not in all, those that it is in are marked."""
        some = not self.agent.paused
        return " ".join(
            f"{member.queue}(paused)" if some and member.paused else member.queue for member in self.agent.memberships
        )


def agent_rows(floors: Iterable[Floor], *, absent: bool = True) -> list[AgentRow]:
    """Return a row for every agent, by name; without *absent*, only for those whose phone is there."""
    rows = [AgentRow(floor, agent) for floor in floors for agent in floor.people]
    if not absent:
        rows = [row for row in rows if not row.absent]
    rows.sort(key=lambda row: (natural(row.name), row.key))
    return rows


def agent_totals(floors: Iterable[Floor]) -> list[tuple[AgentState, int, Style]]:
    """Return how many agents are in each state that anybody is in, who can take a call first."""
    counts = totals(agent for floor in floors for agent in floor.people)
    return [(state, counts[state], STATE_STYLE[state]) for state in STATE_ORDER if counts[state]]


AGENT_COLUMNS: tuple[Column[AgentRow], ...] = (
    person_row.NAME,
    person_row.STATE,
    person_row.TIME,
    person_row.WITH,
    Column(
        key="queue",
        title="FROM QUEUE",
        width=12,
        priority=3,
        text=lambda row, _: row.agent.queue or "",
        sort=lambda row, _: row.agent.queue,
        hint="Whose caller they talk to or ring for, or whose wrap-up they are in",
    ),
    person_row.IGNORED,
    *FIGURE_COLUMNS,
    Column(
        key="queues",
        title="QUEUES",
        width=16,
        flex=1,
        priority=4,
        text=lambda row, _: row.queues(),
        sort=lambda row, _: row.queues(),
        hint="Of which they are a member; (paused) where they are in some only",
    ),
    Column(
        key="device",
        title="DEVICE",
        width=18,
        priority=6,
        text=lambda row, _: row.agent.device,
        sort=lambda row, _: row.agent.device,
        shown=False,
        hint="The phone",
    ),
    PBX,
)
