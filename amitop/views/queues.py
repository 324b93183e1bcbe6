"""The Queues view: a row for every queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.agents import AgentState
from amitop.views.columns import PBX, Column
from amitop.views.projection import natural
from amitop.views.queue_figures import ASTERISK_COLUMNS, SHIFT_COLUMNS
from amitop.views.queue_row import ON_PHONE, QueueRow
from amitop.views.standing import ABSENT
from amitop.views.words import LEVEL_STYLE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from amitop.views.columns import Style
    from amitop.views.floor import Floor

BAR = 20
"""Cells of the bar of agents."""


def queue_rows(floors: Iterable[Floor]) -> list[QueueRow]:
    """Return a row for every queue, by name."""
    rows = [QueueRow(floor, queue) for floor in floors for queue in floor.store.queues.values()]
    rows.sort(key=lambda row: (natural(row.queue.name), row.key))
    return rows


def _waiting_style(row: QueueRow, _now: float) -> Style:
    # Somebody who waits is to be seen also where nobody has to worry yet.
    return LEVEL_STYLE[row.waiting_level()] or ("accent" if row.queue.waiting else "dim")


def _longest_style(row: QueueRow, now: float) -> Style:
    return LEVEL_STYLE[row.longest_level(now)]


def _ready_style(row: QueueRow, _now: float) -> Style:
    return LEVEL_STYLE[row.ready_level()] or ("good" if row.ready else "dim")


def _members(
    title: str, states: Collection[AgentState], style: Style, *, priority: int, hint: str, shown: bool = True
) -> Column[QueueRow]:
    """Return the column of how many members are in one of *states*."""

    def meaning(row: QueueRow, _now: float) -> Style:
        return style if row.count(states) else "dim"

    return Column(
        key=title.lower().replace("-", ""),
        title=title,
        width=len(title),
        align="right",
        priority=priority,
        text=lambda row, _: str(row.count(states)),
        sort=lambda row, _: row.count(states),
        style=meaning,
        shown=shown,
        searched=False,
        number=True,
        hint=hint,
    )


QUEUE_COLUMNS: tuple[Column[QueueRow], ...] = (
    Column(
        key="queue",
        title="QUEUE",
        width=14,
        flex=1,
        priority=0,
        text=lambda row, _: row.queue.name,
        sort=lambda row, _: row.queue.name,
        hint="Its name in queues.conf",
    ),
    Column(
        key="waiting",
        title="WAITING",
        width=7,
        align="right",
        priority=0,
        text=lambda row, _: row.waiting_text(),
        sort=lambda row, _: row.queue.waiting,
        style=_waiting_style,
        searched=False,
        number=True,
        hint="How many wait; ! and !! by the limits of waiting",
    ),
    Column(
        key="longest",
        title="LONGEST",
        width=10,
        align="right",
        priority=0,
        text=lambda row, now: row.longest_text(now),
        sort=lambda row, now: row.longest(now),
        style=_longest_style,
        searched=False,
        number=True,
        hint="The longest wait now; ! and !! by the limits of longest_wait; ? where that began before amitop was there",
    ),
    Column(
        key="ready",
        title="READY",
        width=6,
        align="right",
        priority=0,
        text=lambda row, _: row.ready_text(),
        sort=lambda row, _: row.ready,
        style=_ready_style,
        searched=False,
        number=True,
        hint="Agents whom the queue could ring now; ! and !! by the limits of ready",
    ),
    _members("RING", {AgentState.RINGING}, "accent", priority=5, hint="Agents whose phone rings, for any queue"),
    _members(
        "TALK", ON_PHONE, "accent", priority=1, hint="Agents on the phone, also with others than callers of queues"
    ),
    _members("WRAP", {AgentState.WRAP_UP}, "", priority=5, hint="Agents in wrap-up after a call of this queue"),
    _members("PAUSE", {AgentState.PAUSED}, "warn", priority=2, hint="Agents who are paused in this queue"),
    _members("AWAY", ABSENT, "dim", priority=6, hint="Agents whose phone is not there"),
    Column(
        key="agents",
        title="AGENTS",
        width=BAR,
        priority=7,
        text=lambda row, _: "".join(text for text, _ in row.bar(BAR)),
        sort=lambda row, _: len(row.queue.members),
        searched=False,
        number=True,
        hint="One each: ● ready ◆ rings ■ talks □ other call ◐ wrap-up ‖ paused · away ✗ no such phone",
    ),
    *SHIFT_COLUMNS,
    Column(
        key="members",
        title="MEMBERS",
        width=7,
        align="right",
        priority=8,
        text=lambda row, _: str(len(row.queue.members)),
        sort=lambda row, _: len(row.queue.members),
        shown=False,
        searched=False,
        number=True,
        hint="How many members it has",
    ),
    Column(
        key="strategy",
        title="STRATEGY",
        width=11,
        priority=8,
        text=lambda row, _: row.queue.strategy or "",
        sort=lambda row, _: row.queue.strategy,
        shown=False,
        hint="Whom it rings first",
    ),
    *ASTERISK_COLUMNS,
    PBX,
)
