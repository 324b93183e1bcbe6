"""A trunk registered, given up and qualified on a real Asterisk, with a provider that agrees and refuses."""

from e2e.acting import Desk, desk, eventually

from amitop.control.outcome import OutcomeKind
from amitop.control.registrations import RegistrationAct, plan_registration
from amitop.pbx.registration_model import Registration
from amitop.pbx.registrations import Registrations
from amitop.pbx.traffic import WINDOWS, Traffic, in_progress
from amitop.thresholds import Rules, TrunkRules
from amitop.views.floor import Floor
from amitop.views.readings import Kind, readings
from amitop.views.trunk_row import trunk_rows
from rig.asterisk import Asterisk
from rig.sip_peer import SipPeer
from rig.sipp import Calls

NAME = "carrier-reg"
REGISTER, UNREGISTER = RegistrationAct.REGISTER, RegistrationAct.UNREGISTER


def carrier(at: Desk) -> Registration | None:
    return at.live.store.part(Registrations).known.get(("PJSIP", NAME))


async def do(at: Desk, act: RegistrationAct):
    return await at.operator.registration(plan_registration(at.live.store, "PJSIP", NAME, act))


def worries(at: Desk) -> list[str]:
    store, now = at.live.store, at.live.clock()
    found = readings([Floor(store, now, at.live.wall_of(now), Rules())])
    return [each.text for each in found if each.kind is Kind.TRUNK and each.level and each.subject == NAME]


async def test_registered_and_given_up_as_the_console_has_it(pbx: Asterisk):
    with SipPeer(pbx.ports.carrier) as provider:
        async with desk(pbx) as at:
            await eventually(lambda: carrier(at))
            outcome = await do(at, REGISTER)
            assert outcome.kind is OutcomeKind.DONE, outcome
            assert carrier(at).registered
            assert worries(at) == []
            assert "Registered" in pbx.cli("pjsip show registrations").split(NAME)[1].splitlines()[0]

            outcome = await do(at, UNREGISTER)
            assert outcome.kind is OutcomeKind.DONE, outcome
            assert carrier(at).status == "Unregistered"
            assert "Unregistered" in pbx.cli("pjsip show registrations").split(NAME)[1].splitlines()[0]

            provider.register_with = 403
            outcome = await do(at, REGISTER)
            assert (outcome.kind, outcome.text.rpartition(": ")[2]) == (OutcomeKind.FAILED, "Rejected.")
            provider.register_with = 200
            assert (await do(at, REGISTER)).kind is OutcomeKind.DONE
            flaps = carrier(at).flapped(at.live.clock())
            assert flaps == 0, "whoever is asked to leave is not lost"


async def test_a_login_that_may_only_look_is_refused_before_anything_is_sent(pbx: Asterisk):
    async with desk(pbx, user="muzzled") as at:
        await eventually(lambda: carrier(at) or at.live.why_not("PJSIPRegister"))
        assert at.operator.why_not("pbx", "PJSIPRegister") is not None


async def test_calls_over_a_trunk_are_counted_both_ways(pbx: Asterisk):
    pbx.phones(ring=(0.2, 0.4))
    async with desk(pbx) as at:
        store = at.live.store
        pbx.calls(Calls(to="606", count=2, rate=5, talk=(120, 120)))
        await eventually(lambda: in_progress(store, ["PJSIP/trunk"]).incoming == 2)
        now = at.live.clock()
        rules = Rules(trunks={"trunk": TrunkRules(limit=2)})
        (row,) = (each for each in trunk_rows([Floor(store, now, 0.0, rules)]) if each.name == "trunk")
        assert row.calls_text() == "!! 2/2"
        pbx.hang_up_all()
        await eventually(lambda: not store.channels)
        flow = store.part(Traffic).flow("PJSIP/trunk", at.live.clock(), WINDOWS[0])
        assert (flow.incoming.answered, flow.incoming.failed.total()) == (2, 0)


async def test_what_fails_is_counted_by_its_cause(pbx: Asterisk):
    with SipPeer(pbx.ports.carrier) as provider:
        provider.invite_with = 486
        async with desk(pbx) as at:
            pbx.cli("channel originate PJSIP/100@carrier application Wait 1", check=False)
            part = at.live.store.part(Traffic)
            await eventually(lambda: part.flow("PJSIP/carrier", at.live.clock(), WINDOWS[0]).outgoing.tries)
            fates = part.flow("PJSIP/carrier", at.live.clock(), WINDOWS[0]).outgoing
            assert (fates.answered, dict(fates.failed)) == (0, {17: 1})
