"""What an operator's action comes to: guarded, checked again, and judged by events, never by `Response: Success`."""

import json

import pytest

from amitop.ami.errors import LinkLost
from amitop.control.audit import Audit
from amitop.control.operator import Operator
from amitop.control.outcome import OutcomeKind
from amitop.control.transfer import Move, plan_transfer, transfer_choices
from amitop.control.watch import Patience
from fakes.acting import FakeLive
from fakes.events import ANN, block, bridge, conversation, event

ANN_LEG, AGENT_LEG = "1.1", "1.2"


def hangup_event(uid, name):
    return event("Hangup", block(uid, name, caller=ANN, linkedid="1.1"), "Cause: 16\nCause-txt: Normal Clearing\n")


NAMES = {ANN_LEG: "PJSIP/trunk-00000001", AGENT_LEG: "PJSIP/agent03-00000002"}


@pytest.fixture
def live():
    return FakeLive(*conversation())


@pytest.fixture
def operator(live, tmp_path):
    return Operator({"pbx1": live}, audit=Audit(tmp_path / "state" / "audit.jsonl"), patience=Patience(0.05, 0.01))


def call_key(live):
    return live.store.call_of(ANN_LEG).key


async def test_a_hangup_is_done_when_the_events_show_every_leg_gone(live, operator):
    def act(_name, headers):
        if headers["Channel"] == ANN_LEG:  # as on a real PBX, one leg's end takes the other with it
            for uid in (ANN_LEG, AGENT_LEG):
                live.happen(hangup_event(uid, NAMES[uid]))

    live.connection.on_action = act
    outcome = await operator.hangup(call_key(live))
    assert outcome.kind is OutcomeKind.DONE
    assert outcome.text == "Hung up Ann Lee +15551234567 and Agent 03 1003."
    assert live.connection.sent == [("Hangup", {"Channel": ANN_LEG, "Cause": "16"})]
    assert not live.listeners


async def test_success_without_the_event_is_no_effect(live, operator):
    outcome = await operator.hangup(("pbx1", AGENT_LEG))
    assert outcome.kind is OutcomeKind.NO_EFFECT
    assert "still there" in outcome.text


async def test_a_target_that_ended_while_the_dialog_was_open_is_gone_and_nothing_is_sent(live, operator):
    legs = [leg.uniqueid for leg in operator.legs_of(call_key(live))]
    key = call_key(live)
    for uid in legs:
        live.happen(hangup_event(uid, NAMES[uid]))
    outcome = await operator.hangup(key, legs)
    assert outcome.kind is OutcomeKind.GONE
    assert live.connection.sent == []


async def test_a_leg_that_joined_after_the_question_is_left_alone(live, operator):
    await operator.hangup(call_key(live), [AGENT_LEG])
    assert [headers["Channel"] for _, headers in live.connection.sent] == [AGENT_LEG]


async def test_the_servers_own_words_are_shown(live, operator):
    live.connection.on_action = lambda _name, _headers: "Permission denied"
    outcome = await operator.hangup(("pbx1", ANN_LEG))
    assert outcome.kind is OutcomeKind.REFUSED
    assert "Permission denied" in outcome.text


async def test_a_missing_privilege_refuses_before_anything_is_sent(live, operator):
    live.refusals["Hangup"] = "Hangup: this login lacks write=call in manager.conf"
    outcome = await operator.hangup(("pbx1", ANN_LEG))
    assert (outcome.kind, outcome.text) == (OutcomeKind.REFUSED, live.refusals["Hangup"])
    assert live.connection.sent == []


async def test_read_only_holds_at_the_last_step(live, tmp_path):
    guarded = Operator({"pbx1": live}, read_only=True)
    choice = transfer_choices(live.store, live.store.channels[ANN_LEG])[0]
    plan = plan_transfer("pbx1", choice, "1005", "internal")
    assert (await guarded.hangup(("pbx1", ANN_LEG))).kind is OutcomeKind.REFUSED
    assert (await guarded.transfer(plan)).kind is OutcomeKind.REFUSED
    assert live.connection.sent == []
    assert guarded.why_not("pbx1", "Hangup") == "pbx1 is read-only here"


