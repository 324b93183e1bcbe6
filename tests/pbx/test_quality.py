"""How legs sound: RTCP reports of `ami.md` B.9, recorded while Asterisk called itself, so that both sides report."""

from __future__ import annotations

import gzip
from collections import Counter
from functools import cache

import pytest
from recorded import RECORDINGS, VERSIONS, block, check, event, find, packets

from amitop.ami.packet import Packet
from amitop.ami.wire import Framer
from amitop.pbx.quality import ENDED_KEPT, FORGOTTEN, SAMPLES, Quality, mos
from amitop.pbx.store import Store

PERFECT = mos(0.0, 0.0, None, 0.0)


@cache
def reports(version: str) -> tuple[Packet, ...]:
    """Return the reports of a call of Asterisk to itself, a report of each kind and leg each 5 s.

    The first leg plays a tone all the time. The other one says nothing for half a minute, and then what it hears.
    """
    data = gzip.decompress((RECORDINGS / f"rtcp-{version}.ami.gz").read_bytes())
    return tuple(Framer().feed(b"Asterisk Call Manager/5.0\r\n" + data))


def apply(store: Store, version: str, last: int | None = None) -> tuple[Quality, str, str]:
    """Apply the first *last* reports, 1.25 s apart; return what is known, and the Uniqueids of tone and echo."""
    chosen = reports(version)
    tone = next(packet.get("Uniqueid") for packet in chosen if packet.get("Uniqueid").endswith(".0"))
    echo = tone.removesuffix("0") + "1"
    for uid in (tone, echo):
        store.apply(event("Newchannel", block(uid)), 0.0)
    for index, packet in enumerate(chosen[:last]):
        store.apply(packet, index * 1.25)
    return store.part(Quality), tone, echo


def sent(uid: str = "a", **headers: str) -> Packet:
    """Return a report that Asterisk sent: what it received is lost to a tenth, unless *headers* say otherwise."""
    return event("RTCPSent", block(uid), ["To: 1.2.3.4:7001", "From: 127.0.0.1:20001"], **_BLOCK | headers)


def received(uid: str = "a", **headers: str) -> Packet:
    """Return a report that the phone sent."""
    values = {"RTT": "0.0800", **_BLOCK, **headers}
    return event("RTCPReceived", block(uid), ["To: 127.0.0.1:20001", "From: 1.2.3.4:7001"], **values)


_BLOCK = {
    "PT": "201(RR)",
    "ReportCount": "1",
    "Report0FractionLost": "0",
    "Report0CumulativeLost": "0",
    "Report0HighestSequence": "100",
    "Report0SequenceNumberCycles": "0",
    "Report0IAJitter": "0",
    "Report0LSR": "75118394",
    "Report0DLSR": "4.9990",
}


@pytest.fixture
def store() -> Store:
    store = Store("lab")
    store.apply(event("Newchannel", block("a")), 0.0)
    return store


def leg(store: Store, uid: str = "a"):
    return store.part(Quality).legs[uid].stream


def feed(store: Store, *found: Packet) -> None:
    """Apply reports 5 s apart, each block later in the stream than the one before."""
    for number, packet in enumerate(found):
        raw = packet.raw.replace(b"HighestSequence: 100", b"HighestSequence: %d" % (100 + 250 * number))
        store.apply(Packet(raw), 5.0 * number)


# -- recorded ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_what_a_real_asterisk_tells_of_a_good_call(version: str) -> None:
    store = Store("lab")
    quality, tone, echo = apply(store, version)
    for uid in (tone, echo):
        stream = quality.legs[uid].stream
        assert 0.0001 <= stream.rtt <= 0.002
        for flow in (stream.inward, stream.outward):
            assert flow.clock == 8000
            assert flow.figures.loss == 0.0
            assert 0.0 <= flow.figures.jitter <= 0.125
            assert flow.figures.mos == pytest.approx(PERFECT, abs=0.001)
            assert flow.silent is None
            assert flow.mes == (88.1 if version == "22.10" and flow is stream.outward else flow.mes)
        assert quality.legs[uid].mos == pytest.approx(4.40, abs=0.01)
    assert not store.unknown
    check(store)


@pytest.mark.parametrize("version", VERSIONS)
def test_silence_is_not_taken_for_a_perfect_call(version: str) -> None:
    """Asterisk 22 writes `MES: 87.2` into a report on a stream of which nothing ever arrived."""
    store = Store("lab")
    quality, tone, echo = apply(store, version, 20)
    heard, silent = quality.legs[tone].stream, quality.legs[echo].stream
    assert heard.inward.figures is None
    assert heard.inward.mes is None
    assert heard.inward.silent is not None
    assert heard.outward.figures.mos > 4.4
    assert (heard.we_send, heard.phone_sends) == (True, False)
    assert silent.outward.figures is None
    assert silent.inward.figures.mos > 4.4
    assert silent.rtt is None, "RTT: 0.0000 is no round trip where the phone has nothing to report"
    assert (silent.we_send, silent.phone_sends) == (False, True)


