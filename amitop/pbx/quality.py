"""How each leg sounds, in both directions: what its RTCP reports tell (`ami.md` B.9).

RTCPSent tells what Asterisk measured on the media that came in from the phone, RTCPReceived what the phone measured on
the media that went out to it. These events come from another thread than the channels' own, so their channel blocks may
be old, and may trail behind a Hangup: they bring no channel up to date and make none.
"""

from __future__ import annotations

import re
from array import array
from math import sqrt
from operator import mul
from typing import TYPE_CHECKING, Any, NamedTuple

from amitop.pbx.blocks import header, number
from amitop.pbx.reducer import Reducer

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.pbx.model import Channel
    from amitop.pbx.store import Store

SAMPLES = 12
"""Reports that figures are made of: a minute at Asterisk's usual `rtcpinterval` of 5 s."""
FORGOTTEN = 60.0
"""Seconds after its last report at which a leg's figures are forgotten."""
ENDED_KEPT = 5.0
"""Seconds for which those of a leg that hung up are kept, for the row that lingers."""
STREAMS = 4
"""Streams of a leg that are told apart: sound, pictures, and what a re-INVITE put in their place."""
USUAL_CLOCK = 8000
"""Ticks a second of G.711, G.729, and of G.722 in RTP; holds until two reports have shown otherwise."""
VIDEO_CLOCK = 90000
CLOCKS = (USUAL_CLOCK, 12000, 16000, 24000, 32000, 44100, 48000, VIDEO_CLOCK)
_NEAR = 0.03  # a sender's clock and its timestamps are never quite in step
_DECIMAL = re.compile(r"\s*([0-9]{1,12}(?:\.[0-9]{1,9})?)\s*", re.ASCII)
_NEGATIVE = 0x800000
"""A count of lost packets from which on it is a negative one: more came than were expected, as some came twice."""


class Figures(NamedTuple):
    """Means over the last minute."""

    jitter: float
    """Milliseconds."""
    loss: float
    """Percent of the packets."""
    mos: float
    """1 to 4.5."""
    deviation: float | None
    """Of the jitter, in milliseconds; None while there is a single sample."""


class Flow:
    """The media of one direction."""

    __slots__ = (
        *("_conditions", "_estimate", "_jitters", "_losses", "_mark"),
        *("clock", "figures", "lost", "mes", "position", "silent"),
    )

    def __init__(self) -> None:
        self.figures: Figures | None = None
        """None until there is something to measure."""
        self.lost = 0
        """Packets since the stream began."""
        self.mes: float | None = None
        """Asterisk's own score (0 to 100), where it has one: a MOS times 20, of the whole stream."""
        self.silent: float | None = None
        """Since when nothing arrives; None while something does."""
        self.clock: int | None = None
        """Ticks a second, once two reports of the sender have shown them."""
        self.position: int | None = None
        """The sequence number that arrived last, with its cycles."""
        self._jitters = array("I")
        self._losses = array("B")
        self._conditions = (0.0, 1.0)  # round trip in ms, and ticks in a ms
        self._mark: tuple[float, int] | None = None
        self._estimate: int | None = None

    def measured(self, packet: Packet, now: float) -> None:
        """Take the report of whoever receives this direction."""
        fraction = number(header(packet, "Report0FractionLost"))
        if fraction is None:  # no block: it never received anything
            self._nothing(now)
            return
        cycles = number(header(packet, "Report0SequenceNumberCycles")) or 0
        position = (cycles << 16) + (number(header(packet, "Report0HighestSequence")) or 0)
        if position == self.position:
            self._nothing(now)  # loss 0 then, and the jitter of before: a perfect score for silence
            return
        self.position = position
        self.silent = None
        _push(self._losses, min(fraction, 255))
        _push(self._jitters, min(number(header(packet, "Report0IAJitter")) or 0, 0xFFFFFFFF))
        lost = number(header(packet, "Report0CumulativeLost")) or 0
        self.lost = lost if lost < _NEGATIVE else 0
        self.mes = _decimal(header(packet, "MES")) or None  # 0.0 is what stands there before there is one

    def _nothing(self, now: float) -> None:
        if self.silent is None:
            self.silent = now

    def sender(self, packet: Packet) -> None:
        """Take the sender's own report: two of them show how fast its timestamps run.

        A pause in between shows in a smaller rate, so a known one is given up only for one that is met twice.
        """
        at, ticks = _decimal(header(packet, "SentNTP")), number(header(packet, "SentRTP"))
        if at is None or ticks is None:
            return
        before, self._mark = self._mark, (at, ticks)
        if before is None or at - before[0] < 1:
            return
        rate = ((ticks - before[1]) & 0xFFFFFFFF) / (at - before[0])
        near = next((clock for clock in CLOCKS if abs(rate - clock) <= clock * _NEAR), None)
        if near is not None and (self.clock is None or near == self._estimate):
            self.clock = near
        self._estimate = near

    def settle(self, clock: int, rtt: float | None) -> None:
        """Work the figures out anew. *clock* holds where this direction's own is not known; *rtt* is in seconds."""
        if not self._losses:
            return
        self._conditions = trip, ticks = (rtt or 0) * 1000, (self.clock or clock) / 1000
        jitters, count = self._jitters, len(self._jitters)
        mean = sum(jitters) / count
        deviation = None if count < 2 else sqrt(max(sum(map(mul, jitters, jitters)) / count - mean * mean, 0)) / ticks
        loss = sum(self._losses) / len(self._losses) / 2.56
        self.figures = Figures(mean / ticks, loss, mos(trip, mean / ticks, deviation, loss), deviation)

    @property
    def trend(self) -> list[float]:
        """The score of each report of the last minute by itself, oldest first."""
        trip, ticks = self._conditions
        reports = zip(self._jitters, self._losses, strict=True)
        return [mos(trip, jitter / ticks, None, fraction / 2.56) for jitter, fraction in reports]


