"""Callers moved, sent on and hung up, as the queue itself has it afterwards; and Asterisk's figures reset."""

import json

import pytest

from amitop.ami.errors import LinkLost
from amitop.control.audit import Audit
from amitop.control.caller_plan import CallerAct, plan_caller
from amitop.control.fields import Extension
from amitop.control.operator import Operator
from amitop.control.outcome import OutcomeKind
from amitop.control.statistics import plan_reset
from amitop.control.watch import Patience
from fakes.events import ANN, block, event
from fakes.queues import FakeQueues, agent, queue

SALES = Extension("601", "from-trunk")
PATIENCE = Patience(confirm=0.05, ask_every=0.01, withdraw=0.05)


def make(callers=4, **facts):
    pbx = FakeQueues(queue("support", agent(1), callers=callers, completed=7), queue("sales", agent(1)), **facts)
    pbx.doors["601"] = "sales"
    return pbx


@pytest.fixture
def pbx():
    return make()


def operate(pbx, **facts):
    return Operator({"pbx1": pbx}, patience=PATIENCE, **facts)


async def carry_out(pbx, uid, act, **where):
    return await operate(pbx).callers.carry_out(plan_caller(pbx.store, uid, act, **where))


def answer(pbx, uid):
    """A member takes a caller."""
    pbx.leave("support", uid, abandons=False)
    pbx.queues["support"].members["PJSIP/agent01"].in_call = True
    caller = block(uid, "PJSIP/trunk-00000009")
    agent_leg = block("9.9", "PJSIP/agent01-00000009", prefix="Dest")
    rest = "Queue: support\nInterface: PJSIP/agent01\nMemberName: Agent 1\nHoldTime: 3\nRingTime: 1\n"
    pbx.happen(event("AgentConnect", caller, agent_leg, rest))


def priority_changes(pbx):
    return [
        (headers["Caller"][-1], headers["Priority"], headers.get("Immediate"))
        for name, headers in pbx.sent
        if name == "QueueChangePriorityCaller"
    ]


# -- priority ---------------------------------------------------------------------------------------------------------


async def test_the_last_comes_to_the_head(pbx):
    outcome = await carry_out(pbx, "1.4", CallerAct.HEAD)
    assert pbx.line("support") == ["1.4", "1.1", "1.2", "1.3"]
    assert outcome.kind is OutcomeKind.DONE
    assert outcome.text == "PJSIP/trunk-00000004 is #1 in support now, before 3 who were ahead."
    assert priority_changes(pbx) == [("4", "1", "yes")]
    assert pbx.store.queued["1.4"].position == 1


async def test_the_head_is_above_every_priority_there_is(pbx):
    pbx.queues["support"].callers[0].priority = 10
    await carry_out(pbx, "1.3", CallerAct.HEAD)
    assert pbx.line("support") == ["1.3", "1.1", "1.2", "1.4"]


async def test_nobodys_own_priority_is_lowered(pbx):
    pbx.queues["support"].callers[2].priority = 7  # without Immediate, by somebody else
    await carry_out(pbx, "1.3", CallerAct.HEAD)
    assert pbx.line("support")[0] == "1.3"
    assert priority_changes(pbx) == [("3", "7", "yes")]


@pytest.mark.parametrize(
    ("given", "uid", "line"),
    [
        ((0, 0, 0, 0), "1.4", ["1.1", "1.2", "1.4", "1.3"]),
        ((0, 0, 0, 0), "1.2", ["1.2", "1.1", "1.3", "1.4"]),
        ((5, 0, 0, 0), "1.4", ["1.1", "1.2", "1.4", "1.3"]),
        ((5, 5, 3, 3), "1.3", ["1.1", "1.3", "1.2", "1.4"]),
        ((0, 0, 7, 0), "1.3", ["1.1", "1.3", "1.2", "1.4"]),  # raised without Immediate, by somebody else
    ],
)
async def test_up_is_by_one_whatever_the_priorities(pbx, given, uid, line):
    for caller, priority in zip(pbx.queues["support"].callers, given, strict=True):
        caller.priority = priority
    outcome = await carry_out(pbx, uid, CallerAct.UP)
    assert outcome.kind is OutcomeKind.DONE
    assert pbx.line("support") == line


