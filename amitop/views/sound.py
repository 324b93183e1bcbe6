"""How a leg sounds, in figures and a few words: for the view of quality, a column elsewhere, and the details."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from amitop.pbx.model import ChannelState
from amitop.pbx.quality import Quality, delay
from amitop.thresholds import Level, Limit, Sense
from amitop.views.columns import Column
from amitop.views.format import UNICODE, ago
from amitop.views.words import LEVEL_STYLE, signed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from amitop.pbx.model import Channel
    from amitop.pbx.quality import Figures, Flow, LegQuality, Stream
    from amitop.pbx.store import Store

QUALITY_KEY = "quality"
"""What the column is called that shows it in other views."""
LIMIT = Limit(3.6, 3.1, Sense.BELOW)
"""Scores below which many, and nearly all, are not content: R of 70 and 60 (ITU-T G.109)."""
STALE = 30.0
"""Seconds after its last report from which on a leg's figures say nothing any more (`ami.md` C.1)."""
SPEAKS_RTP = frozenset({"PJSIP", "SIP"})
"""Technologies whose media comes with reports."""
_BEST = 4.5


class Sound(NamedTuple):
    """How one leg sounds, over the last minute."""

    mos: float | None = None
    """Of the worse direction, to one decimal."""
    level: Level = Level.FINE
    rtt: float | None = None
    """Seconds."""
    inward: Figures | None = None
    """From the device to the PBX."""
    outward: Figures | None = None
    """From the PBX to the device."""
    remark: str = ""
    """What is the matter."""

    @property
    def badness(self) -> tuple[int, float]:
        """What to sort by so that the worst comes first."""
        return -self.level, _BEST + 1 if self.mos is None else self.mos

    @property
    def text(self) -> str:
        """The score with the sign of its level."""
        return signed(UNICODE.nothing if self.mos is None else f"{self.mos:.1f}", self.level)


SILENCE = Sound()
"""Nothing is known."""


class Sounding(Protocol):
    """A row of something that one listens to."""

    def sound(self, now: float) -> Sound:
        """How it sounds."""


QUALITY: Column[Sounding] = Column(
    key=QUALITY_KEY,
    title="QUALITY",
    width=7,
    align="right",
    priority=4,
    text=lambda row, now: row.sound(now).text,
    sort=lambda row, now: row.sound(now).mos,
    style=lambda row, now: LEVEL_STYLE[row.sound(now).level],
    shown=False,
    searched=False,
    number=True,
    hint="Score (MOS) of the worst leg and direction, 1 to 4.5; ! below 3.6, or where a direction is silent",
)


def sound_of(store: Store, channel: Channel, now: float) -> Sound:
    """Return how *channel* sounds at *now*: for one that has gone, when it ended."""
    leg = known(store, channel, now)
    return SILENCE if leg is None else judge(leg, channel)


def judge(leg: LegQuality, channel: Channel) -> Sound:
    """Return how *channel* sounds, of which *leg* is known."""
    stream, mos = leg.stream, leg.mos
    mos = None if mos is None else round(mos, 1)
    level, remark = LIMIT.level(mos), _one_way(stream, channel)
    if remark:
        level = max(level, Level.WARN)
    elif level:
        remark = _culprit(stream)
    else:
        remark = _harmless(stream, channel)
    return Sound(mos, level, stream.rtt, stream.inward.figures, stream.outward.figures, remark)


def known(store: Store, channel: Channel, now: float) -> LegQuality | None:
    """Return what has been reported of *channel* lately, None where that is nothing."""
    leg = store.part(Quality).of(channel.uniqueid)
    return leg if leg is not None and now - leg.heard <= STALE else None


def worst(store: Store, legs: Iterable[Channel], now: float) -> Sound:
    """Return how the worst of *legs* sounds."""
    return min((sound_of(store, leg, now) for leg in legs), key=lambda each: each.badness, default=SILENCE)


def has_media(channel: Channel) -> bool:
    """Whether reports on *channel* are to be expected."""
    return channel.state is ChannelState.UP and channel.technology in SPEAKS_RTP


def _one_way(stream: Stream, channel: Channel) -> str:
    """Say which direction is silent that should not be."""
    if stream.inward.silent is not None and channel.held_at is None:
        if stream.phone_sends:
            return "one-way: its media is lost"
        # A device that sends reports would say so if it sent media: then it is muted.
        if stream.phone_sends is None and stream.we_send:
            return "one-way: nothing comes in"
    if stream.outward.silent is not None and stream.we_send:
        return "one-way: nothing gets out"
    return ""


