"""The Trunks view: a row for every trunk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.views.columns import PBX, Column
from amitop.views.format import UNICODE, hms
from amitop.views.trunk_row import FIVE, ONE, QUARTER, TrunkRow
from amitop.views.words import LEVEL_STYLE, duration

if TYPE_CHECKING:
    from amitop.views.columns import Style


def state_text(row: TrunkRow, _now: float) -> str:
    """Return how it is, with a glyph before it: colour alone says nothing."""
    standing = row.standing
    glyph = {True: UNICODE.dot, False: UNICODE.cross, None: UNICODE.middot}[standing.up]
    return f"{glyph} {standing.words}"


def _state_style(row: TrunkRow, _now: float) -> Style:
    up = row.standing.up
    if up is None or row.rules.ignore:
        return "dim"
    if not up:
        return "bad"
    return "good" if all(each.registered for each in row.registrations) else "warn"


def _calls_style(row: TrunkRow, _now: float) -> Style:
    return LEVEL_STYLE[row.calls_level()] or ("accent" if row.calls.all else "dim")


def _next_text(row: TrunkRow, now: float) -> str:
    left = row.next_try(now)
    return "" if left is None else hms(left)


def _count(count: int) -> str:
    return str(count) if count else ""


def _rate(minutes: int, seconds: float, *, priority: int) -> Column[TrunkRow]:
    """Return the column of the answer rate over the last *minutes*."""
    words = f"{minutes} minute{'s' * (minutes != 1)}"
    # The limit is of five minutes: one is soon without calls, and fifteen are long.
    judged = seconds == FIVE

    def text(row: TrunkRow, now: float) -> str:
        return row.rate_text(now, seconds, judged=judged)

    def style(row: TrunkRow, now: float) -> Style:
        return LEVEL_STYLE[row.rate_level(now, seconds)] if judged else ""

    return Column(
        key=f"ans{minutes}",
        title=f"ANS {minutes}",
        width=7 if judged else 6,
        align="right",
        priority=priority,
        text=text,
        sort=lambda row, now: row.rate(now, seconds),
        style=style,
        searched=False,
        number=True,
        hint=f"Of the calls over it in the last {words}, how many were answered"
        + ("; ! and !! by the limits of answer_rate" if judged else ""),
    )


TRUNK_COLUMNS: tuple[Column[TrunkRow], ...] = (
    Column(
        key="trunk",
        title="TRUNK",
        width=12,
        flex=1,
        priority=0,
        text=lambda row, _: row.name,
        sort=lambda row, _: row.name,
        hint="Its name in the configuration, else that of its registration",
    ),
    Column(
        key="state",
        title="STATE",
        width=16,
        priority=0,
        text=state_text,
        sort=lambda row, _: row.standing.words,
        style=_state_style,
        hint="Whether it is registered, in Asterisk's words; without a registration, whether its endpoint answers",
    ),
    Column(
        key="since",
        title="SINCE",
        width=9,
        align="right",
        priority=1,
        text=lambda row, now: duration(row.seconds(now), exact=row.exact),
        sort=lambda row, now: row.seconds(now),
        searched=False,
        number=True,
        hint="For how long; ~ where that began before amitop was there",
    ),
    Column(
        key="next",
        title="NEXT",
        width=5,
        align="right",
        priority=4,
        text=_next_text,
        sort=lambda row, now: row.next_try(now),
        searched=False,
        number=True,
        hint="Until it is registered anew, as the PBX tells or as it did before",
    ),
    Column(
        key="calls",
        title="CALLS",
        width=8,
        align="right",
        priority=0,
        text=lambda row, _: row.calls_text(),
        sort=lambda row, _: row.calls.all,
        style=_calls_style,
        searched=False,
        number=True,
        hint="Calls now, of how many it carries; ! and !! by the limits of calls",
    ),
    Column(
        key="in",
        title="IN",
        width=4,
        align="right",
        priority=2,
        text=lambda row, _: _count(row.calls.incoming),
        sort=lambda row, _: row.calls.incoming,
        searched=False,
        number=True,
        hint="Calls now that came over it",
    ),
    Column(
        key="out",
        title="OUT",
        width=4,
        align="right",
        priority=2,
        text=lambda row, _: _count(row.calls.outgoing),
        sort=lambda row, _: row.calls.outgoing,
        searched=False,
        number=True,
        hint="Calls now that went out over it",
    ),
    _rate(15, QUARTER, priority=5),
    _rate(5, FIVE, priority=3),
    _rate(1, ONE, priority=6),
    Column(
        key="tries",
        title="TRIES",
        width=5,
        align="right",
        priority=6,
        text=lambda row, now: _count(row.flow(now, QUARTER).outgoing.tries),
        sort=lambda row, now: row.flow(now, QUARTER).outgoing.tries,
        searched=False,
        number=True,
        hint="Calls out over it in the last 15 minutes whose fate is known",
    ),
    Column(
        key="failures",
        title="FAILURES",
        width=16,
        flex=2,
        priority=3,
        text=lambda row, now: row.failures(now),
        sort=lambda row, now: row.flow(now, QUARTER).outgoing.failed.total(),
        searched=False,
        number=True,
        hint="Why calls out over it were not answered in the last 15 minutes, and how many",
    ),
    Column(
        key="flaps",
        title="FLAPS",
        width=5,
        align="right",
        priority=4,
        text=lambda row, now: _count(row.flaps(now)),
        sort=lambda row, now: row.flaps(now),
        style=lambda row, now: "warn" if row.flaps(now) else "",
        searched=False,
        number=True,
        hint="How often it was lost in the last hour",
    ),
    Column(
        key="server",
        title="SERVER",
        width=18,
        priority=7,
        text=lambda row, _: row.server(),
        sort=lambda row, _: row.server(),
        hint="Where it leads to",
    ),
    Column(
        key="client",
        title="CLIENT",
        width=18,
        priority=8,
        text=lambda row, _: row.client(),
        sort=lambda row, _: row.client(),
        shown=False,
        hint="As whom it registers",
    ),
    Column(
        key="device",
        title="DEVICE",
        width=16,
        priority=8,
        text=lambda row, _: row.device or "",
        sort=lambda row, _: row.device,
        shown=False,
        hint="The endpoint whose calls are counted",
    ),
    PBX,
)
