"""Recorded bytes for the tests of the state, hand-made events in the recorded format, and checks of a whole store."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from amitop.ami.packet import Packet
from amitop.ami.wire import Framer
from amitop.pbx.blocks import CHANNEL_FIELDS
from amitop.pbx.conferences import Conferences
from amitop.pbx.devices import Devices
from amitop.pbx.queue_rings import Rings
from amitop.pbx.queue_talks import Talks
from amitop.pbx.queues import Queues
from amitop.pbx.replay import read_times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from amitop.pbx.replay import Times
    from amitop.pbx.store import Store

RECORDINGS = Path(__file__).with_name("recordings")
VERSIONS = ("16.28", "22.10")


@cache
def recording(version: str, what: str = "asterisk") -> tuple[bytes, Times]:
    """Return the bytes of a shift on Asterisk *version*, and when they were read; *what* names a shorter recording."""
    data = gzip.decompress((RECORDINGS / f"{what}-{version}.ami.gz").read_bytes())
    times = gzip.decompress((RECORDINGS / f"{what}-{version}.times.gz").read_bytes()).decode()
    return data, read_times(times)


@cache
def packets(version: str, what: str = "asterisk") -> tuple[tuple[float, Packet], ...]:
    """Return every packet of a recording with its time in seconds since the first."""
    data, times = recording(version, what)
    framer = Framer()
    begin = times[0][0]
    return tuple(
        (at - begin, packet) for at, offset, size in times for packet in framer.feed(data[offset : offset + size])
    )


def lists(version: str, what: str, apply: Callable[[Packet, float], None]) -> Iterator[tuple[str, float, list[Packet]]]:
    """Hand the events of a recording to *apply*, and yield the lists between them: name of an item, time, items."""
    items: list[Packet] = []
    for at, packet in packets(version, what):
        if b"\nActionID: " not in packet.raw or packet.name == "OriginateResponse":
            apply(packet, at)
        elif packet.get("EventList").lower() == "complete":
            yield packet.name.removesuffix("Complete"), at, items
        elif packet.get("EventList"):
            items = []
        elif packet.raw.startswith(b"Event: "):
            items.append(packet)


def find(version: str, name: str, having: Callable[[Packet], bool] = lambda _: True) -> Iterator[Packet]:
    """Return the recorded events called *name* that *having* accepts."""
    return (packet for _, packet in packets(version) if packet.name == name and having(packet))


def about(version: str, *needles: str) -> list[tuple[float, Packet]]:
    """Return the recorded events in which any of *needles* (Uniqueids, names, ids of bridges) stands as a value."""
    marks = [f": {needle}\n".encode() for needle in needles]
    return [
        (at, packet)
        for at, packet in packets(version)
        if b"\nActionID: " not in packet.raw and any(mark in packet.raw + b"\n" for mark in marks)
    ]


_DEFAULTS = {
    "ChannelState": "6",
    "ChannelStateDesc": "Up",
    "CallerIDNum": "<unknown>",
    "CallerIDName": "<unknown>",
    "ConnectedLineNum": "<unknown>",
    "ConnectedLineName": "<unknown>",
    "Language": "en",
    "AccountCode": "",
    "Context": "internal",
    "Exten": "100",
    "Priority": "1",
}
STATES = {"Down": "0", "Ring": "4", "Ringing": "5", "Up": "6", "Busy": "7"}


def block(uid: str, prefix: str = "", *, linkedid: str | None = None, state: str = "Up", **headers: str) -> list[str]:
    """Return the lines of a channel block in the order in which Asterisk writes them."""
    values = {
        **_DEFAULTS,
        "Channel": f"PJSIP/{uid}-00000001",
        "Uniqueid": uid,
        "Linkedid": linkedid or uid,
        "ChannelState": STATES[state],
        "ChannelStateDesc": state,
        **headers,
    }
    return [f"{prefix}{name}: {values[name]}" for name in CHANNEL_FIELDS]


def bridge_block(
    uid: str, kind: str = "basic", technology: str = "simple_bridge", creator: str = "<unknown>"
) -> list[str]:
    """Return the lines of a bridge block."""
    return [
        f"BridgeUniqueid: {uid}",
        f"BridgeType: {kind}",
        f"BridgeTechnology: {technology}",
        f"BridgeCreator: {creator}",
        "BridgeName: <unknown>",
        "BridgeNumChannels: 1",
        "BridgeVideoSourceMode: none",
    ]


def event(name: str, *parts: Iterable[str], **headers: str) -> Packet:
    """Return an event of blocks and further headers. Header names with a dash take an underscore here."""
    lines = [f"Event: {name}", "Privilege: call,all", "SystemName: lab"]
    for part in parts:
        lines += part
    lines += [f"{key.replace('_', '-')}: {value}" for key, value in headers.items()]
    return Packet("\n".join(lines).encode())


def item(
    uid: str, *, seconds: int = 5, bridge: str = "", application: str = "", data: str = "", **headers: str
) -> Packet:
    """Return an item of a CoreShowChannels list."""
    hours, rest = divmod(seconds, 3600)
    lines = ["Event: CoreShowChannel", "ActionID: list-1", *block(uid, **headers)]
    lines += [f"Application: {application}", f"ApplicationData: {data}"]
    lines += [f"Duration: {hours:02}:{rest // 60:02}:{rest % 60:02}", f"BridgeId: {bridge}"]
    return Packet("\n".join(lines).encode())


def dump(store: Store) -> str:
    """Return the whole state of *store* as text: equal states give equal texts."""
    lines = []
    for uid, channel in store.channels.items():
        fields = {
            name: sorted(value) if isinstance(value := getattr(channel, name), set) else value
            for name in channel.__slots__
        }
        lines.append(f"{uid} {fields}")
    lines += [f"{bridge.uniqueid} {bridge.type} {bridge.creator} {bridge.members}" for bridge in store.bridges.values()]
    lines += [str(dial.__slots__) + str([getattr(dial, n) for n in dial.__slots__]) for dial in store.dials.values()]
    for call in store.calls.values():
        legs = [leg.uniqueid for leg in call.legs]
        lines.append(f"call {call.id} {legs} {call.started} {call.talk_since} {call.queue} {call.partial}")
        lines += [f"  {note}" for note in store.notes(call.id)]
    lines += [f"ended {e.channel.uniqueid} {e.call_id} {e.at} {e.cause_text}" for e in store.ended_channels]
    lines += [f"ended call {e.call.id} {e.at} {e.cause_text}" for e in store.ended_calls]
    lines += [f"queued {uid} {place.queue} {place.position}" for uid, place in store.queued.items()]
    lines += [f"parked {parked}" for parked in store.parked.values()]
    for room in store.rooms.values():
        lines.append(f"room {[getattr(room, name) for name in room.__slots__ if name != 'members']}")
        lines += [f"  {[getattr(each, name) for name in each.__slots__]}" for each in room.members.values()]
    lines.append(f"{sorted(store.unknown.items())} {store.drift} {sorted(store.tombstones)} {store.version}")
    return "\n".join(lines)


def groups(store: Store) -> set[frozenset[str]]:
    """Return the groups of legs that are calls, worked out anew from what `ami.md` D.2 says holds legs together."""
    parent = {uid: uid for uid in store.channels}

    def root(uid: str) -> str:
        while parent[uid] != uid:
            uid = parent[uid]
        return uid

    def union(uids: Iterable[str]) -> None:
        known = [uid for uid in uids if uid in parent]
        for uid in known[1:]:
            parent[root(uid)] = root(known[0])

    by_linkedid: dict[str, list[str]] = {}
    for uid, channel in store.channels.items():
        by_linkedid.setdefault(channel.linkedid, []).append(uid)
        union([uid, *store.links.get(uid, ())])
    for uids in by_linkedid.values():
        union(uids)
    for bridge in store.bridges.values():
        if bridge.connects:
            union(bridge.members)
    found: dict[str, set[str]] = {}
    for uid in parent:
        found.setdefault(root(uid), set()).add(uid)
    return {frozenset(group) for group in found.values()}


def check(store: Store) -> None:
    """Assert that every index of *store* says the same."""
    for name, uid in store.by_name.items():
        assert store.channels[uid].name == name
    names = [c.name for c in store.channels.values()]
    if len(names) == len(set(names)):  # a cut packet may have given two channels one name
        assert set(names) >= set(store.by_name)
    of_device: dict[str, set[str]] = {}
    for uid, channel in store.channels.items():
        of_device.setdefault(channel.device, set()).add(uid)
    assert {device: set(uids) for device, uids in store.part(Devices).channels.items()} == of_device
    linked = {(c.linkedid, uid) for uid, c in store.channels.items()}
    assert {(linkedid, uid) for linkedid, uids in store.by_linkedid.items() for uid in uids} == linked
    inside = {(c.bridge, uid) for uid, c in store.channels.items() if c.bridge is not None}
    assert {(b.uniqueid, uid) for b in store.bridges.values() for uid in b.members} == inside
    for uid, others in store.links.items():
        assert others
        assert uid in store.channels
        assert all(uid in store.links[other] for other in others)
    assert store.dials.keys() <= store.channels.keys()
    assert store.parked.keys() <= store.channels.keys()
    seats = store.part(Conferences).seats
    assert {(each.room, uid) for uid, each in seats.items()} == {
        (name, uid) for name, room in store.rooms.items() for uid in room.members
    }
    assert seats.keys() <= store.channels.keys()
    assert all(store.rooms.get(room.name) is room for room in store.part(Conferences).by_bridge.values())
    check_queues(store)
    check_order(store)
    assert store.call_by_uid.keys() == store.channels.keys()
    for uid, call in store.call_by_uid.items():
        assert store.calls[call.id] is call
        assert store.channels[uid] in call.legs
    assert sum(len(call.legs) for call in store.calls.values()) == len(store.channels)
    assert {frozenset(leg.uniqueid for leg in call.legs) for call in store.calls.values()} == groups(store)
    for call in store.calls.values():
        assert call.legs == sorted(call.legs, key=lambda leg: (leg.created, leg.order))
    for channel in store.channels.values():
        assert all(store.channels[spy].spying_on == channel.uniqueid for spy in channel.spies)


def check_order(store: Store) -> None:
    """Assert that channels and calls stand in order of age where the store says so."""
    if store.by_age:
        ages = [(channel.created, channel.order) for channel in store.channels.values()]
        assert ages == sorted(ages)
        ages = [(call.started, call.order) for call in store.calls.values()]
        assert ages == sorted(ages)


def check_queues(store: Store) -> None:
    """Assert that every index of the queues says the same."""
    part = store.part(Queues)
    assert store.queued.keys() <= store.channels.keys() or any(queue.listed_at for queue in store.queues.values())
    standing = [caller for queue in store.queues.values() for caller in queue.callers]
    assert len(standing) == len(store.queued)
    for caller in standing:
        assert store.queued[caller.uniqueid] is caller
        assert store.queues[caller.queue] is caller.line
    for name, queue in store.queues.items():
        assert queue.name == name
        places = [caller.position for caller in queue.callers]
        assert places == list(range(queue.unseen + 1, queue.waiting + 1))
    members = {(queue.name, interface): m for queue in store.queues.values() for interface, m in queue.members.items()}
    assert members == {(queue, m.interface): m for of in part.memberships.values() for queue, m in of.items()}
    assert all((m.queue, m.interface) == key for key, m in members.items())
    talks = store.part(Talks)
    assert all(talks.by_member.values())
    told = [talk for known in talks.by_member.values() for talk in known if talk.uniqueid is not None]
    assert {talk.uniqueid: talk for talk in told} == talks.by_caller
    assert store.part(Rings).by_leg.keys() <= store.channels.keys()
