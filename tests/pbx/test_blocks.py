"""Reading blocks: the quick way and the careful way must agree."""

from __future__ import annotations

import pytest
from recorded import VERSIONS, block, bridge_block, event, packets

from amitop.ami.packet import Packet
from amitop.pbx.blocks import BRIDGE_FIELDS, CHANNEL_FIELDS, bridge_fields, channel_fields, header, number, value
from amitop.pbx.store import Store

PREFIXES = ("", "Dest", "Spyer", "Spyee", "Transferer", "Transferee", "LocalOne", "LocalTwo", "Parkee", "Retriever")


@pytest.mark.parametrize("version", VERSIONS)
def test_every_recorded_block_is_read_as_its_headers_say(version: str) -> None:
    read = 0
    for _, packet in packets(version):
        careful = Packet(packet.raw)
        for prefix in PREFIXES:
            if f"\n{prefix}Uniqueid: ".encode() in packet.raw and f"\n{prefix}Channel: ".encode() in packet.raw:
                fields = channel_fields(packet, prefix)
                expected = tuple(careful.get(prefix + name) for name in CHANNEL_FIELDS)
                assert fields == (expected if expected[12] not in {"none", "<null>", ""} else None)
                read += 1
        if b"\nBridgeUniqueid: " in packet.raw:
            assert bridge_fields(packet) == tuple(careful.get(name) for name in BRIDGE_FIELDS)
    assert read > 5000


@pytest.mark.parametrize("version", VERSIONS)
def test_every_recorded_header_is_found(version: str) -> None:
    read = [packet for _, packet in packets(version)[::17] if packet.name != "Cdr"]  # which spells it UniqueID
    for packet in read:
        for name in ("Uniqueid", "Queue", "Cause-txt", "DialStatus", "AppData", "Position", "ActionID"):
            assert header(packet, name) == packet.get(name)
            assert value(packet, name) == packet.value(name)


def test_headers_in_another_order_or_case() -> None:
    lines = list(reversed(block("u1", "Dest", CallerIDName="x: y\\n")))
    packet = Packet("\n".join(["Event: DialBegin", *lines]).lower().encode())
    fields = channel_fields(packet, "Dest")
    assert fields is not None
    assert fields[4] == "x: y\\n"
    assert header(packet, "DestPriority") == "1"
    assert bridge_fields(Packet("\n".join(["Event: E", *reversed(bridge_block("b1"))]).encode())) is not None


def test_a_packet_without_the_block() -> None:
    assert channel_fields(event("E", ["Uniqueid: <null>", "Channel: <unknown>"])) is None
    assert channel_fields(event("E")) is None
    assert channel_fields(event("E", block("u1")), "Dest") is None
    assert bridge_fields(event("E")) is None


def test_no_block_is_taken_for_one_with_a_longer_prefix() -> None:
    packet = event("E", block("orig", "OrigTransferer"), block("dest", "Dest"), block("plain"))
    assert channel_fields(packet)[12] == "plain"
    assert channel_fields(packet, "Transferer") is None
    assert channel_fields(packet, "Dest")[12] == "dest"


def test_empty_values_and_colons() -> None:
    packet = event("E", block("u1", Channel="SIP/a:b", AccountCode="", Exten=""))
    assert channel_fields(packet)[0] == "SIP/a:b"
    assert channel_fields(packet)[10] == ""
    assert header(Packet(b"Event: E\nA:b\nC:  d\nE:"), "A") == "b"
    assert header(Packet(b"Event: E\nA:b\nC:  d\nE:"), "C") == "d"
    assert header(Packet(b"Event: E\nA:b\nC:  d\nE:"), "E") == ""


def test_each_part_of_a_block_that_changes_is_seen() -> None:
    store = Store("lab")
    store.apply(event("Newchannel", block("u1", Exten="1", Priority="12")), 0.0)
    channel = store.channels["u1"]
    for changes in ({"Priority": "1"}, {"Linkedid": "u12"}, {"Linkedid": "u1"}, {"CallerIDNum": "CallerIDNum: 5"}):
        store.apply(event("Newexten", block("u1", **changes)), 1.0)
        expected = Store("other")
        expected.apply(event("Newchannel", block("u1", **changes)), 0.0)
        other = expected.channels["u1"]
        assert (channel.position, channel.linkedid, channel.caller) == (other.position, other.linkedid, other.caller)
        store.apply(event("DialState", block("u1", "Dest", CallerIDNum="5")), 2.0)
    assert channel.caller.num == "5"
    before = channel.block
    store.apply(event("DialState", block("u1", "Dest", CallerIDNum="5")), 3.0)
    assert channel.block is before
    assert channel.heard == 3.0
    store.apply(event("Rename", Uniqueid="u1", Newname="PJSIP/b"), 4.0)
    store.apply(event("Newstate", block("u1", Channel="PJSIP/b")), 5.0)
    store.apply(event("Hangup", block("u1", Channel="PJSIP/b")), 6.0)


def test_a_block_that_is_not_utf8_is_read_line_by_line() -> None:
    lines = "\n".join(["Event: Newchannel", *block("u1", CallerIDName="Zo\xeb", ConnectedLineName="?")])
    raw = lines.encode("latin-1").replace(b"?", "Zoë".encode())
    store = Store("lab")
    store.apply(Packet(raw), 0.0)
    assert store.channels["u1"].caller.name == store.channels["u1"].connected.name == "Zoë"
    store.apply(Packet(raw.replace(b"Zo\xeb", b"Zo\xeb\xeb")), 1.0)
    assert store.channels["u1"].caller.name == "Zoëë"
    assert store.channels["u1"].connected.name == "Zoë"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", 0), ("16", 16), ("", None), ("-1", None), ("²", None), ("1 ", None), ("9" * 5000, None), ("x", None)],
)
def test_numbers(text: str, expected: int | None) -> None:
    assert number(text) == expected
