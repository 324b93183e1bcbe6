"""Parking one party: who, where, who hears the space, and that nothing is ever sent that could crash the PBX."""

import json

import pytest
from control.legs import AGENT_LEG, AGENT_NAME, ANN_LEG, ANN_NAME, gone, leg, legs, talking, told

from amitop.ami.errors import LinkLost
from amitop.control.audit import Audit
from amitop.control.outcome import OutcomeKind
from amitop.control.parking import plan_park
from fakes.events import bridge, event

SPACE = (
    "ParkerDialString: PJSIP/agent03\nParkinglot: default\nParkingSpace: 701\nParkingTimeout: {}\nParkingDuration: 0\n"
)


def parked(timeout="120", uid=ANN_LEG):
    return told("ParkedCall", uid, SPACE.format(timeout), prefix="Parkee")


def answer(live, *packets):
    live.connection.on_action = lambda _name, _headers: live.happen(*packets)


@pytest.mark.parametrize(
    ("announce", "back", "hears"),
    [(True, AGENT_NAME, "hears the space and is then hung up"), (False, "PJSIP/agent03-0", "is hung up")],
)
async def test_a_party_is_parked_and_its_space_told(announce, back, hears):
    live = talking()
    answer(live, parked("20"))
    plan = plan_park(live.store, leg(live), lot="default", seconds=20, announce=announce)
    assert plan.sentence == (
        "Ann Lee +15551234567 is parked in the lot default for 20 s and hears music. "
        f"Agent 03 1003 {hears}, unless the dialplan has more for them. "
        "If nobody fetches Ann Lee +15551234567 in time, PJSIP/agent03 is called."
    )
    outcome = await legs(live).park(plan)
    assert (outcome.kind, outcome.text) == (
        OutcomeKind.DONE,
        "Ann Lee +15551234567 is parked at 701 in default, for 20 s.",
    )
    expected = {"Channel": ANN_LEG, "TimeoutChannel": back, "Timeout": "20000", "Parkinglot": "default"}
    assert live.sent == [("Park", expected)]


async def test_what_is_not_said_is_not_sent_and_nobody_is_ever_announced_by_the_header_that_crashes():
    live = talking()
    answer(live, parked(str(2**64 - 5)))
    outcome = await legs(live).park(plan_park(live.store, leg(live, AGENT_LEG)))
    assert outcome.kind is OutcomeKind.NO_EFFECT, "another party was parked"
    answer(live, parked(str(2**64 - 5), AGENT_LEG))
    outcome = await legs(live).park(plan_park(live.store, leg(live, AGENT_LEG)))
    assert outcome.text == "Agent 03 1003 is parked at 701 in default, without a limit."
    for _, headers in live.sent:
        assert headers == {"Channel": AGENT_LEG, "TimeoutChannel": "PJSIP/trunk-0"}
        assert "AnnounceChannel" not in headers


async def test_somebody_alone_has_nobody_to_come_back_to():
    live = talking()
    live.happen(told("BridgeLeave", AGENT_LEG, bridge("b1", 1)))
    with pytest.raises(ValueError, match="nobody who could hear"):
        plan_park(live.store, leg(live), announce=True)
    plan = plan_park(live.store, leg(live))
    assert plan.sentence == "Ann Lee +15551234567 is parked and hears music."
    assert plan.headers == {"Channel": ANN_LEG}


async def test_who_talks_with_somebody_else_by_now_is_left_alone():
    live = talking()
    plan = plan_park(live.store, leg(live))
    live.happen(told("BridgeLeave", AGENT_LEG, bridge("b1", 1)))
    outcome = await legs(live).park(plan)
    assert (outcome.kind, outcome.text) == (
        OutcomeKind.GONE,
        "Ann Lee +15551234567 talks with somebody else by now; nobody was parked.",
    )
    live.happen(gone())
    assert (await legs(live).park(plan)).text == "Ann Lee +15551234567 has hung up; nothing was sent."
    assert live.sent == []


async def test_who_is_hung_up_instead_is_told():
    live = talking()
    answer(live, gone())
    outcome = await legs(live).park(plan_park(live.store, leg(live)))
    assert (outcome.kind, outcome.text) == (
        OutcomeKind.FAILED,
        "Ann Lee +15551234567 was hung up instead of being parked.",
    )


def test_who_cannot_be_parked():
    live = talking()
    live.happen(parked())
    with pytest.raises(ValueError, match="is parked already, at 701 in default"):
        plan_park(live.store, leg(live))
    live.happen(event("Newstate", told("x", AGENT_LEG).raw.decode().split("\n", 2)[2].replace("State: 6", "State: 5")))
    with pytest.raises(ValueError, match="not on the phone yet"):
        plan_park(live.store, leg(live, AGENT_LEG))
    with pytest.raises(ValueError, match="has ended"):
        plan_park(live.store, None)


@pytest.mark.parametrize("name", ["PJSIP/x&PJSIP/y-1", "PJSIP/x,tT(a)-1", "PJSIP/x|1-1", "/.*/", "x", "PJSIP/a\r\nb-1"])
def test_a_name_that_would_be_more_than_a_name_to_dial_is_not_sent(name):
    live = talking()
    leg(live, AGENT_LEG).name = name
    assert plan_park(live.store, leg(live)).comes_back_to == ""
    with pytest.raises(ValueError, match="cannot be sent"):
        plan_park(live.store, leg(live), announce=True)


def test_a_leg_whose_uniqueid_would_mean_something_else_is_refused():
    live = talking()
    leg(live).uniqueid = "/.*/"
    with pytest.raises(ValueError, match="Uniqueid cannot be sent"):
        plan_park(live.store, leg(live))


async def test_it_is_guarded_and_on_record(tmp_path):
    live = talking()
    path = tmp_path / "audit.jsonl"
    plan = plan_park(live.store, leg(live))
    assert (await legs(live, read_only=True).park(plan)).text == "pbx1 is read-only here"
    live.refusals["Park"] = "Park: this login lacks write=call in manager.conf"
    assert (await legs(live).park(plan)).text == live.refusals.pop("Park")
    assert live.sent == []
    live.connection.on_action = lambda _name, _headers: "Park action failed\n"
    outcome = await legs(live, audit=Audit(path)).park(plan)
    assert (outcome.kind, outcome.text) == (
        OutcomeKind.REFUSED,
        "Ann Lee +15551234567: The PBX says: Park action failed",
    )

    def cut(_name, _headers):
        raise LinkLost("pbx1: connection lost")

    live.connection.on_action = cut
    assert (await legs(live, audit=Audit(path)).park(plan)).kind is OutcomeKind.FAILED
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(line["action"], line["target"], line["outcome"]) for line in lines] == [
        ("Park", ANN_LEG, "refused"),
        ("Park", ANN_LEG, "failed"),
    ]
    assert not live.listeners
    assert leg(live).name == ANN_NAME
