"""What an action on members of queues would change, worked out before anything is sent. Pure.

A plan is a list of steps, each from one state of one membership to another. That makes the undo of a plan another plan:
the same steps from what was reached back to what was there.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from amitop.pbx.queue_model import MemberStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amitop.pbx.queue_model import Member

MemberKey = tuple[str, str]
"""A membership: (queue, interface)."""


class Change(StrEnum):
    """What differs between two states of a membership; the value is the AMI action that changes it."""

    ADD = "QueueAdd"
    REMOVE = "QueueRemove"
    PAUSE = "QueuePause"
    PENALTY = "QueuePenalty"
    RING_IN_USE = "QueueMemberRingInUse"


@dataclass(frozen=True, slots=True)
class MemberState:
    """Everything about a membership that an action can set."""

    name: str
    state_interface: str
    penalty: int = 0
    paused: bool = False
    reason: str = ""
    """Of the pause."""
    ringinuse: bool | None = None
    """None: not known, as no list tells it."""
    wrapup: int = 0
    """Seconds of its own, 0: the queue's."""
    doing: str = field(default="ready", compare=False)
    """What it does at the moment beside being paused or not, in words. No action sets it."""

    @property
    def pause(self) -> str:
        """Whether it is paused, and why, in words."""
        if not self.paused:
            return "ready"
        return f"paused ({self.reason})" if self.reason else "paused"


_DOING = {
    MemberStatus.UNKNOWN: "not paused",
    MemberStatus.NOT_IN_USE: "ready",
    MemberStatus.IN_USE: "on the phone",
    MemberStatus.BUSY: "on the phone",
    MemberStatus.INVALID: "without a phone",
    MemberStatus.UNAVAILABLE: "unavailable",
    MemberStatus.RINGING: "ringing",
    MemberStatus.RING_IN_USE: "on the phone",
    MemberStatus.ON_HOLD: "on hold",
}


def state_of(member: Member | None) -> MemberState | None:
    """Return the state of a member, None of nobody."""
    if member is None:
        return None
    return MemberState(
        member.name,
        member.state_interface,
        member.penalty,
        member.paused,
        (member.pause_reason or "") if member.paused else "",
        member.ringinuse,
        member.wrapup,
        "talking" if member.talking else "ringing" if member.ringing_for is not None else _DOING[member.status],
    )


