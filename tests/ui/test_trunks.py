"""The Trunks view: what is seen, what its keys would do, the line of totals, and the bell when a trunk goes down."""

import pytest
from ui.test_hostile import PAYLOADS, check
from views.trunk_worlds import NOW, RULES, call, peer, registration, registry, trunks

from amitop.control.outcome import Outcome, OutcomeKind
from amitop.pbx.registrations import Lister, Registrations
from amitop.rights import ActionRights
from amitop.thresholds import Limit, Rules, TrunkRules
from amitop.ui.confirm import ConfirmScreen
from fakes.pbx import ALL_RIGHTS, FakePbx, dashboard, screen_text

SMALL, LARGE = (80, 24), (160, 45)
RIGHTS = {
    "PJSIPShowRegistrationsOutbound": "x (Priv: system,reporting,all)",
    "PJSIPRegister": "x (Priv: system,reporting,all)",
    "PJSIPUnregister": "x (Priv: system,reporting,all)",
    "PJSIPQualify": "x (Priv: system,reporting,all)",
}


def trunk_pbx(**more: str) -> FakePbx:
    """The trunks of `trunk_worlds`, now."""
    pbx = FakePbx(now=NOW)
    pbx.rights = ActionRights(ALL_RIGHTS | RIGHTS | more)
    pbx.store = trunks()
    return pbx


def looked_at(pbx=None, **settings):
    """The dashboard over trunks, whose operator notes what it would do."""
    app = dashboard(pbx or trunk_pbx(), **settings)
    app.spy.plans = []

    async def note(plan):
        app.spy.plans.append(plan)
        return Outcome(OutcomeKind.DONE, "carrier at 192.0.2.7 is registered.")

    app.spy.registration = app.spy.qualify = note
    return app


async def show(app, pilot, *keys) -> None:
    """Go to the view."""
    await app.main.action_view("trunks")
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
async def test_trunks(golden, size):
    app = looked_at(rules=RULES)
    async with app.run_test(size=size) as pilot:
        await show(app, pilot, "down")
        golden(app, f"trunks-{size[0]}x{size[1]}")


async def test_it_works_in_ascii_and_asks_for_endpoints_while_it_is_shown():
    pbx = trunk_pbx()
    app = looked_at(pbx, ascii=True)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.pause()
        assert not pbx.endpoint_sync.wanted
        await show(app, pilot)
        assert screen_text(app).isascii()
        assert pbx.endpoint_sync.wanted


async def test_the_line_of_totals_counts_those_that_hold():
    app = looked_at(rules=RULES)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.pause()
        assert "Trunks 2/3  Alerts 3!!" in screen_text(app)
    quiet = dashboard(FakePbx())
    async with quiet.run_test(size=LARGE) as pilot:
        await pilot.pause()
        assert "Trunks" not in screen_text(quiet)


async def test_where_nothing_lists_registrations_the_view_says_why_it_is_hidden():
    app = dashboard(FakePbx())
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await show(app, pilot)
        assert app.main.view_name == "calls"
        assert "PJSIPShowRegistrationsOutbound: this Asterisk has no such action" in await said(app, pilot)


async def test_a_trunk_that_goes_down_rings_once_and_can_be_acknowledged(monkeypatch):
    pbx = trunk_pbx()
    pbx.store.apply(registry("backup", "Registered", "198.51.100.1"), pbx.now)
    app = looked_at(pbx)
    rung = []
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        monkeypatch.setattr(app, "bell", lambda: rung.append(pbx.now))
        app.main.tick(force=True)
        pbx.happen(registry("carrier", "Rejected"))
        for _ in range(12):
            pbx.now += 1
            app.main.tick(force=True)
        assert rung == [NOW + 5], "not for a moment, and not again"
        assert "Alerts 1!!" in screen_text(app)
        await pilot.press("A")
        assert "!! carrier: is down: Rejected 0:12" in await said(app, pilot)
        app.main.tick(force=True)
        await pilot.pause()
        assert "Alerts 1 seen" in screen_text(app)
        pbx.happen(registry("carrier", "Registered"))
        for _ in range(5):
            pbx.now += 1
            app.main.tick(force=True)
        await pilot.pause()
        assert "Alerts" not in screen_text(app)


async def test_endpoints_are_asked_for_once_where_a_trunk_has_no_registration():
    pbx = trunk_pbx()
    async with looked_at(pbx).run_test(size=LARGE) as pilot:
        await pilot.pause()
        assert not pbx.endpoint_sync.wanted
    app = looked_at(pbx, rules=RULES)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.pause()
        assert pbx.endpoint_sync.wanted
        pbx.endpoint_sync._first.set()
        pbx.now += 100
        app.main.tick(force=True)
        assert not pbx.endpoint_sync.wanted, "events tell from then on"


# -- keys -------------------------------------------------------------------------------------------------------------


async def test_a_registration_that_holds_is_not_made_anew_without_a_question():
    app = looked_at()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await show(app, pilot, "down", "e")
        await pilot.pause()
        assert isinstance(app.screen, ConfirmScreen)
        text = screen_text(app)
        assert "Register carrier?" in text
        assert "4 calls over it go on." in text
        await pilot.press("n", "e", "y")
        assert "Done: carrier at 192.0.2.7 is registered." in await said(app, pilot)
    (plan,) = app.spy.plans
    assert (plan.act, plan.name) == ("PJSIPRegister", "carrier")


