"""What may be sent (`ami.md` A.10): nothing that could end a header early. Vectors numbered as in `ami.md` I."""

import pytest

from amitop.ami.secret import Secret
from amitop.ami.wire import Framer, encode


def test_an_action_is_its_headers_in_order_and_an_empty_line() -> None:
    data = encode("Redirect", {"Channel": "1.1", "Exten": "600"}, "amitop-1")
    assert data == b"Action: Redirect\r\nActionID: amitop-1\r\nChannel: 1.1\r\nExten: 600\r\n\r\n"


@pytest.mark.parametrize("value", ["1\r\nAction: Originate", "1\n", "\r", "a\0b", "x\nApplication: System\nData: id"])
def test_vector_20_a_value_cannot_become_a_header(value: str) -> None:
    with pytest.raises(ValueError, match="'Channel' contains a line end or NUL"):
        encode("Hangup", {"Channel": value})
    with pytest.raises(ValueError, match="'Action' contains"):
        encode(value)
    with pytest.raises(ValueError, match="'ActionID' contains"):
        encode("Ping", {}, value)


def test_vector_21_too_many_headers_and_lines_too_long_are_refused() -> None:
    encode("Originate", [("Variable", f"v{i}=1") for i in range(127)])
    with pytest.raises(ValueError, match="129 headers"):
        encode("Originate", [("Variable", f"v{i}=1") for i in range(128)])
    assert len(encode("A", {"Data": "x" * 1016}).split(b"\r\n")[1]) == 1022
    with pytest.raises(ValueError, match="1023 bytes long"):  # tried on 22.10: the server drops it
        encode("A", {"Data": "x" * 1017})
    with pytest.raises(ValueError, match="bytes long"):
        encode("A", {"Data": "ü" * 600})  # it is bytes that count


@pytest.mark.parametrize("key", ["", "Bad Key", "Bad:Key", "1st", "Ключ", "A\r\nB", "A\n"])
def test_a_name_must_be_a_name(key: str) -> None:
    with pytest.raises(ValueError, match="is no header name"):
        encode("A", {key: "x"})


def test_a_header_twice_is_refused_because_the_first_would_win() -> None:
    with pytest.raises(ValueError, match="'channel' stands there twice"):
        encode("Hangup", [("Channel", ""), ("channel", "1.1")])
    with pytest.raises(ValueError, match="'ActionID' stands there twice"):
        encode("Ping", {"ActionID": "mine"}, "amitop-1")
    encode("Originate", [("Variable", "a=1"), ("Variable", "b=2")])


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(ValueError, match="'Exten' contains a lone surrogate") as caught:
        encode("Redirect", {"Exten": "6\udcff"})
    assert type(caught.value) is ValueError  # a UnicodeEncodeError would carry the value


def test_text_goes_out_in_utf8() -> None:
    assert "Gül 王".encode() in encode("A", {"CallerID": "Gül 王"})


def test_a_slash_in_front_is_not_our_business() -> None:
    assert b"Channel: /^PJSIP/\r\n" in encode("Hangup", {"Channel": "/^PJSIP/"})


def test_a_tap_sees_no_secret() -> None:
    headers = {"Username": "admin", "Secret": Secret("hunter2"), "Key": "0123abcd"}
    assert b"Secret: hunter2\r\n" in encode("Login", headers)
    masked = encode("Login", headers, reveal=False)
    assert masked == b"Action: Login\r\nUsername: admin\r\nSecret: ***\r\nKey: ***\r\n\r\n"


def test_a_secret_that_cannot_be_sent_is_not_quoted() -> None:
    for value in ("hunter2\n", "hunter2" * 200, "hunter2\ud800"):
        with pytest.raises(ValueError, match="'Secret'") as caught:
            encode("Login", {"Secret": Secret(value)})
        assert "hunter" not in repr(caught.value.args)


def test_a_secret_keeps_the_bytes_that_it_came_as() -> None:
    """From a file or the environment in Latin-1, which Python reads with surrogates."""
    secret = Secret(b"p\xe4ss".decode(errors="surrogateescape"))
    assert b"Secret: p\xe4ss\r\n" in encode("Login", {"Secret": secret})


def test_what_is_encoded_is_framed_back() -> None:
    data = encode("Originate", [("Channel", "Local/1@x"), ("Variable", "a=1"), ("Variable", "b=:2 ")], "amitop-9")
    (packet,) = Framer(banner=False).feed(data)
    assert packet.get("Action") == "Originate"
    assert packet.action_id == "amitop-9"
    assert packet.getall("Variable") == ["a=1", "b=:2 "]
