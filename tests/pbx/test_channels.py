"""Channels: `ami.md` D.3 rule by rule."""

from __future__ import annotations

import pytest
from recorded import VERSIONS, about, block, bridge_block, check, event, find, packets

from amitop.ami.packet import Packet
from amitop.pbx.model import ChannelState, Party, Position
from amitop.pbx.store import TOMBSTONE, Store


@pytest.fixture
def store() -> Store:
    return Store("lab")


def test_newchannel_makes_a_channel_from_recorded_bytes(store: Store) -> None:
    packet = next(find("22.10", "Newchannel", lambda p: p.get("Context") == "from-trunk"))
    store.apply(packet, 7.0)
    channel = store.channels[packet.get("Uniqueid")]
    assert (channel.pbx, channel.name, channel.created) == ("lab", packet.get("Channel"), 7.0)
    assert channel.state is ChannelState.RING
    assert channel.state_text == "Ring"
    assert channel.caller.num == packet.get("CallerIDNum")
    assert channel.connected == Party(None, None)
    assert channel.position == Position("from-trunk", packet.get("Exten"), 1)
    assert channel.dialled == packet.get("Exten")
    assert not channel.partial
    assert store.by_name[channel.name] == channel.uniqueid
    assert store.unknown.total() == 0


def test_a_called_leg_has_dialled_nothing(store: Store) -> None:
    packet = next(find("22.10", "Newchannel", lambda p: p.get("Channel").startswith("PJSIP/agent")))
    store.apply(packet, 0.0)
    assert store.channels[packet.get("Uniqueid")].dialled is None


@pytest.mark.parametrize("version", VERSIONS)
def test_one_recorded_channel_from_beginning_to_end(store: Store, version: str) -> None:
    uid = next(find(version, "Newchannel", lambda p: p.get("Exten") == "1012")).get("Uniqueid")
    states = []
    for at, packet in about(version, uid):
        store.apply(packet, at)
        channel = store.channels.get(uid)
        if channel is not None and (not states or states[-1] != channel.state_text):
            states.append(channel.state_text)
    assert states[0] == "Ring"
    assert uid not in store.channels
    ended = next(e for e in store.ended_channels if e.channel.uniqueid == uid)
    assert ended.cause is not None
    assert ended.cause_text
    assert not ended.lost


def test_the_first_up_is_when_it_was_answered(store: Store) -> None:
    store.apply(event("Newchannel", block("u1", state="Ring")), 1.0)
    store.apply(event("Newstate", block("u1", state="Up")), 3.0)
    store.apply(event("Newstate", block("u1", state="Ring")), 4.0)
    store.apply(event("Newstate", block("u1", state="Up")), 5.0)
    assert store.channels["u1"].answered == 3.0


def test_a_repeated_newchannel_does_not_undo_an_answer(store: Store) -> None:
    store.apply(event("Newchannel", block("u1", state="Ring")), 1.0)
    store.apply(event("Newstate", block("u1", state="Up")), 3.0)
    store.apply(event("Newchannel", block("u1", state="Ring")), 4.0)
    channel = store.channels["u1"]
    assert (channel.created, channel.answered) == (1.0, 3.0)
    assert len(store.calls) == 1


def test_what_was_up_when_first_heard_of_has_no_time_of_answer(store: Store) -> None:
    store.apply(event("NewConnectedLine", block("u1", state="Up")), 1.0)
    channel = store.channels["u1"]
    assert channel.partial
    assert channel.answered is None


