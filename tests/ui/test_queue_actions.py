"""From a key on an agent, a caller or a queue to what would be done, and what never happens by accident."""

import pytest

from amitop.control.caller_plan import CallerAct
from amitop.control.supervise import SpyMode
from amitop.thresholds import QueueRules, Rules
from amitop.ui.confirm import ConfirmScreen
from amitop.ui.form import FormScreen
from fakes.events import block, event
from fakes.floor import floor_dashboard, floor_pbx
from fakes.pbx import screen_text

SIZE = (120, 40)
RULES = Rules(
    pause_reasons=("break", "lunch"),
    supervisor="PJSIP/9000",
    queues={"sales": QueueRules(extension="601@from-trunk")},
)


async def said(app, pilot) -> str:
    """What the notices say."""
    await app.workers.wait_for_complete()
    await pilot.pause()
    return " | ".join(f"{n.title}: {n.message}" for n in app._notifications)


def steps(plan):
    return [(step.queue, step.interface.removeprefix("PJSIP/")) for step in plan.changing]


async def test_a_pause_with_a_reason_from_the_list():
    app = floor_dashboard(rules=RULES)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("5", "down", "down", "p", "down", "enter")
        await pilot.pause()
        assert "Pause (lunch): Agent 03 in support: on the phone, becomes paused" in screen_text(app)
        await pilot.press("enter")
        assert "becomes paused (lunch).  Ctrl+Z undoes it." in await said(app, pilot)
    (plan,) = app.spy.members.plans
    assert steps(plan) == [("support", "agent03")]
    assert plan.everywhere


async def test_a_pause_with_a_reason_that_is_typed_or_none():
    app = floor_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("5", "p", *"tea", "enter", "enter")
        await app.workers.wait_for_complete()
        await pilot.press("p", "enter", "enter")
        await app.workers.wait_for_complete()
    assert [plan.title for plan in app.spy.members.plans] == ["Pause (tea)", "Pause"]


async def test_a_reason_that_asterisk_cannot_take_is_refused_before_anything_is_sent():
    app = floor_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("5", "down", "down", "p", *"a|b", "enter")
        await pilot.pause()
        assert "must not hold any of | ;" in screen_text(app)
        assert app.screen.query_one("#yes").disabled
        await pilot.press("escape")
        assert app.spy.members.plans == []


async def test_a_member_is_paused_in_the_queue_that_is_looked_at_unless_all_are_chosen():
    app = floor_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("3", "down", "tab", "tab", "p", "down", "enter", "enter")
        await app.workers.wait_for_complete()
        await pilot.press("p", "up", "down", "down", "enter", "enter", "enter")
        await app.workers.wait_for_complete()
    narrow, wide = app.spy.members.plans
    assert steps(narrow) == [("support", "agent01")]
    assert not narrow.everywhere
    assert steps(wide) == [("sales", "agent01"), ("support", "agent01")]
    assert wide.everywhere


async def test_all_that_a_filter_shows_are_paused_after_a_preview_of_each_and_undone_with_one_key():
    app = floor_dashboard()
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("5", "slash", *"state:ready", "enter", "asterisk", "p")
        await pilot.pause()
        text = screen_text(app)
        assert "Pause 3 agents" in text
        for line in (
            "Agent 01 in sales: ready",
            "Agent 01 in support: ready",
            "Agent 06 in support",
            "Agent 07 in sales",
        ):
            assert line in text
        assert "Agent 02" not in text[text.index("Pause 3 agents") : text.index("Cancel")]
        app.screen.query_one("#yes").press()
        assert "Pause: 4 done.  Ctrl+Z undoes it." in await said(app, pilot)
        await pilot.press("ctrl+z")
        await app.workers.wait_for_complete()
        done, undone = app.spy.members.plans
        assert sorted(steps(undone)) == sorted(steps(done))
        assert all(step.after == before.before for step, before in zip(undone.steps, reversed(done.steps), strict=True))
        await pilot.press("ctrl+z")
        assert len(app.spy.members.plans) == 2


async def test_one_pause_in_one_queue_is_ended_without_a_question():
    app = floor_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("5", "down", "P")
        await app.workers.wait_for_complete()
    (plan,) = app.spy.members.plans
    assert plan.title == "Unpause"
    assert steps(plan) == [("support", "agent02")]


async def test_nobody_is_unpaused_who_is_not_paused():
    app = floor_dashboard()
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("5", "P")
        assert "Agent 01: not paused" in await said(app, pilot)
    assert app.spy.members.plans == []


@pytest.mark.parametrize("key", ["enter", "escape"])
async def test_a_stray_enter_removes_nobody(key):
    app = floor_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("5", "down", "down", "minus")
        await pilot.pause()
        assert isinstance(app.screen, FormScreen)
        await pilot.press(key)
        await pilot.pause()
        assert app.screen is app.main
    assert app.spy.members.plans == []


