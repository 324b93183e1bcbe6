"""What an exchange has and knows, and its loudspeaker. The verbs are in `exchange`."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING
from uuid import UUID

from amitop.sim import devices
from amitop.sim.dialplan import Dialplan
from amitop.sim.event import CLASSES, Event, Header, encode, lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from amitop.sim.bridge import Bridge
    from amitop.sim.channel import Channel
    from amitop.sim.clock import Clock
    from amitop.sim.endpoint import Endpoint, Registration
    from amitop.sim.observer import Observer
    from amitop.sim.queue import Member, Queue
    from amitop.sim.room import Conference, Lot
    from amitop.sim.waiting import Waiting


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
        self.waiting: dict[str, Waiting] = {}
        """Who waits in a queue, by Uniqueid."""
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
        self.races = True
        """Whether what Asterisk's threads say of one thing comes now in this order and now in that (`ami.md` B.1)."""
        self.wanted: frozenset[str] = CLASSES
        """Classes that some listener wants: of the others no event is made at all. Set it to the sum of all masks."""
        self.late_devices: list[str] | None = None
        """Devices whose new state is heard later, while something goes on."""
        self.said = 0
        """Events made since the start."""
        self.variables_said = 0
        """VarSets among them."""
        self.calls_processed = 0
        self.down = False
        """Whether it is shut down: nothing is said then, and nobody should begin anything."""
        self.members_by_device: dict[str, list[Member]] = {}
        """Queue members by state interface."""
        self.on_member_state: Callable[[str, int], None] = lambda device, status: None
        """Told of the new state of a device that is some queue's member."""
        self.on_member_free: Callable[[Member], None] = lambda member: None
        """Told of a member who may be available again."""
        self.hints_by_device: dict[str, list[tuple[str, str]]] = {}
        self.ringing_members: set[str] = set()
        """Interfaces that some queue is trying: no other one tries them (app_queue's pending_members)."""
        self.channels_by_device: dict[str, dict[str, Channel]] = {}
        """A device's channels by Uniqueid."""
        self.tallies: dict[str, dict[str, int]] = {}
        """How many of a device's channels do what (`devices`)."""
        self._heads: dict[str, bytes] = {}
        self._names: dict[str, int] = {}
        self._count = 0

    def emit(self, cls: str, name: str, *parts: bytes | Iterable[Header]) -> None:
        """Say an event to all listeners: blocks as bytes, single headers as pairs."""
        if cls not in self.wanted or self.down:
            return
        head = self._heads.get(name)
        if head is None:
            system = f"SystemName: {self.system}\r\n" if self.system else ""
            head = self._heads[name] = encode(f"Event: {name}\r\nPrivilege: {cls},all\r\n{system}")
        event = Event(cls, name, (head, *[part if isinstance(part, bytes) else lines(part) for part in parts], b"\r\n"))
        self.said += 1
        for listener in self.listeners:
            listener(event)

    def race(self, chance: float) -> bool:
        """Whether another thread is the faster one this time."""
        return self.races and self.random.random() < chance

    def note(self, call: Callable[[Observer], None]) -> None:
        """Tell the observers, as a thing of its own after what happens now."""
        if self.observers:
            self.clock.at(0.0, lambda: self._tell(call))

    def _tell(self, call: Callable[[Observer], None]) -> None:
        for observer in self.observers:
            call(observer)

    def forget(self) -> None:
        """Lose everything that an Asterisk loses by a restart, without a word."""
        for channel in self.channels.values():
            channel.gone = channel.hanging = True
            for timer in (channel.pending, channel.limit):
                if timer is not None:
                    timer.cancel()
        for waiting in self.waiting.values():
            waiting.left = True
        for table in (
            self.channels,
            self.by_name,
            self.channels_by_device,
            self.tallies,
            self.bridges,
            self.waiting,
            self.conferences,
        ):
            table.clear()
        for endpoint in self.endpoints.values():
            endpoint.channels.clear()
        for lot in self.lots.values():
            for parked in lot.calls.values():
                if parked.timer is not None:
                    parked.timer.cancel()
            lot.calls.clear()
            lot.bridge = None
        for registration in self.registrations.values():
            registration.tries += 1  # what is on the clock for it is void
            registration.status, registration.next_at = "Unregistered", 0.0
        self.ringing_members.clear()
        for queue in self.queues.values():
            queue.restart(int(self.clock.now))
        self._names.clear()
        self._count = 0
        for device in self.device_states:
            if device.startswith("Queue:") and not device.endswith("_avail"):
                self.device_states[device] = "NOT_INUSE"
            elif device.startswith(("PJSIP/", "Local/", "park:", "confbridge:")):
                self.device_states[device] = devices.state_of(self, device) if "/" in device else "NOT_INUSE"

    def new_uniqueid(self) -> str:
        """`lab-1795375742.8`: the second, and a number that is never used again."""
        self._count += 1
        return f"{self.system}{'-' if self.system else ''}{int(self.clock.now)}.{self._count - 1}"

    def new_name(self, technology: str) -> str:
        """`0000001f`: the end of the next channel's name, counted by technology."""
        count = self._names[technology] = self._names.get(technology, -1) + 1
        return f"{count:08x}"

    def new_uuid(self) -> str:
        """A bridge's Uniqueid."""
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def members_of(self, device: str) -> list[Member]:
        """Memberships whose state is that device's."""
        return self.members_by_device.get(device, [])
