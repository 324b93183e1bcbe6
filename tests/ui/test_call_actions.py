"""From a key on a call or a leg to what would be done to one party, and what never happens by accident."""

import pytest
from textual.widgets import Static

from amitop.control.limit import LimitPlan
from amitop.control.muting import Mute
from amitop.control.outcome import Outcome, OutcomeKind
from amitop.control.recording import RecordAct
from amitop.pbx.told import tell_limit, tell_muted
from amitop.rights import ActionRights
from amitop.thresholds import Rules
from amitop.ui.form import FormScreen
from fakes.events import AGENT as CALLER
from fakes.events import block, event
from fakes.pbx import ALL_RIGHTS, WATCHER, FakePbx, dashboard, screen_text, talking

SIZE = (120, 40)
RULES = Rules(device="PJSIP/9000", dial_context="internal", dial_caller_id='"Desk" <9000>')
KEYS = {"P": "Park", "e": "Record", "m": "Mute", "number_sign": "Digits", "L": "Limit"}
ANN, AGENT = "1.1", "1.2"


class SpyLegs:
    """Notes plans instead of carrying them out."""

    def __init__(self):
        self.plans = []
        self.recordings = self
        self.outcome = Outcome(OutcomeKind.DONE, "Done so.")

    async def carry_out(self, plan):
        self.plans.append(plan)
        return self.outcome

    park = mute = send_digits = limit = dial = carry_out

    def recorder_of(self, _pbx, _uniqueid):
        return None


def board(*pbxs, **facts):
    app = dashboard(*(pbxs or (talking(),)), rules=facts.pop("rules", RULES), **facts)
    app.spy.legs = SpyLegs()
    return app


def with_originate(pbx):
    pbx.rights = ActionRights(ALL_RIGHTS | {"Originate": "x (Priv: originate,all)"})
    return pbx


async def said(app, pilot) -> str:
    """What the notices say."""
    await app.workers.wait_for_complete()
    await pilot.pause()
    return " | ".join(f"{n.title}: {n.message}" for n in app._notifications)


def sentence(app) -> str:
    """What the dialog says would happen, before it is wrapped."""
    return str(app.screen.query_one("#sentence", Static).content)


async def plan_of(app, pilot):
    """The one plan."""
    await app.workers.wait_for_complete()
    await pilot.pause()
    (plan,) = app.spy.legs.plans
    return plan


async def test_a_party_is_parked_and_the_other_hears_the_space():
    app = board()
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("P", *"default", "tab", *"2m", "enter")
        await pilot.pause()
        text = screen_text(app)
        assert "Park: Ann Lee +15551234567 ↔ Agent 03 1003, talking 0:31" in text
        assert "(•) Ann Lee +15551234567; the other party hears the space" in text
        assert "is parked in the lot default for 120 s" in text
        await pilot.press("enter")
        assert "Done: Done so." in await said(app, pilot)
        plan = await plan_of(app, pilot)
    assert (plan.uniqueid, plan.lot, plan.seconds) == (ANN, "default", 120)
    assert plan.comes_back_to == "PJSIP/agent03-00000002"


async def test_the_other_party_can_be_parked_and_nobody_be_told():
    app = board()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("P", "up", "down", "down", "down", "enter", "enter", "enter")
        plan = await plan_of(app, pilot)
    assert (plan.uniqueid, plan.lot, plan.seconds, plan.comes_back_to) == (AGENT, "", None, "PJSIP/trunk-0")


async def test_a_recording_is_begun_paused_and_stopped():
    pbx = talking()
    app = board(pbx)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("e", "enter")
        await pilot.pause()
        assert "is recorded to amitop-20261122-131640-1-1.wav on the PBX. Nobody is told." in sentence(app)
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        pbx.happen(event("MixMonitorStart", block(AGENT, "PJSIP/agent03-00000002", caller=CALLER, linkedid=ANN)))
        await pilot.press("e")
        await pilot.pause()
        assert "(•) Agent 03 1003 (PJSIP/agent03), recorded" in screen_text(app), "who is recorded comes first"
        await pilot.press("enter", "enter")
        await app.workers.wait_for_complete()
        await pilot.press("e", "down", "enter", "enter")
        await app.workers.wait_for_complete()
    assert [(plan.act, plan.uniqueid) for plan in app.spy.legs.plans] == [
        (RecordAct.START, ANN),
        (RecordAct.PAUSE, AGENT),
        (RecordAct.STOP, AGENT),
    ]
    assert app.spy.legs.plans[0].name == "amitop-20261122-131640-1-1.wav"


