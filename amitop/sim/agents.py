"""Agents: they answer, or do not; they pause for lunch and training; they write up a call; they log in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim.life import Person

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.life import Life
    from amitop.sim.queue import Queue

BREAKS = (
    ("Lunch", 300.0, 1200.0, 2), ("Break", 90.0, 420.0, 5), ("Training", 240.0, 900.0, 1), ("Meeting", 180.0, 600.0, 1),
    ("Email", 60.0, 300.0, 3),
)  # fmt: skip
"""Reason, shortest and longest in seconds, and how often among the others."""
BETWEEN = 1300.0
"""Seconds between two breaks of one agent, on average."""
WRITING = "After call"
AUTO = "Auto-Pause"
"""The reason that `autopause` gives."""


class Agent(Person):
    """Somebody who serves queues, by its interface's memberships."""

    def __init__(self, life: Life, endpoint: str, name: str, queues: list[tuple[str, int]], *, dynamic: bool) -> None:
        self.life = life
        self.exchange = life.exchange
        self.endpoint = endpoint
        self.interface = f"PJSIP/{endpoint}"
        self.name = name
        self.queues = queues
        """Queue and penalty."""
        self.dynamic = dynamic
        """Logs in by itself, instead of being written in queues.conf."""
        self.slow = life.dice.uniform(0.7, 1.8)
        self.lazy = life.dice.choice((0.02, 0.05, 0.05, 0.2))
        """How often it lets it ring."""
        self._let_ring = 0
        self._serving: set[str] = set()
        self._reason = ""
        """Why it has paused by itself; what others have done to it is theirs to undo."""

    def begin(self) -> None:
        """Start the shift."""
        life = self.life
        life.exchange.clock.at(life.rarely(BETWEEN * 0.5), self._break)
        if self.dynamic:
            life.after(0.0, 120.0, self._log_in)

    # --- its phone ---

    def ringing(self, leg: Channel) -> None:
        """Pick up, mostly."""
        life = self.life
        if len(self.exchange.endpoints[self.endpoint].channels) > 1:
            life.after(1.0, 3.0, lambda: self.exchange.reject(leg, 17))  # on another line
        elif life.chance(self.lazy):
            self._let_ring += 1
            if self._let_ring >= 2:
                life.after(14.0, 18.0, lambda: self._pause(AUTO, 60.0, 240.0))
        elif life.chance(0.02):
            life.after(1.0, 4.0, lambda: self.exchange.reject(leg, 21))
        else:
            self._let_ring = 0
            life.after(1.0 * self.slow, 5.0 * self.slow, lambda: self.exchange.answer(leg))

    def served(self, queue: Queue, leg: Channel) -> None:
        """Note that this call is a queue's."""
        self._serving.add(leg.uniqueid)

    def ended(self, channel: Channel) -> None:
        """Write something up after some calls."""
        if channel.uniqueid in self._serving:
            self._serving.discard(channel.uniqueid)
            if self.life.chance(0.3):
                self._pause(WRITING, 8.0, 45.0)

    # --- pauses ---

    def _break(self) -> None:
        life = self.life
        if self.exchange.endpoints[self.endpoint].channels or self._reason:
            life.after(5.0, 30.0, self._break)
            return
        reason, shortest, longest, _ = life.dice.choices(BREAKS, [weight for *_, weight in BREAKS])[0]
        self._pause(reason, shortest, longest)
        life.exchange.clock.at(longest + life.rarely(BETWEEN), self._break)

    def _pause(self, reason: str, shortest: float, longest: float) -> None:
        members = [queue.members.get(self.interface) for queue in self.exchange.queues.values()]
        if self._reason or any(member is not None and member.paused for member in members):
            return
        self._reason = reason
        self.exchange.pause_member(self.interface, True, reason=reason)
        self.life.after(shortest, longest, self._back)

    def _back(self) -> None:
        reason, self._reason = self._reason, ""
        for queue in self.exchange.queues.values():
            member = queue.members.get(self.interface)
            if member is not None and member.paused and member.paused_reason == reason:
                self.exchange.pause_member(self.interface, False, queue=queue.name)

    # --- log-in and log-off ---

    def _log_in(self) -> None:
        for queue, penalty in self.queues:
            self.exchange.add_member(queue, self.interface, name=self.name, penalty=penalty)
        self.life.after(600.0, 2400.0, self._log_off)

    def _log_off(self) -> None:
        if self.exchange.endpoints[self.endpoint].channels:
            self.life.after(5.0, 30.0, self._log_off)
            return
        for queue, _ in self.queues:
            self.exchange.remove_member(queue, self.interface)
        self.life.after(60.0, 400.0, self._log_in)
