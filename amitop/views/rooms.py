"""The Rooms view: conferences with their people beneath them, and parked calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.model import NOBODY
from amitop.views.columns import PBX, Column
from amitop.views.format import UNICODE, party
from amitop.views.words import duration

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from amitop.pbx.model import Channel, Key, Party
    from amitop.pbx.room_model import Conference, Participant
    from amitop.pbx.store import Store
    from amitop.views.columns import Style

ADMIN, MARKED = "admin", "marked"


class PersonRow:
    """Somebody in a conference."""

    __slots__ = ("branch", "person", "room", "store")
    ended = False
    children: tuple[PersonRow, ...] = ()

    def __init__(self, store: Store, room: Conference, person: Participant, branch: str) -> None:
        self.store = store
        self.room = room
        self.person = person
        self.branch = branch

    @property
    def key(self) -> tuple[str, ...]:
        """(PBX, room, Uniqueid)."""
        return (self.store.name, self.room.name, self.person.uniqueid)

    @property
    def channel(self) -> Channel | None:
        """The channel; None for a moment after it has gone."""
        return self.store.channels.get(self.person.uniqueid)

    @property
    def caller(self) -> Party:
        """Who it is, as the channel has it now."""
        return self.person.caller if self.channel is None else self.channel.caller

    @property
    def channel_name(self) -> str:
        """The channel's name."""
        return self.person.channel if self.channel is None else self.channel.name

    @property
    def text(self) -> str:
        """The caller ID, else the channel."""
        return party(self.caller) if self.caller != NOBODY else self.channel_name

    @property
    def since(self) -> float:
        """When they came."""
        return self.person.joined

    @property
    def exact(self) -> bool:
        """Whether that is known exactly."""
        return self.person.joined_known

    @property
    def people(self) -> int | None:
        """Of a room only."""
        return None

    @property
    def role(self) -> str:
        """What they are there."""
        roles = (ADMIN, self.person.admin), (MARKED, self.person.marked)
        return " ".join(word for word, so in roles if so)

    @property
    def states(self) -> list[str]:
        """What they do there, in a word each."""
        person = self.person
        words = ("waiting", person.waiting), ("muted", person.muted), ("talking", person.talking)
        return [word for word, so in words if so]

    @property
    def style(self) -> Style:
        """How that looks."""
        if self.person.waiting:
            return "warn"
        return "accent" if self.person.muted else "good" if self.person.talking else ""


class RoomRow:
    """A conference, with a row for each who is in it unless it is closed."""

    __slots__ = ("children", "is_open", "room", "store")
    ended = False
    channel = None
    channel_name = ""
    role = ""

    def __init__(self, store: Store, room: Conference, *, is_open: bool = True) -> None:
        self.store = store
        self.room = room
        self.is_open = is_open
        people = list(room.members.values()) if is_open else []
        self.children = tuple(
            PersonRow(store, room, person, UNICODE.branch if person is not people[-1] else UNICODE.last_branch)
            for person in people
        )

    @property
    def key(self) -> Key:
        """(PBX, name)."""
        return self.room.key

    @property
    def text(self) -> str:
        """Its name."""
        return self.room.name

    @property
    def branch(self) -> str:
        """Whether its people are shown."""
        return UNICODE.opened if self.is_open else UNICODE.closed

    @property
    def since(self) -> float:
        """When it began."""
        return self.room.begun

    @property
    def exact(self) -> bool:
        """Whether that is known exactly."""
        return self.room.begun_known

    @property
    def people(self) -> int | None:
        """How many are in it."""
        return len(self.room.members)

    @property
    def states(self) -> list[str]:
        """What is done to it."""
        room = self.room
        words = ("locked", room.locked), ("all muted", room.muted), (f"{UNICODE.record} recorded", room.recording)
        return [word for word, so in words if so]

    @property
    def style(self) -> Style:
        """How that looks."""
        return "warn" if self.room.locked or self.room.recording else ""


AnyRoomRow = RoomRow | PersonRow


def room_rows(stores: Iterable[Store], closed: Collection[tuple[str, ...]] = ()) -> list[RoomRow]:
    """Return a row for every conference, those of *closed* without their people."""
    return [RoomRow(store, room, is_open=room.key not in closed) for store in stores for room in store.rooms.values()]


def people_words(stores: Iterable[Store]) -> str:
    """Return how many conferences there are and how many people in them: `2 rooms, 7 people`."""
    rooms = [room for store in stores for room in store.rooms.values()]
    people = sum(len(room.members) for room in rooms)
    return f"{len(rooms)} {'room' if len(rooms) == 1 else 'rooms'}, {people} {'person' if people == 1 else 'people'}"


def _names(row: AnyRoomRow) -> str:
    """Return what a filter finds a room by: its name, and who is in it."""
    if isinstance(row, PersonRow):
        return row.text
    people = (PersonRow(row.store, row.room, person, "").text for person in row.room.members.values())
    return " ".join((row.text, *people))


ROOM_COLUMNS: tuple[Column[AnyRoomRow], ...] = (
    Column(
        key="who",
        title="ROOM",
        width=26,
        flex=3,
        priority=0,
        crop="inside",
        text=lambda row, _: f"{'  ' if isinstance(row, PersonRow) else ''}{row.branch} {row.text}",
        sort=lambda row, _: row.text,
        hint="The conference, and who is in it, in the order in which they came",
    ),
    Column(
        key="people",
        title="PEOPLE",
        width=6,
        align="right",
        priority=1,
        text=lambda row, _: "" if row.people is None else str(row.people),
        sort=lambda row, _: row.people,
        searched=False,
        number=True,
        hint="How many are in it",
    ),
    Column(
        key="state",
        title="STATE",
        width=19,
        flex=1,
        priority=0,
        text=lambda row, _: ", ".join(row.states),
        sort=lambda row, _: ", ".join(row.states) or None,
        style=lambda row, _: row.style,
        hint="Of a room: locked, all muted, recorded; of a person: waiting for a marked one, muted, talking",
    ),
    Column(
        key="role",
        title="ROLE",
        width=12,
        priority=2,
        text=lambda row, _: row.role,
        sort=lambda row, _: row.role or None,
        hint="Admin; marked: others wait for them",
    ),
    Column(
        key="time",
        title="TIME",
        width=8,
        align="right",
        priority=1,
        text=lambda row, now: duration(now - row.since, exact=row.exact),
        sort=lambda row, now: now - row.since,
        searched=False,
        number=True,
        hint="Since they came, or the room began; ~ before amitop was there, so at most so long",
    ),
    Column(
        key="channel",
        title="CHANNEL",
        width=24,
        flex=2,
        priority=3,
        crop="inside",
        text=lambda row, _: row.channel_name,
        sort=lambda row, _: row.channel_name or None,
        hint="The channel",
    ),
    Column(
        key="names",
        title="NAMES",
        width=24,
        flex=1,
        priority=7,
        text=lambda row, _: _names(row),
        sort=lambda row, _: _names(row),
        shown=False,
        hint="A room's name and everybody in it: what a filter looks through",
    ),
    Column(
        key="uniqueid",
        title="UNIQUEID",
        width=18,
        priority=7,
        text=lambda row, _: row.person.uniqueid if isinstance(row, PersonRow) else "",
        sort=lambda row, _: row.person.uniqueid if isinstance(row, PersonRow) else None,
        shown=False,
        hint="What the channel is known by",
    ),
    PBX,
)
