"""The people of the simulation: alive from the first look on, the same for the same seed, and within the rules."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from sim.invariants import Stream, check
from thorough import THOROUGH

from amitop.sim import cast
from amitop.sim.world import BEFORE, DOWN, Options, inhabited, queue_names

if TYPE_CHECKING:
    from amitop.sim.exchange import Exchange

NOW = 1_800_000_000.0


def digest(seed: int, seconds: float = 240.0) -> str:
    """All that is said in the first minutes."""
    exchange = inhabited(Options(seed=seed), NOW)
    said = hashlib.sha256()
    exchange.listeners.append(lambda event: said.update(event.data))
    exchange.clock.advance(seconds)
    return said.hexdigest()


def test_the_first_look_is_at_a_shift_that_goes_on() -> None:
    exchange = inhabited(Options(), NOW)
    assert exchange.clock.now == NOW
    ages = [NOW - channel.created for channel in exchange.channels.values()]
    assert len(ages) > 15
    assert max(ages) > 60
    assert min(ages) < 30
    assert sum(queue.completed for queue in exchange.queues.values()) > 200
    assert sum(queue.abandoned for queue in exchange.queues.values()) > 10
    members = [member for queue in exchange.queues.values() for member in queue.members.values()]
    assert {"In use", "Not in use"} <= {{1: "Not in use", 2: "In use"}.get(member.status, "") for member in members}
    assert len({member.paused_reason for member in members if member.paused}) >= 2
    assert exchange.conferences
    assert NOW - exchange.started > 86_400


def test_within_minutes_everything_has_happened() -> None:
    exchange = inhabited(Options(), NOW)
    said: Counter[str] = Counter()
    exchange.listeners.append(lambda event: said.update([event.name]))
    waiting, held, names, reasons, statuses = 0, 0, set(), set(), set()
    for _ in range(120):
        exchange.clock.advance(15.0)
        waiting = max(waiting, len(exchange.waiting))
        held += any(channel.held for channel in exchange.channels.values())
        names |= {channel.caller_name for channel in exchange.channels.values()}
        members = [member for queue in exchange.queues.values() for member in queue.members.values()]
        reasons |= {member.paused_reason for member in members}
        statuses |= {registration.status for registration in exchange.registrations.values()}
    assert waiting >= 5
    assert held > 10
    assert {"Lunch", "Break", "After call"} <= reasons
    assert len(statuses) >= 2
    assert cast.HOSTILE[0] in names
    assert {"王小明", "محمد الأحمد", "Ольга Смирнова", "יעל לוי", "Zoé 🦊 Martin"} <= names
    wanted = (
        "AgentRingNoAnswer", "QueueCallerAbandon", "BlindTransfer", "AttendedTransfer", "ParkedCall", "UnParkedCall",
        "ParkedCallTimeOut", "ConfbridgeMute", "ConfbridgeTalking", "MixMonitorStart", "Registry", "ContactStatus",
        "QueueMemberAdded", "QueueMemberRemoved", "Hold", "DTMFEnd", "RTCPSent",
    )  # fmt: skip
    assert [name for name in wanted if not said[name]] == []


def test_the_same_seed_is_the_same_day() -> None:
    assert digest(1) == digest(1)
    assert digest(1) != digest(2)


def test_the_day_does_not_depend_on_how_this_python_hashes() -> None:
    code = "import sim.test_world as t; print(t.digest(3, 60.0))"
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


def test_one_phone_is_never_reached() -> None:
    exchange = inhabited(Options(), NOW)
    assert not exchange.endpoints[f"desk{DOWN:02}"].reachable


@pytest.mark.parametrize(
    "options",
    [
        Options(seed=5),
        Options(60.0, 8, 3),
        Options(0.0, 0, 0),
        Options(20.0, 0, 2),
        Options(20.0, 3, 0),
        Options(5.0, 1, 12),
    ],
)
def test_whatever_is_asked_for_goes_by_the_rules(options: Options) -> None:
    exchange = inhabited(options, NOW)
    assert len(exchange.queues) == options.queues
    stream = Stream()
    stream.alive |= set(exchange.channels)
    stream.bridges |= set(exchange.bridges)
    stream.bridged |= {uid: bridge.uniqueid for bridge in exchange.bridges.values() for uid in bridge.channels}
    for name, queue in exchange.queues.items():
        stream.waiting[name] = [caller.channel.uniqueid for caller in queue.callers]
    exchange.listeners.append(stream)
    for _ in range(60 if THOROUGH else 15):
        exchange.clock.advance(10.0)
        check(exchange)


def test_what_is_simulated_before_the_first_look_is_bounded() -> None:
    exchange = inhabited(Options(calls_per_minute=1200.0), NOW)
    assert NOW - exchange.clock.start < 60 < BEFORE


def test_queues_have_names_however_many() -> None:
    names = queue_names(30)
    assert names[:2] == ["support", "sales"]
    assert len(set(names)) == 30


def test_an_operators_pause_is_the_operators_to_end() -> None:
    """Nobody comes back from a break that somebody else has sent them on."""
    exchange = inhabited(Options(), NOW)
    free = _unpaused(exchange)
    for interface in free:
        exchange.pause_member(interface, True, reason="told to")
    exchange.clock.advance(3600.0)
    members = [member for queue in exchange.queues.values() for member in queue.members.values()]
    assert all(member.paused_reason == "told to" for member in members if member.interface in free and member.paused)
    static = [member for member in members if member.interface in free and member.membership == "static"]
    assert all(member.paused for member in static)


def _unpaused(exchange: Exchange) -> set[str]:
    members = [member for queue in exchange.queues.values() for member in queue.members.values()]
    return {member.interface for member in members} - {member.interface for member in members if member.paused}
