"""Hold, music, recording, spying: `ami.md` B.2."""

from __future__ import annotations

import pytest
from recorded import VERSIONS, about, block, check, event, find, item, packets

from amitop.pbx.store import Store


@pytest.fixture
def store() -> Store:
    store = Store("lab")
    store.apply(event("Newchannel", block("u1")), 0.0)
    return store


def test_hold_and_unhold(store: Store) -> None:
    store.apply(event("Hold", block("u1")), 3.0)
    store.apply(event("Hold", block("u1")), 4.0)
    assert store.channels["u1"].held_at == 3.0
    store.apply(event("Unhold", block("u1")), 5.0)
    assert store.channels["u1"].held_at is None


def test_nobody_knows_what_was_done_to_a_channel_that_is_older_than_the_link(store: Store) -> None:
    store.apply(event("Newstate", block("old")), 1.0)
    assert [(each.held, each.recorded) for each in store.channels.values()] == [(False, False), (None, None)]
    channel = store.channels["old"]
    store.apply(event("Unhold", block("old")), 2.0)  # from here on it is known
    assert (channel.held, channel.recorded) == (False, None)
    store.apply(event("Hold", block("old")), 3.0)
    store.apply(event("MixMonitorStart", block("old")), 3.0)
    assert (channel.held, channel.recorded) == (True, True)
    store.apply(event("MixMonitorStop", block("old")), 4.0)  # of that one: another may have been there before
    assert channel.recorded is None


def test_nobody_knows_what_was_done_to_a_channel_while_there_was_no_link(store: Store) -> None:
    store.apply(event("Hold", block("u1")), 1.0)
    store.apply(event("Unhold", block("u1")), 2.0)
    store.link_lost(10.0)
    store.apply(event("Newchannel", block("u2")), 19.0)
    store.apply(event("Newchannel", block("u3")), 19.0)
    store.apply(event("Unhold", block("u3")), 19.5)
    store.apply_channels([item("u1"), item("u2"), item("u3")], 20.0, 20.0, first=True)
    known = {each.uniqueid: (each.held, each.recorded) for each in store.channels.values()}
    assert known == {"u1": (None, None), "u2": (False, False), "u3": (False, False)}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_unhold_without_a_hold(version: str) -> None:
    store = Store("lab")
    packet = next(find(version, "Unhold"))
    uid = packet.get("Uniqueid")
    for at, other in about(version, uid):
        store.apply(other, at)
        if other is packet:
            break
    assert store.channels[uid].held_at is None
    assert not [note for note in store.notes(store.call_of(uid).id) if note.event == "Unhold"]


def test_music(store: Store) -> None:
    store.apply(event("MusicOnHoldStart", block("u1"), Class="jazz"), 1.0)
    assert store.channels["u1"].music == "jazz"
    store.apply(event("MusicOnHoldStop", block("u1")), 2.0)
    assert store.channels["u1"].music is None
    store.apply(event("MusicOnHoldStart", block("u1")), 3.0)
    assert store.channels["u1"].music == "default"


@pytest.mark.parametrize("version", VERSIONS)
def test_recorded_recordings(version: str) -> None:
    store = Store("lab")
    packet = next(find(version, "MixMonitorStart"))
    store.apply(packet, 1.0)
    assert store.channels[packet.get("Uniqueid")].recordings == 1


def test_recordings_are_counted_and_may_be_muted(store: Store) -> None:
    channel = store.channels["u1"]
    store.apply(event("MixMonitorStart", block("u1")), 1.0)
    store.apply(event("MonitorStart", block("u1")), 1.0)
    store.apply(event("MixMonitorMute", block("u1"), Direction="both", State="1"), 2.0)
    assert (channel.recordings, channel.recording_muted) == (2, True)
    store.apply(event("MixMonitorMute", block("u1"), Direction="both", State="0"), 3.0)
    assert not channel.recording_muted
    store.apply(event("MixMonitorMute", block("u1"), Direction="both", State="1"), 3.0)
    for _ in range(3):  # one more stop than starts
        store.apply(event("MixMonitorStop", block("u1")), 4.0)
    assert (channel.recordings, channel.recording_muted) == (0, False)


@pytest.mark.parametrize("version", VERSIONS)
def test_recorded_spying(version: str) -> None:
    store = Store("lab")
    started = stopped = 0
    for at, packet in packets(version):
        if b"\nActionID: " in packet.raw:
            continue
        store.apply(packet, at)
        if packet.name == "ChanSpyStart":
            spyer, spyee = packet.get("SpyerUniqueid"), packet.get("SpyeeUniqueid")
            assert store.channels[spyer].spying_on == spyee
            assert spyer in store.channels[spyee].spies
            assert store.call_of(spyer) is not store.call_of(spyee)
            started += 1
        elif packet.name == "ChanSpyStop":
            spyer = store.channels.get(packet.get("SpyerUniqueid"))
            assert spyer is None or spyer.spying_on is None
            stopped += 1
    assert started >= 5
    assert stopped >= 3
    check(store)


def test_a_stop_need_not_name_who_was_listened_to(store: Store) -> None:
    store.apply(event("ChanSpyStart", block("s", "Spyer"), block("u1", "Spyee")), 1.0)
    store.apply(event("ChanSpyStop", block("s", "Spyer")), 2.0)
    assert store.channels["s"].spying_on is None
    assert not store.channels["u1"].spies


def test_a_spy_goes_from_one_to_the_next(store: Store) -> None:
    store.apply(event("ChanSpyStart", block("s", "Spyer"), block("u1", "Spyee")), 1.0)
    store.apply(event("ChanSpyStart", block("s", "Spyer"), block("u2", "Spyee")), 2.0)
    assert not store.channels["u1"].spies
    assert store.channels["u2"].spies == {"s"}
    store.apply(event("Hangup", block("s"), Cause="16"), 3.0)
    assert not store.channels["u2"].spies
    check(store)
