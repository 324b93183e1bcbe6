"""Actions over the wire, and what they do to the exchange: seen in it, and in the events that follow the answer."""

import pytest
from sim.lab import lab

from amitop.sim.exchange import Exchange

UP, RINGING = 6, 5


@pytest.fixture
def exchange() -> Exchange:
    return lab()


@pytest.fixture
async def client(connect):
    client = await connect()
    await client.packet()
    return client


def caller(exchange: Exchange, exten: str, number: str = "+15551230001", name: str = "Ann Lee"):
    """Somebody who has called *exten* and whose call has settled."""
    channel = exchange.call_in("trunk", number, name, exten)
    exchange.clock.advance(1.0)
    return channel


def talking(exchange: Exchange, agent: str = "1003"):
    """A caller and an agent who talk."""
    channel = caller(exchange, agent)
    (leg,) = [each for each in exchange.channels.values() if each is not channel]
    exchange.answer(leg)
    exchange.clock.advance(1.0)
    assert channel.bridge is leg.bridge is not None
    return channel, leg


async def events(client, exchange, seconds: float = 1.0) -> list[str]:
    """All that the client hears while so much time passes, without variables and devices."""
    exchange.clock.advance(seconds)
    client.send("Action: Ping\r\nActionID: now\r\n\r\n")
    heard = []
    while "ActionID: now" not in (packet := await client.packet()):
        heard.append(packet)
    quiet = tuple(
        f"Event: {name}" for name in ("VarSet", "DeviceStateChange", "Newexten", "ExtensionStatus", "Cdr", "RTCP")
    )
    return [packet for packet in heard if not packet.startswith(quiet)]


def names(packets: list[str]) -> list[str]:
    return [packet.partition(" | ")[0].removeprefix("Event: ") for packet in packets]


async def test_a_hang_up_ends_that_call(exchange, client):
    channel, leg = talking(exchange)
    other = caller(exchange, "603")
    await events(client, exchange)
    assert (
        await client.ask("Hangup", Channel=channel.uniqueid, Cause="16")
        == "Response: Success | Message: Channel Hungup"
    )
    heard = names(await events(client, exchange))
    assert "SoftHangupRequest" in heard
    assert heard.count("Hangup") == 2
    assert channel.gone
    assert leg.gone
    assert list(exchange.channels) == [other.uniqueid]


async def test_a_hang_up_by_expression_lists_what_it_ends(exchange, client):
    caller(exchange, "603")
    caller(exchange, "603")
    await events(client, exchange)
    client.send("Action: Hangup\r\nChannel: /^PJSIP\\/trunk-/\r\nActionID: many\r\n\r\n")
    packets = [await client.packet() for _ in range(4)]
    assert names(packets)[1:] == ["ChannelHungup", "ChannelHungup", "ChannelsHungupListComplete"]
    await events(client, exchange)
    assert not exchange.channels


async def test_a_redirect_moves_the_leg_itself(exchange, client):
    channel, leg = talking(exchange)
    target = {"Context": "internal", "Exten": "8000", "Priority": "1"}
    assert (
        await client.ask("Redirect", Channel=channel.name, **target)
        == "Response: Success | Message: Redirect successful"
    )
    await events(client, exchange)
    assert "8000" in exchange.conferences
    assert leg.gone


async def test_two_legs_are_redirected_at_once(exchange, client):
    channel, leg = talking(exchange)
    headers = {"Channel": channel.uniqueid, "ExtraChannel": leg.uniqueid, "Context": "internal", "Exten": "8000"}
    assert (
        await client.ask("Redirect", **headers, Priority="1") == "Response: Success | Message: Dual Redirect successful"
    )
    await events(client, exchange)
    assert set(exchange.conferences["8000"].members) == {channel.uniqueid, leg.uniqueid}


async def test_a_blind_transfer_moves_the_peer(exchange, client):
    channel, leg = talking(exchange)
    await events(client, exchange)
    transfer = {"Channel": leg.uniqueid, "Exten": "8000", "Context": "internal"}
    assert await client.ask("BlindTransfer", **transfer) == "Response: Success | Message: Transfer succeeded"
    assert "BlindTransfer" in names(await events(client, exchange))
    assert leg.gone
    assert channel.uniqueid in exchange.conferences["8000"].members