async def test_a_pause_of_the_leg_that_is_not_recorded_cannot_be_confirmed():
    pbx = talking()
    pbx.happen(event("MixMonitorStart", block(AGENT, "PJSIP/agent03-00000002", caller=CALLER, linkedid=ANN)))
    app = board(pbx)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("e", "enter")
        app.screen.query_one("#scopes").highlighted = 1
        await pilot.pause()
        assert sentence(app).startswith("The recording is of Agent 03 1003 (PJSIP/agent03-00000002), not of Ann Lee")
        assert app.screen.query_one("#yes").disabled


@pytest.mark.parametrize("name", ["../../etc/x", "a,b,touch /tmp/x", "a;b", "", "a.exe"])
async def test_a_file_that_is_more_than_a_name_cannot_be_confirmed(name):
    app = board()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("e")
        app.screen.query_one("#more-0").value = name
        await pilot.press("enter", "enter")
        await pilot.pause()
        assert app.screen.query_one("#field").value == "start"
        assert app.screen.query_one("#yes").disabled
        assert isinstance(app.screen, FormScreen)
    assert app.spy.legs.plans == []


async def test_a_mute_and_its_end():
    pbx = talking()
    app = board(pbx)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("2", "down", "m", "down", "enter", "enter")
        await app.workers.wait_for_complete()
        tell_muted(pbx.store, AGENT, heard=True, hears=False, now=pbx.now)
        app.main.tick(force=True)
        await pilot.pause()
        assert "✗ deaf" in screen_text(app)
        await pilot.press("1", "m")
        await pilot.pause()
        assert "(•) Agent 03 1003 (PJSIP/agent03), deaf" in screen_text(app)
        await pilot.press("enter", "enter")
        await app.workers.wait_for_complete()
    assert [(plan.uniqueid, plan.mute) for plan in app.spy.legs.plans] == [(AGENT, Mute.DEAF), (AGENT, Mute.OFF)]


async def test_digits_and_which_cannot_be_sent():
    app = board()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("number_sign", "1", "x")
        await pilot.pause()
        assert "A telephone sends" in screen_text(app)
        await pilot.press("backspace", "2", "number_sign", "enter", "enter")
        plan = await plan_of(app, pilot)
    assert (plan.uniqueid, plan.digits) == (ANN, "12#")


async def test_a_limit_and_lifting_it():
    pbx = talking()
    app = board(pbx)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("L", *"1:30", "enter", "enter")
        await app.workers.wait_for_complete()
        tell_limit(pbx.store, ANN, pbx.now + 90, pbx.now)
        app.main.tick(force=True)
        await pilot.pause()
        assert "hung up in 1:30" in screen_text(app)
        await pilot.press("L")
        await pilot.pause()
        assert "may go on for as long as they like" in screen_text(app)
        await pilot.press("enter", "enter")
        await app.workers.wait_for_complete()
    plans = app.spy.legs.plans
    assert all(isinstance(plan, LimitPlan) for plan in plans)
    assert [plan.seconds for plan in plans] == [90, None]


async def test_a_call_from_here_to_whom_the_cursor_is_on():
    app = board(with_originate(talking()))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("O")
        await pilot.pause()
        text = screen_text(app)
        assert "Call from PJSIP/9000" in text
        assert "PJSIP/9000 rings; pick it up, and +15551234567 in internal is called." in text
        await pilot.press("enter", "enter")
        await app.workers.wait_for_complete()
        await pilot.press("O", "ctrl+u", *"1005@agents", "enter", "enter")
        await app.workers.wait_for_complete()
    assert [str(plan.to) for plan in app.spy.legs.plans] == ["+15551234567 in internal", "1005 in agents"]
    assert app.spy.legs.plans[0].caller_id == '"Desk" <9000>'


