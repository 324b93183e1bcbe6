"""A trunk registered and given up, as its server's answers say it went."""

import json

import pytest
from views.trunk_worlds import item, registration, registry

from amitop.ami.errors import LinkLost
from amitop.ami.packet import Packet
from amitop.control.audit import Audit
from amitop.control.operator import Operator
from amitop.control.outcome import OutcomeKind
from amitop.control.registrations import RegistrationAct, plan_registration
from amitop.control.watch import Patience
from amitop.pbx.registrations import Lister, Registrations
from fakes.acting import FakeLive

REGISTER, UNREGISTER = RegistrationAct.REGISTER, RegistrationAct.UNREGISTER
PATIENCE = Patience(confirm=0.05, ask_every=0.01, server=0.2)


def make(status="Registered", name="carrier"):
    pbx = FakeLive()
    pbx.store.apply_registrations(Lister.PJSIP, [registration(name, status)], 0.0, first=True)
    return pbx


def answers(pbx, *statuses, message="Reregistration sent"):
    """Have the server answer so, each time that it is asked."""

    def act(_name, _headers):
        for status in statuses:
            pbx.happen(registry("carrier", status))
        return Packet(f"Response: Success\nMessage: {message}".encode())

    pbx.connection.on_action = act


async def carry_out(pbx, act=REGISTER, **facts):
    plan = plan_registration(pbx.store, "PJSIP", "carrier", act)
    return await Operator({"pbx1": pbx}, patience=PATIENCE, **facts).registration(plan)


async def test_registered_anew(tmp_path):
    pbx = make()
    answers(pbx, "Unregistered", "Registered")
    outcome = await carry_out(pbx, audit=Audit(tmp_path / "audit.jsonl"))
    assert (outcome.kind, outcome.text) == (OutcomeKind.DONE, "carrier at 192.0.2.7 is registered.")
    assert pbx.sent == [("PJSIPRegister", {"Registration": "carrier"})]
    written = json.loads((tmp_path / "audit.jsonl").read_text())
    assert (written["action"], written["target"], written["outcome"]) == ("PJSIPRegister", "carrier", "done")


async def test_given_up():
    pbx = make()
    answers(pbx, "Unregistered", message="Unregistration sent")
    outcome = await carry_out(pbx, UNREGISTER)
    assert (outcome.kind, outcome.text) == (OutcomeKind.DONE, "carrier at 192.0.2.7 is unregistered.")


async def test_a_server_that_refuses_what_comes_first_and_then_agrees():
    pbx = make("Rejected")
    answers(pbx, "Rejected", "Registered")
    assert (await carry_out(pbx)).kind is OutcomeKind.DONE


async def test_a_server_that_refuses():
    pbx = make("Rejected")
    answers(pbx, "Rejected", "Rejected")
    outcome = await carry_out(pbx)
    assert (outcome.kind, outcome.text) == (OutcomeKind.FAILED, "carrier at 192.0.2.7: Rejected.")


async def test_a_server_that_says_nothing_and_another_trunk_that_does():
    pbx = make()

    def act(_name, _headers):
        pbx.happen(registry("other", "Registered"))

    pbx.connection.on_action = act
    outcome = await carry_out(pbx)
    assert outcome.kind is OutcomeKind.NO_EFFECT
    assert outcome.text == "carrier at 192.0.2.7: accepted, but nothing was heard of it within 0 s."
    assert pbx.store.part(Registrations).doubts == {"PJSIP"}


async def test_a_failure_that_the_pbx_calls_a_success():
    pbx = make()
    answers(pbx, message="Failed to queue unregistration")
    outcome = await carry_out(pbx)
    assert (outcome.kind, outcome.text) == (
        OutcomeKind.FAILED,
        "carrier: the PBX says: Failed to queue unregistration",
    )


@pytest.mark.parametrize(
    ("answer", "kind", "text"),
    [
        ("Unable to retrieve registration entry\n", OutcomeKind.REFUSED, "The PBX says: Unable to retrieve"),
        (LinkLost("gone"), OutcomeKind.FAILED, "gone"),
    ],
)
async def test_refused(answer, kind, text):
    pbx = make()

    def act(_name, _headers):
        if isinstance(answer, Exception):
            raise answer
        return answer

    pbx.connection.on_action = act
    outcome = await carry_out(pbx)
    assert outcome.kind is kind
    assert outcome.text.startswith(text)


async def test_nothing_is_sent_where_nothing_may_be():
    pbx = make()
    outcome = await carry_out(pbx, read_only=True)
    assert (outcome.kind, outcome.text, pbx.sent) == (OutcomeKind.REFUSED, "pbx1 is read-only here", [])
    pbx.refusals["PJSIPRegister"] = "PJSIPRegister: this login lacks write=system"
    assert (await carry_out(pbx)).kind is OutcomeKind.REFUSED
    assert pbx.sent == []


async def test_one_that_is_gone_when_it_is_to_be_sent():
    pbx = make()
    plan = plan_registration(pbx.store, "PJSIP", "carrier", REGISTER)
    pbx.store.apply_registrations(Lister.PJSIP, [], 1.0)
    outcome = await Operator({"pbx1": pbx}, patience=PATIENCE).registration(plan)
    assert (outcome.kind, pbx.sent) == (OutcomeKind.GONE, [])


def test_plans_say_what_will_happen():
    pbx = make()
    again = plan_registration(pbx.store, "PJSIP", "carrier", REGISTER)
    assert (again.sentence, again.hurts) == (
        "carrier at 192.0.2.7 is given up and made anew: for a moment nobody can call over it.",
        True,
    )
    leave = plan_registration(pbx.store, "PJSIP", "carrier", UNREGISTER)
    assert leave.sentence.startswith("carrier at 192.0.2.7 is given up: nobody can call over it any more")
    lost = plan_registration(make("Rejected").store, "PJSIP", "carrier", REGISTER)
    assert (lost.sentence, lost.hurts) == ("carrier at 192.0.2.7 is tried now.", False)


@pytest.mark.parametrize("name", ["*all", " carrier", "car\trier", "a\r\nAction: Logoff"])
def test_a_name_that_would_mean_something_else_is_not_sent(name):
    store = FakeLive().store
    made = registration("carrier", "Registered")
    store.apply_registrations(Lister.PJSIP, [made], 0.0)
    known = store.part(Registrations).known
    known["PJSIP", name] = known["PJSIP", "carrier"]
    with pytest.raises(ValueError, match="would mean something else"):
        plan_registration(store, "PJSIP", name, REGISTER)


def test_what_cannot_be_told():
    pbx = make()
    entry = item("RegistryEntry", Host="192.0.2.9", Port=5060, Username="me", Refresh=120, State="Registered")
    pbx.store.apply_registrations(Lister.SIP, [entry], 0.0)
    with pytest.raises(ValueError, match="only PJSIP"):
        plan_registration(pbx.store, "SIP", "me@192.0.2.9", REGISTER)
    with pytest.raises(ValueError, match="There is no registration other"):
        plan_registration(pbx.store, "PJSIP", "other", REGISTER)
