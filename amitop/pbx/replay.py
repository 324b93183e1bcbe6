"""Feeding a recording to a store: the bytes that a PBX sent, with the times at which they were read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from amitop.ami.packet import Kind, Packet
from amitop.ami.wire import Framer
from amitop.pbx.blocks import header
from amitop.pbx.endpoint_detail import learn_endpoint
from amitop.pbx.endpoint_lists import ENDPOINT_LISTS, apply_list
from amitop.pbx.registrations import Lister, lister_of
from amitop.pbx.room_lists import apply_lots, apply_parked, apply_room, apply_rooms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from amitop.pbx.store import Store

Times = list[tuple[float, int, int]]
"""Epoch seconds, offset and length of each read, in order."""

_CHUNK = 65536


@dataclass(slots=True)
class ReplayResult:
    """What a recording held."""

    packets: int = 0
    events: Counter[str] = field(default_factory=Counter)
    """By name, items of lists left out."""
    lists: int = 0
    """Complete lists of channels."""
    queue_lists: int = 0
    """Complete lists of queues."""
    began: float = 0.0
    ended: float = 0.0
    """Times of the first and the last read, epoch seconds."""


@dataclass(slots=True)
class _List:
    asked_at: float
    items: list[Packet] = field(default_factory=list)


def read_times(text: str) -> Times:
    """Read a `.times` file: a line `epoch offset length` for each read. Raises ValueError for any other line."""
    times = []
    for line in text.splitlines():
        at, offset, length = line.split()
        times.append((float(at), int(offset), int(length)))
    return times


def replay(
    data: bytes,
    times: Times | None,
    store: Store,
    *,
    on_list: Callable[[Sequence[Packet], float], None] | None = None,
) -> ReplayResult:
    """Feed *data* to *store*, each read at its time, and return what was in it.

    Lists of channels are merged as a session would: the first replaces, later ones reconcile. *on_list*, if given, sees
    each list and its time just before. Without *times* the clock is made of the Uniqueids of new channels, which begin
    with the second of their creation. Raises `WireError` for bytes that are no AMI.
    """
    player = _Player(store, on_list)
    if times:
        player.result.began = times[0][0]
    for now, packet in _packets(data, times):
        player.play(packet, now)
    store.expire(player.result.ended)
    return player.result


_ITEMS = frozenset(
    {"CoreShowChannel", "BridgeListItem", "QueueParams", "QueueMember", "QueueEntry"}
    | {"ConfbridgeListRooms", "ConfbridgeList", "ParkedCall", "Parkinglot"}
    | {"EndpointList", "ContactList", "ContactStatusDetail", "PeerEntry", "DeviceStateChange"}
    | {"EndpointDetail", "AorDetail", "IdentifyDetail"}
    | {"OutboundRegistrationDetail", "RegistryEntry"}
)


class _Player:
    """Sends each packet where a session would: events to the store, items to the list that they are of."""

    def __init__(self, store: Store, on_list: Callable[[Sequence[Packet], float], None] | None) -> None:
        self.result = ReplayResult()
        self._store = store
        self._on_list = on_list
        self._expired = 0.0
        self._lists: dict[str, _List] = {}
        self._registered: set[Lister] = set()

    def play(self, packet: Packet, now: float) -> None:
        result = self.result
        result.packets += 1
        result.began = result.began or now
        result.ended = now
        if now - self._expired >= 1.0:  # as often as a live link does
            self._expired = now
            self._store.expire(now)
        action_id = packet.action_id if b"\nActionID: " in packet.raw else None  # most have none, and looking is dear
        if packet.kind is Kind.EVENT and (action_id is None or packet.name == "OriginateResponse"):
            result.events[packet.name] += 1
            self._store.apply(packet, now)
        elif action_id is None:
            return
        elif packet.kind is Kind.RESPONSE:
            self._lists[action_id] = _List(now)
        elif packet.name in _ITEMS:
            self._lists.setdefault(action_id, _List(now)).items.append(packet)
        elif header(packet, "EventList").lower() == "complete":
            self._complete(packet, self._lists.pop(action_id, _List(now)), now)

    def _complete(self, packet: Packet, listed: _List, now: float) -> None:
        if packet.name == "CoreShowChannelsComplete":
            if self._on_list is not None:
                self._on_list(listed.items, now)
            self._store.apply_channels(listed.items, listed.asked_at, now, first=self.result.lists == 0)
            self.result.lists += 1
        elif packet.name == "QueueStatusComplete":
            self._complete_queues(listed, now)
        elif packet.name == "BridgeListComplete":
            self._store.apply_bridges(listed.items, now)
        elif packet.name == "ConfbridgeListRoomsComplete":
            apply_rooms(self._store, listed.items, now)
        elif packet.name == "ConfbridgeListComplete" and listed.items:
            apply_room(self._store, header(listed.items[0], "Conference"), listed.items, now)
        elif packet.name in ENDPOINT_LISTS:
            apply_list(self._store, packet.name, listed.items, listed.asked_at, now)
        elif packet.name == "EndpointDetailComplete" and listed.items:
            device = f"PJSIP/{listed.items[0].get('ObjectName')}"
            learn_endpoint(self._store, device, listed.items, listed.asked_at, now)
        elif (lister := lister_of(packet.name, listed.items)) is not None:
            first = lister not in self._registered
            self._registered.add(lister)
            self._store.apply_registrations(lister, listed.items, now, first=first)
        elif packet.name == "ParkedCallsComplete":
            apply_parked(self._store, listed.items, now)
        elif packet.name == "ParkinglotsComplete":
            apply_lots(self._store, listed.items)

    def _complete_queues(self, listed: _List, now: float) -> None:
        names = {header(item, "Queue") for item in listed.items}
        # What was asked is not in a recording; an answer about one queue is to a question about that one.
        queue = names.pop() if len(names) == 1 else None
        first = self.result.queue_lists == 0
        self._store.apply_queues(listed.items, listed.asked_at, now, queue=queue, first=first)
        self.result.queue_lists += 1


def _packets(data: bytes, times: Times | None) -> Iterator[tuple[float, Packet]]:
    framer = Framer()
    if times is None:
        now = 0.0
        for offset in range(0, len(data), _CHUNK):
            for packet in framer.feed(data[offset : offset + _CHUNK]):
                if packet.name == "Newchannel":
                    now = max(now, _epoch(header(packet, "Uniqueid")))
                yield now, packet
        return
    for at, offset, length in times:
        for packet in framer.feed(data[offset : offset + length]):
            yield at, packet


def _epoch(uniqueid: str) -> float:
    """Return the second in a Uniqueid of the form `system-epoch.count`; 0 for one that was chosen (`ChannelId`)."""
    stem, _, count = uniqueid.rpartition(".")
    epoch = stem.rpartition("-")[2]
    return float(epoch) if count.isdecimal() and epoch.isdecimal() and len(epoch) < 12 else 0.0
