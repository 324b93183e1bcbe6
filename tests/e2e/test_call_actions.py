"""Each action on one party of a call, done to a real Asterisk 16 and 22, and seen in what its own console says."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import asynccontextmanager

import pytest
from e2e.acting import Desk, desk, eventually

from amitop.ami.address import Address
from amitop.ami.secret import Secret
from amitop.ami.session import Session
from amitop.config import Profile
from amitop.control.audit import Audit
from amitop.control.dtmf import plan_digits
from amitop.control.limit import plan_limit
from amitop.control.muting import Mute, plan_mute
from amitop.control.operator import Operator
from amitop.control.originate import plan_dial
from amitop.control.outcome import OutcomeKind
from amitop.control.parking import plan_park
from amitop.control.recording import RecordAct, Recorder, plan_record
from amitop.control.transfer import partner_of
from amitop.live import LivePbx
from rig.asterisk import Asterisk

DONE = OutcomeKind.DONE
START, PAUSE, RESUME, STOP = RecordAct
DIGITS = "4711#"


@pytest.fixture
def phones(pbx: Asterisk) -> Iterator[Asterisk]:
    """An Asterisk whose phones answer at once."""
    pbx.phones(ring=(0.2, 0.2))
    yield pbx
    pbx.cli("dialplan remove extension 777@from-trunk", check=False)


async def talk(at, pbx: Asterisk, one: str = "01", other: str = "02"):
    """Have two phones talk, and return their legs: who called, who answered."""
    pbx.cli(f"channel originate PJSIP/agent{one} extension 10{other}@internal")
    channels = at.live.store.channels

    def both():
        legs = [leg for leg in channels.values() if leg.device in {f"PJSIP/agent{one}", f"PJSIP/agent{other}"}]
        return sorted(legs, key=lambda leg: leg.order) if len(legs) == 2 and all(leg.bridge for leg in legs) else None

    await eventually(both, 15)
    return both()


def shown(pbx: Asterisk, name: str) -> str:
    return pbx.cli(f"core show channel {name}")


# -- parking ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("announce", [True, False])
async def test_a_party_is_parked_and_comes_back(phones: Asterisk, tmp_path, announce: bool):
    audit = Audit(tmp_path / "audit.jsonl")
    async with desk(phones, audit) as at:
        store = at.live.store
        caller, called = await talk(at, phones)
        asked = at.live.clock()
        plan = plan_park(store, called, lot="default", seconds=6, announce=announce)
        outcome = await at.operator.legs.park(plan)
        assert outcome.kind is DONE, outcome
        assert re.fullmatch(r"Agent 02 1002 is parked at 70\d in default, for 6 s\.", outcome.text), outcome
        space = store.parked[called.uniqueid].space
        words = phones.cli("parking show default").split()
        assert words.index(called.name) > words.index(space), "it stands beneath its space"
        # With the announcement the other party stays until it has heard the space; without, it goes at once.
        await eventually(lambda: caller.uniqueid not in store.channels)
        gone_after = at.live.clock() - asked
        assert gone_after > 1.5 if announce else gone_after < 1.5, gone_after
        # When the time is up, whoever it talked to is called.
        await eventually(lambda: (leg := partner_of(store, called)) and leg.device == "PJSIP/agent01", 20)
        assert at.live.clock() - asked > 5
    (line,) = [json.loads(line) for line in audit.path.read_text().splitlines()]
    assert (line["action"], line["outcome"]) == ("Park", "done")


async def test_a_lot_that_does_not_exist_parks_nobody(phones: Asterisk):
    async with desk(phones) as at:
        _, called = await talk(at, phones)
        outcome = await at.operator.legs.park(plan_park(at.live.store, called, lot="nowhere"))
        assert (outcome.kind, outcome.text) == (
            OutcomeKind.REFUSED,
            "Agent 02 1002: The PBX says: Park action failed",
        )
        assert partner_of(at.live.store, called) is not None, "they talk on"


# -- recording --------------------------------------------------------------------------------------------------------


async def test_a_party_is_recorded_paused_resumed_and_stopped(phones: Asterisk, tmp_path):
    audit = Audit(tmp_path / "audit.jsonl")
    async with desk(phones, audit) as at:
        store, recordings = at.live.store, at.operator.legs.recordings
        caller, called = await talk(at, phones)

        def plan(act, leg=caller, name="amitop-e2e.wav"):
            why = lambda action: at.operator.why_not("pbx", action)  # noqa: E731
            return plan_record(store, leg, act, why, name=name if act is START else "")

        def listed() -> str:
            return phones.cli(f"mixmonitor list {caller.name}")

        nothing = await recordings.carry_out(plan(PAUSE))
        assert nothing.kind in {OutcomeKind.REFUSED, OutcomeKind.NO_EFFECT}, nothing
        assert (await recordings.carry_out(plan(START))).kind is DONE
        assert "amitop-e2e" in listed()
        assert caller.recordings == 1
        # The dialplan's own, begun after ours, is not the one that is stopped.
        phones.cli(f"mixmonitor start {caller.name} dialplan.wav")
        await eventually(lambda: caller.recordings == 2)
        for act, muted in ((PAUSE, True), (RESUME, False)):
            assert (await recordings.carry_out(plan(act))).kind is DONE
            assert caller.recording_muted is muted
        with pytest.raises(ValueError, match="not of Agent 02"):
            plan(PAUSE, called)
        assert (await recordings.carry_out(plan(STOP))).kind is DONE
        assert "amitop-e2e" not in listed()
        assert "dialplan" in listed()
        assert (await recordings.carry_out(plan(STOP))).kind is DONE
        assert "dialplan" not in listed()
        nothing = await recordings.carry_out(plan(STOP))
        assert nothing.text == f"{nothing.text.split(':')[0]}: The PBX says: Could not stop monitoring channel"
        assert (phones.folder / "spool/monitor/amitop-e2e.wav").stat().st_size >= 44, "at least the header of a WAV"
    lines = [json.loads(line)["action"] for line in audit.path.read_text().splitlines()]
    assert lines[1] == "MixMonitor amitop-e2e.wav"


async def test_a_login_without_system_uses_the_old_monitor_where_there_is_one(phones: Asterisk):
    async with desk_without_lists(phones, "muzzled") as at:
        store, recordings = at.live.store, at.operator.legs.recordings
        caller, _ = await talk(at, phones)
        why = lambda action: at.operator.why_not("pbx", action)  # noqa: E731
        plan = plan_record(store, caller, START, why, name="amitop-old.wav")
        outcome = await recordings.carry_out(plan)
        if phones.version != "16":
            assert outcome.text == "MixMonitor: this login lacks write=system in manager.conf"
            return
        assert plan.recorder is Recorder.MONITOR
        assert outcome.kind is DONE, outcome
        by = recordings.recorder_of("pbx", caller.uniqueid)
        for act, muted in ((PAUSE, True), (RESUME, False)):
            outcome = await recordings.carry_out(plan_record(store, caller, act, why, by=by))
            assert outcome.kind is DONE
            assert caller.recording_muted is muted
        assert (await recordings.carry_out(plan_record(store, caller, STOP, why, by=by))).kind is DONE
        assert caller.recordings == 0
        files = {path.name for path in (phones.folder / "spool/monitor").iterdir()}
        assert {"amitop-old-in.wav", "amitop-old-out.wav"} <= files


# -- muting -----------------------------------------------------------------------------------------------------------


async def test_a_party_is_muted(phones: Asterisk):
    async with desk(phones) as at:
        store = at.live.store
        # A tone that one leg plays is what the echo at the other end gives back, unless it is muted.
        phones.cli("channel originate Local/9001@internal/n application Milliwatt")
        await eventually(lambda: len(store.channels) == 2)
        leg = min(store.channels.values(), key=lambda leg: leg.order)
        for way, flags in (
            (Mute.UNHEARD, (True, False)),
            (Mute.DEAF, (False, True)),
            (Mute.BOTH, (True, True)),
            (Mute.OFF, (False, False)),
        ):
            outcome = await at.operator.legs.mute(plan_mute(store, leg, way))
            assert outcome.kind is DONE, outcome
            assert (leg.unheard, leg.deaf) == flags
        assert await loud(phones, at, leg, Mute.OFF)
        assert not await loud(phones, at, leg, Mute.DEAF)
        assert await loud(phones, at, leg, Mute.OFF)


async def loud(pbx: Asterisk, at, leg, way: Mute) -> bool:
    """Whether something can be heard on a leg that is made so: recorded for a moment, and looked at."""
    await at.operator.legs.mute(plan_mute(at.live.store, leg, way))
    name = f"loud-{way}.sln"
    path = pbx.folder / "spool/monitor" / name
    path.unlink(missing_ok=True)
    pbx.cli(f"mixmonitor start {leg.name} {name}")
    await asyncio.sleep(1.0)  # a second of sound: what is measured is time itself
    pbx.cli(f"mixmonitor stop {leg.name}")
    await eventually(path.exists)
    data = path.read_bytes()
    samples = [int.from_bytes(data[i : i + 2], "little", signed=True) for i in range(0, len(data) - 1, 2)]
    return bool(samples) and max(map(abs, samples)) > 500


# -- digits -----------------------------------------------------------------------------------------------------------


async def test_digits_arrive_in_order_and_leave_no_trace(phones: Asterisk, tmp_path):
    for number, step in enumerate(("Answer()", "Read(GOT,,5,,1,20)", "Wait(60)"), 1):
        phones.cli(f"dialplan add extension 777,{number},{step} into from-trunk")
    audit = Audit(tmp_path / "audit.jsonl")
    async with desk(phones, audit) as at, listener(phones) as heard:
        store = at.live.store
        phones.cli("channel originate Local/777@from-trunk/n application Wait 60")
        await eventually(lambda: len(store.channels) == 2)
        first, second = sorted(store.channels.values(), key=lambda leg: leg.order)
        await eventually(lambda: "Read" in shown(phones, second.name))
        plan = plan_digits(store, first, f"w{DIGITS}")
        outcome = await at.operator.legs.send_digits(plan)
        assert (outcome.kind, outcome.text.split(";")[0]) == (DONE, f"Sent 5 digits to {plan.who}")
        await eventually(lambda: len(heard) == len(DIGITS))
        assert "".join(heard) == DIGITS
        await eventually(lambda: "GOT=4711" in shown(phones, second.name))
    assert "4711" not in audit.path.read_text()


@asynccontextmanager
async def listener(pbx: Asterisk):
    """Another client that hears the digits, which amitop does not ask for: they may be PINs."""
    heard: list[str] = []

    def on_event(packet):
        if packet.name == "DTMFEnd":
            heard.append(packet.get("Digit"))

    secret = Secret(pbx.users["admin"])
    address = Address(pbx.host, pbx.ports.ami, None)
    session = await Session.open(address, "admin", secret, events="dtmf", on_event=on_event)
    try:
        yield heard
    finally:
        await session.close()


# -- time limits ------------------------------------------------------------------------------------------------------


async def test_a_party_has_a_limit_until_it_is_lifted_and_then_ends_by_one(phones: Asterisk):
    async with desk(phones) as at:
        store = at.live.store
        caller, called = await talk(at, phones)

        async def limit(seconds):
            outcome = await at.operator.legs.limit(plan_limit(store, called, seconds))
            assert outcome.kind is DONE, outcome
            return re.search(r"Time to Hangup: (\d+)", shown(phones, called.name))[1] != "0"

        assert await limit(300)
        assert called.ends_at == pytest.approx(at.live.clock() + 300, abs=2)
        assert not await limit(None)
        assert called.ends_at is None
        assert await limit(2)
        ends_at = called.ends_at
        await eventually(lambda: called.uniqueid not in store.channels)
        assert at.live.clock() == pytest.approx(ends_at, abs=1.0)
        await eventually(lambda: caller.uniqueid not in store.channels)


# -- calling ----------------------------------------------------------------------------------------------------------


async def test_the_operators_phone_is_rung_and_calls(phones: Asterisk):
    async with desk(phones) as at:
        store, dial = at.live.store, at.operator.legs.dial
        plan = plan_dial("pbx", "PJSIP/agent20", "1003", context="internal", caller_id='"Front desk" <9000>')
        outcome = await dial(plan)
        assert outcome.kind is DONE, outcome

        def partner():
            mine = [leg for leg in store.channels.values() if leg.device == "PJSIP/agent20"]
            return partner_of(store, mine[0]) if mine else None

        await eventually(partner, 15)
        assert partner().device == "PJSIP/agent03"
        assert tuple(partner().connected) == ("9000", "Front desk"), "what whoever is called sees"

        missing = await dial(plan_dial("pbx", "PJSIP/agent20", "no-such@internal"))
        assert (missing.kind, missing.text) == (OutcomeKind.REFUSED, "The PBX says: Extension does not exist.")
        nobody = await dial(plan_dial("pbx", "PJSIP/agnet21", "1003@internal"))
        assert nobody.text == "PJSIP/agnet21 cannot be reached: not registered, or no such device."


async def test_a_phone_that_is_not_picked_up_does_not_ring_on(pbx: Asterisk):
    pbx.phones(ring=(60, 60))
    async with desk(pbx, ring=1.0) as at:
        outcome = await at.operator.legs.dial(plan_dial("pbx", "PJSIP/agent20", "1003@internal"))
        assert (outcome.kind, outcome.text) == (OutcomeKind.FAILED, "PJSIP/agent20 was not picked up.")
        await eventually(lambda: not pbx.channels())


# -- rights -----------------------------------------------------------------------------------------------------------


async def test_a_login_that_may_not_is_told_before_and_nothing_happens(phones: Asterisk):
    async with desk(phones, user="watcher") as at:
        store = at.live.store
        _, called = await talk(at, phones)
        legs = at.operator.legs
        outcomes = [
            await legs.park(plan_park(store, called)),
            await legs.mute(plan_mute(store, called, Mute.BOTH)),
            await legs.send_digits(plan_digits(store, called, "1")),
            await legs.limit(plan_limit(store, called, 1)),
            await legs.dial(plan_dial("pbx", "PJSIP/agent20", "1003@internal")),
        ]
        assert [outcome.text for outcome in outcomes] == [
            "Park: this login lacks write=call in manager.conf",
            "MuteAudio: this login lacks write=system in manager.conf",
            "PlayDTMF: this login lacks write=call in manager.conf",
            "AbsoluteTimeout: this login lacks write=system or call in manager.conf",
            "Originate: this login lacks write=originate in manager.conf",
        ]
        assert called.uniqueid in store.channels


@asynccontextmanager
async def desk_without_lists(pbx: Asterisk, user: str):
    """As `desk`, for a login that sees no queues."""
    profile = Profile(
        name="pbx", address=Address(pbx.host, pbx.ports.ami, None), user=user, secret=Secret(pbx.users[user])
    )
    live = LivePbx(profile)
    link = asyncio.create_task(live.run())
    try:
        await live.wait_live()
        yield Desk(live, Operator({"pbx": live}))
    finally:
        link.cancel()
        await asyncio.wait([link])