def test_the_question_says_who_else_is_raised(pbx):
    plan = plan_caller(pbx.store, "1.4", CallerAct.UP)
    assert plan.sentence == (
        "PJSIP/trunk-00000004, #4 in support, moves up. The priority of 2 in front is raised to stay in front."
    )
    assert plan_caller(pbx.store, "1.4", CallerAct.HEAD).sentence.endswith("moves to the head.")
    assert plan.confirmations == 0


@pytest.mark.parametrize("act", [CallerAct.HEAD, CallerAct.UP])
async def test_an_asterisk_that_moves_nobody_is_found_out_and_left_as_it_was(act):
    pbx = make(immediate=False)
    before = pbx.truth()
    outcome = await carry_out(pbx, "1.4", act)
    assert outcome.kind is OutcomeKind.NO_EFFECT
    assert "is #4 in support now as before: this Asterisk does not move those who wait already" in outcome.text
    assert pbx.queues == before


async def test_coming_to_the_head_by_itself_is_not_claimed(pbx):
    pbx = make(callers=2, immediate=False)
    act = pbx.connection.on_action

    def answered_meanwhile(name, headers):
        if name == "QueueChangePriorityCaller" and "1.1" in pbx.line("support"):
            answer(pbx, "1.1")
        return act(name, headers)

    plan = plan_caller(pbx.store, "1.2", CallerAct.HEAD)
    pbx.connection.on_action = answered_meanwhile
    outcome = await operate(pbx).callers.carry_out(plan)
    assert (outcome.kind, outcome.text) == (
        OutcomeKind.GONE,
        "PJSIP/trunk-00000002 is #1 in support now: nobody was ahead any more.",
    )


async def test_who_is_answered_on_the_way_leaves_the_others_as_they_were(pbx):
    before = [(caller.uid, caller.priority) for caller in pbx.queues["support"].callers]
    act = pbx.connection.on_action

    def answered_meanwhile(name, headers):
        if headers.get("Immediate"):
            answer(pbx, "1.4")
        return act(name, headers)

    pbx.connection.on_action = answered_meanwhile
    outcome = await carry_out(pbx, "1.4", CallerAct.UP)
    assert (outcome.kind, outcome.text) == (
        OutcomeKind.GONE,
        "PJSIP/trunk-00000004 has been answered by Agent 1.",
    )
    assert [(caller.uid, caller.priority) for caller in pbx.queues["support"].callers] == before[:3]


def test_the_head_cannot_move_further_up(pbx):
    with pytest.raises(ValueError, match="is at the head of support already"):
        plan_caller(pbx.store, "1.1", CallerAct.UP)


# -- away -------------------------------------------------------------------------------------------------------------


async def test_to_another_queue_by_the_extension_that_leads_there(pbx):
    outcome = await carry_out(pbx, "1.2", CallerAct.TO_QUEUE, to_queue="sales", extension=SALES)
    assert (outcome.kind, outcome.text) == (OutcomeKind.DONE, "PJSIP/trunk-00000002 is #1 in sales.")
    assert pbx.sent == [("Redirect", {"Channel": "1.2", "Context": "from-trunk", "Exten": "601", "Priority": "1"})]
    assert pbx.line("sales") == ["1.2"]


def test_a_queue_without_an_extension_is_refused_in_words(pbx):
    with pytest.raises(ValueError, match="The configuration names no extension that leads to sales"):
        plan_caller(pbx.store, "1.2", CallerAct.TO_QUEUE, to_queue="sales")
    with pytest.raises(ValueError, match="waits in support already"):
        plan_caller(pbx.store, "1.2", CallerAct.TO_QUEUE, to_queue="support", extension=SALES)


@pytest.mark.parametrize(
    ("exten", "text"),
    [
        ("602", "left support, but was not seen to join sales. Does 602 in from-trunk lead there?"),
        ("nowhere", "was hung up on the way to nowhere in from-trunk. Does that extension exist?"),
    ],
)
async def test_an_extension_that_leads_elsewhere_is_told(pbx, exten, text):
    outcome = await carry_out(
        pbx, "1.2", CallerAct.TO_QUEUE, to_queue="sales", extension=Extension(exten, "from-trunk")
    )
    assert (outcome.kind, outcome.text) == (OutcomeKind.FAILED, f"PJSIP/trunk-00000002 {text}")


