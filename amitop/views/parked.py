"""Parked calls: who is where, who parked them, and how long they may stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.model import NOBODY
from amitop.thresholds import Level
from amitop.views.columns import PBX, Column
from amitop.views.format import hms, party
from amitop.views.words import LEVEL_STYLE, signed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from amitop.pbx.model import Channel
    from amitop.pbx.room_model import ParkedCall
    from amitop.pbx.store import Store
    from amitop.views.columns import Style

SOON, NOW = 15.0, 5.0
"""Seconds that are left when a parked call begins to be a worry, and to be more than that."""
NO_LIMIT = "no limit"


class ParkedRow:
    """A parked call."""

    __slots__ = ("call", "names", "store")
    ended = False
    children: tuple[ParkedRow, ...] = ()

    def __init__(self, store: Store, call: ParkedCall, names: Mapping[str, str]) -> None:
        self.store = store
        self.call = call
        self.names = names

    @property
    def key(self) -> tuple[str, ...]:
        """(PBX, lot, space, Uniqueid)."""
        return (self.store.name, self.call.lot, self.call.space, self.call.uniqueid)

    @property
    def channel(self) -> Channel | None:
        """The channel; None for a moment after it has gone."""
        return self.store.channels.get(self.call.uniqueid)

    @property
    def channel_name(self) -> str:
        """The channel's name."""
        return self.call.channel if self.channel is None else self.channel.name

    @property
    def text(self) -> str:
        """Who is parked: the caller ID, else the channel."""
        caller = self.call.caller if self.channel is None else self.channel.caller
        return party(caller) if caller != NOBODY else self.channel_name

    @property
    def parker(self) -> str:
        """Who parked the call, in words: an agent's name, a phone; nobody but the call itself, by the dialplan."""
        device = self.call.parker
        if device is None:
            return ""
        if self.channel is not None and device == self.channel.device:
            return "itself"
        return self.names.get(device) or device.partition("/")[2] or device

    @property
    def parker_device(self) -> str:
        """Whose phone rings when the time is up, as Asterisk has it."""
        return self.call.parker or ""

    def level(self, now: float) -> Level:
        """How bad it is that so little time is left."""
        left = self.call.left(now)
        if left is None or left > SOON:
            return Level.FINE
        return Level.WARN if left > NOW else Level.CRITICAL

    def left_text(self, now: float) -> str:
        """What is left, with a sign where it is little."""
        left = self.call.left(now)
        return NO_LIMIT if left is None else signed(hms(left), self.level(now))


def parked_rows(stores: Iterable[Store]) -> list[ParkedRow]:
    """Return a row for every parked call, whose time is up first at the top."""
    rows = []
    for store in stores:
        if store.parked:
            names = _names(store)
            rows += [ParkedRow(store, call, names) for call in store.parked.values()]
    rows.sort(key=lambda row: float("inf") if row.call.limit is None else row.call.since + row.call.limit)
    return rows


def _names(store: Store) -> dict[str, str]:
    """Return whose phones are known: by the device's name, as queues call their members."""
    members = (member for queue in store.queues.values() for member in queue.members.values())
    return {member.interface: member.name for member in members if member.name}


def _left_style(row: ParkedRow, now: float) -> Style:
    return LEVEL_STYLE[row.level(now)]


PARKED_COLUMNS: tuple[Column[ParkedRow], ...] = (
    Column(
        key="left",
        title="LEFT",
        width=9,
        align="right",
        priority=0,
        text=lambda row, now: row.left_text(now),
        sort=lambda row, now: row.call.left(now),
        style=_left_style,
        searched=False,
        number=True,
        hint="Until the time is up and the call goes back to who parked it; ! soon, !! now",
    ),
    Column(
        key="space",
        title="SPACE",
        width=6,
        align="right",
        priority=0,
        text=lambda row, _: row.call.space,
        sort=lambda row, _: row.call.space,
        hint="The number that fetches it",
    ),
    Column(
        key="lot",
        title="LOT",
        width=10,
        priority=2,
        text=lambda row, _: row.call.lot,
        sort=lambda row, _: row.call.lot,
        hint="The parking lot",
    ),
    Column(
        key="caller",
        title="CALLER",
        width=21,
        flex=2,
        priority=0,
        crop="inside",
        text=lambda row, _: row.text,
        sort=lambda row, _: row.text,
        hint="Who is parked",
    ),
    Column(
        key="parker",
        title="PARKED BY",
        width=14,
        flex=1,
        priority=1,
        crop="inside",
        text=lambda row, _: row.parker,
        sort=lambda row, _: row.parker or None,
        hint="Who parked the call, and is rung when its time is up; itself: the dialplan parked it",
    ),
    Column(
        key="time",
        title="TIME",
        width=7,
        align="right",
        priority=1,
        text=lambda row, now: hms(now - row.call.since),
        sort=lambda row, now: now - row.call.since,
        searched=False,
        number=True,
        hint="Since it was parked",
    ),
    Column(
        key="channel",
        title="CHANNEL",
        width=22,
        flex=1,
        priority=5,
        crop="inside",
        text=lambda row, _: row.channel_name,
        sort=lambda row, _: row.channel_name,
        shown=False,
        hint="The channel that is parked",
    ),
    Column(
        key="device",
        title="COMES BACK TO",
        width=18,
        priority=6,
        text=lambda row, _: row.parker_device,
        sort=lambda row, _: row.parker_device or None,
        shown=False,
        hint="Whose phone rings when the time is up, as Asterisk dials it",
    ),
    Column(
        key="uniqueid",
        title="UNIQUEID",
        width=18,
        priority=7,
        text=lambda row, _: row.call.uniqueid,
        sort=lambda row, _: row.call.uniqueid,
        shown=False,
        hint="What the channel is known by",
    ),
    PBX,
)
