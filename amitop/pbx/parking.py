"""Who is parked where: as much as a call's row needs (`ami.md` B.8).

These events come from another thread than the channels' own, before or after them, so their blocks may be old: a known
channel is not brought up to date from them, and only ParkedCall makes one that was not known (`ami.md` D.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.blocks import UNIQUEID, channel_fields, header
from amitop.pbx.channels import begin
from amitop.pbx.model import ParkedAt
from amitop.pbx.reducer import Reducer

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.pbx.model import Channel, Outage
    from amitop.pbx.store import Store


class Parking:
    """The spaces that are taken."""

    def __init__(self) -> None:
        self.spaces: dict[str, ParkedAt] = {}
        """By the parked channel's Uniqueid."""


def _parked_call(store: Store, packet: Packet, now: float) -> None:
    fields = channel_fields(packet, "Parkee")
    if fields is None:
        store.unknown[packet.name] += 1
        return
    if fields[UNIQUEID] in store.tombstones:
        return
    channel = store.channels.get(fields[UNIQUEID]) or begin(store, fields, now, partial=True)
    channel.heard = now
    channel.touched = store.version
    lot, space = header(packet, "Parkinglot"), header(packet, "ParkingSpace")
    store.part(Parking).spaces[channel.uniqueid] = ParkedAt(lot, space, now)
    store.note(channel.uniqueid, packet.name, f"{channel.name} is parked at {space} ({lot})", now)


def _left(store: Store, packet: Packet, now: float) -> None:
    uniqueid = header(packet, "ParkeeUniqueid")
    if store.part(Parking).spaces.pop(uniqueid, None) is None:
        return
    channel = store.channels.get(uniqueid)
    if channel is not None:
        store.note(uniqueid, packet.name, f"{channel.name} {_WORDS[packet.name]}", now)


_WORDS = {
    "UnParkedCall": "is fetched from parking",
    "ParkedCallTimeOut": "was parked for too long",
    "ParkedCallGiveUp": "gives up waiting in parking",
}


def _swap(store: Store, packet: Packet, now: float) -> None:
    """Read ParkedCallSwap: the Parkee now is in the space that another had. That one's Hangup clears the rest."""
    _parked_call(store, packet, now)


def _gone(store: Store, channel: Channel, _now: float) -> None:
    store.part(Parking).spaces.pop(channel.uniqueid, None)


def _doubt(store: Store, channel: Channel, _outage: Outage) -> None:
    if channel.bridge is None:  # whoever is parked is in the lot's bridge
        store.part(Parking).spaces.pop(channel.uniqueid, None)


REDUCER: Reducer = Reducer(
    {
        "ParkedCall": _parked_call,
        "ParkedCallSwap": _swap,
        "UnParkedCall": _left,
        "ParkedCallTimeOut": _left,
        "ParkedCallGiveUp": _left,
    },
    gone=_gone,
    doubt=_doubt,
    part=Parking,
)