async def test_a_lost_link_fails_the_action(live, operator):
    def cut(_name, _headers):
        raise LinkLost("pbx1: connection lost")

    live.connection.on_action = cut
    assert (await operator.hangup(("pbx1", ANN_LEG))).kind is OutcomeKind.FAILED


def plan_for(live, move, exten="1005"):
    choice = next(c for c in transfer_choices(live.store, live.store.channels[ANN_LEG]) if c.move is move)
    return plan_transfer("pbx1", choice, exten, "internal")


async def test_a_redirect_is_done_when_the_party_stands_at_the_extension(live, operator):
    def act(_name, _headers):
        ann = block(ANN_LEG, NAMES[ANN_LEG], caller=ANN, position=("internal", "1005", 1))
        live.happen(event("BridgeLeave", bridge("b1", 1), block(ANN_LEG, NAMES[ANN_LEG], caller=ANN)))
        live.happen(event("Newexten", ann, "Extension: 1005\nApplication: Dial\nAppData: PJSIP/agent05\n"))

    live.connection.on_action = act
    outcome = await operator.transfer(plan_for(live, Move.THIS))
    assert outcome.kind is OutcomeKind.DONE
    assert outcome.text == "Ann Lee +15551234567 went to 1005 in internal."


async def test_a_redirect_into_nowhere_says_that_the_party_was_lost(live, operator):
    live.connection.on_action = lambda _name, _headers: live.happen(hangup_event(ANN_LEG, NAMES[ANN_LEG]))
    outcome = await operator.transfer(plan_for(live, Move.THIS, "99999"))
    assert outcome.kind is OutcomeKind.FAILED
    assert "was hung up on the way to 99999" in outcome.text
    assert "Does that extension exist?" in outcome.text


async def test_a_redirect_that_nothing_confirms_has_no_effect_and_was_asked_for(live, operator):
    outcome = await operator.transfer(plan_for(live, Move.THIS))
    assert outcome.kind is OutcomeKind.NO_EFFECT
    assert ANN_LEG in live.asked


async def test_without_dialplan_events_status_tells_of_the_arrival(live, operator, monkeypatch):
    async def status(uniqueid):
        live.happen(event("Newstate", block(uniqueid, NAMES[uniqueid], caller=ANN, position=("internal", "1005", 2))))

    monkeypatch.setattr(live, "fetch_status", status)
    assert (await operator.transfer(plan_for(live, Move.THIS))).kind is OutcomeKind.DONE


@pytest.mark.parametrize(("result", "kind"), [("Success", OutcomeKind.DONE), ("Invalid", OutcomeKind.FAILED)])
async def test_a_blind_transfer_is_judged_by_its_event(live, operator, result, kind):
    def act(_name, _headers):
        transferer = block(ANN_LEG, NAMES[ANN_LEG], prefix="Transferer", caller=ANN)
        rest = "IsExternal: Yes\nContext: internal\nExtension: 1005\n"
        live.happen(event("BlindTransfer", f"Result: {result}\n", transferer, rest))

    live.connection.on_action = act
    assert (await operator.transfer(plan_for(live, Move.BLIND))).kind is kind


async def test_a_transfer_of_somebody_who_hung_up_meanwhile_moves_nobody(live, operator):
    plan = plan_for(live, Move.OTHER)
    live.happen(hangup_event(AGENT_LEG, NAMES[AGENT_LEG]))
    outcome = await operator.transfer(plan)
    assert outcome.kind is OutcomeKind.GONE
    assert live.connection.sent == []


async def test_every_action_leaves_a_line_in_the_audit_log(live, operator, tmp_path):
    await operator.hangup(("pbx1", AGENT_LEG))
    path = tmp_path / "state" / "audit.jsonl"
    line = json.loads(path.read_text())
    assert (line["pbx"], line["login"], line["action"], line["target"]) == ("pbx1", "admin", "Hangup", AGENT_LEG)
    assert line["outcome"] == "no effect"
    assert path.stat().st_mode & 0o777 == 0o600


async def test_an_audit_log_that_cannot_be_written_is_told_and_stops_nothing(live, tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("")
    operator = Operator({"pbx1": live}, audit=Audit(blocker / "audit.jsonl"), patience=Patience(0.05))
    outcome = await operator.hangup(("pbx1", AGENT_LEG))
    assert live.connection.sent
    assert "not in the audit log" in outcome.text