C, D = block("u1"), block("u1", "Dest")
B = bridge_block("b1")
CREATE = {
    "Newstate": [C],
    "NewCallerid": [C],
    "NewConnectedLine": [C],
    "NewAccountCode": [C],
    "Newexten": [C],
    "Hold": [C],
    "MusicOnHoldStart": [C],
    "MixMonitorStart": [C],
    "BridgeEnter": [B, C],
    "DialBegin": [block("u2"), D],
    "DialState": [D],
    "AgentCalled": [block("u2"), D],
    "AgentConnect": [C, block("u2", "Dest")],
    "QueueCallerJoin": [C, ["Queue: q", "Position: 1", "Count: 1"]],
    "LocalBridge": [block("u1", "LocalOne"), block("u2", "LocalTwo")],
    "ChanSpyStart": [block("u1", "Spyer"), block("u2", "Spyee")],
    "ParkedCall": [block("u1", "Parkee")],
}
NEVER = {
    "Hangup": [C, ["Cause: 16"]],
    "HangupRequest": [C],
    "SoftHangupRequest": [C],
    "DialEnd": [D, ["DialStatus: CANCEL"]],
    "BridgeLeave": [B, C],
    "VarSet": [C, ["Variable: A", "Value: b"]],
    "RTCPSent": [C],
    "Cdr": [["Channel: PJSIP/u1-00000001", "UniqueID: u1"]],
    "AgentComplete": [C, ["Queue: q"]],
    "Unhold": [C],
    "MusicOnHoldStop": [C],
    "MixMonitorStop": [C],
    "ChanSpyStop": [block("u1", "Spyer")],
    "QueueCallerLeave": [C, ["Queue: q"]],
    "QueueCallerAbandon": [C, ["Queue: q"]],
    "OriginateResponse": [["Response: Success", "Channel: PJSIP/u1-00000001", "Uniqueid: u1"]],
    "ParkedCallTimeOut": [block("u1", "Parkee")],
    "ParkedCallGiveUp": [block("u1", "Parkee")],
    "UnParkedCall": [block("u1", "Parkee")],
    "Rename": [["Channel: a", "Newname: b", "Uniqueid: u1"]],
}


@pytest.mark.parametrize("name", CREATE)
def test_events_that_may_make_an_unknown_channel(store: Store, name: str) -> None:
    store.apply(event(name, *CREATE[name]), 1.0)
    assert store.channels["u1"].partial
    check(store)


@pytest.mark.parametrize("name", NEVER)
def test_events_that_never_make_a_channel(store: Store, name: str) -> None:
    store.apply(event(name, *NEVER[name]), 1.0)
    assert "u1" not in store.channels
    check(store)


@pytest.mark.parametrize("name", ["Newchannel", *CREATE])
def test_nothing_comes_back_from_a_hangup(store: Store, name: str) -> None:
    store.apply(event("Newchannel", block("u1")), 1.0)
    store.apply(event("Hangup", block("u1"), Cause="16", Cause_txt="Normal Clearing"), 2.0)
    parts = CREATE.get(name, [C])
    store.apply(event(name, *parts), 2.0 + TOMBSTONE - 1)
    assert "u1" not in store.channels
    check(store)


def test_a_hangup_is_remembered_for_two_minutes_and_no_longer(store: Store) -> None:
    store.apply(event("Newchannel", block("u1")), 0.0)
    store.apply(event("Hangup", block("u1"), Cause="16"), 1.0)
    store.expire(1.0 + TOMBSTONE)
    assert "u1" in store.tombstones
    store.expire(1.1 + TOMBSTONE)
    assert not store.tombstones


def test_a_hangup_of_a_channel_that_was_never_known_still_wins(store: Store) -> None:
    store.apply(event("Hangup", block("u1"), Cause="16"), 1.0)
    store.apply(event("Newchannel", block("u1")), 1.5)
    assert not store.channels
    assert store.unknown == {"Hangup": 1}


def test_hangup_clears_everything_that_named_the_channel(store: Store) -> None:
    a, b = block("a", state="Up"), block("b", linkedid="a", state="Up")
    store.apply(event("Newchannel", a), 0.0)
    store.apply(event("DialBegin", a, block("b", "Dest", linkedid="a", state="Down"), DialString="x"), 1.0)
    store.apply(event("QueueCallerJoin", a, Queue="q", Position="1", Count="1"), 1.0)
    store.apply(event("ParkedCall", block("a", "Parkee"), Parkinglot="default", ParkingSpace="701"), 1.0)
    store.apply(event("BridgeEnter", bridge_block("b1"), b), 1.0)
    store.apply(event("ChanSpyStart", block("s", "Spyer"), block("a", "Spyee")), 1.0)
    for uid in ("a", "b"):
        store.apply(event("Hangup", block(uid, linkedid="a"), Cause="16"), 2.0)
        check(store)
    assert list(store.channels) == ["s"]
    assert store.channels["s"].spying_on is None
    assert not store.dials
    assert not store.queued
    assert not store.parked
    assert not store.links
    assert not store.bridges["b1"].members


def test_why_a_recorded_call_was_refused() -> None:
    store = Store("lab")
    ended = []
    for at, packet in packets("22.10"):
        if packet.name in {"Newchannel", "Hangup"}:
            store.apply(packet, at)
            if packet.name == "Hangup" and b"\nTechCause" in packet.raw:
                ended.append(store.ended_channels[-1])
    assert {(e.cause, e.cause_text) for e in ended} == {(3, "No route to destination (SIP 404)")}