async def test_a_call_from_here_needs_nobody_on_the_phone():
    app = board(with_originate(FakePbx()), rules=Rules(supervisor="PJSIP/8000"))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("O", *"1005")
        await pilot.pause()
        assert "In which context?" in screen_text(app)
        await pilot.press(*"@internal", "enter", "enter")
        plan = await plan_of(app, pilot)
    assert (plan.device, str(plan.to)) == ("PJSIP/8000", "1005 in internal")


async def test_without_a_phone_in_the_configuration_the_key_says_so():
    app = board(with_originate(talking()), rules=Rules())
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("O")
        assert 'device = "PJSIP/9000"' in await said(app, pilot)
        assert app.screen is app.main


@pytest.mark.parametrize(("key", "word"), KEYS.items())
async def test_a_login_without_the_right_sees_the_key_dimmed_and_hears_why(key, word):
    pbx = talking()
    pbx.rights = ActionRights(WATCHER)
    app = board(pbx)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press(key)
        assert f"{word}: " in (words := await said(app, pilot))
        assert "lacks write=" in words
        assert app.screen is app.main


async def test_what_the_pbx_has_not_is_said_to_be_missing():
    pbx = talking()
    pbx.rights = ActionRights({name: words for name, words in ALL_RIGHTS.items() if name != "MuteAudio"})
    app = board(pbx)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("m")
        assert "MuteAudio: this Asterisk has no such action (module not loaded)" in await said(app, pilot)


async def test_read_only_removes_every_key():
    app = board(with_originate(talking()), read_only=True)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(*KEYS, "O")
        await pilot.pause()
        assert app.screen is app.main
        await pilot.press("question_mark")
        await pilot.pause()
        text = screen_text(app)
        assert "Park a party" not in text
        assert "Mute a party" not in text
    assert app.spy.legs.plans == []


@pytest.mark.parametrize("key", KEYS)
async def test_a_stray_enter_does_nothing(key):
    """Nothing is typed yet, or nothing is read yet: the first Enter only goes to the button."""
    app = board()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(key)
        assert isinstance(app.screen, FormScreen)
        await pilot.press("enter")
        await pilot.pause()
        assert app.spy.legs.plans == []
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is app.main
    assert app.spy.legs.plans == []


@pytest.mark.parametrize("key", KEYS)
async def test_a_party_that_hangs_up_under_the_dialog_is_not_replaced_by_another(key):
    pbx = talking()
    app = board(pbx)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(key)
        pbx.happen(
            event("Hangup", block(ANN, "PJSIP/trunk-00000001"), "Cause: 16\nCause-txt: x\n"),
            event("Hangup", block(AGENT, "PJSIP/agent03-00000002"), "Cause: 16\nCause-txt: x\n"),
        )
        field = app.screen.query_one("#field")
        field.value = {"e": "stop", "m": "off", "number_sign": "1", "L": "90"}.get(key, "lot")
        await pilot.pause()
        assert "It has ended." in screen_text(app)
        assert app.screen.query_one("#yes").disabled
    assert app.spy.legs.plans == []


async def test_the_keys_do_nothing_in_an_empty_table_or_a_field():
    app = board(FakePbx())
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("P")
        assert "no call is selected" in await said(app, pilot)
        await pilot.press("slash", "P", "e", "m", "L", "O")
        await pilot.pause()
        assert app.main.view.filter_bar.text == "PemLO"


@pytest.mark.parametrize(("key", "size"), [("P", (80, 24)), ("P", (60, 24)), ("e", (80, 24)), ("m", (80, 24))])
async def test_the_button_is_in_sight_on_a_small_terminal(key, size):
    app = board()
    async with app.run_test(size=size) as pilot:
        await pilot.press(key)
        await pilot.pause()
        app.screen.query_one("#field").value = {"e": "start", "m": "off", "number_sign": "1", "L": "90"}.get(key, "x")
        await pilot.pause()
        app.screen.query_one("#yes").focus()
        await pilot.pause()
        assert "Cancel (Esc)" in screen_text(app)
