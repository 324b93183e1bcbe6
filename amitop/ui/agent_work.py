"""From a key on an agent to an outcome: whom it means, what is asked, what is done, and how it is taken back."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from amitop.control import fields
from amitop.control.member_wishes import (
    NewMember,
    Pause,
    Penalty,
    Remove,
    RingInUse,
    Unpause,
    Wish,
    preview,
    preview_add,
)
from amitop.ui.form import Draft, Field, FormScreen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import App

    from amitop.control.member_plan import MemberKey, MemberPlan
    from amitop.control.operator import Operator
    from amitop.pbx.queue_model import Member
    from amitop.pbx.store import Store
    from amitop.thresholds import Rules
    from amitop.ui.operate import Operations

UNDO_KEPT = 20
"""Plans that can be taken back, one after the other."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom a key means."""

    store: Store
    memberships: tuple[Member, ...]
    """All that they have."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Of which memberships an action is."""

    words: str
    members: tuple[MemberKey, ...]
    everywhere: bool = False


def scopes_of(people: Sequence[Person], queue: str | None, *, paused_only: bool = False) -> list[Scope]:
    """Return in which queues an action on *people* can be meant, the likeliest first; *queue* is the one looked at.

    With *paused_only* only memberships that are paused count.
    """
    every = [m for person in people for m in person.memberships if m.paused or not paused_only]
    names = sorted({member.queue for member in every})
    if not names:
        return []
    wide = Scope(f"in all their queues: {', '.join(names)}", tuple((m.queue, m.interface) for m in every), True)
    narrow = [
        Scope(f"in {name} only", tuple((m.queue, m.interface) for m in every if m.queue == name)) for name in names
    ]
    if queue is None:
        return [wide] if len(names) == 1 else [wide, *narrow]
    here = [scope for name, scope in zip(names, narrow, strict=True) if name == queue]
    if len(names) == 1:
        return [Scope(wide.words, wide.members, True)] if here else [wide]
    return [*here, wide]


def who(people: Sequence[Person]) -> str:
    """Return who they are in a few words, not cleaned."""
    return people[0].memberships[0].name if len(people) == 1 else f"{len(people)} agents"


