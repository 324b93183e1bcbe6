"""The framer against the test vectors of `ami.md` I (numbered as there) and what real servers got wrong (A.2)."""

import pytest

from amitop.ami.errors import WireError
from amitop.ami.packet import Kind, Packet
from amitop.ami.wire import Framer


def frame(data: bytes, **options) -> list[Packet]:
    return Framer(banner=False, **options).feed(data)


def only(data: bytes) -> Packet:
    (packet,) = frame(data)
    return packet


BANNER_AND_RESPONSE = b"Asterisk Call Manager/11.0.0\r\nResponse: Success\r\n\r\n"


def test_vector_01_the_banner_is_one_line_and_glued_to_nothing() -> None:
    framer = Framer()
    (packet,) = framer.feed(BANNER_AND_RESPONSE)
    assert framer.banner == "Asterisk Call Manager/11.0.0"
    assert (packet.kind, packet.name, packet.headers) == (Kind.RESPONSE, "Success", {"response": "Success"})


@pytest.mark.parametrize("at", range(len(BANNER_AND_RESPONSE) + 1))
def test_vector_02_split_anywhere_it_reads_the_same(at: int) -> None:
    framer = Framer()
    packets = framer.feed(BANNER_AND_RESPONSE[:at]) + framer.feed(BANNER_AND_RESPONSE[at:])
    assert framer.banner == "Asterisk Call Manager/11.0.0"
    assert [packet.raw for packet in packets] == [b"Response: Success"]


@pytest.mark.parametrize(("line", "value"), [("K:v", "v"), ("K: v", "v"), ("K:  v", "v"), ("K:", ""), ("K: v ", "v ")])
def test_vector_03_blanks_after_the_colon(line: str, value: str) -> None:
    packet = only(f"Event: A\r\n{line}\r\n\r\n".encode())
    assert packet.get("K", "absent") == value
    assert not packet.damaged


def test_vector_04_colons_in_a_value() -> None:
    assert only(b"Event: A\r\nURI: sip:a@b:5060;x=1\r\n\r\n").get("uri") == "sip:a@b:5060;x=1"


def test_vector_05_empty_packets_are_none() -> None:
    packets = frame(b"\r\n\r\nEvent: A\r\n\r\n\r\n\r\nEvent: B\r\n\r\n")
    assert [packet.name for packet in packets] == ["A", "B"]


def test_vector_06_a_message_that_ends_with_a_line_feed() -> None:
    error, event = frame(b"Response: Error\r\nMessage: No Contacts found\n\r\n\r\nEvent: A\r\n\r\n")
    assert (error.kind, error.get("Message")) == (Kind.RESPONSE, "No Contacts found")
    assert (event.kind, event.name) == (Kind.EVENT, "A")


def test_vector_07_a_packet_that_ends_in_crlf_lf() -> None:
    packets = frame(b"Event: CoreShowChannelMap\r\nConnectedChannel: x\r\n\nEvent: B\r\n\r\n")
    assert [packet.name for packet in packets] == ["CoreShowChannelMap", "B"]
    assert packets[0].get("ConnectedChannel") == "x"


def test_vector_08_a_line_that_ends_in_lf_alone() -> None:
    packet = only(b"Event: Agents\r\nCallStarted: 5\nLoggedInTime: 3\r\n\r\n")
    assert (packet.get("CallStarted"), packet.get("LoggedInTime")) == ("5", "3")


def test_vector_11_command_output_in_headers() -> None:
    packet = only(
        b"Response: Success\r\nActionID: 1\r\nMessage: Command output follows\r\n"
        b"Output: a\r\nOutput: \r\nOutput: b: c\r\n\r\n"
    )
    assert packet.getall("Output") == ["a", "", "b: c"]


@pytest.mark.parametrize(
    ("text", "output"),
    [
        (b"x\n\ny: z\n", ["x", "", "y: z"]),
        (b"x\n\nz", ["x", "", "z"]),
        (b"x\n\n", ["x", ""]),
        (b"", []),
    ],
    ids=["whole lines", "marker glued to the last line", "empty line at the end", "nothing"],
)
def test_vector_12_command_output_as_raw_text(text: bytes, output: list[str]) -> None:
    start = b"Response: Follows\r\nPrivilege: Command\r\nActionID: 1\r\n"
    packets = frame(start + text + b"--END COMMAND--\r\n\r\nEvent: A\r\n\r\n")
    assert [packet.name for packet in packets] == ["Follows", "A"]
    assert packets[0].getall("Output") == output
    assert packets[0].action_id == "1"


def test_raw_command_output_may_look_like_packets() -> None:
    text = b"Event: Hangup\nResponse: Error\n\nEvent: Hangup\n\n--END COMMAND--\r\n\r\n"
    (packet,) = frame(b"Response: Follows\r\nActionID: 1\r\n" + text)
    assert packet.getall("Output") == ["Event: Hangup", "Response: Error", "", "Event: Hangup", ""]


def test_vector_13_an_event_with_a_response_header_is_an_event() -> None:
    packet = only(b"Event: OriginateResponse\r\nActionID: 1\r\nResponse: Failure\r\n\r\n")
    assert (packet.kind, packet.name, packet.get("Response")) == (Kind.EVENT, "OriginateResponse", "Failure")
    assert not packet.damaged


def test_vector_16_a_line_of_a_mebibyte_is_fine_and_32_are_not() -> None:
    value = b"x" * (1 << 20)
    (packet,) = frame(b"Event: A\r\nK: " + value + b"\r\n\r\n")
    assert len(packet.get("K")) == 1 << 20
    framer = Framer(banner=False)
    for _ in range(16):
        assert framer.feed(value) == []
    with pytest.raises(WireError, match="more than 16777216 bytes"):
        framer.feed(b"x")


