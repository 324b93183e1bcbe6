"""Asking endpoints on a real Asterisk 16 and 22 whether they are there, and the passwords that it sends on the way."""

import asyncio

from e2e.acting import desk, eventually

from amitop.ami.address import Address
from amitop.ami.secret import Secret
from amitop.config import Profile
from amitop.control.endpoints import plan_qualify
from amitop.control.outcome import OutcomeKind
from amitop.live import LivePbx
from amitop.pbx.endpoint_model import Reach
from rig.asterisk import Asterisk
from rig.sip_peer import SipPeer

LISTED = 40.0
"""Seconds in which endpoints are sure to be listed, on a slow machine."""
NOTICED = 60.0
"""Seconds in which Asterisk is sure to notice by itself that a peer has gone."""


async def test_qualify_tells_whether_it_answers(pbx: Asterisk):
    await answers_and_falls_silent(pbx, "PJSIP")


async def test_qualify_tells_whether_a_peer_of_chan_sip_answers(asterisk16: Asterisk):
    await answers_and_falls_silent(asterisk16, "SIP")


async def answers_and_falls_silent(pbx: Asterisk, technology: str) -> None:
    """Ask a peer that answers, and that same one when it does not."""
    device = f"{technology}/carrier"
    async with desk(pbx, confirm=6.0) as at:
        await at.live.endpoint_sync.wait_first(LISTED)
        with SipPeer(pbx.ports.carrier) as carrier:
            plan = plan_qualify(at.live.store, device)
            carrier.heard.clear()
            outcome = await at.operator.qualify(plan)
            assert "OPTIONS" in carrier.heard
            # chan_sip counts whole milliseconds: as before, if it has just asked by itself, is nothing that it tells.
            same = technology == "SIP" and outcome.kind is OutcomeKind.NO_EFFECT
            wanted = "was asked, and nothing has changed: it answered within " if same else "answers within "
            assert outcome.text.startswith(f"{device} {wanted}"), outcome
            endpoint = at.live.store.endpoints[device]
            assert endpoint.reach is Reach.REACHABLE
            assert endpoint.rtt is not None
            carrier.silent = True
            outcome = await at.operator.qualify(plan)
            assert outcome.kind is OutcomeKind.NO_EFFECT, outcome
            if technology == "PJSIP":
                assert outcome.text == f"{device} does not answer."
                assert endpoint.reach is Reach.UNREACHABLE
                return
            # chan_sip does not watch it any more; an answer to the next question has it do so again.
            assert outcome.text.endswith("If it is silent, chan_sip watches it no more.")
            carrier.silent = False
            await at.operator.qualify(plan)
            carrier.silent = True
            await eventually(lambda: endpoint.reach is Reach.UNREACHABLE, NOTICED)


async def test_a_device_that_nobody_asks_is_asked_all_the_same(pbx: Asterisk):
    """Its contact has no qualify_frequency, and Asterisk says nothing of what came of it."""
    async with desk(pbx, confirm=1.0) as at:
        await at.live.endpoint_sync.wait_first(LISTED)
        outcome = await at.operator.qualify(plan_qualify(at.live.store, "PJSIP/mirror"))
        assert outcome.kind is OutcomeKind.NO_EFFECT
        assert "accepted" in outcome.text


async def test_details_on_demand(pbx: Asterisk):
    async with desk(pbx) as at:
        await at.live.endpoint_sync.wait_first(LISTED)
        assert await at.live.endpoint_sync.look_at("PJSIP/remote") is None
        facts = dict(at.live.store.endpoints["PJSIP/remote"].facts)
        assert facts["Logs in as"] == "remote"
        assert "remote-s3cret" not in str(facts)
        if pbx.version == "16":
            assert await at.live.endpoint_sync.look_at("SIP/desk1") is None
            assert dict(at.live.store.endpoints["SIP/desk1"].facts)["Context"] == "internal"


async def test_no_password_gets_past_the_door(pbx: Asterisk):
    """Not into a recording either, where a login that may be there once has details come over the recorded session."""
    recorded: list[bytes] = []
    profile = Profile(name="pbx", address=Address(pbx.host, pbx.ports.ami, None), user="admin", secret=Secret("s3cret"))
    live = LivePbx(profile, tap=lambda _way, _at, data: recorded.append(data))
    link = asyncio.create_task(live.run())
    try:
        await live.wait_live()
        listing = await live.session.listing("PJSIPShowEndpoint", {"Endpoint": "remote"})
        auth = next(item for item in listing.items if item.name == "AuthDetail")
        assert auth.get("Username") == "remote"
        assert auth.get("Password") == "***"
        await eventually(lambda: b"EndpointDetailComplete" in b"".join(recorded))
        assert b"Username: remote" in b"".join(recorded)
        assert b"remote-s3cret" not in b"".join(recorded)
    finally:
        link.cancel()
        await asyncio.wait([link])
