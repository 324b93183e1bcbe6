"""Which channels a device has: kept with every event, compared with all channels after recorded shifts."""

from __future__ import annotations

import pytest
from recorded import VERSIONS, block, check, event, item, packets

from amitop.pbx.devices import Devices
from amitop.pbx.store import Store


@pytest.fixture
def store() -> Store:
    return Store("lab")


def _of(store: Store, device: str) -> list[str]:
    return list(store.part(Devices).of(device))


def test_from_the_first_event_to_the_hangup(store: Store) -> None:
    store.apply(event("Newchannel", block("a", Channel="PJSIP/agent-01-00000001")), 0.0)
    store.apply(event("Newchannel", block("b", Channel="PJSIP/agent-01-00000002")), 1.0)
    assert _of(store, "PJSIP/agent-01") == ["a", "b"]
    assert store.part(Devices).count("PJSIP/agent-01") == 2
    assert _of(store, "PJSIP/agent") == []
    store.apply(event("Hangup", block("a", Channel="PJSIP/agent-01-00000001"), Cause="16"), 2.0)
    assert _of(store, "PJSIP/agent-01") == ["b"]
    store.apply(event("Hangup", block("b", Channel="PJSIP/agent-01-00000002"), Cause="16"), 3.0)
    assert store.part(Devices).channels == {}


def test_a_renamed_channel_goes_with_its_name(store: Store) -> None:
    store.apply(event("Newchannel", block("a", Channel="PJSIP/x-00000001")), 0.0)
    store.apply(event("Rename", Channel="PJSIP/x-00000001", Newname="SIP/y-00000002", Uniqueid="a"), 1.0)
    assert (_of(store, "PJSIP/x"), _of(store, "SIP/y")) == ([], ["a"])
    store.apply(event("Hangup", block("a", Channel="SIP/y-00000002"), Cause="16"), 2.0)
    assert store.part(Devices).channels == {}


def test_a_name_that_changes_without_a_rename(store: Store) -> None:
    """Its Rename was missed, or comes from another thread later: the block says what it is called."""
    store.apply(event("Newchannel", block("a", Channel="PJSIP/x-00000001")), 0.0)
    store.apply(event("Newstate", block("a", Channel="PJSIP/y-00000001")), 1.0)
    store.apply(event("Rename", Channel="PJSIP/x-00000001", Newname="PJSIP/y-00000001", Uniqueid="a"), 1.0)
    assert (_of(store, "PJSIP/x"), _of(store, "PJSIP/y")) == ([], ["a"])


def test_lists_make_and_remove_channels_too(store: Store) -> None:
    store.apply_channels([item("a", Channel="IAX2/branch-123")], 0.0, 0.0, first=True)
    assert _of(store, "IAX2/branch") == ["a"]
    store.apply_channels([], 1.0, 1.0, first=True)
    assert _of(store, "IAX2/branch") == []


def test_a_restart_leaves_none(store: Store) -> None:
    store.apply(event("Newchannel", block("a", Channel="PJSIP/x-00000001")), 0.0)
    store.restart(1.0)
    assert store.part(Devices).channels == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_shift(version: str) -> None:
    store = Store("lab")
    most = 0
    for at, packet in packets(version):
        if b"\nActionID: " not in packet.raw:
            store.apply(packet, at)
            most = max(most, len(store.part(Devices).channels))
    assert most > 10
    check(store)
