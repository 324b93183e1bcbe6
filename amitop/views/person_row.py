"""What the rows of agents and of members have in common: a person, what they do, for how long and with whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.agents import AgentState
from amitop.views.columns import Column
from amitop.views.format import hms
from amitop.views.standing import ABSENT, STATE_ORDER, STATE_STYLE, company
from amitop.views.words import LEVEL_STYLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.pbx.agents import Agent
    from amitop.pbx.model import Key
    from amitop.thresholds import Level
    from amitop.views.columns import Style
    from amitop.views.floor import Floor
    from amitop.views.standing import Standing

_IGNORES = 2
"""Rings in a row that nobody ignores by chance."""


class PersonRow:
    """A person and what they do."""

    __slots__ = ("agent", "floor", "standing")
    ended = False
    children: Sequence[PersonRow] = ()

    def __init__(self, floor: Floor, agent: Agent, standing: Standing) -> None:
        self.floor = floor
        self.agent = agent
        self.standing = standing

    @property
    def key(self) -> Key:
        """(PBX, device)."""
        return self.agent.key

    @property
    def name(self) -> str:
        """What they are called."""
        return self.agent.name

    def level(self, now: float) -> Level:
        """Return how bad it is: a pause that takes too long."""
        return self.standing.level(self.floor, now)

    def state(self, now: float) -> str:
        """What they do, with a sign where that takes too long."""
        return f"{self.standing.words} {self.level(now).sign}".rstrip()

    def state_style(self, now: float) -> Style:
        """What the state means."""
        return LEVEL_STYLE[self.level(now)] or STATE_STYLE[self.standing.state]

    def time_text(self, now: float) -> str:
        """For how long, of a wrap-up how long still; `?` on a call that began before amitop was there."""
        seconds = self.standing.seconds(now)
        if seconds is None and self.standing.state in {AgentState.TALKING, AgentState.ON_HOLD, AgentState.BUSY}:
            return "?"
        return hms(seconds)

    def company(self) -> str:
        """With whom they are on the phone, or who waits for their answer; the queue too where it is another one."""
        return company(self.floor, self.agent)

    def ignored(self) -> int:
        """Rings in a row that they did not answer."""
        return self.agent.missed_rings


def seconds_since(moment: float | None, now: float) -> float | None:
    """Return how long ago *moment* was; None for None."""
    return None if moment is None else max(now - moment, 0.0)


def _ignored_style(row: PersonRow, _now: float) -> Style:
    return "warn" if row.ignored() >= _IGNORES else ""


def _ignored_text(row: PersonRow, _now: float) -> str:
    count = row.ignored()
    if not count:
        return ""
    return f"! {count}" if count >= _IGNORES else str(count)


def _time_style(row: PersonRow, now: float) -> Style:
    return "dim" if row.standing.state in ABSENT else LEVEL_STYLE[row.level(now)]


NAME: Column[PersonRow] = Column(
    key="agent",
    title="AGENT",
    width=16,
    flex=1,
    priority=0,
    text=lambda row, _: row.name,
    sort=lambda row, _: row.name,
    style=lambda row, _: "dim" if row.standing.state in ABSENT else "",
    hint="The member's name",
)
STATE: Column[PersonRow] = Column(
    key="state",
    title="STATE",
    width=16,
    flex=1,
    priority=0,
    crop="inside",
    text=lambda row, now: row.state(now),
    sort=lambda row, _: STATE_ORDER.index(row.standing.state),
    style=lambda row, now: row.state_style(now),
    hint="What they do, and why they are paused; ! and !! where the pause takes too long",
)
TIME: Column[PersonRow] = Column(
    key="time",
    title="TIME",
    width=8,
    align="right",
    priority=0,
    text=lambda row, now: row.time_text(now),
    sort=lambda row, now: row.standing.seconds(now),
    style=_time_style,
    searched=False,
    number=True,
    hint="For how long; of a wrap-up, how long still; ? where amitop was not there",
)
WITH: Column[PersonRow] = Column(
    key="with",
    title="WITH",
    width=18,
    flex=2,
    priority=2,
    crop="inside",
    text=lambda row, _: row.company(),
    sort=lambda row, _: row.company() or None,
    hint="Whom they talk to, or who waits for their answer",
)
IGNORED: Column[PersonRow] = Column(
    key="ignored",
    title="IGNORED",
    width=7,
    align="right",
    priority=3,
    text=_ignored_text,
    sort=lambda row, _: row.ignored() or None,
    style=_ignored_style,
    searched=False,
    number=True,
    hint="Rings in a row that they did not answer, as far as amitop was there",
)