@pytest.mark.parametrize("version", VERSIONS)
def test_phones_without_reports_that_hear_and_say_nothing(version: str) -> None:
    """The recorded shift: every phone takes media and sends neither media nor reports."""
    store = Store("lab")
    seen = 0
    for at, packet in packets(version):
        if b"\nActionID: " not in packet.raw:
            store.apply(packet, at)
            if packet.name == "RTCPSent" and (found := store.part(Quality).legs.get(packet.get("Uniqueid"))):
                assert found.mos is None
                assert found.stream.inward.silent is not None
                assert found.stream.phone_sends is None
                seen += 1
    assert seen > 100
    check(store)


def test_a_report_brings_no_channel_up_to_date(store: Store) -> None:
    """It comes from another thread than the channel's own events, and may be late."""
    packet = next(find("22.10", "RTCPSent"))
    store.apply(event("Newchannel", block(packet.get("Uniqueid"), Exten="later")), 0.0)
    store.apply(packet, 1.0)
    assert store.channels[packet.get("Uniqueid")].position.exten == "later"


# -- figures ----------------------------------------------------------------------------------------------------------


def test_directions_are_kept_apart(store: Store) -> None:
    feed(
        store,
        sent(Report0FractionLost="26", Report0CumulativeLost="25", Report0IAJitter="80"),
        received(Report0FractionLost="128", Report0CumulativeLost="125", Report0IAJitter="400"),
    )
    stream = leg(store)
    inward, outward = stream.inward, stream.outward
    assert inward.figures[:3] == pytest.approx((10.0, 10.16, mos(80, 10.0, None, 10.15625)), abs=0.01)
    assert outward.figures[:3] == pytest.approx((50.0, 50.0, 1.0), abs=0.01)
    assert (inward.lost, outward.lost) == (25, 125)
    assert stream.rtt == pytest.approx(0.08)
    assert store.part(Quality).legs["a"].mos == 1.0


@pytest.mark.parametrize(
    ("figures", "score"),
    [
        ((0, 0, None, 0), 4.4044),  # 88.1 as MES, which is what Asterisk writes of it
        ((200, 0, None, 0), 4.1724),
        ((200, 20, 9, 0), 3.6984),
        ((20, 5, None, 5), 4.1044),
        ((20, 5, None, 100), 1.0),
        ((60000, 0, None, 0), 1.0),
    ],
)
def test_scores(figures: tuple, score: float) -> None:
    assert mos(*figures) == pytest.approx(score, abs=0.0001)


def test_the_score_falls_with_each_of_the_three() -> None:
    for worse in ((300, 0, None, 0), (0, 300, None, 0), (0, 0, None, 3)):
        assert mos(*worse) < PERFECT
    assert mos(100, 30, 30, 2) < mos(100, 30, 10, 2) < mos(100, 30, 0, 2)


def test_figures_are_of_the_last_minute(store: Store) -> None:
    feed(store, *[sent(Report0FractionLost="255")] * SAMPLES, *[sent(Report0FractionLost="0")] * (SAMPLES - 1))
    assert leg(store).inward.figures.loss == pytest.approx(100 * 255 / 256 / SAMPLES)
    assert leg(store).inward.trend == [1.0] + [PERFECT] * (SAMPLES - 1)


def test_more_packets_than_were_sent_are_none_lost(store: Store) -> None:
    """Three bytes for a signed number: 4294967294 from an older Asterisk, 16777214 from one that masks it."""
    for text in ("4294967294", "16777214"):
        feed(store, sent(Report0CumulativeLost=text))
        assert leg(store).inward.lost == 0


def test_what_has_stopped_is_silent_and_not_good(store: Store) -> None:
    feed(store, sent())
    assert leg(store).inward.silent is None
    store.apply(sent(Report0IAJitter="800"), 10.0)  # the same HighestSequence as in the report before
    assert leg(store).inward.silent == 10.0
    assert leg(store).inward.figures.jitter == 0.0
    store.apply(sent(), 15.0)
    assert leg(store).inward.silent == 10.0
    store.apply(sent(Report0SequenceNumberCycles="1"), 20.0)
    assert leg(store).inward.silent is None


def test_a_round_trip_before_the_phone_has_answered_a_report_is_unknown(store: Store) -> None:
    store.apply(received(RTT="0.0000", Report0LSR="0"), 5.0)
    assert leg(store).rtt is None
    store.apply(received(RTT="0.0000", Report0HighestSequence="200"), 10.0)
    assert leg(store).rtt == 0.0


def stamped(number: int, rate: int, make=sent) -> Packet:
    """Return the report at 5 s times *number* of a sender whose timestamps run so fast, and wrap."""
    ticks = (4294900000 + 5 * rate * number) & 0xFFFFFFFF
    return make(
        PT="200(SR)",
        SentNTP=f"{1795393013 + 5 * number}.215733",
        SentRTP=str(ticks),
        Report0IAJitter="480",
        Report0HighestSequence=str(number),
    )