async def test_who_is_not_in_a_call_cannot_be_transferred(exchange, client):
    alone = caller(exchange, "603")
    answer = await client.ask("BlindTransfer", Channel=alone.uniqueid, Exten="8000", Context="internal")
    assert answer == "Response: Error | Message: Transfer invalid"


async def test_a_time_limit(exchange, client):
    channel = caller(exchange, "603")
    assert (
        await client.ask("AbsoluteTimeout", Channel=channel.uniqueid, Timeout="30")
        == "Response: Success | Message: Timeout Set"
    )
    (status, _) = await client.listing("Status", Channel=channel.uniqueid)
    assert f" | TimeToHangup: {int(exchange.clock.now) + 30} | " in status
    exchange.clock.advance(29)
    assert not channel.gone
    exchange.clock.advance(2)
    assert channel.gone


async def test_parking_and_fetching(exchange, client):
    channel, leg = talking(exchange)
    await events(client, exchange)
    parked = await client.ask("Park", Channel=channel.uniqueid, Timeout="60000", TimeoutChannel=leg.uniqueid)
    assert parked == "Response: Success | Message: Park successful\n"
    assert "ParkedCall" in names(await events(client, exchange))
    (item, complete) = await client.listing("ParkedCalls")
    assert f"ParkeeUniqueid: {channel.uniqueid}" in item
    assert "Parkinglot: default | ParkingSpace: 701 | ParkingTimeout: 59 | ParkingDuration: 1 | ActionID: x" in item
    assert complete.endswith("EventList: Complete | ListItems: 1 | Total: 1")
    exchange.call_in("agent05", "", "", "701")
    heard = names(await events(client, exchange))
    assert "UnParkedCall" in heard
    assert not exchange.lots["default"].calls
    assert (
        await client.ask("Park", Channel=channel.uniqueid, Parkinglot="zz")
        == "Response: Error | Message: Park action failed\n"
    )


async def test_a_conference(exchange, client):
    first, second = caller(exchange, "604"), caller(exchange, "604", "+15551230002", "Bea")
    (room, _) = await client.listing("ConfbridgeListRooms")
    figures = "Conference: 8000 | Parties: 2 | Marked: 0 | Locked: No | Muted: No"
    assert room == f"Event: ConfbridgeListRooms | ActionID: x | {figures}"
    people = await client.listing("ConfbridgeList", Conference="8000")
    assert [f"Channel: {each.name} | " in item for each, item in zip((first, second), people, strict=False)] == [
        True,
        True,
    ]
    await events(client, exchange)

    who = {"Conference": "8000", "Channel": second.name}
    assert await client.ask("ConfbridgeMute", **who) == "Response: Success | Message: User muted"
    assert names(await events(client, exchange)) == ["ConfbridgeMute"]
    assert exchange.conferences["8000"].members[second.uniqueid].muted
    assert await client.ask("ConfbridgeUnmute", **who) == "Response: Success | Message: User unmuted"
    assert await client.ask("ConfbridgeLock", Conference="8000") == "Response: Success | Message: Conference locked"
    assert "Locked: Yes" in (await client.listing("ConfbridgeListRooms"))[0]
    assert await client.ask("ConfbridgeUnlock", Conference="8000") == "Response: Success | Message: Conference unlocked"

    record = {"Conference": "8000", "RecordFile": "x.wav"}
    assert (
        await client.ask("ConfbridgeStartRecord", **record)
        == "Response: Success | Message: Conference Recording Started."
    )
    already = "Response: Error | Message: Conference is already being recorded."
    assert await client.ask("ConfbridgeStartRecord", **record) == already
    stopped = "Response: Success | Message: Conference Recording Stopped."
    assert await client.ask("ConfbridgeStopRecord", Conference="8000") == stopped
    await events(client, exchange)

    assert await client.ask("ConfbridgeKick", **who) == "Response: Success | Message: User kicked"
    assert "ConfbridgeLeave" in names(await events(client, exchange))
    assert list(exchange.conferences["8000"].members) == [first.uniqueid]
    nobody = "Response: Error | Message: No Channel by that name found in Conference."
    assert await client.ask("ConfbridgeKick", **who) == nobody
    everybody = await client.ask("ConfbridgeKick", Conference="8000", Channel="all")
    assert everybody == "Response: Success | Message: All participants kicked"
    await events(client, exchange)
    assert not exchange.conferences


