"""Why is nobody answering? For each member of a queue one line: why it is not ringing now, or that it should be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from amitop.pbx.agents import AgentState
from amitop.thresholds import Level
from amitop.views.format import hms, party
from amitop.views.projection import natural
from amitop.views.standing import AVAILABLE, STATE_ORDER, STATE_STYLE, Standing, company, standing_in, state_in
from amitop.views.words import LEVEL_STYLE

if TYPE_CHECKING:
    from amitop.pbx.agents import Agent
    from amitop.pbx.model import Key
    from amitop.pbx.queue_model import Member, Queue
    from amitop.views.columns import Style
    from amitop.views.floor import Floor

_MAY_RING = "; may ring all the same (ringinuse=yes)"
PATIENCE = 5.0
"""Seconds for which a free phone may stay silent while somebody waits: the queue's `retry` is 5 by default."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one member does not ring. Texts hold names as the PBX sent them, not cleaned."""

    member: Member
    state: AgentState
    text: str
    level: Level = Level.FINE
    """How odd it is."""

    @property
    def key(self) -> Key:
        """The key of the member's row."""
        return self.member.key

    @property
    def name(self) -> str:
        """Who it is about."""
        return self.member.name

    @property
    def style(self) -> Style:
        """What the line means."""
        return LEVEL_STYLE[self.level] or STATE_STYLE[self.state]

    @property
    def line(self) -> str:
        """The name and the reason, with the sign of its level."""
        return " ".join(each for each in (self.level.sign, f"{self.name}: {self.text}") if each)


def reasons(floor: Floor, queue: Queue) -> list[Reason]:
    """Return a line for each member of *queue*: who should be ringing first, who is not there last."""
    inquiry = _Inquiry(floor, queue)
    found = [inquiry.reason(member) for member in queue.members.values()]
    found.sort(key=lambda each: (STATE_ORDER.index(each.state), natural(each.name)))
    return found


def summary(floor: Floor, queue: Queue) -> str:
    """Return in one line how many wait and how many could answer: `3 wait, longest 1:23; 0 of 5 free`."""
    waiting = f"{queue.waiting} wait" if queue.waiting != 1 else "1 waits"
    if queue.longest_since is not None:
        waiting += f", longest {hms(floor.now - queue.longest_since)}"
    if not queue.members:
        return f"{waiting}; the queue has no members"
    free = sum(state_in(floor, member) in AVAILABLE for member in queue.members.values())
    return f"{waiting}; {free} of {len(queue.members)} agents free"


class _Inquiry:
    """What the reasons of one queue's members have to know of one another."""

    def __init__(self, floor: Floor, queue: Queue) -> None:
        self.floor = floor
        self.queue = queue
        self.standings = {member.interface: standing_in(floor, member) for member in queue.members.values()}
        self.free = [member for member in queue.members.values() if self.of(member).state in AVAILABLE]
        ringing = {member.ringing_for: member for member in queue.members.values() if member.ringing_for}
        self.all_rung = queue.waiting > 0 and all(caller.uniqueid in ringing for caller in queue.callers)
        self.rung = next((ringing[each.uniqueid] for each in queue.callers if each.uniqueid in ringing), None)

    def of(self, member: Member) -> Standing:
        return self.standings[member.interface]

    def reason(self, member: Member) -> Reason:
        standing, agent = self.of(member), self.floor.agent_of(member)
        now = self.floor.now
        text = standing.phrase(now)
        level = standing.level(self.floor, now)
        match standing.state:
            case AgentState.READY | AgentState.UNKNOWN:
                return self._free(member, agent, standing)
            case AgentState.TALKING | AgentState.ON_HOLD | AgentState.RINGING:
                text = self._engaged(agent, standing) + self._afterwards(member)
            case AgentState.BUSY:
                other = company(self.floor, agent)
                text = _timed("On another call", standing, now) + (f" with {other}" if other else "")
                if member.ringinuse is not None:
                    text += _MAY_RING if member.ringinuse else "; not rung meanwhile (ringinuse=no)"
            case AgentState.WRAP_UP:
                text = f"Wrap-up, {hms(standing.seconds(now))} left"
            case AgentState.PAUSED:
                if not agent.paused:
                    text += ", in this queue only"
            case AgentState.UNAVAILABLE:
                text = _timed("Phone unavailable", standing, now)
            case AgentState.INVALID:
                text, level = f"No such phone: {member.state_interface}", Level.WARN
        return Reason(member, standing.state, text, level)

    def _engaged(self, agent: Agent, standing: Standing) -> str:
        """Say with whom, and for which queue where that is another one."""
        other = party(agent.caller) if agent.caller is not None else company(self.floor, agent)
        ringing = standing.state is AgentState.RINGING
        text = _timed(str(standing.state), standing, self.floor.now)
        if other:
            text += f" {'for' if ringing else 'with'} {other}"
        if agent.queue is None:
            return text + ("" if other else ", not for a queue")
        return text if agent.queue == self.queue.name else f"{text}, queue {agent.queue}"

    def _afterwards(self, member: Member) -> str:
        """Say what keeps them when they are done, and whether the queue rings them meanwhile."""
        if member.paused:
            return f"; then paused {member.pause_reason}" if member.pause_reason else "; then paused"
        return _MAY_RING if member.ringinuse else ""

    def _free(self, member: Member, agent: Agent, standing: Standing) -> Reason:
        """Say what else may keep a free phone silent, else that it should be ringing."""
        text, state, now = standing.phrase(self.floor.now), standing.state, self.floor.now
        if state is AgentState.UNKNOWN:
            text = "Phone's state unknown, taken for free"
        lower = [other.penalty for other in self.free if other.penalty < member.penalty]
        heavier = self._heavier(member)
        if lower:
            text += f"; penalty {member.penalty} comes after {len(lower)} free with {_span(lower)}"
            return Reason(member, state, text)
        if heavier is not None:
            text += f"; queue {heavier.name} goes first (weight {heavier.weight})"
            return Reason(member, state, text)
        if agent.missed_rings:
            return Reason(member, state, f"{text}; ignored {rings_words(agent.missed_rings)}", Level.WARN)
        if not self.queue.waiting:
            return Reason(member, state, f"{text}; nobody waits")
        if self.all_rung and self.rung is not None:
            return Reason(member, state, f"{text}; {self.rung.name} is rung now")
        idle = standing.seconds(now)
        overdue = idle is not None and idle > PATIENCE and self._first_waits() > PATIENCE
        return Reason(member, state, f"{text}; should ring next", Level.WARN if overdue else Level.FINE)

    def _first_waits(self) -> float:
        return self.floor.now - self.queue.callers[0].joined if self.queue.callers else 0.0

    def _heavier(self, member: Member) -> Queue | None:
        """Return a queue that takes this member's phone first: of more weight, and with more callers than it can serve.

        apps/app_queue.c, `compare_weight`.
        """
        for other in self.floor.store.queues.values():
            if other.weight > self.queue.weight and member.interface in other.members and other.waiting:
                free = sum(state_in(self.floor, each) in AVAILABLE for each in other.members.values())
                if other.waiting >= free:
                    return other
        return None


def rings_words(count: int) -> str:
    """Return `the last ring`, `the last 3 rings`; empty for none."""
    if count < 2:
        return "the last ring" if count else ""
    return f"the last {count} rings"


def _timed(words: str, standing: Standing, now: float) -> str:
    seconds = standing.seconds(now)
    return words if seconds is None else f"{words} {hms(seconds)}"


def _span(penalties: list[int]) -> str:
    low, high = min(penalties), max(penalties)
    return f"{low}" if low == high else f"{low} to {high}"
