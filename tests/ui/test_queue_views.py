"""What a person does in the views of queues, callers and agents."""

import pytest

from amitop.health import LinkState
from amitop.thresholds import Limit, QueueRules, Rules
from amitop.ui.memory import Memory
from fakes.events import block, event
from fakes.floor import floor_dashboard, floor_pbx
from fakes.pbx import FakePbx, dashboard, screen_text

SIZE = (160, 45)


async def test_views_of_queues_are_hidden_where_there_is_no_app_queue():
    app = dashboard(floor_pbx(rights="none"))
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.pause()
        tabs = screen_text(app).split("\n")[2]
        assert "2 Channels" in tabs
        assert "Queues" not in tabs
        for key in ("3", "4", "5", "w"):
            await pilot.press(key)
        await pilot.pause()
        assert app.main.view_name == "calls"
        assert app.screen is app.main
        assert [n.message for n in app._notifications] == [
            "QueueStatus: this Asterisk has no such action (module not loaded)"
        ] * 4


async def test_before_the_rights_are_known_no_view_is_hidden():
    pbx = FakePbx()
    pbx.rights = type(pbx.rights)({})
    app = dashboard(pbx)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("3")
        assert app.main.view_name == "queues"


async def test_the_parts_follow_the_cursor():
    app = floor_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("3")
        await pilot.pause()
        assert "sales: callers 0" in screen_text(app)
        assert "Nobody waits" in screen_text(app)
        await pilot.press("down")
        await pilot.pause()
        text = screen_text(app)
        assert "support: callers 3" in text
        assert "support: members 6" in text
        assert "why is nobody answering? 3 wait, longest 0:50; 2 of 6 agents free" in text
        assert "Paused lunch 31:07" in text


async def test_enter_gives_one_queue_the_screen_and_escape_takes_it_back():
    app = floor_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("3", "down", "enter")
        await pilot.pause()
        view = app.main.view
        assert [row.queue.name for row in view.table.rows] == ["support"]
        assert app.focused is view.callers
        await pilot.press("escape")
        await pilot.pause()
        assert [row.queue.name for row in view.table.rows] == ["sales", "support"]
        assert app.focused is view.table
        assert view.table.cursor_row.queue.name == "support"


async def test_a_queue_that_goes_gives_the_screen_back():
    pbx = floor_pbx()
    app = floor_dashboard(pbx)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("3", "down", "enter")
        pbx.store.apply_queues([], pbx.now, pbx.now, first=True)
        app.main.tick(force=True)
        await pilot.pause()
        assert app.main.view.opened is None
        assert "No queues now" in screen_text(app)


async def test_tab_goes_from_part_to_part():
    app = floor_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("3", "down")
        view = app.main.view
        seen = []
        for _ in range(4):
            await pilot.press("tab")
            seen.append(app.focused)
        assert seen == [view.callers, view.members, view.why, view.table]
        await pilot.press("shift+tab")
        assert app.focused is view.why
        await pilot.press("escape")
        assert app.focused is view.table


async def test_reasons_take_the_place_of_members_on_a_narrow_screen():
    app = floor_dashboard()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3", "down")
        await pilot.pause()
        assert "support: members" in screen_text(app)
        await pilot.press("tab", "tab", "y")
        await pilot.pause()
        assert "support: members" not in screen_text(app)
        assert "why is nobody answering?" in screen_text(app)
        assert app.focused is app.main.view.why
        await pilot.press("y")
        await pilot.pause()
        assert app.focused is app.main.view.members


async def test_callers_come_and_go():
    pbx = floor_pbx()
    app = floor_dashboard(pbx)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("3", "down")
        pbx.now += 1
        name = "PJSIP/trunk-00000001"
        gone = event("QueueCallerLeave", block("7.1", name), "Queue: support\nCount: 2\nPosition: 1\n")
        pbx.happen(gone)
        app.main.tick()
        await pilot.pause()
        assert "support: callers 2" in screen_text(app)
        assert len(app.main.view.callers.rows) == 2


async def test_waiting_lists_who_misses_the_service_level_first():
    app = floor_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4")
        await pilot.pause()
        assert [row.caller.uniqueid for row in app.main.view.table.rows] == ["7.1", "7.2", "7.3"]
        text = screen_text(app)
        assert "! 0:10" in text
        assert "王小明 +15557654321" in text
        assert "Waits in queue  support, position 1, for 0:50" in text  # the details of the caller's channel


async def test_unavailable_agents_are_hidden_until_somebody_wants_them_back():
    app = floor_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("5")
        await pilot.pause()
        assert "Agent 04" in screen_text(app)
        await pilot.press("u", "1", "5")
        await pilot.pause()
        assert {"Agent 04", "Agent 05"}.isdisjoint({row.name for row in app.main.view.table.rows})
        assert "2 unavailable hidden (u)" in screen_text(app)
        await pilot.press("v")
        await pilot.pause()
        assert "Agent 04" not in screen_text(app)
        await pilot.press("u")
        await pilot.pause()
        assert "Agent 04" in screen_text(app)


async def test_that_they_are_hidden_is_remembered_by_the_next_start(tmp_path):
    for shown in (True, False):
        app = floor_dashboard(memory=Memory(tmp_path / "screen.json"))
        async with app.run_test(size=SIZE) as pilot:
            await pilot.press("5")
            await pilot.pause()
            assert ("Agent 04" in screen_text(app)) is shown
            if shown:
                await pilot.press("u")


