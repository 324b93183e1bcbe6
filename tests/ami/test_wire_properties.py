"""What must hold for any stream: however it is split it reads the same, and fast framing equals slow framing."""

import gzip
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from thorough import examples

from amitop.ami.packet import Kind, Packet
from amitop.ami.wire import Framer, encode

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings").glob("asterisk-*.ami.gz"))


def slow_frames(stream: bytes) -> list[tuple[list[bytes], list[bytes] | None]]:
    """Frame *stream* line by line, as `ami.md` A.2 and A.6 say, with no regard to speed.

    Returns (lines, output) of each packet; output is the text of a `Response: Follows`.
    """
    lines = [line.removesuffix(b"\r") for line in stream.split(b"\n")]
    lines.pop()  # what follows the last LF is no whole line
    packets: list[tuple[list[bytes], list[bytes] | None]] = []
    at = 0
    while at < len(lines):
        if not lines[at]:
            at += 1
            continue
        if lines[at] == b"Response: Follows":
            ends = (i for i in range(at, len(lines) - 1) if lines[i].endswith(b"--END COMMAND--") and not lines[i + 1])
            end = next(ends, None)
            if end is None:
                break
            first = at + 1
            while first < end and re.match(rb"(?i)(privilege|actionid):", lines[first]):
                first += 1
            output = [*lines[first:end], lines[end].removesuffix(b"--END COMMAND--")]
            if not output[-1]:
                output.pop()
            packets.append((lines[at:first], output))
            at = end + 2
            continue
        try:
            end = lines.index(b"", at)
        except ValueError:
            break
        packets += [(part, None) for part in cut(lines[at:end])]
        at = end + 1
    return packets


def cut(lines: list[bytes]) -> list[list[bytes]]:
    """Cut a packet where another one begins in it."""
    parts = [[lines[0]]]
    for line, following in zip(lines[1:], [*lines[2:], b""], strict=False):  # of one line, nothing
        begins = line.startswith(b"Event: ") or (
            re.fullmatch(rb"Response: [A-Za-z]+", line) and following.startswith(b"ActionID: ")
        )
        if begins and lines[0] != b"Event: UserEvent":
            parts.append([])
        parts[-1].append(line)
    return parts


def feed_all(stream: bytes, sizes: list[int]) -> list[Packet]:
    framer = Framer(banner=False)
    packets, at = [], 0
    for size in sizes:
        packets += framer.feed(stream[at : at + size])
        at += size
    return packets + framer.feed(stream[at:])


LINE = st.one_of(
    st.sampled_from(
        [
            b"Event: Newchannel",
            b"Event: UserEvent",
            b"Event: OriginateResponse",
            b"Response: Success",
            b"Response: Follows",
            b"ActionID: amitop-1",
            b"Privilege: Command",
            b"Channel: PJSIP/a:b",
            b"--END COMMAND--",
            b"text--END COMMAND--",
            b"Key:",
            b"no colon",
            b"\xff\xe4: \x00\x1b[31m",
            b"",
            b"",
        ]
    ),
    st.binary(max_size=12).map(lambda data: data.replace(b"\n", b"")),
)
END = st.sampled_from([b"\r\n", b"\r\n", b"\n", b"\r\r\n"])
STREAM = st.lists(st.tuples(LINE, END), max_size=30).map(lambda lines: b"".join(line + end for line, end in lines))


@given(STREAM, st.lists(st.integers(0, 20), max_size=60))
@settings(max_examples=examples(400), deadline=None)
def test_any_split_of_any_stream_gives_the_packets_of_slow_framing(stream: bytes, sizes: list[int]) -> None:
    expected = [b"\n".join(lines) for lines, _ in slow_frames(stream)]
    packets = feed_all(stream, sizes)
    assert [packet.raw for packet in packets] == expected
    for packet, (_, output) in zip(packets, slow_frames(stream), strict=True):
        if output is not None:
            assert len(packet.getall("Output")) == len(output)


@given(STREAM, st.lists(st.integers(0, 20), max_size=60), st.sets(st.sampled_from(["Newchannel", "UserEvent"])))
@settings(max_examples=examples(200), deadline=None)
def test_what_is_wanted_does_not_change_what_is_read(stream: bytes, sizes: list[int], wanted: set[str]) -> None:
    framer = Framer(banner=False, wanted=wanted)
    packets, at = [], 0
    for size in [*sizes, len(stream)]:
        packets += framer.feed(stream[at : at + size])
        at += size
    everything = feed_all(stream, [])
    kept = [
        packet
        for packet in everything
        if packet.kind is not Kind.EVENT or packet.name in wanted or packet.action_id is not None
    ]
    assert [packet.raw for packet in packets] == [packet.raw for packet in kept]
    assert framer.counters.packets == len(everything)
    assert framer.skipped.total() == len(everything) - len(kept)