class AgentWork:
    """Asks and acts. *app* shows dialogs and does the work in its workers; *operations* tells what came of it."""

    def __init__(self, app: App[int], operator: Operator, operations: Operations, rules: Rules) -> None:
        self._app = app
        self._operator = operator
        self._operations = operations
        self._rules = rules
        self.undoable: deque[MemberPlan] = deque(maxlen=UNDO_KEPT)
        """What takes back what was done, latest last."""

    # -- what is asked ----------------------------------------------------------------------------------------------

    def pause(self, people: Sequence[Person], queue: str | None) -> None:
        """Ask why and where, then pause."""
        reasons = [(reason, self._budget(reason)) for reason in self._rules.pause_reasons]
        field = Field("Reason", reasons, placeholder="may be left empty")

        def wish(text: str, everywhere: bool) -> Wish:
            return Pause(fields.reason(text), everywhere)

        self._ask(f"Pause {who(people)}", people, scopes_of(people, queue), wish, yes="Pause", field=field)

    def _budget(self, reason: str) -> str:
        limit = self._rules.pause(reason)
        return f"up to {limit.warn / 60:.0f} min" if limit is not None and limit.warn < float("inf") else ""

    def unpause(self, people: Sequence[Person], queue: str | None) -> None:
        """End the pauses; ask only where there is something to choose."""
        scopes = scopes_of(people, queue, paused_only=True)
        if not scopes:
            self._operations.refuse("Unpause", f"{who(people)}: not paused")
            return
        paused = [person for person in people if any(member.paused for member in person.memberships)]
        title = f"Unpause {who(paused)}"
        self._ask(title, paused, scopes, lambda _text, everywhere: Unpause(everywhere=everywhere), yes="Unpause")

    def penalty(self, people: Sequence[Person], queue: str | None) -> None:
        """Ask for a penalty and where."""
        current = {member.penalty for person in people for member in person.memberships}
        field = Field("Penalty", value=str(current.pop()) if len(current) == 1 else "", placeholder="0 is rung first")

        def wish(text: str, everywhere: bool) -> Wish:
            return Penalty(fields.penalty(text), everywhere)

        self._ask(f"Penalty of {who(people)}", people, scopes_of(people, queue), wish, yes="Set", field=field)

    def ring_in_use(self, people: Sequence[Person], queue: str | None) -> None:
        """Ask whether to ring them while they are on the phone."""
        choices = [("yes", "ring during a call"), ("no", "leave alone during a call")]
        field = Field("Ring in use", choices, placeholder="yes or no")

        def wish(text: str, everywhere: bool) -> Wish:
            answer = {"yes": True, "no": False}.get(text.strip().lower())
            if answer is None:
                raise ValueError("Yes or no?")
            return RingInUse(answer, everywhere)

        self._ask(f"Ring {who(people)} in use?", people, scopes_of(people, queue), wish, yes="Set", field=field)

    def remove(self, people: Sequence[Person], queue: str | None) -> None:
        """Ask, then take them out."""
        title = f"Remove {who(people)} from the queue" if queue else f"Remove {who(people)} from queues"
        scopes = scopes_of(people, queue)
        self._ask(
            title, people, scopes, lambda _text, everywhere: Remove(everywhere=everywhere), yes="Remove", danger=True
        )

    def add_to(self, store: Store, queue: str) -> None:
        """Ask whom to add to *queue*."""
        line = store.queues.get(queue)
        there = set(line.members) if line is not None else set()
        known: dict[str, Member] = {}
        for other in store.queues.values():
            for member in other.members.values():
                if member.interface not in there:
                    known.setdefault(member.interface, member)
        choices = [(member.interface, member.name) for member in sorted(known.values(), key=lambda each: each.name)]

        def work_out(_scope: int, text: str) -> Draft[MemberPlan]:
            interface = fields.interface(text)
            member = known.get(interface)
            new = NewMember(interface) if member is None else NewMember(interface, member.name, member.state_interface)
            return self._draft(preview_add(store, queue, [new]))

        field = Field("Interface", choices, placeholder="PJSIP/1001")
        self._show(FormScreen(f"Add to {queue}", work_out, yes="Add", field=field))

    def add(self, people: Sequence[Person]) -> None:
        """Ask to which queue to add them."""
        store = people[0].store
        new = [NewMember(m.interface, m.name, m.state_interface) for m in (person.memberships[0] for person in people)]
        choices = [(name, "") for name in sorted(store.queues)]

        def work_out(_scope: int, text: str) -> Draft[MemberPlan]:
            return self._draft(preview_add(store, fields.queue_name(text), new))

        self._show(FormScreen(f"Add {who(people)} to a queue", work_out, yes="Add", field=Field("Queue", choices)))

    # -- from the question to the answer ----------------------------------------------------------------------------

    def _ask(
        self,
        title: str,
        people: Sequence[Person],
        scopes: Sequence[Scope],
        wish: Callable[[str, bool], Wish],
        *,
        yes: str,
        field: Field | None = None,
        danger: bool = False,
    ) -> None:
        store = people[0].store

        def work_out(scope: int, text: str) -> Draft[MemberPlan]:
            chosen = scopes[scope]
            return self._draft(preview(store, chosen.members, wish(text, chosen.everywhere)))

        if field is None and len(scopes) == 1 and not danger:
            draft = work_out(0, "")
            if draft.refusal:
                self._operations.refuse(yes, draft.refusal)
                return
            if not draft.result.confirmations or len(people) == 1:
                self._start(draft.result)
                return
        words = [scope.words for scope in scopes]
        self._show(FormScreen(title, work_out, yes=yes, scopes=words, field=field, danger=danger))

    def _draft(self, plan: MemberPlan) -> Draft[MemberPlan]:
        lines = tuple(step.words for step in plan.steps) if len(plan.steps) > 1 else ()
        refusal = None if plan.changing else plan.sentence
        return Draft(plan, plan.sentence, lines, refusal or self._operator.members.why_not(plan))

    def _show(self, screen: FormScreen[MemberPlan]) -> None:
        def answered(plan: MemberPlan | None) -> None:
            if plan is not None:
                self._start(plan)

        self._app.push_screen(screen, answered)

    def _start(self, plan: MemberPlan, *, undoing: bool = False) -> None:
        self._app.run_worker(self._carry_out(plan, undoing=undoing), group="operate")

    async def _carry_out(self, plan: MemberPlan, *, undoing: bool) -> None:
        with self._operations.doing(plan.title.lower()):
            changed = await self._operator.members.carry_out(plan)
        count = len(changed.outcomes)
        undo = "  Ctrl+Z undoes it." if changed.undo is not None and not undoing else ""
        if changed.undo is not None and not undoing:
            self.undoable.append(changed.undo)
        self._operations.tell(changed.outcomes, done=f"{plan.title}: {count} done.", besides=undo)

    def undo(self) -> None:
        """Take back what was done last."""
        if self.undoable:
            self._start(self.undoable.pop(), undoing=True)
        else:
            self._operations.refuse("Undo", "nothing was done to agents that can be undone")
