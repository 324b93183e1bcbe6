"""One PBX kept true over a socket: sync, loss and return, refusals, and logins that may see little."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from amitop import live as live_module
from amitop.ami.errors import ConnectError, LoginError, Reason
from amitop.ami.link import Backoff, LinkState
from amitop.ami.secret import Secret
from amitop.config import Profile
from amitop.live import LivePbx
from amitop.pbx.quality import Quality
from fakes.server import FakeServer, listing, refuse, reply, silence

ADMIN = {
    "Filter": "Dynamically add filters. (Priv: system,all)",
    "CoreShowChannels": "List channels. (Priv: system,reporting,all)",
    "CoreSettings": "Show settings. (Priv: system,reporting,all)",
    "CoreStatus": "Show status. (Priv: system,reporting,all)",
    "Hangup": "Hangup channel. (Priv: system,call,all)",
    "Redirect": "Redirect a call. (Priv: call,all)",
    "Status": "List channel status. (Priv: system,call,reporting,all)",
}


def row(uid, *, state=6, application="Wait", duration="00:01:05", bridge=""):
    return (
        "CoreShowChannel",
        {
            "Channel": f"PJSIP/agent01-{int(uid.split('.')[1]):08x}",
            "ChannelState": str(state),
            "ChannelStateDesc": {4: "Ring", 5: "Ringing", 6: "Up"}[state],
            "CallerIDNum": "1001",
            "CallerIDName": "Agent 01",
            "ConnectedLineNum": "<unknown>",
            "ConnectedLineName": "<unknown>",
            "Language": "en",
            "AccountCode": "",
            "Context": "internal",
            "Exten": "9000",
            "Priority": "2",
            "Uniqueid": uid,
            "Linkedid": uid,
            "Application": application,
            "ApplicationData": "3600",
            "Duration": duration,
            "BridgeId": bridge,
        },
    )


@pytest.fixture
async def pbx():
    async with FakeServer() as server:
        server.answers |= {
            "ListCommands": reply(*ADMIN.items()),
            "CoreSettings": reply(("AMIversion", "11.0.0"), ("AsteriskVersion", "22.10.1"), ("SystemName", "lab")),
            "CoreStatus": reply(("CoreStartupDate", "2026-11-22"), ("CoreStartupTime", "19:28:35")),
            "CoreShowChannels": listing("CoreShowChannels", [row("1.1"), row("1.2", state=5)]),
            "Filter": reply(),
        }
        yield server


@asynccontextmanager
async def running(server, *, user="admin", secret="s3cret"):
    live = LivePbx(Profile("pbx1", server.address, user, Secret(secret)), backoff=Backoff(shortest=0.01, longest=0.02))
    task = asyncio.create_task(live.run())
    try:
        yield live
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert live.link.state is LinkState.CLOSED


async def until(condition, seconds=30.0):
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.01)


async def test_it_syncs_and_then_follows_events(pbx):
    async with running(pbx) as live:
        await live.wait_live()
        assert live.link.state is LinkState.LIVE
        assert set(live.store.channels) == {"1.1", "1.2"}
        assert (live.info.asterisk, live.info.ami, live.info.system) == ("22.10.1", "11.0.0", "lab")
        assert live.info.started is not None
        event = dict(row("1.1")[1]) | {"Cause": "16", "Cause-txt": "Normal Clearing"}
        pbx.event("Hangup", event)
        await until(lambda: "1.1" not in live.store.channels)


async def test_dialplan_events_are_asked_for_without_varset(pbx):
    async with running(pbx) as live:
        await live.wait_live()
        assert live.applications_live
        assert pbx.asked("Filter")[0].get("MatchCriteria") == "action(exclude),name(VarSet)"
        assert pbx.asked("Events")[-1].get("EventMask").endswith(",dialplan")


async def test_a_filter_that_does_not_filter_is_followed_by_the_next_and_then_by_none(pbx):
    async with running(pbx) as live:
        await live.wait_live()
        pbx.event("VarSet", {"Variable": "A", "Value": "1"}, "dialplan,all")
        second = await pbx.request("Filter", 2)
        assert second.get("Filter").startswith("!^Event: VarSet")
        await pbx.request("Events", 2)  # from here on a VarSet is not one that was under way before the filter
        pbx.event("VarSet", {"Variable": "A", "Value": "2"}, "dialplan,all")
        await until(lambda: not live.applications_live)
        assert "dialplan" not in pbx.asked("Events")[-1].get("EventMask")


async def test_without_the_right_to_filter_the_dialplan_class_stays_out(pbx):
    pbx.answers["ListCommands"] = reply(*((k, v) for k, v in ADMIN.items() if k != "Filter"))
    async with running(pbx) as live:
        await live.wait_live()
        assert not live.applications_live
        assert not pbx.asked("Events")


async def test_a_lost_link_leaves_the_state_on_show_and_marked_stale(pbx):
    async with running(pbx) as live:
        await live.wait_live()
        port = pbx.port
        await pbx.stop()
        await until(lambda: live.link.state is LinkState.WAITING and live.stale_since is not None)
        assert set(live.store.channels) == {"1.1", "1.2"}
        assert live.stale_for >= 0
        assert live.why_not("Hangup") == "pbx1 is not connected"
        assert live.link.reason
        pbx.answers["CoreShowChannels"] = listing("CoreShowChannels", [row("1.3")])
        await pbx.start(port)
        await until(lambda: live.link.state is LinkState.LIVE)
        assert live.stale_since is None
        assert set(live.store.channels) == {"1.3"}
        assert live.link.reconnects == 1


async def test_a_refused_login_is_not_tried_again_until_a_person_asks(pbx):
    async with running(pbx, secret="wrong") as live:
        with pytest.raises(LoginError):
            await live.wait_live()
        assert live.link.state is LinkState.REFUSED
        await asyncio.sleep(0.1)
        assert len(pbx.peers) == 1
        live.retry_now()
        await until(lambda: len(pbx.peers) == 2)


async def test_nobody_there_is_one_line_at_once(pbx):
    await pbx.stop()
    async with running(pbx) as live:
        with pytest.raises(ConnectError) as caught:
            await live.wait_live()
        assert caught.value.reason is Reason.REFUSED
        assert str(pbx.address) in str(caught.value)
        assert "\n" not in str(caught.value)


async def test_a_login_that_may_list_nothing_says_so(pbx):
    pbx.answers["ListCommands"] = reply(("Ping", "Keepalive. (Priv: <none>)"))
    pbx.booted = True
    async with running(pbx) as live:
        await live.wait_live()
        assert "cannot list channels" in live.notice
        assert live.link.reason == live.notice
        assert live.why_not("Hangup") == "Hangup: this login lacks write=system or call in manager.conf"


async def test_status_lists_channels_where_coreshowchannels_is_forbidden(pbx):
    pbx.answers["ListCommands"] = reply(("Status", ADMIN["Status"]), ("Redirect", ADMIN["Redirect"]))
    _, headers = row("1.9")
    status = {k: v for k, v in headers.items() if k not in {"Duration", "BridgeId", "ApplicationData"}}
    pbx.answers["Status"] = listing("Status", [("Status", status | {"Seconds": "65", "BridgeID": "", "Data": "3600"})])
    async with running(pbx) as live:
        await live.wait_live()
        assert set(live.store.channels) == {"1.9"}
        assert live.notice == ""
        assert not pbx.asked("CoreShowChannels")


async def test_without_call_events_it_polls_and_says_so(pbx, monkeypatch):
    monkeypatch.setattr(live_module, "SECOND_LOOK", 0.05)
    monkeypatch.setattr(live_module, "POLL_EVERY", 0.05)
    async with running(pbx) as live:
        await live.wait_live()
        pbx.answers["CoreShowChannels"] = listing("CoreShowChannels", [row("1.1"), row("1.2"), row("1.7")])
        await until(lambda: "no call events" in live.notice)
        pbx.answers["CoreShowChannels"] = listing("CoreShowChannels", [row("1.7")])
        await until(lambda: set(live.store.channels) == {"1.7"})
        live.store.expire(live.clock() + 60.0)
        assert (live.store.drift.lists, live.store.drift.differed) == (0, 0)  # it was never told


async def test_a_reload_has_everything_learnt_again(pbx, monkeypatch):
    monkeypatch.setattr(live_module, "RELOAD_PAUSE", 0.01)
    async with running(pbx) as live:
        await live.wait_live()
        pbx.answers["ListCommands"] = reply(*((k, v) for k, v in ADMIN.items() if k != "Hangup"))
        pbx.event("Reload", {"Module": "All", "Status": "0"}, "system,all")
        await until(lambda: live.why_not("Hangup") is not None)
        assert live.link.reconnects == 0


async def test_a_pbx_that_is_still_booting_is_asked_again(pbx, monkeypatch):
    monkeypatch.setattr(live_module, "RELOAD_PAUSE", 0.01)
    pbx.booted = False
    everything = pbx.answers["ListCommands"]
    pbx.answers["ListCommands"] = reply(("Ping", "Keepalive. (Priv: <none>)"))
    async with running(pbx) as live:
        await pbx.request("ListCommands")
        pbx.answers["ListCommands"] = everything
        pbx.event("FullyBooted", {"Uptime": "0", "LastReload": "0", "Status": "Fully Booted"}, "system,all")
        await live.wait_live()
        assert set(live.store.channels) == {"1.1", "1.2"}


async def test_the_first_list_that_never_comes_is_no_empty_exchange(pbx, monkeypatch):
    pbx.answers["CoreShowChannels"] = silence
    async with running(pbx) as live:
        await pbx.request("CoreShowChannels")
        pbx.cut()
        await until(lambda: len(pbx.peers) > 1)
        assert live.link.state is not LinkState.LIVE
        assert not live.store.channels


async def test_an_event_that_breaks_a_reducer_is_counted_and_the_link_lives(pbx, monkeypatch):
    async with running(pbx) as live:
        await live.wait_live()

        def broken(_packet, _now):
            raise RuntimeError("bad event")

        monkeypatch.setattr(live.store, "apply", broken)
        pbx.event("Newstate", row("1.1")[1])
        await until(lambda: live.health.faults == 1)
        assert live.health.last_fault == "Newstate: RuntimeError: bad event"
        assert live.link.state is LinkState.LIVE


async def test_one_channel_is_looked_at_on_demand(pbx):
    _, headers = row("1.1")
    status = dict(headers) | {"Application": "Dial", "Data": "PJSIP/x", "Seconds": "66", "BridgeID": "", "DNID": "600"}
    async with running(pbx) as live:
        await live.wait_live()
        pbx.answers["Status"] = listing("Status", [("Status", status)])
        assert await live.look_at("1.1") is None
        assert live.store.channels["1.1"].application == "Dial"
        pbx.answers["Status"] = refuse("No such channel")
        assert "No such channel" in await live.look_at("1.1")
        assert pbx.asked("Status")[0].get("Channel") == "1.1"


async def test_the_clock_offset_of_the_pbx_moves_its_wall_time(pbx):
    pbx.clock_offset = 100.0
    async with running(pbx) as live:
        await live.wait_live()
        await until(lambda: live.health.clock_offset is not None)
        assert live.wall_of(live.clock()) - live.wall() == pytest.approx(100.0, abs=1.0)


async def test_the_tap_sees_both_directions_and_no_secret(pbx):
    seen = []
    live = LivePbx(
        Profile("pbx1", pbx.address, "admin", Secret("s3cret")), tap=lambda way, at, data: seen.append((way, data))
    )
    task = asyncio.create_task(live.run())
    await live.wait_live()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    everything = b"".join(data for _, data in seen)
    assert b"Asterisk Call Manager" in everything
    assert b"Action: CoreShowChannels" in everything
    assert b"s3cret" not in everything
    assert len({way for way, _ in seen}) == 2


async def test_the_kind_of_the_bridges_that_were_there_is_asked_for(pbx):
    pbx.answers["ListCommands"] = reply(*ADMIN.items(), ("BridgeList", "List bridges. (Priv: <none>)"))
    pbx.answers["CoreShowChannels"] = listing("CoreShowChannels", [row("1.1", bridge="b1"), row("1.2", bridge="b1")])
    parking = {
        "BridgeUniqueid": "b1",
        "BridgeType": "parking",
        "BridgeTechnology": "holding_bridge",
        "BridgeCreator": "Parking",
        "BridgeName": "default",
        "BridgeNumChannels": "2",
    }
    pbx.answers["BridgeList"] = listing("BridgeList", [("BridgeListItem", parking)])
    async with running(pbx) as live:
        await live.wait_live()
        assert live.store.bridges["b1"].holding
        assert len(live.store.calls) == 2


def report(uid, **more):
    return dict(row(uid)[1]) | {
        "To": "1.2.3.4:7001",
        "From": "127.0.0.1:20001",
        "PT": "201(RR)",
        "ReportCount": "1",
        "Report0FractionLost": "26",
        "Report0HighestSequence": "1",
        **more,
    }


async def test_reports_on_media_come_while_somebody_shows_them(pbx, monkeypatch):
    monkeypatch.setattr(live_module, "QUALITY_LINGER", 1.5)
    async with running(pbx) as live:
        await live.wait_live()
        masks = [each.get("EventMask") for each in pbx.asked("Events")]
        assert masks == ["system,call,agent,user,dialplan"]
        assert live.quality_since is None
        live.show_quality()
        await pbx.request("Events", 2)
        await until(lambda: live.quality_since is not None)
        assert pbx.asked("Events")[-1].get("EventMask") == "system,call,agent,user,dialplan,reporting"
        pbx.event("RTCPSent", report("1.1"), "reporting,all")
        await until(lambda: live.store.part(Quality).of("1.1") is not None)

        # Nobody says so again.
        off = await pbx.request("Events", 3)
        assert off.get("EventMask") == "system,call,agent,user,dialplan"
        assert live.quality_since is None


async def test_reports_on_media_are_asked_for_again_in_the_next_session(pbx):
    async with running(pbx) as live:
        await live.wait_live()
        live.show_quality()
        await pbx.request("Events", 2)
        pbx.cut()
        await until(lambda: live.link.reconnects == 1)
        assert live.quality_since is None
        again = await pbx.request("Events", 4)
        assert again.get("EventMask").endswith(",reporting")


async def test_a_filter_that_fails_leaves_the_reports_on(pbx):
    async with running(pbx) as live:
        await live.wait_live()
        live.show_quality()
        await pbx.request("Events", 2)
        for _ in range(2):
            pbx.event("VarSet", {"Variable": "A", "Value": "1"}, "dialplan,all")
            await pbx.request("Events", len(pbx.asked("Events")) + 1)
        assert pbx.asked("Events")[-1].get("EventMask") == "system,call,agent,user,reporting"
