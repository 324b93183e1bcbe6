"""A row for one who waits in a queue: how long, how long still within the service level, whose phone rings for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.thresholds import Level, level
from amitop.views.columns import Column
from amitop.views.format import hms, party
from amitop.views.words import LEVEL_STYLE, signed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.pbx.model import Key
    from amitop.pbx.queue_model import QueueCaller
    from amitop.views.columns import Style
    from amitop.views.floor import Floor

SOON = 0.25
"""Share of the service level that is left when a caller begins to be a worry."""
_NAMED = 2
"""Agents that are named who ring for one caller; of more there is a number."""


class CallerRow:
    """One who waits."""

    __slots__ = ("caller", "floor", "ringing", "rules", "seconds")
    ended = False
    children: tuple[CallerRow, ...] = ()

    def __init__(self, floor: Floor, caller: QueueCaller, ringing: Sequence[str]) -> None:
        self.floor = floor
        self.caller = caller
        self.rules = floor.rules.queue(caller.queue)
        self.ringing = ringing
        """Names of the members that the queue rings for this caller now."""
        self.seconds = self.rules.seconds(caller.line.service_level)
        """Of the service level; None where nobody set one."""

    @property
    def key(self) -> Key:
        """(PBX, Uniqueid)."""
        return self.caller.key

    def wait(self, now: float) -> float:
        """Seconds of waiting so far."""
        return max(now - self.caller.joined, 0.0)

    def left(self, now: float) -> float | None:
        """Seconds until the service level is missed, less than 0 once it is; None where there is none."""
        return None if self.seconds is None else self.seconds - self.wait(now)

    def wait_level(self, now: float) -> Level:
        """How bad the wait is by the limits of the longest one."""
        return level(self.rules.longest_wait, self.wait(now))

    def left_level(self, now: float) -> Level:
        """How bad it is that so little is left: critical once the service level is missed."""
        left = self.left(now)
        if left is None or self.seconds is None:
            return Level.FINE
        if left < 0:
            return Level.CRITICAL
        return Level.WARN if left <= self.seconds * SOON else Level.FINE

    def wait_text(self, now: float) -> str:
        """The wait, with a sign where it is a worry."""
        return signed(hms(self.wait(now)), self.wait_level(now))

    def left_text(self, now: float) -> str:
        """What is left, with a sign; less than nothing once the service level is missed."""
        left = self.left(now)
        text = hms(left) if left is None or left >= 0 else f"-{hms(-left)}"
        return signed(text, self.left_level(now))

    def service_words(self, now: float) -> str | None:
        """How the caller stands to the service level: `0:05 left of 20 s`, `!! 0:11 over 20 s`."""
        left = self.left(now)
        if left is None or self.seconds is None:
            return None
        text = f"{hms(abs(left))} {'left of' if left >= 0 else 'over'} {self.seconds} s"
        return signed(text, self.left_level(now))

    def position_text(self) -> str:
        """The place in the queue, of how many."""
        return f"{self.caller.position}/{self.caller.line.waiting}"

    def rings(self) -> str:
        """Whom the queue rings for this caller."""
        if len(self.ringing) > _NAMED:
            return f"{len(self.ringing)} agents"
        return ", ".join(self.ringing)


def _left_style(row: CallerRow, now: float) -> Style:
    return LEVEL_STYLE[row.left_level(now)]


def _wait_style(row: CallerRow, now: float) -> Style:
    return LEVEL_STYLE[row.wait_level(now)]


LEFT: Column[CallerRow] = Column(
    key="left",
    title="LEFT",
    width=9,
    align="right",
    priority=1,
    text=lambda row, now: row.left_text(now),
    sort=lambda row, now: row.left(now),
    style=_left_style,
    searched=False,
    number=True,
    hint="Until the service level is missed; ! a quarter is left, !! missed; a dash where the queue has none",
)
WAIT: Column[CallerRow] = Column(
    key="wait",
    title="WAIT",
    width=10,
    align="right",
    priority=0,
    text=lambda row, now: row.wait_text(now),
    sort=lambda row, now: row.wait(now),
    style=_wait_style,
    searched=False,
    number=True,
    hint="In this queue since; ! and !! by the limits of longest_wait",
)
POSITION: Column[CallerRow] = Column(
    key="pos",
    title="POS",
    width=5,
    align="right",
    priority=2,
    text=lambda row, _: row.position_text(),
    sort=lambda row, _: row.caller.position,
    searched=False,
    number=True,
    hint="Place in the queue, of how many; 1 is next",
)
QUEUE: Column[CallerRow] = Column(
    key="queue",
    title="QUEUE",
    width=12,
    flex=1,
    priority=1,
    text=lambda row, _: row.caller.queue,
    sort=lambda row, _: row.caller.queue,
    hint="Where they wait",
)
CALLER: Column[CallerRow] = Column(
    key="caller",
    title="CALLER",
    width=21,
    flex=2,
    priority=0,
    crop="inside",
    text=lambda row, _: party(row.caller.caller),
    sort=lambda row, _: row.caller.caller.num or row.caller.caller.name,
    hint="Who waits",
)
RINGS: Column[CallerRow] = Column(
    key="rings",
    title="RINGS",
    width=16,
    flex=1,
    priority=3,
    text=lambda row, _: row.rings(),
    sort=lambda row, _: row.rings() or None,
    style=lambda _row, _now: "accent",
    hint="Whose phone the queue rings for them now",
)
PRIORITY: Column[CallerRow] = Column(
    key="prio",
    title="PRIO",
    width=4,
    align="right",
    priority=5,
    text=lambda row, _: "" if row.caller.priority is None else str(row.caller.priority),
    sort=lambda row, _: row.caller.priority,
    searched=False,
    number=True,
    hint="Priority: the larger goes first; blank until the PBX has listed it",
)
JOINED_AT: Column[CallerRow] = Column(
    key="joined",
    title="JOINED AT",
    width=9,
    align="right",
    priority=6,
    text=lambda row, _: "" if row.caller.original_position is None else f"#{row.caller.original_position}",
    sort=lambda row, _: row.caller.original_position,
    shown=False,
    searched=False,
    number=True,
    hint="The place that they joined at",
)
CHANNEL: Column[CallerRow] = Column(
    key="channel",
    title="CHANNEL",
    width=22,
    flex=1,
    priority=6,
    crop="inside",
    text=lambda row, _: row.caller.channel,
    sort=lambda row, _: row.caller.channel,
    shown=False,
    hint="The channel that waits",
)
UNIQUEID: Column[CallerRow] = Column(
    key="uniqueid",
    title="UNIQUEID",
    width=18,
    priority=7,
    text=lambda row, _: row.caller.uniqueid,
    sort=lambda row, _: row.caller.uniqueid,
    shown=False,
    hint="What the channel is known by",
)