async def test_a_pause_stops_the_ringing(exchange, client):
    said = await client.ask("QueuePause", Interface="PJSIP/agent06", Paused="true", Reason="lunch")
    assert said == "Response: Success | Message: Interface paused successfully"
    paused = [packet for packet in await events(client, exchange) if packet.startswith("Event: QueueMemberPause")]
    assert len(paused) == 2, "one for each of its queues"
    assert all("Paused: 1 | PausedReason: lunch" in packet for packet in paused)
    caller(exchange, "601")
    rung = {each.device for each in exchange.channels.values() if each.state == RINGING}
    assert rung
    assert "PJSIP/agent06" not in rung

    members = [
        item for item in await client.listing("QueueStatus", Queue="sales") if item.startswith("Event: QueueMember")
    ]
    assert sum("Paused: 1" in item for item in members) == 1


async def test_members_come_and_go(exchange, client):
    who = {"Queue": "billing", "Interface": "PJSIP/agent01"}
    for action, headers, said, event in [
        ("QueueAdd", {"MemberName": "Zed", "Penalty": "3"}, "Added interface to queue", "QueueMemberAdded"),
        ("QueuePenalty", {"Penalty": "1"}, "Interface penalty set successfully", "QueueMemberPenalty"),
        ("QueueMemberRingInUse", {"RingInUse": "yes"}, "Interface ringinuse set successfully", "QueueMemberRinginuse"),
        ("QueueRemove", {}, "Removed interface from queue", "QueueMemberRemoved"),
    ]:
        assert await client.ask(action, **who, **headers) == f"Response: Success | Message: {said}"
        (heard,) = [packet for packet in await events(client, exchange) if "MemberName: Zed" in packet]
        assert heard.startswith(f"Event: {event} | Privilege: agent,all | SystemName: lab | Queue: billing")
    assert "PJSIP/agent01" not in exchange.queues["billing"].members


async def test_callers_are_moved_up_and_sent_away(exchange, client):
    for number in range(15, 21):
        exchange.pause_member(f"PJSIP/agent{number}", True)
    first, second = caller(exchange, "602"), caller(exchange, "602", "+15551230002", "Bea")
    (params, *_, one, two, complete) = await client.listing("QueueStatus", Queue="billing")
    assert "Calls: 2" in params
    assert f"Position: 1 | Channel: {first.name} | Uniqueid: {first.uniqueid}" in one
    assert "CallerIDName: Bea | ConnectedLineNum: unknown | ConnectedLineName: unknown | Wait: 1 | Priority: 0" in two
    assert complete.endswith("ListItems: 9")

    change = {"Queue": "billing", "Caller": second.name, "Priority": "5"}
    done = "Response: Success | Message: Priority change for caller on queue"
    assert await client.ask("QueueChangePriorityCaller", **change, Immediate="true") == done
    assert [each.channel for each in exchange.queues["billing"].callers] == [second, first]
    withdrawn = await client.ask("QueueWithdrawCaller", Queue="billing", Caller=first.name)
    assert withdrawn == "Response: Success | Message: Withdraw requested successfully"
    await events(client, exchange, 3.0)
    assert [each.channel for each in exchange.queues["billing"].callers] == [second]
    summary = next(item for item in await client.listing("QueueSummary") if "Queue: billing" in item)
    assert "LoggedIn: 6 | Available: 0 | Callers: 1" in summary


async def test_statistics_begin_anew(exchange, client):
    queue = exchange.queues["sales"]
    queue.completed = queue.abandoned = 7
    assert (
        await client.ask("QueueReset", Queue="sales") == "Response: Success | Message: Queue stats reset successfully"
    )
    assert (queue.completed, queue.abandoned) == (0, 0)


async def test_originating_without_waiting(exchange, client):
    await events(client, exchange)
    call = {"Channel": "Local/9001@internal", "Application": "Wait", "Data": "60", "ChannelId": "mine", "Async": "true"}
    assert await client.ask("Originate", **call) == "Response: Success | Message: Originate successfully queued"
    (outcome,) = [packet for packet in await events(client, exchange) if "OriginateResponse" in packet]
    assert "ActionID: x | Response: Success | Channel: Local/9001@internal-00000000;1 | Application: Wait" in outcome
    assert outcome.endswith("Reason: 4 | Uniqueid: mine | CallerIDNum: <unknown> | CallerIDName: <unknown>")
    assert exchange.channels["mine"].application == "Wait"


