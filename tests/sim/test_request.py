"""Bytes to actions. What is asked here was asked of Asterisk 22.10 too, which answered the same."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amitop.sim.request import TOO_LONG, TOO_MANY, Reader


def read(data: bytes):
    return Reader().feed(data)


def test_blanks_case_and_bare_line_feeds():
    (request,) = read(b"action:ping\nactionid:  abc \n\n")
    assert (request.action, request.action_id) == ("ping", "abc ")


def test_the_first_header_wins_even_when_it_is_empty_but_an_action_is_looked_for():
    (request,) = read(b"Action:\r\nChannel:\r\nAction: Hangup\r\nChannel: PJSIP/1-1\r\n\r\n")
    assert request.action == "Hangup"
    assert request.get("Channel") == ""
    assert request.getall("channel") == ["", "PJSIP/1-1"]


def test_lines_that_are_no_headers_are_passed_over():
    (request,) = read(b"Garbage no colon\r\nAction: Ping\r\n\r\n")
    assert (request.action, request.fault) == ("Ping", "")


def test_an_empty_line_is_a_request_without_an_action():
    assert [(each.action, each.fault) for each in read(b"\r\n\n")] == [("", ""), ("", "")]


@pytest.mark.parametrize(
    ("length", "ending", "fits"), [(1022, b"\r\n", True), (1023, b"\n", True), (1024, b"\n", False)]
)
def test_how_long_a_line_may_be(length, ending, fits):
    (request,) = read(b"Action: Ping\r\nX: " + b"a" * (length - 3) + ending + b"ActionID: long\r\n\r\n")
    assert request.fault == ("" if fits else TOO_LONG)
    assert request.action_id == "long", "what follows is read all the same"


def test_a_line_whose_end_is_cut_in_two_by_the_limit():
    first, second = read(b"Action: Ping\r\nX: " + b"a" * 1020 + b"\r\nActionID: crlf1023\r\n\r\n")
    assert (first.fault, first.action_id) == (TOO_LONG, "")
    assert (second.fault, second.action, second.action_id) == ("", "", "crlf1023")


def test_how_many_headers_there_may_be():
    (fits,) = read(b"Action: Ping\r\n" + b"X: a\r\n" * 126 + b"ActionID: 128\r\n\r\n")
    assert (fits.fault, fits.action_id) == ("", "128")
    (too_many,) = read(b"Action: Ping\r\n" + b"X: a\r\n" * 127 + b"ActionID: 129\r\n\r\n")
    assert (too_many.fault, too_many.action_id) == (TOO_MANY, "")


def test_a_nul_ends_a_line():
    (request,) = read(b"Action: Hangup\r\nChannel: a\0b\r\n\r\n")
    assert request.get("Channel") == "a"


@given(st.binary(max_size=3000), st.lists(st.integers(0, 3000), max_size=6))
def test_how_the_bytes_come_makes_no_difference(data, cuts):
    def seen(pieces):
        reader = Reader()
        return [(each.headers, each.fault) for piece in pieces for each in reader.feed(piece)]

    places = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    pieces = [data[a:b] for a, b in itertools.pairwise(places)]
    assert seen(pieces) == seen([data])
