"""Dials, bridges, transfers, parking, conferences and the like: what each verb does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sim.lab import lab, listen, names

from amitop.sim.channel import RING, RINGING, UP
from amitop.sim.exchange import Call, Exchange

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.event import Event


def leg(exchange: Exchange, device: str) -> Channel:
    return next(channel for channel in exchange.channels.values() if channel.device == device)


def last(events: list[Event], name: str) -> dict[str, str]:
    return dict(next(event for event in reversed(events) if event.name == name).headers)


def talking(exchange: Exchange, agent: str = "03", caller: str = "+1555") -> tuple[Channel, Channel]:
    """A caller from outside who talks to an agent."""
    channel = exchange.call_in("trunk", caller, "Ann", f"10{agent}")
    exchange.clock.advance(0.2)
    other = leg(exchange, f"PJSIP/agent{agent}")
    exchange.answer(other)
    return channel, other


# --- dialling ---


def test_a_dialled_leg_rings_and_is_answered() -> None:
    exchange = lab()
    caller = exchange.call_in("trunk", "+1555", "Ann", "1003")
    assert caller.state == RING
    exchange.clock.advance(0.2)
    other = leg(exchange, "PJSIP/agent03")
    assert other.state == RINGING
    assert other.linkedid == caller.uniqueid
    assert (other.connected_num, caller.connected_num) == ("+1555", "1003")
    exchange.answer(other)
    assert caller.state == other.state == UP
    assert caller.bridge is other.bridge is not None
    assert caller.bridge.technology == "native_rtp"


@pytest.mark.parametrize(
    ("cause", "status", "tech"),
    [(17, "BUSY", "486"), (34, "CONGESTION", "503"), (21, "NOANSWER", "603"), (20, "CHANUNAVAIL", "480")],
)
def test_a_leg_that_is_refused_says_why(cause: int, status: str, tech: str) -> None:
    exchange = lab()
    events = listen(exchange)
    caller = exchange.call_in("trunk", "+1555", "Ann", "1003")
    exchange.clock.advance(0.2)
    exchange.reject(leg(exchange, "PJSIP/agent03"), cause)
    assert last(events, "DialEnd")["DialStatus"] == status
    hangups = [dict(event.headers) for event in events if event.name == "Hangup"]
    assert [(each["Cause"], each["TechCause"]) for each in hangups] == [(str(cause), tech)] * 2
    assert caller.gone


def test_nobody_answers() -> None:
    exchange = lab()
    events = listen(exchange)
    exchange.call_in("trunk", "+1555", "Ann", "1003")
    exchange.clock.advance(31)
    assert last(events, "DialEnd")["DialStatus"] == "NOANSWER"
    assert not exchange.channels


def test_several_are_dialled_at_once_and_the_first_one_gets_the_call() -> None:
    exchange = lab()
    exchange.dialplan.add("from-trunk", "all", "Dial(PJSIP/agent01&PJSIP/agent02&PJSIP/nobody,20)", "Hangup()")
    events = listen(exchange)
    caller = exchange.call_in("trunk", "+1555", "Ann", "all")
    exchange.clock.advance(0.2)
    assert caller.connected_num == ""
    exchange.answer(leg(exchange, "PJSIP/agent02"))
    assert caller.connected_num == "1002"
    ends = [dict(event.headers) for event in events if event.name == "DialEnd"]
    assert [(each["DestChannel"][6:13], each["DialStatus"]) for each in ends] == [
        ("agent02", "ANSWER"), ("agent01", "CANCEL"),
    ]  # fmt: skip
    assert last(events, "Hangup")["Cause"] == "26"


def test_a_number_is_dialled_over_a_trunk() -> None:
    exchange = lab()
    exchange.dialplan.add("internal", "_9.", "Dial(PJSIP/${EXTEN:1}@trunk,30)", "Hangup()")
    events = listen(exchange)
    exchange.call_in("agent01", "", "", "9555")
    out = leg(exchange, "PJSIP/trunk")
    assert (out.caller_num, out.dnid) == ("555", "555")
    assert last(events, "DialBegin")["DialString"] == "555@trunk"
    exchange.clock.advance(0.2)
    exchange.progress(out)
    assert last(events, "DialState")["DialStatus"] == "PROGRESS"


def test_a_local_channel_rings_when_its_far_end_does_and_is_answered_with_it() -> None:
    exchange = lab()
    exchange.dialplan.add("from-trunk", "loc", "Dial(Local/1003@internal/n,20)", "Hangup()")
    events = listen(exchange)
    caller = exchange.call_in("trunk", "+1555", "Ann", "loc")
    exchange.clock.advance(0.2)
    first = next(channel for channel in exchange.channels.values() if channel.name.endswith(";1"))
    assert first.state == RINGING
    assert last(events, "LocalBridge")["LocalOptimization"] == "No"
    exchange.answer(leg(exchange, "PJSIP/agent03"))
    assert {channel.state for channel in exchange.channels.values()} == {UP}
    assert len(exchange.bridges) == 2
    assert len({channel.linkedid for channel in exchange.channels.values()}) == 1
    exchange.hang_up(leg(exchange, "PJSIP/agent03"))
    assert caller.gone
    assert not exchange.channels


def test_a_caller_who_hangs_up_before_the_answer_cancels() -> None:
    exchange = lab()
    events = listen(exchange)
    caller = exchange.call_in("trunk", "+1555", "Ann", "1003")
    exchange.clock.advance(0.2)
    exchange.hang_up(caller)
    assert last(events, "DialEnd")["DialStatus"] == "CANCEL"
    assert not exchange.channels


# --- ends ---


def test_a_channel_is_found_by_its_exact_name_or_uniqueid() -> None:
    exchange = lab()
    channel = exchange.call_in("trunk", "+1555", "Ann", "603")
    assert exchange.find(channel.name) is exchange.find(channel.uniqueid) is channel
    assert exchange.find(channel.name[:-1]) is None
    exchange.hangup(channel)
    assert exchange.find(channel.uniqueid) is None
    exchange.hangup(channel)
    exchange.hang_up(channel)
    assert not exchange.redirect(channel, "internal", "9001")


def test_time_is_up() -> None:
    exchange = lab()
    channel = exchange.call_in("trunk", "+1555", "Ann", "603")
    exchange.limit(channel, 5)
    assert channel.limit_at == exchange.clock.now + 5
    exchange.limit(channel, 0)
    exchange.clock.advance(10)
    assert not channel.gone
    exchange.limit(channel, 5)
    exchange.clock.advance(5)
    assert channel.gone


# --- moving ---


def test_a_redirected_leg_leaves_the_other_one_alone() -> None:
    exchange = lab()
    caller, agent = talking(exchange)
    assert exchange.redirect(caller, "internal", "8000")
    assert agent.gone
    assert caller.bridge is exchange.conferences["8000"].bridge


def test_two_legs_are_moved_at_once() -> None:
    exchange = lab()
    caller, agent = talking(exchange)
    place = ("internal", "8000", 1)
    assert exchange.redirect_both(caller, place, agent, place)
    assert set(exchange.conferences["8000"].members) == {caller.uniqueid, agent.uniqueid}


def test_a_blind_transfer_moves_the_peer() -> None:
    exchange = lab()
    events = listen(exchange)
    caller, agent = talking(exchange)
    assert exchange.blind_transfer(agent, "1005") == "Success"
    assert agent.gone
    assert leg(exchange, "PJSIP/agent05").linkedid == caller.uniqueid
    assert last(events, "BlindTransfer")["TransfereeUniqueid"] == caller.uniqueid
    assert exchange.blind_transfer(caller, "1006") == "Invalid"
    exchange.redirect(caller, "internal", "8000")
    assert exchange.blind_transfer(caller, "1006") == "Not Permitted"


def test_an_attended_transfer_joins_the_parties() -> None:
    exchange = lab()
    events = listen(exchange)
    caller, first = talking(exchange)
    second = exchange.call_in("agent03", "", "", "1007")
    exchange.clock.advance(0.2)
    target = leg(exchange, "PJSIP/agent07")
    exchange.answer(target)
    exchange.hold(first)
    assert exchange.attended_transfer(first, second) == "Success"
    assert first.gone
    assert second.gone
    assert caller.bridge is target.bridge is not None
    assert (caller.connected_num, target.connected_num) == ("1007", "+1555")
    assert caller.linkedid == target.linkedid == caller.uniqueid
    transfer = last(events, "AttendedTransfer")
    assert (transfer["Result"], transfer["DestType"]) == ("Success", "Bridge")
    assert transfer["TransferTargetUniqueid"] == target.uniqueid
    assert exchange.attended_transfer(caller, target) == "Invalid"


def test_two_channels_are_bridged_out_of_what_they_were_in() -> None:
    exchange = lab()
    one, two = exchange.call_in("trunk", "+1", "", "603"), exchange.call_in("trunk", "+2", "", "603")
    bridge = exchange.bridge(one, two)
    assert bridge is not None
    assert set(bridge.channels) == {one.uniqueid, two.uniqueid}
    assert one.linkedid == two.linkedid == one.uniqueid
    exchange.hang_up(one)
    assert two.gone


def test_holding_is_said_by_who_holds() -> None:
    exchange = lab()
    events = listen(exchange)
    caller, agent = talking(exchange)
    exchange.hold(agent, "jazz")
    assert last(events, "Hold")["Uniqueid"] == agent.uniqueid
    assert last(events, "Hold")["MusicClass"] == "jazz"
    assert last(events, "MusicOnHoldStart")["Uniqueid"] == caller.uniqueid
    assert exchange.device_state("PJSIP/agent03") == "ONHOLD"
    exchange.unhold(agent)
    exchange.unhold(agent)
    assert exchange.device_state("PJSIP/agent03") == "INUSE"
    assert names(events).count("Unhold") == 1


# --- originate ---


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (Call("agent03", "internal", "8000"), "Invalid channel"),
        (Call("PJSIP/agent03", "internal", "nowhere"), "Extension does not exist."),
    ],
)
def test_what_cannot_be_called_is_refused_at_once(call: Call, error: str) -> None:
    assert lab().originate(call) == error


@pytest.mark.parametrize(
    ("device", "act", "reason"),
    [
        ("PJSIP/nobody", "", "0"),
        ("PJSIP/agent03", "busy", "5"),
        ("PJSIP/agent03", "", "3"),
        ("PJSIP/agent03", "hangup", "1"),
    ],
)
def test_a_call_that_fails_says_how(device: str, act: str, reason: str) -> None:
    exchange = lab()
    events = listen(exchange)
    assert exchange.originate(Call(device, "internal", "8000", timeout=5, action_id="a1")) == ""
    exchange.clock.advance(0.2)
    if act == "busy":
        exchange.reject(leg(exchange, device), 17)
    elif act == "hangup":
        exchange.hangup(leg(exchange, device))
    exchange.clock.advance(6)
    response = last(events, "OriginateResponse")
    assert (response["Response"], response["Reason"], response["ActionID"]) == ("Failure", reason, "a1")
    assert not exchange.channels


def test_a_call_goes_where_it_is_to_go_with_its_names_and_variables() -> None:
    exchange = lab()
    events = listen(exchange)
    exchange.originate(
        Call(
            "PJSIP/agent03", "internal", "8000", caller_num="77", caller_name="Boss", account="acc",
            channel_id="mine-1", variables=[("NOTE", "x")],
        )
    )  # fmt: skip
    exchange.clock.advance(0.2)
    channel = exchange.channels["mine-1"]
    exchange.answer(channel)
    assert (channel.caller_num, channel.account, channel.variables["NOTE"]) == ("77", "acc", "x")
    assert "mine-1" in exchange.conferences["8000"].members
    assert last(events, "OriginateResponse")["Uniqueid"] == "mine-1"


# --- parking ---


def test_a_call_is_parked_and_fetched() -> None:
    exchange = lab()
    events = listen(exchange)
    caller, agent = talking(exchange)
    parked = exchange.park(caller, timeout_channel=agent)
    assert parked is not None
    assert (parked.space, parked.parker) == (701, "PJSIP/agent03")
    assert last(events, "ParkedCall")["ParkingTimeout"] == "120"
    retriever = exchange.call_in("agent05", "", "", "701")
    assert last(events, "UnParkedCall")["RetrieverUniqueid"] == retriever.uniqueid
    assert caller.bridge is retriever.bridge is not None
    assert exchange.lots["default"].calls == {}
    assert not any(bridge.type == "parking" for bridge in exchange.bridges.values())


def test_a_parked_call_goes_back_when_its_time_is_up() -> None:
    exchange = lab()
    events = listen(exchange)
    caller, agent = talking(exchange)
    assert exchange.park(agent, timeout=20.0) is not None
    assert caller.gone
    exchange.clock.advance(20.2)
    timed_out = last(events, "ParkedCallTimeOut")
    assert (timed_out["ParkingTimeout"], timed_out["ParkingDuration"]) == ("0", "20")
    assert (timed_out["ParkeeContext"], timed_out["ParkeeExten"]) == ("park-dial", "PJSIP_agent03")
    assert len(exchange.endpoints["agent03"].channels) == 2


def test_a_lot_without_a_limit_shows_a_number_beyond_reason() -> None:
    exchange = lab()
    exchange.lots["default"].timeout = 0.0
    events = listen(exchange)
    channel = exchange.call_in("trunk", "+1", "", "605")
    exchange.clock.advance(1000)
    exchange.hang_up(channel)
    assert int(last(events, "ParkedCallGiveUp")["ParkingTimeout"]) > 2**63


def test_a_full_lot_takes_nobody() -> None:
    exchange = lab()
    exchange.lots["default"].last = 701
    exchange.call_in("trunk", "+1", "", "605")
    other = exchange.call_in("trunk", "+1", "", "603")
    assert exchange.park(other) is None
    assert exchange.park(other, lot="none") is None
    assert not other.gone
    assert exchange.call_in("trunk", "+1", "", "605").gone


# --- conferences ---


def test_people_in_a_conference_are_muted_kicked_and_counted() -> None:
    exchange = lab()
    exchange.dialplan.add("internal", "boss", "ConfBridge(8000,,admin)", "Echo()")
    events = listen(exchange)
    one, boss = exchange.call_in("trunk", "+1", "", "604"), exchange.call_in("agent01", "", "", "boss")
    conference = exchange.conferences["8000"]
    assert last(events, "ConfbridgeJoin")["Admin"] == "Yes"
    assert exchange.conf_mute("8000", one.name, True)
    assert conference.members[one.uniqueid].muted
    assert not exchange.conf_mute("8000", "nobody", True)
    assert not exchange.conf_mute("none", one.name, True)
    exchange.talk(one, True)
    exchange.talk(one, True)
    assert last(events, "ConfbridgeTalking")["TalkingStatus"] == "on"
    assert names(events).count("ConfbridgeTalking") == 1
    assert exchange.conf_lock("8000", True)
    assert exchange.call_in("trunk", "+2", "", "604").gone
    assert exchange.conf_record("8000", True)
    assert not exchange.conf_record("8000", True)
    assert exchange.conf_kick("8000", "participants")
    assert one.gone
    assert set(conference.members) == {boss.uniqueid}
    assert exchange.conf_kick("8000", boss.name.upper())
    assert boss.application == "Echo"
    assert not exchange.conferences
    assert "ConfbridgeStopRecord" in names(events)
    assert "ConfbridgeEnd" in names(events)


def test_some_wait_for_somebody_marked_and_go_with_them() -> None:
    exchange = lab()
    exchange.dialplan.add("internal", "wait", "ConfBridge(1,,wait_marked end_marked)")
    exchange.dialplan.add("internal", "lead", "ConfBridge(1,,marked)")
    one = exchange.call_in("agent01", "", "", "wait")
    member = exchange.conferences["1"].members[one.uniqueid]
    assert member.waiting
    leader = exchange.call_in("agent02", "", "", "lead")
    assert not member.waiting
    exchange.hang_up(leader)
    assert one.gone


# --- recording, listening, digits, muting ---


def test_a_leg_is_recorded_and_the_recording_ends_with_it() -> None:
    exchange = lab()
    events = listen(exchange)
    caller, _ = talking(exchange)
    number = exchange.start_recording(caller, "/tmp/a.wav")
    assert exchange.mute_recording(caller, "both", True)
    assert caller.muted_recording
    assert exchange.stop_recording(caller, number)
    assert not exchange.stop_recording(caller)
    assert not exchange.mute_recording(caller, "both", True)
    exchange.start_recording(caller, "/tmp/b.wav")
    exchange.hang_up(caller)
    assert [name for name in names(events) if "Mix" in name] == [
        "MixMonitorStart", "MixMonitorMute", "MixMonitorStop", "MixMonitorStart", "MixMonitorStop",
    ]  # fmt: skip


def test_somebody_listens_until_the_call_is_over() -> None:
    exchange = lab()
    events = listen(exchange)
    caller, agent = talking(exchange)
    exchange.originate(Call("PJSIP/agent09", application="ChanSpy", data=f"{agent.uniqueid},uqES"))
    exchange.clock.advance(0.2)
    spyer = leg(exchange, "PJSIP/agent09")
    exchange.answer(spyer)
    assert agent.spied_by == [spyer]
    exchange.hang_up(caller)
    exchange.clock.advance(0.1)
    assert spyer.gone
    assert last(events, "ChanSpyStop")["SpyeeUniqueid"] == agent.uniqueid


def test_digits_go_through_a_bridge_and_a_local_channel() -> None:
    exchange = lab()
    events = listen(exchange)
    caller, agent = talking(exchange)
    exchange.press(caller, "5")
    exchange.clock.advance(1)
    said = [dict(event.headers) for event in events if event.name == "DTMFEnd"]
    assert [(each["Uniqueid"], each["Direction"], each["DurationMs"]) for each in said] == [
        (caller.uniqueid, "Received", "100"), (agent.uniqueid, "Sent", "100"),
    ]  # fmt: skip
    exchange.play_dtmf(caller, "6")
    assert last(events, "DTMFBegin")["Direction"] == "Sent"


def test_muting_is_silent() -> None:
    exchange = lab()
    caller, _ = talking(exchange)
    events = listen(exchange)
    exchange.mute_audio(caller, "all", True)
    assert caller.muted == {"in", "out"}
    exchange.mute_audio(caller, "out", False)
    assert caller.muted == {"in"}
    assert not events