async def test_originating_to_nobody(exchange, client):
    await events(client, exchange)
    call = {"Channel": "PJSIP/nosuch", "Application": "Wait", "Data": "1", "ChannelId": "zz8", "Async": "true"}
    assert await client.ask("Originate", **call) == "Response: Success | Message: Originate successfully queued"
    (outcome,) = [packet for packet in await events(client, exchange) if "OriginateResponse" in packet]
    assert outcome == (
        "Event: OriginateResponse | Privilege: call,all | SystemName: lab | ActionID: x | Response: Failure | "
        "Channel: PJSIP/nosuch | Application: Wait | Data: 1 | Reason: 0 | Uniqueid: zz8 | CallerIDNum: <unknown> | "
        "CallerIDName: <unknown>"
    )


async def test_originating_and_waiting_holds_the_session_up(exchange, client, connect, on):
    other = await connect("watcher", "look", "call")
    call = "Action: Originate\r\nChannel: PJSIP/agent05\r\nApplication: Echo\r\nTimeout: 400\r\nActionID: slow\r\n\r\n"
    async with on():
        client.send(call + "Action: Ping\r\nActionID: behind\r\n\r\n")
        assert (await other.packet()).startswith("Event: Newchannel")
        assert await client.packet() == "Response: Error | ActionID: slow | Message: Originate failed"
        behind = await client.packet()
        while "ActionID: behind" not in behind:
            assert behind.startswith("Event: ")
            behind = await client.packet()


@pytest.mark.parametrize(("application", "data"), [("System", "x"), ("Queue", "x,,,,,agi"), ("NoOp", "${SHELL(ls)}")])
async def test_what_could_run_programs_needs_the_system_class(server, connect, application, data):
    from amitop.sim.users import User

    server.users["dialer"] = User("dialer", "d", write="originate,call")
    client = await connect("dialer", "d", "off")
    call = {"Channel": "PJSIP/agent01", "Application": application, "Data": data, "Async": "true"}
    forbidden = "Response: Error | Message: Originate Access Forbidden: app or data blacklisted"
    assert await client.ask("Originate", **call) == forbidden


async def test_recording(exchange, client):
    channel, _ = talking(exchange)
    await events(client, exchange)
    who = {"Channel": channel.uniqueid}
    assert await client.ask("MixMonitor", **who, File="x.wav") == "Response: Success"
    assert names(await events(client, exchange)) == ["MixMonitorStart"]
    assert channel.recordings
    assert await client.ask("MixMonitorMute", **who, Direction="both", State="1") == "Response: Success"
    assert names(await events(client, exchange)) == ["MixMonitorMute"]
    assert await client.ask("StopMixMonitor", **who) == "Response: Success"
    assert names(await events(client, exchange)) == ["MixMonitorStop"]
    assert await client.ask("StopMixMonitor", **who) == "Response: Error | Message: Could not stop monitoring channel"


async def test_muting_and_digits(exchange, client):
    channel, _ = talking(exchange)
    await events(client, exchange)
    assert await client.ask("MuteAudio", Channel=channel.uniqueid, Direction="all", State="on") == "Response: Success"
    assert channel.muted == {"in", "out"}
    await client.ask("MuteAudio", Channel=channel.uniqueid, Direction="in", State="off")
    assert channel.muted == {"out"}
    said = await client.ask("PlayDTMF", Channel=channel.uniqueid, Digit="5", Duration="200")
    assert said == "Response: Success | Message: DTMF successfully queued"
    begin, end = await events(client, exchange)
    assert begin.endswith("Digit: 5 | Direction: Sent")
    assert end.endswith("Digit: 5 | DurationMs: 200 | Direction: Sent")


async def test_variables(exchange, client):
    channel = caller(exchange, "603")
    who = {"Channel": channel.uniqueid, "Variable": "MOOD"}
    assert await client.ask("Setvar", **who, Value="good") == "Response: Success | Message: Variable Set"
    assert await client.ask("Getvar", **who) == "Response: Success | Variable: MOOD | Value: good"
    (status, _) = await client.listing("Status", Channel=channel.name, Variables="MOOD,NOTHING")
    assert " | Variable: MOOD=good | Variable: NOTHING=(null) | ActionID: x" in status


