"""From a key to the operator: what is asked, what is sent, what is said of it, and what never happens by accident."""

import asyncio

import pytest
from textual import events

from amitop.control.outcome import Outcome, OutcomeKind
from amitop.control.transfer import Move
from amitop.health import LinkState
from amitop.rights import ActionRights
from amitop.ui.confirm import ConfirmScreen
from amitop.ui.transfer import TransferScreen
from fakes.events import block, event
from fakes.pbx import WATCHER, FakePbx, dashboard, screen_text, talking

SIZE = (100, 30)
ANN, WANG = ("pbx1", "1.1"), ("pbx1", "2.1")


async def said(app, pilot) -> str:
    """What the notices say."""
    await app.workers.wait_for_complete()
    await pilot.pause()
    return " | ".join(f"{n.title}: {n.message}" for n in app._notifications)


def hang_up_event(uid: str, name: str):
    return event("Hangup", block(uid, name), "Cause: 16\nCause-txt: Normal Clearing\n")


async def test_hang_up_asks_and_sends_what_was_on_the_screen():
    app = dashboard(talking())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("k")
        await pilot.pause()
        assert "Hang up Ann Lee +15551234567 ↔ Agent 03 1003, talking 0:31?" in screen_text(app)
        await pilot.press("y")
        assert "Done: Hung up Ann Lee +15551234567." in await said(app, pilot)
    assert app.spy.hung_up == [(ANN, ("1.1", "1.2"))]


@pytest.mark.parametrize("key", ["n", "q", "escape", "enter", "space"])
async def test_nothing_is_sent_unless_yes_is_meant(key):
    app = dashboard(talking())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("k", key)
        await app.workers.wait_for_complete() if key != "space" else await pilot.pause()
    assert app.spy.hung_up == []


async def test_yes_can_be_reached_with_the_arrows_and_the_mouse():
    app = dashboard(talking())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("k", "left", "enter")
        await app.workers.wait_for_complete()
        await pilot.press("k")
        await pilot.pause()
        await pilot.click("#yes")
        await app.workers.wait_for_complete()
    assert app.spy.hung_up == [(ANN, ("1.1", "1.2"))] * 2


async def test_the_target_is_the_one_of_the_key_press_whatever_happens_meanwhile():
    pbx = talking()
    app = dashboard(pbx)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("down", "k")
        await pilot.pause()
        assert "王小明" in screen_text(app)
        pbx.now += 1
        pbx.happen(event("Newchannel", block("9.1", "PJSIP/trunk-99", caller=("9", "Early"))))
        pbx.happen(hang_up_event("1.1", "PJSIP/trunk-00000001"), hang_up_event("1.2", "PJSIP/agent03-00000002"))
        app.main.tick(force=True)
        await pilot.press("y")
        await app.workers.wait_for_complete()
    assert app.spy.hung_up == [(WANG, ("2.1",))]


async def test_one_leg_can_be_hung_up():
    app = dashboard(talking())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("enter", "down", "down", "k")
        await pilot.pause()
        assert "Hang up Agent 03 1003 (PJSIP/agent03), up for 0:42?" in screen_text(app)
        await pilot.press("y")
        await app.workers.wait_for_complete()
    assert app.spy.hung_up == [(("pbx1", "1.2"), ("1.2",))]


async def test_a_row_of_channels_is_one_leg_also_where_its_uniqueid_names_a_call():
    app = dashboard(talking())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("2", "k", "y")
        await app.workers.wait_for_complete()
    assert app.spy.hung_up == [(ANN, ("1.1",))]


async def test_all_marked_calls_are_hung_up_after_one_question_that_names_them():
    app = dashboard(talking())
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("space", "space", "k")
        await pilot.pause()
        text = screen_text(app)
        assert "Hang up 2 calls?" in text
        assert "Ann Lee +15551234567 ↔ Agent 03 1003, talking 0:31" in text
        assert "王小明 +15557654321 ↔ support, waiting 0:12" in text
        await pilot.press("y")
        assert "Done 2: Hung up 2." in await said(app, pilot)
    assert {key for key, _ in app.spy.hung_up} == {ANN, WANG}


async def test_what_failed_is_said_in_the_servers_own_words():
    app = dashboard(talking())
    app.spy.outcome = Outcome(OutcomeKind.REFUSED, "Ann Lee: the PBX says: Permission [denied]\x1b[2J")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("k", "y")
        assert "Refused: Ann Lee: the PBX says: Permission [denied]\ufffd[2J" in await said(app, pilot)
        assert "Permission [denied]" in screen_text(app)


async def test_an_ended_call_is_no_target():
    pbx = talking()
    app = dashboard(pbx)
    async with app.run_test(size=SIZE) as pilot:
        pbx.happen(hang_up_event("1.1", "PJSIP/trunk-00000001"), hang_up_event("1.2", "PJSIP/agent03-00000002"))
        app.main.tick(force=True)
        await pilot.press("k")
        assert "Hang up: no call is selected" in await said(app, pilot)
        assert not isinstance(app.screen, ConfirmScreen)


async def test_a_transfer_says_who_goes_and_sends_the_plan():
    app = dashboard(talking())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t", "up")
        assert isinstance(app.screen, TransferScreen)
        await pilot.press("down", "enter", *"1004")
        await pilot.pause()
        assert "Agent 03 1003 goes to 1004 in from-trunk." in screen_text(app)
        assert "Ann Lee +15551234567 is left" in screen_text(app)
        await pilot.press("enter", "enter")
        await app.workers.wait_for_complete()
    (plan,) = app.spy.transferred
    assert plan.choice.move is Move.OTHER
    assert plan.headers["Channel"] == "1.2"
    assert (plan.exten, plan.context) == ("1004", "from-trunk")


