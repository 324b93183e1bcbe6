"""Actions, answers, lists and events of a session, against a scripted PBX; vectors numbered as in `ami.md` I."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from amitop.ami.errors import ActionError, ActionTimeout, LinkLost
from fakes.server import FakeServer, Peer, Request, listing, packet, raw, refuse, reply, silence

if TYPE_CHECKING:
    from amitop.ami.packet import Packet

ITEMS = [("CoreShowChannel", {"Uniqueid": "1.1"}), ("CoreShowChannel", {"Uniqueid": "1.2"})]


async def test_an_action_gets_the_response_with_its_own_id(pbx: FakeServer, connect) -> None:
    """Answers that come in another order find their askers all the same."""
    held: list[tuple[Peer, Request]] = []

    def hold(peer: Peer, request: Request) -> None:
        held.append((peer, request))

    pbx.answers |= {"A": hold, "B": hold}
    session = await connect()
    asking = asyncio.gather(session.action("A", {"K": "v"}), session.action("B"))
    await pbx.request("B")
    for peer, request in reversed(held):
        peer.send(packet([("Response", "Success"), ("ActionID", request.action_id), ("Echo", request.name)]))
    first, second = await asking
    assert (first.get("Echo"), second.get("Echo")) == ("A", "B")
    assert held[0][1].get("K") == "v"


async def test_action_ids_are_short_and_no_numbers_and_all_different(pbx: FakeServer, connect) -> None:
    session = await connect()
    await session.ping()
    await session.ping()
    ids = [request.action_id for request in pbx.requests]
    assert len(set(ids)) == len(ids) >= 4
    assert all(re.fullmatch(r"amitop-[0-9a-f]{8}-\d+", action_id) and len(action_id) <= 40 for action_id in ids)


async def test_a_refusal_is_raised_in_the_servers_words(pbx: FakeServer, connect) -> None:
    pbx.answers["Hangup"] = refuse("No such channel")
    session = await connect()
    with pytest.raises(ActionError, match=r"^Hangup: No such channel$") as caught:
        await session.action("Hangup", {"Channel": "1.1"})
    assert caught.value.message == "No such channel"
    assert caught.value.response.name == "Error"


async def test_an_action_without_an_answer_times_out_and_the_session_goes_on(pbx: FakeServer, connect) -> None:
    pbx.answers["Slow"] = silence
    session = await connect()
    with pytest.raises(ActionTimeout, match=r"Slow: no answer within 0\.05 s"):
        await session.action("Slow", timeout=0.05)
    assert await session.ping() >= 0


async def test_an_action_that_cannot_be_sent_leaves_nothing_behind(pbx: FakeServer, connect) -> None:
    session = await connect()
    await pbx.request("Ping")
    sent = len(pbx.requests)
    with pytest.raises(ValueError, match="line end"):
        await session.action("Hangup", {"Channel": "1\r\nAction: Originate"})
    await session.ping()
    assert [request.name for request in pbx.requests[sent:]] == ["Ping"]


async def test_vector_13_an_originate_response_is_an_event_for_everybody(pbx: FakeServer, connect) -> None:
    heard: list[Packet] = []
    pbx.answers["Originate"] = raw(
        b"Response: Success\r\nActionID: @ID@\r\nMessage: Originate successfully queued\r\n\r\n"
        b"Event: OriginateResponse\r\nActionID: @ID@\r\nResponse: Failure\r\nReason: 0\r\n\r\n"
    )
    session = await connect(on_event=heard.append)
    response = await session.action("Originate", {"Channel": "Local/1@x"})
    assert response.get("Message") == "Originate successfully queued"
    assert [(event.name, event.get("Response")) for event in heard[1:]] == [("OriginateResponse", "Failure")]


# -- lists ------------------------------------------------------------------------------------------------------------


async def test_a_list_is_its_items_and_no_event_of_it_goes_elsewhere(pbx: FakeServer, connect) -> None:
    heard: list[Packet] = []
    pbx.answers["CoreShowChannels"] = listing("CoreShowChannels", ITEMS)
    session = await connect(on_event=heard.append, wanted={"Hangup"})
    answer = await session.listing("CoreShowChannels")
    assert [item.get("Uniqueid") for item in answer.items] == ["1.1", "1.2"]
    assert answer.response.get("EventList") == "start"
    assert answer.complete is not None
    assert answer.complete.get("ListItems") == "2"
    assert [event.name for event in heard] == ["FullyBooted"]
    assert session.counters.items == 3
    assert "CoreShowChannel" not in session.counters.events


async def test_two_lists_at_once_keep_their_items_apart(pbx: FakeServer, connect) -> None:
    pbx.answers["A"] = listing("A", [("PeerEntry", {"ObjectName": "a"})])
    pbx.answers["B"] = listing("B", [("PeerEntry", {"ObjectName": "b"})])
    session = await connect()
    first, second = await asyncio.gather(session.listing("A"), session.listing("B"))
    assert [item.get("ObjectName") for item in first.items + second.items] == ["a", "b"]


async def test_an_event_in_the_middle_of_a_list_is_not_swallowed(pbx: FakeServer, connect) -> None:
    heard: list[str] = []
    pbx.answers["QueueStatus"] = raw(
        b"Response: Success\r\nActionID: @ID@\r\nEventList: Start\r\n\r\n"
        b"Event: QueueMember\r\nQueue: q\r\nActionID: @ID@\r\n\r\n"
        b"Event: AgentComplete\r\nPrivilege: agent,all\r\nQueue: q\r\n\r\n"
        b"Event: QueueMember\r\nQueue: q\r\nActionID: someone-elses-1\r\n\r\n"
        b"Event: QueueStatusComplete\r\nActionID: @ID@\r\nEventList: complete\r\n\r\n"
    )
    session = await connect(on_event=lambda event: heard.append(event.name))
    answer = await session.listing("QueueStatus")
    assert len(answer.items) == 1
    assert heard == ["FullyBooted", "AgentComplete", "QueueMember"]


async def test_vector_14_an_error_after_the_start_ends_a_list_with_what_came(pbx: FakeServer, connect) -> None:
    pbx.answers["PJSIPShowEndpoint"] = raw(
        b"Response: Success\r\nActionID: @ID@\r\nEventList: start\r\n\r\n"
        b"Event: EndpointDetail\r\nActionID: @ID@\r\nN: 1\r\n\r\nEvent: AorDetail\r\nActionID: @ID@\r\nN: 2\r\n\r\n"
        b"Response: Error\r\nActionID: @ID@\r\nMessage: Unable to format endpoint X\n\r\n\r\n"
    )
    session = await connect()
    with pytest.raises(ActionError, match="Unable to format endpoint X") as caught:
        await session.listing("PJSIPShowEndpoint")
    assert [item.get("N") for item in caught.value.partial] == ["1", "2"]


async def test_a_second_response_ends_a_list(pbx: FakeServer, connect) -> None:
    pbx.answers["L"] = raw(
        b"Response: Success\r\nActionID: @ID@\r\nEventList: start\r\n\r\n"
        b"Event: X\r\nActionID: @ID@\r\n\r\nResponse: Success\r\nActionID: @ID@\r\n\r\n"
    )
    answer = await (await connect()).listing("L")
    assert (len(answer.items), answer.complete) == (1, None)


async def test_a_cancelled_list_is_an_error(pbx: FakeServer, connect) -> None:
    pbx.answers["L"] = raw(
        b"Response: Success\r\nActionID: @ID@\r\nEventList: start\r\n\r\n"
        b"Event: X\r\nActionID: @ID@\r\n\r\nEvent: XComplete\r\nActionID: @ID@\r\nEventList: cancelled\r\n\r\n"
    )
    with pytest.raises(ActionError) as caught:
        await (await connect()).listing("L")
    assert len(caught.value.partial) == 1


@pytest.mark.parametrize(
    "message",
    [
        "No active conferences.",
        "No Conference by that name found.",
        "No endpoints found\n",
        "No Contacts found\n",
        "No AORs found",
        "No Auths found",
        "No dialplan hints are available",
    ],
)
async def test_an_empty_list_that_comes_as_an_error_is_empty(pbx: FakeServer, connect, message: str) -> None:
    pbx.answers["L"] = refuse(message)
    answer = await (await connect()).listing("L")
    assert (answer.items, answer.complete) == ([], None)


@pytest.mark.parametrize(
    "message",
    ["No such channel", "No Conference name provided.", "No variable specified", "Permission denied", ""],
)
async def test_other_errors_are_no_empty_lists(pbx: FakeServer, connect, message: str) -> None:
    pbx.answers["L"] = refuse(message)
    with pytest.raises(ActionError):
        await (await connect()).listing("L")


async def test_a_response_that_announces_no_list_is_an_empty_one(pbx: FakeServer, connect) -> None:
    pbx.answers["L"] = reply(message="Nothing here")
    assert (await (await connect()).listing("L", timeout=30.0)).items == []


async def test_a_list_that_stops_times_out_with_what_came_and_its_rest_is_dropped(pbx: FakeServer, connect) -> None:
    heard: list[str] = []
    pbx.answers["L"] = raw(
        b"Response: Success\r\nActionID: @ID@\r\nEventList: start\r\n\r\nEvent: ParkedCall\r\nActionID: @ID@\r\n\r\n"
    )
    session = await connect(on_event=lambda event: heard.append(event.name))
    with pytest.raises(ActionTimeout, match=r"L: no answer within 0\.05 s") as caught:
        await session.listing("L", idle=0.05)
    assert len(caught.value.partial) == 1
    late = ("ActionID", pbx.asked("L")[0].action_id)
    pbx.send(packet([("Event", "ParkedCall"), late]))
    pbx.event("ParkedCall")
    pbx.send(packet([("Event", "OriginateResponse"), late, ("Response", "Success")]))  # these belong to everybody
    await session.ping()
    assert heard == ["FullyBooted", "ParkedCall", "OriginateResponse"]


# -- answers without an id --------------------------------------------------------------------------------------------


async def test_vector_15_an_error_without_an_id_belongs_to_the_oldest_action(pbx: FakeServer, connect) -> None:
    pbx.answers |= {"A": silence, "B": raw(b"Response: Error\r\nMessage: Too many lines in message\r\n\r\n")}
    session = await connect()
    oldest = asyncio.ensure_future(session.action("A"))
    younger = asyncio.ensure_future(session.action("B"))
    with pytest.raises(ActionError, match="A: Too many lines in message"):
        await oldest
    assert not younger.done()
    pbx.cut()
    with pytest.raises(LinkLost):
        await younger


async def test_an_action_that_was_given_up_still_takes_its_own_late_error(pbx: FakeServer, connect) -> None:
    pbx.answers |= {"A": silence, "B": silence, "Ping": silence}  # an answer to a Ping would mean that A has none
    session = await connect()
    with pytest.raises(ActionTimeout):
        await session.action("A", timeout=0.02)
    second = asyncio.ensure_future(session.action("B"))
    request = await pbx.request("B")
    pbx.send(b"Response: Error\r\nMessage: for A\r\n\r\n")
    pbx.send(packet([("Response", "Success"), ("ActionID", request.action_id), ("Message", "for B")]))
    assert (await second).get("Message") == "for B"


async def test_an_action_that_was_skipped_does_not_take_the_next_ones_error(pbx: FakeServer, connect) -> None:
    """With `brokeneventsaction` there may be no reply at all (`ami.md` A.8)."""
    pbx.answers |= {"Events": silence, "C": raw(b"Response: Error\r\nMessage: for C\r\n\r\n")}
    session = await connect()
    waiting = asyncio.ensure_future(session.set_events("call"))
    await pbx.request("Events")
    await session.ping()  # answered: so the one before it was skipped
    with pytest.raises(ActionError, match="for C"):
        await session.action("C")
    assert not waiting.done()
    waiting.cancel()


# -- commands ---------------------------------------------------------------------------------------------------------


async def test_vector_11_a_command_prints_lines(pbx: FakeServer, connect) -> None:
    pbx.answers["Command"] = reply(
        ("Output", "a"), ("Output", ""), ("Output", "b: c"), message="Command output follows"
    )
    assert await (await connect()).command("core show channels") == ["a", "", "b: c"]
    assert pbx.asked("Command")[0].get("Command") == "core show channels"


async def test_vector_12_a_command_prints_lines_before_asterisk_14(pbx: FakeServer, connect) -> None:
    pbx.answers["Command"] = raw(
        b"Response: Follows\r\nPrivilege: Command\r\nActionID: @ID@\r\nx\n\ny: z\n--END COMMAND--\r\n\r\n"
    )
    assert await (await connect()).command("core show channels") == ["x", "", "y: z"]


async def test_a_command_that_fails_has_printed_why(pbx: FakeServer, connect) -> None:
    pbx.answers["Command"] = reply(
        ("Output", "No such command 'x'"), response="Error", message="Command output follows"
    )
    assert await (await connect()).command("x") == ["No such command 'x'"]


async def test_a_command_that_is_not_allowed_is_refused(pbx: FakeServer, connect) -> None:
    pbx.answers["Command"] = refuse("Permission denied")
    with pytest.raises(ActionError, match="Permission denied"):
        await (await connect()).command("x")


# -- events -----------------------------------------------------------------------------------------------------------


async def test_events_come_in_order_and_nobody_elses_class(pbx: FakeServer, connect) -> None:
    heard: list[str] = []
    session = await connect(on_event=lambda event: heard.append(event.name), wanted={"Newchannel", "Hangup"})
    for name in ("Newchannel", "VarSet", "Hangup", "VarSet", "Reload", "Shutdown"):
        pbx.event(name)
    await session.ping()
    assert heard == ["FullyBooted", "Newchannel", "Hangup", "Reload", "Shutdown"]
    assert session.counters.skipped == 2
    assert session.counters.events == {
        "FullyBooted": 1,
        "Newchannel": 1,
        "VarSet": 2,
        "Hangup": 1,
        "Reload": 1,
        "Shutdown": 1,
    }
    assert session.shutting_down


async def test_an_owner_that_fails_on_one_event_gets_the_next(pbx: FakeServer, connect) -> None:
    heard: list[str] = []
    failures: list[tuple[str, str]] = []

    def on_event(event: Packet) -> None:
        if event.name == "Odd":
            raise KeyError("Uniqueid")
        heard.append(event.name)

    session = await connect(on_event=on_event, on_error=lambda error, where: failures.append((repr(error), where)))
    pbx.event("Odd")
    pbx.event("Even")
    await session.ping()
    assert heard == ["FullyBooted", "Even"]
    assert failures == [("KeyError('Uniqueid')", "on_event")]
    assert session.counters.failures == 1


async def test_a_failure_that_nobody_takes_reaches_the_loop(pbx: FakeServer, connect) -> None:
    def on_event(event: Packet) -> None:
        raise KeyError(event.name)

    told: list[dict] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context))
    await connect(on_event=on_event)
    assert repr(told[0]["exception"]) == "KeyError('FullyBooted')"


async def test_vector_22_a_stalled_reader_catches_up(pbx: FakeServer, connect) -> None:
    """Ten seconds of 5,000 events/s lie in the socket: the session reads them all and its Ping is answered."""
    total = 50_000
    seen = 0

    def on_event(event: Packet) -> None:
        nonlocal seen
        seen += event.name == "Newstate"

    session = await connect(on_event=on_event)
    burst = packet([("Event", "Newstate"), ("Privilege", "call,all"), ("Uniqueid", "1.1"), ("Pad", "x" * 300)]) * 1000
    for _ in range(total // 1000):
        pbx.send(burst)
    await session.ping(timeout=30.0)
    assert seen == total
    assert session.is_open
    assert session.counters.events["Newstate"] == total


async def test_what_nobody_asked_for_is_counted(pbx: FakeServer, connect) -> None:
    session = await connect()
    pbx.send(b"Response: Success\r\nActionID: nobody-1\r\n\r\nwhat is this\r\nand this\r\n\r\nEvent: A\r\nodd\r\n\r\n")
    await session.ping()
    assert session.counters.unknown == 2
    assert session.counters.damaged == 1  # the one without a name was parsed for it; the event nobody has read


# -- masks and filters ------------------------------------------------------------------------------------------------


async def test_the_mask_is_asked_for_at_login_and_can_be_changed(pbx: FakeServer, connect) -> None:
    session = await connect(events="system,call")
    assert pbx.peers[0].events == "system,call"
    await session.set_events("call")
    assert pbx.peers[0].events == "call"


async def test_an_event_is_filtered_out_by_name_at_the_packets_start(pbx: FakeServer, connect) -> None:
    session = await connect()
    assert await session.filter_out("VarSet") is False  # the PBX does not know Filter, or not for this login
    pbx.answers["Filter"] = reply()
    assert await session.filter_out("VarSet") is True
    request = pbx.asked("Filter")[1]
    assert request.headers[2:] == [("Operation", "Add"), ("Filter", "!^Event: VarSet[[:space:]]")]
