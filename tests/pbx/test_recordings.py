"""A recorded shift, fed whole: the state must be what the PBX listed, whenever it listed it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from recorded import VERSIONS, check, dump, packets, recording

from amitop.ami.packet import Kind, Packet
from amitop.pbx.replay import replay
from amitop.pbx.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

FIELDS = ("name", "state", "bridge", "application", "linkedid")
IN_FLIGHT = 1.0
"""Seconds after a list within which the events that explain it have come."""


def listed(item: Packet) -> tuple[str, ...]:
    """Return what a row says, as `known` does."""
    names = ("Channel", "ChannelState", "BridgeId", "Application", "Linkedid")
    return tuple(item.value(name) or "" for name in names)


def known(store: Store, uid: str) -> tuple[str, ...] | None:
    """Return what the state says of a channel; None if it is not there."""
    channel = store.channels.get(uid)
    if channel is None:
        return None
    application = channel.application or ""
    return (channel.name, str(int(channel.state)), channel.bridge or "", application, channel.linkedid)


class Shadow:
    """A state that takes only the first list, so that no later one can mend what the events did to it."""

    def __init__(self, dialplan: bool = True) -> None:
        self.store = Store("shadow")
        self.dialplan = dialplan
        self.compared = 0
        self.open: list[tuple[float, str, str, tuple[str, ...] | None, tuple[str, ...] | None]] = []
        self.explained: list[str] = []
        self.unexplained: list[str] = []
        self.seen = 0
        self.untold = 0
        """Rows whose application the state says it does not know."""

    def listed(self, items: Sequence[Packet], asked_at: float, now: float) -> None:
        self.seen += 1
        if self.seen == 1:
            self.store.apply_channels(items, asked_at, now, first=True)
            return
        rows = {item.get("Uniqueid"): listed(item) for item in items}
        uids = list(rows) + [uid for uid in self.store.channels if uid not in rows]
        self.compared += len(uids)
        for uid in uids:
            self.untold += uid in self.store.channels and self.store.channels[uid].application_at is None
            if not self.same(uid, rows.get(uid)):
                self.open.append((now, f"{now:.2f} {uid}", uid, known(self.store, uid), rows.get(uid)))

    def same(self, uid: str, row: tuple[str, ...] | None) -> bool:
        state = known(self.store, uid)
        if state is None or row is None:
            return state is row
        # What an application is, no event may have told since the channel was pulled out of the last one: then the
        # state says that it does not know. A Linkedid changes in a bridge without an event (`ami.md` D.2).
        told = self.dialplan and self.store.channels[uid].application_at is not None
        fields = [0, 1, 2] + [3] * told + [4] * (not row[2])
        return all(state[i] == row[i] for i in fields)

    def took(self, now: float) -> None:
        """After an event: a difference is explained once the state has been what the list said."""
        for entry in list(self.open):
            at, text, uid, state, row = entry
            if self.same(uid, row):
                self.explained.append(text)
                self.open.remove(entry)
            elif now - at > IN_FLIGHT:
                self.unexplained.append(f"{text}: {state} listed {row}")
                self.open.remove(entry)


def feed(version: str, dialplan: bool) -> Shadow:
    shadow = Shadow(dialplan)
    items: list[Packet] = []
    asked_at = 0.0
    for now, packet in packets(version):
        if packet.name == "CoreShowChannel":
            items.append(packet)
        elif packet.name == "CoreShowChannelsComplete":
            shadow.listed(items, asked_at, now)
            items = []
        elif packet.kind is Kind.RESPONSE:
            asked_at = now
        elif b"\nActionID: " not in packet.raw and (dialplan or b"\nPrivilege: dialplan," not in packet.raw):
            shadow.store.apply(packet, now)
            if shadow.open:
                shadow.took(now)
    shadow.took(1e9)
    return shadow


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("dialplan", [True, False], ids=["all classes", "without dialplan"])
def test_events_alone_give_what_every_list_says(version: str, dialplan: bool) -> None:
    shadow = feed(version, dialplan)
    print(
        f"\n{version}, {'all classes' if dialplan else 'no dialplan class'}: {shadow.compared} rows of "
        f"{shadow.seen - 1} lists compared, {len(shadow.explained)} in flight, {len(shadow.unexplained)} differed, "
        f"{shadow.untold} of unknown application"
    )
    assert shadow.compared > 700
    assert shadow.unexplained == []
    assert len(shadow.explained) < 8
    if dialplan:
        assert shadow.untold < shadow.compared * 0.05


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("dialplan", [True, False], ids=["all classes", "without dialplan"])
def test_no_drift_is_counted(version: str, dialplan: bool) -> None:
    data, times = recording(version)
    store = Store("lab")
    if not dialplan:
        data, times = without_dialplan(version), None
    result = replay(data, times, store)
    assert result.lists == store.drift.lists + 1
    assert store.drift.compared > 700
    assert (store.drift.differed, list(store.drift.last)) == (0, [])


def without_dialplan(version: str) -> bytes:
    kept = [p.raw.replace(b"\n", b"\r\n") for _, p in packets(version) if b"\nPrivilege: dialplan," not in p.raw]
    return b"Asterisk Call Manager/11.0.0\r\n" + b"\r\n\r\n".join(kept) + b"\r\n\r\n"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recording_replays_to_the_same_state(version: str) -> None:
    data, times = recording(version)
    first, second = Store("lab"), Store("lab")
    assert replay(data, times, first) == replay(data, times, second)
    assert dump(first) == dump(second)
    assert len(dump(first)) > 50_000


@pytest.mark.parametrize("version", VERSIONS)
def test_every_index_agrees_at_every_moment(version: str) -> None:
    store = Store("lab")
    for count, (now, packet) in enumerate(packets(version)):
        if b"\nActionID: " not in packet.raw:
            store.apply(packet, now)
            if packet.name in store.wanted and count % 7 == 0:
                check(store)
    check(store)


@pytest.mark.parametrize("version", VERSIONS)
def test_each_call_ends_once_and_keeps_its_story(version: str) -> None:
    data, times = recording(version)
    store = Store("lab")
    replay(data, times, store)
    ids = [ended.call.id for ended in store.ended_calls]
    assert len(ids) == len(set(ids)) > 100
    for ended in store.ended_calls:
        assert ended.call.id not in store.calls
        assert not ended.call.legs
        assert ended.cause_text


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("skip", [0.1, 0.37, 0.6, 0.8])
def test_a_recording_that_begins_in_the_middle_is_right_after_the_next_list(version: str, skip: float) -> None:
    stream = packets(version)
    stream = stream[int(len(stream) * skip) :]
    store = Store("lab")
    lists = 0
    items: list[Packet] = []
    for now, packet in stream:
        if packet.name == "CoreShowChannel":
            items.append(packet)
        elif packet.name == "CoreShowChannelsComplete":
            if items:
                store.apply_channels(items, now, now, first=lists == 0)
                assert_equal_list(store, items)
                check(store)
                lists += 1
            items = []
        elif b"\nActionID: " not in packet.raw:
            store.apply(packet, now)
    check(store)
    store.expire(1e9)
    assert lists > 2
    assert store.drift.differed == 0, store.drift.last


def assert_equal_list(store: Store, items: Sequence[Packet]) -> None:
    rows = {item.get("Uniqueid"): listed(item) for item in items}
    state = {uid: known(store, uid) for uid in store.channels}
    assert state == rows


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("seed", range(4))
def test_a_mangled_stream_never_raises_and_two_lists_mend_it(version: str, seed: int) -> None:
    """Packets are dropped, repeated, moved and cut; what is left of each list is the PBX's word."""
    chance = random.Random(seed)
    stream = [(at, p) for at, p in packets(version) if b"\nActionID: " not in p.raw]
    mangled: list[tuple[float, Packet]] = []
    for at, packet in stream:
        dice = chance.random()
        if dice < 0.05:
            continue
        mangled.append((at, packet))
        if dice < 0.10:
            mangled.append((at, packet))
        elif dice < 0.15:
            mangled.insert(max(0, len(mangled) - chance.randrange(1, 30)), (at, packet))
        elif dice < 0.18:
            mangled[-1] = (at, Packet(packet.raw[: chance.randrange(1, len(packet.raw))]))
        elif dice < 0.20:
            lines = packet.raw.split(b"\n")
            chance.shuffle(lines)
            mangled[-1] = (at, Packet(b"\n".join(lines)))
    store = Store("lab")
    for count, (at, packet) in enumerate(mangled):
        store.apply(packet, at)
        if count % 41 == 0:
            check(store)
    check(store)
    last = [p for _, p in packets(version) if p.name == "CoreShowChannel"][-60:]
    now = mangled[-1][0]
    for later in (200.0, 260.0):
        store.apply_channels(last, now + later, now + later)
        check(store)
    assert store.channels.keys() == {item.get("Uniqueid") for item in last}
