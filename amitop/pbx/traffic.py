"""How calls over each device went in the last quarter of an hour: tries, answers, and why others failed.

A call counts when its fate is known: when it is answered, or when it ends without. Nothing scans: each device has a
few slots of ten seconds, and one queue of all slots lets the old ones go.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from amitop.pbx.blocks import header
from amitop.pbx.devices import Devices
from amitop.pbx.model import ChannelState
from amitop.pbx.reducer import Reducer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amitop.ami.packet import Packet
    from amitop.pbx.model import Channel
    from amitop.pbx.store import Store

SLOT = 10.0
"""Seconds whose calls are counted together: a window of time is right to this."""
WINDOWS = (900.0, 300.0, 60.0)
"""The spans of seconds that are asked for; nothing is kept for longer than the first."""
_LOCAL = "Local/"
_CALLED = frozenset({"AppDial", "AppDial2", "AppQueue"})
"""Applications of legs that are called (see `channels`)."""


@dataclass(slots=True)
class Fates:
    """What became of the calls of one direction."""

    answered: int = 0
    failed: Counter[int] = field(default_factory=Counter)
    """By the cause of the hangup (Q.850), 0 where none was given."""

    @property
    def tries(self) -> int:
        """All whose fate is known."""
        return self.answered + self.failed.total()

    @property
    def rate(self) -> float | None:
        """The percentage that was answered; None where there was no call."""
        return 100 * self.answered / self.tries if self.tries else None

    def add(self, other: Fates) -> None:
        """Count those of *other* as well."""
        self.answered += other.answered
        self.failed.update(other.failed)


@dataclass(slots=True)
class Flow:
    """The calls of one device over some time."""

    incoming: Fates = field(default_factory=Fates)
    outgoing: Fates = field(default_factory=Fates)

    def way(self, outgoing: bool) -> Fates:
        """Return those of one direction."""
        return self.outgoing if outgoing else self.incoming

    def add(self, other: Flow) -> None:
        """Count those of *other* as well."""
        self.incoming.add(other.incoming)
        self.outgoing.add(other.outgoing)


class Slot(NamedTuple):
    """Ten seconds of one device."""

    number: int
    device: str
    flow: Flow


class _Device:
    """What is kept of one device."""

    __slots__ = ("changes", "known", "slots")

    def __init__(self) -> None:
        self.slots: deque[Slot] = deque()
        """Oldest first, those without calls left out."""
        self.changes = 0
        self.known: dict[float, tuple[object, Flow]] = {}
        """Sums that were asked for, with what they hold for: several cells of a row ask for the same."""


class InProgress(NamedTuple):
    """How many calls a device has now."""

    incoming: int
    outgoing: int

    @property
    def all(self) -> int:
        """Both."""
        return self.incoming + self.outgoing


class Traffic:
    """What became of calls, by device."""

    def __init__(self) -> None:
        self.pending: set[str] = set()
        """Uniqueids of channels that were seen to begin and that nobody has answered yet."""
        self._devices: dict[str, _Device] = {}
        self._all: deque[Slot] = deque()
        """Oldest first."""
        self._left: Channel | None = None
        """Went a moment ago without an answer: its Hangup is being read."""

    def flow(self, device: str, now: float, seconds: float) -> Flow:
        """Return what became of the calls of *device* in the last *seconds*. It is for reading only."""
        found = self._devices.get(device)
        if found is None:
            return Flow()
        oldest = (now - seconds) // SLOT
        moment = (oldest, found.changes)
        known = found.known.get(seconds)
        if known is not None and known[0] == moment:
            return known[1]
        total = Flow()
        for slot in reversed(found.slots):
            if slot.number <= oldest:
                break
            total.add(slot.flow)
        found.known[seconds] = moment, total
        return total

    def answered(self, channel: Channel, now: float) -> None:
        """Count *channel*, which is up now, unless that was done before."""
        if channel.uniqueid in self.pending:
            self.pending.discard(channel.uniqueid)
            self._now(channel.device, now).way(outgoing(channel)).answered += 1

    def leave(self, channel: Channel, now: float) -> None:
        """Keep *channel*, which goes, for the Hangup that may tell why."""
        self._left = None
        if channel.uniqueid not in self.pending:
            return
        if channel.answered is not None:  # told by another event than the one of its new state
            self.answered(channel, now)
            return
        self.pending.discard(channel.uniqueid)
        self._left = channel

    def failed(self, uniqueid: str, cause: int | None, now: float) -> None:
        """Count the channel that has just left, if it was *uniqueid*, as failed for *cause*."""
        channel, self._left = self._left, None
        if channel is not None and channel.uniqueid == uniqueid:
            self._now(channel.device, now).way(outgoing(channel)).failed[cause or 0] += 1

    def _now(self, device: str, now: float) -> Flow:
        number = int(now // SLOT)
        found = self._devices.setdefault(device, _Device())
        found.changes += 1
        if not found.slots or found.slots[-1].number < number:
            found.slots.append(Slot(number, device, Flow()))
            self._all.append(found.slots[-1])
        return found.slots[-1].flow

    def expire(self, now: float) -> None:
        """Let go of what no window reaches any more."""
        oldest = (now - WINDOWS[0]) // SLOT
        while self._all and self._all[0].number <= oldest:
            device = self._all.popleft().device
            found = self._devices[device]
            found.slots.popleft()
            if not found.slots:
                del self._devices[device]


def outgoing(channel: Channel) -> bool:
    """Whether the PBX called *channel*; a guess where amitop was not there to see it begin."""
    return channel.application in _CALLED if channel.outgoing is None else channel.outgoing


def in_progress(store: Store, devices: Iterable[str]) -> InProgress:
    """Return how many calls *devices* have now."""
    part = store.part(Devices)
    ways = [outgoing(store.channels[uid]) for device in devices for uid in part.of(device)]
    return InProgress(len(ways) - sum(ways), sum(ways))


def _newchannel(store: Store, packet: Packet, _now: float) -> None:
    channel = store.channels.get(header(packet, "Uniqueid"))
    if channel is not None and channel.state is not ChannelState.UP and not channel.name.startswith(_LOCAL):
        store.part(Traffic).pending.add(channel.uniqueid)


def _newstate(store: Store, packet: Packet, now: float) -> None:
    if b"\nChannelState: 6\n" not in packet.raw:
        return
    channel = store.channels.get(header(packet, "Uniqueid"))
    if channel is not None:
        store.part(Traffic).answered(channel, now)


def _gone(store: Store, channel: Channel, now: float) -> None:
    store.part(Traffic).leave(channel, now)


def _hangup(store: Store, packet: Packet, now: float) -> None:
    """Count it. The channel has gone already (see `channels`), and told `_gone` that it goes."""
    uniqueid = header(packet, "Uniqueid")
    ended = store.ended_channels[-1] if store.ended_channels else None
    if ended is not None and ended.channel.uniqueid == uniqueid:
        store.part(Traffic).failed(uniqueid, ended.cause, now)


def _expire(store: Store, now: float) -> None:
    store.part(Traffic).expire(now)


REDUCER: Reducer = Reducer(
    {"Newchannel": _newchannel, "Newstate": _newstate, "Hangup": _hangup}, gone=_gone, expire=_expire, part=Traffic
)
