"""What the views of queues, callers and agents share: the keys that act on these, and whether they work now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

from textual.binding import Binding, BindingType

from amitop.control.supervise import SpyMode
from amitop.ui.acting_view import ActingView, several_pbxs
from amitop.ui.agent_work import Person
from amitop.ui.targets import Target
from amitop.views.columns import Row
from amitop.views.format import hms, party

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.live import LivePbx
    from amitop.pbx.queue_model import QueueCaller
    from amitop.pbx.store import Store
    from amitop.ui.floors import Floors
    from amitop.ui.queue_work import QueueWork
    from amitop.views.caller_row import CallerRow
    from amitop.views.columns import Column
    from amitop.views.format import Glyphs

RowT = TypeVar("RowT", bound=Row)


class Kind(StrEnum):
    """What the rows of a table are."""

    QUEUE = "queue"
    CALLER = "caller"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Deed:
    """What a key does: to which rows, and the AMI action that it needs."""

    kinds: frozenset[Kind]
    needs: str


_QUEUE, _CALLER, _AGENT = (frozenset({kind}) for kind in Kind)
DEEDS: dict[str, Deed] = {
    "pause": Deed(_AGENT, "QueuePause"),
    "unpause": Deed(_AGENT, "QueuePause"),
    "add": Deed(_AGENT | _QUEUE, "QueueAdd"),
    "remove": Deed(_AGENT, "QueueRemove"),
    "penalty": Deed(_AGENT, "QueuePenalty"),
    "ring_in_use": Deed(_AGENT, "QueueMemberRingInUse"),
    "listen": Deed(_AGENT, "Originate"),
    "whisper": Deed(_AGENT, "Originate"),
    "barge": Deed(_AGENT, "Originate"),
    "head": Deed(_CALLER, "QueueChangePriorityCaller"),
    "move": Deed(_CALLER, "Redirect"),
    "take_out": Deed(_CALLER, "QueueWithdrawCaller"),
    "reset": Deed(_QUEUE, "QueueReset"),
}
"""By the name of the action that the key is bound to."""

AGENT_KEYS: list[BindingType] = [
    Binding("p", "pause", "Pause", tooltip="Pause the agent, or all that are marked (* marks all)", id="agent.pause"),
    Binding("P", "unpause", "Unpause", tooltip="End the pause of the agent, or of all that are marked", id="agent.go"),
    Binding("minus", "remove", "Remove", key_display="-", tooltip="Take the agent out of a queue", id="agent.remove"),
    Binding("e", "penalty", "Penalty", tooltip="Give the agent another penalty", id="agent.penalty"),
    Binding(
        "b", "ring_in_use", "In use", show=False, tooltip="Ring the agent during a call, or not", id="agent.ringinuse"
    ),
]
SPY_KEYS: list[BindingType] = [
    Binding("l", "listen", "Listen", tooltip="Hear the agent's call on the supervisor's phone", id="agent.listen"),
    Binding("h", "whisper", "Whisper", show=False, tooltip="Speak to the agent alone", id="agent.whisper"),
    Binding("B", "barge", "Barge in", show=False, tooltip="Join the agent's call", id="agent.barge"),
]
SPY = {"listen": SpyMode.LISTEN, "whisper": SpyMode.WHISPER, "barge": SpyMode.BARGE}
ADD_KEY = Binding("plus", "add", "Add", key_display="+", tooltip="Add an agent to a queue", id="agent.add")
CALLER_KEYS: list[BindingType] = [
    Binding("K", "head", "To the head", tooltip="Move the caller to the head of the queue", id="caller.head"),
    Binding("m", "move", "Move", tooltip="Send the caller to another queue or extension", id="caller.move"),
    Binding("o", "take_out", "Take out", tooltip="Take the caller out of the queue", id="caller.out"),
]
QUEUE_KEYS: list[BindingType] = [
    Binding("0", "reset", "Reset", show=False, tooltip="Have Asterisk forget the queue's figures", id="queue.reset"),
]


class FloorView(ActingView[RowT], Generic[RowT]):
    """A view of what *floors* has, whose keys are carried out by *work*."""

    DEEDS = DEEDS

    def __init__(
        self,
        pbxs: Sequence[LivePbx],
        columns: Sequence[Column[RowT]],
        glyphs: Glyphs,
        floors: Floors,
        work: QueueWork,
    ) -> None:
        super().__init__(pbxs, columns, glyphs, work.operator)
        self.floors = floors
        self.work = work

    # -- what a view says of its rows -----------------------------------------------------------------------------

    @property
    def kind(self) -> Kind:
        """What the rows of the table are that is worked in."""
        raise NotImplementedError

    @property
    def queue_meant(self) -> str | None:
        """The queue that is looked at; None where it is all of them."""
        return None

    def people_chosen(self) -> list[Person]:
        """Return the agents that a key is about."""
        if self.kind is not Kind.AGENT:
            return []
        return [Person(row.floor.store, row.agent.memberships) for row in self.chosen_rows()]

    def callers_chosen(self) -> tuple[Store, list[QueueCaller]] | None:
        """Return the callers that a key is about, and where; None for nobody, and for those of several PBXs."""
        rows = self.chosen_rows() if self.kind is Kind.CALLER else []
        names = {row.key[0] for row in rows}
        if len(names) != 1:
            return None
        store = next(pbx.store for pbx in self.pbxs if pbx.name in names)
        return store, [row.caller for row in rows]

    @property
    def what(self) -> str:
        """What the cursor stands on."""
        return self.kind

    @property
    def on_the_phone(self) -> bool:
        """Whether the rows are of people."""
        return self.kind is not Kind.QUEUE

    @property
    def nobody(self) -> str:
        """Why a key that needs somebody on the phone does nothing here."""
        if not self.chosen_rows():
            return self._nothing
        return "no agent who is on a queue's call is selected" if self.kind is Kind.AGENT else "they have hung up"

    @property
    def _nothing(self) -> str:
        """Why nothing is selected: callers come and go, and the cursor never slides to the next by itself."""
        return f"the {self.kind} has gone: move the cursor" if self.worked_in.rows else f"no {self.kind} is there"

    # -- keys that work -------------------------------------------------------------------------------------------

    def has_use(self, action: str) -> bool:
        """Whether it is for rows of the kind that is worked in."""
        return self.kind in DEEDS[action].kinds

    def obstacle(self, action: str) -> str | None:
        """Return why nothing can be done to the queue, the callers or the agents that are meant."""
        rows = self.chosen_rows()
        if not rows:
            return self._nothing
        if action in SPY and (reason := self.work.supervision.why_not()):
            return reason
        return several_pbxs(rows) or self.operator.why_not(rows[0].key[0], DEEDS[action].needs)

    # -- what keys do ---------------------------------------------------------------------------------------------

    def action_pause(self) -> None:
        """Ask for a reason, then pause."""
        if people := self.people_chosen():
            self.work.agents.pause(people, self.queue_meant)

    def action_unpause(self) -> None:
        """End pauses."""
        if people := self.people_chosen():
            self.work.agents.unpause(people, self.queue_meant)

    def action_penalty(self) -> None:
        """Ask for a penalty, then set it."""
        if people := self.people_chosen():
            self.work.agents.penalty(people, self.queue_meant)

    def action_ring_in_use(self) -> None:
        """Ask whether to ring during calls, then set it."""
        if people := self.people_chosen():
            self.work.agents.ring_in_use(people, self.queue_meant)

    def action_remove(self) -> None:
        """Ask, then take out of queues."""
        if people := self.people_chosen():
            self.work.agents.remove(people, self.queue_meant)

    def action_listen(self) -> None:
        """Listen to an agent."""
        self._supervise(SpyMode.LISTEN)

    def action_whisper(self) -> None:
        """Speak to an agent who is on a call."""
        self._supervise(SpyMode.WHISPER)

    def action_barge(self) -> None:
        """Join an agent's call."""
        self._supervise(SpyMode.BARGE)

    def _supervise(self, mode: SpyMode) -> None:
        row = self.worked_in.cursor_row
        if row is not None and self.kind is Kind.AGENT:
            self.work.supervision.ask(Person(row.floor.store, row.agent.memberships), mode)

    def action_head(self) -> None:
        """Move a caller to the head."""
        if chosen := self.callers_chosen():
            self.work.callers.head(*chosen)

    def action_move(self) -> None:
        """Ask where to, then send callers there."""
        if chosen := self.callers_chosen():
            self.work.callers.move(*chosen)

    def action_take_out(self) -> None:
        """Ask, then take callers out of the queue."""
        if chosen := self.callers_chosen():
            self.work.callers.take_out(*chosen)


def caller_target(row: CallerRow, floors: Floors, now: float) -> Target | None:
    """Return the channel of somebody who waits, for hanging up and transfers; None once it has gone."""
    caller = row.caller
    store = floors.of(caller.line.pbx, now).store
    if caller.uniqueid not in store.channels:
        return None
    words = f"{party(caller.caller)}, waiting {hms(row.wait(now))} in {caller.queue}"
    return Target(store, row.key, (caller.uniqueid,), words, whole=False)
