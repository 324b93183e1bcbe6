"""Who lives in the exchange: `populate` builds a call centre and an office and brings them to life.

`inhabited` makes an exchange in which that life has gone on for a while already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from amitop.sim import cast
from amitop.sim.agents import Agent
from amitop.sim.callers import Callers
from amitop.sim.clock import Clock
from amitop.sim.exchange import Exchange
from amitop.sim.life import Life
from amitop.sim.lines import Lines
from amitop.sim.load import Load
from amitop.sim.meetings import Meeting
from amitop.sim.office import Office, Outside, Worker
from amitop.sim.talks import Talks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amitop.sim.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class Options:
    """What a simulation is asked to be like."""

    calls_per_minute: float = 12.0
    agents: int = 24
    queues: int = 4
    seed: int = 1
    channels: int = 0
    """Channels of a load beside the call centre (`load`)."""
    events_per_second: float = 0.0
    """Events in all, of those that somebody wants."""


NAMES = ("support", "sales", "billing", "returns", "orders", "abroad", "night", "vip")
STRATEGIES = ("rrmemory", "ringall", "leastrecent", "fewestcalls")
SHARES = (5.0, 3.0, 2.0, 1.5)
"""How the callers spread over the first queues; further ones have the last share."""
TRUNK, BACKUP = "trunk", "trunk-backup"
Sound = tuple[float, float, float]
"""Round trip in seconds, jitter in ms, and loss, of 1."""
SOUNDS: tuple[Sound, ...] = (
    *[(0.002, 1.0, 0.0)] * 5, *[(0.024, 4.0, 0.001)] * 4, (0.060, 18.0, 0.01), (0.180, 34.0, 0.045),
)  # fmt: skip
"""How phones sound: in the house, at home, over a poor wireless network."""
WORKERS = 12
DOWN = 9
"""The office's phone that is never reached."""
UP = 12.3 * 86_400.0
"""Seconds since this Asterisk was started."""
CHANNELS = 100
"""Channels of a load of which only the events are asked for."""
BEFORE, BEFORE_CALLS = 2400.0, 800
"""Life before anybody looks: seconds at most, and calls at most, since all of them are to be simulated first."""


def inhabited(options: Options, now: float, system: str = "") -> Exchange:
    """Make an exchange whose clock shows *now* (epoch seconds), with all that has come of some time before that."""
    before = BEFORE
    if options.calls_per_minute * BEFORE / 60.0 > BEFORE_CALLS:
        before = BEFORE_CALLS / options.calls_per_minute * 60.0
    exchange = Exchange(Clock(now - before), options.seed, system)
    life = populate(exchange, options)
    if options.channels or options.events_per_second:
        Load(life, options.channels or CHANNELS, options.events_per_second).begin(before)
    wanted, exchange.wanted = exchange.wanted, frozenset()  # nobody hears it
    exchange.clock.advance(before)
    exchange.wanted = wanted
    exchange.started = exchange.reloaded = now - UP
    return exchange


