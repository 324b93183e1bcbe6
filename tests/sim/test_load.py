"""The load for benchmarks: as many channels and events as asked for, in calls like any others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sim.invariants import check
from sim.mirror import Mirror

from amitop.sim.world import CHANNELS, Options, inhabited

if TYPE_CHECKING:
    from amitop.sim.exchange import Exchange

NOW = 1_800_000_000.0
HEARD = frozenset(("system", "call", "agent", "user", "dialplan"))


def events(exchange: Exchange, seconds: int) -> list[int]:
    """How many events, without VarSets, each second has."""
    said: list[int] = []
    for _ in range(seconds):
        before = exchange.said - exchange.variables_said
        exchange.clock.advance(1.0)
        said.append(exchange.said - exchange.variables_said - before)
    return said


@pytest.mark.parametrize(("channels", "rate"), [(2000, 1000.0), (400, 100.0), (0, 150.0)])
def test_so_many_channels_and_events(channels: int, rate: float) -> None:
    exchange = inhabited(Options(0.0, 0, 0, channels=channels, events_per_second=rate), NOW)
    exchange.wanted = HEARD
    said = events(exchange, 10)
    assert all(rate * 0.85 - 20 < each < rate * 1.15 + 20 for each in said), said
    assert abs(sum(said) / 10 - rate) < rate * 0.05
    wanted = channels or CHANNELS
    assert wanted <= len(exchange.channels) < wanted * 1.1 + 20
    check(exchange)


def test_they_are_of_all_ages_and_stay_when_no_events_are_asked_for() -> None:
    exchange = inhabited(Options(0.0, 0, 0, channels=1000), NOW)
    before = {uid for uid, channel in exchange.channels.items() if channel.name.startswith("PJSIP/trunk-load")}
    ages = sorted(NOW - exchange.channels[uid].created for uid in before)
    assert len(ages) == 500
    assert ages[0] < 10
    assert ages[-1] > 2000
    exchange.clock.advance(60.0)
    assert before <= exchange.channels.keys()


def test_nothing_is_made_for_nobody() -> None:
    exchange = inhabited(Options(0.0, 0, 0, channels=200, events_per_second=500.0), NOW)
    exchange.wanted = frozenset()
    uid = max(exchange.channels)
    exchange.clock.advance(5.0)
    assert exchange.said == 0
    assert uid in exchange.channels
    exchange.wanted = HEARD
    assert abs(events(exchange, 2)[1] - 500) < 100


async def test_the_state_of_a_load_is_what_is_so() -> None:
    mirror = Mirror(inhabited(Options(channels=600, events_per_second=1000.0), NOW))
    await mirror.connect()
    for _ in range(100):
        mirror.exchange.clock.run_until(mirror.now + 0.05)
        mirror.pump()
        mirror.store.expire(mirror.now)
    wrong = [each for each in mirror.differences() if each[2] not in ("created", "answered", "joined")]
    assert wrong == []
    assert mirror.packets > 5000
