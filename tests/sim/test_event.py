"""Events as bytes."""

from __future__ import annotations

from sim.lab import lab, listen

from amitop.sim.event import Event, bridge_block, channel_block, lines


def test_an_event_is_the_bytes_that_asterisk_sends() -> None:
    exchange = lab()
    events = listen(exchange)
    exchange.user_event("Shift", [("Header1", "x")])
    (event,) = events
    assert event.data == (
        b"Event: UserEvent\r\nPrivilege: user,all\r\nSystemName: lab\r\nUserEvent: Shift\r\nHeader1: x\r\n\r\n"
    )
    assert event.data is event.data
    assert event.headers[-2:] == [("UserEvent", "Shift"), ("Header1", "x")]
    assert (event.cls, event.name) == ("user", "UserEvent")


def test_the_channels_block_has_the_recorded_headers_and_says_unknown_of_what_is_empty() -> None:
    exchange = lab()
    channel = exchange.call_in("trunk", "+15558122250", "", "603")
    block = channel_block(channel.fields(), "Dest").decode().split("\r\n")
    assert block[:4] == [
        f"DestChannel: {channel.name}", "DestChannelState: 6", "DestChannelStateDesc: Up",
        "DestCallerIDNum: +15558122250",
    ]  # fmt: skip
    assert block[4:7] == [
        "DestCallerIDName: <unknown>", "DestConnectedLineNum: <unknown>", "DestConnectedLineName: <unknown>",
    ]  # fmt: skip
    assert len(block) == 15


def test_callers_names_reach_the_wire_as_they_are() -> None:
    exchange = lab()
    events = listen(exchange)
    latin = b"Jos\xe9".decode("utf-8", "surrogateescape")
    for name in ("王小明", "Eve [bold]Markup[/bold]", latin):
        exchange.call_in("trunk", "+1", name, "603")
    said = b"".join(event.data for event in events if event.name == "Newchannel")
    assert "CallerIDName: 王小明\r\n".encode() in said
    assert b"CallerIDName: Eve [bold]Markup[/bold]\r\n" in said
    assert b"CallerIDName: Jos\xe9\r\n" in said


def test_a_bridge_counts_its_internal_channels_too() -> None:
    exchange = lab()
    exchange.call_in("trunk", "+1", "Ann", "604")
    bridge = exchange.conferences["8000"].bridge
    assert b"BridgeNumChannels: 2\r\n" in bridge_block(bridge)
    assert b"ToBridgeName: 8000\r\n" in bridge_block(bridge, "To")


def test_what_nobody_wants_is_not_made() -> None:
    exchange = lab()
    events = listen(exchange)
    exchange.wanted = frozenset({"agent"})
    exchange.call_in("trunk", "+1", "Ann", "600")
    assert {event.cls for event in events} == {"agent"}


def test_lines_end_with_both_characters() -> None:
    assert lines([("A", "1"), ("B", "")]) == b"A: 1\r\nB: \r\n"
    assert Event("call", "X", (b"Event: X\r\n", b"\r\n")).headers == [("Event", "X")]