def slow_headers(raw: bytes) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for line in raw.split(b"\n"):
        try:
            text = line.decode()
        except UnicodeDecodeError:
            text = line.decode("latin-1")
        key, colon, value = text.partition(":")
        if colon:
            headers.setdefault(key.strip().lower(), []).append(value.lstrip(" "))
        else:
            headers.setdefault("_raw", []).append(text)
    return headers


@given(st.lists(st.one_of(LINE, st.sampled_from([b"Channel: b", b"K:  v", b"channel:c", b"Channel"])), min_size=1))
@settings(max_examples=examples(400), deadline=None)
def test_fast_parsing_equals_slow_parsing(lines: list[bytes]) -> None:
    raw = b"\n".join(lines)
    packet = Packet(raw)
    expected = slow_headers(raw)
    assert packet.headers == {key: values[0] for key, values in expected.items()}
    assert {key: packet.getall(key) for key in expected} == expected
    assert packet.damaged == any(b":" not in line for line in lines)


KEY = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,15}", fullmatch=True)
VALUE = st.text(max_size=40).filter(lambda text: not re.search("[\r\n\0\ud800-\udfff]", text))


@given(st.dictionaries(KEY.filter(lambda key: key.lower() not in {"action", "actionid", "event"}), VALUE, max_size=20))
@settings(deadline=None)
def test_what_is_encoded_is_framed_back(headers: dict[str, str]) -> None:
    unique = {key.lower(): (key, value) for key, value in headers.items()}
    (packet,) = Framer(banner=False).feed(encode("Do", unique.values(), "amitop-1"))
    assert packet.action_id == "amitop-1"
    for key, value in unique.values():
        assert packet.get(key) == value.lstrip(" ")


@given(st.text(max_size=30), st.text(max_size=30))
@settings(max_examples=examples(300), deadline=None)
def test_whatever_is_sent_is_one_packet_or_refused(key: str, value: str) -> None:
    try:
        data = encode("Hangup", {key: value}, "amitop-1")
    except ValueError:
        return
    assert data.count(b"\r\n") == data.count(b"\n") == 4
    assert data.count(b"\r\n\r\n") == 1


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.name)
def test_a_recording_is_framed_as_slow_framing_does(path: Path) -> None:
    stream = gzip.decompress(path.read_bytes())
    banner, _, rest = stream.partition(b"\n")
    expected = [b"\n".join(lines) for lines, _ in slow_frames(rest)]
    framer = Framer()
    chunks = random.Random(1)  # sizes as sockets give them, the same each run
    packets, at = [], 0
    while at < len(stream):
        size = chunks.choice([1, 100, 1448, 20_000])
        packets += framer.feed(stream[at : at + size])
        at += size
    assert framer.banner == banner.rstrip(b"\r").decode()
    assert [packet.raw for packet in packets] == expected
    assert len(packets) == framer.counters.packets > 10_000
    assert framer.counters.resynced == 0
    assert not any(packet.headers and packet.damaged for packet in packets)
    for packet in packets[::7]:
        assert packet.headers == {key: values[0] for key, values in slow_headers(packet.raw).items()}


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.name)
@pytest.mark.parametrize("seed", range(4))
def test_vector_23_a_mangled_recording_raises_nothing(path: Path, seed: int) -> None:
    chance = random.Random(seed)
    start = chance.randrange(2_000_000)
    data = bytearray(gzip.decompress(path.read_bytes())[start : start + 400_000])
    bits = 127 if seed % 2 else 255
    for _ in range(4000):
        data[chance.randrange(len(data))] = chance.randrange(bits + 1)
    for _ in range(200):  # and stretches that never came
        at = chance.randrange(len(data))
        del data[at : at + chance.randrange(300)]
    framer = Framer(wanted={"Newchannel", "Hangup", "BridgeEnter"})
    packets = [packet for i in range(0, len(data), 5000) for packet in framer.feed(bytes(data[i : i + 5000]))]
    damaged = sum(1 for packet in packets if packet.headers and packet.damaged)
    assert framer.counters.packets > 400
    assert framer.counters.resynced > 0
    assert damaged > 0
    for packet in packets:
        assert isinstance(packet.name, str)
        assert packet.action_id is None or isinstance(packet.action_id, str)
        packet.channel_variables()
        packet.getall("Variable")
