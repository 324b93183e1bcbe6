"""The Endpoints view: what is seen, what its key would do, what it asks of the PBX, and text that means harm."""

import pytest
from ui.test_hostile import PAYLOADS, check

from amitop.control.outcome import Outcome, OutcomeKind
from amitop.pbx.endpoint_model import Contact, Reach
from amitop.ui.confirm import ConfirmScreen
from amitop.ui.endpoint_work import EVERY
from fakes.endpoints import endpoint_dashboard, endpoint_pbx, state_of, status_of
from fakes.pbx import FakePbx, dashboard, screen_text

SMALL, LARGE = (80, 24), (160, 45)


async def show(app, pilot, *keys) -> None:
    """Go to the view."""
    await app.main.action_view("endpoints")
    await pilot.pause()
    await pilot.press(*keys)
    app.main.tick(force=True)
    await pilot.pause()


async def said(app, pilot) -> str:
    """What the notices say."""
    await app.workers.wait_for_complete()
    await pilot.pause()
    return " | ".join(f"{n.title}: {n.message}" for n in app._notifications)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_endpoints(golden, size):
    app = endpoint_dashboard()
    async with app.run_test(size=size) as pilot:
        await show(app, pilot, "home")
        golden(app, f"endpoints-{size[0]}x{size[1]}")


async def test_it_works_in_ascii():
    app = endpoint_dashboard(ascii=True)
    async with app.run_test(size=LARGE) as pilot:
        await show(app, pilot)
        assert screen_text(app).isascii()


async def test_they_are_asked_for_while_they_are_shown():
    pbx = endpoint_pbx()
    app = endpoint_dashboard(pbx)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.pause()
        assert not pbx.endpoint_sync.wanted
        await show(app, pilot)
        assert pbx.endpoint_sync.wanted
        await app.main.action_view("calls")
        await pilot.pause()
        pbx.now += 120
        app.main.tick()
        assert not pbx.endpoint_sync.wanted


async def test_events_show_at_the_next_frame():
    pbx = endpoint_pbx()
    app = endpoint_dashboard(pbx)
    async with app.run_test(size=LARGE) as pilot:
        await show(app, pilot)
        assert "agent02                 PJSIP Unavailable      1:30       Unreachable" in screen_text(app)
        pbx.happen(
            state_of("PJSIP/agent02", "NOT_INUSE"),
            status_of("agent02", "sip:agent02@10.0.0.12:5060", "Reachable", "900"),
        )
        app.main.tick()
        await pilot.pause()
        assert "agent02                 PJSIP Not in use       0:00       Reachable       0.90 ms" in screen_text(app)


async def test_qualify_asks_the_one_under_the_cursor_or_all_that_are_marked():
    app = endpoint_dashboard()
    async with app.run_test(size=LARGE) as pilot:
        await show(app, pilot, "home", "Q")
        assert "PJSIP/agent01 answers within 1 ms." in await said(app, pilot)
        await pilot.press("asterisk", "Q")
        words = " ".join(screen_text(app).split())
        assert "If SIP/gateway does not answer, chan_sip stops watching it" in words
        assert "3 not asked: PJSIP/agent03 has no address to ask at" in words
        assert "IAX2 peers cannot be asked" in words
        await pilot.press("y")
        await pilot.pause()
        assert [plan.device for plan in app.spy.asked] == [
            "PJSIP/agent01",
            *("PJSIP/agent01", "PJSIP/agent02", "SIP/gateway", "PJSIP/trunk"),  # the others cannot be asked
        ]
        assert "All 4 answer." in await said(app, pilot)


async def test_whoever_declines_the_risk_asks_nobody():
    app = endpoint_dashboard()
    async with app.run_test(size=LARGE) as pilot:
        await show(app, pilot, "end", "up", "Q")
        assert isinstance(app.screen, ConfirmScreen)
        await pilot.press("escape")
        await pilot.pause()
        assert app.spy.asked == []


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        (("home", "down", "down"), "PJSIP/agent03 has no address to ask at"),
        (("home", "down", "down", "down"), "IAX2 peers cannot be asked"),
    ],
)
async def test_qualify_says_why_it_does_nothing(keys, why):
    app = endpoint_dashboard()
    async with app.run_test(size=LARGE) as pilot:
        await show(app, pilot, *keys, "Q")
        assert why in await said(app, pilot)
        assert app.spy.asked == []


