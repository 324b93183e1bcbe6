"""What callers, agents and phones are told: who wants to know derives from it, and acts by the exchange's verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amitop.sim.bridge import Bridge
    from amitop.sim.channel import Channel
    from amitop.sim.queue import Member, Queue


class Observer:
    """Told after the fact, never in the middle of a verb: each call is a thing of its own on the clock (delay 0)."""

    def invited(self, leg: Channel) -> None:
        """Hear of a call that has reached its device, which has not answered in any way (ring, answer, reject)."""

    def ringing(self, leg: Channel) -> None:
        """Hear of a device that rings."""

    def answered(self, channel: Channel) -> None:
        """Hear of a channel that is Up."""

    def bridged(self, channel: Channel, bridge: Bridge) -> None:
        """Hear that a channel hears others, or waits in a parking lot or a conference."""

    def left(self, channel: Channel, bridge: Bridge) -> None:
        """Hear that a channel has left its bridge."""

    def ended(self, channel: Channel) -> None:
        """Hear of a channel's end."""

    def queued(self, queue: Queue, channel: Channel) -> None:
        """Hear of a caller who waits in a queue."""

    def connected(self, queue: Queue, channel: Channel, member: Member, leg: Channel) -> None:
        """Hear of a caller whom an agent has answered."""
