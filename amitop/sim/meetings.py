"""Meetings: people of the office, and sometimes somebody from outside, in a conference; one of them talks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from amitop.sim import cast

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.life import Life


class Meeting:
    """A room in which a meeting follows another. `people` are endpoints; the first to come leads, by `*ROOM`."""

    def __init__(self, life: Life, room: str, people: list[str], guests: list[str], pause: tuple[float, float]) -> None:
        self.life = life
        self.exchange = life.exchange
        self.room = room
        self.people = people
        self.guests = guests
        """Trunks by which somebody may come."""
        self.pause = pause
        self._talking: Channel | None = None

    def begin(self) -> None:
        """Meet soon, and again and again."""
        self.life.after(*self.pause, self._meet)

    def _meet(self) -> None:
        life = self.life
        lasts = life.dice.uniform(180.0, 700.0)
        free = [endpoint for endpoint in self.people if life.idle(endpoint)]
        chosen = life.dice.sample(free, min(len(free), life.dice.randint(3, 5)))
        for place, endpoint in enumerate(chosen):
            exten = self.room if place else f"*{self.room}"
            life.after(place * 2.0, place * 9.0, partial(self._join, endpoint, exten, lasts))
        if self.guests and life.chance(0.7):
            life.after(5.0, 40.0, lambda: self._guest(lasts))
        life.after(10.0, 15.0, self._next_talks)
        life.exchange.clock.at(lasts + 60.0 + life.dice.uniform(*self.pause), self._meet)

    def _join(self, endpoint: str, exten: str, lasts: float) -> None:
        if self.life.idle(endpoint):
            self._stay(self.exchange.call_in(endpoint, "", "", exten), lasts)

    def _guest(self, lasts: float) -> None:
        number, name = cast.caller(self.life.dice)
        trunk = self.guests[0]
        if self.exchange.endpoints[trunk].reachable:
            self._stay(self.exchange.call_in(trunk, number, name, self.room), lasts)

    def _stay(self, channel: Channel, lasts: float) -> None:
        life = self.life
        if life.chance(0.5):
            life.after(3.0, 20.0, lambda: self._mute(channel, True))
            if life.chance(0.4):
                life.after(60.0, 120.0, lambda: self._mute(channel, False))
        life.after(lasts * 0.6 if life.chance(0.3) else lasts, lasts + 20.0, lambda: self.exchange.hang_up(channel))

    def _mute(self, channel: Channel, on: bool) -> None:
        if not channel.gone:
            self.exchange.conf_mute(self.room, channel.name, on)

    def _next_talks(self) -> None:
        """Let somebody else talk: who is muted is not heard."""
        conference = self.exchange.conferences.get(self.room)
        last, self._talking = self._talking, None
        if last is not None:
            self.exchange.talk(last, False)
        if conference is None:
            return
        able = [member.channel for member in conference.members.values() if not member.muted]
        if able and self.life.chance(0.85):
            self._talking = self.life.dice.choice(able)
            self.exchange.talk(self._talking, True)
        self.life.after(2.0, 12.0, self._next_talks)
