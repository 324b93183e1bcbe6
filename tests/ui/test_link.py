"""A link that is lost, refused or slow: the last state stays, its age is told, and a person can do something."""

import asyncio

from amitop.health import LinkState
from fakes.events import block, event
from fakes.pbx import FakePbx, dashboard, screen_text, talking

SIZE = (80, 24)


def lines(app) -> list[str]:
    return screen_text(app).split("\n")


async def test_a_lost_link_keeps_the_last_state_and_says_how_old_it_is():
    pbx = talking()
    app = dashboard(pbx)
    async with app.run_test(size=SIZE) as pilot:
        pbx.lose(LinkState.WAITING, "127.0.0.1:5038: connection refused", retry_in=16)
        pbx.now += 12
        app.main.tick()
        await pilot.pause()
        state, why, *_ = lines(app)
        assert "○ stale 12 s" in state
        assert why.strip() == "127.0.0.1:5038: connection refused  next try in 4 s, R tries now"
        assert "Ann L… +15551234567 Agent 03 1003" in screen_text(app)
        assert "RTT" not in state
        assert app.screen.has_class("-stale")


async def test_durations_stand_still_while_nothing_is_known():
    pbx = talking()
    app = dashboard(pbx)
    async with app.run_test(size=SIZE) as pilot:
        pbx.lose(LinkState.WAITING, "gone", retry_in=60)
        pbx.now += 100
        app.main.tick()
        await pilot.pause()
        assert ">     0:42 Talking" in screen_text(app)


async def test_the_link_comes_back():
    pbx = talking()
    app = dashboard(pbx)
    async with app.run_test(size=SIZE) as pilot:
        pbx.lose(LinkState.WAITING, "gone", retry_in=1)
        pbx.now += 5
        app.main.tick()
        pbx.link.state, pbx.stale_since = LinkState.LIVE, None
        pbx.now += 5
        app.main.tick()
        await pilot.pause()
        state, totals, *_ = lines(app)
        assert "● live" in state
        assert totals.startswith(" Calls 3")
        assert not app.screen.has_class("-stale")
        assert app.main._totals.size.height == 1


async def test_r_tries_now_and_is_only_offered_when_it_helps():
    pbx = talking()
    app = dashboard(pbx)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("R")
        assert pbx.retried == 0
        assert "Reconnect" not in lines(app)[-1]
        pbx.lose(LinkState.WAITING, "gone", retry_in=30)
        app.main.tick(force=True)
        await pilot.pause()
        assert "R Reconnect" in lines(app)[-1]
        await pilot.press("R")
    assert pbx.retried == 1


async def test_a_refused_login_says_so_and_waits_for_a_person():
    pbx = FakePbx()
    pbx.link.state = LinkState.REFUSED
    pbx.link.reason = "127.0.0.1:5038: login as 'admin' refused: wrong user or secret, or an address not permitted"
    app = dashboard(pbx)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        text = screen_text(app)
        assert "✗ login refused" in text
        assert "wrong user or secret" in text
        assert "R tries again" in text
        assert "No calls now" not in text  # nobody knows
        await pilot.press("R")
    assert pbx.retried == 1


async def test_connecting_claims_nothing():
    pbx = FakePbx()
    pbx.link.state, pbx.link.attempt = LinkState.CONNECTING, 3
    app = dashboard(pbx)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "○ connecting" in lines(app)[0]
        assert lines(app)[1].strip() == "127.0.0.1:5038: connecting (try 3)"
        assert "No calls" not in screen_text(app)
        pbx.link.state = LinkState.LIVE
        pbx.now += 1
        app.main.tick()
        await pilot.pause()
        assert "No calls now" in screen_text(app)


async def test_a_reason_is_hostile_text_too():
    pbx = talking()
    app = dashboard(pbx)
    async with app.run_test(size=SIZE) as pilot:
        pbx.lose(LinkState.WAITING, "[@click=app.quit]x[/]\x1b]0;owned\x07", retry_in=3)
        app.main.tick(force=True)
        await pilot.pause()
        assert "[@click=app.quit]x[/]\ufffd]0;owned\ufffd" in screen_text(app)


async def test_what_a_login_cannot_show_is_said():
    pbx = talking()
    pbx.notice = "no call events for this login (read=call is missing): asking every 3 s"
    app = dashboard(pbx)
    async with app.run_test(size=(120, 24)) as pilot:
        await pilot.pause()
        assert lines(app)[2].rstrip().endswith("asking every 3 s")


async def test_the_selected_channel_is_asked_about_where_events_do_not_tell():
    pbx = talking()
    app = dashboard(pbx)
    async with app.run_test(size=(120, 40)) as pilot:
        for _ in range(8):
            pbx.now += 1
            app.main.tick()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert pbx.looked_at == ["1.1", "1.2"] * 2


async def test_an_ended_call_stays_in_the_details_with_its_cause():
    pbx = talking()
    app = dashboard(pbx)
    async with app.run_test(size=(120, 40)) as pilot:
        for uid, name in (("1.1", "PJSIP/trunk-00000001"), ("1.2", "PJSIP/agent03-00000002")):
            pbx.happen(event("Hangup", block(uid, name), "Cause: 34\nCause-txt: No circuit available\n"))
        app.main.tick(force=True)
        await pilot.pause()
        assert "No circuit available" in screen_text(app)
        for _ in range(10):
            pbx.now += 1
            app.main.tick()
        await pilot.pause()
        assert "Ann Lee" not in lines(app)[4]
        assert "10 s ago: No circuit available (34)" in screen_text(app)


async def test_the_cursor_waits_for_the_whole_state():
    pbx = FakePbx()
    pbx.link.state = LinkState.SYNCING
    app = dashboard(pbx)
    async with app.run_test(size=SIZE) as pilot:
        ring = {"state": 4, "position": ("from-trunk", "600", 1)}
        newer = block("9.9", "PJSIP/trunk-00000009", caller=("+15550000009", "Late"), **ring)
        pbx.happen(event("Newchannel", newer))
        app.main.tick(force=True)
        await pilot.press("2", "1")
        assert "Late" not in screen_text(app)
        older = block("1.1", "PJSIP/trunk-00000001", caller=("+15550000001", "Early"), **ring)
        pbx.store.apply(event("Newchannel", older), pbx.now - 100)
        pbx.link.state = LinkState.LIVE
        app.main.tick(force=True)
        await pilot.pause()
        first, second = lines(app)[4:6]
        assert first.startswith(">")
        assert "Early" in first
        assert "Late" in second


async def test_the_first_state_is_shown_when_it_comes_and_not_with_the_next_frame():
    pbx = talking()
    pbx.link.state = LinkState.SYNCING
    app = dashboard(pbx, refresh=0.02)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "● live" not in screen_text(app)
        pbx.link.state = LinkState.LIVE
        async with asyncio.timeout(30):
            while "● live" not in screen_text(app):
                await pilot.pause(0.03)
        assert "Ann L" in screen_text(app)