async def test_only_dynamic_members_can_be_removed():
    app = floor_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("5", "down", "minus")
        await pilot.pause()
        assert "a static member cannot be removed" in screen_text(app)
        assert app.screen.query_one("#yes").disabled


async def test_penalty_and_ring_in_use():
    app = floor_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("5", "down", "e", "backspace", "5", "enter", "enter")
        await app.workers.wait_for_complete()
        await pilot.press("b", "down", "enter", "enter")
        await app.workers.wait_for_complete()
    penalty, ring = app.spy.members.plans
    assert penalty.steps[0].after.penalty == 5
    assert ring.steps[0].after.ringinuse is False


async def test_somebody_is_added_to_the_queue_that_is_looked_at():
    app = floor_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("3", "down", "plus")
        await pilot.pause()
        assert "PJSIP/agent07  Agent 07" in screen_text(app)
        await pilot.press("enter", "enter")
        await app.workers.wait_for_complete()
        await pilot.press("plus", "down", *"\b", "tab")
        await pilot.press("escape")
    (plan,) = app.spy.members.plans
    (step,) = plan.steps
    assert (step.queue, step.interface, step.after.name) == ("support", "PJSIP/agent07", "Agent 07")


async def test_agents_are_added_to_a_queue():
    app = floor_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("5", "down", "plus", "enter", "enter")
        await app.workers.wait_for_complete()
    (plan,) = app.spy.members.plans
    assert steps(plan) == [("sales", "agent02")]


async def test_a_caller_goes_to_the_head_without_a_question():
    app = floor_dashboard()
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("4", "K")
        assert "is at the head of support already" in await said(app, pilot)
        await pilot.press("down", "K")
        await app.workers.wait_for_complete()
    (plan,) = app.spy.callers.plans
    assert (plan.act, plan.uniqueid) == (CallerAct.HEAD, "7.2")


async def test_a_caller_is_moved_to_a_queue_whose_extension_is_known_or_sent_to_one_that_is_typed():
    app = floor_dashboard(rules=RULES)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4", "down", "m", "enter")
        await pilot.pause()
        assert "Move 王小明 +15557654321 " in screen_text(app)
        assert "moves to sales, by way of 601" in screen_text(app)
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await pilot.press("m", "down", "end")
        for _ in "601@from-trunk":
            await pilot.press("backspace")
        await pilot.press(*"700@x", "enter", "enter")
        await app.workers.wait_for_complete()
    moved, sent = app.spy.callers.plans
    assert (moved.act, moved.to_queue, moved.uniqueid) == (CallerAct.TO_QUEUE, "sales", "7.2")
    assert (sent.act, str(sent.extension)) == (CallerAct.SEND, "700 in x")


async def test_taking_callers_out_is_asked_for_and_names_them():
    app = floor_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4", "asterisk", "o")
        await pilot.pause()
        assert isinstance(app.screen, ConfirmScreen)
        text = screen_text(app)
        assert "Take 3 callers out of their queues?" in text
        assert "王小明 +15557654321, #2 in support" in text
        await pilot.press("enter")
        assert app.spy.callers.plans == []
        await pilot.press("o", "y")
        await app.workers.wait_for_complete()
    assert [plan.uniqueid for plan in app.spy.callers.plans] == ["7.1", "7.2", "7.3"]


async def test_a_caller_is_hung_up_like_any_channel():
    app = floor_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4", "k")
        await pilot.pause()
        assert "Hang up Ann Lee +15551234567, waiting 0:50 in support?" in screen_text(app)
        await pilot.press("y")
        await app.workers.wait_for_complete()
    assert app.spy.hung_up == [(("pbx1", "7.1"), ("7.1",))]


@pytest.mark.parametrize(("keys", "resets"), [("yy", [("support", 2)]), ("yn", []), ("n", [])])
async def test_a_reset_is_asked_for_twice(keys, resets):
    app = floor_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("3", "down", "0", *keys)
        await app.workers.wait_for_complete()
    assert app.spy.resets == resets


def on_a_call():
    """Agent 03 talks with Ann Lee, who came first."""
    pbx = floor_pbx()
    leg = block("8.1", "PJSIP/agent03-00000009", caller=("1003", "Agent 03"), linkedid="7.1")
    who = block("7.1", "PJSIP/trunk-00000001", caller=("+15551234567", "Ann Lee"))
    dest = block("8.1", "PJSIP/agent03-00000009", prefix="Dest", caller=("1003", "Agent 03"), linkedid="7.1")
    names = "Queue: support\nInterface: PJSIP/agent03\nMemberName: Agent 03\n"
    pbx.happen(
        event("Newchannel", leg),
        event("QueueCallerLeave", who, "Queue: support\nCount: 2\nPosition: 1\n"),
        event("AgentConnect", who, dest, f"{names}HoldTime: 50\nRingTime: 2\n"),
    )
    return pbx


