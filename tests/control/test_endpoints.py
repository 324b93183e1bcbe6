"""Asking an endpoint whether it is there: judged by what is told of its contacts afterwards."""

from __future__ import annotations

import json

import pytest

from amitop.ami.packet import Packet
from amitop.control.audit import Audit
from amitop.control.endpoints import plan_qualify
from amitop.control.operator import Operator
from amitop.control.outcome import OutcomeKind
from amitop.control.watch import Patience
from amitop.pbx.endpoint_detail import learn_endpoint, learn_peer
from amitop.pbx.endpoint_lists import EndpointMerge
from fakes.acting import FakeLive

URI = "sip:a@10.0.0.7:5060"


def item(name: str, **headers: str) -> Packet:
    return Packet("\n".join([f"Event: {name}", *(f"{k}: {v}" for k, v in headers.items())]).encode())


def status(status: str, rtt: str = "0") -> Packet:
    return item(
        "ContactStatus", Privilege="x", URI=URI, ContactStatus=status, AOR="a", EndpointName="a", RoundtripUsec=rtt
    )


def peer(name: str, **headers: str) -> Packet:
    values = {"Channeltype": "SIP", "IPaddress": "10.0.0.9", "IPport": "5060", "Status": "OK (3 ms)", "Dynamic": "yes"}
    return item("PeerEntry", ObjectName=name, **{**values, **headers})


class Looks:
    """What the PBX says when it is looked at: a contact's status and round trip."""

    def __init__(self, live: FakeLive) -> None:
        self.live = live
        self.answers: list[tuple[str, str]] = []
        self.looked = 0

    async def look_at(self, device: str) -> str | None:
        self.looked += 1
        self.live.now += 1.0
        if not self.answers:
            return None
        told, rtt = self.answers.pop(0)
        store, now = self.live.store, self.live.now
        if device.startswith("SIP/"):
            answer = Packet(f"Response: Success\nAddress-IP: 10.0.0.9\nAddress-Port: 5060\nStatus: {told}".encode())
            learn_peer(store, device, answer, now, now)
        else:
            detail = item("ContactStatusDetail", AOR="a", URI=URI, Status=told, RoundtripUsec=rtt, EndpointName="a")
            learn_endpoint(store, device, [detail], now, now)
        return None


@pytest.fixture
def live() -> FakeLive:
    live = FakeLive()
    merge = EndpointMerge(live.store, 0.0)
    merge.take(
        [
            item("EndpointList", ObjectName="a", Aor="a", Contacts=f"a/{URI},", DeviceState="Not in use"),
            item("EndpointList", ObjectName="gone", Aor="gone", Contacts="", DeviceState="Unavailable"),
            peer("desk"),
            peer("branch", Channeltype="IAX"),
        ],
        0.0,
    )
    merge.close()
    live.endpoint_sync = Looks(live)
    live.happen(status("Reachable", "400"))
    return live


@pytest.fixture
def operator(live: FakeLive, tmp_path) -> Operator:
    return Operator({"pbx1": live}, audit=Audit(tmp_path / "audit.jsonl"), patience=Patience(0.03, 0.01))


async def test_it_answers(live: FakeLive, operator: Operator, tmp_path) -> None:
    live.endpoint_sync.answers = [("Reachable", "400"), ("Reachable", "1234")]
    outcome = await operator.qualify(plan_qualify(live.store, "PJSIP/a"))
    assert (outcome.kind, outcome.text) == (OutcomeKind.DONE, "PJSIP/a answers within 1.23 ms.")
    assert live.sent == [("PJSIPQualify", {"Endpoint": "a"})]
    assert not live.listeners
    line = json.loads((tmp_path / "audit.jsonl").read_text())
    assert (line["action"], line["target"], line["outcome"]) == ("PJSIPQualify", "PJSIP/a", "done")


async def test_an_event_tells_sooner(live: FakeLive, operator: Operator) -> None:
    live.connection.on_action = lambda *_: live.happen(status("Unreachable"))
    outcome = await operator.qualify(plan_qualify(live.store, "PJSIP/a"))
    assert (outcome.kind, outcome.text) == (OutcomeKind.NO_EFFECT, "PJSIP/a does not answer.")
    assert live.endpoint_sync.looked == 1, "before it is asked, so that an older answer is not taken for this one"


