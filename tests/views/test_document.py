import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
from views.schema import faults
from views.worlds import ringing, talking, waiting

from amitop.pbx.replay import read_times, replay
from amitop.pbx.store import Store
from amitop.views.document import PbxFacts, document, dumps, iso

RECORDINGS = Path(__file__).parent.parent / "recordings"
FACTS = PbxFacts("pbx1", "127.0.0.1", 5038, "live")
FULL = PbxFacts(
    name="pbx1",
    host="pbx1.example",
    port=5038,
    link="live",
    asterisk="22.10.1",
    ami="11.0.0",
    system="lab",
    started=1795378385.0,
    reloaded=1795378385.5,
    rtt=0.00041234567,
    clock_offset=-0.0000004,
    drift=2,
)
EPOCH = 1795378385.123 - 131.0
"""What makes 131.0 the moment of the schema's example."""


def wall_of(moment: float) -> float:
    return EPOCH + moment


TALKING = """\
{"schema": 1, "at": "2026-11-22T20:13:05.123Z", "pbx": {"name": "pbx1", "host": "pbx1.example", "port": 5038, \
"link": "live", "asterisk": "22.10.1", "ami": "11.0.0", "system": "lab", "started": "2026-11-22T20:13:05.000Z", \
"reloaded": "2026-11-22T20:13:05.500Z", "rtt": 0.000412, "clock_offset": 0.0, "drift": 2}, \
"channels": [{"uniqueid": "1.1", "linkedid": "1.1", "name": "PJSIP/trunk-00000001", "state": "Up", \
"caller": {"num": "+15551234567", "name": "Ann Lee"}, "connected": {"num": "1003", "name": "Agent 03"}, \
"context": "from-trunk", "exten": "1003", "priority": 1, "application": null, "data": null, "account": null, \
"bridge": "b1", "created": "2026-11-22T20:12:34.123Z", "answered": "2026-11-22T20:12:34.323Z", "duration": 31.0, \
"held": false, "recording": false, "partial": false}, \
{"uniqueid": "1.2", "linkedid": "1.1", "name": "PJSIP/agent03-00000002", "state": "Up", \
"caller": {"num": "1003", "name": "Agent 03"}, "connected": {"num": "+15551234567", "name": "Ann Lee"}, \
"context": "internal", "exten": null, "priority": 1, "application": null, "data": null, "account": null, \
"bridge": "b1", "created": "2026-11-22T20:12:34.223Z", "answered": "2026-11-22T20:12:34.323Z", "duration": 30.9, \
"held": false, "recording": false, "partial": false}], \
"calls": [{"id": "1.1", "legs": ["1.1", "1.2"], "from": {"num": "+15551234567", "name": "Ann Lee"}, \
"to": {"num": "1003", "name": "Agent 03"}, "state": "Talking", "queue": null, \
"started": "2026-11-22T20:12:34.123Z", "duration": 31.0, "talk": 30.2}], \
"bridges": [{"id": "b1", "type": "basic", "technology": "simple_bridge", "creator": null, "name": null, \
"channels": ["1.2", "1.1"]}], \
"queues": [], "endpoints": [], "registrations": [], "conferences": [], "parked": []}"""


def test_a_conversation() -> None:
    assert dumps(document(talking(), FULL, 131.0, wall_of)) == TALKING


def test_the_golden_is_json_of_the_documented_shape() -> None:
    assert faults(json.loads(TALKING)) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), 2),
        (("at",), "2026-11-22 20:13:05"),
        (("pbx", "drift"), None),
        (("channels", 0, "held"), 1),
        (("channels", 0, "duration"), 0.12345),
        (("channels", 0, "created"), None),
        (("channels", 1, "bridge"), "b2"),
        (("calls", 0, "state"), "Ended"),
        (("calls", 0, "legs"), ["1.1"]),
        (("bridges", 0, "channels"), ["9.9"]),
        (("queues",), None),
    ],
)
def test_the_checker_finds_what_is_wrong(path: tuple[str | int, ...], value: object) -> None:
    wrong = json.loads(TALKING)
    place = wrong
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert faults(wrong)
    del place[path[-1]]
    assert faults(wrong)


@pytest.mark.parametrize("world", [talking, ringing, waiting, lambda: Store("pbx1")])
def test_small_exchanges_have_the_documented_shape(world) -> None:
    assert faults(document(world(), FACTS, 131.0, wall_of)) == []


def test_what_is_unknown_is_null_and_nothing_is_negative() -> None:
    store = waiting()
    made = document(store, FACTS, 99.0, wall_of)  # a moment before the channels began: clocks may be read in any order
    assert made["pbx"]["asterisk"] is None
    assert made["pbx"]["started"] is None
    assert made["channels"][0]["duration"] == 0.0
    assert made["calls"][0]["talk"] is None
    assert made["calls"][0]["queue"] == "support"
    assert made["calls"][1]["queue"] is None


def test_held_and_recording() -> None:
    store = talking()
    store.channels["1.1"].held_at = 120.0
    store.channels["1.2"].recordings = 1
    made = document(store, FACTS, 131.0, wall_of)
    assert [(c["held"], c["recording"]) for c in made["channels"]] == [(True, False), (False, True)]
    assert made["calls"][0]["state"] == "On hold"


def test_what_was_done_to_a_channel_before_the_link_was_there_is_null() -> None:
    store = talking()
    for channel in store.channels.values():
        channel.partial = True
    made = document(store, FACTS, 131.0, wall_of)
    assert [(c["held"], c["recording"]) for c in made["channels"]] == [(None, None), (None, None)]
    assert faults(made) == []


@pytest.mark.parametrize(
    ("version", "known"),
    [
        ("13.38.3", None),
        ("16.16.2", None),
        ("16.28.0~dfsg-0+deb11u4", False),
        ("17.9.4", None),
        ("certified/18.2-cert1", None),
        ("18.3.0", False),
        ("22.10.1", False),
        ("GIT-master-0a1b2c3", False),
        (None, False),
    ],
)
def test_of_an_asterisk_that_tells_of_no_recordings_it_is_not_known(version: str | None, known: bool | None) -> None:
    store = talking()
    store.channels["1.2"].recordings = 1  # it was told by res_monitor, which all have
    made = document(store, replace(FACTS, asterisk=version), 131.0, wall_of)
    assert [c["recording"] for c in made["channels"]] == [known, True]


def test_moments() -> None:
    assert iso(None) is None
    assert iso(0.0) == "1970-01-01T00:00:00.000Z"
    assert iso(1795378385.1229999) == "2026-11-22T20:13:05.123Z"
    assert iso(1795378385.9996) == "2026-11-22T20:13:06.000Z"


@pytest.mark.parametrize("version", ["16.28", "22.10"])
def test_a_recorded_shift_has_the_documented_shape_all_along(version: str) -> None:
    data = gzip.decompress((RECORDINGS / f"asterisk-{version}.ami.gz").read_bytes())
    times = read_times(gzip.decompress((RECORDINGS / f"asterisk-{version}.times.gz").read_bytes()).decode())
    store = Store("pbx1")
    seen: list[int] = []

    def look(_items: object, now: float) -> None:
        made = json.loads(dumps(document(store, FACTS, now, float)))
        assert faults(made) == []
        seen.append(len(made["calls"]))

    replay(data, times, store, on_list=look)
    assert len(seen) >= 5
    assert max(seen) >= 20
