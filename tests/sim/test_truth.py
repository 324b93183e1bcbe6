"""amitop's JSON document against the truth of a simulated exchange: a call centre and an office, for simulated hours.

Every difference is a fault of one of the two, which share no code: what events cannot tell is listed in
`against_truth`, and must be right as soon as it is listed. AMITOP_SIM_HOURS asks for more hours, AMITOP_SIM_SEED for
others.
"""

from __future__ import annotations

import asyncio
import os
import random
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from sim.against_truth import differences
from sim.lab import lab
from sim.mirror import EVENTS, FACTS, Mirror
from sim.test_soak import ACTS, Person
from thorough import THOROUGH

from amitop.ami.link import Backoff, LinkState
from amitop.ami.secret import Secret
from amitop.config import Address, Profile
from amitop.live import LivePbx
from amitop.sim import misbehave
from amitop.sim.server import Server
from amitop.sim.users import User
from amitop.sim.world import Options, inhabited
from amitop.views.document import document

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from amitop.sim.exchange import Exchange

NOW = 1_800_000_000.0
HOURS = float(os.environ.get("AMITOP_SIM_HOURS", "0.4" if THOROUGH else "0.1"))
SEED = int(os.environ.get("AMITOP_SIM_SEED", "1"))
EVERY = 60.0
"""Seconds between two lists of everything, as amitop takes them."""
DOUBT = 2.0
"""Seconds after which amitop asks again for what does not add up."""


async def follow(mirror: Mirror, seconds: float, *, look: int) -> None:
    """Let time pass, thing by thing, and look each *look* things whether all is as it is."""
    exchange = mirror.exchange
    end, listed, doubted, done = mirror.now + seconds, mirror.now, mirror.now, 0
    while mirror.now < end and (due := exchange.clock.due) is not None:
        exchange.clock.run_until(due, limit=1)
        mirror.pump()
        mirror.store.expire(mirror.now)
        done += 1
        if mirror.now - doubted > DOUBT:
            doubted = mirror.now
            mirror.settle_doubts()
        if done % look == 0:
            assert mirror.differences() == []
            await asyncio.sleep(0)
        if mirror.now - listed > EVERY:
            listed = mirror.now
            mirror.take_lists()
            assert mirror.differences(listed=True) == []


def drifted(mirror: Mirror) -> list[str]:
    """What the reconciling lists found that no event had told."""
    mirror.store.expire(mirror.now + 10.0)
    return [*mirror.store.drift.last, *mirror.store.queue_drift.last]


async def test_for_hours_the_state_is_what_is_so() -> None:
    mirror = Mirror(inhabited(Options(seed=SEED), NOW))
    await mirror.connect()
    assert mirror.differences(listed=True) == []
    await follow(mirror, 3600.0 * HOURS, look=20)
    assert drifted(mirror) == []
    assert not mirror.store.unknown
    assert mirror.packets > 30_000 * HOURS


async def test_after_each_lost_connection_the_state_is_what_is_so() -> None:
    dice = random.Random(SEED)
    mirror = Mirror(inhabited(Options(seed=SEED + 3), NOW))
    await mirror.connect()
    end = mirror.now + 3600.0 * HOURS
    while mirror.now < end:
        await follow(mirror, dice.uniform(1.0, 300.0), look=30)
        mirror.cut()
        mirror.exchange.clock.advance(dice.choice((0.5, 5.0, 50.0, 500.0)))
        await mirror.connect()
        assert mirror.differences(listed=True) == []
    assert drifted(mirror) == []


class Anybody(Person):
    """Does anything but what Asterisk does not tell of: pulling out of queues, and changing who is next there."""

    def act(self) -> str:
        name = self.random.choice([act for act in ACTS if act not in ("bridge", "callers")])
        getattr(self, name)()
        return name


@pytest.mark.parametrize("seed", [SEED + 2, SEED + 6])
async def test_whatever_is_done_to_calls_the_state_is_what_is_so(seed: int) -> None:
    mirror = Mirror(lab(seed))
    await mirror.connect()
    person = Anybody(mirror.exchange, seed)
    for step in range(1000):
        person.act()
        mirror.pump()
        await follow(mirror, person.random.choice((0.0, 0.1, 1.0, 5.0)), look=10)
        mirror.exchange.clock.run_until(mirror.now)
        if step % 20 == 0:
            mirror.settle_doubts()
            mirror.take_lists()
            assert mirror.differences(listed=True) == []
    assert not mirror.store.unknown


