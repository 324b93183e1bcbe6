"""Outbound registrations are as the console has them, while the provider refuses, grants and is gone."""

from e2e.lists import IAX_REGISTRY, REGISTRATIONS, SIP_REGISTRY, Pair, agree, settle
from e2e.program import Amitop

from rig.asterisk import Asterisk
from rig.iax_peer import IaxPeer
from rig.sip_peer import SipPeer

TRIED = 60.0
"""Seconds in which Asterisk is sure to have tried again."""
TOLD = 40.0
"""Seconds in which a document is sure to have it then, on a slow machine; by events, for lists come every 60 s."""
LISTED = 90.0
"""Seconds in which it is sure to have what only lists tell: what chan_sip makes of those that nobody answers."""


def pairs(pbx: Asterisk) -> list[Pair]:
    """What this Asterisk can list."""
    return [REGISTRATIONS, IAX_REGISTRY, *([SIP_REGISTRY] if pbx.version == "16" else [])]


def at_the_provider(pbx: Asterisk) -> dict[str, object]:
    """What the console says of the registrations there, by technology."""
    found = {"PJSIP": REGISTRATIONS.listed(pbx).get("carrier-reg")}
    found["IAX2"] = IAX_REGISTRY.listed(pbx).get(f"lab@127.0.0.1:{pbx.ports.iax_carrier}")
    if pbx.version == "16":
        found["SIP"] = SIP_REGISTRY.listed(pbx).get(f"lab@127.0.0.1:{pbx.ports.carrier}")
    return found


def try_now(pbx: Asterisk) -> None:
    """Have Asterisk register anew instead of when it is due; chan_sip never does when it was refused."""
    pbx.cli("pjsip send register carrier-reg", check=False)
    pbx.cli("iax2 reload", check=False)
    if pbx.version == "16":
        pbx.cli("sip reload", check=False)


def told(document: dict) -> dict[str, object]:
    """The same of a document."""
    at = {"carrier-reg", *(f"lab@127.0.0.1:{one['server'].rpartition(':')[2]}" for one in document["registrations"])}
    return {one["technology"]: one["status"] for one in document["registrations"] if one["name"] in at}


def test_a_registration_is_refused_then_granted(pbx: Asterisk, amitop: Amitop):
    refused = {"PJSIP": "Rejected", "IAX2": "Rejected"} | ({"SIP": "No Authentication"} if pbx.version == "16" else {})
    granted = dict.fromkeys(refused, "Registered")
    with SipPeer(pbx.ports.carrier) as carrier, IaxPeer(pbx.ports.iax_carrier) as iax, amitop.watch() as watch:
        for code, wanted in ((403, refused), (200, granted), (403, refused)):
            carrier.register_with, iax.accepts = code, code == 200
            try_now(pbx)
            settle(lambda: at_the_provider(pbx), wanted, TRIED)
            settle(lambda: told(watch.next()), wanted, TOLD)
            document = agree(pbx, watch.next, *pairs(pbx), timeout=LISTED)
            found = {one["name"]: one for one in document["registrations"]}
            at = f"127.0.0.1:{pbx.ports.carrier}"
            assert (found["carrier-reg"]["server"], found["carrier-reg"]["client"]) == (f"sip:{at}", f"sip:lab@{at}")
            assert found["trunk-reg"]["status"] != "Registered", "nobody is there"
            if code == 200:
                assert found["carrier-reg"]["next"] is not None
                agree(pbx, amitop.snapshot, *pairs(pbx), timeout=LISTED)