async def test_who_is_answered_at_once_in_the_other_queue_has_been_there(pbx):
    act = pbx.connection.on_action

    def quick(name, headers):
        result = act(name, headers)
        pbx.leave("sales", "1.2", abandons=False)
        return result

    pbx.connection.on_action = quick
    outcome = await carry_out(pbx, "1.2", CallerAct.TO_QUEUE, to_queue="sales", extension=SALES)
    assert (outcome.kind, outcome.text) == (
        OutcomeKind.DONE,
        "PJSIP/trunk-00000002 came to sales, and left it at once.",
    )


async def test_to_an_extension_as_any_transfer(pbx):
    outcome = await carry_out(pbx, "1.1", CallerAct.SEND, extension=Extension("9000", "internal"))
    assert outcome.kind is OutcomeKind.DONE
    assert outcome.text.endswith("went to 9000 in internal.")


async def test_withdrawn_by_the_channels_present_name(pbx):
    pbx.happen(event("Rename", "Channel: PJSIP/trunk-00000001\nNewname: PJSIP/other-00000001\nUniqueid: 1.1\n"))
    pbx.queues["support"].callers[0].channel = "PJSIP/other-00000001"
    outcome = await carry_out(pbx, "1.1", CallerAct.WITHDRAW)
    assert pbx.sent == [("QueueWithdrawCaller", {"Queue": "support", "Caller": "PJSIP/other-00000001"})]
    assert (outcome.kind, outcome.text) == (OutcomeKind.DONE, "PJSIP/trunk-00000001 left support.")


async def test_a_withdrawal_that_an_answer_overtakes(pbx):
    pbx.connection.on_action = lambda _name, _headers: answer(pbx, "1.1")
    outcome = await carry_out(pbx, "1.1", CallerAct.WITHDRAW)
    assert (outcome.kind, outcome.text) == (
        OutcomeKind.GONE,
        "PJSIP/trunk-00000001 was answered by Agent 1 before they could be taken out.",
    )


async def test_a_withdrawal_that_nothing_follows_has_no_effect(pbx):
    pbx.silent = True
    outcome = await carry_out(pbx, "1.1", CallerAct.WITHDRAW)
    assert outcome.kind is OutcomeKind.NO_EFFECT
    assert "still in support" in outcome.text


async def test_hung_up_is_the_caller_alone_and_only_while_waiting(pbx):
    plan = plan_caller(pbx.store, "1.1", CallerAct.HANG_UP)
    late = plan_caller(pbx.store, "1.2", CallerAct.HANG_UP)
    assert plan.confirmations == 1
    assert (await operate(pbx).callers.carry_out(plan)).kind is OutcomeKind.DONE
    assert pbx.sent == [("Hangup", {"Channel": "1.1", "Cause": "16"})]
    answer(pbx, "1.2")
    outcome = await operate(pbx).callers.carry_out(late)
    assert (outcome.kind, outcome.text) == (
        OutcomeKind.GONE,
        "PJSIP/trunk-00000002 has been answered by Agent 1.",
    )
    assert len(pbx.sent) == 1


# -- guard ------------------------------------------------------------------------------------------------------------

WHERE = {CallerAct.TO_QUEUE: {"to_queue": "sales", "extension": SALES}, CallerAct.SEND: {"extension": SALES}}


@pytest.mark.parametrize("act", list(CallerAct))
async def test_every_act_is_guarded_checked_again_and_written_down(pbx, act, tmp_path):
    plan = plan_caller(pbx.store, "1.2", act, **WHERE.get(act, {}))
    guarded = await operate(pbx, read_only=True).callers.carry_out(plan)
    assert (guarded.kind, guarded.text) == (OutcomeKind.REFUSED, "pbx1 is read-only here")

    pbx.refusals[act.action] = f"{act.action}: no"
    assert (await operate(pbx).callers.carry_out(plan)).text == f"{act.action}: no"
    pbx.refusals.clear()

    pbx.happen(event("Hangup", block("1.2", "PJSIP/trunk-00000002"), "Cause: 16\nCause-txt: Normal Clearing\n"))
    path = tmp_path / "audit.jsonl"
    gone = await operate(pbx, audit=Audit(path)).callers.carry_out(plan)
    assert (gone.kind, gone.text) == (OutcomeKind.GONE, "PJSIP/trunk-00000002 has hung up.")
    assert pbx.sent == []
    line = json.loads(path.read_text())
    assert (line["action"], line["outcome"]) == (act.action, "gone")


