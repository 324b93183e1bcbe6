"""Plans on members, carried out on queues that keep their own truth, and taken back to the letter."""

import json

import pytest

from amitop.ami.errors import LinkLost
from amitop.control.audit import Audit
from amitop.control.member_wishes import NewMember, Pause, Penalty, Remove, RingInUse, Unpause, preview, preview_add
from amitop.control.operator import Operator
from amitop.control.outcome import OutcomeKind
from amitop.control.watch import Patience
from fakes.queues import FakeQueues, agent, member_event, queue

A1 = "PJSIP/agent01"
A2 = "PJSIP/agent02"
BOTH = [("support", A1), ("sales", A1)]


def make(**facts):
    return FakeQueues(
        queue("support", agent(1, penalty=2), agent(2, paused=True, reason="lunch"), agent(3, membership="static")),
        queue("sales", agent(1, penalty=5, wrapup=30), agent(2)),
        **facts,
    )


@pytest.fixture
def pbx():
    return make()


def operate(pbx, **facts):
    return Operator({"pbx1": pbx}, patience=Patience(0.05, 0.01), **facts).members


def kinds(changed):
    return [outcome.kind for outcome in changed.outcomes]


async def test_a_pause_in_one_queue_is_done_when_its_event_says_so(pbx):
    changed = await operate(pbx).carry_out(preview(pbx.store, [("support", A1)], Pause("lunch")))
    assert pbx.sent == [("QueuePause", {"Queue": "support", "Interface": A1, "Paused": "true", "Reason": "lunch"})]
    (outcome,) = changed.outcomes
    assert outcome.kind is OutcomeKind.DONE
    assert outcome.text == "Agent 1 in support: ready, becomes paused (lunch)."
    assert pbx.queues["support"].members[A1].reason == "lunch"
    assert not pbx.queues["sales"].members[A1].paused
    assert not pbx.listeners


async def test_a_pause_everywhere_is_one_action_without_a_queue_and_one_event_for_each(pbx):
    changed = await operate(pbx).carry_out(preview(pbx.store, BOTH, Pause("break", everywhere=True)))
    assert pbx.sent == [("QueuePause", {"Interface": A1, "Paused": "true", "Reason": "break"})]
    assert kinds(changed) == [OutcomeKind.DONE] * 2


async def test_a_pause_everywhere_names_the_queues_when_one_must_be_left_alone(pbx):
    members = [("support", A2), ("sales", A2)]
    await operate(pbx).carry_out(preview(pbx.store, members, Pause("lunch", everywhere=True)))
    assert [headers.get("Queue") for _, headers in pbx.sent] == ["sales"]  # support is paused for lunch already


async def test_a_pause_everywhere_is_one_even_where_everywhere_is_one_queue(pbx):
    await operate(pbx).carry_out(preview(pbx.store, [("support", "PJSIP/agent03")], Pause("break", everywhere=True)))
    assert pbx.sent == [("QueuePause", {"Interface": "PJSIP/agent03", "Paused": "true", "Reason": "break"})]


async def test_a_queue_that_was_joined_since_is_not_paused_along(pbx):
    plan = preview(pbx.store, BOTH, Pause("break", everywhere=True))
    late = agent(1)
    pbx.queues["billing"] = queue("billing", late)
    pbx.happen(member_event("QueueMemberAdded", "billing", late))
    await operate(pbx).carry_out(plan)
    assert sorted(headers["Queue"] for _, headers in pbx.sent) == ["sales", "support"]
    assert not late.paused


@pytest.mark.parametrize(
    "wish",
    [
        Pause("meeting"),
        Pause("meeting", everywhere=True),
        Unpause("back"),
        Penalty(9),
        RingInUse(True),
        Remove(),
    ],
)
@pytest.mark.parametrize("reasons", [True, False])
async def test_undo_restores_exactly_what_was_there(wish, reasons):
    pbx = make(reasons=reasons)
    for name, line in pbx.queues.items():
        for member in line.members.values():
            pbx.happen(member_event("QueueMemberStatus", name, member))  # so that ring-in-use is known
    pbx.queues["sales"].members[A1].wrapup = 0 if not reasons else 30
    before = pbx.truth()
    members = [(name, interface) for name, line in pbx.queues.items() for interface in line.members]
    changed = await operate(pbx).carry_out(preview(pbx.store, members, wish))
    assert set(kinds(changed)) == {OutcomeKind.DONE}
    assert pbx.queues != before
    undone = await operate(pbx).carry_out(changed.undo)
    assert set(kinds(undone)) == {OutcomeKind.DONE}
    assert pbx.queues == before


