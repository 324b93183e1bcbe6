"""The office: people who call each other and the world outside, and the world's answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim import cast
from amitop.sim.life import Person

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.life import Life


class Worker(Person):
    """Somebody in the office: picks up if there."""

    def __init__(self, life: Life, endpoint: str, extension: str) -> None:
        self.life = life
        self.exchange = life.exchange
        self.endpoint = endpoint
        self.extension = extension

    def ringing(self, leg: Channel) -> None:
        """Pick up, if not on another line."""
        life = self.life
        if len(self.exchange.endpoints[self.endpoint].channels) > 1:
            life.after(1.0, 4.0, lambda: self.exchange.reject(leg, 17))
        elif life.chance(0.8):
            life.after(2.0, 12.0, lambda: self.exchange.answer(leg))
        elif life.chance(0.3):
            life.after(2.0, 6.0, lambda: self.exchange.reject(leg, 21))


class Outside(Person):
    """Whoever is called over a trunk."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.exchange = life.exchange

    def invited(self, leg: Channel) -> None:
        """Ring after a while, unless the number is wrong or the network is full."""
        life, exchange = self.life, self.exchange
        chance = life.dice.random()
        if chance < 0.08:
            cause = 1 if chance < 0.05 else 34
            life.after(0.4, 2.0, lambda: exchange.reject(leg, cause))
            return
        if chance < 0.3:
            life.after(0.3, 0.7, lambda: exchange.progress(leg))
        life.after(0.8, 3.0, lambda: exchange.ring(leg))

    def ringing(self, leg: Channel) -> None:
        """Pick up, refuse, or be out."""
        life, exchange = self.life, self.exchange
        chance = life.dice.random()
        if chance < 0.74:
            life.after(2.0, 14.0, lambda: exchange.answer(leg))
        elif chance < 0.86:
            life.after(0.5, 8.0, lambda: exchange.reject(leg, 17))


class Office:
    """The calls that begin here. `phones` are extensions by endpoint; agents call out too, when they have time."""

    def __init__(self, life: Life, per_minute: float, workers: dict[str, str], callers: list[str]) -> None:
        self.life = life
        self.exchange = life.exchange
        self.per_minute = per_minute
        self.workers = workers
        self.callers = callers
        """Endpoints of all who call from here."""

    def begin(self) -> None:
        """Let them call for as long as the clock runs."""
        if self.per_minute > 0 and self.callers:
            self._next()

    def _next(self) -> None:
        self.exchange.clock.at(self.life.rarely(60.0 / self.per_minute), self._call)

    def _call(self) -> None:
        life = self.life
        self._next()
        free = [endpoint for endpoint in self.callers if life.idle(endpoint)]
        if not free:
            return
        who = life.dice.choice(free)
        others = [extension for endpoint, extension in self.workers.items() if endpoint != who]
        if others and life.chance(0.4):
            exten = life.dice.choice(others)
        else:
            exten = life.dice.choice("998") + cast.number(life.dice)
        channel = self.exchange.call_in(who, "", "", exten)
        life.after(18.0, 40.0, lambda: self._give_up(channel))

    def _give_up(self, channel: Channel) -> None:
        if channel.bridge is None and not channel.gone and channel.answered is None:
            self.exchange.hang_up(channel)
