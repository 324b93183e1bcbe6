"""Columns of figures about queues: the shift's own, counted by amitop, and Asterisk's, which are named as such."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.thresholds import Formula
from amitop.views.columns import Column
from amitop.views.format import UNICODE, hms, sparkline
from amitop.views.queue_row import QueueRow, percent
from amitop.views.words import LEVEL_STYLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from amitop.shift.queue_tally import QueueTally
    from amitop.views.columns import Style

MINUTES = 15
"""Of arrivals that a row shows."""


def _level_style(row: QueueRow, _now: float) -> Style:
    return LEVEL_STYLE[row.service_level_level()]


def _count(
    key: str, title: str, count: Callable[[QueueRow, QueueTally], int], hint: str, *, shown: bool = False, priority: int
) -> Column[QueueRow]:
    """Return the column of a number of the shift."""

    def value(row: QueueRow, _now: float) -> int | None:
        return None if row.tally is None else count(row, row.tally)

    def text(row: QueueRow, now: float) -> str:
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
        shown=shown,
        searched=False,
        number=True,
        hint=hint,
    )


def _seconds(key: str, title: str, seconds: Callable[[QueueTally], float | None], hint: str) -> Column[QueueRow]:
    """Return the column of a duration of the shift."""

    def value(row: QueueRow, _now: float) -> float | None:
        return None if row.tally is None else seconds(row.tally)

    return Column(
        key=key,
        title=title,
        width=max(len(title), 7),
        align="right",
        priority=8,
        text=lambda row, now: hms(value(row, now)),
        sort=value,
        shown=False,
        searched=False,
        number=True,
        hint=hint,
    )


def _asterisk(
    key: str, title: str, value: Callable[[QueueRow], float | None], words: Callable[[float | None], str], hint: str
) -> Column[QueueRow]:
    """Return the column of one of Asterisk's own figures; there are none before a list told of them."""

    def told(row: QueueRow, _now: float) -> float | None:
        return None if row.queue.listed_at is None else value(row)

    return Column(
        key=key,
        title=title,
        width=len(title),
        align="right",
        priority=9,
        text=lambda row, now: words(told(row, now)),
        sort=told,
        shown=False,
        searched=False,
        number=True,
        hint=f"Asterisk's own, since the queue was loaded or reset: {hint}",
    )


def _number(value: float | None) -> str:
    return UNICODE.nothing if value is None else f"{value:.0f}"


SHIFT_COLUMNS: tuple[Column[QueueRow], ...] = (
    Column(
        key="sl",
        title="SL",
        width=7,
        align="right",
        priority=1,
        text=lambda row, _: row.service_level_text(),
        sort=lambda row, _: row.service_level(),
        style=_level_style,
        searched=False,
        number=True,
        hint="Service level of the shift, by the formula of sl_formula; ! and !! by the limits of sl_percent",
    ),
    _count("answered", "ANSW", lambda _, tally: tally.answered, "Answered in this shift", shown=True, priority=3),
    _count(
        "abandoned",
        "ABAND",
        lambda _, tally: tally.abandoned,
        "Hung up before an answer in this shift",
        shown=True,
        priority=3,
    ),
    Column(
        key="arrivals",
        title=f"LAST {MINUTES} MIN",
        width=MINUTES,
        align="right",
        priority=6,
        text=lambda row, now: sparkline(row.arrivals(MINUTES, now), MINUTES),
        sort=lambda row, now: sum(row.arrivals(MINUTES, now)),
        style=lambda _row, _now: "accent",
        searched=False,
        number=True,
        hint="Callers who came in each minute, each row by its own largest; sorted by how many came",
    ),
    _count("offered", "OFFERED", lambda _, tally: tally.offered, "Callers of this shift", priority=8),
    _count(
        "short",
        "SHORT",
        lambda row, tally: tally.short_abandons(row.rules.short_abandon),
        "Of those who hung up, those within short_abandon seconds, in this shift",
        priority=8,
    ),
    _count(
        "timeouts",
        "TIMEOUT",
        lambda _, tally: tally.timed_out,
        "Waited for as long as Queue() lets anybody",
        priority=8,
    ),
    _count(
        "left", "LEFT", lambda _, tally: tally.left, "Left by a key, moved on, withdrawn, or nobody there", priority=8
    ),
    _count("lost", "LOST", lambda _, tally: tally.lost, "Of whom amitop did not see what became", priority=8),
    _seconds(
        "mean", "MEAN", lambda tally: tally.answer_waits.mean, "Mean wait of those who were answered in this shift"
    ),
    _seconds("median", "MEDIAN", lambda tally: tally.answer_waits.median, "Half of those answered waited no longer"),
    _seconds(
        "p90", "P90", lambda tally: tally.answer_waits.quantile(0.9), "Nine in ten of those answered waited no longer"
    ),
    _seconds("max", "MAX", lambda tally: tally.longest_wait, "The longest wait of this shift that is over"),
    _seconds("meantalk", "MEAN TALK", lambda tally: tally.mean_talk, "Mean talk of this shift"),
)
"""Counted by amitop since the shift began."""

ASTERISK_COLUMNS: tuple[Column[QueueRow], ...] = (
    _asterisk(
        "asthold", "ASTERISK HOLD", lambda row: row.queue.holdtime, hms, "wait, an average of about the last four calls"
    ),
    _asterisk(
        "asttalk", "ASTERISK TALK", lambda row: row.queue.talktime, hms, "talk, an average of about the last four calls"
    ),
    _asterisk("astdone", "ASTERISK DONE", lambda row: row.queue.completed, _number, "answered calls that are over"),
    _asterisk(
        "astlost",
        "ASTERISK ABAND",
        lambda row: row.queue.abandoned,
        _number,
        "left without an answer, timeouts and all",
    ),
    _asterisk("astsl", "ASTERISK SL", lambda row: row.queue.sl_perf, percent, Formula.ANSWERED.words),
    _asterisk("astsl2", "ASTERISK SL2", lambda row: row.queue.sl_perf2, percent, Formula.BOTH.words),
)
"""Asterisk's."""
