"""What all people of the simulation share: dice, time, and being told what happens to their own phone."""

from __future__ import annotations

import random
from math import exp
from typing import TYPE_CHECKING

from amitop.sim.observer import Observer

if TYPE_CHECKING:
    from collections.abc import Callable

    from amitop.sim.bridge import Bridge
    from amitop.sim.channel import Channel
    from amitop.sim.exchange import Exchange
    from amitop.sim.queue import Member, Queue


class Person:
    """Somebody with a phone. What it does not say it does is let it ring."""

    def invited(self, leg: Channel) -> None:
        """Hear of a call that has reached the device, which is to say itself that it rings."""

    def ringing(self, leg: Channel) -> None:
        """Hear it ring."""

    def served(self, queue: Queue, leg: Channel) -> None:
        """Hear that a caller of a queue is on the line."""

    def ended(self, channel: Channel) -> None:
        """Hear that a call of this phone is over."""


class Life(Observer):
    """The people, by their endpoint, and dice of their own: AMI clients do not change what callers are like."""

    def __init__(self, exchange: Exchange, seed: int) -> None:
        self.exchange = exchange
        self.dice = random.Random(f"people {seed}")  # noqa: S311 - a simulation that can be repeated
        self.people: dict[str, Person] = {}
        """By the name of their endpoint."""
        self.on_talk: Callable[[Bridge], None] = lambda bridge: None
        """Told of a bridge in which two have met."""
        self.on_queued: Callable[[Queue, Channel], None] = lambda queue, channel: None
        self.apart: set[str] = set()
        """Endpoints whose calls are let alone."""
        self._met: set[str] = set()
        exchange.observers.append(self)

    # --- time and chance ---

    def after(self, low: float, high: float, what: Callable[[], object]) -> None:
        """Do something in so many seconds, evenly spread."""
        self.exchange.clock.at(self.dice.uniform(low, high), what)  # type: ignore[arg-type]  # what it returns is lost

    def chance(self, probability: float) -> bool:
        """Throw the dice."""
        return self.dice.random() < probability

    def about(self, median: float, spread: float, low: float, high: float) -> float:
        """Choose seconds as people's doings last: mostly about the median, seldom very long."""
        return min(max(median * exp(self.dice.gauss(0.0, spread)), low), high)

    def rarely(self, mean: float) -> float:
        """Choose seconds until something that happens by chance, once in *mean* seconds."""
        return self.dice.expovariate(1.0 / mean)

    # --- who is free ---

    def idle(self, endpoint: str) -> bool:
        """Whether a phone is in nobody's use and can be reached."""
        found = self.exchange.endpoints[endpoint]
        return not found.channels and found.reachable

    def channel_of(self, endpoint: str) -> Channel | None:
        """The first channel of a phone, if it has one."""
        channels = self.exchange.channels_by_device.get(f"PJSIP/{endpoint}")
        return next(iter(channels.values())) if channels else None

    # --- what the exchange tells ---

    def _person(self, channel: Channel) -> Person | None:
        return self.people.get(channel.endpoint.name) if channel.endpoint is not None else None

    def invited(self, leg: Channel) -> None:
        """Tell whose phone is called."""
        if (person := self._person(leg)) is not None and not leg.gone:
            person.invited(leg)

    def ringing(self, leg: Channel) -> None:
        """Tell whose phone rings."""
        if (person := self._person(leg)) is not None and not leg.gone:
            person.ringing(leg)

    def bridged(self, channel: Channel, bridge: Bridge) -> None:
        """Let two who have met talk."""
        if bridge.type != "basic" or len(bridge.channels) != 2 or bridge.uniqueid in self._met:
            return
        if channel.endpoint is None or channel.endpoint.name not in self.apart:
            self._met.add(bridge.uniqueid)
            self.on_talk(bridge)

    def left(self, channel: Channel, bridge: Bridge) -> None:
        """Forget a bridge that is no more."""
        if bridge.destroyed:
            self._met.discard(bridge.uniqueid)

    def queued(self, queue: Queue, channel: Channel) -> None:
        """Let a caller begin to wait."""
        self.on_queued(queue, channel)

    def connected(self, queue: Queue, channel: Channel, member: Member, leg: Channel) -> None:
        """Tell the agent."""
        if (person := self._person(leg)) is not None:
            person.served(queue, leg)

    def ended(self, channel: Channel) -> None:
        """Tell whose call is over."""
        if (person := self._person(channel)) is not None:
            person.ended(channel)