def test_a_packet_over_the_limit_is_refused_whole_as_well_as_in_pieces() -> None:
    stream = b"Event: A\r\nK: " + b"x" * 100 + b"\r\n\r\n"
    with pytest.raises(WireError):
        frame(stream, max_packet=64)
    assert len(frame(stream * 5, max_packet=128)) == 5


def test_vector_17_half_a_packet_is_no_packet() -> None:
    framer = Framer(banner=False)
    assert framer.feed(b"Event: A\r\nK: v\r\n") == []
    assert framer.counters.packets == 0


@pytest.mark.parametrize("banner", [b"Asterisk Call Manager Proxy/1.22\n", b"\r\n", b"\xff\xfe what\r\n"])
def test_any_first_line_is_the_banner(banner: bytes) -> None:
    framer = Framer()
    (packet,) = framer.feed(banner + b"Event: A\r\n\r\n")
    assert packet.name == "A"
    assert framer.banner == banner.decode("latin-1").strip("\r\n")


def test_a_proxy_without_a_banner_loses_no_packet() -> None:
    framer = Framer()
    (packet,) = framer.feed(b"Response: Success\r\nMessage: hello\r\n\r\n")
    assert (framer.banner, packet.get("Message")) == ("", "hello")


def test_a_first_line_without_end_is_refused() -> None:
    framer = Framer()
    assert framer.feed(b"\x16\x03\x01" * 20_000) == []
    with pytest.raises(WireError, match="no line end"):
        framer.feed(b"\x16\x03\x01" * 20_000)


# -- packets that lost their end (before 16.26, `ami.md` A.2) ---------------------------------------------------------


def test_a_packet_that_lost_its_end_gives_way_to_the_next_event() -> None:
    framer = Framer(banner=False)
    lost, found = framer.feed(
        b"Event: Newchannel\r\nChannel: PJSIP/1\r\nCallerEvent\r\nEvent: Hangup\r\nUniqueid: 1.1\r\n\r\n"
    )
    assert (lost.name, lost.damaged) == ("Newchannel", True)
    assert (found.name, found.get("Uniqueid"), found.damaged) == ("Hangup", "1.1", False)
    assert framer.counters.resynced == 1


def test_a_packet_that_lost_its_end_gives_way_to_the_next_response() -> None:
    lost, found = frame(b"Event: Newchannel\r\nChan\r\nResponse: Success\r\nActionID: amitop-1\r\nPing: Pong\r\n\r\n")
    assert lost.damaged
    assert (found.kind, found.action_id) == (Kind.RESPONSE, "amitop-1")


def test_the_dialplan_cannot_forge_packets_in_a_user_event() -> None:
    (packet,) = frame(b"Event: UserEvent\r\nUserEvent: x\r\nEvent: Hangup\r\nUniqueid: 1.1\r\n\r\n")
    assert (packet.name, packet.getall("Event")) == ("UserEvent", ["UserEvent", "Hangup"])


# -- what nobody reads ------------------------------------------------------------------------------------------------

MIXED = (
    b"Event: VarSet\r\nVariable: x\r\n\r\nEvent: Hangup\r\nUniqueid: 1.1\r\n\r\n"
    b"Event: VarSet\r\nActionID: me-1\r\nVariable: y\r\n\r\nEvent: VarSet\r\n\r\nEvent:Newexten\r\n\r\n"
    b"Response: Success\r\nActionID: me-2\r\n\r\nEvent: VarSet\r\nVariable: z\r\n\r\n"
)


def test_unwanted_events_are_counted_and_dropped_but_list_items_are_kept() -> None:
    framer = Framer(banner=False, wanted={"Hangup"})
    packets = framer.feed(MIXED)
    assert [(packet.name, packet.action_id) for packet in packets] == [
        ("Hangup", None),
        ("VarSet", "me-1"),
        ("Success", "me-2"),
    ]
    assert framer.skipped == {"VarSet": 3, "Newexten": 1}
    assert framer.counters.packets == 7


def test_without_a_list_under_way_unwanted_events_are_dropped_whatever_they_say() -> None:
    framer = Framer(banner=False, wanted={"Hangup"})
    framer.keep_lists = False
    assert [packet.name for packet in framer.feed(MIXED)] == ["Hangup", "Success"]
    assert framer.skipped == {"VarSet": 4, "Newexten": 1}


def test_what_is_dropped_does_not_depend_on_how_the_bytes_came() -> None:
    for size in (1, 7, 31, len(MIXED)):
        framer = Framer(banner=False, wanted={"Hangup"})
        packets = [packet for i in range(0, len(MIXED), size) for packet in framer.feed(MIXED[i : i + size])]
        assert [packet.name for packet in packets] == ["Hangup", "VarSet", "Success"], size
        assert framer.skipped == {"VarSet": 3, "Newexten": 1}, size


def test_a_name_is_not_taken_for_a_longer_one() -> None:
    framer = Framer(banner=False, wanted={"AB"})
    assert [p.name for p in framer.feed(b"Event: A\n\nEvent: AB\n\nEvent: A\n\nEvent: AB\nK: v\n\nEvent: ABC\n\n")] == [
        "AB",
        "AB",
    ]


def test_invented_event_names_do_not_fill_the_memory() -> None:
    framer = Framer(banner=False, wanted=set())
    framer.feed(b"".join(b"Event: x%d\r\nK: v\r\n\r\n" % i for i in range(10_000)))
    assert len(framer.skipped) < 5000
    assert framer.skipped.total() == 10_000
