"""Names, channels and lots that mean harm, in the dialogs of actions on a party: text, and never more than text."""

import pytest
from ui.test_call_actions import RULES, SpyLegs, with_originate
from ui.test_hostile import APART, PAYLOADS, check, exchange

from amitop.control.outcome import Outcome, OutcomeKind
from amitop.pbx.parking import Parking
from amitop.pbx.room_model import ParkingLot
from amitop.pbx.told import tell_limit, tell_muted
from fakes.pbx import dashboard

FILLED = {"P": "", "e": "pause", "m": "off", "number_sign": "1", "L": "90", "O": "1003"}


def poisoned(*texts: str):
    """An exchange on which everything that the dialogs speak of is named like this, muted, limited and recorded."""
    pbx = with_originate(exchange(*texts))
    for uid in pbx.store.channels:
        tell_muted(pbx.store, uid, heard=False, hears=True, now=pbx.now)
        tell_limit(pbx.store, uid, pbx.now + 90, pbx.now)
        pbx.store.channels[uid].recordings = 1
    pbx.store.part(Parking).lots = {text: ParkingLot(text, text, text, 45.0) for text in texts}
    app = dashboard(pbx, rules=RULES)
    app.spy.legs = SpyLegs()
    return pbx, app


@pytest.mark.parametrize(("key", "view"), [*((key, "calls") for key in FILLED), ("m", "channels")])
async def test_every_dialog_of_every_row(key, view):
    _, app = poisoned(*PAYLOADS.values())
    async with app.run_test(size=(120, 40)) as pilot:
        await app.main.action_view(view)
        await pilot.pause()
        rows = app.main.view.table.rows
        for row in rows[:: max(1, len(rows) // len(PAYLOADS))]:
            app.main.view.table.select(row.key)
            await pilot.press(key)
            check(app)
            app.screen.query_one("#field").value = FILLED[key]
            await pilot.pause()
            check(app)
            app.screen.dismiss(None)
            await pilot.pause()
    assert app.spy.legs.plans == []


async def test_what_came_of_it():
    for text in (APART[name] for name in ("close", "click", "escape", "wide")):
        pbx, app = poisoned(text)
        app.spy.legs.outcome = Outcome(OutcomeKind.FAILED, f"It said {text}")
        async with app.run_test(size=(120, 40), notifications=True) as pilot:
            await pilot.press("m", "enter", "enter")
            await app.workers.wait_for_complete()
            await pilot.pause()
            check(app)
        (plan,) = app.spy.legs.plans
        assert plan.uniqueid in pbx.store.channels
