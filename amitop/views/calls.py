"""The Calls view: a row for every call and, beneath an expanded one, a row for each of its legs."""

from __future__ import annotations

from collections import defaultdict
from operator import attrgetter
from typing import TYPE_CHECKING

from amitop.views.call_row import CallRow, LegRow, account, parties
from amitop.views.channels import LINGER, lingering
from amitop.views.columns import PBX, Column
from amitop.views.format import UNICODE
from amitop.views.kept import KeptRows, by_age
from amitop.views.sound import QUALITY
from amitop.views.words import duration, flags, time_left

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from amitop.pbx.model import Call, Channel, EndedChannel
    from amitop.pbx.store import Store


_age = attrgetter("call.started", "call.order")


class CallRows:
    """The rows of the Calls view; that of a call that lives and is not opened is made once."""

    def __init__(self) -> None:
        self._kept: KeptRows[Call, CallRow] = KeptRows(CallRow)

    def rows(
        self, stores: Iterable[Store], expanded: Collection[tuple[str, ...]], now: float
    ) -> list[CallRow | LegRow]:
        """Return a row for every call, oldest first, and for those that ended less than two seconds ago.

        *expanded* holds the keys of the calls whose legs are shown; those are the rows' `children`, which `project`
        puts beneath them.
        """
        alive: list[list[CallRow]] = []
        ends: list[CallRow] = []
        for store in stores:
            gone: dict[str, list[EndedChannel]] = defaultdict(list)
            for end in lingering(store, now):
                gone[end.call_id].append(end)
            store.keep_order()
            own = self._kept.of(store, store.calls.values())
            for ended in reversed(store.ended_calls):
                if now - ended.at >= LINGER:
                    break
                legs = {leg.uniqueid: leg for leg in _legs(ended.call, gone)}
                ends.append(CallRow(store, ended.call, end=ended, last_legs=list(legs.values())))
            if expanded:
                own = [_opened(row, gone) if row.key in expanded else row for row in own]
                ends = [_opened(row, gone) if row.store is store and row.key in expanded else row for row in ends]
            alive.append(own)
        rows = by_age(alive, ends, _age)
        return list(rows)


def call_rows(stores: Iterable[Store], expanded: Collection[tuple[str, ...]], now: float) -> list[CallRow | LegRow]:
    """Return what `CallRows` does, for whoever wants it once."""
    return CallRows().rows(stores, expanded, now)


def _opened(row: CallRow, gone: dict[str, list[EndedChannel]]) -> CallRow:
    children = _children(row.store, row.call, gone)
    return CallRow(row.store, row.call, end=row.end, last_legs=row.legs, children=children)


def _legs(call: Call, gone: dict[str, list[EndedChannel]]) -> list[Channel]:
    """Return the last legs of a call that has ended: it has let go of them, but for the one that it began with."""
    first = [] if call.first is None else [call.first]
    return first + [end.channel for end in gone.get(call.id, ())]


def _children(store: Store, call: Call, gone: dict[str, list[EndedChannel]]) -> tuple[LegRow, ...]:
    """Return a row for each leg, also for those that ended less than two seconds ago, oldest first."""
    legs: list[tuple[Channel, EndedChannel | None]] = [(leg, None) for leg in call.legs]
    legs += [(end.channel, end) for end in gone.get(call.id, ())]
    legs.sort(key=lambda leg: (leg[0].created, leg[0].order))
    return tuple(
        LegRow(store, call.id, leg, end, UNICODE.last_branch if leg is legs[-1][0] else UNICODE.branch)
        for leg, end in legs
    )