def test_a_requested_hangup_shows(store: Store) -> None:
    store.apply(event("Newchannel", block("u1")), 0.0)
    store.apply(event("SoftHangupRequest", block("u1"), Cause="16"), 1.0)
    assert store.channels["u1"].hanging


def test_rename_moves_the_name_and_not_the_channel(store: Store) -> None:
    store.apply(event("Newchannel", block("u1", Channel="DAHDI/1-1")), 0.0)
    store.apply(event("Rename", Channel="DAHDI/1-1", Newname="DAHDI/i1/100-1", Uniqueid="u1"), 1.0)
    assert store.channels["u1"].name == "DAHDI/i1/100-1"
    assert store.by_name == {"DAHDI/i1/100-1": "u1"}


def test_a_name_given_again_belongs_to_the_new_channel(store: Store) -> None:
    store.apply(event("Newchannel", block("u1", Channel="DAHDI/1-1")), 0.0)
    store.apply(event("Newchannel", block("u2", Channel="DAHDI/1-1")), 1.0)
    assert store.by_name == {"DAHDI/1-1": "u2"}
    store.apply(event("Hangup", block("u1", Channel="DAHDI/1-1"), Cause="16"), 2.0)
    assert store.by_name == {"DAHDI/1-1": "u2"}


def test_newexten_tells_the_application_and_the_position(store: Store) -> None:
    packet = next(find("22.10", "Newexten", lambda p: p.get("Application") == "Queue"))
    store.apply(packet, 9.0)
    channel = store.channels[packet.get("Uniqueid")]
    assert (channel.application, channel.data, channel.application_at) == ("Queue", packet.get("AppData"), 9.0)
    assert channel.position.exten == packet.get("Exten")
    assert store.dialplan_seen


def test_an_originated_channels_application_comes_with_the_response(store: Store) -> None:
    """Asterisk sends no Newexten for it; recorded with ConfBridge and ChanSpy on both versions."""
    response = next(find("16.28", "OriginateResponse", lambda p: p.get("Application") == "ConfBridge"))
    uid = response.get("Uniqueid")
    for at, packet in about("16.28", uid):
        store.apply(packet, at)
        if packet.name == "OriginateResponse":
            break
    assert (store.channels[uid].application, store.channels[uid].data) == ("ConfBridge", response.get("Data"))


def test_an_answered_originated_channel_runs_nothing_that_is_known(store: Store) -> None:
    store.apply(event("Newchannel", block("u1", state="Down")), 0.0)
    store.apply(event("Newexten", block("u1", state="Down"), Application="AppDial2", AppData="(Outgoing Line)"), 0.0)
    store.apply(event("Newstate", block("u1", state="Up")), 1.0)
    assert store.channels["u1"].application is None
    assert store.channels["u1"].application_at is None


def test_a_called_leg_sent_into_the_dialplan_runs_nothing_that_is_known(store: Store) -> None:
    """Recorded on 22 when a parked agent's leg comes back: Newexten names what called it, and Dial is not told."""
    for at, packet in about("22.10", "lab-1795375742.8", "PJSIP/agent05-00000008"):
        store.apply(packet, at)
        channel = store.channels.get("lab-1795375742.8")
        if packet.name == "Newexten" and channel is not None and channel.position.context == "park-dial":
            assert packet.get("Application") == "AppQueue"
            assert channel.application is None
            break
    else:
        pytest.fail("the recording does not hold it")


def test_what_a_moved_caller_ran_before_is_not_taken_for_what_it_runs_now(store: Store) -> None:
    """Recorded on 22: a caller is redirected from Queue to an extension that begins with another application.

    The place is told with the old application still standing there, and the new one is no other place.
    """
    seen = []
    for at, packet in about("22.10", "lab-1795375859.260"):
        store.apply(packet, at)
        if packet.name == "Newexten":
            channel = store.channels["lab-1795375859.260"]
            told = (packet.get("Extension"), packet.get("Priority"), packet.get("Application"))
            seen.append((*told, channel.application))
    assert ("601", "2", "Queue", "Queue") in seen
    assert ("605", "1", "Queue", None) in seen


def test_an_application_that_an_extension_repeats_is_known(store: Store) -> None:
    for priority in ("1", "2"):
        place = block("u1", Exten="600", Priority=priority)
        store.apply(event("Newexten", place, Application="Answer", AppData=""), 0.0)
        assert store.channels["u1"].application == "Answer"


