"""Feeding a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from recorded import VERSIONS, packets, recording

from amitop.pbx.replay import read_times, replay
from amitop.pbx.store import Store

if TYPE_CHECKING:
    from amitop.ami.packet import Packet


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recording_is_fed_whole(version: str) -> None:
    data, times = recording(version)
    store = Store("lab")
    seen: list[int] = []
    result = replay(data, times, store, on_list=lambda items, _now: seen.append(len(items)))
    assert result.packets == len(packets(version))
    assert result.lists == len(seen) == store.drift.lists + 1
    assert sum(seen) == sum(packet.name == "CoreShowChannel" for _, packet in packets(version))
    assert result.events["Newchannel"] > 300
    assert "CoreShowChannel" not in result.events
    assert (result.began, result.ended) == (times[0][0], times[-1][0])
    assert store.channels


@pytest.mark.parametrize("version", VERSIONS)
def test_without_times_the_clock_is_made_of_uniqueids(version: str) -> None:
    data, times = recording(version)
    with_times, without = Store("lab"), Store("lab")
    replay(data, times, with_times)
    result = replay(data, None, without)
    assert without.channels.keys() == with_times.channels.keys()
    assert result.ended == pytest.approx(times[-1][0], abs=15)
    for uid, channel in without.channels.items():
        assert channel.created == pytest.approx(with_times.channels[uid].created, abs=15)


def test_nothing_at_all() -> None:
    store = Store("lab")
    assert replay(b"", None, store).packets == 0
    assert replay(b"\x00\xff\n\n\n", None, store).lists == 0
    assert not store.channels


def test_a_list_that_has_no_beginning_is_merged_as_far_as_it_goes() -> None:
    data, _ = recording("22.10")
    start = data.index(b"Event: CoreShowChannel\r\n", 3_000_000)
    end = data.index(b"CoreShowChannelsComplete", start) + 400
    store = Store("lab")
    items: list[Packet] = []
    replay(data[start:end], None, store, on_list=lambda listed, _now: items.extend(listed))
    assert len(items) > 20
    assert store.channels.keys() == {item.get("Uniqueid") for item in items}


def test_times_are_read() -> None:
    assert read_times("1.5 0 10\n2.25 10 3\n") == [(1.5, 0, 10), (2.25, 10, 3)]
    with pytest.raises(ValueError, match="unpack"):
        read_times("1.5 0\n")