async def test_a_rush_and_few_agents() -> None:
    mirror = Mirror(inhabited(Options(60.0, 12, 2, SEED), NOW))
    await mirror.connect()
    await follow(mirror, 180.0, look=40)
    assert drifted(mirror) == []
    assert sum(queue.abandoned for queue in mirror.exchange.queues.values()) > 50


@pytest.mark.parametrize(
    ("events", "silent"),
    [
        ("system,call,agent,user", {("channels", "context"), ("channels", "exten"), ("channels", "priority")}),
        ("call,dialplan", {("registrations", ""), ("queues", ""), ("callers", ""), ("members", ""), ("contacts", "")}),
    ],
)
async def test_with_fewer_events_what_they_tell_is_right_at_once_and_the_rest_with_the_next_list(
    events: str, silent: set[tuple[str, str]]
) -> None:
    mirror = Mirror(inhabited(Options(seed=SEED), NOW), events=events)
    assert events != EVENTS
    await mirror.connect()
    for _ in range(5):
        for _ in range(12):
            mirror.exchange.clock.advance(5.0)
            mirror.pump()
            wrong = [d for d in mirror.differences() if (d[0], "") not in silent and d[:1] + d[2:3] not in silent]
            assert [d for d in wrong if d[2] not in TIMED] == []
        mirror.take_lists()
        assert [d for d in mirror.differences(listed=True) if d[2] not in TIMED] == []


TIMED = {"created", "answered", "joined", "since", "talktime"}
"""What is told at its moment is of the moment at which it was read: here some seconds late."""


@asynccontextmanager
async def live(exchange: Exchange) -> AsyncIterator[tuple[LivePbx, Server]]:
    """amitop itself, on a socket; its clocks are the exchange's, so that hours are short."""
    async with Server(exchange, [User("amitop", "secret")]) as server:
        profile = Profile("sim", Address(server.host, server.port), "amitop", Secret("secret"))
        clock = exchange.clock
        pbx = LivePbx(
            profile, clock=lambda: clock.now, wall=lambda: clock.now, backoff=Backoff(shortest=0.01, longest=0.02)
        )
        task = asyncio.create_task(pbx.run())
        try:
            yield pbx, server
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def heard(pbx: LivePbx, server: Server) -> None:
    """Wait until amitop has read all that was said to it."""
    async with asyncio.timeout(30):
        await asyncio.sleep(0)
        while True:
            session = next((one for one in server.sessions if one.mask), None)
            if pbx.link.state is LinkState.LIVE and session is not None:
                outlet = session.outlet
                if not outlet._parts and not outlet._late and outlet.sent == pbx.session.counters.bytes_in:
                    return
            await asyncio.sleep(0)


async def test_over_a_socket_with_a_lost_connection_and_split_packets() -> None:
    exchange = inhabited(Options(seed=SEED + 5), NOW)
    async with live(exchange) as (pbx, server):
        await pbx.wait_live()
        connected, looks = exchange.clock.now, 0
        for second in range(400):
            exchange.clock.advance(1.0)
            if second == 100:
                for session in server.sessions:
                    misbehave.split_at_random(session)
            if second == 200:
                misbehave.cut(server.sessions)
                exchange.clock.advance(30.0)
                await asyncio.sleep(0.005)
                connected = exchange.clock.now
            if second % 10 == 0:
                await heard(pbx, server)
                await pbx.queue_sync.turn(pbx.session)
                await pbx.room_sync.turn(pbx.session)
                await heard(pbx, server)
                ours = document(pbx.store, FACTS, pbx.clock(), lambda moment: moment)
                doubted = pbx.store.dirty_queues
                wrong = differences(exchange, ours, connected=connected, listed=False, doubted=doubted)
                assert [d for d in wrong if d[0] != "endpoints" and d[2] not in TIMED] == []
                looks += 1
        assert looks == 40
        assert pbx.link.reconnects == 1
        assert (pbx.health.faults, pbx.store.drift.differed) == (0, 0)
