"""Muting, digits and time limits: what no event tells is done step by step, and said as honestly."""

import json

import pytest
from control.legs import AGENT_LEG, ANN_LEG, gone, leg, legs, talking

from amitop.ami.packet import Packet
from amitop.control.audit import Audit
from amitop.control.dtmf import plan_digits
from amitop.control.limit import plan_limit
from amitop.control.muting import Mute, plan_mute
from amitop.control.outcome import OutcomeKind

# -- muting -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mute", "steps", "unheard", "deaf"),
    [
        (Mute.UNHEARD, [("out", "off"), ("in", "on")], True, False),
        (Mute.DEAF, [("in", "off"), ("out", "on")], False, True),
        (Mute.BOTH, [("all", "on")], True, True),
        (Mute.OFF, [("all", "off")], False, False),
    ],
)
async def test_a_leg_is_made_so_whatever_it_was(mute, steps, unheard, deaf):
    live = talking()
    leg(live).deaf = True
    outcome = await legs(live).mute(plan_mute(live.store, leg(live), mute))
    assert outcome.kind is OutcomeKind.DONE
    assert "it cannot be asked again" in outcome.text
    assert live.sent == [
        ("MuteAudio", {"Channel": ANN_LEG, "Direction": direction, "State": state}) for direction, state in steps
    ]
    assert (leg(live).unheard, leg(live).deaf) == (unheard, deaf)


async def test_a_mute_that_is_refused_is_not_shown():
    live = talking()
    live.connection.on_action = lambda _name, headers: (
        "Failed to mute/unmute stream" if headers["State"] == "on" else None
    )
    outcome = await legs(live).mute(plan_mute(live.store, leg(live), Mute.UNHEARD))
    assert (outcome.kind, outcome.text) == (
        OutcomeKind.REFUSED,
        "Ann Lee +15551234567: The PBX says: Failed to mute/unmute stream",
    )
    assert not leg(live).unheard


async def test_who_is_not_there_is_not_muted(tmp_path):
    live = talking()
    path = tmp_path / "audit.jsonl"
    plan = plan_mute(live.store, leg(live), Mute.BOTH)
    live.happen(gone())
    assert (await legs(live, audit=Audit(path)).mute(plan)).kind is OutcomeKind.GONE
    assert live.sent == []
    assert json.loads(path.read_text())["action"] == "MuteAudio both"
    with pytest.raises(ValueError, match="has ended"):
        plan_mute(live.store, leg(live), Mute.OFF)


# -- digits -----------------------------------------------------------------------------------------------------------


async def test_digits_go_one_after_the_other_and_stay_out_of_every_record(tmp_path):
    live = talking()
    path = tmp_path / "audit.jsonl"
    plan = plan_digits(live.store, leg(live, AGENT_LEG), "49 76w#")
    assert plan.sentence == "Agent 03 1003 hears 5 digits: the machine or person at that end."
    outcome = await legs(live, audit=Audit(path)).send_digits(plan)
    assert (outcome.kind, outcome.text) == (
        OutcomeKind.DONE,
        "Sent 5 digits to Agent 03 1003; whether they were understood, nothing tells.",
    )
    assert live.sent == [("PlayDTMF", {"Channel": AGENT_LEG, "Digit": digit, "Duration": "200"}) for digit in "4976#"]
    line = json.loads(path.read_text())
    assert line["action"] == "PlayDTMF 5 digits"
    assert "4976" not in path.read_text()
    assert "4976" not in repr(plan)


async def test_digits_stop_when_the_party_hangs_up():
    live = talking()

    def act(_name, headers):
        if headers["Digit"] == "2":
            live.happen(gone())

    live.connection.on_action = act
    outcome = await legs(live).send_digits(plan_digits(live.store, leg(live), "1234"))
    assert (outcome.kind, outcome.text) == (OutcomeKind.GONE, "Ann Lee +15551234567 hung up after 2 of 4 digits.")
    assert len(live.sent) == 2


async def test_digits_stop_when_the_pbx_refuses():
    live = talking()
    live.connection.on_action = lambda _name, _headers: "Channel not found"
    outcome = await legs(live).send_digits(plan_digits(live.store, leg(live), "1234"))
    assert outcome.kind is OutcomeKind.REFUSED
    assert len(live.sent) == 1


