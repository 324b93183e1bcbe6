"""What an agent does, as far as one queue goes or all, in the words, colours and glyphs that every view has for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from amitop.pbx.agents import AgentState, latest, wrapup_until
from amitop.pbx.model import NOBODY
from amitop.thresholds import Level, level
from amitop.views.format import UNICODE, hms, party

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amitop.pbx.agents import Agent
    from amitop.pbx.queue_model import Member
    from amitop.views.columns import Style
    from amitop.views.floor import Floor

STATE_STYLE: dict[AgentState, Style] = {
    AgentState.TALKING: "accent",
    AgentState.ON_HOLD: "accent",
    AgentState.RINGING: "accent",
    AgentState.PAUSED: "warn",
    AgentState.WRAP_UP: "",
    AgentState.BUSY: "",
    AgentState.READY: "good",
    AgentState.UNAVAILABLE: "dim",
    AgentState.INVALID: "bad",
    AgentState.UNKNOWN: "dim",
}
STATE_ORDER = (
    AgentState.READY,
    AgentState.RINGING,
    AgentState.TALKING,
    AgentState.ON_HOLD,
    AgentState.BUSY,
    AgentState.WRAP_UP,
    AgentState.PAUSED,
    AgentState.UNKNOWN,
    AgentState.UNAVAILABLE,
    AgentState.INVALID,
)
"""In which states are counted and drawn: who can take a call first, who cannot last."""
STATE_GLYPH: dict[AgentState, str] = {
    AgentState.READY: UNICODE.dot,
    AgentState.RINGING: UNICODE.ring,
    AgentState.TALKING: UNICODE.talk,
    AgentState.ON_HOLD: UNICODE.talk,
    AgentState.BUSY: UNICODE.other,
    AgentState.WRAP_UP: UNICODE.wrap,
    AgentState.PAUSED: UNICODE.hold,
    AgentState.UNKNOWN: UNICODE.middot,
    AgentState.UNAVAILABLE: UNICODE.middot,
    AgentState.INVALID: UNICODE.cross,
}
"""One cell for each agent of a bar: which state it is can be told without colours."""
ABSENT = frozenset({AgentState.UNAVAILABLE, AgentState.INVALID})
"""States of those who are not there."""
AVAILABLE = frozenset({AgentState.READY, AgentState.UNKNOWN})
"""States in which the queue rings a member: it takes a phone whose state nobody tells for a free one (`ami.md` D.6)."""
ENGAGED = frozenset({AgentState.TALKING, AgentState.ON_HOLD, AgentState.RINGING})
"""States that matter more than a pause: the pause comes afterwards."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody does."""

    state: AgentState
    since: float | None
    """When that began; None where amitop was not there to see and the PBX does not tell."""
    until: float | None = None
    """When the wrap-up ends."""
    reason: str | None = None
    """Of the pause."""
    paused: bool = False
    """Also of somebody who is on a call: then they stay away after it."""

    @property
    def words(self) -> str:
        """`Ready`, `Paused lunch`, `Talking (paused)`. Holds the reason as the PBX sent it, not cleaned."""
        if self.state is AgentState.PAUSED:
            return f"{self.state} {self.reason}" if self.reason else str(self.state)
        return f"{self.state} (paused)" if self.paused else str(self.state)

    def seconds(self, now: float) -> float | None:
        """Return for how long; of a wrap-up, how long still."""
        if self.until is not None:
            return max(self.until - now, 0.0)
        return None if self.since is None else max(now - self.since, 0.0)

    def phrase(self, now: float) -> str:
        """`Ready 0:45`, `Paused lunch 31:07`, `Wrap-up 0:07`, `Unavailable`."""
        seconds = None if self.state in ABSENT else self.seconds(now)
        return self.words if seconds is None else f"{self.words} {hms(seconds)}"

    def level(self, floor: Floor, now: float) -> Level:
        """Return how bad it is: a pause that takes too long."""
        if self.state is not AgentState.PAUSED:
            return Level.FINE
        return level(floor.rules.pause(self.reason), self.seconds(now))


def standing_of(agent: Agent) -> Standing:
    """Return what *agent* does over all queues."""
    return Standing(agent.state, agent.since, agent.until, agent.pause_reason, agent.paused)


def state_in(floor: Floor, member: Member) -> AgentState:
    """Return what *member* does as far as its own queue goes: a pause or a wrap-up may be of one queue only."""
    state = floor.agent_of(member).state
    if member.paused:
        return state if state in ENGAGED else AgentState.PAUSED
    if state is AgentState.WRAP_UP and _wrapup_until(floor, member) is None:
        return AgentState.READY
    return state


def standing_in(floor: Floor, member: Member) -> Standing:
    """Return what *member* does as far as its own queue goes, and since when."""
    agent = floor.agent_of(member)
    state = state_in(floor, member)
    if state is AgentState.PAUSED:
        since = latest(member.paused_since, floor.moment(member.last_pause))
        return Standing(state, since, None, member.pause_reason, paused=True)
    until = _wrapup_until(floor, member) if state is AgentState.WRAP_UP else None
    return Standing(state, agent.since, until, member.pause_reason, member.paused)


def _wrapup_until(floor: Floor, member: Member) -> float | None:
    return wrapup_until(member, floor.rules.wrapup(member.queue), floor.server_now, floor.now)


def company(floor: Floor, agent: Agent) -> str:
    """Return with whom *agent* is on the phone, or who waits for their answer. Not cleaned; empty where nobody knows.

    On a call with nobody it is the application that they are in.
    """
    if agent.caller is not None:
        return party(agent.caller)
    if agent.state in {AgentState.BUSY, AgentState.ON_HOLD, AgentState.RINGING}:
        channel = floor.channel_on(agent.device)
        if channel is not None:
            return party(channel.connected) if channel.connected != NOBODY else channel.application or ""
    return ""


def bar(states: Iterable[tuple[AgentState, int]], width: int) -> list[tuple[str, Style]]:
    """Return a bar of at most *width* cells, a glyph for each agent, in pieces of one state each.

    Where there are more agents than cells, every state that anybody is in still has a cell.
    """
    counts = [(state, count) for state, count in states if count > 0]
    total = sum(count for _, count in counts)
    if total <= width:
        sizes = [count for _, count in counts]
    elif len(counts) > width:
        sizes = [1] * width
    else:
        spare = width - len(counts)
        sizes = [1 + spare * (count - 1) // (total - len(counts)) for _, count in counts]
    return [(STATE_GLYPH[state] * size, STATE_STYLE[state]) for (state, _), size in zip(counts, sizes, strict=False)]
