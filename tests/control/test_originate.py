"""Calling somebody from the operator's own phone: which extension, which context, and what became of the phone."""

import json
import re

import pytest
from control.legs import legs

from amitop.control.audit import Audit
from amitop.control.originate import plan_dial
from amitop.control.outcome import OutcomeKind
from fakes.acting import FakeLive
from fakes.events import block, event

DEVICE, NAME = "PJSIP/9000", "PJSIP/9000-00000009"


class Phone:
    """The operator's phone."""

    def __init__(self, live):
        self.live = live
        self.uid = ""
        live.connection.on_action = self.act

    def act(self, name, headers):
        if name == "Originate":
            self.uid = headers["ChannelId"]
            self.live.happen(event("Newchannel", block(self.uid, NAME, state=5)))
            return self.rung()
        self.live.happen(event("Hangup", block(self.uid, NAME), "Cause: 16\nCause-txt: x\n"))
        return None

    def rung(self):
        self.live.happen(self.response("Success", 4))

    def response(self, word, reason):
        return event("OriginateResponse", f"Response: {word}\nReason: {reason}\nUniqueid: {self.uid}\n")


def plan(text="1003@internal", **facts):
    return plan_dial("pbx1", DEVICE, text, **facts)


async def test_the_phone_is_rung_and_then_the_extension_called(tmp_path):
    live = FakeLive()
    Phone(live)
    path = tmp_path / "audit.jsonl"
    made = plan(caller_id='"Front desk" <9000>')
    assert made.sentence == "PJSIP/9000 rings; pick it up, and 1003 in internal is called."
    outcome = await legs(live, audit=Audit(path)).dial(made)
    assert (outcome.kind, outcome.text) == (
        OutcomeKind.DONE,
        "PJSIP/9000 was picked up; 1003 in internal is called.",
    )
    ((name, headers),) = live.sent
    assert name == "Originate"
    assert re.fullmatch(r"amitop-[0-9a-f]{16}", headers.pop("ChannelId"))
    assert headers == {
        "Channel": DEVICE,
        "Context": "internal",
        "Exten": "1003",
        "Priority": "1",
        "CallerID": '"Front desk" <9000>',
        "Timeout": "50",
        "Async": "true",
    }
    line = json.loads(path.read_text())
    assert (line["action"], line["target"]) == ("Originate", "1003@internal from PJSIP/9000")


async def test_a_phone_that_is_not_picked_up_does_not_ring_on():
    live = FakeLive()
    phone = Phone(live)
    phone.rung = lambda: None
    outcome = await legs(live).dial(plan())
    assert outcome.kind is OutcomeKind.NO_EFFECT
    assert live.sent[-1] == ("Hangup", {"Channel": phone.uid, "Cause": "16"})


@pytest.mark.parametrize(
    ("reason", "words"), [("3", "was not picked up"), ("5", "is busy"), ("9", "failed (reason 9)")]
)
async def test_why_it_was_not_picked_up_is_told(reason, words):
    live = FakeLive()
    phone = Phone(live)
    phone.rung = lambda: live.happen(phone.response("Failure", reason))
    outcome = await legs(live).dial(plan())
    assert (outcome.kind, outcome.text) == (OutcomeKind.FAILED, f"PJSIP/9000 {words}.")


async def test_an_extension_that_does_not_exist_is_told_in_the_pbxs_words():
    live = FakeLive()
    live.connection.on_action = lambda _name, _headers: "Extension does not exist."
    outcome = await legs(live).dial(plan())
    assert (outcome.kind, outcome.text) == (OutcomeKind.REFUSED, "The PBX says: Extension does not exist.")
    live.refusals["Originate"] = "no"
    assert (await legs(live).dial(plan())).text == "no"
    assert (await legs(live, read_only=True).dial(plan())).text == "pbx1 is read-only here"


def test_the_configured_context_is_for_numbers_without_one():
    assert (plan("1003", context="internal").to.context, plan("1003@x", context="internal").to.context) == (
        "internal",
        "x",
    )


@pytest.mark.parametrize(
    ("text", "device", "complaint"),
    [
        ("1003", DEVICE, "which context"),
        ("", DEVICE, "Whom"),
        ("@internal", DEVICE, "Which extension"),
        ("1003@", DEVICE, "Which context"),
        ("1003,1@internal", DEVICE, "holds a character"),
        ("1003@internal\r\nApplication: System", DEVICE, "holds a character"),
        ("1003\nData: rm@internal", DEVICE, "holds a character"),
        ("1003@internal", None, "names no phone"),
        ("1003@internal", "9000", "a technology and a device"),
        ("1003@internal", "PJSIP/1&PJSIP/2", "must not hold"),
        ("1003@internal", "PJSIP/1\r\nApplication: System", "cannot be printed"),
    ],
)
def test_what_cannot_be_called_is_refused(text, device, complaint):
    with pytest.raises(ValueError, match=complaint):
        plan_dial("pbx1", device, text)
