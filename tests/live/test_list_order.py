"""A list is merged where it stands in the stream: what the PBX sent after it is newer, and stays."""

import asyncio

import pytest

from amitop.ami.secret import Secret
from amitop.config import Profile
from amitop.live import LivePbx
from amitop.pbx.drift import GRACE
from fakes.server import FakeServer, listing, packet, reply

CHANNEL = {
    "Channel": "PJSIP/agent01-00000001",
    "ChannelState": "5",
    "ChannelStateDesc": "Ringing",
    "CallerIDNum": "1001",
    "CallerIDName": "Agent 01",
    "ConnectedLineNum": "<unknown>",
    "ConnectedLineName": "<unknown>",
    "Language": "en",
    "AccountCode": "",
    "Context": "internal",
    "Exten": "9000",
    "Priority": "1",
    "Uniqueid": "1.1",
    "Linkedid": "1.1",
}
UP = CHANNEL | {"ChannelState": "6", "ChannelStateDesc": "Up"}
ITEM = ("CoreShowChannel", CHANNEL | {"Application": "Answer", "Duration": "00:00:05", "BridgeId": ""})
COMMANDS = [(name, "x (Priv: system,call,reporting,all)") for name in ("CoreShowChannels", "Status")]


def event(name: str, headers: dict[str, str]) -> bytes:
    return packet([("Event", name), ("Privilege", "call,all"), *headers.items()])


@pytest.fixture
async def pbx():
    async with FakeServer() as server:
        server.answers |= {"ListCommands": reply(*COMMANDS), "CoreShowChannels": listing("CoreShowChannels", [ITEM])}
        yield server


@pytest.fixture
async def live(pbx: FakeServer):
    """A live PBX with one ringing channel."""
    live = LivePbx(Profile("pbx1", pbx.address, "admin", Secret("s3cret")))
    task = asyncio.create_task(live.run())
    await live.wait_live()
    yield live
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def then(answer, *events: bytes):
    """Answer so, and send these events in the same write."""
    return lambda peer, request: answer(peer, request) + b"".join(events)


async def until(condition):
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.01)


async def test_an_event_right_behind_a_list_stays(pbx: FakeServer, live: LivePbx):
    newer = event("Newexten", UP | {"Priority": "2", "Application": "Queue", "AppData": "support"})
    pbx.answers["CoreShowChannels"] = then(listing("CoreShowChannels", [ITEM]), event("Newstate", UP), newer)
    live.refresh()
    await until(lambda: live.health.lists)
    channel = live.store.channels["1.1"]
    assert (channel.state_text, channel.application, channel.position.priority) == ("Up", "Queue", 2)


async def test_a_hangup_right_behind_a_list_is_no_drift(pbx: FakeServer, live: LivePbx):
    gone = event("Hangup", CHANNEL | {"Cause": "16", "Cause-txt": "Normal Clearing"})
    pbx.answers["CoreShowChannels"] = then(listing("CoreShowChannels", [ITEM]), gone)
    live.refresh()
    await until(lambda: live.health.lists)
    live.store.drift.settle(live.store, live.clock() + GRACE)
    assert "1.1" not in live.store.channels
    assert list(live.store.drift.last) == []


async def test_an_event_right_behind_a_status_stays(pbx: FakeServer, live: LivePbx):
    newer = event("Newexten", CHANNEL | {"Priority": "2", "Application": "Queue", "AppData": "support"})
    pbx.answers["Status"] = then(listing("Status", [("Status", ITEM[1])]), newer)
    await live.fetch_status("1.1")
    assert live.store.channels["1.1"].application == "Queue"
