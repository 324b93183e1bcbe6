"""A person at a real terminal, who looks at endpoints, trunks and rooms while they change on a real Asterisk."""

import re

from e2e.program import Amitop

from rig.asterisk import Asterisk
from rig.sip_peer import SipPeer
from rig.sipp import Calls

LIVE = r"● live\b"
NOTICED = 60.0
"""Seconds in which Asterisk is sure to notice that a peer is back, and to have tried a registration again."""
SOON = 30.0
"""Seconds in which the screen is sure to show what has happened, on a slow machine."""


def test_an_endpoint_goes_and_comes_on_the_screen(pbx: Asterisk, amitop: Amitop):
    with SipPeer(pbx.ports.carrier) as provider, amitop.dashboard() as terminal:
        terminal.wait_for(LIVE, SOON)
        terminal.press("6", "/", "PJSIP carrier", "\r")
        terminal.wait_for(r"carrier +PJSIP +\S.* Reachable +[\d.]+ ms", NOTICED)
        assert "agent01" not in terminal.text
        provider.silent = True
        terminal.wait_for(r"carrier +PJSIP +Unavailable .* Unreachable", NOTICED)
        provider.silent = False
        terminal.wait_for(r"carrier +PJSIP +\S.* Reachable +[\d.]+ ms", NOTICED)
        terminal.send("q")
        assert terminal.wait_exit() == 0
    assert "s3cret" not in terminal.raw.decode("utf-8", "replace")


def trunks(text: str) -> int:
    """How many hold, by the line of totals."""
    return int(re.search(r"Trunks (\d+)/\d", text)[1])


def test_a_trunk_that_is_refused_is_an_alert_until_it_holds(pbx: Asterisk, amitop: Amitop):
    with SipPeer(pbx.ports.carrier) as provider, amitop.dashboard() as terminal:
        provider.register_with = 403
        pbx.cli("pjsip send register carrier-reg", check=False)
        terminal.wait_for(LIVE, SOON)
        terminal.press("7")
        terminal.wait_for(r"carrier-reg +\S+ Rejected", NOTICED)
        refused = trunks(terminal.wait_for(r"Trunks \d+/\d", SOON))
        provider.register_with = 200
        pbx.cli("pjsip send register carrier-reg", check=False)
        terminal.wait_for(r"carrier-reg +\S+ Registered", NOTICED)
        terminal.wait_for(lambda text: trunks(text) > refused, SOON, said="one trunk more holds")


def test_people_come_and_go_in_a_room_on_the_screen(pbx: Asterisk, amitop: Amitop):
    with amitop.dashboard() as terminal:
        terminal.wait_for(LIVE, SOON)
        terminal.press("8")
        pbx.calls(Calls(to="620", name="Hana Sato", number="+15559998877", talk=(120, 120)))
        pbx.calls(Calls(to="626", name="Pat Q", number="+15551112233", talk=(120, 120)))
        terminal.wait_for(r"8000 +1\b", SOON)
        terminal.wait_for(r"Hana Sato \+15559998877 .*admin", SOON)
        terminal.wait_for(r"no limit +751 Pat Q \+15551112233", SOON)
        pbx.cli("confbridge kick 8000 all")
        terminal.wait_gone(r"8000 +1\b", SOON)
        pbx.hang_up_all()
        terminal.wait_gone(r"no limit +751", SOON)
