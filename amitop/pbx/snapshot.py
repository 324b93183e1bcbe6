"""Merging a list of channels into the state (`ami.md` D.4), finding what is not there any more (D.3), and drift.

The items are CoreShowChannel, or Status where the login may not ask for the other; both are a channel block with the
application, how long ago the channel began and its bridge.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from amitop.ami.packet import NOTHING, ChannelVariable, Packet
from amitop.pbx import bridges, channels, groups
from amitop.pbx.blocks import (
    LINKEDID,
    NAME,
    UNIQUEID,
    BridgeFields,
    Fields,
    bridge_fields,
    channel_fields,
    pattern,
    text_of,
    value,
)
from amitop.pbx.drift import Difference

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from amitop.pbx.model import Channel
    from amitop.pbx.store import Store

_STATE_TEXT = 2
_TAIL = pattern("Application", "ApplicationData", "Duration", "BridgeId")
_ROUNDING = 1.5
"""Seconds by which the beginning of a channel may differ from list to list: Duration is cut to whole seconds."""
_EMPTY_BRIDGE = 60.0
"""Seconds after which a bridge that has nobody in it is forgotten; if it lives, its next BridgeEnter says all of it."""
_ROOMS = {"ConfBridge": ("base", "softmix", "ConfBridge"), "BridgeWait": ("base", "holding_bridge", "BridgeWait")}
"""What bridge an application keeps, where only a list has named it: type, technology, creator (`ami.md` B.1)."""


@dataclass(slots=True)
class SnapshotDiff:
    """What a list said that the state did not, as the list came: not yet judged (`Drift`)."""

    rows: int = 0
    differences: list[Difference] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    """Uniqueids that were removed."""


class _Row(NamedTuple):
    """One item of a list."""

    fields: Fields
    application: str | None
    data: str | None
    duration: str
    bridge: str | None
    variables: Sequence[ChannelVariable]


def apply_channels(store: Store, items: Sequence[Packet], asked_at: float, now: float, *, first: bool) -> SnapshotDiff:
    """See `Store.apply_channels`."""
    store.drift.settle(store, now)
    rows = {row.fields[UNIQUEID]: row for item in items if (row := _read(item, store)) is not None}
    missing = [uid for uid, channel in store.channels.items() if uid not in rows and channel.created <= asked_at]
    diff = SnapshotDiff(len(rows) + len(missing))
    if not first:
        diff.differences = [difference for row in rows.values() for difference in _differences(store, row)]
        diff.differences += [_missing(store.channels[uid]) for uid in missing]
        store.drift.suspect(store, diff.differences, diff.rows, asked_at, now)
    diff.lost = _reap(store, missing, asked_at, now, at_once=first)
    unknown = [uid for uid in rows if uid not in store.channels and uid not in store.tombstones]  # Hangup always wins
    known = [uid for uid in rows if uid in store.channels]
    for uid in (*known, *sorted(unknown, key=_natural)):
        _merge(store, rows[uid], asked_at, now, first=first)
    if store.outage is not None:
        for channel in list(store.channels.values()):
            for doubt in store.doubt_hooks:
                doubt(store, channel, store.outage)
        store.outage = None
    old = asked_at if first else now - _EMPTY_BRIDGE
    for bridge in [b for b in store.bridges.values() if not b.members and b.created < old]:
        bridges.forget(store, bridge)
    store.expire(now)
    return diff


def apply_bridges(store: Store, items: Iterable[Packet], now: float) -> None:
    """See `Store.apply_bridges`."""
    for item in items:
        fields = bridge_fields(item)
        if fields is not None:
            bridges.learn(store, fields, now, partial=True)


def apply_status(store: Store, packet: Packet, now: float) -> None:
    """See `Store.apply_status`."""
    row = _read(packet, store)
    if row is None or row.fields[UNIQUEID] in store.tombstones:
        return
    _merge(store, row, now, now, first=False)
    dialled = value(packet, "DNID")
    channel = store.channels[row.fields[UNIQUEID]]
    if channel.dialled is None and dialled is not None:
        channel.dialled = dialled


# -- reading ----------------------------------------------------------------------------------------------------------


def _read(packet: Packet, store: Store) -> _Row | None:
    fields = channel_fields(packet)
    if fields is None:
        return None
    known = store.channels.get(fields[UNIQUEID])
    if known is not None and known.block == fields:
        fields = known.block  # a long list says again what is known: 10,000 blocks are 10 MB
    match = _TAIL.search(text_of(packet))
    if match is not None:
        application, data, duration, bridge = match.groups()
    else:  # Status, or another order
        application, bridge = packet.get("Application"), packet.get("BridgeID")  # BridgeId in a CoreShowChannel
        data = packet.get("ApplicationData") or packet.get("Data")
        duration = packet.get("Duration") or packet.get("Seconds")
    return _Row(fields, _none(application), _none(data), duration, _none(bridge), packet.channel_variables())


def _none(text: str) -> str | None:
    return None if text in NOTHING else text


def _seconds(text: str) -> int | None:
    """Return the seconds of `HH:MM:SS`, whose hours have no bound, or of a number of seconds; None if it is neither."""
    total = 0
    for part in text.split(":"):
        if not (part.isascii() and part.isdigit()) or len(part) > 9:
            return None
        total = total * 60 + int(part)
    return total


def _natural(uniqueid: str) -> tuple[str, int, int, str]:
    """Sort Uniqueids by what they are made of, `system-epoch.count`: so the older of two in one second comes first."""
    stem, _, count = uniqueid.rpartition(".")
    system, _, epoch = stem.rpartition("-")
    if count.isdecimal() and epoch.isdecimal() and len(count) < 20 and len(epoch) < 20:
        return (system, int(epoch), int(count), "")
    return (uniqueid, 0, 0, "")


# -- comparing --------------------------------------------------------------------------------------------------------


def _missing(channel: Channel) -> Difference:
    return Difference(channel.uniqueid, "missing", f"{channel.name} is not listed")


def _differences(store: Store, row: _Row) -> list[Difference]:
    """Return in what a listed channel differs from the known one."""
    uid = row.fields[UNIQUEID]
    name = row.fields[NAME]
    channel = store.channels.get(uid)
    if channel is None:
        ended = ", though it was hung up" if uid in store.tombstones else ""
        return [Difference(uid, "extra", f"{name} is listed{ended}, and was not known")]
    told = store.dialplan_seen and channel.application_at is not None
    same = row.application == channel.application or not told
    if same and row.bridge == channel.bridge and row.fields == channel.block:
        return []  # as nearly all are
    linkedid = row.fields[LINKEDID]
    pairs: list[tuple[str, object, object]] = [
        ("name", channel.name, name),
        ("state", channel.state_text, row.fields[_STATE_TEXT]),
        ("bridge", channel.bridge, row.bridge),
    ]
    if linkedid not in NOTHING and row.bridge is None:
        # In a bridge it changes for all members, and Asterisk tells none of them (`ami.md` D.2).
        pairs.append(("linkedid", channel.linkedid, linkedid))
    if told:
        pairs.append(("application", channel.application, row.application))
    return [
        Difference(uid, what, f"{name}: {what} {known or '-'}, listed {listed or '-'}")
        for what, known, listed in pairs
        if known != listed
    ]


# -- merging ----------------------------------------------------------------------------------------------------------


def _reap(store: Store, missing: list[str], asked_at: float, now: float, *, at_once: bool) -> list[str]:
    """Remove what two lists in a row do not have while no event speaks of it, and return it.

    With *at_once* one list is enough: it is the first since the link was down, and what it lacks has ended meanwhile.
    """
    silent = [uid for uid in missing if store.channels[uid].heard <= asked_at]
    lost = silent if at_once else [uid for uid in silent if store.suspects.get(uid) == store.channels[uid].touched]
    why = "ended while there was no link" if store.outage is not None else "lost: the PBX no longer lists it"
    for uid in lost:
        channels.remove(store, store.channels[uid], now, None, why, lost=True)
    store.suspects = {uid: store.channels[uid].touched for uid in silent if uid in store.channels}
    return lost


def _merge(store: Store, row: _Row, asked_at: float, now: float, *, first: bool) -> None:
    """Make the state of one channel what its row says."""
    channel = store.channels.get(row.fields[UNIQUEID])
    exact = _ROUNDING
    if channel is None:
        channel, exact = channels.begin(store, row.fields, asked_at, partial=True), 0.0
    else:
        answered = channel.answered
        channels.refresh(store, channel, row.fields, now)
        if first:
            channel.answered = answered  # it may have been at any time since the link was lost
    channel.heard = max(channel.heard, asked_at)
    if channel.partial:
        seconds = _seconds(row.duration)
        if seconds is not None and abs(asked_at - seconds - channel.created) > exact:
            groups.created_at(store, channel, asked_at - seconds)
    for variable in row.variables:
        channel.variables[variable.name] = variable.value
    channel.application, channel.data, channel.application_at = row.application, row.data, now
    if row.bridge != channel.bridge:
        _move(store, channel, row.bridge, None if first else now)
    if row.application == "Queue" and row.data:
        call = store.call_by_uid[channel.uniqueid]
        call.queue = call.queue or row.data.partition(",")[0]


def _move(store: Store, channel: Channel, bridge_id: str | None, entered: float | None) -> None:
    if channel.bridge is not None:
        bridges.leave(store, channel, channel.bridge)
    if bridge_id is None:
        return
    bridge = store.bridges.get(bridge_id)
    kind = _ROOMS.get(channel.application or "", ("", "", ""))
    if bridge is None or (not bridge.type and kind[0]):
        bridge = bridges.learn(store, BridgeFields(bridge_id, *kind, ""), entered or channel.created, partial=True)
    bridges.enter(store, channel, bridge, entered)