async def test_undo_of_adding_removes_and_its_undo_adds_again(pbx):
    before = pbx.truth()
    people = [NewMember("PJSIP/agent07", "Agent 7", "PJSIP/agent07")]
    operator = operate(pbx)
    added = await operator.carry_out(preview_add(pbx.store, "support", people, penalty=4, paused=True, reason="new"))
    after = pbx.truth()
    assert after["support"].members["PJSIP/agent07"] == agent(7, penalty=4, paused=True, reason="new")
    undone = await operator.carry_out(added.undo)
    assert pbx.queues == before
    await operator.carry_out(undone.undo)
    assert pbx.queues == after


async def test_an_old_asterisk_is_told_the_reason_by_a_pause_after_the_add():
    pbx = make(reasons=False)
    people = [NewMember("PJSIP/agent07", "Agent 7", "PJSIP/agent07")]
    added = await operate(pbx).carry_out(preview_add(pbx.store, "support", people, paused=True, reason="new"))
    assert [name for name, _ in pbx.sent] == ["QueueAdd", "QueuePause"]
    assert pbx.queues["support"].members["PJSIP/agent07"].reason == "new"
    assert kinds(added) == [OutcomeKind.DONE]


async def test_what_cannot_be_restored_is_told():
    pbx = make(reasons=False)
    removed = await operate(pbx).carry_out(preview(pbx.store, [("sales", A1)], Remove()))
    back = await operate(pbx).carry_out(removed.undo)
    assert kinds(back) == [OutcomeKind.DONE]
    assert "Its wrap-up of 30 s is lost" in back.outcomes[0].text


async def test_undo_puts_back_only_what_was_changed(pbx):
    changed = await operate(pbx).carry_out(preview(pbx.store, [("support", A1)], Pause("lunch")))
    pbx.connection.on_action("QueuePenalty", {"Queue": "support", "Interface": A1, "Penalty": "7"})
    await operate(pbx).carry_out(changed.undo)
    member = pbx.queues["support"].members[A1]
    assert (member.paused, member.penalty) == (False, 7)


async def test_undo_leaves_alone_what_somebody_else_has_changed_since(pbx):
    changed = await operate(pbx).carry_out(preview(pbx.store, [("support", A1)], Pause("lunch")))
    pbx.connection.on_action("QueuePause", {"Queue": "support", "Interface": A1, "Paused": "true", "Reason": "toilet"})
    pbx.sent.clear()
    undone = await operate(pbx).carry_out(changed.undo)
    assert kinds(undone) == [OutcomeKind.GONE]
    assert undone.outcomes[0].text == (
        "Agent 1 in support: has changed since (paused (lunch), becomes paused (toilet)) and is left as it is."
    )
    assert pbx.sent == []
    assert undone.undo is None


async def test_an_unknown_ring_in_use_is_not_invented_by_undo(pbx):
    changed = await operate(pbx).carry_out(preview(pbx.store, [("support", A1)], RingInUse(True)))
    assert kinds(changed) == [OutcomeKind.DONE]
    assert changed.undo.refused[0].problem == "whether it rang in use before is not known"
    assert not changed.undo.changing


async def test_a_members_last_event_tells_whether_it_rang_in_use(pbx):
    pbx.queues["support"].members[A1].ringinuse = True  # which no list tells
    before = pbx.truth()
    removed = await operate(pbx).carry_out(preview(pbx.store, [("support", A1)], Remove()))
    await operate(pbx).carry_out(removed.undo)
    assert pbx.queues == before


async def test_a_member_that_left_while_the_dialog_was_open_is_gone(pbx):
    plan = preview(pbx.store, [("support", A1)], Pause())
    pbx.connection.on_action("QueueRemove", {"Queue": "support", "Interface": A1})
    changed = await operate(pbx).carry_out(plan)
    assert [(o.kind, o.text) for o in changed.outcomes] == [
        (OutcomeKind.GONE, "Agent 1 in support: is not a member any more.")
    ]
    assert pbx.sent == []


