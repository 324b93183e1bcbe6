"""The Quality view and its column elsewhere: what is seen, and that reports are asked for only while they are shown."""

import pytest

from amitop.health import LinkState
from fakes.events import event
from fakes.pbx import FakePbx, dashboard, screen_text
from fakes.sound import begin, blocks, tell

SMALL, LARGE = (80, 24), (160, 45)


def sounding(reports: int = 3) -> FakePbx:
    """A PBX whose legs talk since a minute, each reported on so many times, the last time now."""
    pbx = FakePbx(now=940.0)
    begin(pbx.store, pbx.now)
    for nth in range(1, reports + 1):
        pbx.now = 1000.0 - 5 * (reports - nth)
        tell(pbx.store, pbx.now, nth)
    pbx.now = 1000.0
    return pbx


async def show(app, pilot, name: str = "quality") -> None:
    """Go to a view."""
    await app.main.action_view(name)
    await pilot.pause()
    app.main.tick(force=True)
    await pilot.pause()


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_legs_the_worst_first(golden, size):
    app = dashboard(sounding())
    async with app.run_test(size=size) as pilot:
        await show(app, pilot)
        await pilot.press("down")
        app.main.tick(force=True)
        await pilot.pause()
        golden(app, f"quality-{size[0]}x{size[1]}")


async def test_it_works_in_ascii(golden):
    app = dashboard(sounding(), ascii=True)
    async with app.run_test(size=LARGE) as pilot:
        await show(app, pilot)
        text = screen_text(app)
        assert text.isascii()
        assert "!! 1.7" in text


async def test_details_and_hang_up_mean_the_leg():
    app = dashboard(sounding())
    async with app.run_test(size=LARGE) as pilot:
        await show(app, pilot)
        assert "Media out" in screen_text(app)
        await pilot.press("k")
        await pilot.pause()
        assert "Agent 04" in screen_text(app)
        await pilot.press("y")
        await app.workers.wait_for_complete()
        assert app.spy.hung_up == [(("pbx1", "2.2"), ("2.2",))]


async def test_reports_are_asked_for_while_the_view_is_on_show():
    pbx = sounding()
    app = dashboard(pbx)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.pause()
        app.main.tick(force=True)
        assert pbx.quality_asked is None
        await show(app, pilot)
        for later in (1001.0, 1002.0):
            pbx.now = later
            app.main.tick()
            assert pbx.quality_asked == later
        await pilot.press("question_mark")
        pbx.now = 1003.0
        app.main.tick()
        assert pbx.quality_asked == 1003.0, "a dialog over it does not end it"
        await pilot.press("escape")
        await show(app, pilot, "calls")
        pbx.now = 1009.0
        app.main.tick(force=True)
        assert pbx.quality_asked == 1003.0


@pytest.mark.parametrize("view", ["calls", "channels"])
async def test_the_column_asks_for_them(view):
    pbx = sounding()
    app = dashboard(pbx)
    async with app.run_test(size=LARGE) as pilot:
        await show(app, pilot, view)
        table = app.main.view.table
        before = table.chosen
        assert pbx.quality_asked is None
        table.choose([*before, "quality"])
        app.main.tick(force=True)
        await pilot.pause()
        assert pbx.quality_asked == 1000.0
        text = screen_text(app)
        assert "QUALITY" in text
        assert "!! 1.7" in text
        table.choose(before)
        pbx.now = 1001.0
        app.main.tick(force=True)
        assert pbx.quality_asked == 1000.0


async def test_a_filter_and_a_sort_by_it_ask_for_them():
    pbx = sounding()
    app = dashboard(pbx)
    async with app.run_test(size=LARGE) as pilot:
        await show(app, pilot, "channels")
        await pilot.press("slash", *"quality:<3.2", "enter")
        await pilot.pause()
        assert pbx.quality_asked == 1000.0
        assert [row.key[-1] for row in app.main.view.table.rows] == ["2.2"]
        await pilot.press("escape")
        pbx.quality_asked = None
        app.main.tick(force=True)
        assert pbx.quality_asked is None
        app.main.view.table.sort_by("quality")
        await pilot.pause()
        assert pbx.quality_asked == 1000.0


async def test_it_says_why_it_knows_nothing():
    pbx = sounding(reports=0)
    app = dashboard(pbx)
    async with app.run_test(size=LARGE) as pilot:
        await show(app, pilot)
        assert "waiting for the first reports" in screen_text(app)
        pbx.now = 1020.0
        app.main.tick(force=True)
        await pilot.pause()
        assert "reports" not in screen_text(app).splitlines()[2]
        pbx.now = 1031.0
        app.main.tick(force=True)
        await pilot.pause()
        assert "no reports for 30 s: read=reporting is missing" in screen_text(app)
        tell(pbx.store, pbx.now)
        app.main.tick(force=True)
        await pilot.pause()
        assert "6 legs, 2 poor, 1 bad" in screen_text(app)
        assert "read=reporting" not in screen_text(app)


async def test_an_idle_pbx_and_a_lost_one_are_not_reproached():
    idle, lost = FakePbx(), sounding(reports=0)
    lost.reports_since = 900.0
    for pbx, words in ((idle, "No legs now"), (lost, "no reports")):
        app = dashboard(pbx)
        async with app.run_test(size=LARGE) as pilot:
            await show(app, pilot)
            if pbx is lost:
                pbx.lose(LinkState.WAITING, "refused")
            pbx.now = 1100.0
            app.main.tick(force=True)
            await pilot.pause()
            assert words in screen_text(app)
            assert "read=reporting" not in screen_text(app)


async def test_order_is_calm_and_a_leg_that_ends_lingers():
    pbx = sounding()
    app = dashboard(pbx)
    async with app.run_test(size=LARGE) as pilot:
        await show(app, pilot)
        table = app.main.view.table
        order = [row.key[-1] for row in table.rows]
        assert order == ["2.2", "2.1", "3.1", "1.1", "1.2", "5.1", "4.1"]
        pbx.happen(event("Hangup", blocks()["2.2"], "Cause: 16\nCause-txt: Normal Clearing\n"))
        pbx.now = 1001.0
        app.main.tick(force=True)
        assert [row.key[-1] for row in table.rows] == order
        assert table.rows[0].ended
        assert table.cursor_key == ("pbx1", "2.2")
