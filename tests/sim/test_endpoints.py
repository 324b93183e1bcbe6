"""Endpoints, their devices' states, contacts and registrations; media's figures; the truth; a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sim.lab import lab, listen, names

from amitop.sim.rtcp import score
from amitop.sim.truth import truth

if TYPE_CHECKING:
    from amitop.sim.event import Event
    from amitop.sim.exchange import Exchange


def said(events: list[Event], name: str) -> list[dict[str, str]]:
    return [dict(event.headers) for event in events if event.name == name]


def states(events: list[Event], device: str) -> list[str]:
    return [each["State"] for each in said(events, "DeviceStateChange") if each["Device"] == device]


def test_a_device_goes_through_its_states_and_every_queue_of_it_hears() -> None:
    exchange = lab()
    exchange.races = False
    events = listen(exchange)
    caller = exchange.call_in("trunk", "+1", "", "1006")
    exchange.clock.advance(0.2)
    leg = next(channel for channel in exchange.channels.values() if channel.device == "PJSIP/agent06")
    exchange.answer(leg)
    other = exchange.call_in("trunk", "+2", "", "1006")
    exchange.clock.advance(0.2)
    exchange.hang_up(other)
    exchange.hang_up(caller)
    assert states(events, "PJSIP/agent06") == ["RINGING", "INUSE", "RINGINUSE", "INUSE", "NOT_INUSE"]
    status = [(each["Queue"], each["Status"]) for each in said(events, "QueueMemberStatus")]
    assert status == [(queue, state) for state in "62721" for queue in ("support", "sales")]


def test_hints_follow_their_devices() -> None:
    exchange = lab()
    exchange.add_endpoint("desk", "77", "Desk", hint="77")
    exchange.dialplan.add("internal", "9", "Answer()", "Echo()")
    events = listen(exchange)
    exchange.call_in("desk", "", "", "9")
    assert said(events, "ExtensionStatus")[0]["StatusText"] == "InUse"
    assert exchange.device_state("PJSIP/none") == "INVALID"
    assert exchange.device_state("Custom:x") == "INVALID"


def test_a_contact_that_is_lost_takes_its_endpoint_along() -> None:
    exchange = lab()
    events = listen(exchange)
    exchange.contact("agent06", "Unreachable")
    exchange.contact("agent06", "Unreachable")
    assert states(events, "PJSIP/agent06") == ["UNAVAILABLE"]
    assert said(events, "PeerStatus")[0]["PeerStatus"] == "Unreachable"
    assert said(events, "ContactStatus")[0]["RoundtripUsec"] == "0"
    exchange.contact("agent06", "Reachable", 1234)
    exchange.contact("agent06", "Reachable", 4321)
    contact = exchange.endpoints["agent06"].contacts[0]
    assert (contact.status, contact.rtt_usec) == ("Reachable", 4321)
    assert len(said(events, "ContactStatus")) == 2
    exchange.qualify("agent06")
    assert contact.rtt_usec != 4321
    assert len(said(events, "ContactStatus")) == 2


def test_a_phone_registers_itself_and_is_asked_whether_it_is_there() -> None:
    exchange = lab()
    exchange.add_endpoint("soft", "88", "Soft", uri="-")
    assert exchange.device_state("PJSIP/soft") == "UNAVAILABLE"
    events = listen(exchange)
    exchange.register_contact("soft", "sip:soft@10.0.0.9", "Phone 1.0")
    exchange.register_contact("soft", "sip:soft@10.0.0.9", "Phone 1.0")
    exchange.clock.advance(1)
    assert [each["ContactStatus"] for each in said(events, "ContactStatus")] == ["NonQualified", "Reachable"]
    assert [each["PeerStatus"] for each in said(events, "PeerStatus")] == ["Reachable"]
    (contact,) = exchange.endpoints["soft"].contacts
    assert not contact.static
    exchange.unregister_contact("soft", contact.uri)
    assert said(events, "ContactStatus")[-1]["ContactStatus"] == "Removed"
    assert exchange.device_state("PJSIP/soft") == "UNAVAILABLE"


def registered(exchange: Exchange) -> list[str]:
    return [each.status for each in exchange.registrations.values()]


def test_a_registration_is_refused_again_and_again_until_it_is_accepted_and_then_renewed_in_silence() -> None:
    exchange = lab()
    registration = exchange.add_registration("reg", "sip:b", "sip:a@b")
    registration.accepted = False
    events = listen(exchange)
    exchange.clock.advance(25)
    assert [each["Status"] for each in said(events, "Registry")] == ["Rejected"] * 3
    assert registration.next_at > exchange.clock.now
    registration.accepted = True
    exchange.clock.advance(8000)
    assert [each["Status"] for each in said(events, "Registry")][3:] == ["Registered"]
    assert said(events, "Registry")[-1]["Username"] == "sip:a@b"
    exchange.unregister("reg")
    exchange.clock.advance(100_000)
    assert registered(exchange) == ["Unregistered"]
    assert registration.next_at == 0
    exchange.register("reg")
    exchange.clock.advance(1)
    assert registered(exchange) == ["Registered"]


def test_a_registrar_that_is_silent_leaves_us_unregistered() -> None:
    exchange = lab()
    registration = exchange.add_registration("reg", "sip:b", "sip:a@b")
    exchange.clock.advance(1)
    registration.answers = False
    exchange.register("reg")
    exchange.clock.advance(31)
    assert registered(exchange) == ["Registered"]
    exchange.clock.advance(2)
    assert registered(exchange) == ["Unregistered"]


def test_media_is_reported_on_while_somebody_wants_to_know() -> None:
    exchange = lab()
    exchange.endpoints["trunk"].rtt, exchange.endpoints["trunk"].loss = 0.3, 0.1
    events = listen(exchange)
    exchange.call_in("trunk", "+1", "", "603")
    exchange.wanted -= {"reporting"}
    exchange.clock.advance(12)
    assert not said(events, "RTCPSent")
    exchange.wanted |= {"reporting"}
    exchange.clock.advance(10)
    assert len(said(events, "RTCPSent")) == len(said(events, "RTCPReceived")) == 2
    received = said(events, "RTCPReceived")[0]
    assert 0.25 < float(received["RTT"]) < 0.4
    assert 10 < int(received["Report0FractionLost"]) < 60
    assert "RTT" not in said(events, "RTCPSent")[0]


def test_the_score_is_asterisks() -> None:
    assert score(0, 0, 0) * 20 == pytest.approx(88.1, abs=0.1)
    assert score(5000, 100, 50) == 1.0


def test_the_truth_has_everything() -> None:
    exchange = lab()
    exchange.add_registration("reg", "sip:b", "sip:a@b")
    caller = exchange.call_in("trunk", "+1", "Ann", "600")
    exchange.call_in("trunk", "+2", "Bob", "604")
    exchange.call_in("trunk", "+3", "Cid", "605")
    exchange.clock.advance(3)
    found = truth(exchange)
    assert [each["caller"]["num"] for each in found["channels"]] == ["+1", "+2", "+3", "1001"]
    (queue, *_) = found["queues"]
    assert queue["callers"][0]["uniqueid"] == caller.uniqueid
    assert queue["callers"][0]["wait"] == 3
    assert queue["members"][0]["status"] == "Ringing"
    assert found["conferences"][0]["members"][0]["channel"].startswith("PJSIP/trunk")
    assert (found["parked"][0]["space"], found["parked"][0]["timeout"]) == ("701", 120)
    assert found["registrations"][0]["status"] == "Registered"
    assert found["endpoints"][0]["state"] == "In use"
    assert {each["type"] for each in found["bridges"]} == {"base", "parking"}


def test_a_restart_forgets_everything_but_the_configuration() -> None:
    exchange = lab()
    exchange.add_registration("reg", "sip:b", "sip:a@b")
    exchange.add_member("billing", "PJSIP/agent01")
    for exten in ("600", "604", "605", "1003"):
        exchange.call_in("trunk", "+1", "", exten)
    exchange.clock.advance(3)
    events = listen(exchange)
    exchange.shut_down(restart=True)
    assert dict(events[-1].headers)["Shutdown"] == "Uncleanly"
    exchange.clock.advance(100)
    assert names(events) == ["Shutdown"]
    exchange.boot()
    assert names(events)[-1] == "FullyBooted"
    assert exchange.started == exchange.clock.now
    found = truth(exchange)
    assert (found["channels"], found["bridges"], found["conferences"], found["parked"]) == ([], [], [], [])
    assert "PJSIP/agent01" not in exchange.queues["billing"].members
    assert {each["state"] for each in found["endpoints"]} == {"Not in use"}
    exchange.call_in("trunk", "+1", "", "600")
    exchange.clock.advance(1)
    assert len(exchange.channels) == 2


def test_a_reload_logs_static_members_in_anew() -> None:
    exchange = lab()
    events = listen(exchange)
    exchange.clock.advance(50)
    exchange.reload("chan_x.so")
    assert exchange.queues["sales"].members["PJSIP/agent06"].login_time == 1_795_400_000
    exchange.reload()
    assert exchange.queues["sales"].members["PJSIP/agent06"].login_time == 1_795_400_050
    assert [each["Module"] for each in said(events, "Reload")] == ["chan_x.so", "All"]