class Stream:
    """What goes over one address of Asterisk's."""

    __slots__ = ("_rtts", "heard", "inward", "outward", "phone_sends", "rtt", "we_send")

    def __init__(self) -> None:
        self.inward = Flow()
        """From the phone, as Asterisk received it."""
        self.outward = Flow()
        """To the phone, as it says that it received it."""
        self.rtt: float | None = None
        """Seconds from Asterisk to the phone and back: the mean of the last minute."""
        self.we_send: bool | None = None
        """Whether Asterisk sent media before its last report."""
        self.phone_sends: bool | None = None
        """Whether the phone said so of itself; None where it does not send reports."""
        self.heard = 0.0
        self._rtts = array("f")

    @property
    def video(self) -> bool:
        """Whether its clock is that of pictures."""
        return VIDEO_CLOCK in {self.inward.clock, self.outward.clock}

    def sent(self, packet: Packet, now: float) -> None:
        """Take a report that Asterisk sent."""
        self.inward.measured(packet, now)
        self.we_send = header(packet, "PT").startswith("200")
        self.outward.sender(packet)
        self._settle(now)

    def received(self, packet: Packet, now: float) -> None:
        """Take a report that the phone sent."""
        if number(header(packet, "Report0FractionLost")) is not None:
            self.outward.measured(packet, now)
            rtt = _decimal(header(packet, "RTT"))
            # 0.0000 is also what stands there before the phone has answered one of Asterisk's own reports.
            if rtt is not None and header(packet, "Report0LSR") not in {"", "0"}:
                _push(self._rtts, rtt)
                self.rtt = sum(self._rtts) / len(self._rtts)
        self.phone_sends = header(packet, "PT").startswith("200")
        self.inward.sender(packet)
        self._settle(now)

    def _settle(self, now: float) -> None:
        self.heard = now
        # A phone without reports of its own most likely sends what it is sent.
        self.inward.settle(self.outward.clock or USUAL_CLOCK, self.rtt)
        self.outward.settle(self.inward.clock or USUAL_CLOCK, self.rtt)


