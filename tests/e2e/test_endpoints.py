"""Endpoints are as the console has them, while their peers come, fall silent, answer again and go."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from e2e.lists import CONTACTS, ENDPOINTS, IAX_PEERS, SIP_PEERS, Pair, agree, settle
from e2e.program import Amitop

from rig.asterisk import Asterisk
from rig.iax_peer import IaxPeer
from rig.sip_peer import SipPeer
from rig.sipp import Calls
from rig.waiting import until

NOTICED = 60.0
"""Seconds in which Asterisk is sure to notice that a peer has gone or is back: it asks every 5 to 10 s."""
TOLD = 40.0
"""Seconds in which a document is sure to have it then, on a slow machine; by events, for lists come every 30 s."""
COMMA = "sip:one,two@127.0.0.1"


@dataclass
class Neighbours:
    """Who talks with this Asterisk."""

    carrier: SipPeer
    iax: IaxPeer
    remote: SipPeer

    def silent(self, silent: bool) -> None:
        """Have all of them answer nothing, or answer again."""
        for each in (self.carrier, self.iax, self.remote):
            each.silent = silent


@pytest.fixture
def neighbours(pbx: Asterisk) -> Iterator[Neighbours]:
    """A provider, reachable, and a phone that has registered nothing yet; as before when it is over."""
    with ExitStack() as stack:
        carrier, remote = (stack.enter_context(SipPeer(port)) for port in (pbx.ports.carrier, pbx.ports.remote))
        iax = stack.enter_context(IaxPeer(pbx.ports.iax_carrier))
        yield Neighbours(carrier, iax, remote)
        remote.silent = False
        register(pbx, remote, expires=0)


def register(pbx: Asterisk, phone: SipPeer, expires: int = 300) -> None:
    """Log a phone in or out, under two addresses at PJSIP, and at chan_sip where there is one."""
    for contact in ("", f"{COMMA}:{phone.port}"):
        secret = "remote-s3cret"
        assert phone.register(pbx.ports.sip, "remote", secret, expires=expires, contact=contact) == 200
    if pbx.version == "16":
        assert phone.register(pbx.ports.chan_sip, "desk1", "pw", expires=expires) == 200


def pairs(pbx: Asterisk) -> list[Pair]:
    """What this Asterisk can list."""
    return [ENDPOINTS, CONTACTS, IAX_PEERS, *([SIP_PEERS] if pbx.version == "16" else [])]


def reach(pbx: Asterisk) -> dict[str, str | None]:
    """What the console says of the peers that tests start."""
    contacts = CONTACTS.listed(pbx)
    found = {
        "PJSIP/carrier": contacts.get(("carrier", f"sip:carrier@127.0.0.1:{pbx.ports.carrier}")),
        "PJSIP/remote": contacts.get(("remote", f"sip:remote@127.0.0.1:{pbx.ports.remote}")),
        "PJSIP/remote too": contacts.get(("remote", f"{COMMA}:{pbx.ports.remote}")),
        "IAX2/iaxcarrier": (IAX_PEERS.listed(pbx)["iaxcarrier"] or (None, None))[1],
    }
    if pbx.version == "16":
        peers = SIP_PEERS.listed(pbx)
        found |= {f"SIP/{name}": (peers[name] or (None, None))[1] for name in ("carrier", "desk1")}
    return found


def all_are(pbx: Asterisk, status: str) -> None:
    """Wait until Asterisk has noticed."""
    settle(lambda: reach(pbx), dict.fromkeys(reach(pbx), status), NOTICED)


def test_snapshot_has_what_the_console_lists(pbx: Asterisk, amitop: Amitop, neighbours: Neighbours):
    register(pbx, neighbours.remote)
    all_are(pbx, "Reachable")
    pbx.calls(Calls(to="606", talk=(120, 120)))
    until(pbx.channels)
    document = agree(pbx, amitop.snapshot, *pairs(pbx))
    endpoints = {f"{one['technology']}/{one['name']}": one for one in document["endpoints"]}
    assert endpoints["PJSIP/trunk"]["channels"] == [channel["uniqueid"] for channel in document["channels"]]
    assert len(endpoints["PJSIP/remote"]["contacts"]) == 2
    for contact in endpoints["PJSIP/remote"]["contacts"]:
        assert contact["user_agent"] == "Rig [b]1.0[/b]"
        assert 0 < contact["rtt"] < 3
    told = amitop.run("snapshot", "TARGET", "--json").stdout
    assert "remote-s3cret" not in told
    assert "carrier-s3cret" not in told


def test_peers_go_unreachable_and_come_back(pbx: Asterisk, amitop: Amitop, neighbours: Neighbours):
    with amitop.watch() as watch:
        assert all(not one["contacts"] for one in watch.next()["endpoints"] if one["name"] in {"remote", "desk1"})
        register(pbx, neighbours.remote)
        all_are(pbx, "Reachable")
        agree(pbx, watch.next, ENDPOINTS, CONTACTS, IAX_PEERS, timeout=TOLD)
        # Not chan_sip's: a peer that comes back is for it what it was when it left, and no event tells that.
        neighbours.silent(True)
        all_are(pbx, "Unreachable")
        document = agree(pbx, watch.next, *pairs(pbx), timeout=TOLD)
        states = {(one["technology"], one["name"]): one["state"] for one in document["endpoints"]}
        assert states["PJSIP", "remote"] == states["PJSIP", "carrier"] == "Unavailable"
        neighbours.silent(False)
        all_are(pbx, "Reachable")
        agree(pbx, watch.next, *pairs(pbx), timeout=TOLD)
        register(pbx, neighbours.remote, expires=0)
        document = agree(pbx, watch.next, *pairs(pbx), timeout=TOLD)
        assert all(not one["contacts"] for one in document["endpoints"] if one["name"] in {"remote", "desk1"})
