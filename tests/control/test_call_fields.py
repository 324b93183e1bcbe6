"""What may be typed about a call, and what never reaches an action."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amitop.control import call_fields

INJECTIONS = [
    "x\r\nAction: Originate",
    "x\nCommand: rm -rf /",
    "x\x00y",
    "x,b,touch /tmp/owned",
    "x|b|touch",
    "../../etc/passwd",
    "/etc/asterisk/manager.conf",
    "x;id",
    "$(id)",
    "`id`",
    "x y",
    "'x'",
    '"x"',
    "x&y",
    "x>y",
    ".hidden",
    "-rf",
    "é",
    "x\u202e",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_nothing_but_a_name_names_a_recording(text):
    with pytest.raises(ValueError, match="may hold"):
        call_fields.recording_name(text)


@pytest.mark.parametrize("text", [each for each in INJECTIONS if any(c in each for c in "\r\n\x00,;| ")])
def test_nothing_but_a_name_names_a_lot(text):
    with pytest.raises(ValueError, match="holds a character"):
        call_fields.parking_lot(text)


@given(st.text(max_size=200))
def test_whatever_is_accepted_is_plain(text):
    for check, allowed in (
        (call_fields.recording_name, "-_."),
        (call_fields.digits, "*#"),
    ):
        try:
            result = check(text)
        except ValueError:
            continue
        assert all((c.isascii() and c.isalnum()) or c in allowed for c in result)
        assert not result.startswith((".", "-"))


@pytest.mark.parametrize(
    ("text", "name"), [("ann", "ann.wav"), (" ann-1_2.wav ", "ann-1_2.wav"), ("a.b.gsm", "a.b.gsm")]
)
def test_names_of_recordings(text, name):
    assert call_fields.recording_name(text) == name


@pytest.mark.parametrize(
    ("text", "complaint"), [("", "which name"), ("a" * 90, "longer"), ("a.exe", "may end in"), ("a..wav", "may hold")]
)
def test_no_names_of_recordings(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        call_fields.recording_name(text)


@pytest.mark.parametrize("uniqueid", ["1795394513.2", "lab-1795394513.2", "../../../x", "\r\n", "x" * 149, ""])
def test_the_usual_name_is_always_one_that_may_be_used(uniqueid):
    name = call_fields.usual_recording_name(uniqueid, datetime(2026, 11, 23, 0, 42, 15))
    assert call_fields.recording_name(name) == name
    assert name.startswith("amitop-20261123-004215-")


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("10m", 600), ("1 H", 3600), ("1:30", 90), ("1:00:05", 3605)]
)
def test_durations(text, seconds):
    assert call_fields.seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "-5", "1.5", "90x", "1:75", "25h", "٣", "1e3", "90\nAction: x", "9" * 30])
def test_no_durations(text):
    with pytest.raises(ValueError, match=r"How long|not between"):
        call_fields.seconds(text)


@pytest.mark.parametrize(
    ("text", "digits"), [("1234#", "1234#"), (" 1 (2)-3.4 ", "1234"), ("*aBcDw", "*ABCDw"), ("1W2", "1w2")]
)
def test_digits(text, digits):
    assert call_fields.digits(text) == digits


@pytest.mark.parametrize("text", ["", "w", "x", "12\r\nAction: Hangup", "12e", "٣", "1" * 65, "1,2", "1\x002"])
def test_no_digits(text):
    with pytest.raises(ValueError, match=r"digits|telephone sends"):
        call_fields.digits(text)
