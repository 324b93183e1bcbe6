"""Agents: one person each, across all queues in which their phone is a member, and what they do now.

Made anew from the members whenever somebody asks: nothing here is kept.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from amitop.pbx.hints import device
from amitop.pbx.queue_model import Member, MemberStatus
from amitop.pbx.queues import Queues

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from amitop.pbx.model import Key, Party
    from amitop.pbx.store import Store


class AgentState(StrEnum):
    """What an agent does, in the words that the screen uses."""

    TALKING = "Talking"
    """With a caller of a queue."""
    ON_HOLD = "On hold"
    """With a caller of a queue, or with somebody else, whom the phone holds."""
    RINGING = "Ringing"
    PAUSED = "Paused"
    """In every queue that they are a member of; else they still get calls."""
    WRAP_UP = "Wrap-up"
    BUSY = "Busy"
    """On the phone, but not with a caller of a queue."""
    READY = "Ready"
    UNAVAILABLE = "Unavailable"
    """The phone is not there."""
    INVALID = "Invalid"
    """There is no such phone: a member's name is mistyped."""
    UNKNOWN = "Unknown"


@dataclass(slots=True, frozen=True)
class Agent:
    """A person at a moment."""

    pbx: str
    device: str
    """The phone, by which memberships are known to be of one person."""
    name: str
    memberships: tuple[Member, ...]
    """By queue's name."""
    state: AgentState
    since: float | None
    """When `state` began, on the store's clock; None when that is not known."""
    queue: str | None = None
    """The queue whose caller they talk to, or ring for, or whose wrap-up they are in."""
    caller: Party | None = None
    """With whom they talk, or who waits for their answer."""
    caller_uniqueid: str | None = None
    leg: str | None = None
    """Uniqueid of their own channel in that call."""
    pause_reason: str | None = None
    """Of one of the pauses, also while they talk: then they stay away after the call."""
    until: float | None = None
    """When the wrap-up ends."""

    @property
    def key(self) -> Key:
        """The row's identity."""
        return (self.pbx, self.device)

    @property
    def paused(self) -> bool:
        """Whether they are paused in every queue, whatever they do besides."""
        return all(member.paused for member in self.memberships)

    @property
    def missed_rings(self) -> int:
        """Rings that they did not answer since their last answer."""
        return sum(member.missed_rings for member in self.memberships)


def device_of(store: Store, member: Member) -> str:
    """Return the phone of *member*: the same for all memberships of one person."""
    return device(store, member.state_interface)


def phone(store: Store, interface: str) -> str:
    """Return the phone of the member that a queue dials by *interface*."""
    memberships = store.part(Queues).memberships.get(interface)
    return device(store, next(iter(memberships.values())).state_interface if memberships else interface)


def agents(store: Store, server_now: float, now: float, wrapup: Callable[[str], int] = lambda _: 0) -> list[Agent]:
    """Return every agent, by device.

    *server_now* is the PBX's time of day at *now*, in epoch seconds. *wrapup* gives the wrap-up of a queue in seconds,
    which AMI does not tell; a member's own overrides it.
    """
    people: dict[str, list[Member]] = {}
    for queue in store.queues.values():
        for member in queue.members.values():
            people.setdefault(device_of(store, member), []).append(member)
    clock = _Clock(server_now, now, wrapup)
    return [_agent(store, phone, sorted(people[phone], key=_queue), clock) for phone in sorted(people)]


def totals(people: Iterable[Agent]) -> Counter[AgentState]:
    """Return how many agents are in each state."""
    return Counter(agent.state for agent in people)


def wrapup_until(member: Member, wrapup: int, server_now: float, now: float) -> float | None:
    """Return when the member's wrap-up ends, None when it is in none; *wrapup* is the queue's, in seconds."""
    seconds = member.wrapup or wrapup
    ended = _Clock(server_now, now, lambda _: wrapup).last_call(member)
    return None if not seconds or ended is None or ended + seconds <= now else ended + seconds


