"""Callers: they come in waves, wait as long as they can bear it, and give up."""

from __future__ import annotations

from math import pi, sin
from typing import TYPE_CHECKING

from amitop.sim import cast

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.life import Life
    from amitop.sim.queue import Queue

WAVE = 900.0
"""Seconds from one rush to the next."""
PATIENCE = 140.0
"""Seconds that callers wait, on average."""


class Callers:
    """Those who call from outside. `extensions` are what they call, with how often each among the others."""

    def __init__(self, life: Life, per_minute: float, extensions: list[tuple[str, float]], trunks: list[str]) -> None:
        self.life = life
        self.exchange = life.exchange
        self.per_minute = per_minute
        self.extensions = [exten for exten, _ in extensions]
        self.weights = [weight for _, weight in extensions]
        self.trunks = trunks
        life.on_queued = self.wait

    def begin(self) -> None:
        """Let them come for as long as the clock runs."""
        if self.per_minute > 0 and self.extensions:
            self._next()

    def _next(self) -> None:
        clock = self.exchange.clock
        rate = self.per_minute / 60.0 * (1.0 + 0.4 * sin((clock.now - clock.start) * 2 * pi / WAVE))
        clock.at(self.life.rarely(1.0 / rate), self._call)

    def _call(self) -> None:
        dice = self.life.dice
        number, name = cast.caller(dice)
        exten = dice.choices(self.extensions, self.weights)[0]
        up = [trunk for trunk in self.trunks if self.exchange.endpoints[trunk].reachable]
        if up:
            self.exchange.call_in(up[0] if dice.random() < 0.8 else up[-1], number, name, exten)
        self._next()

    def wait(self, queue: Queue, channel: Channel) -> None:
        """Give up when nobody answers in time."""
        patience = 6.0 + self.life.rarely(PATIENCE)
        self.exchange.clock.at(patience, lambda: self._lose_patience(queue, channel))

    def _lose_patience(self, queue: Queue, channel: Channel) -> None:
        waiting = self.exchange.waiting.get(channel.uniqueid)
        if waiting is not None and waiting.queue is queue:
            self.exchange.hang_up(channel)