async def test_where_the_event_does_not_say_how_long_it_took_the_pbx_is_asked(
    live: FakeLive, operator: Operator
) -> None:
    told = {"Privilege": "x", "ChannelType": "SIP", "Peer": "SIP/desk"}
    live.happen(item("PeerStatus", **told, PeerStatus="Unreachable"))
    live.connection.on_action = lambda *_: live.happen(item("PeerStatus", **told, PeerStatus="Reachable"))
    live.endpoint_sync.answers = [("UNREACHABLE", ""), ("OK (7 ms)", "")]
    outcome = await operator.qualify(plan_qualify(live.store, "SIP/desk"))
    assert (outcome.kind, outcome.text) == (OutcomeKind.DONE, "SIP/desk answers within 7 ms.")


async def test_as_before_is_no_proof(live: FakeLive, operator: Operator) -> None:
    """A chan_sip peer's round trip is in whole milliseconds, and one that does not answer is so until its next turn."""
    live.endpoint_sync.answers = [("OK (3 ms)", "")] * 9
    outcome = await operator.qualify(plan_qualify(live.store, "SIP/desk"))
    words = "SIP/desk was asked, and nothing has changed: it answered within 3 ms when last it was heard of."
    words += " If it is silent, chan_sip watches it no more."
    assert (outcome.kind, outcome.text) == (OutcomeKind.NO_EFFECT, words)
    assert live.sent == [("SIPqualifypeer", {"Peer": "desk"})]


async def test_what_asterisk_found_out_before_is_no_answer(live: FakeLive, operator: Operator) -> None:
    live.endpoint_sync.answers = [("OK (9 ms)", "")] * 9
    outcome = await operator.qualify(plan_qualify(live.store, "SIP/desk"))
    assert outcome.kind is OutcomeKind.NO_EFFECT, "9 ms were there before it was asked"


async def test_a_login_that_may_not_look_says_so(live: FakeLive, operator: Operator) -> None:
    live.refusals["PJSIPShowEndpoint"] = "no"
    outcome = await operator.qualify(plan_qualify(live.store, "PJSIP/a"))
    assert outcome.kind is OutcomeKind.NO_EFFECT
    assert "may not ask how it went" in outcome.text


async def test_one_contact_of_several(live: FakeLive, operator: Operator) -> None:
    live.happen(
        item("ContactStatus", Privilege="x", URI="sip:b", ContactStatus="Unreachable", AOR="a", EndpointName="a")
    )
    live.endpoint_sync.answers = [("Reachable", "400"), ("Reachable", "900")]
    outcome = await operator.qualify(plan_qualify(live.store, "PJSIP/a"))
    assert outcome.text == "PJSIP/a answers within 0.9 ms. 1 of its 2 contacts do not."


async def test_the_servers_words(live: FakeLive, operator: Operator) -> None:
    live.connection.on_action = lambda *_: "Unable to retrieve endpoint\n"
    outcome = await operator.qualify(plan_qualify(live.store, "PJSIP/a"))
    assert outcome.kind is OutcomeKind.REFUSED
    assert "Unable to retrieve endpoint" in outcome.text


async def test_one_that_has_gone(live: FakeLive, operator: Operator) -> None:
    plan = plan_qualify(live.store, "PJSIP/a")
    live.store.restart(9.0)
    assert (await operator.qualify(plan)).kind is OutcomeKind.GONE
    assert live.sent == []


async def test_read_only(live: FakeLive) -> None:
    outcome = await Operator({"pbx1": live}, read_only=True).qualify(plan_qualify(live.store, "PJSIP/a"))
    assert outcome.kind is OutcomeKind.REFUSED
    assert live.sent == []


def test_only_chan_sip_is_risky_to_ask(live: FakeLive) -> None:
    """As seen on 16.28: it does not watch any more whoever was silent when it was told to ask."""
    assert plan_qualify(live.store, "PJSIP/a").risk == ""
    assert "chan_sip stops watching it" in plan_qualify(live.store, "SIP/desk").risk


@pytest.mark.parametrize(
    ("device", "why"),
    [
        ("PJSIP/nobody", "There is no endpoint PJSIP/nobody"),
        ("PJSIP/gone", "no address to ask at"),
        ("IAX2/branch", "no action for it"),
    ],
)
def test_who_cannot_be_asked(live: FakeLive, device: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        plan_qualify(live.store, device)
