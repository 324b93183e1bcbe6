"""Half a day of the simulated call centre against all that was recorded of a real 22.10: each event's headers.

What was not recorded is held against `ami.md` B: it is named here. And what the other recordings tell of order.
"""

from __future__ import annotations

import gzip
from collections import Counter
from functools import cache
from pathlib import Path

from sim.lab import lab, listen

from amitop.sim.exchange import Call
from amitop.sim.world import Options, inhabited

RECORDINGS = Path(__file__).parent.parent / "recordings"
BLOCK = (
    "Channel", "ChannelState", "ChannelStateDesc", "CallerIDNum", "CallerIDName", "ConnectedLineNum",
    "ConnectedLineName", "Language", "AccountCode", "Context", "Exten", "Priority", "Uniqueid", "Linkedid",
)  # fmt: skip
NOT_RECORDED = {
    "ExtensionStatus": [("Exten", "Context", "Hint", "Status", "StatusText")],
    "MixMonitorStop": [BLOCK],
    "MixMonitorMute": [(*BLOCK, "Direction", "State")],
    "Hold": [BLOCK, (*BLOCK, "MusicClass")],
    "MusicOnHoldStart": [(*BLOCK, "Class")],
    "MusicOnHoldStop": [BLOCK],
    "HangupRequest": [(*BLOCK, "Cause", "TechCause")],
    "AgentComplete": [("Queue", "Interface", "MemberName", "HoldTime", "TalkTime", "Reason")],
}
"""By `ami.md` B.2, B.5 and B.7."""
LONG = {"BridgeMerge", "AttendedTransfer"}
"""Held against `ami.md` B.4 by the tests of transfers."""


@cache
def packets(recording: str) -> list[dict[str, str]]:
    text = gzip.decompress((RECORDINGS / f"{recording}.ami.gz").read_bytes()).decode("utf-8", "replace")
    found = []
    for packet in text.replace("\r\n", "\n").split("\n\n"):
        pairs = [line.partition(":")[::2] for line in packet.strip("\n").split("\n")]
        if pairs[0][0] == "Event":
            found.append({key: value.strip() for key, value in pairs})
    return found


@cache
def shapes() -> dict[str, set[tuple[str, ...]]]:
    found: dict[str, set[tuple[str, ...]]] = {name: set(shapes) for name, shapes in NOT_RECORDED.items()}
    for recording in ("asterisk-22.10", "rooms-22.10", "rtcp-22.10"):
        for packet in packets(recording):
            if "ActionID" not in packet:
                keys = tuple(key for key in packet if key not in ("Event", "Privilege", "SystemName", "ChanVariable"))
                found.setdefault(packet["Event"], set()).add(keys)
    return found


def test_every_event_of_half_a_day_has_the_headers_of_a_real_one() -> None:
    exchange = inhabited(Options(seed=2), 1_800_000_000.0)
    said = Counter()
    exchange.listeners.append(lambda event: said.update([(event.name, tuple(key for key, _ in event.headers[2:]))]))
    exchange.clock.advance(1200.0)
    assert [each for each in said if each[0] not in LONG and each[1] not in shapes()[each[0]]] == []
    assert len({name for name, _ in said}) > 45


def after_fetching(events: list[dict[str, str]]) -> list[str]:
    """What is said of a parked call and who fetches it, from the fetching on, in words without names."""
    start = next(place for place, event in enumerate(events) if event["Event"] == "UnParkedCall")
    people = {events[start]["ParkeeUniqueid"]: "parkee", events[start]["RetrieverUniqueid"]: "retriever"}
    words = []
    for event in events[start:]:
        who = people.get(event.get("Uniqueid", ""))
        if who is not None and event["Event"] in ("BridgeEnter", "BridgeLeave", "NewConnectedLine"):
            words.append(f"{event['Event']} {event.get('BridgeType', '')} {who}")
    return words[:5]


def test_a_parked_call_is_fetched_as_by_a_real_one() -> None:
    exchange = lab()
    events = listen(exchange)
    exchange.call_in("trunk", "+1555", "Ann", "605")
    exchange.clock.advance(3.0)
    exchange.originate(Call("PJSIP/agent03", application="ParkedCall", data="default,701", caller_num="304"))
    exchange.clock.advance(1.0)
    exchange.answer(next(channel for channel in exchange.channels.values() if channel.device == "PJSIP/agent03"))
    ours = after_fetching([dict(event.headers) for event in events])
    assert ours == after_fetching(packets("rooms-22.10"))
    assert len(ours) == 5
