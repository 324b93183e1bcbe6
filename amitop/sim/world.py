"""The hook for who lives in the exchange: `populate` builds it and brings it to life. A small call centre so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from amitop.sim.observer import Observer

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.exchange import Exchange
    from amitop.sim.queue import Member, Queue


@dataclass(frozen=True, slots=True)
class Options:
    """What a simulation is asked to be like."""

    calls_per_minute: float = 12.0
    agents: int = 24
    queues: int = 4
    seed: int = 1


NAMES = ("support", "sales", "billing", "returns", "orders", "abroad", "night", "vip")
CALLERS = (
    ("Ann Lee", "+15551234567"),
    ("王小明", "+15557654321"),
    ("Gül Öz", "+15552223334"),
    ("Иван Петров", "+15558122250"),
    ("Eve [bold]Markup[/bold]", "+15557624039"),
    ("", "+15559990608"),
)
TALK = (8.0, 90.0)
RING = (1.0, 7.0)


def populate(exchange: Exchange, options: Options) -> None:
    """Build queues, agents, a trunk and a dialplan, and let callers come for as long as the exchange's clock runs."""
    _build(exchange, options)
    exchange.observers.append(_People(exchange))
    if options.calls_per_minute > 0:
        _next_caller(exchange, 60.0 / options.calls_per_minute)


def queue_names(number: int) -> list[str]:
    """Return the names of so many queues."""
    return [NAMES[i] if i < len(NAMES) else f"{NAMES[i % len(NAMES)]}-{i // len(NAMES) + 1}" for i in range(number)]


def _build(exchange: Exchange, options: Options) -> None:
    exchange.add_endpoint("trunk", context="from-trunk", trunk=True, uri="sip:trunk@192.0.2.1:5060")
    exchange.add_lot()
    names = queue_names(options.queues)
    for i, name in enumerate(names):
        exchange.add_queue(name, "rrmemory", service_level=20, wrapup=5, timeout=15.0)
        exchange.dialplan.add("from-trunk", str(600 + i), "Answer()", f"Queue({name},,,,120)", "Hangup()")
    exchange.dialplan.add("internal", "8000", "Answer()", "ConfBridge(8000)", "Hangup()")
    exchange.dialplan.add("internal", "9000", "Answer()", "Wait(3600)", "Hangup()")
    for n in range(1, options.agents + 1):
        name, number = f"agent{n:02}", str(1000 + n)
        exchange.add_endpoint(name, number, f"Agent {n:02}", uri=f"sip:{name}@192.0.2.{10 + n % 200}:5060", hint=number)
        exchange.dialplan.add("internal", number, f"Dial(PJSIP/{name},30)", "Hangup()")
        for i in range(min(2, len(names))):
            exchange.add_static_member(names[(n + i) % len(names)], f"PJSIP/{name}", f"Agent {n:02}", i)
    exchange.dialplan.include("from-trunk", "internal")


def _next_caller(exchange: Exchange, pause: float) -> None:
    def call() -> None:
        queues = len(exchange.queues)
        if queues:
            name, number = exchange.random.choice(CALLERS)
            exchange.call_in("trunk", number, name, str(600 + exchange.random.randrange(queues)))
        _next_caller(exchange, pause)

    exchange.clock.at(exchange.random.expovariate(1 / pause), call)


class _People(Observer):
    """Agents who answer, talk and hang up, and callers who do not wait forever."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def ringing(self, leg: Channel) -> None:
        """Pick up, mostly."""
        if self._exchange.random.random() < 0.9:
            self._after(RING, lambda: self._exchange.answer(leg))

    def queued(self, queue: Queue, channel: Channel) -> None:
        """Lose patience some time."""
        self._after((20.0, 180.0), lambda: None if channel.bridge is not None else self._exchange.hang_up(channel))

    def connected(self, queue: Queue, channel: Channel, member: Member, leg: Channel) -> None:
        """Talk for a while."""
        who = channel if self._exchange.random.random() < 0.6 else leg
        self._after(TALK, lambda: self._exchange.hang_up(who))

    def _after(self, between: tuple[float, float], what: object) -> None:
        self._exchange.clock.at(self._exchange.random.uniform(*between), what)  # type: ignore[arg-type]
