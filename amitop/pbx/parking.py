"""Parked calls: who is where, who parked them, and until when (`ami.md` B.8).

These events come from another thread than the channels' own, before or after them, so their blocks may be old: a known
channel is not brought up to date from them, and only ParkedCall makes one that was not known (`ami.md` D.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.blocks import UNIQUEID, channel_fields, header, number, value
from amitop.pbx.channels import begin
from amitop.pbx.reducer import Reducer
from amitop.pbx.room_model import ParkedCall, ParkingLot

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.pbx.model import Channel, Outage
    from amitop.pbx.store import Store

GRACE = 2.0
"""Seconds for which a list is not believed that somebody is still parked whose leaving was told."""
_WRAP = 2**64
"""Asterisk subtracts unsigned seconds: what is less than nothing comes as this much more (`ami.md` B.8)."""
_DIGITS = 20


class Parking:
    """The spaces that are taken, and the lots that there are."""

    def __init__(self) -> None:
        self.calls: dict[str, ParkedCall] = {}
        """By the parked channel's Uniqueid."""
        self.lots: dict[str, ParkingLot] = {}
        """By name, as listed last."""
        self.departed: dict[str, float] = {}
        """Who left a moment ago, by Uniqueid."""
        self.dirty_since: float | None = None
        """An event told of somebody who was not known to be parked: the list has to be asked for again."""

    def leave(self, uniqueid: str, now: float) -> ParkedCall | None:
        """Take a call out of its space and return it; None for one that is not parked."""
        self.departed.pop(uniqueid, None)
        self.departed[uniqueid] = now
        return self.calls.pop(uniqueid, None)

    def left_lately(self, uniqueid: str, now: float) -> bool:
        """Whether an event told a moment ago that this call left."""
        return now - self.departed.get(uniqueid, -GRACE) < GRACE


def read_parked(packet: Packet, channel: Channel, now: float) -> ParkedCall:
    """Return the parked call of an event or of a list's item; *channel* is the one that is parked."""
    text, been = header(packet, "ParkingTimeout"), number(header(packet, "ParkingDuration")) or 0
    # What is left and what has passed make the limit; where there is none they make 0, by wrapping round.
    limit = (int(text) + been) % _WRAP if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 0
    return ParkedCall(
        uniqueid=channel.uniqueid,
        channel=channel.name,
        caller=channel.caller,
        connected=channel.connected,
        lot=header(packet, "Parkinglot"),
        space=header(packet, "ParkingSpace"),
        parker=value(packet, "ParkerDialString"),
        since=now - been,
        limit=float(limit) if 0 < limit < _WRAP // 2 else None,
    )


def take_in(store: Store, packet: Packet, now: float, *, listed: bool) -> Channel | None:
    """Note that a channel is parked, make it if it is not known, and return it; None for one that has been hung up."""
    fields = channel_fields(packet, "Parkee")
    if fields is None:
        store.unknown[packet.name] += 1
        return None
    if fields[UNIQUEID] in store.tombstones:
        return None
    part = store.part(Parking)
    channel = store.channels.get(fields[UNIQUEID]) or begin(store, fields, now, partial=True)
    parked, known = read_parked(packet, channel, now), part.calls.get(channel.uniqueid)
    if not (listed and known is not None and _same(known, parked)):
        part.calls[channel.uniqueid] = parked
    return channel


def _same(known: ParkedCall, listed: ParkedCall) -> bool:
    """Whether a list tells nothing new: it has whole seconds, and what is known from an event is more exact."""
    return (known.lot, known.space) == (listed.lot, listed.space) and abs(known.since - listed.since) < 2


def _parked_call(store: Store, packet: Packet, now: float) -> None:
    channel = take_in(store, packet, now, listed=False)
    if channel is None:
        return
    channel.heard = now
    channel.touched = store.version
    part = store.part(Parking)
    part.departed.pop(channel.uniqueid, None)
    parked = part.calls[channel.uniqueid]
    store.note(channel.uniqueid, packet.name, f"{channel.name} is parked at {parked.space} ({parked.lot})", now)


def _left(store: Store, packet: Packet, now: float) -> None:
    uniqueid = header(packet, "ParkeeUniqueid")
    if store.part(Parking).leave(uniqueid, now) is None:
        return
    channel = store.channels.get(uniqueid)
    if channel is not None:
        store.note(uniqueid, packet.name, f"{channel.name} {_WORDS[packet.name]}", now)


_WORDS = {
    "UnParkedCall": "is fetched from parking",
    "ParkedCallTimeOut": "was parked for too long",
    "ParkedCallGiveUp": "gives up waiting in parking",
}


def _entered(store: Store, packet: Packet, now: float) -> None:
    """Take out one who is in another bridge: pulled out from outside, it never gives up (`ami.md` D.6)."""
    part = store.part(Parking)
    if part.calls and header(packet, "Uniqueid") in part.calls and header(packet, "BridgeType") != "parking":
        part.leave(header(packet, "Uniqueid"), now)


def _swap(store: Store, packet: Packet, now: float) -> None:
    """Read ParkedCallSwap: the Parkee now is in the space that another had. That one's Hangup clears the rest."""
    _parked_call(store, packet, now)
    store.part(Parking).dirty_since = now


def _gone(store: Store, channel: Channel, _now: float) -> None:
    store.part(Parking).calls.pop(channel.uniqueid, None)


def _doubt(store: Store, channel: Channel, _outage: Outage) -> None:
    if channel.bridge is None:  # whoever is parked is in the lot's bridge
        store.part(Parking).calls.pop(channel.uniqueid, None)


def _expire(store: Store, now: float) -> None:
    departed = store.part(Parking).departed
    while departed and now - next(iter(departed.values())) >= GRACE:
        del departed[next(iter(departed))]


REDUCER: Reducer = Reducer(
    {
        "ParkedCall": _parked_call,
        "ParkedCallSwap": _swap,
        "UnParkedCall": _left,
        "ParkedCallTimeOut": _left,
        "ParkedCallGiveUp": _left,
        "BridgeEnter": _entered,
    },
    gone=_gone,
    doubt=_doubt,
    expire=_expire,
    part=Parking,
)
