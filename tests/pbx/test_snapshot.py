"""Lists of channels: merging (`ami.md` D.4), ghosts (D.3), drift, reconnect (D.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from recorded import block, bridge_block, check, event, find, item, packets

from amitop.ami.packet import Packet
from amitop.pbx.calls import call_state
from amitop.pbx.model import CallState
from amitop.pbx.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence


@pytest.fixture
def store() -> Store:
    return Store("lab")


def listing(store: Store, at: float, rows: Sequence[Packet], *, first: bool = False) -> list[str]:
    """Merge a list that was asked for at *at* and came 0.1 s later; return the differences that it showed at once."""
    diff = store.apply_channels(rows, at, at + 0.1, first=first)
    check(store)
    return [difference.what for difference in diff.differences]


def settled(store: Store, now: float) -> tuple[int, int, list[str]]:
    store.expire(now)
    return store.drift.differed, store.drift.in_flight, list(store.drift.last)


# -- the first list ---------------------------------------------------------------------------------------------------


def test_the_first_recorded_list_makes_the_state(store: Store) -> None:
    rows = []
    for at, packet in packets("22.10"):
        if packet.name == "CoreShowChannel":
            rows.append(packet)
        elif packet.name == "CoreShowChannelsComplete":
            assert listing(store, at, rows, first=True) == []
            break
    assert len(rows) == 8
    assert all(channel.partial for channel in store.channels.values())
    eve = next(c for c in store.channels.values() if c.caller.name == "Eve [bold]Markup[/bold]")
    assert (eve.application, eve.data) == ("Queue", "support,,,,60")
    assert eve.created == pytest.approx(at - 5)
    assert eve.bridge in store.bridges
    assert len(store.bridges[eve.bridge].members) == 2
    assert eve.bridged_at is None
    assert store.call_of(eve.uniqueid).queue == "support"
    assert store.drift.lists == 0


@pytest.mark.parametrize(
    ("duration", "seconds"), [("00:00:05", 5), ("01:02:03", 3723), ("123:00:01", 442801), ("7", 7), ("x", 0), ("", 0)]
)
def test_duration_has_hours_without_bound(store: Store, duration: str, seconds: int) -> None:
    raw = item("a").raw.replace(b"Duration: 00:00:05", f"Duration: {duration}".encode())
    listing(store, 1e6, [Packet(raw)], first=True)
    assert store.channels["a"].created == 1e6 - seconds


def test_the_older_of_two_in_the_same_second_comes_first(store: Store) -> None:
    rows = [item(f"lab-100.{n}", linkedid="lab-100.9", seconds=3) for n in (10, 9, 100)]
    listing(store, 50.0, rows, first=True)
    assert [leg.uniqueid for leg in store.calls["lab-100.9"].legs] == ["lab-100.9", "lab-100.10", "lab-100.100"]


def test_a_later_list_does_not_jitter_the_beginning(store: Store) -> None:
    listing(store, 100.0, [item("a", seconds=5)], first=True)
    listing(store, 130.9, [item("a", seconds=35)])
    assert store.channels["a"].created == 95.0
    listing(store, 200.0, [item("a", seconds=90)])
    assert store.channels["a"].created == 110.0
    assert store.calls["a"].started == 110.0


def test_a_channel_that_has_just_begun_is_as_old_as_listed(store: Store) -> None:
    listing(store, 20.0, [item("a", seconds=1)], first=True)
    assert store.channels["a"].created == 19.0
    assert store.call_of("a").started == 19.0


def test_the_beginning_that_was_seen_is_never_corrected(store: Store) -> None:
    store.apply(event("Newchannel", block("a")), 90.0)
    listing(store, 100.0, [item("a", seconds=500)])
    assert store.channels["a"].created == 90.0


def test_a_newchannel_after_the_list_tells_the_beginning(store: Store) -> None:
    listing(store, 100.0, [item("a", seconds=0, state="Ring")], first=True)
    store.apply(event("Newchannel", block("a", state="Ring", Exten="600")), 100.2)
    channel = store.channels["a"]
    assert not channel.partial
    assert channel.dialled == "600"
    assert not store.calls["a"].partial
    assert len(store.channels) == len(store.calls) == 1


def test_a_recorded_newchannel_after_the_list_that_has_it(store: Store) -> None:
    packet = next(find("22.10", "Newchannel", lambda p: p.get("Context") == "from-trunk"))
    tail = b"\nApplication: \nApplicationData: \nDuration: 00:00:00\nBridgeId: "
    row = Packet(packet.raw.replace(b"Newchannel", b"CoreShowChannel") + tail)
    listing(store, 10.0, [row], first=True)
    store.apply(packet, 10.1)
    assert len(store.channels) == 1
    assert not store.channels[packet.get("Uniqueid")].partial


# -- reconcile --------------------------------------------------------------------------------------------------------


def test_a_list_refreshes_application_and_position(store: Store) -> None:
    store.apply(event("Newchannel", block("a")), 0.0)
    listing(store, 30.0, [item("a", application="Echo", data="x", Exten="7", Priority="3")])
    channel = store.channels["a"]
    assert (channel.application, channel.data, channel.application_at) == ("Echo", "x", 30.1)
    assert channel.position.priority == 3
    assert settled(store, 40.0) == (0, 0, [])


def test_an_application_that_differs_is_drift_only_where_newexten_comes(store: Store) -> None:
    store.apply(event("Newexten", block("a"), Application="Echo", AppData=""), 0.0)
    assert listing(store, 30.0, [item("a", application="Dial")]) == ["application"]
    assert settled(store, 40.0)[0] == 1
    store.link_lost(50.0)
    listing(store, 60.0, [item("a", application="Echo")], first=True)
    assert listing(store, 90.0, [item("a", application="Dial")]) == []


@pytest.mark.parametrize(
    ("row", "what", "text"),
    [
        (item("a", state="Ringing"), "state", "PJSIP/a-00000001: state Up, listed Ringing"),
        (item("a", bridge="b9"), "bridge", "PJSIP/a-00000001: bridge -, listed b9"),
        (item("a", Channel="SIP/x"), "name", "SIP/x: name PJSIP/a-00000001, listed SIP/x"),
        (item("a", linkedid="z"), "linkedid", "PJSIP/a-00000001: linkedid a, listed z"),
    ],
)
def test_each_difference_is_drift_and_is_mended(store: Store, row: Packet, what: str, text: str) -> None:
    store.apply(event("Newchannel", block("a")), 0.0)
    assert listing(store, 30.0, [row]) == [what]
    assert settled(store, 33.0) == (1, 0, [text])
    assert store.drift.compared == 1
    assert listing(store, 60.0, [row]) == []
    assert settled(store, 63.0)[0] == 1


def test_a_difference_that_an_event_explains_is_none(store: Store) -> None:
    store.apply(event("Newchannel", block("a", state="Ring")), 0.0)
    assert listing(store, 30.0, [item("a", state="Up")]) == ["state"]
    assert settled(store, 30.2) == (0, 0, [])
    store.apply(event("Newstate", block("a", state="Up")), 30.3)
    assert settled(store, 33.0) == (0, 1, [])


def test_an_event_while_the_list_was_on_its_way_explains_too(store: Store) -> None:
    store.apply(event("Newchannel", block("a", state="Ring")), 0.0)
    store.apply(event("Newstate", block("a", state="Up")), 30.05)
    assert listing(store, 30.0, [item("a", state="Ring")]) == ["state"]
    assert settled(store, 33.0) == (0, 1, [])


def test_what_a_list_shows_before_its_newchannel_is_in_flight(store: Store) -> None:
    assert listing(store, 30.0, [item("a", seconds=0)]) == ["extra"]
    store.apply(event("Newchannel", block("a")), 30.2)
    assert settled(store, 33.0) == (0, 1, [])


def test_a_channel_whose_newchannel_never_comes_is_drift(store: Store) -> None:
    assert listing(store, 30.0, [item("a", seconds=20)]) == ["extra"]
    assert store.channels["a"].partial
    assert store.channels["a"].created == 10.0
    assert settled(store, 33.0)[0] == 1


def test_a_listed_channel_that_was_hung_up_stays_away(store: Store) -> None:
    store.apply(event("Newchannel", block("a")), 0.0)
    store.apply(event("Hangup", block("a"), Cause="16"), 29.0)
    assert listing(store, 30.0, [item("a")]) == ["extra"]
    assert not store.channels


def test_what_is_not_listed_because_it_just_hung_up_is_in_flight(store: Store) -> None:
    store.apply(event("Newchannel", block("a")), 0.0)
    assert listing(store, 30.0, []) == ["missing"]
    store.apply(event("Hangup", block("a"), Cause="16", Cause_txt="Normal Clearing"), 30.2)
    assert settled(store, 33.0) == (0, 1, [])
    assert not store.ended_channels[-1].lost


def test_a_channel_that_two_lists_do_not_have_is_lost(store: Store) -> None:
    store.apply(event("Newchannel", block("a")), 0.0)
    store.apply(event("QueueCallerJoin", block("a"), Queue="q", Position="1", Count="1"), 1.0)
    listing(store, 30.0, [])
    assert "a" in store.channels
    diff = store.apply_channels([], 60.0, 60.1)
    assert diff.lost == ["a"]
    check(store)
    assert not store.channels
    assert not store.queued
    (ended,) = store.ended_channels
    assert ended.lost
    assert ended.cause is None
    assert ended.cause_text
    assert "a" not in store.tombstones
    assert settled(store, 70.0)[0] == 2
    # It lives after all.
    store.apply(event("NewConnectedLine", block("a")), 61.0)
    assert "a" in store.channels


def test_an_event_between_two_lists_saves_a_channel(store: Store) -> None:
    store.apply(event("Newchannel", block("a")), 0.0)
    listing(store, 30.0, [])
    store.apply(event("NewConnectedLine", block("a")), 40.0)
    listing(store, 60.0, [])
    assert "a" in store.channels
    listing(store, 90.0, [item("a")])
    listing(store, 120.0, [])
    assert "a" in store.channels
    listing(store, 150.0, [])
    assert not store.channels


def test_a_channel_younger_than_the_question_is_not_missing(store: Store) -> None:
    store.apply(event("Newchannel", block("a")), 30.05)
    assert listing(store, 30.0, []) == []
    assert store.drift.compared == 0


def test_a_stale_leave_after_the_list_does_no_harm(store: Store) -> None:
    store.apply(event("Newchannel", block("a")), 0.0)
    store.apply(event("BridgeEnter", bridge_block("b1"), block("a")), 1.0)
    listing(store, 30.0, [item("a", bridge="b2")])
    store.apply(event("BridgeLeave", bridge_block("b1"), block("a")), 30.2)
    store.apply(event("BridgeEnter", bridge_block("b2"), block("a")), 30.2)
    check(store)
    assert store.channels["a"].bridge == "b2"
    assert settled(store, 33.0) == (0, 1, [])


def test_a_bridge_that_nobody_is_in_is_forgotten(store: Store) -> None:
    store.apply(event("BridgeCreate", bridge_block("b1")), 0.0)
    listing(store, 30.0, [])
    assert "b1" in store.bridges
    listing(store, 90.0, [])
    assert not store.bridges


def test_a_room_is_known_by_what_its_channels_run(store: Store) -> None:
    rows = [item(uid, bridge="room", application="ConfBridge", data="8000,x") for uid in "ab"]
    listing(store, 0.0, rows, first=True)
    assert len(store.calls) == 2
    assert call_state(store.calls["a"], store) is CallState.CONFERENCE


def test_a_list_of_bridges_tells_their_kinds(store: Store) -> None:
    rows = [item(uid, bridge="lot") for uid in "ab"]
    listing(store, 0.0, rows, first=True)
    assert len(store.calls) == 1
    lines = ["Event: BridgeListItem", "ActionID: x", *bridge_block("lot", "parking", "holding_bridge", "Parking")]
    store.apply_bridges([Packet("\n".join(lines).encode()), Packet(b"Event: BridgeListItem")], 0.1)
    check(store)
    assert len(store.calls) == 2
    assert call_state(store.calls["a"], store) is CallState.PARKED


def test_a_list_of_status_items_serves_as_well(store: Store) -> None:
    rows = list(find("22.10", "Status"))
    listing(store, 5.0, rows, first=True)
    assert len(store.channels) == len(rows) == 8
    for row in rows:
        channel = store.channels[row.get("Uniqueid")]
        assert channel.application == row.value("Application")
        assert channel.data == row.value("Data")
        assert channel.bridge == row.value("BridgeID")
        assert channel.created == pytest.approx(5 - int(row.get("Seconds")), abs=1.6)


def test_the_status_of_one_channel(store: Store) -> None:
    packet = next(find("22.10", "Status", lambda p: p.get("DNID") == "600"))
    store.apply_status(packet, 5.0)
    channel = store.channels[packet.get("Uniqueid")]
    assert (channel.dialled, channel.application, channel.application_at) == ("600", "Queue", 5.0)
    store.apply(event("Hangup", block(channel.uniqueid), Cause="16"), 6.0)
    store.apply_status(packet, 7.0)
    assert not store.channels


@pytest.mark.parametrize("raw", [b"", b"Event: CoreShowChannel", b"Event: CoreShowChannel\nUniqueid: ", b"\xff\n:\n"])
def test_items_that_cannot_be_read_are_left_out(store: Store, raw: bytes) -> None:
    assert listing(store, 1.0, [Packet(raw), item("a")], first=True) == []
    assert list(store.channels) == ["a"]
    store.apply_status(Packet(raw), 2.0)


# -- the link ---------------------------------------------------------------------------------------------------------


def test_after_an_outage_the_list_replaces_what_was_known(store: Store) -> None:
    for uid in "ab":
        store.apply(event("Newchannel", block(uid)), 0.0)
    store.link_lost(10.0)
    assert set(store.channels) == {"a", "b"}
    store.apply(event("Newchannel", block("c")), 19.5)  # between the login and the list
    store.apply(event("Newchannel", block("d")), 20.05)
    listing(store, 20.0, [item("b", seconds=20), item("c", seconds=0)], first=True)
    assert set(store.channels) == {"b", "c", "d"}
    assert store.ended_channels[-1].cause_text == "ended while there was no link"
    assert store.ended_channels[-1].lost
    assert store.channels["b"].created == 0.0
    assert settled(store, 30.0) == (0, 0, [])


def test_a_bridge_that_ended_during_an_outage_goes_at_once(store: Store) -> None:
    for uid in ("a", "b"):
        store.apply(event("BridgeEnter", bridge_block("x"), block(uid)), 5.0)
    store.link_lost(10.0)
    listing(store, 20.0, [], first=True)
    assert not store.bridges


def test_nobody_knows_when_a_channel_was_answered_during_an_outage(store: Store) -> None:
    store.apply(event("Newchannel", block("a", state="Ring")), 5.0)
    store.link_lost(10.0)
    listing(store, 90.0, [item("a", state="Up")], first=True)
    assert store.channels["a"].answered is None


def test_what_only_events_tell_is_doubted_after_an_outage(store: Store) -> None:
    store.apply(event("Newchannel", block("a")), 0.0)
    store.apply(event("Newchannel", block("b", linkedid="a", state="Down")), 0.0)
    store.apply(event("DialBegin", block("a"), block("b", "Dest", linkedid="a", state="Down"), DialString="b"), 0.0)
    store.apply(event("Hold", block("a")), 1.0)
    store.apply(event("MusicOnHoldStart", block("a")), 1.0)
    store.apply(event("MixMonitorStart", block("a")), 1.0)
    store.apply(event("SoftHangupRequest", block("a")), 1.0)
    store.apply(event("QueueCallerJoin", block("a"), Queue="q", Position="1", Count="1"), 1.0)
    store.apply(event("ParkedCall", block("p", "Parkee"), Parkinglot="default", ParkingSpace="701"), 1.0)
    store.link_lost(10.0)
    assert store.queued
    listing(store, 20.0, [item("a", application="Echo"), item("b", linkedid="a"), item("p")], first=True)
    channel = store.channels["a"]
    assert (channel.held_at, channel.music, channel.hanging, channel.recordings) == (None, None, False, 1)
    assert not store.dials
    assert not store.queued
    assert not store.parked
    assert store.outage is None


def test_what_still_can_be_after_an_outage_stays(store: Store) -> None:
    store.apply(event("QueueCallerJoin", block("a"), Queue="q", Position="1", Count="1"), 1.0)
    store.apply(event("ParkedCall", block("p", "Parkee"), Parkinglot="default", ParkingSpace="701"), 1.0)
    store.apply(event("DialBegin", block("d", "Dest", state="Ringing"), DialString="d"), 1.0)
    store.link_lost(10.0)
    store.apply(event("Hold", block("h")), 19.0)
    rows = [item("a", application="Queue"), item("p", bridge="lot"), item("d", state="Ringing"), item("h")]
    listing(store, 20.0, rows, first=True)
    assert list(store.queued) == ["a"]
    assert [(uid, each.space, each.since) for uid, each in store.parked.items()] == [("p", "701", 1.0)]
    assert list(store.dials) == ["d"]
    assert store.channels["h"].held_at == 19.0


def test_a_restart_of_the_pbx_clears_everything(store: Store) -> None:
    store.apply(event("Newchannel", block("a")), 0.0)
    store.apply(event("BridgeEnter", bridge_block("b1"), block("a")), 0.0)
    store.apply(event("Newchannel", block("z")), 0.0)
    store.apply(event("Hangup", block("z"), Cause="16"), 0.0)
    store.restart(5.0)
    check(store)
    assert [store.channels, store.bridges, store.calls, store.by_name, store.tombstones, store.dials] == [{}] * 6
    assert store.ended_channels[-1].cause_text == "the PBX restarted"
    assert store.ended_calls[-1].call.id == "a"
    store.apply(event("Newchannel", block("z")), 6.0)
    assert "z" in store.channels


def test_an_outage_leaves_pending_differences_unjudged(store: Store) -> None:
    store.apply(event("Newchannel", block("a")), 0.0)
    assert listing(store, 30.0, [item("a", state="Ring")]) == ["state"]
    store.link_lost(30.5)
    assert settled(store, 40.0) == (0, 0, [])


def test_the_version_counts_up_with_every_change(store: Store) -> None:
    seen = [store.version]
    store.apply(event("Newchannel", block("a")), 0.0)
    seen.append(store.version)
    store.apply_channels([], 1.0, 1.0)
    seen.append(store.version)
    store.link_lost(2.0)
    seen.append(store.version)
    store.restart(3.0)
    seen.append(store.version)
    assert seen == sorted(set(seen))


def test_an_item_whose_headers_stand_in_another_order_loses_nothing(store: Store) -> None:
    first, *rest = item("1.1", seconds=65, bridge="b1", application="Wait", data="3600").raw.split(b"\n")
    store.apply_channels([Packet(b"\n".join([first, *reversed(rest)]))], 100.0, 100.0, first=True)
    channel = store.channels["1.1"]
    assert (channel.application, channel.data, channel.bridge) == ("Wait", "3600", "b1")
    assert channel.created == 35.0