async def test_one_that_is_lost_is_tried_at_once():
    app = looked_at()
    async with app.run_test(size=LARGE) as pilot:
        await show(app, pilot, "e")
        await app.workers.wait_for_complete()
    assert [(plan.act, plan.name) for plan in app.spy.plans] == [("PJSIPRegister", "backup")]


async def test_leaving_is_asked_for_all_that_are_marked():
    app = looked_at()
    async with app.run_test(size=LARGE) as pilot:
        await show(app, pilot, "asterisk", "x")
        await pilot.pause()
        assert "Unregister 2 registrations?" in screen_text(app)
        await pilot.press("enter")
        assert not app.spy.plans, "a stray Enter does nothing"
        await pilot.press("x", "y")
        await app.workers.wait_for_complete()
    assert [(plan.act, plan.name) for plan in app.spy.plans] == [
        ("PJSIPUnregister", "backup"),
        ("PJSIPUnregister", "carrier"),
    ]


async def test_qualify_asks_the_endpoint():
    pbx = trunk_pbx()
    pbx.store.apply(peer("PJSIP/carrier", "Reachable"), pbx.now)
    app = looked_at(pbx)
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await show(app, pilot, "Q")
        assert "Qualify: its endpoint is not known" in await said(app, pilot)
        await pilot.press("down", "Q")
        await app.workers.wait_for_complete()
    assert [plan.device for plan in app.spy.plans] == ["PJSIP/carrier"]


async def test_of_marked_trunks_those_that_cannot_be_acted_upon_are_named():
    pbx = trunk_pbx()
    pbx.store.apply(peer("PJSIP/carrier", "Reachable"), pbx.now)
    app = looked_at(pbx, rules=RULES)
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await show(app, pilot, "asterisk", "x")
        assert "1 left out: gateway: no registration" in screen_text(app)
    assert not app.spy.plans, "it is asked first"


@pytest.mark.parametrize(
    ("rights", "keys", "why"),
    [
        ({"PJSIPRegister": ""}, ("down", "e"), "PJSIPRegister: this Asterisk has no such action"),
        ({}, ("end", "e"), "it has no registration"),
        ({}, ("end", "x"), "it has no registration"),
    ],
)
async def test_a_key_that_does_nothing_says_why(rights, keys, why):
    pbx = trunk_pbx()
    pbx.rights = ActionRights({k: v for k, v in (ALL_RIGHTS | RIGHTS | rights).items() if v})
    app = looked_at(pbx, rules=RULES)
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await show(app, pilot, *keys)
        assert why in await said(app, pilot)
        assert not isinstance(app.screen, ConfirmScreen)
    assert not app.spy.plans


async def test_read_only_has_no_such_keys():
    app = looked_at(read_only=True)
    async with app.run_test(size=LARGE) as pilot:
        await show(app, pilot, "down", "e", "x", "Q")
        await pilot.pause()
        assert not isinstance(app.screen, ConfirmScreen)
        assert "Register" not in screen_text(app).splitlines()[-1]
    assert not app.spy.plans


async def test_keys_of_trunks_are_letters_in_the_filter():
    app = looked_at()
    async with app.run_test(size=LARGE) as pilot:
        await show(app, pilot, "slash", "e", "x", "Q")
        assert app.main.view.filter_bar.text == "exQ"
    assert not app.spy.plans


# -- text that means harm ---------------------------------------------------------------------------------------------


def poisoned(text: str) -> FakePbx:
    """A trunk in which all that a PBX can say is *text*."""
    pbx = FakePbx(now=NOW)
    pbx.rights = ActionRights(ALL_RIGHTS | RIGHTS)
    store = pbx.store
    store.apply_registrations(Lister.PJSIP, [registration("a", "Registered"), registration("b", "Rejected", "h")], 1.0)
    call(store, "1.1", 900.0, device="PJSIP/a")
    call(store, "1.2", 900.0, device="PJSIP/a", cause=17)
    store.apply(peer("PJSIP/a", "Reachable"), 900.0)
    part = store.part(Registrations)
    for each in part.known.values():
        each.client = each.server = each.address = each.status = text
        each.flaps.append(NOW)
    part.known["PJSIP", "b"].name = part.known["PJSIP", "b"].endpoint = text
    store.endpoints["PJSIP/a"].notice = text
    pbx.registration_sync.notice = text
    return pbx


@pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS.keys())
async def test_hostile(text):
    rules = Rules(trunks={"a": TrunkRules(limit=1, calls=Limit(1, 1))})
    app = looked_at(poisoned(text), rules=rules)
    async with app.run_test(size=(150, 50), notifications=True) as pilot:
        await show(app, pilot)
        check(app)
        for keys in (("down",), ("asterisk", "x"), ("escape", "A"), ("U", "e"), ("slash", "x", "escape")):
            await pilot.press(*keys)
            await pilot.pause()
            check(app)
