"""Columns of an agent's own shift: calls, missed rings, and what the time went into, counted by amitop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.shift.agent_tally import Doing
from amitop.views.columns import Column
from amitop.views.format import UNICODE, hms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from amitop.shift.agent_tally import AgentTally
    from amitop.views.agents import AgentRow

NO_REASON = "no reason"
"""Stands for the reason of a pause that has none."""


def pauses_text(pauses: Iterable[tuple[str, float]]) -> str:
    """Return `lunch 31:07, no reason 5:00`, the longest first. Reasons are as the PBX sent them, not cleaned."""
    spent = sorted(pauses, key=lambda pause: -pause[1])
    return ", ".join(f"{reason or NO_REASON} {hms(seconds)}" for reason, seconds in spent if seconds >= 1)


def _pauses(row: AgentRow, now: float) -> dict[str, float]:
    return {} if row.tally is None else row.tally.paused(row.floor.epoch(now))


def _count(key: str, title: str, count: Callable[[AgentTally], int], hint: str, *, priority: int) -> Column[AgentRow]:
    def value(row: AgentRow, _now: float) -> int | None:
        return None if row.tally is None else count(row.tally)

    def text(row: AgentRow, now: float) -> str:
        found = value(row, now)
        return UNICODE.nothing if found is None else str(found)

    return Column(
        key=key,
        title=title,
        width=max(len(title), 5),
        align="right",
        priority=priority,
        text=text,
        sort=value,
        searched=False,
        number=True,
        hint=hint,
    )


def _seconds(
    key: str,
    title: str,
    seconds: Callable[[AgentTally, float], float | None],
    hint: str,
    *,
    priority: int = 6,
    shown: bool = False,
) -> Column[AgentRow]:
    def value(row: AgentRow, now: float) -> float | None:
        return None if row.tally is None else seconds(row.tally, row.floor.epoch(now))

    return Column(
        key=key,
        title=title,
        width=max(len(title), 7),
        align="right",
        priority=priority,
        text=lambda row, now: hms(value(row, now)),
        sort=value,
        shown=shown,
        searched=False,
        number=True,
        hint=hint,
    )


def _spent(key: str, what: Doing, hint: str, *, priority: int = 6, shown: bool = False) -> Column[AgentRow]:
    title = key.upper()
    return _seconds(key, title, lambda tally, epoch: tally.spent(what, epoch), hint, priority=priority, shown=shown)


FIGURE_COLUMNS: tuple[Column[AgentRow], ...] = (
    _count("calls", "CALLS", lambda tally: tally.answered, "Calls of queues that they took in this shift", priority=3),
    _count("missed", "MISSED", lambda tally: tally.missed, "Rings that they did not answer in this shift", priority=4),
    _spent("talk", Doing.TALK, "With callers of queues in this shift", priority=5, shown=True),
    _seconds("mean", "MEAN", lambda tally, _: tally.mean_talk, "Mean talk of this shift"),
    _spent("idle", Doing.IDLE, "Free and waiting for a call in this shift", priority=6, shown=True),
    _seconds(
        "paused",
        "PAUSED",
        lambda tally, epoch: sum(tally.paused(epoch).values()),
        "Paused in every queue in this shift",
        priority=5,
        shown=True,
    ),
    Column(
        key="pauses",
        title="PAUSES",
        width=20,
        flex=1,
        priority=7,
        text=lambda row, now: pauses_text(_pauses(row, now).items()),
        sort=lambda row, now: sum(_pauses(row, now).values()) or None,
        shown=False,
        searched=False,
        number=True,
        hint="Paused in this shift by reason, the longest first",
    ),
    _spent("wrap", Doing.WRAP_UP, "In wrap-up in this shift"),
    _spent("busy", Doing.BUSY, "On the phone but not for a queue in this shift"),
    _spent("rang", Doing.RING, "Ringing in this shift"),
    _seconds("login", "LOGIN", lambda tally, epoch: tally.logged_in(epoch), "Reachable or paused in this shift"),
)
"""Counted by amitop since the shift began, or since it was first there."""
