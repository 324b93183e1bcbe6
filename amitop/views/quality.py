"""The Quality view: how every leg sounds, the worst first. In is from the device to the PBX, out the other way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from amitop.pbx.quality import Quality
from amitop.thresholds import Level
from amitop.views.channels import CALLER, CHANNEL, TIME, UNIQUEID, WITH, ChannelRow, lingering
from amitop.views.columns import PBX, Column, Style
from amitop.views.format import ago
from amitop.views.sound import SILENCE, has_media, judge, known, leg_trend, milliseconds, percentage, trend
from amitop.views.words import LEVEL_STYLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from amitop.pbx.model import Channel, EndedChannel
    from amitop.pbx.quality import LegQuality
    from amitop.pbx.store import Store

TREND = 12
"""Cells of the trend: a report each."""


class QualityRow(ChannelRow):
    """A leg, and how it sounds at the moment for which the row is made."""

    __slots__ = ("figures", "leg")

    def __init__(self, store: Store, channel: Channel, now: float, end: EndedChannel | None = None) -> None:
        super().__init__(store, channel, end)
        self.leg: LegQuality | None = known(store, channel, now if end is None else end.at)
        self.figures = SILENCE if self.leg is None else judge(self.leg, channel)

    def remark(self, now: float) -> str:
        """What is the matter, or why nothing is known; when it has gone, why."""
        if self.end is not None:
            return self.end.cause_text
        if self.leg is None:
            heard = self.store.part(Quality).legs.get(self.channel.uniqueid)
            return "no reports" if heard is None else f"last report {ago(now - heard.heard)}"
        return self.figures.remark

    def style(self) -> Style:
        """What the score means."""
        if self.end is not None:
            return "dim"
        return LEVEL_STYLE[self.figures.level] or ("good" if self.figures.mos is not None else "dim")

    def reported(self, now: float) -> float | None:
        """Seconds since its last report."""
        return None if self.leg is None else max(now - self.leg.heard, 0.0)


def quality_rows(stores: Iterable[Store], now: float) -> list[QualityRow]:
    """Return a row for every leg that has media, or reports; the worst first, and those of which nothing is known last.

    Legs of one score, rounded as it is shown, stand by age, so that the order is calm.
    """
    rows: list[QualityRow] = []
    for store in stores:
        reported = store.part(Quality)
        channels = store.channels.values()
        rows += [QualityRow(store, each, now) for each in channels if each.uniqueid in reported.legs or has_media(each)]
        rows += [
            QualityRow(store, end.channel, now, end)
            for end in lingering(store, now)
            if end.channel.uniqueid in reported.ended
        ]
    rows.sort(key=lambda row: (*row.figures.badness, row.channel.created, row.channel.order))
    return rows


def summary(rows: Iterable[QualityRow]) -> str:
    """Return how many legs are heard of, and how many of them sound bad: `14 legs, 2 poor, 1 bad`."""
    levels = [row.figures.level for row in rows if row.leg is not None and row.end is None]
    words = [f"{len(levels)} leg{'s' * (len(levels) != 1)}"]
    words += [
        f"{count} {word}"
        for level, word in ((Level.WARN, "poor"), (Level.CRITICAL, "bad"))
        if (count := levels.count(level))
    ]
    return ", ".join(words)


def _direction(
    way: Literal["in", "out"],
    figure: Literal["loss", "jitter", "mos"],
    title: str,
    words: Callable[[float | None], str],
    *,
    priority: int,
    hint: str,
    width: int = 7,
    shown: bool = True,
) -> Column[QualityRow]:
    """Return the column of one *figure* of one direction, in *words*."""

    def value(row: QualityRow, _now: float) -> float | None:
        figures = row.figures.inward if way == "in" else row.figures.outward
        return None if figures is None else getattr(figures, figure)

    return Column(
        key=f"{figure}_{way}",
        title=title,
        width=width,
        align="right",
        priority=priority,
        text=lambda row, now: words(value(row, now)),
        sort=value,
        shown=shown,
        searched=False,
        number=True,
        hint=hint,
    )


def _score(mos: float | None) -> str:
    return "" if mos is None else f"{mos:.1f}"


QUALITY_COLUMNS: tuple[Column[QualityRow], ...] = (
    Column(
        key="mos",
        title="MOS",
        width=6,
        align="right",
        priority=0,
        text=lambda row, _: row.figures.text,
        sort=lambda row, _: row.figures.mos,
        style=lambda row, _: row.style(),
        searched=False,
        number=True,
        hint="Score of the worse direction, 1 to 4.5; ! below 3.6, !! below 3.1",
    ),
    replace(CHANNEL, width=21),
    replace(CALLER, priority=4),
    replace(WITH, key="with", priority=5),
    Column(
        key="rtt",
        title="RTT",
        width=7,
        align="right",
        priority=1,
        text=lambda row, _: milliseconds(None if row.figures.rtt is None else row.figures.rtt * 1000),
        sort=lambda row, _: None if row.figures.rtt is None else row.figures.rtt * 1000,
        searched=False,
        number=True,
        hint="Round trip to the device and back, in ms; known where that sends reports",
    ),
    _direction(
        "in",
        "loss",
        "LOSS IN",
        percentage,
        priority=1,
        hint="Packets lost from the device to the PBX, in percent, over the last minute",
    ),
    _direction(
        "out",
        "loss",
        "LOSS OUT",
        percentage,
        width=8,
        priority=1,
        hint="Packets lost from the PBX to the device, as that reports",
    ),
    _direction(
        "in",
        "jitter",
        "JIT IN",
        milliseconds,
        priority=2,
        hint="Jitter of what comes from the device, in ms, over the last minute",
    ),
    _direction(
        "out",
        "jitter",
        "JIT OUT",
        milliseconds,
        priority=2,
        hint="Jitter of what goes to the device, as that reports",
    ),
    _direction(
        "in", "mos", "MOS IN", _score, width=6, priority=6, shown=False, hint="Score of what comes from the device"
    ),
    _direction("out", "mos", "MOS OUT", _score, priority=6, shown=False, hint="Score of what goes to the device"),
    Column(
        key="trend",
        title="LAST MINUTE",
        width=TREND,
        priority=5,
        text=lambda row, _: "" if row.leg is None else trend(leg_trend(row.leg), TREND),
        sort=lambda row, _: row.figures.mos,
        searched=False,
        hint="The worse direction's score, report by report: the higher the better",
    ),
    Column(
        key="remark",
        title="REMARK",
        width=25,
        flex=1,
        priority=3,
        text=lambda row, now: row.remark(now),
        sort=lambda row, now: row.remark(now) or None,
        style=lambda row, _: LEVEL_STYLE[row.figures.level] if row.end is None else "dim",
        hint="What costs most of the score, a direction that is silent, or why nothing is known",
    ),
    replace(TIME, priority=4),
    Column(
        key="report",
        title="REPORT",
        width=9,
        align="right",
        priority=6,
        text=lambda row, now: "" if row.leg is None else ago(row.reported(now)),
        sort=lambda row, now: row.reported(now),
        shown=False,
        searched=False,
        number=True,
        hint="When it was last reported on",
    ),
    UNIQUEID,
    PBX,
)