class LegQuality:
    """What is known of one channel's media."""

    __slots__ = ("heard", "mos", "stream", "streams", "uniqueid")

    def __init__(self, uniqueid: str) -> None:
        self.uniqueid = uniqueid
        self.streams: dict[str, Stream] = {}
        """By Asterisk's own address, the one heard of last at the end."""
        self.stream = Stream()
        """The sound: of the streams that are not video, if there is one, the one heard of last."""
        self.heard = 0.0
        """When a report on that last came."""
        self.mos: float | None = None
        """Its worse direction's score of the last minute; None while neither has one."""

    def take(self, packet: Packet, now: float) -> None:
        """Take a report."""
        ours = packet.name == "RTCPSent"
        address = header(packet, "From" if ours else "To")
        stream = self.streams.pop(address, None) or Stream()
        self.streams[address] = stream
        if len(self.streams) > STREAMS:
            del self.streams[next(iter(self.streams))]
        (stream.sent if ours else stream.received)(packet, now)
        sound = [each for each in self.streams.values() if not each.video]
        self.stream = stream = sound[-1] if sound else stream
        self.heard = stream.heard
        scores = [flow.figures.mos for flow in (stream.inward, stream.outward) if flow.figures is not None]
        self.mos = min(scores, default=None)


class Quality:
    """The legs that RTCP has told of lately."""

    def __init__(self) -> None:
        self.legs: dict[str, LegQuality] = {}
        """By Uniqueid, the one heard of last at the end."""
        self.ended: dict[str, tuple[float, LegQuality]] = {}
        """Of channels that have just gone, with when that was."""
        self.reported: float | None = None
        """When any report last came."""

    def of(self, uniqueid: str) -> LegQuality | None:
        """Return what is known of a leg, also of one that has just gone."""
        leg = self.legs.get(uniqueid)
        if leg is None and uniqueid in self.ended:
            _, leg = self.ended[uniqueid]
        return leg


def mos(rtt: float, jitter: float, deviation: float | None, loss: float) -> float:
    """Return the mean opinion score of media with a round trip of *rtt* and a *jitter* of so many milliseconds.

    *deviation* is the jitter's, None where there is a single sample; *loss* is in percent. Asterisk's own formula,
    res_rtp_asterisk.c `calc_media_experience_score`, with the units that it is meant for (`ami.md` B.9).
    """
    r = 93.2 - delay(rtt, jitter, deviation) - 2 * loss
    if r < 0:
        return 1.0
    return 4.5 if r > 100 else 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r)


def delay(rtt: float, jitter: float, deviation: float | None) -> float:
    """Return what a round trip and a jitter take off the rating R (0 to 93.2), of which `mos` makes a score."""
    latency = rtt + 2 * jitter * (1 if deviation is None else deviation / 3) + 10
    return latency / 40 if latency < 160 else (latency - 120) / 10


def _push(samples: array[Any], sample: float) -> None:
    samples.append(sample)
    if len(samples) > SAMPLES:
        del samples[0]


def _decimal(text: str) -> float | None:
    match = _DECIMAL.fullmatch(text)
    return float(match[1]) if match else None


def _report(store: Store, packet: Packet, now: float) -> None:
    uniqueid = header(packet, "Uniqueid")
    if uniqueid not in store.channels:
        store.unknown[packet.name] += uniqueid not in store.tombstones
        return
    quality = store.part(Quality)
    quality.reported = now
    leg = quality.legs.pop(uniqueid, None) or LegQuality(uniqueid)
    quality.legs[uniqueid] = leg
    leg.take(packet, now)


def _gone(store: Store, channel: Channel, now: float) -> None:
    quality = store.part(Quality)
    leg = quality.legs.pop(channel.uniqueid, None)
    if leg is not None:
        quality.ended[channel.uniqueid] = (now, leg)


def _expire(store: Store, now: float) -> None:
    """Forget legs of which nothing is heard any more: media that left Asterisk, or reports that nobody asks for."""
    quality = store.part(Quality)
    while quality.legs and now - (leg := next(iter(quality.legs.values()))).heard > FORGOTTEN:
        del quality.legs[leg.uniqueid]
    while quality.ended and now - next(iter(quality.ended.values()))[0] > ENDED_KEPT:
        del quality.ended[next(iter(quality.ended))]


REDUCER: Reducer = Reducer({"RTCPSent": _report, "RTCPReceived": _report}, gone=_gone, expire=_expire, part=Quality)