async def test_a_watcher_sees_what_may_be_listed_and_what_events_tell():
    app = endpoint_dashboard(endpoint_pbx(watcher=True))
    async with app.run_test(size=LARGE) as pilot:
        await show(app, pilot, "home", "Q")
        assert "PJSIPQualify: this Asterisk has no such action" in await said(app, pilot)  # reporting would do for it
        assert "write=system is missing: PJSIP as events tell" in screen_text(app)
        assert app.spy.asked == []


async def test_a_read_only_dashboard_has_no_such_key():
    app = endpoint_dashboard(read_only=True)
    async with app.run_test(size=LARGE) as pilot:
        await show(app, pilot, "Q")
        assert "Qualify" not in screen_text(app)
        assert app.spy.asked == []


async def test_where_nothing_lists_endpoints_the_view_says_why_it_is_hidden():
    app = dashboard(FakePbx())
    async with app.run_test(size=LARGE) as pilot:
        await app.main.action_view("endpoints")
        assert app.main.view_name == "calls"
        assert "PJSIPShowEndpoints" in await said(app, pilot)


async def test_before_the_first_list_it_says_that_it_asks():
    pbx = endpoint_pbx()
    pbx.store.restart(pbx.now)
    app = endpoint_dashboard(pbx)
    async with app.run_test(size=LARGE) as pilot:
        await show(app, pilot)
        assert "Asking for the endpoints" in screen_text(app)
        pbx.endpoint_sync._first.set()
        app.main.tick(force=True)
        await pilot.pause()
        assert "No endpoints now" in screen_text(app)


async def test_an_endpoint_is_looked_at_once_the_cursor_rests_on_it():
    pbx = endpoint_pbx()
    looked = []

    async def look_at(device):
        looked.append(device)

    pbx.endpoint_sync.look_at = look_at
    app = endpoint_dashboard(pbx)
    async with app.run_test(size=LARGE) as pilot:
        await show(app, pilot, "home", "down")
        assert looked == []
        for _ in range(3):
            pbx.now += 1
            app.main.tick()
            await pilot.pause()
        assert looked == ["PJSIP/agent02"]
        pbx.now += EVERY
        app.main.tick()
        await pilot.pause()
        assert looked == ["PJSIP/agent02"] * 2
        await pilot.press("d")  # nobody sees the details
        pbx.now += EVERY
        app.main.tick()
        await pilot.pause()
        assert looked == ["PJSIP/agent02"] * 2


async def test_details_of_an_endpoint_that_has_gone_stay_as_they_were():
    pbx = endpoint_pbx()
    app = endpoint_dashboard(pbx)
    async with app.run_test(size=LARGE) as pilot:
        await show(app, pilot, "home")
        pbx.store.restart(pbx.now)
        pbx.now += 60
        app.main.tick(force=True)
        await pilot.pause()
        assert "In use, for 0:31" in screen_text(app)
        await pilot.press("Q")
        assert app.spy.asked == []


async def test_the_totals_and_what_is_wrong_stand_in_the_line_of_views():
    pbx = endpoint_pbx()
    app = endpoint_dashboard(pbx)
    async with app.run_test(size=LARGE) as pilot:
        await show(app, pilot)
        assert "7 endpoints, 1 unreachable, 2 without contact" in screen_text(app)
        pbx.endpoint_sync.notice = "endpoints are not up to date: no answer"
        app.main.tick(force=True)
        await pilot.pause()
        assert "not up to date" in screen_text(app)


def poisoned(text: str) -> FakePbx:
    """Endpoints with *text* wherever the PBX can put some."""
    pbx = endpoint_pbx()
    for endpoint in pbx.store.endpoints.values():
        endpoint.name = endpoint.description = endpoint.notice = text
        endpoint.notice_at = endpoint.facts_at = 1.0
        endpoint.aors, endpoint.facts = (text,), ((text, text),)
        endpoint.contacts["", text] = Contact(text, text, status=Reach.REACHABLE, user_agent=text, rtt=1.0)
        for contact in endpoint.contacts.values():
            contact.uri = contact.aor = contact.user_agent = text
    pbx.endpoint_sync.notice = text
    return pbx


@pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS.keys())
async def test_text_that_means_harm(text):
    app = endpoint_dashboard(poisoned(text))
    async with app.run_test(size=(150, 50), notifications=True) as pilot:
        await show(app, pilot, "home", "down")
        check(app)
        await pilot.press("Q")
        await app.workers.wait_for_complete()
        app.operations.tell([Outcome(OutcomeKind.NO_EFFECT, text)])
        await pilot.pause()
        check(app)