def populate(exchange: Exchange, options: Options) -> Life:
    """Build endpoints, queues and a dialplan, and let people live for as long as the exchange's clock runs."""
    life = Life(exchange, options.seed)
    names = queue_names(options.queues)
    _dialplan(exchange, names)
    _trunks(exchange)
    life.people[TRUNK] = life.people[BACKUP] = Outside(life)
    agents = _agents(exchange, life, options.agents, names)
    workers = _workers(exchange, life)
    phones = {agent.endpoint: str(1000 + place) for place, agent in enumerate(agents, 1)} | workers
    extensions = [(str(600 + place), SHARES[min(place, len(SHARES) - 1)]) for place in range(len(names))]
    share = sum(weight for _, weight in extensions) or 1.0
    direct = [(exten, share * 0.08 / len(workers)) for exten in workers.values()]
    Callers(life, options.calls_per_minute, [*extensions, *direct], [TRUNK, BACKUP]).begin()
    Talks(life, phones, [exten for exten, _ in extensions])
    Office(life, options.calls_per_minute * 0.22, workers, [*phones]).begin()
    there = [endpoint for place, endpoint in enumerate(workers, 1) if place != DOWN]
    Meeting(life, "8000", there[: WORKERS // 2], [TRUNK], (5.0, 60.0)).begin()
    Meeting(life, "8100", there[WORKERS // 2 :], [], (120.0, 300.0)).begin()
    Lines(life, (BACKUP, BACKUP), [agent.endpoint for agent in agents] + there).begin()
    for agent in agents:
        agent.begin()
    return life


def queue_names(number: int) -> list[str]:
    """Return the names of so many queues."""
    return [NAMES[i] if i < len(NAMES) else f"{NAMES[i % len(NAMES)]}-{i // len(NAMES) + 1}" for i in range(number)]


def _dialplan(exchange: Exchange, names: Iterable[str]) -> None:
    plan = exchange.dialplan
    exchange.add_lot()
    for place, name in enumerate(names):
        exchange.add_queue(
            name, STRATEGIES[place % len(STRATEGIES)], service_level=20 + 10 * (place % 2), wrapup=5 + 5 * (place % 3),
            timeout=15.0, retry=2.0, weight=5 if name == "vip" else 0,
        )  # fmt: skip
        # Every second queue is recorded from the start.
        record = ["MixMonitor(${UNIQUEID}.wav,b)"] if place % 2 == 0 else []
        plan.add(
            "from-trunk", str(600 + place),
            "Answer()", f"Set(CHANNEL(accountcode)={name})", "Playback(welcome)", *record,
            f"Queue({name},t,,,300)", "Playback(vm-goodbye)", "Hangup()",
        )  # fmt: skip
    for room in ("8000", "8100"):
        plan.add("internal", room, "Answer()", f"ConfBridge({room})", "Hangup()")
        plan.add("internal", f"*{room}", "Answer()", f"ConfBridge({room},,admin)", "Hangup()")
    plan.add("internal", "9000", "Answer()", "Wait(3600)", "Hangup()")
    plan.add("internal", "9001", "Answer()", "Echo()")
    plan.add("internal", "_9+X.", f"Dial(PJSIP/${{EXTEN:1}}@{TRUNK},45)", "Hangup()")
    plan.add("internal", "_8+X.", f"Dial(PJSIP/${{EXTEN:1}}@{BACKUP},45)", "Hangup()")
    plan.add("internal", "_6XX", "Goto(from-trunk,${EXTEN},1)")
    plan.include("internal", "parkedcalls")
    plan.include("from-trunk", "internal")


def _trunks(exchange: Exchange) -> None:
    for name, host, sound in (
        (TRUNK, "sip.carrier.example", (0.018, 3.0, 0.0)), (BACKUP, "sbc2.backup.example", (0.085, 14.0, 0.012)),
    ):  # fmt: skip
        endpoint = exchange.add_endpoint(name, context="from-trunk", trunk=True, uri=f"sip:{host}:5060")
        endpoint.ring_after = None
        _sounds(endpoint, sound)
        exchange.add_registration(name, f"sip:{host}", f"sip:acme@{host}", name)


def _agents(exchange: Exchange, life: Life, number: int, names: list[str]) -> list[Agent]:
    agents = []
    for n in range(1, number + 1):
        name, extension, who = f"agent{n:02}", str(1000 + n), cast.agent_name(n)
        _phone(exchange, name, extension, who, n, sound=life.dice.choice(SOUNDS))
        serves = [(names[(n + i) % len(names)], i) for i in range(min(2 if n % 3 else 1, len(names)))]
        agent = Agent(life, name, who, serves, dynamic=n % 8 == 7)
        for queue, penalty in () if agent.dynamic else serves:
            exchange.add_static_member(queue, agent.interface, who, penalty)
        life.people[name] = agent
        agents.append(agent)
    return agents


def _workers(exchange: Exchange, life: Life) -> dict[str, str]:
    workers = {}
    for n in range(1, WORKERS + 1):
        name, extension = f"desk{n:02}", str(2000 + n)
        _phone(exchange, name, extension, cast.office_name(n), 200 + n, sound=SOUNDS[0], reachable=n != DOWN)
        life.people[name] = Worker(life, name, extension)
        workers[name] = extension
    return workers


def _phone(
    exchange: Exchange, name: str, extension: str, who: str, n: int, *, sound: Sound, reachable: bool = True
) -> None:
    endpoint = exchange.add_endpoint(
        name, extension, who, uri=f"sip:{name}@192.0.2.{10 + n % 240}:5060", hint=extension, reachable=reachable,
        static=False, user_agent=cast.PHONES[n % len(cast.PHONES)],
    )  # fmt: skip
    _sounds(endpoint, sound)
    for contact in endpoint.contacts:
        contact.expires = exchange.clock.now + 3600.0 + 60.0 * n
    exchange.dialplan.add("internal", extension, f"Dial(PJSIP/{name},30)", "Hangup()")


def _sounds(endpoint: Endpoint, sound: Sound) -> None:
    endpoint.rtt, endpoint.jitter, endpoint.loss = sound
    for contact in endpoint.contacts:
        if contact.rtt_usec:
            contact.rtt_usec = int(endpoint.rtt * 1e6)