CALL_COLUMNS: tuple[Column[CallRow | LegRow], ...] = (
    Column(
        key="time",
        title="TIME",
        width=8,
        align="right",
        priority=0,
        text=lambda row, now: duration(row.age(now), exact=row.exact),
        sort=lambda row, now: row.age(now),
        searched=False,
        number=True,
        hint="Since the call began; ~ where amitop was not there",
    ),
    Column(
        key="state",
        title="STATE",
        width=10,
        priority=0,
        text=lambda row, now: row.state(now),
        sort=lambda row, now: row.state(now),
        style=lambda row, now: row.state_style(now),
        hint="What it is doing; ! where a leg looks stuck",
    ),
    Column(
        key="from",
        title="FROM",
        width=17,
        flex=2,
        priority=0,
        crop="inside",
        text=lambda row, _: row.from_text(),
        sort=lambda row, _: row.from_text(),
        hint="Who called",
    ),
    Column(
        key="to",
        title="TO",
        width=17,
        flex=2,
        priority=1,
        crop="inside",
        text=lambda row, _: row.to_text(),
        sort=lambda row, _: row.to_text(),
        hint="Who was called, or answered",
    ),
    Column(
        key="via",
        title="VIA",
        width=14,
        flex=1,
        priority=2,
        crop="inside",
        text=lambda row, _: row.via(),
        sort=lambda row, _: row.via() or None,
        hint="The queue, room, trunk, device or application between them; why it ended, once it has",
    ),
    Column(
        key="talk",
        title="TALK",
        width=7,
        align="right",
        priority=3,
        text=lambda row, now: row.talk_text(now),
        sort=lambda row, now: row.talk(now),
        searched=False,
        number=True,
        hint="Since the two have each other; ? where amitop was not there",
    ),
    Column(
        key="flags",
        title="FLAGS",
        width=14,
        priority=4,
        text=lambda row, _: flags(row.legs),
        sort=lambda row, _: flags(row.legs) or None,
        style=lambda _row, _now: "accent",
        shown=False,
        hint="Held, recorded, listened to, muted, limited",
    ),
    Column(
        key="ends",
        title="ENDS IN",
        width=8,
        align="right",
        priority=6,
        text=lambda row, now: duration(time_left(row.legs, now)),
        sort=lambda row, now: time_left(row.legs, now),
        shown=False,
        searched=False,
        number=True,
        hint="Until the time limit that was set here hangs up the first leg",
    ),
    QUALITY,
    Column(
        key="legs",
        title="LEGS",
        width=4,
        align="right",
        priority=5,
        text=lambda row, _: str(len(row.legs)),
        sort=lambda row, _: len(row.legs),
        shown=False,
        searched=False,
        number=True,
        hint="How many channels it has",
    ),
    Column(
        key="queue",
        title="QUEUE",
        width=12,
        priority=5,
        text=lambda row, _: row.queue() or "",
        sort=lambda row, _: row.queue(),
        shown=False,
        hint="The queue that it came through",
    ),
    Column(
        key="app",
        title="APP",
        width=16,
        priority=5,
        text=lambda row, _: row.application(),
        sort=lambda row, _: row.application() or None,
        shown=False,
        hint="What the dialplan does with its oldest channel",
    ),
    Column(
        key="account",
        title="ACCOUNT",
        width=12,
        priority=6,
        text=lambda row, _: account(row),
        sort=lambda row, _: account(row) or None,
        shown=False,
        hint="The account code of the first leg that has one",
    ),
    Column(
        key="started",
        title="STARTED",
        width=13,
        align="right",
        priority=7,
        text=lambda row, now: f"{duration(now - row.started, exact=row.exact)} ago",
        sort=lambda row, _: -row.started,
        shown=False,
        searched=False,
        hint="When it began",
    ),
    Column(
        key="channels",
        title="CHANNELS",
        width=24,
        flex=1,
        priority=7,
        text=lambda row, _: " ".join(leg.name for leg in row.legs),
        sort=lambda row, _: row.legs[0].name if row.legs else None,
        shown=False,
        hint="The names of its channels",
    ),
    Column(
        key="parties",
        title="PARTIES",
        width=24,
        flex=1,
        priority=7,
        text=lambda row, _: parties(row),
        sort=lambda row, _: parties(row) or None,
        shown=False,
        hint="Every number and name that any of its channels bears",
    ),
    Column(
        key="uniqueids",
        title="UNIQUEIDS",
        width=18,
        priority=7,
        text=lambda row, _: " ".join(dict.fromkeys(each for leg in row.legs for each in (leg.uniqueid, leg.linkedid))),
        sort=lambda row, _: row.legs[0].uniqueid if row.legs else None,
        shown=False,
        hint="What its channels are known by, and what they are linked with",
    ),
    Column(
        key="id",
        title="ID",
        width=18,
        priority=7,
        text=lambda row, _: row.key[-1],
        sort=lambda row, _: row.key[-1],
        shown=False,
        hint="What it is known by",
    ),
    PBX,
)
