"""Each action on queues, done to a real Asterisk 16 and 22, and seen in what its own console says."""

import json
import re
from collections.abc import Iterator

import pytest
from e2e.acting import desk, eventually, queue_show

from amitop.control.audit import Audit
from amitop.control.caller_plan import CallerAct, plan_caller
from amitop.control.fields import Extension
from amitop.control.member_wishes import NewMember, Pause, Penalty, Remove, RingInUse, Unpause, preview, preview_add
from amitop.control.outcome import OutcomeKind
from amitop.control.statistics import plan_reset
from amitop.control.supervise import SpyMode, plan_spy, spied_leg
from rig.asterisk import Asterisk
from rig.sipp import Calls

DONE = OutcomeKind.DONE
SUPERVISOR = "PJSIP/agent20"
"""A phone like the agents'; nobody calls its queue here."""
QUEUES = ("support", "sales", "billing")


@pytest.fixture
def closed(pbx: Asterisk) -> Iterator[Asterisk]:
    """An Asterisk on which every member of every queue is paused, so that callers wait; as before when it is over."""
    everybody = {name: list(queue_show(pbx, name).members) for name in QUEUES}
    for name, members in everybody.items():
        for interface in members:
            pbx.cli(f"queue pause member {interface} queue {name} reason closed")
    yield pbx
    for name, members in everybody.items():
        for interface in members:
            pbx.cli(f"queue unpause member {interface} queue {name}")


def all_shown(pbx: Asterisk):
    return {name: queue_show(pbx, name).members for name in QUEUES}


async def test_members_are_changed_as_previewed_and_undone_to_the_letter(pbx: Asterisk):
    before = all_shown(pbx)
    async with desk(pbx) as at:
        store, members = at.live.store, at.operator.members
        both = [("support", 6), ("sales", 6), ("support", 7), ("sales", 7), ("support", 1)]
        chosen = [at.key(*one) for one in both]

        for wish, sign in [
            (Pause("lunch, late", everywhere=True), r"\(paused:lunch, late was then\)"),
            (Pause("lunch"), r"\(paused:lunch was then\)"),
            (Penalty(3), "with penalty 3"),
            (RingInUse(True), "^(?!.*ringinuse disabled)"),
        ]:
            changed = await members.carry_out(preview(store, chosen, wish))
            assert [outcome.kind for outcome in changed.outcomes] == [DONE] * 5, changed.outcomes
            now = all_shown(pbx)
            for queue, interface in chosen:
                assert re.search(sign, now[queue][interface]), (wish, now[queue][interface])
            untouched = [(queue, one) for queue in QUEUES for one in before[queue] if (queue, one) not in chosen]
            assert all(now[queue][one] == before[queue][one] for queue, one in untouched)
            undone = await members.carry_out(changed.undo)
            assert {outcome.kind for outcome in undone.outcomes} == {DONE}, undone.outcomes
            assert all_shown(pbx) == before

        # What the undo restores is each one's own reason, and nobody who was ready becomes paused by it.
        pbx.cli(f"queue pause member {chosen[0][1]} queue support reason dentist")
        await eventually(lambda: store.queues["support"].members[chosen[0][1]].paused)
        dentist = all_shown(pbx)
        paused = await members.carry_out(preview(store, chosen, Pause("fire drill", everywhere=True)))
        undone = await members.carry_out(paused.undo)
        assert {outcome.kind for outcome in undone.outcomes} == {DONE}, undone.outcomes
        assert all_shown(pbx) == dentist
        unpaused = await members.carry_out(preview(store, chosen, Unpause("back")))
        assert len(unpaused.outcomes) == 1
        assert all_shown(pbx) == before

    log = pbx.folder / "log/queue_log"
    assert log.read_text().count("|PAUSEALL|lunch, late") == 3, "the log tells a pause in all queues from one in each"


async def test_members_come_and_go(pbx: Asterisk):
    before = all_shown(pbx)
    async with desk(pbx) as at:
        store, members = at.live.store, at.operator.members
        newcomers = [NewMember("PJSIP/agent20", "Agent Twenty", "PJSIP/agent20"), NewMember("PJSIP/agent19")]
        plan = preview_add(store, "sales", newcomers, penalty=4, paused=True, reason="new here")
        added = await members.carry_out(plan)
        assert [outcome.kind for outcome in added.outcomes] == [DONE, DONE], added.outcomes
        shown = queue_show(pbx, "sales").members["PJSIP/agent20"]
        assert re.search(r"Agent Twenty.*\(dynamic\).*\(paused:new here was then\)", shown), shown
        assert "with penalty 4" in shown

        # Everything that can be set is set, so that coming back has everything to restore.
        await members.carry_out(preview(store, [("sales", "PJSIP/agent20")], RingInUse(True)))
        there = all_shown(pbx)
        both = [("sales", "PJSIP/agent20"), ("sales", "PJSIP/agent19")]
        removed = await members.carry_out(preview(store, [*both, at.key("sales", 9)], Remove()))
        assert [outcome.kind for outcome in removed.outcomes] == [DONE, DONE]
        assert all_shown(pbx) == before
        back = await members.carry_out(removed.undo)
        assert [outcome.kind for outcome in back.outcomes] == [DONE, DONE], back.outcomes
        assert all_shown(pbx) == there

        again = preview_add(store, "sales", newcomers)
        assert len(again.refused) == 2
        nobody = await members.carry_out(preview_add(store, "sales", [NewMember("PJSIP/agnet21")]))
        assert "PJSIP/agnet21 is no device that Asterisk knows" in nobody.outcomes[0].text
        await members.carry_out(nobody.undo)
        await members.carry_out(back.undo)
        assert all_shown(pbx) == before


