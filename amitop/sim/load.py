"""A load for benchmarks: so many channels at once, and so many events a second, from calls like any others.

Calls come in over a trunk of their own, ring a phone, are answered, and end: as many as make the events that are asked
for. Each is as likely to be the next to end as any other, as in Erlang's model: many are short, a few go on for long.
Lists, actions and the truth know them like all calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim import cast
from amitop.sim.dialing import Dial

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.life import Life

TRUNK = "trunk-load"
PER_PHONE = 20
"""Channels for which there is one phone."""
TICK = 0.02
RINGS = 1.0
PER_CALL = 10
"""Events that a call has at the least: bounds what one tick begins."""


class Load:
    """Keeps `channels` channels up, in calls of two, and has the exchange say `rate` events a second in all.

    VarSets come on top.
    """

    def __init__(self, life: Life, channels: int, rate: float) -> None:
        self.life = life
        self.exchange = life.exchange
        self.calls = max(channels // 2, 1)
        self.rate = rate
        self._up: list[Channel] = []
        """The callers, in no order."""
        self._owed = 0.0
        self._said = 0
        self._phones = max(channels // PER_PHONE, 10)
        self._next_phone = 0

    def begin(self, before: float) -> None:
        """Build its phones, let its calls come during the next *before* seconds, and then the events."""
        exchange = self.exchange
        exchange.add_endpoint(TRUNK, context="from-load", trunk=True, uri="sip:load.carrier.example:5060")
        self.life.apart.add(TRUNK)
        for n in range(self._phones):
            name = f"phone{n:04}"
            exchange.add_endpoint(name, str(50_000 + n), f"Phone {n}", uri=f"sip:{name}@198.51.100.{n % 250 + 1}:5060")
            exchange.endpoints[name].ring_after = None
            self.life.apart.add(name)
        exchange.dialplan.add("from-load", "_50000.", "Dial(PJSIP/${EXTEN:5},60)", "Hangup()")
        for n in range(self.calls):
            exchange.clock.at(before * n / self.calls, self._call)
        if self.rate > 0:
            exchange.clock.at(before, self._tick)

    def _call(self) -> None:
        exchange = self.exchange
        phone = f"phone{self._next_phone:04}"
        self._next_phone = (self._next_phone + 1) % self._phones
        number, name = cast.caller(self.life.dice)
        caller = exchange.call_in(TRUNK, number, name, f"50000{phone}")
        dial = caller.running
        if isinstance(dial, Dial):
            leg = dial.legs[0]
            exchange.ring(leg)
            exchange.clock.at(RINGS, lambda: exchange.answer(leg))
        self._up.append(caller)

    def _tick(self) -> None:
        """End and begin as many calls as the events since the last tick were too few."""
        exchange = self.exchange
        exchange.clock.at(TICK, self._tick)
        heard = self._heard()
        said, self._said = heard - self._said, heard
        if not exchange.wanted:
            self._owed = 0.0  # nobody hears any
            return
        # What is owed is bounded: a load that cannot be made is not made up for.
        self._owed = min(self._owed + self.rate * TICK - said, self.rate)
        for _ in range(int(self.rate * TICK / PER_CALL) + 1):
            before = self._heard()
            if self._owed <= 0:
                break
            if self._up:
                exchange.hang_up(self._any())
            self._call()
            self._said = self._heard()
            self._owed -= self._said - before

    def _any(self) -> Channel:
        """Take one of the callers away."""
        up, at = self._up, self.life.dice.randrange(len(self._up))
        up[at], up[-1] = up[-1], up[at]
        return up.pop()

    def _heard(self) -> int:
        """Count the events so far, without the VarSets that clients filter out."""
        return self.exchange.said - self.exchange.variables_said