def test_the_clock_is_read_off_the_sender_s_timestamps(store: Store) -> None:
    """The reports do not say how long a tick is: 48000 go into a second of Opus, 8000 into one of G.711."""
    store.apply(stamped(0, 48000, received), 0.0)
    assert leg(store).outward.figures.jitter == 60.0  # nothing is known yet
    store.apply(stamped(1, 48000, received), 5.0)
    store.apply(sent(Report0IAJitter="480"), 5.1)
    assert leg(store).inward.figures.jitter == 10.0
    assert leg(store).outward.figures.jitter == 10.0, "Asterisk sends as the phone does, unless it says otherwise"
    store.apply(stamped(0, 16000), 6.0)
    store.apply(stamped(1, 16000), 11.0)
    assert leg(store).outward.figures.jitter == 30.0
    assert leg(store).inward.clock == 48000


def test_a_pause_does_not_change_the_clock(store: Store) -> None:
    for number in (0, 1):
        store.apply(stamped(number, 48000), 5.0 * number)
    half = stamped(2, 48000)
    half = Packet(half.raw.replace(b"SentRTP: 412704", b"SentRTP: 292704"))  # it paused for half of the time
    store.apply(half, 10.0)
    assert leg(store).outward.clock == 48000
    for number in (3, 4, 5):
        store.apply(stamped(number, 8000), 5.0 * number)
    assert leg(store).outward.clock == 8000, "a re-INVITE to another codec"


def test_pictures_are_not_taken_for_sound(store: Store) -> None:
    def video(number: int) -> Packet:
        return Packet(
            stamped(number, 90000).raw.replace(b":20001", b":20003").replace(b"IAJitter: 480", b"IAJitter: 9000")
        )

    for number in (0, 1, 2):
        store.apply(stamped(number, 8000), 5.0 * number)
        store.apply(video(number), 5.0 * number + 0.1)
    quality = store.part(Quality).legs["a"]
    assert len(quality.streams) == 2
    assert quality.stream.inward.figures.jitter == 60.0
    assert not quality.stream.video


def test_addresses_without_end_are_not_all_kept(store: Store) -> None:
    for port in range(50):
        store.apply(Packet(sent().raw.replace(b":20001", b":%d" % (30000 + port))), 1.0)
    assert len(store.part(Quality).legs["a"].streams) <= 4


# -- what may come ----------------------------------------------------------------------------------------------------


def test_unknown_and_gone_channels(store: Store) -> None:
    store.apply(sent("never"), 1.0)
    assert store.unknown == Counter(RTCPSent=1)
    assert "never" not in store.channels
    store.apply(received(), 2.0)
    store.apply(event("Hangup", block("a"), Cause="16"), 3.0)
    quality = store.part(Quality)
    assert not quality.legs
    assert quality.of("a").stream.rtt is not None
    store.apply(received(), 3.1)  # trails behind
    assert not quality.legs
    assert store.unknown == Counter(RTCPSent=1)
    store.expire(3.0 + ENDED_KEPT + 0.1)
    assert quality.of("a") is None
    assert quality.of("never") is None


def test_figures_are_forgotten_when_reports_stop(store: Store) -> None:
    store.apply(event("Newchannel", block("b")), 0.0)
    store.apply(sent("a"), 0.0)
    store.apply(sent("b"), 1.0)
    store.apply(sent("a"), 30.0)
    quality = store.part(Quality)
    store.expire(FORGOTTEN + 1.1)
    assert list(quality.legs) == ["a"]
    store.expire(30.0 + FORGOTTEN + 0.1)
    assert not quality.legs
    assert quality.reported == 30.0


@pytest.mark.parametrize("name", sorted({*_BLOCK, "RTT", "SentNTP", "SentRTP", "MES", "From"}))
@pytest.mark.parametrize(
    "text", ["", "-1", "nan", "inf", "1e9", "9" * 30, "١٢", "[red]", "\x1b[2J", "0x10", "99999999"]
)
def test_nothing_that_stands_in_a_report_stops_the_others(store: Store, name: str, text: str) -> None:
    for number, make in enumerate((sent, received, sent, received)):
        values = {"MES": "88.1", "SentNTP": "1795393013.0", "SentRTP": "1", name: text}
        store.apply(make(**values), float(number))
    store.apply(sent(Report0HighestSequence="7", Report0FractionLost="0"), 5.0)
    stream = leg(store)
    for flow in (stream.inward, stream.outward):
        assert flow.figures is None or (1.0 <= flow.figures.mos <= 4.5 and 0.0 <= flow.figures.loss <= 100.0)
    assert stream.rtt is None or 0.0 <= stream.rtt < 1e12
    check(store)


@pytest.mark.parametrize("version", VERSIONS)
def test_cut_packets(version: str) -> None:
    store = Store("lab")
    quality, tone, _ = apply(store, version, 0)
    for packet in reports(version)[:4]:
        for end in range(0, len(packet.raw), 7):
            store.apply(Packet(packet.raw[:end]), 1.0)
    assert set(quality.legs) <= {tone, tone.removesuffix("0") + "1"}
    check(store)
