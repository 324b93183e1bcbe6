"""What is really so in an exchange, in the shape of amitop's JSON document, from the exchange's own objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amitop.sim.exchange import Exchange


def truth(exchange: Exchange) -> dict[str, object]:
    """Say what is so now: `channels`, `bridges`, `queues`, `endpoints`, `registrations`, `conferences`, `parked`.

    Times are epoch seconds (numbers), durations and waits seconds; what a reader of AMI cannot know is left out.
    """
    raise NotImplementedError