async def test_one_who_became_so_meanwhile_is_not_sent_and_not_undone(pbx):
    plan = preview(pbx.store, [("support", A1)], Pause("lunch"))
    pbx.connection.on_action("QueuePause", {"Queue": "support", "Interface": A1, "Paused": "true", "Reason": "lunch"})
    changed = await operate(pbx).carry_out(plan)
    assert changed.outcomes[0].text == "Agent 1 in support: has become so already."
    assert (pbx.sent, changed.undo) == ([], None)


async def test_success_without_an_effect_is_no_effect(pbx):
    pbx.silent = True
    changed = await operate(pbx).carry_out(preview(pbx.store, [("support", A1), ("sales", A1)], Pause("lunch")))
    assert kinds(changed) == [OutcomeKind.NO_EFFECT] * 2
    assert "accepted, but not seen within" in changed.outcomes[0].text
    assert changed.undo is None


async def test_without_events_the_pbx_is_asked(pbx):
    pbx.mute = True
    changed = await operate(pbx).carry_out(preview(pbx.store, [("support", A1)], Pause("lunch")))
    assert kinds(changed) == [OutcomeKind.DONE]
    assert pbx.store.queues["support"].members[A1].pause_reason == "lunch"


async def test_a_refusal_is_told_in_the_servers_words_and_stops_nobody_else(pbx):
    plan = preview(pbx.store, BOTH, Penalty(1))
    act = pbx.connection.on_action
    pbx.connection.on_action = lambda name, headers: (
        "Invalid interface, queuename or penalty" if headers["Queue"] == "sales" else act(name, headers)
    )
    changed = await operate(pbx).carry_out(plan)
    assert kinds(changed) == [OutcomeKind.DONE, OutcomeKind.REFUSED]
    assert changed.outcomes[1].text == "Agent 1 in sales: The PBX says: Invalid interface, queuename or penalty"
    assert [step.queue for step in changed.undo.steps] == ["support"]


async def test_read_only_holds_at_the_last_step(pbx):
    plan = preview(pbx.store, BOTH, Pause())
    changed = await operate(pbx, read_only=True).carry_out(plan)
    assert kinds(changed) == [OutcomeKind.REFUSED] * 2
    assert "read-only" in changed.outcomes[0].text
    assert pbx.sent == []
    assert operate(pbx, read_only=True).why_not(plan) == "pbx1 is read-only here"


async def test_a_missing_right_is_named_before_and_holds_after(pbx):
    pbx.refusals["QueuePause"] = "QueuePause: this login lacks write=agent in manager.conf"
    plan = preview(pbx.store, [("support", A1)], Pause())
    assert operate(pbx).why_not(plan) == pbx.refusals["QueuePause"]
    assert kinds(await operate(pbx).carry_out(plan)) == [OutcomeKind.REFUSED]
    assert pbx.sent == []


async def test_a_lost_link_fails(pbx):
    def cut(_name, _headers):
        raise LinkLost("pbx1: connection lost")

    pbx.connection.on_action = cut
    assert kinds(await operate(pbx).carry_out(preview(pbx.store, BOTH, Pause()))) == [OutcomeKind.FAILED] * 2


async def test_a_device_that_does_not_exist_is_told(pbx):
    added = await operate(pbx).carry_out(preview_add(pbx.store, "sales", [NewMember("PJSIP/nobody")]))
    assert kinds(added) == [OutcomeKind.DONE]
    assert "PJSIP/nobody is no device that Asterisk knows" in added.outcomes[0].text


async def test_every_step_leaves_its_line_in_the_audit_log(pbx, tmp_path):
    path = tmp_path / "audit.jsonl"
    await operate(pbx, audit=Audit(path)).carry_out(preview(pbx.store, BOTH, Pause("lunch", everywhere=True)))
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(line["action"], line["target"], line["outcome"]) for line in lines] == [
        ("QueuePause", f"{A1} in support", "done"),
        ("QueuePause", f"{A1} in sales", "done"),
    ]
    assert "paused (lunch)" in lines[0]["text"]


async def test_a_hundred_members_are_done_at_once_and_undone():
    pbx = FakeQueues(*(queue(f"q{i}", *(agent(j) for j in range(20))) for i in range(5)))
    before = pbx.truth()
    members = [(name, interface) for name, line in pbx.queues.items() for interface in line.members]
    changed = await operate(pbx).carry_out(preview(pbx.store, members, Pause("fire drill", everywhere=True)))
    assert kinds(changed) == [OutcomeKind.DONE] * 100
    assert len(pbx.sent) == 20
    await operate(pbx).carry_out(changed.undo)
    assert pbx.queues == before
