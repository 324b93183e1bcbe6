"""What may be wished for members of queues, and the plan that each wish makes. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from amitop.control.member_plan import MemberKey, MemberPlan, MemberState, Step, on_off, state_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amitop.pbx.queue_model import Member
    from amitop.pbx.store import Store


@dataclass(frozen=True, slots=True)
class Pause:
    """Pause them. *reason* as `fields.reason` returns it; *everywhere* as in `MemberPlan`."""

    reason: str = ""
    everywhere: bool = False

    @property
    def title(self) -> str:
        """What it is called."""
        return f"Pause ({self.reason})" if self.reason else "Pause"

    def step(self, member: Member, state: MemberState) -> Step:
        """Return what becomes of *member*."""
        after = replace(state, paused=True, reason=self.reason)
        note = "its pause counts from now" if state.paused and after != state else _goes_on(member)
        return Step(member.queue, member.interface, state, after, note=note)


@dataclass(frozen=True, slots=True)
class Unpause:
    """End their pauses. *reason* is only for queue_log."""

    reason: str = ""
    everywhere: bool = False
    title: str = "Unpause"

    def step(self, member: Member, state: MemberState) -> Step:
        """Return what becomes of *member*."""
        after = replace(state, paused=False, reason="")
        return Step(member.queue, member.interface, state, after, said=self.reason)


@dataclass(frozen=True, slots=True)
class Penalty:
    """Give them this penalty."""

    value: int
    everywhere: bool = False

    @property
    def title(self) -> str:
        """What it is called."""
        return f"Penalty {self.value}"

    def step(self, member: Member, state: MemberState) -> Step:
        """Return what becomes of *member*."""
        return Step(member.queue, member.interface, state, replace(state, penalty=self.value))


@dataclass(frozen=True, slots=True)
class RingInUse:
    """Ring them, or not, while their phone is in use."""

    on: bool
    everywhere: bool = False

    @property
    def title(self) -> str:
        """What it is called."""
        return f"Ring in use {on_off(self.on)}"

    def step(self, member: Member, state: MemberState) -> Step:
        """Return what becomes of *member*."""
        note = "what it is now is not known, so it cannot be undone" if state.ringinuse is None else ""
        return Step(member.queue, member.interface, state, replace(state, ringinuse=self.on), note=note)


@dataclass(frozen=True, slots=True)
class Remove:
    """Take them out of the queue."""

    everywhere: bool = False
    title: str = "Remove"

    def step(self, member: Member, state: MemberState) -> Step:
        """Return what becomes of *member*."""
        if member.membership != "dynamic":
            problem = f"a {member.membership} member cannot be removed"
            return Step(member.queue, member.interface, state, state, problem)
        note = _goes_on(member) or "its count of calls is lost"
        return Step(member.queue, member.interface, state, None, note=note)


def _goes_on(member: Member) -> str:
    return "the call that it is on goes on" if member.in_call else ""


Wish = Pause | Unpause | Penalty | RingInUse | Remove


@dataclass(frozen=True, slots=True)
class NewMember:
    """Somebody to add to a queue; fields as `fields` returns them."""

    interface: str
    name: str = ""
    state_interface: str = ""


def preview(store: Store, members: Iterable[MemberKey], wish: Wish) -> MemberPlan:
    """Return what *wish* would do to *members*, in their order."""
    steps = []
    for queue, interface in dict.fromkeys(members):
        member = _find(store, queue, interface)
        state = state_of(member)
        if member is None or state is None:
            steps.append(Step(queue, interface, None, None, "is not a member any more"))
        else:
            steps.append(wish.step(member, state))
    return MemberPlan(store.name, wish.title, tuple(steps), wish.everywhere)


def preview_add(
    store: Store, queue: str, people: Iterable[NewMember], *, penalty: int = 0, paused: bool = False, reason: str = ""
) -> MemberPlan:
    """Return what adding *people* to *queue* would do; *reason* is of the pause."""
    steps = []
    for person in {person.interface: person for person in people}.values():
        member = _find(store, queue, person.interface)
        after = MemberState(
            person.name or person.interface,
            person.state_interface or person.interface,
            penalty,
            paused,
            reason if paused else "",
        )
        problem = ""
        if queue not in store.queues:
            problem = "there is no such queue"
        elif member is not None:
            problem = f"is a {member.membership} member already"
        steps.append(Step(queue, person.interface, None, after, problem))
    return MemberPlan(store.name, f"Add to {queue}", tuple(steps))


def _find(store: Store, queue: str, interface: str) -> Member | None:
    line = store.queues.get(queue)
    return line.members.get(interface) if line is not None else None
