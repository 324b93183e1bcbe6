"""Which legs are one call (`ami.md` D.2), kept up to date event by event.

Legs belong together that share a Linkedid, a bridge that connects, or a link (Local halves, a dial). Joining two calls
is a matter of their legs. When something that held legs together ends, nearly always the Linkedid still does, and that
costs one comparison; only else the legs are walked, and no further than the ends that came apart.
"""

from __future__ import annotations

from bisect import insort
from typing import TYPE_CHECKING

from amitop.pbx.model import Call, EndedCall

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amitop.pbx.model import Bridge, Channel, EndedChannel
    from amitop.pbx.store import Store

_FRESH = 5.0
"""Seconds within which a Newchannel is the beginning of a channel that a list has already shown."""
_HALVES = {";1": ";2", ";2": ";1"}
"""How the names of a Local channel's halves end (`ami.md` D.2)."""


def _age(channel: Channel) -> tuple[float, int]:
    return (channel.created, channel.order)


def add(store: Store, channel: Channel) -> None:
    """Put a new channel into the call of its Linkedid or its other Local half, else into one of its own."""
    uniqueid = channel.uniqueid
    same = store.by_linkedid.setdefault(channel.linkedid, {})
    kin = next(iter(same), None)
    same[uniqueid] = None
    if kin is None:
        _begin(store, [channel])
    else:
        call = store.call_by_uid[uniqueid] = store.call_by_uid[kin]
        if _age(channel) >= _age(call.legs[-1]):
            call.legs.append(channel)
        else:
            insort(call.legs, channel, key=_age)
    half = _HALVES.get(channel.name[-2:])
    if half is not None and channel.technology == "Local":
        other = store.channels.get(store.by_name.get(channel.name[:-2] + half, ""))
        if other is not None and other.local_other is None:
            pair(store, channel, other)


def pair(store: Store, one: Channel, two: Channel) -> None:
    """Join the two halves of a Local channel."""
    one.local_other, two.local_other = two.uniqueid, one.uniqueid
    link(store, one.uniqueid, two.uniqueid)


def began(store: Store, channel: Channel, now: float) -> None:
    """Take the Newchannel of a channel that a list had shown first: now its beginning is known."""
    if not channel.partial or now - channel.created > _FRESH:
        return
    channel.partial = False
    call = store.call_by_uid[channel.uniqueid]
    if call.first is channel:
        call.partial = False


def created_at(store: Store, channel: Channel, created: float) -> None:
    """Correct when *channel* began."""
    store.by_age = False
    channel.created = created
    call = store.call_by_uid[channel.uniqueid]
    call.legs.sort(key=_age)
    call.started = min([leg.created for leg in call.legs] + ([call.first.created] if call.first is not None else []))


def relink(store: Store, channel: Channel, linkedid: str) -> None:
    """Give *channel* another Linkedid: it joins that one's legs, and may leave those that it was with."""
    uniqueid = channel.uniqueid
    left = _forget_linkedid(store, channel)
    if left is not None:
        channel.linkedid = ""  # leave before joining, else what it joins would be torn apart with what it leaves
        apart(store, uniqueid, left)
    channel.linkedid = uniqueid if linkedid == uniqueid else linkedid
    same = store.by_linkedid.setdefault(channel.linkedid, {})
    kin = next(iter(same), None)
    same[uniqueid] = None
    if kin is not None:
        join(store, uniqueid, kin)


def link(store: Store, one: str, other: str) -> None:
    """Hold two channels together beside Linkedid and bridge."""
    store.links.setdefault(one, set()).add(other)
    store.links.setdefault(other, set()).add(one)
    join(store, one, other)


def unlink(store: Store, one: str, other: str) -> None:
    """Undo `link`."""
    for a, b in ((one, other), (other, one)):
        linked = store.links.get(a)
        if linked is not None:
            linked.discard(b)
            if not linked:
                del store.links[a]
    apart(store, one, other)


def join(store: Store, one: str, other: str) -> None:
    """Make one call of the calls of two live channels. Nothing happens where either is not known."""
    a, b = store.call_by_uid.get(one), store.call_by_uid.get(other)
    if a is not None and b is not None and a is not b:
        _merge(store, a, b)


def apart(store: Store, one: str, other: str) -> None:
    """Look whether two channels that something no longer holds together are still one call; if not, split it."""
    call = store.call_by_uid.get(one)
    if call is not None and call is store.call_by_uid.get(other):
        _separate(store, call, [one, other])


def bridge_changed(store: Store, bridge: Bridge) -> None:
    """Take it that *bridge* now connects, or no longer does."""
    members = [uid for uid in bridge.members if uid in store.channels]
    for uid in members[1:]:
        if bridge.connects:
            join(store, members[0], uid)
        else:
            apart(store, members[0], uid)


def neighbours(store: Store, channel: Channel) -> list[str]:
    """Return one channel for each thing that holds *channel* in its call: Linkedid, bridge, links."""
    uniqueid = channel.uniqueid
    found = list(store.links.get(uniqueid, ()))
    found.sort()  # a set's order differs from run to run
    same = store.by_linkedid.get(channel.linkedid, {})
    found += _one_other(same, uniqueid)
    bridge = store.bridges.get(channel.bridge) if channel.bridge is not None else None
    if bridge is not None and bridge.connects:
        found += _one_other(bridge.members, uniqueid)
    return [uid for uid in found if uid in store.channels]


