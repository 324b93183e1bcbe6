"""Headers: names, values, repeats, charsets, escapes (`ami.md` A.3); vectors numbered as in `ami.md` I."""

import pytest

from amitop.ami.packet import ChannelVariable, Kind, Packet, unescape


@pytest.mark.parametrize("name", [b"G\xc3\xbcl", b"G\xfcl"])
def test_vector_09_a_name_in_utf8_or_latin1(name: bytes) -> None:
    packet = Packet(b"Event: Newchannel\nCallerIDName: " + name + "\nConnectedLineName: 王小明".encode())
    assert packet.get("CallerIDName") == "Gül"
    assert packet.get("ConnectedLineName") == "王小明"  # one odd line does not spoil the others


def test_vector_10_escapes_are_undone_where_asterisk_makes_them() -> None:
    packet = Packet(rb"Event: Newchannel" + b"\n" + rb"CallerIDName: a\"b\n")
    assert unescape(packet.get("CallerIDName")) == 'a"b\n'


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        (r"\a\b\f\n\r\t\v", "\a\b\f\n\r\t\v"),
        (r"\\n", r"\n"),
        (r"\' \? \"", "' ? \""),
        (r"\x41 \0 \e", r"\x41 \0 \e"),
        ("\\", "\\"),
        ("plain", "plain"),
    ],
)
def test_unescape_knows_the_escapes_of_ast_escape_c_and_no_others(sent: str, meant: str) -> None:
    assert unescape(sent) == meant


def test_vector_18_a_line_without_a_colon_damages_the_packet() -> None:
    packet = Packet(b"Event: A\nno header\nK: v\nanother")
    assert packet.get("K") == "v"
    assert packet.damaged
    assert packet.getall("_raw") == ["no header", "another"]


def test_a_line_that_is_only_a_known_name_is_no_header() -> None:
    Packet(b"Event: A\nChannel: x").headers  # noqa: B018  the name is known from now on
    packet = Packet(b"Event: A\nChannel")
    assert "Channel" not in packet
    assert packet.damaged


def test_vector_19_variables_of_a_channel() -> None:
    packet = Packet(
        b'Event: Rename\nChanVariable(PJSIP/1-0001): A=b=c\nChanVariable: D=\nDestChanVariable: E=\\"f\\"\n'
        b"AppData: ChanVariable: no"
    )
    assert packet.channel_variables() == [ChannelVariable("PJSIP/1-0001", "A", "b=c"), ChannelVariable("", "D", "")]
    assert packet.channel_variables("Dest") == [ChannelVariable("", "E", '"f"')]
    assert Packet(b"Event: A").channel_variables() == []


def test_names_are_compared_without_case() -> None:
    packet = Packet(b"Event: Cdr\nUniqueID: 1.1")
    assert packet.get("uniqueid") == packet.get("Uniqueid") == "1.1"
    assert "UNIQUEID" in packet


def test_a_repeated_header_keeps_every_value_and_gets_the_first() -> None:
    packet = Packet(b"Event: Status\nVariable: a=1\nVariable: b=2\nvariable: c=3\nK: v")
    assert packet.get("Variable") == "a=1"
    assert packet.getall("Variable") == ["a=1", "b=2", "c=3"]
    assert packet.getall("K") == ["v"]
    assert packet.getall("absent") == []


@pytest.mark.parametrize("nothing", ["", "<unknown>", "<null>", "(null)", "<none>"])
def test_the_words_for_nothing_are_none(nothing: str) -> None:
    packet = Packet(f"Event: A\nK: {nothing}".encode())
    assert packet.value("K") is None
    assert packet.get("K", "absent") == nothing


def test_odd_names_are_names() -> None:
    packet = Packet(b"Event: A\nNamed Callgroup: 1\nCause-txt: x\n100rel: yes\nK:v: w\nReport0IAJitter: 3")
    assert packet.get("Named Callgroup") == "1"
    assert packet.get("100rel") == "yes"
    assert packet.get("K") == "v: w"
    assert packet.get("K") == Packet(b"Event: A\nK:v: w").get("K")  # also once all of its names are known


@pytest.mark.parametrize(
    ("raw", "kind", "name"),
    [
        (b"Event: A", Kind.EVENT, "A"),
        (b"Event:A", Kind.EVENT, "A"),
        (b"Response: Error\nMessage: x", Kind.RESPONSE, "Error"),
        (b"Privilege: call\nevent: B", Kind.EVENT, "B"),
        (b"ActionID: 1\nResponse: Success", Kind.RESPONSE, "Success"),
        (b"HTTP/1.1 400 Bad Request\nServer: x", Kind.OTHER, ""),
    ],
)
def test_a_packet_is_classified_by_its_headers(raw: bytes, kind: Kind, name: str) -> None:
    packet = Packet(raw)
    assert (packet.kind, packet.name) == (kind, name)


@pytest.mark.parametrize(
    ("raw", "action_id"),
    [
        (b"Response: Success\nActionID: a-1\nMessage: x", "a-1"),
        (b"Event: QueueMember\nQueue: x\nActionID: a-1", "a-1"),
        (b"ActionID: a-1\nEvent: x", "a-1"),
        (b"Event: x\nactionid:a-1", "a-1"),
        (b"Event: x\nAppData: ActionID: a-1", None),
        (b"Event: x", None),
    ],
)
def test_the_action_id_is_found_wherever_it_stands(raw: bytes, action_id: str | None) -> None:
    assert Packet(raw).action_id == action_id


def test_a_repr_shows_no_header() -> None:
    packet = Packet(b"Event: AuthDetail\nPassword: hunter2")
    assert packet.headers["password"] == "hunter2"
    assert repr(packet) == "<Packet event AuthDetail>"
