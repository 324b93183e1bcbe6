"""What an action on members would change, in words and figures, before anything is sent."""

import pytest

from amitop.control import fields
from amitop.control.member_plan import Change
from amitop.control.member_wishes import NewMember, Pause, Penalty, Remove, RingInUse, Unpause, preview, preview_add
from fakes.queues import FakeQueues, agent, member_event, queue


@pytest.fixture
def pbx():
    lunch = agent(2, paused=True, reason="lunch", ringinuse=True)
    return FakeQueues(
        queue("support", agent(1), lunch, agent(3, membership="static"), agent(4, in_call=True, status=2)),
        queue("sales", agent(1, penalty=5)),
    )


SUPPORT = [("support", f"PJSIP/agent0{i}") for i in (1, 2, 3, 4)]


def test_a_preview_says_who_changes_who_is_so_already_and_who_cannot(pbx):
    plan = preview(pbx.store, [*SUPPORT, ("support", "PJSIP/agent09")], Pause("lunch"))
    assert [step.words for step in plan.steps] == [
        "Agent 1 in support: ready, becomes paused (lunch)",
        "Agent 2 in support: is so already",
        "Agent 3 in support: ready, becomes paused (lunch)",
        "Agent 4 in support: talking, becomes paused (lunch); the call that it is on goes on",
        "PJSIP/agent09 in support: is not a member any more",
    ]
    assert plan.sentence == "Pause (lunch): 3 change in support, 1 is so already, 1 cannot."
    assert plan.actions == ("QueuePause",)
    assert plan.confirmations == 1
    assert not pbx.sent


@pytest.mark.parametrize(
    ("status", "doing"),
    [(0, "not paused"), (1, "ready"), (2, "on the phone"), (5, "unavailable"), (6, "ringing"), (8, "on hold")],
)
def test_it_says_what_they_do_now_and_that_they_are_ready_when_a_pause_ends(pbx, status, doing):
    pbx.happen(member_event("QueueMemberStatus", "support", agent(1, status=status)))
    (step,) = preview(pbx.store, SUPPORT[:1], Pause("")).steps
    assert step.words == f"Agent 1 in support: {doing}, becomes paused"
    pbx.happen(member_event("QueueMemberStatus", "support", agent(2, paused=True, reason="lunch", status=status)))
    (step,) = preview(pbx.store, SUPPORT[1:2], Unpause()).steps
    assert step.words.startswith("Agent 2 in support: paused (lunch), becomes ready")


def test_one_member_needs_no_question_and_its_sentence_says_all(pbx):
    plan = preview(pbx.store, [("sales", "PJSIP/agent01")], Penalty(2))
    assert plan.sentence == "Penalty 2: Agent 1 in sales: penalty 5, becomes 2."
    assert (plan.confirmations, plan.actions) == (0, ("QueuePenalty",))


def test_another_reason_is_a_change_and_begins_the_pause_anew(pbx):
    (step,) = preview(pbx.store, [("support", "PJSIP/agent02")], Pause("meeting")).steps
    assert step.changes == (Change.PAUSE,)
    assert step.words == ("Agent 2 in support: paused (lunch), becomes paused (meeting); its pause counts from now")


def test_static_members_cannot_be_removed_and_dynamic_ones_only_after_a_question(pbx):
    plan = preview(pbx.store, SUPPORT, Remove())
    assert [step.key[1] for step in plan.changing] == ["PJSIP/agent01", "PJSIP/agent02", "PJSIP/agent04"]
    assert plan.refused[0].words == "Agent 3 in support: a static member cannot be removed"
    assert preview(pbx.store, SUPPORT[:1], Remove()).confirmations == 1


def test_realtime_members_cannot_be_removed_either(pbx):
    pbx.happen(member_event("QueueMemberStatus", "support", agent(3, membership="realtime")))
    (step,) = preview(pbx.store, [SUPPORT[2]], Remove()).steps
    assert step.problem == "a realtime member cannot be removed"


def test_ring_in_use_is_not_known_until_an_event_tells(pbx):
    (step,) = preview(pbx.store, SUPPORT[1:2], RingInUse(True)).steps
    assert step.changes == (Change.RING_IN_USE,)
    assert "what it is now is not known, so it cannot be undone" in step.words
    pbx.happen(member_event("QueueMemberStatus", "support", agent(2, paused=True, reason="lunch", ringinuse=True)))
    assert preview(pbx.store, SUPPORT[1:2], RingInUse(True)).same


def test_unpausing_the_ready_changes_nothing(pbx):
    plan = preview(pbx.store, SUPPORT, Unpause())
    assert [step.interface for step in plan.changing] == ["PJSIP/agent02"]
    assert len(plan.same) == 3


def test_a_preview_in_several_queues_counts_them(pbx):
    plan = preview(pbx.store, [("support", "PJSIP/agent01"), ("sales", "PJSIP/agent01")], Pause(everywhere=True))
    assert plan.sentence == "Pause: 2 change in 2 queues."
    assert plan.everywhere


def test_adding_tells_members_from_newcomers_and_queues_from_none(pbx):
    people = [NewMember("PJSIP/agent01", "Agent 1"), NewMember("PJSIP/agent07", "Agent 7")]
    plan = preview_add(pbx.store, "support", people, penalty=3, paused=True, reason="break")
    assert [step.words for step in plan.steps] == [
        "Agent 1 in support: is a dynamic member already",
        "Agent 7 in support: joins with penalty 3, paused (break)",
    ]
    assert preview_add(pbx.store, "suport", people).refused[0].problem == "there is no such queue"


@pytest.mark.parametrize(
    ("check", "text", "complaint"),
    [
        (fields.reason, "x" * 80, "longer than Asterisk's 79 bytes"),
        (fields.reason, "ü" * 40, "longer than Asterisk's 79 bytes"),
        (fields.reason, "a\r\nAction: Originate", "cannot be printed"),
        (fields.reason, "a\x1b[2J", "cannot be printed"),
        (fields.reason, "lunch|again", "between fields"),
        (fields.member_name, "Ann; Bob", "between fields"),
        (fields.queue_name, " ", "Which queue"),
        (fields.interface, "", "Which interface"),
        (fields.interface, "1001", "a technology and a device"),
        (fields.interface, "PJSIP/10 01", "a technology and a device"),
        (fields.interface, "PJSIP/1001&PJSIP/1002", "between fields"),
        (fields.penalty, "-1", "whole number"),
        (fields.penalty, "٣", "whole number"),
        (fields.penalty, "9999999", "whole number"),
        (fields.extension, "601", "with its context"),
        (fields.extension, "@from-trunk", "Which extension"),
        (fields.extension, "601@a b", "no context has"),
        (fields.channel_name, "/^PJSIP", "something else"),
        (fields.channel_name, "PJSIP/a\x07-1", "something else"),
        (fields.channel_name, "", "something else"),
    ],
)
def test_what_asterisk_would_take_for_something_else_is_refused(check, text, complaint):
    with pytest.raises(ValueError, match=complaint):
        check(text)


def test_what_is_right_is_taken():
    assert fields.reason(" Mittagspause – kurz ") == "Mittagspause – kurz"
    assert fields.reason("") == ""
    assert fields.interface("Local/1001@from-queue/n") == "Local/1001@from-queue/n"
    assert fields.penalty(" 12 ") == 12
    assert str(fields.extension("601@from-trunk")) == "601 in from-trunk"
    assert fields.channel_name("PJSIP/agent01-0000002a") == "PJSIP/agent01-0000002a"