async def test_a_transfer_completes_what_is_in_use():
    app = dashboard(talking())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t", *"sup")
        await pilot.pause()
        await pilot.press("right")
        await pilot.pause()
        assert app.screen.query_one("#exten").value == "support"


@pytest.mark.parametrize("typed", ["", "10 04", "1004,1"])
async def test_a_transfer_to_nowhere_cannot_be_sent(typed):
    app = dashboard(talking())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        await pilot.pause()
        app.screen.query_one("#exten").value = typed
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen.query_one("#yes").disabled
        await pilot.press("escape")
    assert app.spy.transferred == []


async def test_a_transfer_of_a_call_that_has_ended_says_so():
    pbx = talking()
    app = dashboard(pbx)
    async with app.run_test(size=SIZE) as pilot:
        target = app.main.view.cursor_target(pbx.now)
        pbx.happen(hang_up_event("1.1", "PJSIP/trunk-00000001"), hang_up_event("1.2", "PJSIP/agent03-00000002"))
        app.operations.transfer(target)
        assert "Too late" in await said(app, pilot)


async def test_read_only_removes_every_action():
    app = dashboard(talking(), read_only=True)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("k", "t")
        await pilot.pause()
        text = screen_text(app)
        assert "Hang up" not in text
        assert "Transfer" not in text
        assert len(app.screen_stack) == 2
        await pilot.press("question_mark")
        await pilot.pause()
        assert "Hang up" not in screen_text(app)
    assert app.spy.hung_up == []


async def test_a_login_without_the_right_sees_the_key_dimmed_and_hears_why():
    pbx = talking()
    pbx.rights = ActionRights(WATCHER)
    app = dashboard(pbx)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("k")
        assert "lacks write=system or call" in await said(app, pilot)
        assert not isinstance(app.screen, ConfirmScreen)
        assert app.main.check_action("hang_up", ()) is None
        await pilot.press("question_mark")
        await pilot.pause()
        assert "lacks write=" in screen_text(app)


async def test_nothing_can_be_done_while_the_link_is_down():
    pbx = talking()
    app = dashboard(pbx)
    async with app.run_test(size=SIZE) as pilot:
        pbx.lose(LinkState.WAITING, "127.0.0.1:5038: connection refused", retry_in=4)
        app.main.tick(force=True)
        await pilot.press("k")
        assert "pbx1 is not connected" in await said(app, pilot)


async def test_the_order_stands_still_while_a_dialog_is_open():
    pbx = talking()
    app = dashboard(pbx)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("k")
        before = [row.key for row in app.main.view.table.rows]
        pbx.now += 1
        pbx.happen(event("Newchannel", block("0.5", "PJSIP/trunk-98", caller=("9", "Early"))))
        app.main.view.table.sort_by("time")
        app.main.tick(force=True)
        await pilot.pause()
        assert [row.key for row in app.main.view.table.rows][: len(before)] == before


async def test_two_exchanges_are_told_apart():
    one, two = talking(), FakePbx("pbx2")
    two.happen(event("Newchannel", block("1.1", "PJSIP/x-1", state=6, caller=("7", "Other"))))
    app = dashboard(one, two)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"other", "enter", "k", "y")
        await app.workers.wait_for_complete()
    assert app.spy.hung_up == [(("pbx2", "1.1"), ("1.1",))]


async def type_ahead(app, pilot, *keys: str) -> None:
    """Let all of *keys* arrive before the first is handled, as from one read of a slow line."""
    for key in keys:
        app.post_message(events.Key(key, key if len(key) == 1 else None))
    async with asyncio.timeout(30):
        await pilot.pause()
        while not app._gate._open:  # noqa: ASYNC110 (the gate has no event to wait for)
            await asyncio.sleep(0.02)
    await app.workers.wait_for_complete()
    await pilot.pause()


async def test_keys_typed_ahead_go_where_they_were_meant_for():
    app = dashboard(talking())
    async with app.run_test(size=SIZE) as pilot:
        await type_ahead(app, pilot, "slash", *"kyle")
        assert app.main.view.filter_bar.text == "kyle"
        assert app.screen is app.main
        await type_ahead(app, pilot, "enter", "escape", "down", "t", *"9000", "tab", "ctrl+u", *"internal")
        assert isinstance(app.screen, TransferScreen)
        assert app.screen.query_one("#exten").value == "9000"
        assert app.screen.query_one("#context").value == "internal"
        assert "王小明" in screen_text(app)
        await type_ahead(app, pilot, "escape", "k", "enter", "2", "down")
        assert app.screen is app.main
        assert app.main.view_name == "channels"
        assert app.main.view.table.cursor_index == 1
    assert app.spy.hung_up == []


async def test_a_key_that_closes_its_own_dialog_does_not_lock_the_keyboard():
    app = dashboard(talking())
    async with app.run_test(size=SIZE) as pilot:
        await type_ahead(app, pilot, *(["k", "n", "t", "escape", "question_mark", "escape"] * 3), "down")
        assert app.screen is app.main
        assert app.main.view.table.cursor_index == 1


async def test_an_old_notice_does_not_lie_over_a_dialog():
    app = dashboard(talking())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("k", "y")
        await app.workers.wait_for_complete()
        assert len(app._notifications) == 1
        for key in ("t", "k"):
            await pilot.press(key)
            assert not app._notifications
            await pilot.press("escape")
            app.notify("Done")
