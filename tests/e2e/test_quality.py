"""How calls sound, as a real Asterisk reports it: asked for while it is shown, and agreeing with its own console.

Asterisk calls itself, so that both ends send media and reports. SIPp, which plays the phones, sends neither.
"""

import asyncio
import re

import pytest
from e2e.acting import desk, eventually

from amitop import live as live_module
from amitop.config import Settings
from amitop.pbx.quality import Quality
from amitop.pbx.store import Store
from amitop.ui.app import AmitopApp
from fakes.pbx import screen_text
from rig.asterisk import Asterisk
from rig.waiting import until

INTERVAL = 5.0
"""Seconds between two reports of a leg: Asterisk's own `rtcpinterval`."""
PATIENCE = 8 * INTERVAL
GOOD = re.compile(r"^[> ] +[1-4]\.\d PJSIP/trunk-\w{8} .* [\d.]+ ms +\d+% +\d+% +[\d.]+ ms +[\d.]+ ms +[▁-█]", re.M)
"""A row of a leg that is known in both directions."""


@pytest.fixture
def talk(pbx: Asterisk) -> Asterisk:
    """A call in which one leg plays a tone, and the other one sends back what it hears."""
    pbx.cli(f"channel originate PJSIP/trunk/sip:606@127.0.0.1:{pbx.ports.sip} application Milliwatt")
    until(lambda: sorted(row.application for row in pbx.channels()) == ["Milliwatt", "Wait"])
    other = next(row.name for row in pbx.channels() if row.application == "Wait")
    pbx.cli(f"channel redirect {other} internal,9001,1")
    until(lambda: sorted(row.application for row in pbx.channels()) == ["Echo", "Milliwatt"])
    return pbx


def channel_stats(pbx: Asterisk) -> dict[str, tuple[float, ...]]:
    """Return what `pjsip show channelstats` says of each channel: lost and jitter in, lost and jitter out, RTT."""
    found = {}
    for line in pbx.cli("pjsip show channelstats").splitlines():
        match = re.search(
            r"(trunk-\w{8}) .*?ulaw\s+\d+K?\s+(\d+)\s+\d+\s+([\d.]+)\s+\d+K?\s+(\d+)\s+\d+\s+([\d.]+)\s+([\d.]+)", line
        )
        if match:
            found[f"PJSIP/{match[1]}"] = tuple(float(each) for each in match.groups()[1:])
    return found


def agree(pbx: Asterisk, store: Store, quality: Quality) -> bool:
    """Whether the console says of both legs what is known of them."""
    stats = channel_stats(pbx)
    if len(stats) != 2:
        return False
    for leg in quality.legs.values():
        lost_in, _, lost_out, _, rtt = stats[store.channels[leg.uniqueid].name]
        same = (leg.stream.inward.lost, leg.stream.outward.lost) == (lost_in, lost_out)
        if not same or leg.stream.rtt != pytest.approx(rtt, abs=0.005):
            return False
    return True


async def test_the_view_brings_the_reports_and_leaving_it_ends_them(talk: Asterisk, monkeypatch):
    monkeypatch.setattr(live_module, "QUALITY_LINGER", 1.0)
    async with desk(talk) as at:
        live = at.live
        quality = live.store.part(Quality)

        def reports() -> int:
            events = live.session.counters.events
            return events["RTCPSent"] + events["RTCPReceived"]

        app = AmitopApp([live], at.operator, Settings(), {"TERM": "xterm-256color"})
        async with app.run_test(size=(160, 45)) as pilot:
            await asyncio.sleep(1.5 * INTERVAL)
            assert not reports(), "nobody has asked for any"

            await app.main.action_view("quality")
            await eventually(lambda: "waiting for the first reports" in screen_text(app))
            await eventually(lambda: len(quality.legs) == 2, PATIENCE)
            streams = [leg.stream for leg in quality.legs.values()]
            await eventually(lambda: all(s.inward.figures and s.outward.figures and s.rtt for s in streams), PATIENCE)
            await eventually(lambda: len(GOOD.findall(screen_text(app))) == 2)
            await eventually(lambda: "2 legs" in screen_text(app).splitlines()[2])

            # Both sides change with each report, so they agree at some moment, not at any.
            await eventually(lambda: agree(talk, live.store, quality), PATIENCE)

            await app.main.action_view("calls")
            await eventually(lambda: live.quality_since is None)
            await pilot.pause()
            before = reports()
            assert before
            await asyncio.sleep(1.5 * INTERVAL)
            assert reports() == before

            # A column of the view that is on show now asks for them as well.
            table = app.main.view.table
            table.choose([*table.chosen, "quality"])
            await eventually(lambda: reports() > before, PATIENCE)
            assert re.search(r"TIME .*QUALITY", screen_text(app))


async def test_media_that_goes_one_way_is_a_warning(pbx: Asterisk):
    """SIPp hears the tone and says nothing, as a phone behind a firewall seems to."""
    pbx.phones(ring=(0.2, 0.2))
    pbx.cli("channel originate PJSIP/agent03 application Milliwatt")
    until(lambda: [row.application for row in pbx.channels()] == ["Milliwatt"])
    async with desk(pbx) as at:
        app = AmitopApp([at.live], at.operator, Settings(), {"TERM": "xterm-256color"})
        async with app.run_test(size=(160, 45)):
            await app.main.action_view("quality")
            await eventually(lambda: "one-way: nothing comes in" in screen_text(app), PATIENCE)
            assert re.search(r"! – PJSIP/agent03-\w{8} ", screen_text(app))