def changes(before: MemberState | None, after: MemberState | None) -> tuple[Change, ...]:
    """Return what differs. What is not known in *after* is not asked for."""
    if before is None or after is None:
        if before is after:
            return ()
        return (Change.ADD,) if before is None else (Change.REMOVE,)
    found = []
    if (before.paused, before.reason) != (after.paused, after.reason):
        found.append(Change.PAUSE)
    if before.penalty != after.penalty:
        found.append(Change.PENALTY)
    if after.ringinuse is not None and before.ringinuse != after.ringinuse:
        found.append(Change.RING_IN_USE)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Step:
    """One membership, from *before* to *after*; None is no membership."""

    queue: str
    interface: str
    before: MemberState | None
    after: MemberState | None
    problem: str = ""
    """Why it will not be done; nothing is sent then."""
    note: str = ""
    """What else to know about it."""
    said: str = ""
    """The reason to send along with an unpause, for queue_log."""

    @property
    def key(self) -> MemberKey:
        """The membership."""
        return (self.queue, self.interface)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What is to be changed; nothing where that is so already or cannot be."""
        return () if self.problem else changes(self.before, self.after)

    @property
    def who(self) -> str:
        """The member and the queue, not cleaned."""
        state = self.before or self.after
        return f"{(state.name if state else '') or self.interface} in {self.queue}"

    @property
    def words(self) -> str:
        """What happens to it, in one line, not cleaned."""
        if self.problem:
            return f"{self.who}: {self.problem}"
        told = ", ".join(tell_change(change, self.before, self.after) for change in self.changes) or "is so already"
        return f"{self.who}: {told}{'; ' if self.note else ''}{self.note}"


def tell_change(change: Change, before: MemberState | None, after: MemberState | None) -> str:
    """Return what *change* does, in a few words, not cleaned."""
    if change is Change.REMOVE or after is None:
        return "leaves the queue"
    if change is Change.ADD or before is None:
        paused = f", {after.pause}" if after.paused else ""
        return f"joins with penalty {after.penalty}{paused}"
    if change is Change.PAUSE:
        return f"{before.pause if before.paused else before.doing}, becomes {after.pause}"
    if change is Change.PENALTY:
        return f"penalty {before.penalty}, becomes {after.penalty}"
    return f"ring in use {on_off(before.ringinuse)}, becomes {on_off(after.ringinuse)}"


def on_off(value: bool | None) -> str:
    """Return *value* in a word."""
    return "not known" if value is None else "on" if value else "off"


@dataclass(frozen=True, slots=True)
class MemberPlan:
    """What is to be done to members of the queues of one PBX."""

    pbx: str
    title: str
    """`Pause (lunch)`, not cleaned."""
    steps: tuple[Step, ...]
    everywhere: bool = False
    """A pause in all queues was meant: queue_log then has PAUSEALL, which some reports take for the only real one."""

    @property
    def changing(self) -> tuple[Step, ...]:
        """The steps that change something."""
        return tuple(step for step in self.steps if step.changes)

    @property
    def same(self) -> tuple[Step, ...]:
        """Those that are so already."""
        return tuple(step for step in self.steps if not step.changes and not step.problem)

    @property
    def refused(self) -> tuple[Step, ...]:
        """Those that cannot be done."""
        return tuple(step for step in self.steps if step.problem)

    @property
    def actions(self) -> tuple[str, ...]:
        """The AMI actions that it takes, to ask whether they may be sent."""
        return tuple(dict.fromkeys(change.value for step in self.steps for change in step.changes))

    @property
    def confirmations(self) -> int:
        """How often to ask before: not for a change to one member that an undo takes back whole."""
        removes = any(Change.REMOVE in step.changes for step in self.steps)
        return int(removes or len(self.changing) > 1)

    @property
    def sentence(self) -> str:
        """How many are affected, in one line, not cleaned."""
        if len(self.steps) == 1:
            return f"{self.title}: {self.steps[0].words}."
        queues = Counter(step.queue for step in self.changing)
        where = f" in {next(iter(queues))}" if len(queues) == 1 else f" in {len(queues)} queues" if queues else ""
        parts = [f"{len(self.changing)} {'changes' if len(self.changing) == 1 else 'change'}{where}"]
        parts += [f"{len(self.same)} {'is' if len(self.same) == 1 else 'are'} so already"] if self.same else []
        parts += [f"{len(self.refused)} cannot"] if self.refused else []
        return f"{self.title}: {', '.join(parts)}."


def undo_plan(plan: MemberPlan, reached: Iterable[tuple[Step, MemberState | None, MemberState | None]]) -> MemberPlan:
    """Return the plan that takes *plan* back: for each step that was done, what there was and what there is now."""
    steps = [_back(step, was, now) for step, was, now in reached]
    return MemberPlan(plan.pbx, f"Undo {plan.title}", tuple(reversed(steps)), plan.everywhere)


def _back(step: Step, was: MemberState | None, now: MemberState | None) -> Step:
    if was is None or now is None:
        return Step(step.queue, step.interface, now, was)
    # Only what the step changed is put back: the rest may change meanwhile for reasons of its own.
    touched = step.changes
    problem = note = ""
    then = now
    if Change.PAUSE in touched:
        then = replace(then, paused=was.paused, reason=was.reason)
        note = "its pause counts from now" if was.paused else ""
    if Change.PENALTY in touched:
        then = replace(then, penalty=was.penalty)
    if Change.RING_IN_USE in touched:
        then = replace(then, ringinuse=was.ringinuse)
        problem = "whether it rang in use before is not known" if was.ringinuse is None else ""
    return Step(step.queue, step.interface, now, then, problem, note)
