"""Merging the lists of conferences and of parked calls (`ami.md` C, D.4).

A list replaces what it lists, but for those whose leaving was told a moment before: they are still in the list for as
long as Asterisk has not taken them out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.ami.packet import NOTHING
from amitop.pbx.blocks import UNIQUEID, channel_fields, number
from amitop.pbx.channels import begin
from amitop.pbx.conferences import Conferences
from amitop.pbx.parking import Parking, take_in
from amitop.pbx.room_model import Conference, ParkingLot, Participant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amitop.ami.packet import Packet
    from amitop.pbx.store import Store


def apply_rooms(store: Store, items: Iterable[Packet], now: float) -> None:
    """Take a complete ConfbridgeListRooms: which rooms there are, and which are locked.

    Those whose number of people differs from what is known are doubted.
    """
    store.version += 1
    part = store.part(Conferences)
    listed = {item.get("Conference"): item for item in items if item.get("Conference") not in NOTHING}
    for name in [name for name in part.rooms if name not in listed]:
        part.close(part.rooms[name], now)
    for name, item in listed.items():
        if part.left_lately("", name, now):
            continue
        room = part.rooms.get(name) or part.open(Conference(store.name, name, now, begun_known=False))
        room.locked, room.muted = item.get("Locked") == "Yes", item.get("Muted") == "Yes"
        marked = sum(person.marked is True for person in room.members.values())
        if number(item.get("Parties")) != len(room.members) or number(item.get("Marked")) != marked:
            part.doubt(name, now)


def apply_room(store: Store, name: str, items: Iterable[Packet], now: float) -> None:
    """Take a complete ConfbridgeList of the room *name*: who is in it. An empty one is of a room that has gone."""
    store.version += 1
    part = store.part(Conferences)
    part.dirty.pop(name, None)
    people = {person.uniqueid: person for item in items if (person := _person(store, item, name, now)) is not None}
    room = part.rooms.get(name)
    if not people:
        if room is not None:
            part.close(room, now)
        return
    if room is None:
        room = part.open(Conference(store.name, name, now, begun_known=False))
    for uniqueid in [uniqueid for uniqueid in room.members if uniqueid not in people]:
        part.leave(uniqueid, now)
    for person in sorted(people.values(), key=lambda person: person.joined):
        part.sit(room, person)
    room.listed_at = now
    bridges = {store.channels[uniqueid].bridge for uniqueid in people}
    if room.bridge is None and len(bridges) == 1 and (bridge := bridges.pop()) is not None:
        room.bridge = bridge
        part.by_bridge[bridge] = room
    if not room.begun_known:
        room.begun = min([room.begun, *(person.joined for person in room.members.values())])


def _person(store: Store, item: Packet, room: str, now: float) -> Participant | None:
    """Return the participant of an item; None for one who has gone."""
    fields = channel_fields(item)
    part = store.part(Conferences)
    if fields is None:
        return None
    uniqueid = fields[UNIQUEID]
    if uniqueid in store.tombstones or part.left_lately(uniqueid, room, now):
        return None
    known = part.seats.get(uniqueid)
    if known is None or known.room != room:
        channel = store.channels.get(uniqueid) or begin(store, fields, now, partial=True)
        answered = number(item.get("AnsweredTime")) or 0
        known = Participant(room, uniqueid, channel.name, channel.caller, now - answered, joined_known=False)
    known.admin = item.get("Admin") == "Yes"
    known.muted = item.get("Muted") == "Yes"
    known.talking = item.get("Talking") == "Yes"
    known.waiting = item.get("Waiting") == "Yes"
    known.marked = item.get("MarkedUser") == "Yes"
    known.waits_for_marked = item.get("WaitMarked") == "Yes"
    return known


def apply_parked(store: Store, items: Iterable[Packet], now: float) -> None:
    """Take a complete ParkedCalls list, of all lots."""
    store.version += 1
    part = store.part(Parking)
    part.dirty_since = None
    listed = set()
    for item in items:
        if part.left_lately(item.get("ParkeeUniqueid"), now):
            continue
        channel = take_in(store, item, now, listed=True)
        if channel is not None:
            listed.add(channel.uniqueid)
    for uniqueid in part.calls.keys() - listed:
        del part.calls[uniqueid]


def apply_lots(store: Store, items: Iterable[Packet]) -> None:
    """Take a complete Parkinglots list."""
    store.version += 1
    part = store.part(Parking)
    part.lots = {}
    for item in items:
        name, limit = item.get("Name"), number(item.get("Timeout"))
        first, last = item.get("StartSpace"), item.get("StopSpace")
        part.lots[name] = ParkingLot(name, first, last, float(limit) if limit else None)
