"""The Quality view: how every leg sounds, the worst first. In is from the device to the PBX, out the other way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.quality import Quality
from amitop.thresholds import Level
from amitop.views.channels import ChannelRow, lingering
from amitop.views.columns import Column, Style
from amitop.views.format import ago, party
from amitop.views.sound import SILENCE, has_media, judge, known, leg_trend, milliseconds, percentage, trend
from amitop.views.words import LEVEL_STYLE, duration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amitop.pbx.model import Channel, EndedChannel
    from amitop.pbx.quality import Figures, LegQuality
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


def _figure(figures: Figures | None, name: str) -> float | None:
    value: float | None = getattr(figures, name, None)
    return value


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
    Column(
        key="channel",
        title="CHANNEL",
        width=21,
        flex=2,
        priority=0,
        crop="inside",
        text=lambda row, _: row.channel.name,
        sort=lambda row, _: row.channel.name,
        hint="Technology, device and serial number",
    ),
    Column(
        key="caller",
        title="CALLER",
        width=17,
        flex=2,
        priority=4,
        crop="inside",
        text=lambda row, _: party(row.channel.caller),
        sort=lambda row, _: row.channel.caller.num or row.channel.caller.name,
        hint="Whose leg it is: its caller ID",
    ),
    Column(
        key="with",
        title="WITH",
        width=16,
        flex=1,
        priority=5,
        text=lambda row, _: row.company(),
        sort=lambda row, _: row.company() or None,
        hint="Who is in its bridge",
    ),
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
    Column(
        key="loss_in",
        title="LOSS IN",
        width=7,
        align="right",
        priority=1,
        text=lambda row, _: percentage(_figure(row.figures.inward, "loss")),
        sort=lambda row, _: _figure(row.figures.inward, "loss"),
        searched=False,
        number=True,
        hint="Packets lost from the device to the PBX, in percent, over the last minute",
    ),
    Column(
        key="loss_out",
        title="LOSS OUT",
        width=8,
        align="right",
        priority=1,
        text=lambda row, _: percentage(_figure(row.figures.outward, "loss")),
        sort=lambda row, _: _figure(row.figures.outward, "loss"),
        searched=False,
        number=True,
        hint="Packets lost from the PBX to the device, as that reports",
    ),
    Column(
        key="jitter_in",
        title="JIT IN",
        width=7,
        align="right",
        priority=2,
        text=lambda row, _: milliseconds(_figure(row.figures.inward, "jitter")),
        sort=lambda row, _: _figure(row.figures.inward, "jitter"),
        searched=False,
        number=True,
        hint="Jitter of what comes from the device, in ms, over the last minute",
    ),
    Column(
        key="jitter_out",
        title="JIT OUT",
        width=7,
        align="right",
        priority=2,
        text=lambda row, _: milliseconds(_figure(row.figures.outward, "jitter")),
        sort=lambda row, _: _figure(row.figures.outward, "jitter"),
        searched=False,
        number=True,
        hint="Jitter of what goes to the device, as that reports",
    ),
    Column(
        key="mos_in",
        title="MOS IN",
        width=6,
        align="right",
        priority=6,
        text=lambda row, _: _score(row.figures.inward),
        sort=lambda row, _: _figure(row.figures.inward, "mos"),
        shown=False,
        searched=False,
        number=True,
        hint="Score of what comes from the device",
    ),
    Column(
        key="mos_out",
        title="MOS OUT",
        width=7,
        align="right",
        priority=6,
        text=lambda row, _: _score(row.figures.outward),
        sort=lambda row, _: _figure(row.figures.outward, "mos"),
        shown=False,
        searched=False,
        number=True,
        hint="Score of what goes to the device",
    ),
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
    Column(
        key="time",
        title="TIME",
        width=8,
        align="right",
        priority=4,
        text=lambda row, now: duration(row.age(now), exact=not row.channel.partial),
        sort=lambda row, now: row.age(now),
        searched=False,
        number=True,
        hint="Since the channel began; ~ where amitop was not there",
    ),
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
    Column(
        key="uniqueid",
        title="UNIQUEID",
        width=18,
        priority=7,
        text=lambda row, _: row.channel.uniqueid,
        sort=lambda row, _: row.channel.uniqueid,
        shown=False,
        hint="What it is known by",
    ),
    Column(
        key="pbx",
        title="PBX",
        width=10,
        priority=6,
        text=lambda row, _: row.channel.pbx,
        sort=lambda row, _: row.channel.pbx,
        shown=False,
        hint="Which exchange it is on",
    ),
)


def _score(figures: Figures | None) -> str:
    return "" if figures is None else f"{figures.mos:.1f}"