@dataclass(slots=True, frozen=True)
class _Clock:
    server_now: float
    now: float
    wrapup: Callable[[str], int]

    def moment(self, epoch: int | None) -> float | None:
        """Return an epoch of the PBX as a moment of the store's clock; none is in the future."""
        return None if epoch is None else min(self.now, self.now - (self.server_now - epoch))

    def last_call(self, member: Member) -> float | None:
        """Return when the member's last call ended."""
        return latest(member.completed_at, self.moment(member.last_call))


def latest(*moments: float | None) -> float | None:
    """Return the latest of those that are known."""
    return max((moment for moment in moments if moment is not None), default=None)


def _queue(member: Member) -> str:
    return member.queue


def _agent(store: Store, phone: str, memberships: list[Member], clock: _Clock) -> Agent:
    state, since, member, until = _doing(memberships, clock)
    uniqueid = (member.talking_to or member.ringing_for) if member is not None else None
    channel = store.channels.get(uniqueid) if uniqueid is not None else None
    return Agent(
        store.name,
        phone,
        _name(memberships),
        tuple(memberships),
        state,
        since,
        member.queue if member is not None else None,
        channel.caller if channel is not None else None,
        uniqueid,
        member.leg if member is not None else None,
        next((member.pause_reason for member in memberships if member.pause_reason), None),
        until,
    )


def _name(memberships: list[Member]) -> str:
    """Return what the person is called: a queue without a name for them has the interface in its place."""
    return next((m.name for m in memberships if m.name != m.interface), memberships[0].name)


_Doing = tuple[AgentState, float | None, Member | None, float | None]
"""The state, since when, the membership that it comes from, and until when."""


def _doing(memberships: list[Member], clock: _Clock) -> _Doing:
    """Work out what one person does: the most telling of what their memberships say."""
    for member in memberships:
        if member.talking:
            if member.status is MemberStatus.ON_HOLD:
                return AgentState.ON_HOLD, member.status_since, member, None
            return AgentState.TALKING, member.talking_since, member, None
    for member in memberships:
        if member.ringing_for is not None:
            return AgentState.RINGING, member.ringing_since, member, None
    if all(member.paused for member in memberships):
        began = [latest(member.paused_since, clock.moment(member.last_pause)) for member in memberships]
        return AgentState.PAUSED, latest(*began), None, None
    member = max(memberships, key=_telling)
    state = _OF_DEVICE.get(member.status)
    if state is not None:
        return state, member.status_since, None, None
    return _free([one for one in memberships if not one.paused], member, clock)


_OF_DEVICE = {
    MemberStatus.RINGING: AgentState.RINGING,
    MemberStatus.RING_IN_USE: AgentState.BUSY,
    MemberStatus.ON_HOLD: AgentState.ON_HOLD,
    MemberStatus.IN_USE: AgentState.BUSY,
    MemberStatus.BUSY: AgentState.BUSY,
    MemberStatus.UNAVAILABLE: AgentState.UNAVAILABLE,
    MemberStatus.INVALID: AgentState.INVALID,
    MemberStatus.UNKNOWN: AgentState.UNKNOWN,
}


def _telling(member: Member) -> float:
    """Rank whose device state to believe: all are of one phone, so the one that was told last."""
    return -1.0 if member.status_since is None else member.status_since


def _free(open_: list[Member], told: Member, clock: _Clock) -> _Doing:
    """Return the state of one whose phone is free and who is not paused everywhere."""
    over: tuple[float, Member] | None = None
    for member in open_:
        until = wrapup_until(member, clock.wrapup(member.queue), clock.server_now, clock.now)
        if until is not None and (over is None or until > over[0]):
            over = (until, member)
    if over is not None:
        return AgentState.WRAP_UP, clock.last_call(over[1]), over[1], over[0]
    ended = [clock.last_call(member) for member in open_]
    unpaused = [member.unpaused_at for member in open_]
    login = [clock.moment(member.login) for member in open_]
    began = latest(told.status_since, *ended, *unpaused)
    return AgentState.READY, began if began is not None else latest(*login), None, None