def _harmless(stream: Stream, channel: Channel) -> str:
    if channel.held_at is not None:
        return "on hold"
    if stream.inward.silent is not None:
        return "silent"
    if stream.outward.silent is not None:
        return "nothing is sent to it"
    return "" if stream.phone_sends is not None else "no reports from it"


def _culprit(stream: Stream) -> str:
    """Say what costs most of the score."""
    trip = (stream.rtt or 0) * 1000
    late = delay(trip, 0, None)
    costs = [(late, "delay")]
    for flow, word in ((stream.inward, "in"), (stream.outward, "out")):
        if flow.figures is not None:
            jitter, loss, _, deviation = flow.figures
            costs += [(2 * loss, f"loss {word}"), (delay(trip, jitter, deviation) - late, f"jitter {word}")]
    return max(costs)[1]


# -- text -------------------------------------------------------------------------------------------------------------


def milliseconds(value: float | None) -> str:
    """Return a time: `0.4 ms`, `23 ms`."""
    if value is None:
        return UNICODE.nothing
    return f"{value:.1f} ms" if value < 9.95 else f"{value:.0f} ms"


def percentage(value: float | None) -> str:
    """Return a share: `0%`, `0.4%`, `23%`."""
    if value is None:
        return UNICODE.nothing
    return f"{value:.1f}%" if 0 < value < 9.95 else f"{value:.0f}%"


def trend(scores: Sequence[float], width: int) -> str:
    """Return the last *width* of *scores* as blocks: the full height is the best that there can be."""
    levels = UNICODE.blocks
    last = list(scores)[-width:]
    return "".join(levels[round((score - 1) / (_BEST - 1) * (len(levels) - 1))] for score in last).rjust(width)


def leg_trend(leg: LegQuality) -> list[float]:
    """Return the scores of the direction that is the worse one now."""
    flows = [flow for flow in (leg.stream.inward, leg.stream.outward) if flow.figures is not None]
    return min(flows, key=_score).trend if flows else []


def _score(flow: Flow) -> float:
    return _BEST if flow.figures is None else flow.figures.mos


def media_lines(store: Store, channel: Channel, now: float) -> Iterator[tuple[str, str | None]]:
    """Yield what the details of a channel say of its media; nothing where nothing is known."""
    leg = known(store, channel, now)
    if leg is None:
        return
    sound, stream = judge(leg, channel), leg.stream
    yield "Quality", f"{sound.text}  {sound.remark}".rstrip()
    yield "Round trip", None if stream.rtt is None else milliseconds(stream.rtt * 1000)
    yield "Media in", _flow_words(stream.inward, now)
    yield "Media out", _flow_words(stream.outward, now)
    scores = [f"{flow.mes:.1f} {word}" for flow, word in ((stream.inward, "in"), (stream.outward, "out")) if flow.mes]
    yield "Asterisk's MES", ", ".join(scores)
    yield "Last report", ago(now - leg.heard)


def _flow_words(flow: Flow, now: float) -> str | None:
    words = []
    if flow.figures is not None:
        jitter, loss, mos, _ = flow.figures
        words.append(
            f"{mos:.1f}  loss {percentage(loss)} ({flow.lost} in all), jitter {milliseconds(jitter)} "
            f"{trend(flow.trend, len(flow.trend))}"
        )
    if flow.silent is not None:
        words.append(f"nothing arrives, since {ago(now - flow.silent).removesuffix(' ago')}")
    return "; ".join(words) or None


def leg_words(store: Store, channel: Channel, now: float) -> str | None:
    """Return a leg's media in one line, for the details of a call."""
    leg = known(store, channel, now)
    if leg is None:
        return None
    sound = judge(leg, channel)
    parts = [sound.text]
    if sound.rtt is not None:
        parts.append(f"round trip {milliseconds(sound.rtt * 1000)}")
    for figures, word in ((sound.inward, "in"), (sound.outward, "out")):
        if figures is not None:
            parts.append(f"{word}: loss {percentage(figures.loss)}, jitter {milliseconds(figures.jitter)}")
    return "  ".join([*parts, sound.remark]).rstrip()
