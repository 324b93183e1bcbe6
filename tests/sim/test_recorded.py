"""What the exchange says, held against the recording of a real 22.10: each event's headers, and each kind of call.

A call's events come from several threads of Asterisk, so their order differs from call to call. What never differs is
the order of one channel's own events: of that every channel of a simulated call must be the equal of a recorded one.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sim.lab import lab, listen

from amitop.sim.exchange import Call, Exchange

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.event import Event

RECORDING = Path(__file__).parent.parent / "recordings" / "asterisk-22.10.ami.gz"

Headers = list[tuple[str, str]]

ELSEWHERE = {"TestEvent", "VarSet", "RTCPSent", "RTCPReceived", "Cdr", "SuccessfulAuth", "RequestBadFormat"}
"""Said by the recorded Asterisk's build, or of what is not simulated; variables are many and are repeated at will."""

CONCURRENT = {
    "ConfbridgeLeave",
    "ConfbridgeJoin",
    "ParkedCall",
    "ParkedCallGiveUp",
    "ParkedCallTimeOut",
    "AgentComplete",
}
"""Said by another thread than that of the channel: anywhere among its events (`ami.md` B.1)."""


@cache
def recorded() -> list[Headers]:
    text = gzip.decompress(RECORDING.read_bytes()).decode("utf-8", "replace").replace("\r\n", "\n")
    events: list[Headers] = []
    for packet in text.split("\n\n"):
        lines = packet.strip("\n").split("\n")
        if lines[0].startswith("Event: ") and not any(line.startswith("ActionID: ") for line in lines):
            events.append([(key, value) for key, _, value in (line.partition(": ") for line in lines)])
    return [[(key.rstrip(":"), value) for key, value in event] for event in events]


def shape(headers: Headers) -> tuple[str, ...]:
    return tuple(key for key, _ in headers)


@cache
def shapes() -> dict[str, set[tuple[str, ...]]]:
    """The names of the headers of each recorded event, in their order."""
    found: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for headers in recorded():
        found[headers[0][1]].add(shape(headers))
    return found


def by_channel(events: list[Headers]) -> dict[str, list[str]]:
    """Each channel's own events, in words that are the same for every call."""
    found: dict[str, list[str]] = defaultdict(list)
    for headers in events:
        name, values = headers[0][1], dict(headers)
        if name in ELSEWHERE | CONCURRENT:
            continue
        uid = next((values[key] for key in ("DestUniqueid", "Uniqueid") if key in values), None)
        if name == "LocalBridge":
            uid = values["LocalOneUniqueid"]
        if uid is None or name == "OriginateResponse":
            continue
        extra = ""
        if name in ("Newstate", "Newchannel"):
            extra = values["ChannelStateDesc"]
        elif name in ("DialEnd", "DialState"):
            extra = values["DialStatus"]
        elif name == "Newexten":
            extra = values["Application"]
        elif name in ("Hangup", "HangupRequest", "SoftHangupRequest"):
            extra = values.get("Cause", "none")
        elif name in ("BridgeEnter", "BridgeLeave"):
            extra = values["BridgeType"]
        found[uid].append(f"{name} {extra}".strip())
    return found


def settled(words: list[str]) -> list[str]:
    """Bring together what two threads say of one leg while it begins to ring: either may come first."""
    ringing = [word for word in words if word in _RINGING or word.startswith(_OFFERED)]
    rest = [word for word in words if word not in ringing]
    return [*sorted(set(ringing)), *rest]


_RINGING = {"NewConnectedLine", "DialState RINGING", "Newstate Ringing", "Newexten AppQueue", "Newexten AppDial"}
_OFFERED = ("AgentCalled", "DialBegin", "Newchannel")


def recorded_call(*linked: str) -> list[Headers]:
    """The recorded events of the call whose Linkedid ends like that."""

    def about(headers: Headers) -> bool:
        return any(key.lower().endswith("linkedid") and value.rpartition(".")[2] in linked for key, value in headers)

    return [headers for headers in recorded() if about(headers)]


def leg_of(exchange: Exchange) -> Channel:
    return next(channel for channel in exchange.channels.values() if channel.outgoing_line)


def queue_answered(exchange: Exchange) -> None:
    caller = exchange.call_in("trunk", "+1555", "Olga P.", "600")
    exchange.clock.advance(3)
    exchange.answer(leg_of(exchange))
    exchange.clock.advance(10)
    exchange.hang_up(caller)


def ring_all(exchange: Exchange) -> None:
    for number in (6, 7, 8, 11, 12, 13, 14):
        exchange.pause_member(f"PJSIP/agent{number:02}", True)
    caller = exchange.call_in("trunk", "+1555", "Kim <kim>", "601")
    exchange.clock.advance(3)
    exchange.answer(next(channel for channel in exchange.channels.values() if channel.device == "PJSIP/agent10"))
    exchange.clock.advance(10)
    exchange.hang_up(caller)


def gives_up_waiting(exchange: Exchange) -> None:
    for number in range(1, 9):
        exchange.pause_member(f"PJSIP/agent{number:02}", True)
    caller = exchange.call_in("trunk", "+1555", "Lars Åberg", "600")
    exchange.clock.advance(3)
    exchange.hang_up(caller)


def gives_up_ringing(exchange: Exchange) -> None:
    caller = exchange.call_in("trunk", "+1555", "Rae S", "600")
    exchange.clock.advance(3)
    exchange.hang_up(caller)


