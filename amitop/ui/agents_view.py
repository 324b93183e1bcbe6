"""The Agents view: everybody who answers queues, as a table or as a grid of cells, with totals by state above."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from amitop.ui.agent_grid import AgentGrid
from amitop.ui.agent_work import Person
from amitop.ui.floor_view import ADD_KEY, AGENT_KEYS, SPY_KEYS, FloorView, Kind
from amitop.ui.line import Line, Piece
from amitop.ui.supervise_work import leg_of
from amitop.ui.targets import Target
from amitop.views.agents import AGENT_COLUMNS, AgentRow, agent_rows, agent_totals
from amitop.views.standing import STATE_GLYPH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult

    from amitop.live import LivePbx
    from amitop.ui.floors import Floors
    from amitop.ui.live_table import LiveTable
    from amitop.ui.memory import Memory
    from amitop.ui.queue_work import QueueWork
    from amitop.ui.workplace import Workplace
    from amitop.views.format import Glyphs

ABSENT_SHOWN = "agents.unavailable_shown"
"""What the choice to hide unavailable agents is remembered as."""
STYLES = {"good": "$text-success", "warn": "$text-warning", "bad": "$text-error", "accent": "$text-accent"}
"""How a state looks in the line of totals."""


def state_filter(state: str) -> str:
    """Return the filter that shows those in *state*."""
    return f'"state:{state.lower()}"' if " " in state else f"state:{state.lower()}"


class AgentTotals(Line):
    """How many are in each state. A click on one shows only those."""

    def __init__(self, glyphs: Glyphs, view: AgentsView) -> None:
        super().__init__(glyphs, id="agent-totals")
        self._view = view

    def on_click(self, event: events.Click) -> None:
        """Filter by the state under the mouse."""
        event.stop()
        for place in self.placed:
            if place.tag and place.start <= event.x < place.end:
                self._view.show_only(place.tag)


class AgentsView(FloorView[AgentRow]):
    """Agents of *floors*."""

    NAME = "agents"
    WORD = "agents"
    BINDINGS: ClassVar[list[BindingType]] = [
        *AGENT_KEYS,
        ADD_KEY,
        *SPY_KEYS,
        Binding("v", "grid", "Grid", tooltip="Show the agents as a grid of cells, or as a table", id="agents.grid"),
        Binding("u", "absent", "Unavailable", tooltip="Hide agents whose phone is not there, or not", id="agents.hide"),
    ]

    def __init__(
        self, pbxs: Sequence[LivePbx], glyphs: Glyphs, floors: Floors, work: QueueWork, memory: Memory
    ) -> None:
        super().__init__(pbxs, AGENT_COLUMNS, glyphs, floors, work)
        self._other: LiveTable[AgentRow] = AgentGrid(AGENT_COLUMNS, glyphs=glyphs, clock=pbxs[0].clock)
        self._totals = AgentTotals(glyphs, self)
        self._memory = memory
        self._absent_shown = memory.recall(ABSENT_SHOWN, True)
        self._hidden = 0

    def compose(self) -> ComposeResult:
        """Lay out the totals above, and both ways to show the agents, one of them hidden."""
        yield self._totals
        yield from super().compose()
        self._other.display = False
        yield self._other

    def on_mount(self) -> None:
        """Note when the order of the grid is frozen too."""
        self.watch(self._other, "frozen", self._froze, init=False)

    @property
    def kind(self) -> Kind:
        """Agents."""
        return Kind.AGENT

    def source(self, now: float) -> Sequence[AgentRow]:
        """Return every agent, or those whose phone is there."""
        floors = self.floors.at(now)
        rows = agent_rows(floors)
        shown = rows if self._absent_shown else [row for row in rows if not row.absent]
        self._hidden = len(rows) - len(shown)
        pieces = [
            Piece(f"{STATE_GLYPH[state]} {state} {count}", STYLES.get(style, ""), drop=place, tag=state_filter(state))
            for place, (state, count, style) in enumerate(agent_totals(floors))
        ]
        self._totals.show([Piece(f"Agents {len(rows)}", "bold"), *pieces])
        return shown

    def target_of(self, row: AgentRow, now: float) -> Target | None:
        """Return the leg of the agent's phone in a queue's call; None while there is none."""
        leg = leg_of(Person(row.floor.store, row.agent.memberships))
        if leg is None:
            return None
        words = f"{row.name} ({leg.device}), {row.standing.phrase(now).lower()}"
        return Target(row.floor.store, leg.key, (leg.uniqueid,), words, whole=False)

    def notes(self) -> list[Piece]:
        """Say what is hidden."""
        return [Piece(f"{self._hidden} unavailable hidden (u)", "$text-warning", drop=2)] if self._hidden else []

    # -- what keys do ---------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave letters to a filter that is typed."""
        if action in {"grid", "absent"}:
            return not isinstance(self.screen.focused, Input)
        return super().check_action(action, parameters)

    def action_grid(self) -> None:
        """Show the grid, or the table."""
        before, after = self.table, self._other
        self.table, self._other = after, before
        after.asked = before.asked
        before.display, after.display = False, True
        key = before.cursor_key
        after.focus()
        if key is not None:
            after.aim(key)
        self.again()

    def action_absent(self) -> None:
        """Hide those who are not there, or show them."""
        self._absent_shown = not self._absent_shown
        self._memory.keep(ABSENT_SHOWN, self._absent_shown)
        self.again()

    def action_add(self) -> None:
        """Add agents to a queue."""
        if people := self.people_chosen():
            self.work.agents.add(people)

    def show_only(self, words: str) -> None:
        """Filter by *words*; once more shows all again."""
        if self.filter_bar.text == words:
            self.filter_bar.clear()
        else:
            self.filter_bar.open(text=words)
            self.table.focus()


def make(place: Workplace) -> AgentsView:
    """Return the view for *place*."""
    return AgentsView(place.pbxs, place.glyphs, place.floors, place.queue_work, place.memory)