async def waiting(at, pbx: Asterisk, *people: str) -> list[str]:
    """Have people call support one after another; return their Uniqueids in that order."""
    queued = at.live.store.queued
    for count, name in enumerate(people, len(queued) + 1):
        pbx.calls(Calls(to="600", name=name, number=f"+1555{count:07d}", talk=(120, 120)))
        await eventually(lambda n=count: len(queued) == n)
    by_name = {caller.caller.name: uid for uid, caller in queued.items()}
    return [by_name[name] for name in people]


async def test_callers_are_moved_ahead_where_asterisk_can(closed: Asterisk):
    async with desk(closed) as at:
        store, callers = at.live.store, at.operator.callers
        uids = await waiting(at, closed, "Ann", "Bob", "Cyd", "Dee")
        names = dict(zip(uids, (store.channels[uid].name for uid in uids), strict=True))
        ann, bob, cyd, dee = uids

        async def act(uid, what):
            outcome = await callers.carry_out(plan_caller(store, uid, what))
            shown = queue_show(closed, "support")
            assert [names[uid] for uid in sorted(uids, key=lambda uid: store.queued[uid].position)] == shown.callers
            return outcome, [next(uid for uid in uids if names[uid] == name) for name in shown.callers], shown

        outcome, line, shown = await act(dee, CallerAct.UP)
        if closed.version == "16":
            assert outcome.kind is OutcomeKind.NO_EFFECT
            assert "does not move those who wait already" in outcome.text
            assert line == uids
            assert set(shown.priorities.values()) == {0}, "what did not help is taken back"
            outcome, line, shown = await act(cyd, CallerAct.HEAD)
            assert (outcome.kind, line) == (OutcomeKind.NO_EFFECT, uids)
            assert set(shown.priorities.values()) == {0}
            return
        assert (outcome.kind, line) == (DONE, [ann, bob, dee, cyd]), outcome
        outcome, line, _ = await act(cyd, CallerAct.HEAD)
        assert (outcome.kind, line) == (DONE, [cyd, ann, bob, dee]), outcome
        outcome, line, _ = await act(bob, CallerAct.UP)
        assert (outcome.kind, line) == (DONE, [cyd, bob, ann, dee]), outcome


async def test_callers_are_sent_on_taken_out_and_hung_up(closed: Asterisk, tmp_path):
    audit = Audit(tmp_path / "audit.jsonl")
    async with desk(closed, audit) as at:
        store, callers = at.live.store, at.operator.callers
        ann, bob, cyd, dee = await waiting(at, closed, "Ann", "Bob", "Cyd", "Dee")
        names = {uid: store.channels[uid].name for uid in (ann, bob, cyd, dee)}
        door = Extension("601", "from-trunk")

        plan = plan_caller(store, bob, CallerAct.TO_QUEUE, to_queue="sales", extension=door)
        moved = await callers.carry_out(plan)
        assert moved.kind is DONE, moved
        assert queue_show(closed, "sales").callers == [names[bob]]
        assert queue_show(closed, "support").callers == [names[ann], names[cyd], names[dee]]
        assert (await callers.carry_out(plan)).kind is OutcomeKind.GONE

        sent = await callers.carry_out(plan_caller(store, cyd, CallerAct.SEND, extension=Extension("9000", "internal")))
        assert sent.kind is DONE, sent
        (row,) = [row for row in closed.channels() if row.uniqueid == cyd]
        assert (row.context, row.exten, row.application) == ("internal", "9000", "Wait")

        out = await callers.carry_out(plan_caller(store, ann, CallerAct.WITHDRAW))
        assert out.kind is DONE, out
        assert queue_show(closed, "support").callers == [names[dee]]

        hung_up = await callers.carry_out(plan_caller(store, dee, CallerAct.HANG_UP))
        assert hung_up.kind is DONE, hung_up
        assert queue_show(closed, "support").callers == []
        assert dee not in [row.uniqueid for row in closed.channels()]

        counted = queue_show(closed, "support").first
        assert not re.search(r" A:0,", counted), counted
        reset = await at.operator.reset(plan_reset(store, "support"), 2)
        assert reset.kind is DONE, reset
        assert re.search(r" C:0, A:0, ", queue_show(closed, "support").first)
    lines = [json.loads(line) for line in audit.path.read_text().splitlines()]
    assert [(line["action"], line["outcome"]) for line in lines] == [
        ("Redirect", "done"),
        ("Redirect", "gone"),
        ("Redirect", "done"),
        ("QueueWithdrawCaller", "done"),
        ("Hangup", "done"),
        ("QueueReset", "done"),
    ]