def test_a_parked_caller_sent_to_dial_runs_nothing_that_is_known(store: Store) -> None:
    """Recorded on 22: Park stands as the application of a leg that parking has sent to Dial."""
    uid = "lab-1795375776.95"
    seen = []
    for at, packet in about("22.10", uid):
        store.apply(packet, at)
        if packet.name == "Newexten":
            seen.append((packet.get("Context"), packet.get("Application"), store.channels[uid].application))
    assert seen[-2:] == [("from-trunk", "Park", "Park"), ("park-dial", "Park", None)]


def test_who_dials_runs_something_that_dials(store: Store) -> None:
    """The application of the place from which it was sent away stays in a list that came in between."""
    store.apply(event("Newexten", block("u1"), Application="Park", AppData=""), 0.0)
    store.apply(event("DialBegin", block("u1"), block("u2", "Dest", state="Down"), DialString="u2"), 1.0)
    assert store.channels["u1"].application is None


def test_a_latin_1_name_and_an_escaped_one(store: Store) -> None:
    lines = block("u1", CallerIDName="G\u00fcl", ConnectedLineName=r"Ann \"Lee\"\\")
    raw = "\n".join(["Event: Newchannel", "Privilege: call,all", *lines])
    store.apply(Packet(raw.encode("latin-1")), 0.0)
    store.apply(event("Newchannel", block("u2", CallerIDName="G\u00fcl")), 0.0)
    assert store.channels["u1"].caller.name == store.channels["u2"].caller.name == "Gül"
    assert store.channels["u1"].connected.name == 'Ann "Lee"\\'


@pytest.mark.parametrize(
    ("written", "name"),
    [("Iris O\\'Neil", "Iris O'Neil"), ("Eve [bold]Markup[/bold]", "Eve [bold]Markup[/bold]"), ("王小明", "王小明")],
)
def test_recorded_names_are_kept_as_they_are(store: Store, written: str, name: str) -> None:
    packet = next(find("22.10", "Newchannel", lambda p: p.get("CallerIDName") == written))
    store.apply(packet, 0.0)
    assert store.channels[packet.get("Uniqueid")].caller.name == name


def test_channel_variables_are_kept_and_split_at_the_first_equals_sign(store: Store) -> None:
    store.apply(event("Newchannel", block("u1"), ["ChanVariable: tenant=a=b", 'ChanVariable: x=\\"y\\"']), 0.0)
    store.apply(event("Newstate", block("u1"), ["ChanVariable: tenant=c"]), 1.0)
    assert store.channels["u1"].variables == {"tenant": "c", "x": '"y"'}


def test_asterisk_12_names_no_linkedid(store: Store) -> None:
    lines = [line for line in block("u1") if not line.startswith(("Linkedid", "Language"))]
    store.apply(event("Newchannel", lines), 0.0)
    store.apply(event("Newstate", lines), 0.0)
    assert store.channels["u1"].linkedid == "u1"
    assert store.channels["u1"].position.exten == "100"


def test_a_state_that_is_not_known_keeps_its_text(store: Store) -> None:
    lines = [line.replace("ChannelState: 6", "ChannelState: 17") for line in block("u1")]
    store.apply(event("Newchannel", [line.replace("Desc: Up", "Desc: Unknown (17)") for line in lines]), 0.0)
    assert store.channels["u1"].state is ChannelState.UNKNOWN
    assert store.channels["u1"].state_text == "Unknown (17)"


@pytest.mark.parametrize("uid", ["", "<null>", "<unknown>", "none"])
def test_a_block_without_a_uniqueid_is_none(store: Store, uid: str) -> None:
    store.apply(event("Newchannel", block("u1", Uniqueid=uid)), 0.0)
    store.apply(event("Newstate", block("u1", Uniqueid=uid)), 0.0)
    assert not store.channels


def test_headers_spelled_and_ordered_in_another_way_are_read_all_the_same(store: Store) -> None:
    lines = [line.replace("Channel", "CHANNEL", 1).replace("Uniqueid", "UniqueID") for line in reversed(block("u1"))]
    store.apply(Packet("\n".join(["Event: Newchannel", "privilege: call,all", *lines]).encode()), 0.0)
    store.apply(Packet("\n".join(["Event: Hangup", "privilege: call,all", *lines, "CAUSE: 17"]).encode()), 1.0)
    assert store.ended_channels[0].cause == 17


def test_an_event_that_nobody_reads_changes_nothing(store: Store) -> None:
    version = store.version
    for packet in (next(find("22.10", name)) for name in ("VarSet", "TestEvent", "Cdr", "DTMFEnd")):
        assert packet.name not in store.wanted
        store.apply(packet, 0.0)
    assert (store.version, store.channels) == (version, {})
