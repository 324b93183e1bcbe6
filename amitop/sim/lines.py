"""The lines outside and the phones' network: a registration that flaps, phones that cannot be reached for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amitop.sim.life import Life

RENEWED = 7.0
"""Seconds between two phones that are asked whether they are there."""


class Lines:
    """What goes wrong by itself: with `flapping` (a registration and its endpoint) and with one phone after another."""

    def __init__(self, life: Life, flapping: tuple[str, str], phones: list[str]) -> None:
        self.life = life
        self.exchange = life.exchange
        self.flapping = flapping
        self.phones = phones
        self._asked = 0

    def begin(self) -> None:
        """Begin with all in order."""
        self.life.after(60.0, 240.0, self._refuse)
        self.life.after(30.0, 120.0, self._lose)
        self.exchange.clock.at(RENEWED, self._ask)

    # --- the trunk ---

    def _refuse(self) -> None:
        """Let the far end refuse the registration, or not answer."""
        name, endpoint = self.flapping
        registration = self.exchange.registrations[name]
        if self.life.chance(0.5):
            registration.accepted = False
        else:
            registration.answers = False
            self.exchange.contact(endpoint, "Unreachable")
        self.exchange.register(name)
        self.life.after(35.0, 150.0, self._accept)

    def _accept(self) -> None:
        name, endpoint = self.flapping
        registration = self.exchange.registrations[name]
        registration.accepted = registration.answers = True
        self.exchange.contact(endpoint, "Reachable", self.life.dice.randrange(11_000, 40_000))
        self.exchange.register(name)
        self.life.after(120.0, 480.0, self._refuse)

    # --- phones ---

    def _lose(self) -> None:
        """Let one phone be unreachable for a while."""
        free = [phone for phone in self.phones if self.life.idle(phone)]
        if free:
            phone = self.life.dice.choice(free)
            self.exchange.contact(phone, "Unreachable")
            self.life.after(30.0, 240.0, lambda: self._find(phone))
        self.life.after(90.0, 400.0, self._lose)

    def _find(self, phone: str) -> None:
        self.exchange.contact(phone, "Reachable", self.life.dice.randrange(300, 60_000))

    def _ask(self) -> None:
        """Ask the next phones whether they are there: their round trips are others then."""
        names = list(self.exchange.endpoints)
        for _ in range(min(5, len(names))):
            self._asked = (self._asked + 1) % len(names)
            self.exchange.qualify(names[self._asked])
        self.exchange.clock.at(RENEWED, self._ask)