@pytest.mark.parametrize("act", list(CallerAct))
async def test_the_servers_words_and_a_lost_link_are_told(pbx, act):
    plan = plan_caller(pbx.store, "1.2", act, **WHERE.get(act, {}))

    def cut(_name, _headers):
        raise LinkLost("pbx1: connection lost")

    pbx.connection.on_action = lambda _name, _headers: "Permission denied"
    assert "Permission denied" in (await operate(pbx).callers.carry_out(plan)).text
    pbx.connection.on_action = cut
    assert (await operate(pbx).callers.carry_out(plan)).kind is OutcomeKind.FAILED


@pytest.mark.parametrize("act", [CallerAct.HEAD, CallerAct.UP, CallerAct.WITHDRAW])
@pytest.mark.parametrize("name", ["/^PJSIP", "PJSIP/a\x1b[2J-00000009"])
async def test_a_channels_name_that_means_something_else_is_not_sent(pbx, act, name):
    pbx.happen(event("Rename", f"Channel: PJSIP/trunk-00000002\nNewname: {name}\nUniqueid: 1.2\n"))
    outcome = await carry_out(pbx, "1.2", act)
    assert (outcome.kind, outcome.text) == (
        OutcomeKind.REFUSED,
        "This channel's name cannot be sent: it would mean something else.",
    )
    assert name not in [headers.get("Caller") for _, headers in pbx.sent]


def test_who_does_not_wait_has_no_plan(pbx):
    with pytest.raises(ValueError, match="do not wait"):
        plan_caller(pbx.store, "9.9", CallerAct.HEAD)


def test_a_caller_is_named_by_caller_id(pbx):
    who = block("2.1", "PJSIP/trunk-00000005", caller=ANN)
    pbx.happen(event("QueueCallerJoin", who, "Queue: support\nPosition: 5\nCount: 5\n"))
    assert plan_caller(pbx.store, "2.1", CallerAct.WITHDRAW).sentence == (
        "Ann Lee +15551234567, #5 in support, leaves the queue: what the dialplan has after Queue() happens next."
    )


# -- statistics -------------------------------------------------------------------------------------------------------


async def test_a_reset_has_to_be_confirmed_twice(pbx):
    plan = plan_reset(pbx.store, "support")
    assert plan.confirmations == 2
    assert "7 answered" in plan.sentence
    refused = await operate(pbx).reset(plan, 1)
    assert (refused.kind, pbx.sent) == (OutcomeKind.REFUSED, [])
    outcome = await operate(pbx).reset(plan, 2)
    assert (outcome.kind, outcome.text) == (OutcomeKind.DONE, "support counts from 0 again; it had 7 calls.")
    assert pbx.sent == [("QueueReset", {"Queue": "support"})]
    assert pbx.store.queues["support"].completed == 0


async def test_a_reset_without_an_effect_is_told(pbx):
    pbx.silent = True
    outcome = await operate(pbx).reset(plan_reset(pbx.store, "support"), 2)
    assert (outcome.kind, outcome.text) == (
        OutcomeKind.NO_EFFECT,
        "support: accepted, but it still counts 7 calls.",
    )


async def test_a_reset_is_guarded(pbx):
    outcome = await operate(pbx, read_only=True).reset(plan_reset(pbx.store, "support"), 2)
    assert (outcome.kind, pbx.sent) == (OutcomeKind.REFUSED, [])


@pytest.mark.parametrize("name", ["", "  ", "nosuch"])
def test_a_reset_never_means_every_queue(pbx, name):
    with pytest.raises(ValueError, match=r"Which queue|There is no queue"):
        plan_reset(pbx.store, name)