@pytest.mark.parametrize(("key", "mode"), [("l", SpyMode.LISTEN), ("h", SpyMode.WHISPER), ("B", SpyMode.BARGE)])
async def test_a_supervisor_listens_to_an_agents_call(key, mode):
    app = floor_dashboard(on_a_call(), rules=RULES)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("5", "down", "down", key)
        await pilot.pause()
        assert "PJSIP/9000 rings; pick it up to hear" in screen_text(app)
        await pilot.press("y")
        await app.workers.wait_for_complete()
    (plan,) = app.spy.supervision.plans
    assert (plan.mode, plan.uniqueid) == (mode, "8.1")


async def test_nobody_listens_without_a_phone_or_a_call():
    app = floor_dashboard(on_a_call())
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("5", "down", "down", "l")
        assert "names no supervisor's phone" in await said(app, pilot)
    app = floor_dashboard(rules=RULES)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("5", "l")
        assert "There is no call to listen to" in await said(app, pilot)
    assert app.spy.supervision.plans == []


async def test_the_agents_leg_is_what_is_hung_up():
    app = floor_dashboard(on_a_call())
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("5", "k")
        assert "no agent who is on a queue's call is selected" in await said(app, pilot)
        await pilot.press("down", "down", "k", "y")
        await app.workers.wait_for_complete()
    assert app.spy.hung_up == [(("pbx1", "8.1"), ("8.1",))]


KEYS = ["p", "P", "minus", "e", "b", "plus", "l", "h", "B", "K", "m", "o", "0", "k", "t"]


@pytest.mark.parametrize("view", [("3", "down"), ("3", "down", "tab"), ("3", "down", "tab", "tab"), ("4",), ("5",)])
async def test_read_only_has_no_keys_that_act(view):
    app = floor_dashboard(on_a_call(), rules=RULES, read_only=True)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press(*view)
        await pilot.pause()
        for word in ("Pause", "Hang up", "Move", "Take out", "Add", "Listen"):
            assert word not in screen_text(app).split("\n")[-1]
        for key in KEYS:
            await pilot.press(key)
            await pilot.pause()
            assert app.screen is app.main, key
        assert await said(app, pilot) == ""


async def test_keys_of_missing_rights_are_dimmed_and_say_why():
    app = floor_dashboard(floor_pbx(rights="watcher"), rules=RULES)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("5", "p")
        assert "Pause: QueuePause: this login lacks write=agent in manager.conf" in await said(app, pilot)
        assert app.screen is app.main
        await pilot.press("4", "down", "K")
        await app.workers.wait_for_complete()
        assert len(app.spy.callers.plans) == 1  # needs no privilege (`ami.md` E.4)


async def test_letters_that_are_typed_into_the_filter_are_letters():
    app = floor_dashboard(rules=RULES)
    for view in "345":
        async with app.run_test(size=SIZE) as pilot:
            await pilot.press(view, "slash", *"pPebvuwlhBKmoyAN0+-k")
            await pilot.pause()
            assert app.main.view.filter_bar.text == "pPebvuwlhBKmoyAN0+-k"
            assert app.screen is app.main
            assert app.main.view_name == {"3": "queues", "4": "waiting", "5": "agents"}[view]
        app = floor_dashboard(rules=RULES)


async def test_a_long_preview_can_be_scrolled_while_the_focus_stays():
    app = floor_dashboard(rules=RULES)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5", "asterisk", "p")
        await pilot.pause()
        focused = app.focused
        assert "Agent 07 in sales" not in screen_text(app)
        await pilot.press("pagedown", "pagedown", "pagedown")
        await pilot.pause()
        assert "Agent 07 in sales" in screen_text(app)
        assert app.focused is focused
        await pilot.press("pageup", "pageup", "pageup")
        await pilot.pause()
        assert "Agent 01 in sales" in screen_text(app)


async def test_a_key_never_means_the_caller_who_moved_up():
    pbx = floor_pbx()
    app = floor_dashboard(pbx)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("4")
        who = block("7.1", "PJSIP/trunk-00000001")
        pbx.now += 1
        pbx.happen(event("QueueCallerLeave", who, "Queue: support\nCount: 2\nPosition: 1\n"))
        app.main.tick()
        await pilot.press("o", "k")
        notices = await said(app, pilot)
        assert "Take out: the caller has gone: move the cursor" in notices
        assert "Hang up: the caller has gone: move the cursor" in notices
        assert app.screen is app.main
        await pilot.press("down", "k")
        await pilot.pause()
        assert "王小明 +15557654321" in screen_text(app)
