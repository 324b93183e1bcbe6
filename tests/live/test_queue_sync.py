"""When queues are asked for: at first, every minute, and when something does not add up; never too often."""

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from recorded import block, event
from recorded_queues import entry, member, params

from amitop.ami.errors import ActionError, ActionTimeout, LinkLost
from amitop.ami.packet import Packet
from amitop.ami.secret import Secret
from amitop.config import Profile
from amitop.health import Health
from amitop.live import LivePbx
from amitop.pbx.agents import phone
from amitop.pbx.store import Store
from amitop.sync.queues import EACH, EVERY, MANY, POLL_EVERY, SETTLE, SPACE, QueueSync
from fakes.server import FakeServer, listing, reply

HINT = Packet(b"Event: ExtensionStatus\nExten: 7\nContext: ext-local\nHint: PJSIP/7\nStatus: 0\nActionID: 1")


class Pbx:
    """A session that answers at once, and a clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.store = Store("lab")
        self.health = Health()
        self.unknown: set[str] = set()
        self.takes = 0.0
        """Seconds that a list takes."""
        self.fails: Exception | None = None
        self.queues = {"q": [params("q"), member("q", "PJSIP/1")], "r": [params("r")]}
        self.counters = SimpleNamespace(events=Counter({"QueueCallerJoin": 1}))
        self.asked: list[str] = []
        self.sync = QueueSync(self.store, self.health, lambda: self.now, lambda action: action not in self.unknown)

    async def listing(self, name, headers=None, *, timeout=60.0, on_complete):
        queue = (headers or {}).get("Queue")
        self.asked.append(queue or ("*" if name == "QueueStatus" else name))
        self.now += self.takes
        if self.fails is not None:
            raise self.fails
        rows = [row for name, rows in self.queues.items() if queue in {None, name} for row in rows]
        on_complete(SimpleNamespace(items=rows if name == "QueueStatus" else [HINT]))

    async def turn(self, after: float = 0.0) -> list[str]:
        """Let time pass, let it do what is due, and return what it asked."""
        self.now += after
        self.asked = []
        await self.sync.turn(self)
        return self.asked


@pytest.fixture
async def pbx():
    """A PBX whose queues were asked for a moment ago."""
    pbx = Pbx()
    assert await pbx.turn() == ["*"]
    return pbx


async def test_all_at_first_and_every_minute(pbx):
    assert pbx.store.queues.keys() == {"q", "r"}
    assert await pbx.turn(EVERY - 1) == []
    assert await pbx.turn(1) == ["*"]
    assert pbx.sync.lists == 2


async def test_a_doubted_queue_is_asked_for_alone_once_it_has_settled(pbx):
    pbx.now += 10
    pbx.store.doubt_queue("q", pbx.now)
    assert await pbx.turn(SETTLE / 2) == []
    assert await pbx.turn(SETTLE / 2) == ["q"]
    assert pbx.store.dirty_queues == {}
    assert await pbx.turn(SETTLE) == []


async def test_a_queue_is_not_asked_for_again_at_once(pbx):
    pbx.now += 10
    for expected in (["q"], [], [], [], [], ["q"]):
        pbx.store.doubt_queue("q", pbx.now - SETTLE)
        assert await pbx.turn(EACH / 5) == expected


async def test_queues_are_known_once_the_first_list_came():
    pbx = Pbx()
    pbx.fails = ActionTimeout("QueueStatus", 60)
    await pbx.turn()
    assert not pbx.sync.ready
    pbx.fails = None
    await pbx.turn(EVERY)
    assert pbx.sync.ready
    assert pbx.store.queue_drift.lists == 0  # it replaced silently


async def test_one_queue_at_a_time(pbx):
    pbx.now += 10
    for name in ("q", "r"):
        pbx.store.doubt_queue(name, pbx.now - SETTLE)
    assert await pbx.turn() == ["q"]
    assert await pbx.turn(0.1) == []
    assert await pbx.turn(SPACE) == ["r"]


async def test_many_doubts_are_one_list(pbx):
    pbx.now += 10
    for n in range(MANY + 1):
        pbx.store.doubt_queue(f"n{n}", pbx.now - SETTLE)
    assert await pbx.turn() == ["*"]
    assert pbx.store.dirty_queues == {}


async def test_a_slow_pbx_is_asked_seldom(pbx):
    """Realtime queues: each list takes the PBX 8 s."""
    pbx.takes = 8.0
    assert await pbx.turn(EVERY) == ["*"]
    pbx.store.doubt_queue("q", pbx.now)
    assert await pbx.turn(60) == []
    assert await pbx.turn(19) == []
    assert await pbx.turn(1) == ["*"]


async def test_no_answer_is_told_and_tried_again(pbx):
    pbx.fails = ActionTimeout("QueueStatus", 60)
    assert await pbx.turn(EVERY) == ["*"]
    assert "not up to date" in pbx.sync.notice
    assert "no answer within 60 s" in pbx.sync.notice
    pbx.fails = None
    assert await pbx.turn(EVERY) == ["*"]
    assert pbx.sync.notice == ""
    assert pbx.store.queues


async def test_a_refusal_is_told(pbx):
    pbx.fails = ActionError("QueueStatus", Packet(b"Response: Error\nMessage: Permission denied"))
    await pbx.turn(EVERY)
    assert pbx.sync.notice == "QueueStatus: Permission denied"


async def test_without_the_module_there_are_no_queues(pbx):
    pbx.unknown.add("QueueStatus")
    assert await pbx.turn(EVERY) == []
    assert not pbx.store.queues
    assert pbx.sync.notice == ""


async def test_a_reload_asks_for_all(pbx):
    pbx.sync.refresh()
    assert await pbx.turn(SPACE) == ["*"]


async def test_a_login_that_hears_no_queue_events_polls():
    pbx = Pbx()
    pbx.counters.events.clear()
    await pbx.turn()
    assert not pbx.sync.polling  # nothing has changed, so nothing can have been missed
    pbx.queues["q"].append(entry("q", "a"))
    await pbx.turn(EVERY)
    assert pbx.sync.polling
    assert "read=agent is missing" in pbx.sync.notice
    assert await pbx.turn(POLL_EVERY) == ["*"]
    assert (pbx.store.queue_drift.lists, pbx.store.queue_drift.differed) == (0, 0)  # it was never told
    pbx.store.expire(pbx.now + 60.0)
    assert pbx.store.queue_drift.differed == 0
    pbx.counters.events["AgentCalled"] = 1
    await pbx.turn(POLL_EVERY)
    assert not pbx.sync.polling
    assert pbx.sync.notice == ""


async def test_hints_are_asked_for_where_members_have_them():
    pbx = Pbx()
    pbx.queues["q"].append(member("q", "Local/7@from-queue/n", state="hint:7@ext-local"))
    assert await pbx.turn() == ["*", "ExtensionStateList"]
    assert phone(pbx.store, "Local/7@from-queue/n") == "PJSIP/7"
    assert await pbx.turn(EVERY) == ["*"]


async def test_a_list_that_cannot_be_merged_does_not_end_the_link(pbx, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("boom")

    monkeypatch.setattr(pbx.store, "apply_queues", fail)
    await pbx.turn(EVERY)
    assert pbx.health.faults == 1
    assert "boom" in pbx.health.last_fault


async def test_it_ends_with_the_link(pbx):
    pbx.fails = LinkLost("gone")
    await asyncio.wait_for(pbx.sync.run(pbx), 30)


# -- over a socket ----------------------------------------------------------------------------------------------------


def rows(*packets):
    """Items of a list as the server script wants them."""
    return [(p.name, {k: v for k, v in map(_pair, p.raw.decode().split("\n")[1:]) if k != "ActionID"}) for p in packets]


def _pair(line):
    key, _, value = line.partition(": ")
    return key, value


@asynccontextmanager
async def live_at(server):
    live = LivePbx(Profile("pbx1", server.address, "admin", Secret("s3cret")))
    task = asyncio.create_task(live.run())
    try:
        await live.wait_live()
        yield live
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def server():
    async with FakeServer() as server:
        names = ("CoreShowChannels", "QueueStatus")
        server.answers |= {
            "ListCommands": reply(*[(name, "x (Priv: <none>)") for name in names]),
            "CoreShowChannels": listing("CoreShowChannels", []),
            "QueueStatus": listing("QueueStatus", rows(params("q"), member("q", "PJSIP/1"), entry("q", "1.1", wait=5))),
        }
        yield server


async def test_queues_are_there_when_it_is_live(server):
    async with live_at(server) as live:
        assert list(live.store.queued) == ["1.1"]
        assert live.queue_sync.ready


async def test_a_join_right_behind_the_list_stays(server):
    answer = server.answers["QueueStatus"]
    joined = event("QueueCallerJoin", block("1.2"), Queue="q", Position="2", Count="2")
    behind = joined.raw.replace(b"\n", b"\r\n") + b"\r\n\r\n"
    server.answers["QueueStatus"] = lambda peer, request: answer(peer, request) + behind
    async with live_at(server) as live:
        assert [caller.uniqueid for caller in live.store.queues["q"].callers] == ["1.1", "1.2"]


async def test_queues_that_are_slow_to_come_do_not_hold_up_the_picture(server, monkeypatch):
    from amitop import live as module

    monkeypatch.setattr(module, "QUEUES_WAIT", 0.05)
    server.answers["QueueStatus"] = lambda peer, request: None
    async with live_at(server) as live:
        assert not live.queue_sync.ready
        assert live.link.state == "live"