def hung_up_in_queue(exchange: Exchange) -> None:
    for number in range(1, 9):
        exchange.pause_member(f"PJSIP/agent{number:02}", True)
    caller = exchange.call_in("trunk", "+1555", "王小明", "600")
    exchange.clock.advance(3)
    exchange.hangup(caller, 16)


def direct(exchange: Exchange) -> None:
    caller = exchange.call_in("trunk", "+1555", "Olga P.", "1003")
    exchange.clock.advance(3)
    exchange.answer(leg_of(exchange))
    exchange.clock.advance(10)
    exchange.hang_up(caller)


def unreachable(exchange: Exchange) -> None:
    exchange.contact("agent12", "Unreachable")
    exchange.call_in("trunk", "+1555", "Rae S", "1012")


def blind_transfer(exchange: Exchange) -> None:
    caller = exchange.call_in("trunk", "+1555", "Olga P.", "1012")
    exchange.clock.advance(3)
    leg = leg_of(exchange)
    exchange.answer(leg)
    exchange.clock.advance(3)
    assert exchange.blind_transfer(leg, "1005", "internal") == "Success"
    exchange.clock.advance(3)
    exchange.hang_up(caller)


def conference_and_parking(exchange: Exchange) -> None:
    exchange.originate(Call("Local/9001@internal", "internal", "8000", caller_num="9001", caller_name="Local"))
    exchange.clock.advance(3)
    second = next(channel for channel in exchange.channels.values() if channel.name.endswith(";2"))
    assert exchange.redirect(second, "from-trunk", "605")
    exchange.clock.advance(22)
    exchange.hangup(second, 16)


def local_without_optimization(exchange: Exchange) -> None:
    exchange.originate(Call("Local/wait@load/n", "load", "talk"))


def application(exchange: Exchange) -> None:
    exchange.originate(Call("PJSIP/agent19", application="ConfBridge", data="8000"))
    exchange.clock.advance(2)
    leg = next(iter(exchange.channels.values()))
    exchange.answer(leg)
    exchange.clock.advance(2)
    exchange.hangup(leg, 16)


def conference(exchange: Exchange) -> None:
    caller = exchange.call_in("trunk", "+1555", "Noor Ali", "604")
    exchange.clock.advance(3)
    exchange.hang_up(caller)


def parked_out_of_a_queue(exchange: Exchange) -> None:
    for number in range(6, 15):
        exchange.pause_member(f"PJSIP/agent{number:02}", True)
    caller = exchange.call_in("trunk", "+1555", "Faro", "601")
    exchange.clock.advance(3)
    assert exchange.park(caller, timeout=20.0) is not None
    exchange.clock.advance(3)
    exchange.hang_up(caller)


def parked_and_called_back(exchange: Exchange) -> None:
    exchange.call_in("trunk", "+1555", "Eve [bold]Markup[/bold]", "1012")
    exchange.clock.advance(3)
    leg = leg_of(exchange)
    exchange.answer(leg)
    exchange.clock.advance(3)
    assert exchange.redirect(leg, "from-trunk", "605")
    exchange.clock.advance(121)
    exchange.answer(next(channel for channel in exchange.channels.values() if channel is not leg))


KINDS = {
    "queue": (queue_answered, "62"),
    "ring all": (ring_all, "101"),
    "gives up waiting": (gives_up_waiting, "90"),
    "gives up ringing": (gives_up_ringing, "98"),
    "hung up in the queue": (hung_up_in_queue, "117"),
    "direct": (direct, "86"),
    "unreachable": (unreachable, "10"),
    "blind transfer": (blind_transfer, "261"),
    "conference and parking": (conference_and_parking, "20"),
    "local": (local_without_optimization, "31"),
    "application": (application, "80"),
    "conference": (conference, "54"),
    "parked and called back": (parked_and_called_back, "94"),
    "parked out of a queue": (parked_out_of_a_queue, "132"),
}


def simulated(kind: str) -> list[Event]:
    exchange = lab()
    events = listen(exchange)
    KINDS[kind][0](exchange)
    exchange.clock.advance(200)
    return events


@pytest.mark.parametrize("kind", KINDS)
def test_headers_are_those_of_the_real_one(kind: str) -> None:
    for event in simulated(kind):
        if event.name in ("ConfbridgeEnd", "MusicOnHoldStart", "MusicOnHoldStop") or event.name.startswith("RTCP"):
            continue  # not in the recording, or without the block of figures
        assert shape(event.headers) in shapes()[event.name], event


@pytest.mark.parametrize("kind", KINDS)
def test_each_channel_goes_through_what_a_real_one_does(kind: str) -> None:
    real = [settled(words) for words in by_channel(recorded_call(KINDS[kind][1])).values()]
    ours = [settled(words) for words in by_channel([event.headers for event in simulated(kind)]).values()]
    missing = [words for words in real if words not in ours]
    invented = [words for words in ours if words not in real]
    assert (missing, invented) == ([], [])


@pytest.mark.parametrize("kind", KINDS)
def test_events_from_other_threads_are_as_many(kind: str) -> None:
    def count(events: list[Headers]) -> list[str]:
        return sorted(headers[0][1] for headers in events if headers[0][1] in CONCURRENT)

    assert count([event.headers for event in simulated(kind)]) == count(recorded_call(KINDS[kind][1]))
