"""What an exchange has and knows, and its loudspeaker. The verbs are in `exchange`."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from amitop.sim.dialplan import Dialplan
from amitop.sim.event import CLASSES, Event, Header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from amitop.sim.bridge import Bridge
    from amitop.sim.channel import Channel
    from amitop.sim.clock import Clock
    from amitop.sim.endpoint import Endpoint, Registration
    from amitop.sim.observer import Observer
    from amitop.sim.queue import Queue
    from amitop.sim.room import Conference, Lot


class Switch:
    """State by key, and `emit`. Nothing in it scans the channels."""

    def __init__(self, clock: Clock, seed: int = 1, system: str = "") -> None:
        self.clock = clock
        self.random = random.Random(seed)  # noqa: S311 - callers, no secrets
        self.system = system
        """`systemname` in asterisk.conf: the prefix of Uniqueids, and a header of every event. Empty: neither."""
        self.started = clock.now
        self.reloaded = clock.now
        self.channels: dict[str, Channel] = {}
        """By Uniqueid."""
        self.by_name: dict[str, Channel] = {}
        self.bridges: dict[str, Bridge] = {}
        self.queues: dict[str, Queue] = {}
        self.conferences: dict[str, Conference] = {}
        self.lots: dict[str, Lot] = {}
        self.endpoints: dict[str, Endpoint] = {}
        """By name, `agent05`."""
        self.registrations: dict[str, Registration] = {}
        self.device_states: dict[str, str] = {}
        """State by device, as DeviceStateChange said it last."""
        self.hints: dict[tuple[str, str], str] = {}
        """Device by (context, extension)."""
        self.variables: dict[str, str] = {}
        """Global variables."""
        self.dialplan = Dialplan()
        self.listeners: list[Callable[[Event], None]] = []
        self.observers: list[Observer] = []
        self.wanted: frozenset[str] = CLASSES
        """Classes that some listener wants: of the others no event is made at all. Set it to the sum of all masks."""
        self.said = 0
        """Events made since the start."""
        self.calls_processed = 0

    def emit(self, cls: str, name: str, *parts: bytes | Iterable[Header]) -> None:
        """Say an event to all listeners: blocks as bytes, single headers as pairs."""
        raise NotImplementedError

    def note(self, call: Callable[[Observer], None]) -> None:
        """Tell the observers, as a thing of its own after what happens now."""
        raise NotImplementedError

    def new_uniqueid(self) -> str:
        """`lab-1795375742.8`: the second, and a number that is never used again."""
        raise NotImplementedError