async def test_grid_and_table_share_cursor_and_filter():
    app = floor_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("5", "down", "down", "v")
        await pilot.pause()
        assert app.main.view.table.cursor_row.name == "Agent 03"
        await pilot.press("right")
        assert app.main.view.table.cursor_row.name == "Agent 04"
        await pilot.press("slash", *"state:ready", "enter")
        await pilot.pause()
        assert {row.name for row in app.main.view.table.rows} == {"Agent 01", "Agent 06", "Agent 07"}
        await pilot.press("v")
        await pilot.pause()
        assert {row.name for row in app.main.view.table.rows} == {"Agent 01", "Agent 06", "Agent 07"}


async def test_the_grid_is_walked_in_both_directions():
    app = floor_dashboard()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5", "v", "d")
        await pilot.pause()
        grid = app.main.view.table
        columns = grid._grid.columns
        assert columns > 1
        await pilot.press("down")
        assert grid.cursor_index == columns
        await pilot.press("up", "right")
        assert grid.cursor_index == 1
        await pilot.press("end")
        assert grid.cursor_row.name == "Agent 07"
        await pilot.press("home", "space")
        assert grid.marked == {("pbx1", "PJSIP/agent01")}


async def test_a_click_selects_a_cell():
    app = floor_dashboard()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5", "v")
        await pilot.pause()
        grid = app.main.view.table
        x, y = grid._grid.place(2)
        await pilot.click(grid, offset=(x + 4, y))
        assert grid.cursor_index == 2


async def test_a_click_on_a_total_shows_only_those():
    app = floor_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("5")
        await pilot.pause()
        line = next(line for line in screen_text(app).split("\n") if line.startswith(" Agents 7"))
        await pilot.click("#agent-totals", offset=(line.index("Paused"), 0))
        await pilot.pause()
        assert [row.name for row in app.main.view.table.rows] == ["Agent 02"]
        await pilot.click("#agent-totals", offset=(line.index("Paused"), 0))
        await pilot.pause()
        assert len(app.main.view.table.rows) == 7


async def test_figures_stand_still_while_nothing_is_known():
    pbx = floor_pbx()
    app = floor_dashboard(pbx)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4")
        pbx.lose(LinkState.WAITING, "gone", retry_in=3)
        pbx.now += 60
        app.main.tick(force=True)
        await pilot.pause()
        assert "0:50" in screen_text(app)
        assert "1:50" not in screen_text(app)


RULES = Rules(default=QueueRules(waiting=Limit(3, 10), longest_wait=None, sl_percent=None))


async def test_an_alert_rings_once_is_counted_and_acknowledged():
    pbx = floor_pbx()
    app = floor_dashboard(pbx, rules=RULES)
    rung = []
    app.bell = lambda: rung.append(pbx.now)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.pause()
        for _ in range(5):
            pbx.now += 1
            app.main.tick(force=True)
        await pilot.pause()
        assert len(rung) == 1
        assert "Alerts 1!" in screen_text(app)
        await pilot.press("A")
        await pilot.pause()
        assert [n.message for n in app._notifications] == ["! support: 3 wait, limit 3"]
        assert "Alerts 1 seen" in screen_text(app)
        assert len(rung) == 1


async def test_the_bell_can_be_turned_off():
    app = floor_dashboard(rules=Rules(default=RULES.default, bell=False))
    rung = []
    app.bell = lambda: rung.append(1)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "Alerts 1!" in screen_text(app)
        assert rung == []


async def test_a_stale_state_is_no_news():
    pbx = floor_pbx()
    pbx.lose(LinkState.WAITING, "gone", retry_in=3)
    app = floor_dashboard(pbx, rules=RULES)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert app.main.alarm.book.open == []


async def test_the_wallboard_goes_through_the_queues_and_says_when_it_is_stale():
    pbx = floor_pbx()
    app = floor_dashboard(pbx, rules=RULES)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("w")
        await pilot.pause()
        assert "All queues (2)" in screen_text(app)
        assert "Waiting !" in screen_text(app)
        await pilot.press("right")
        await pilot.pause()
        assert screen_text(app).startswith(" sales")
        await pilot.press("right")
        await pilot.pause()
        assert screen_text(app).startswith(" support")
        pbx.lose(LinkState.WAITING, "gone", retry_in=3)
        pbx.now += 7
        app.screen.renew()
        await pilot.pause()
        assert "stale 7 s" in screen_text(app)
        await pilot.press("escape")
        assert app.screen is app.main


async def test_the_wallboard_begins_with_the_queue_that_has_the_screen():
    app = floor_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("3", "down", "enter", "w")
        await pilot.pause()
        assert screen_text(app).startswith(" support")


@pytest.mark.parametrize("answer", [True, False])
async def test_a_new_shift_is_asked_for(answer):
    class Shift:
        tally = None
        begun = 0

        def begin(self, _now):
            self.begun += 1

    pbx = floor_pbx()
    pbx.shift = Shift()
    app = floor_dashboard(pbx)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("N", "y" if answer else "n")
        await pilot.pause()
        assert pbx.shift.begun == int(answer)
