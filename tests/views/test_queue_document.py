"""Queues in the JSON document: its keys, words and times."""

import pytest
from recorded import VERSIONS, block, event, packets
from recorded_queues import entry, member, params
from views.schema import faults

from amitop.pbx.store import Store
from amitop.views.document import PbxFacts, document

FACTS = PbxFacts("pbx1", "127.0.0.1", 5038, "live")
EPOCH = 1795378385.123 - 131.0
"""What makes 131.0 the moment 2026-11-22T20:13:05.123Z."""


def queues(store: Store, now: float = 131.0) -> list[dict]:
    made = document(store, FACTS, now, lambda moment: EPOCH + moment)
    assert faults(made) == []
    return made["queues"]


def test_a_queue() -> None:
    store = Store("pbx1")
    row = member(
        "q", "PJSIP/1", name="Ann", status=6, taken=3, last=1795378300, paused=1, since=1795378325, reason="lunch"
    )
    figures = params("q", completed=4, abandoned=2, holdtime=9, talktime=60, sl="75.0", sl2="66.7")
    store.apply_queues([figures, row, entry("q", "1.1", wait=12, priority=2)], 131.0, 131.0)
    assert queues(store) == [
        {
            "name": "q",
            "strategy": "ringall",
            "max": 0,
            "weight": 0,
            "service_level": 20,
            "holdtime": 9,
            "talktime": 60,
            "completed": 4,
            "abandoned": 2,
            "sl_perf": 75.0,
            "sl_perf2": 66.7,
            "callers": [
                {
                    "position": 1,
                    "uniqueid": "1.1",
                    "channel": "PJSIP/1.1-00000001",
                    "caller": {"num": "+15551234567", "name": "Ann Lee"},
                    "priority": 2,
                    "joined": "2026-11-22T20:12:53.123Z",
                    "wait": 12.0,
                }
            ],
            "members": [
                {
                    "interface": "PJSIP/1",
                    "name": "Ann",
                    "state_interface": "PJSIP/1",
                    "membership": "static",
                    "penalty": 0,
                    "calls_taken": 3,
                    "last_call": "2026-11-22T20:11:40.000Z",
                    "in_call": False,
                    "status": "Ringing",
                    "paused": True,
                    "pause_reason": "lunch",
                    "paused_since": "2026-11-22T20:12:05.000Z",
                    "wrapup": 0,
                    "login": None,
                }
            ],
        }
    ]


def test_what_only_events_told_has_no_figures() -> None:
    store = Store("pbx1")
    store.apply(event("QueueCallerJoin", block("1.1"), Queue="q", Position="3", Count="3"), 100.0)
    (queue,) = queues(store)
    assert {
        key: queue[key] for key in ("strategy", "max", "holdtime", "completed", "sl_perf", "sl_perf2")
    } == dict.fromkeys(("strategy", "max", "holdtime", "completed", "sl_perf", "sl_perf2"))
    assert [(c["position"], c["priority"], c["wait"]) for c in queue["callers"]] == [(3, None, 31.0)]


def test_a_pause_of_which_the_pbx_does_not_tell_the_beginning() -> None:
    """Asterisk 13 has no LastPause."""
    store = Store("pbx1")
    store.apply_queues([params("q"), member("q", "PJSIP/1")], 0.0, 0.0)
    store.apply(event("QueueMemberPause", Queue="q", Interface="PJSIP/1", Status="1", Paused="1"), 101.0)
    assert queues(store)[0]["members"][0]["paused_since"] == "2026-11-22T20:12:35.123Z"


@pytest.mark.parametrize("version", VERSIONS)
def test_recorded_queues_fit_the_schema_at_any_moment(version: str) -> None:
    store = Store("pbx1")
    items = []
    seen = 0
    for count, (at, packet) in enumerate(packets(version)):
        if packet.name in {"QueueParams", "QueueMember", "QueueEntry"}:
            items.append(packet)
        elif packet.name == "QueueStatusComplete":
            store.apply_queues(items, at, at)
            items = []
        elif b"\nActionID: " not in packet.raw:
            store.apply(packet, at)
        if count % 500 == 0 and store.queues:
            seen += len(queues(store, at))
    assert seen > 30