def remove(store: Store, ended: EndedChannel, seeds: list[str]) -> None:
    """Take a channel that has gone out of its call, which ends with its last leg or may fall apart into *seeds*."""
    channel = ended.channel
    uniqueid = channel.uniqueid
    _forget_linkedid(store, channel)
    for other in store.links.pop(uniqueid, ()):
        linked = store.links.get(other)
        if linked is not None:
            linked.discard(uniqueid)
            if not linked:
                del store.links[other]
    call = store.call_by_uid.pop(uniqueid)
    call.legs.remove(channel)
    if call.first is channel:
        call.cause, call.cause_text = ended.cause, ended.cause_text
    if not call.legs:
        del store.calls[call.id]
        if not call.cause_text:
            call.cause, call.cause_text = ended.cause, ended.cause_text
        store.ended_calls.append(EndedCall(call, ended.at, call.cause, call.cause_text))
        store.story.ended(call.id, ended.at)
    elif len(seeds) > 1:
        _separate(store, call, seeds)


# -- merging and splitting --------------------------------------------------------------------------------------------


def _begin(store: Store, legs: list[Channel]) -> Call:
    """Make a call of *legs*, which are of none, named after the oldest."""
    first = legs[0]
    name = first.uniqueid
    while name in store.calls:  # lost and heard of again, while the others of its former call still go by its name
        name += "#"
    call = Call(store.name, name, legs, first.created, partial=first.partial, first=first)
    store.calls[name] = call
    for leg in legs:
        store.call_by_uid[leg.uniqueid] = call
    return call


def _merge(store: Store, a: Call, b: Call) -> None:
    """Make one call of two: the older one's name stays."""
    kept, gone = (a, b) if _birth(a) <= _birth(b) else (b, a)
    for leg in gone.legs:
        store.call_by_uid[leg.uniqueid] = kept
    kept.legs += gone.legs
    kept.legs.sort(key=_age)
    times = [since for since in (kept.talk_since, gone.talk_since) if since is not None]
    kept.talk_since = min(times, default=None)
    kept.met_before = kept.met_before or gone.met_before
    kept.queue = kept.queue or gone.queue
    del store.calls[gone.id]
    store.story.merge(kept.id, gone.id)


def _birth(call: Call) -> tuple[float, int]:
    return (call.started, call.first.order if call.first is not None else 0)


def _separate(store: Store, call: Call, seeds: list[str]) -> None:
    """Split *call* where its legs *seeds* are no longer connected. Every part holds one of them."""
    parts: list[set[str]] = []
    for seed in seeds[1:]:
        if any(seed in part for part in parts):
            continue
        part = _reach(store, seed, seeds[0])
        if part is not None:
            parts.append(part)
    if parts:
        _split(store, call, parts)


def _reach(store: Store, start: str, goal: str) -> set[str] | None:
    """Return the channels connected with *start*, or None as soon as *goal* is seen to be one of them."""
    if store.channels[start].linkedid == store.channels[goal].linkedid:
        return None
    seen = {start}
    ahead = [start]
    walked: set[tuple[str, str]] = set()
    while ahead:
        channel = store.channels[ahead.pop()]
        around: list[Iterable[str]] = [store.links.get(channel.uniqueid, ())]
        if ("linkedid", channel.linkedid) not in walked:
            walked.add(("linkedid", channel.linkedid))
            around.append(store.by_linkedid.get(channel.linkedid, ()))
        if channel.bridge is not None and ("bridge", channel.bridge) not in walked:
            walked.add(("bridge", channel.bridge))
            bridge = store.bridges.get(channel.bridge)
            if bridge is not None and bridge.connects:
                around.append(bridge.members)
        for uids in around:
            for uid in uids:
                if uid == goal:
                    return None
                if uid not in seen and uid in store.channels:
                    seen.add(uid)
                    ahead.append(uid)
    return seen


def _split(store: Store, call: Call, parts: list[set[str]]) -> None:
    """Let *parts* leave *call*. The part with the leg that the call is named after keeps it, else the oldest leg's."""
    home = call.id if store.call_by_uid.get(call.id) is call else call.legs[0].uniqueid
    staying = next((part for part in parts if home in part), None)
    if staying is not None:
        left = {leg.uniqueid for leg in call.legs}.difference(*parts)
        parts = [part for part in parts if part is not staying] + [left]
    for part in parts:
        store.by_age = False
        new = _begin(store, [leg for leg in call.legs if leg.uniqueid in part])
        new.queue = next((store.queued[uid].queue for uid in part if uid in store.queued), None)
        new.met_before = call.met_before and _talking(store, new)
        new.talk_since = _talk_since(store, new)
        store.story.split(call.id, new.id, part)
    away = set().union(*parts)
    call.legs = [leg for leg in call.legs if leg.uniqueid not in away]


def _talking(store: Store, call: Call) -> bool:
    bridges = [store.bridges.get(leg.bridge) for leg in call.legs if leg.bridge is not None]
    return any(bridge is not None and bridge.connects and len(bridge.members) > 1 for bridge in bridges)


def _talk_since(store: Store, call: Call) -> float | None:
    """Return when the second party entered a bridge in which *call*'s legs are now; None if not, or not known."""
    times = []
    for leg in call.legs:
        bridge = store.bridges.get(leg.bridge) if leg.bridge is not None else None
        if bridge is not None and bridge.connects and len(bridge.members) > 1:
            entered = list(bridge.members.values())
            if None not in entered:
                times.append(sorted(t for t in entered if t is not None)[1])
    return min(times, default=None)


def _forget_linkedid(store: Store, channel: Channel) -> str | None:
    """Take *channel* out of the index of Linkedids and return one that stays there."""
    same = store.by_linkedid.get(channel.linkedid)
    if same is None:
        return None
    same.pop(channel.uniqueid, None)
    if not same:
        del store.by_linkedid[channel.linkedid]
        return None
    return next(iter(same))


def _one_other(uids: Iterable[str], uniqueid: str) -> list[str]:
    for uid in uids:
        if uid != uniqueid:
            return [uid]
    return []