def test_nothing_is_sent_to_a_phone_that_rings():
    live = talking()
    leg(live).state = leg(live).state.RINGING
    with pytest.raises(ValueError, match="not on the phone yet"):
        plan_digits(live.store, leg(live), "1")


# -- time limits ------------------------------------------------------------------------------------------------------


class Clock:
    """Keeps a limit as Asterisk does."""

    def __init__(self, live):
        self.live = live
        self.left = 0.0
        self.value = None
        live.connection.on_action = self.act

    def act(self, name, headers):
        if name == "AbsoluteTimeout":
            seconds = float(headers["Timeout"])
            if not seconds:
                return "No timeout specified"
            self.left = int(seconds * 1_000_000) / 1_000_000
            return None
        value = self.value if self.value is not None else (f"{self.left - 0.004:.3f}" if self.left else "0")
        return Packet(f"Response: Success\nVariable: {headers['Variable']}\nValue: {value}".encode())


async def test_a_limit_is_set_seen_and_lifted():
    live = talking()
    Clock(live)
    outcome = await legs(live).limit(plan_limit(live.store, leg(live), 90))
    assert (outcome.kind, outcome.text) == (OutcomeKind.DONE, "Ann Lee +15551234567 is hung up in 1 min 30 s.")
    assert leg(live).ends_at == pytest.approx(live.now + 90, abs=0.1)
    lifted = plan_limit(live.store, leg(live), None)
    assert lifted.sentence == "Ann Lee +15551234567 may go on for as long as they like."
    outcome = await legs(live).limit(lifted)
    assert (outcome.kind, outcome.text) == (OutcomeKind.DONE, "Ann Lee +15551234567 has no time limit.")
    assert leg(live).ends_at is None
    assert live.sent == [
        ("AbsoluteTimeout", {"Channel": ANN_LEG, "Timeout": "90"}),
        ("Getvar", {"Channel": ANN_LEG, "Variable": "TIMEOUT(absolute)"}),
        ("AbsoluteTimeout", {"Channel": ANN_LEG, "Timeout": "0.0000001"}),
        ("Getvar", {"Channel": ANN_LEG, "Variable": "TIMEOUT(absolute)"}),
    ]


@pytest.mark.parametrize(
    ("seconds", "value", "words", "ends"),
    [
        (90, "0", "Asterisk says that there is no limit", None),
        (90, "30.5", "Asterisk says that they are hung up in 30 s", 30.5),
        (None, "30.0", "Asterisk says that they are hung up in 30 s", 30.0),
    ],
)
async def test_what_asterisk_says_stands_not_what_was_asked_for(seconds, value, words, ends):
    live = talking()
    Clock(live).value = value
    outcome = await legs(live).limit(plan_limit(live.store, leg(live), seconds))
    assert outcome.kind is OutcomeKind.NO_EFFECT
    assert words in outcome.text
    assert leg(live).ends_at == (None if ends is None else pytest.approx(live.now + ends))


@pytest.mark.parametrize("value", ["", "nan", "1e9", "-3", "soon"])
async def test_what_cannot_be_read_confirms_nothing(value):
    live = talking()
    Clock(live).value = value
    outcome = await legs(live).limit(plan_limit(live.store, leg(live), 90))
    assert (outcome.kind, "cannot ask whether it holds" in outcome.text) == (OutcomeKind.NO_EFFECT, True)


async def test_a_login_that_may_not_ask_is_told_so():
    live = talking()
    Clock(live)
    live.refusals["Getvar"] = "Getvar: this login lacks write=call or reporting in manager.conf"
    outcome = await legs(live).limit(plan_limit(live.store, leg(live), 90))
    assert "this login cannot ask whether it holds" in outcome.text


async def test_who_hangs_up_meanwhile_is_told():
    live = talking()
    plan = plan_limit(live.store, leg(live), 90)
    live.connection.on_action = lambda _name, _headers: live.happen(gone()) if leg(live) else "No such channel"
    assert (await legs(live).limit(plan)).kind is OutcomeKind.GONE
