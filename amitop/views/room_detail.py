"""Everything that is known of the selected conference, of somebody in it, or of a parked call, for the detail pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.model import NOBODY
from amitop.pbx.parking import Parking
from amitop.views.channels import ChannelRow
from amitop.views.detail import detail, section
from amitop.views.format import ago, hms, party
from amitop.views.parked import NO_LIMIT, ParkedRow
from amitop.views.rooms import PersonRow, RoomRow
from amitop.views.words import duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from amitop.views.detail import Section

    Lines = Iterator[tuple[str, str | None]]


def room_detail(row: RoomRow | PersonRow | ParkedRow, now: float, *, applications_live: bool) -> list[Section]:
    """Return all that is known of what *row* shows; see `detail` for *applications_live*."""
    if isinstance(row, RoomRow):
        people = (PersonRow(row.store, row.room, person, "") for person in row.room.members.values())
        sections = [section("Conference", _room(row, now))]
        sections.append(section("People", ((each.text, _words(each)) for each in people)))
        return sections
    sections = [
        section("In the conference", _person(row, now))
        if isinstance(row, PersonRow)
        else section("Parked", _parked(row, now))
    ]
    if row.channel is not None:
        sections += detail(ChannelRow(row.store, row.channel), now, applications_live=applications_live)
    return sections


def still_there(row: RoomRow | PersonRow | ParkedRow) -> bool:
    """Whether the PBX still has what *row* shows."""
    if isinstance(row, ParkedRow):
        return row.call.uniqueid in row.store.parked
    room = row.store.rooms.get(row.room.name)
    return room is not None and (isinstance(row, RoomRow) or row.person.uniqueid in room.members)


def _room(row: RoomRow, now: float) -> Lines:
    room = row.room
    yield "Name", room.name
    yield "People", str(len(room.members))
    yield "Began", f"{duration(now - room.begun, exact=room.begun_known)} ago"
    yield "Locked", _yes_no(room.locked)
    yield "All muted", "yes, but for admins" if room.muted else None
    since = "" if room.recorded_since is None else f", for {hms(now - room.recorded_since)}"
    yield "Recorded", f"{_yes_no(room.recording)}{since}"
    waiting = sum(person.waiting is True for person in room.members.values())
    yield "Waiting", f"{waiting} for somebody who is marked" if waiting else None
    yield "People listed", "not yet" if room.listed_at is None else ago(now - room.listed_at)
    yield "Bridge", room.bridge
    yield "PBX", room.pbx


def _person(row: PersonRow, now: float) -> Lines:
    person = row.person
    yield "Room", row.room.name
    yield "Who", party(row.caller)
    yield "Role", row.role
    yield "In it", f"{duration(now - person.joined, exact=person.joined_known)}"
    yield "Muted", _yes_no(person.muted)
    yield "Talking", "yes" if person.talking else "no, or not told"
    yield "Waiting", "for somebody who is marked" if person.waiting else _yes_no(person.waiting)


def _parked(row: ParkedRow, now: float) -> Lines:
    call, left = row.call, row.call.left(now)
    lot = row.store.part(Parking).lots.get(call.lot)
    spaces = f" (spaces {lot.first} to {lot.last})" if lot is not None else ""
    yield "Space", f"{call.space} in {call.lot}{spaces}"
    yield "Who", party(call.caller)
    yield "Talked with", party(call.connected) if call.connected != NOBODY else None
    yield "Parked by", row.parker
    yield "Comes back to", row.parker_device
    yield "Parked for", hms(now - call.since)
    yield "Time left", NO_LIMIT if left is None else hms(left)


def _yes_no(value: bool | None) -> str:
    return "not known" if value is None else "yes" if value else "no"


def _words(row: PersonRow) -> str:
    return ", ".join(word for word in (row.role, *row.states) if word) or "in it"
