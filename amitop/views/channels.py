"""The Channels view: a row for every leg."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from amitop.pbx.model import ChannelState
from amitop.views.columns import PBX, Column, Style
from amitop.views.format import party
from amitop.views.kept import KeptRows, by_age
from amitop.views.sound import QUALITY, sound_of
from amitop.views.stuck import SIGN, stuck
from amitop.views.words import application, company, duration, flags, marked, position, time_left

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amitop.pbx.model import Channel, EndedChannel
    from amitop.pbx.store import Store
    from amitop.views.sound import Sound

LINGER = 2.0
"""Seconds for which what ended stays on the screen, dimmed, with its cause."""

_STYLES: dict[ChannelState, Style] = {
    ChannelState.UP: "good",
    ChannelState.RINGING: "accent",
    ChannelState.RING: "accent",
    ChannelState.DIALING: "accent",
    ChannelState.BUSY: "warn",
}


class ChannelRow:
    """A leg, or what is left of it."""

    __slots__ = ("channel", "end", "key", "store")
    children: tuple[ChannelRow, ...] = ()

    def __init__(self, store: Store, channel: Channel, end: EndedChannel | None = None) -> None:
        self.key: tuple[str, ...] = channel.key
        """(PBX, Uniqueid)."""
        self.store = store
        self.channel = channel
        self.end = end

    @property
    def ended(self) -> bool:
        """Whether the channel has gone."""
        return self.end is not None

    def age(self, now: float) -> float:
        """Seconds since it began, until it ended."""
        return (now if self.end is None else self.end.at) - self.channel.created

    def stuck(self, now: float) -> str | None:
        """Why it looks stuck, or None."""
        return None if self.end is not None else stuck(self.store, self.channel, now)

    def state_word(self) -> str:
        """The state in a word."""
        if self.end is not None:
            return "Lost" if self.end.lost else "Ended"
        return "Hanging up" if self.channel.hanging else self.channel.state_text

    def state(self, now: float) -> str:
        """The state in a word, with a sign when it looks stuck."""
        return f"{self.state_word()} {SIGN}" if self.stuck(now) else self.state_word()

    def state_style(self, now: float) -> Style:
        """What the state means."""
        if self.end is not None:
            return "warn" if self.end.lost else "dim"
        if self.stuck(now):
            return "bad"
        if self.channel.hanging:
            return "dim"
        return _STYLES.get(self.channel.state, "")

    def application(self) -> str:
        """What the dialplan does with it; when it has gone, why."""
        return marked(application(self.channel), (self.channel,)) if self.end is None else self.end.cause_text

    def company(self) -> str:
        """Whom it is with."""
        return company(self.store, self.channel) if self.end is None else ""

    def sound(self, now: float) -> Sound:
        """How it sounds."""
        return sound_of(self.store, self.channel, now if self.end is None else self.end.at)

    def talk(self, now: float) -> float | None:
        """Seconds in its bridge; None when it is in none, or when it entered before amitop was there."""
        if self.end is not None or self.channel.bridge is None or self.channel.bridged_at is None:
            return None
        return now - self.channel.bridged_at

    def talk_text(self, now: float) -> str:
        """How long it has been in its bridge; `?` where that is not known."""
        talk = self.talk(now)
        return "?" if talk is None and self.end is None and self.channel.bridge else duration(talk)


_age = attrgetter("channel.created", "channel.order")


class ChannelRows:
    """The rows of the Channels view; that of a channel that lives is made once."""

    def __init__(self) -> None:
        self._kept: KeptRows[Channel, ChannelRow] = KeptRows(ChannelRow)

    def rows(self, stores: Iterable[Store], now: float) -> list[ChannelRow]:
        """Return a row for every channel, oldest first, and for those that ended less than two seconds ago."""
        alive: list[list[ChannelRow]] = []
        ended: list[ChannelRow] = []
        for store in stores:
            store.keep_order()
            alive.append(self._kept.of(store, store.channels.values()))
            ended += [ChannelRow(store, end.channel, end) for end in lingering(store, now)]
        return by_age(alive, ended, _age)


def channel_rows(stores: Iterable[Store], now: float) -> list[ChannelRow]:
    """Return what `ChannelRows` does, for whoever wants it once."""
    return ChannelRows().rows(stores, now)


def lingering(store: Store, now: float) -> list[EndedChannel]:
    """Return the channels that ended less than two seconds ago."""
    found = []
    for end in reversed(store.ended_channels):
        if now - end.at >= LINGER:
            break
        found.append(end)
    return found


TIME: Column[ChannelRow] = Column(
    key="time",
    title="TIME",
    width=8,
    align="right",
    priority=0,
    text=lambda row, now: duration(row.age(now), exact=not row.channel.partial),
    sort=lambda row, now: row.age(now),
    searched=False,
    number=True,
    hint="Since the channel began; ~ where amitop was not there",
)
CHANNEL: Column[ChannelRow] = Column(
    key="channel",
    title="CHANNEL",
    width=22,
    flex=2,
    priority=0,
    crop="inside",
    text=lambda row, _: row.channel.name,
    sort=lambda row, _: row.channel.name,
    hint="Technology, device and serial number",
)
CALLER: Column[ChannelRow] = Column(
    key="caller",
    title="CALLER",
    width=17,
    flex=2,
    priority=1,
    crop="inside",
    text=lambda row, _: party(row.channel.caller),
    sort=lambda row, _: row.channel.caller.num or row.channel.caller.name,
    hint="Whose phone this leg is: its caller ID",
)
WITH: Column[ChannelRow] = Column(
    key="bridge",
    title="WITH",
    width=16,
    flex=1,
    priority=2,
    text=lambda row, _: row.company(),
    sort=lambda row, _: row.company() or None,
    hint="Who is in its bridge",
)
UNIQUEID: Column[ChannelRow] = Column(
    key="uniqueid",
    title="UNIQUEID",
    width=18,
    priority=7,
    text=lambda row, _: row.channel.uniqueid,
    sort=lambda row, _: row.channel.uniqueid,
    shown=False,
    hint="What it is known by",
)

CHANNEL_COLUMNS: tuple[Column[ChannelRow], ...] = (
    TIME,
    Column(
        key="state",
        title="STATE",
        width=10,
        priority=0,
        text=lambda row, now: row.state(now),
        sort=lambda row, now: row.state(now),
        style=lambda row, now: row.state_style(now),
        hint="Asterisk's word; ! where it looks stuck",
    ),
    CHANNEL,
    CALLER,
    Column(
        key="connected",
        title="CONNECTED",
        width=17,
        flex=2,
        priority=4,
        crop="inside",
        text=lambda row, _: party(row.channel.connected),
        sort=lambda row, _: row.channel.connected.num or row.channel.connected.name,
        hint="Whom its phone shows: the connected line",
    ),
    Column(
        key="exten",
        title="EXTEN",
        width=16,
        flex=1,
        priority=3,
        text=lambda row, _: position(row.channel.position),
        sort=lambda row, _: position(row.channel.position) or None,
        hint="Where it stands in the dialplan: exten@context:priority",
    ),
    Column(
        key="app",
        title="APPLICATION",
        width=17,
        flex=2,
        priority=2,
        text=lambda row, _: row.application(),
        sort=lambda row, _: row.application() or None,
        hint="What the dialplan does with it; why it ended, once it has",
    ),
    WITH,
    Column(
        key="talk",
        title="TALK",
        width=7,
        align="right",
        priority=4,
        text=lambda row, now: row.talk_text(now),
        sort=lambda row, now: row.talk(now),
        searched=False,
        number=True,
        hint="In its bridge since",
    ),
    Column(
        key="flags",
        title="FLAGS",
        width=14,
        priority=5,
        text=lambda row, _: flags((row.channel,)),
        sort=lambda row, _: flags((row.channel,)) or None,
        style=lambda row, _: "accent",
        hint="Held, recorded, listened to, muted, limited",
    ),
    Column(
        key="ends",
        title="ENDS IN",
        width=8,
        align="right",
        priority=6,
        text=lambda row, now: duration(time_left((row.channel,), now)),
        sort=lambda row, now: time_left((row.channel,), now),
        shown=False,
        searched=False,
        number=True,
        hint="Until the time limit that was set here hangs it up",
    ),
    QUALITY,
    Column(
        key="account",
        title="ACCOUNT",
        width=12,
        priority=6,
        text=lambda row, _: row.channel.account or "",
        sort=lambda row, _: row.channel.account,
        shown=False,
        hint="The account code",
    ),
    Column(
        key="tech",
        title="TECH",
        width=6,
        priority=6,
        text=lambda row, _: row.channel.technology,
        sort=lambda row, _: row.channel.technology,
        shown=False,
        searched=False,
        hint="The channel's driver",
    ),
    Column(
        key="language",
        title="LANGUAGE",
        width=8,
        priority=7,
        text=lambda row, _: row.channel.language or "",
        sort=lambda row, _: row.channel.language,
        shown=False,
        searched=False,
        hint="Of the prompts it hears",
    ),
    Column(
        key="created",
        title="CREATED",
        width=13,
        align="right",
        priority=7,
        text=lambda row, now: f"{duration(now - row.channel.created, exact=not row.channel.partial)} ago",
        sort=lambda row, _: -row.channel.created,
        shown=False,
        searched=False,
        hint="When the channel began",
    ),
    Column(
        key="linkedid",
        title="LINKEDID",
        width=18,
        priority=7,
        text=lambda row, _: row.channel.linkedid,
        sort=lambda row, _: row.channel.linkedid,
        shown=False,
        hint="The oldest channel that it is known to belong with",
    ),
    UNIQUEID,
    PBX,
)