async def test_lists_of_channels_and_bridges(exchange, client):
    channel, leg = talking(exchange)
    first, second, complete = await client.listing("CoreShowChannels")
    bridge = channel.bridge.uniqueid
    assert first.endswith(
        f"Application: Dial | ApplicationData: PJSIP/agent03,30 | Duration: 00:00:02 | BridgeId: {bridge}"
    )
    assert second.endswith(
        f"Application: AppDial | ApplicationData: (Outgoing Line) | Duration: 00:00:02 | BridgeId: {bridge}"
    )
    assert complete == "Event: CoreShowChannelsComplete | ActionID: x | EventList: Complete | ListItems: 2"
    (item, _) = await client.listing("BridgeList")
    assert item.startswith(f"Event: BridgeListItem | ActionID: x | BridgeUniqueid: {bridge} | BridgeType: basic")
    *people, last = await client.listing("BridgeInfo", BridgeUniqueid=bridge)
    assert len(people) == 2
    assert last.startswith(
        f"Event: BridgeInfoComplete | ActionID: x | EventList: Complete | ListItems: 2 | BridgeUniqueid: {bridge}"
    )
    (connected, _) = await client.listing("CoreShowChannelMap", Channel=channel.name)
    assert connected == f"Event: CoreShowChannelMap | ActionID: x | ConnectedChannel: {leg.name}"


async def test_endpoints_and_registrations(exchange, client):
    exchange.add_endpoint("desk", "1100", "Desk", uri="sip:desk@192.0.2.9:45472;ob", static=False, user_agent="Phone X")
    exchange.add_registration("trunk-reg", "sip:192.0.2.1", "sip:lab@192.0.2.1", "trunk")
    items = await client.listing("PJSIPShowEndpoints")
    assert len(items) == 23
    assert (
        "ObjectName: desk | Transport:  | Aor: desk | Auths: desk-auth | OutboundAuths:  | Contacts: desk/sip:desk@"
        in items[-2]
    )
    assert items[-2].endswith("DeviceState: Not in use | ActiveChannels: 0")
    (contact, _) = await client.listing("PJSIPShowContacts")
    assert "Uri: sip:desk@192.0.2.9:45472;ob | QualifyFrequency: 15 | UserAgent: Phone X" in contact
    (status, _) = await client.listing("PJSIPShowRegistrationInboundContactStatuses")
    assert "RegExpire: 0 | ViaAddress: 192.0.2.9:45472" in status

    detail = await client.listing("PJSIPShowEndpoint", Endpoint="trunk")
    assert names(detail) == [
        "EndpointDetail", "AuthDetail", "AorDetail", "ContactStatusDetail", "IdentifyDetail", "EndpointDetailComplete",
    ]  # fmt: skip
    assert len(detail[0].split(" | ")) == 144, "as many headers as 22.10 has"
    assert "Password: " in detail[1]

    exchange.clock.advance(1.0)
    registration, secret, complete = await client.listing("PJSIPShowRegistrationsOutbound")
    assert " | Status: Registered | NextReg: " in registration
    assert secret.startswith("Event: AuthDetail")
    assert complete.endswith("ListItems: 1 | Registered: 1 | NotRegistered: 0")
    await events(client, exchange)
    gone = await client.ask("PJSIPUnregister", Registration="trunk-reg")
    assert gone == "Response: Success | Message: Unregistration sent"
    assert "Registry" in names(await events(client, exchange))
    assert (
        await client.ask("PJSIPRegister", Registration="*all") == "Response: Success | Message: Reregistrations queued."
    )
    await events(client, exchange)
    assert exchange.registrations["trunk-reg"].status == "Registered"


async def test_states(exchange, client):
    exchange.add_endpoint("desk", "1100", "Desk", hint="1100")
    idle = (
        "Response: Success | Message: Extension Status | Exten: 1100 | Context: internal | Hint: PJSIP/desk | Status: 0"
    )
    assert await client.ask("ExtensionState", Exten="1100", Context="internal") == f"{idle} | StatusText: Idle"
    items = await client.listing("DeviceStateList")
    assert "Event: DeviceStateChange | ActionID: x | Device: PJSIP/agent05 | State: NOT_INUSE" in items
    (hint, _) = await client.listing("ExtensionStateList")
    assert hint.endswith("Exten: 1100 | Context: internal | Hint: PJSIP/desk | Status: 0 | StatusText: Idle")


async def test_a_reload_is_told(exchange, client):
    await events(client, exchange)
    assert await client.ask("Reload", Module="app_queue.so") == "Response: Success | Message: Module Reloaded"
    assert "Event: Reload | Privilege: system,all | SystemName: lab | Module: app_queue.so | Status: 0" in await events(
        client, exchange
    )