async def test_a_supervisor_takes_part_in_an_agents_call(closed: Asterisk, tmp_path):
    closed.phones(ring=(0.2, 0.2))
    audit = Audit(tmp_path / "audit.jsonl")
    async with desk(closed, audit) as at:
        store, supervision = at.live.store, at.operator.supervision
        # ChanSpy can only leave a call in which something is heard (main/audiohook.c, ast_audiohook_detach).
        closed.cli("channel originate Local/600@from-trunk/n application Milliwatt")
        await eventually(lambda: store.queued)
        (caller,) = store.queued
        member = store.queues["support"].members["PJSIP/agent01"]
        await at.operator.members.carry_out(preview(store, [at.key("support", 1)], Unpause()))
        await eventually(lambda: member.talking_to == caller and (leg := spied_leg(store, member)) and leg.bridge, 15)
        leg = spied_leg(store, member)
        assert leg.device == "PJSIP/agent01"

        for mode in SpyMode:
            outcome = await supervision.start(plan_spy(store, leg, mode, SUPERVISOR))
            assert outcome.kind is DONE, outcome
            ((channel_id, spying),) = supervision.under_way.items()
            (row,) = [row for row in closed.channels() if row.uniqueid == channel_id]
            assert (row.application, row.data) == ("ChanSpy", f"{leg.uniqueid},{mode.options}")
            assert row.name.startswith(SUPERVISOR)
            assert store.channels[channel_id].spying_on == leg.uniqueid == spying.plan.uniqueid
            assert (await supervision.stop(channel_id)).kind is DONE
            await eventually(lambda: not supervision.under_way)

        plan = plan_spy(store, leg, SpyMode.LISTEN, "PJSIP/agnet21")
        outcome = await supervision.start(plan)
        words = "cannot be reached: not registered, or no such device"
        assert (outcome.kind, outcome.text) == (OutcomeKind.FAILED, f"PJSIP/agnet21 {words}.")

        # With the call, the listening ends, and is written down.
        assert (await supervision.start(plan_spy(store, leg, SpyMode.LISTEN, SUPERVISOR))).kind is DONE
        await at.operator.hangup(("pbx", leg.uniqueid))
        await eventually(lambda: not supervision.under_way)
        await eventually(lambda: not closed.channels())
        gone = await supervision.start(plan)
        assert gone.kind is OutcomeKind.GONE
    lines = [json.loads(line) for line in audit.path.read_text().splitlines()]
    assert sum(line["action"] == "ChanSpy ended" for line in lines) == 4


async def test_a_phone_that_is_not_picked_up_is_told_and_does_not_ring_on(closed: Asterisk):
    closed.phones(ring=(0.2, 0.2))
    async with desk(closed, ring=1.0) as at:
        store = at.live.store
        (ann,) = await waiting(at, closed, "Ann")
        member = store.queues["support"].members["PJSIP/agent01"]
        await at.operator.members.carry_out(preview(store, [at.key("support", 1)], Unpause()))
        await eventually(lambda: member.talking_to == ann and (leg := spied_leg(store, member)) and leg.bridge, 15)
        plan = plan_spy(store, spied_leg(store, member), SpyMode.LISTEN, SUPERVISOR)
        closed.phones(ring=(60, 60))
        outcome = await at.operator.supervision.start(plan)
        assert (outcome.kind, outcome.text) == (OutcomeKind.FAILED, f"{SUPERVISOR} was not picked up.")
        await eventually(lambda: not [row for row in closed.channels() if row.name.startswith(SUPERVISOR)])


async def test_a_login_without_the_class_is_told_before_and_refused_after(pbx: Asterisk):
    before = all_shown(pbx)
    async with desk(pbx, user="watcher") as at:
        plan = preview(at.live.store, [at.key("support", 1)], Pause())
        why = at.operator.members.why_not(plan)
        assert why == "QueuePause: this login lacks write=agent in manager.conf"
        changed = await at.operator.members.carry_out(plan)
        assert [(one.kind, one.text) for one in changed.outcomes] == [
            (OutcomeKind.REFUSED, f"Agent 01 in support: {why}")
        ]
        assert at.operator.why_not("pbx", "Originate") == "Originate: this login lacks write=originate in manager.conf"
    assert all_shown(pbx) == before
