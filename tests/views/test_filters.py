from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amitop.views.columns import Column
from amitop.views.filters import EVERYTHING, amount, parse_filter


@dataclass
class Person:
    name: str
    state: str
    since: float | None


PEOPLE = [Person("Ann Lee", "Ringing", 130), Person("Bo ann", "Talking", 59), Person("Carl [x]", "Waiting", None)]

COLUMNS = (
    Column[Person](key="who", title="NAME", width=9, text=lambda r, _: r.name, sort=lambda r, _: r.name),
    Column[Person](key="state", title="STATE", width=9, text=lambda r, _: r.state, sort=lambda r, _: r.state),
    Column[Person](
        key="time",
        title="TIME",
        width=9,
        text=lambda r, now: "–" if r.since is None else str(int(now - 100 + r.since)),
        sort=lambda r, now: None if r.since is None else now - 100 + r.since,
        number=True,
        searched=False,
    ),
)


def passing(text: str, now: float = 100) -> str:
    matches = parse_filter(text, COLUMNS).matcher(COLUMNS, now)
    return "".join(person.name[0] for person in PEOPLE if matches(person))


@pytest.mark.parametrize(
    ("text", "initials"),
    [
        ("", "ABC"),
        ("   ", "ABC"),
        ("ann", "AB"),
        ("ANN", "AB"),
        ("ann lee", "A"),
        ("lee ann", "A"),
        ('"ann lee"', "A"),
        ('"lee ann"', ""),
        ('"ann l', "A"),  # a quote that is still open
        ("!ann", "C"),
        ("ann !ringing", "B"),
        ('!"ann lee"', "BC"),
        ("!", "ABC"),
        ('""', "ABC"),
        ("state:ing", "ABC"),
        ("state:ring", "A"),
        ("STATE:Ring", "A"),
        ("name:ann", "AB"),  # by its title as well as by its key
        ("who:ann", "AB"),
        ("!state:talking", "AC"),
        ('who:"ann lee"', "A"),
        ("who:", "ABC"),
        ("[x]", "C"),
        ("130", ""),  # durations change by themselves: plain words do not look there
        ("time:13", "A"),
        ("time:>60", "A"),
        ("time:>=59", "AB"),
        ("time:<1m", "B"),
        ("time:<=59", "B"),
        ("time:=59", "B"),
        ("time:>2m", "A"),
        ("time:>2:11", ""),
        ("time:>0:58", "AB"),
        ("!time:>60", "BC"),  # what has no time is not longer than a minute
        ("time:>", "ABC"),  # half typed
        ("time:>x", "ABC"),
        ("state:>5", ""),  # not a column to compare: text
        ("sip:1001", ""),
        ("time:>60 !state:ring", ""),
    ],
)
def test_what_passes(text: str, initials: str) -> None:
    assert passing(text) == initials


def test_time_is_the_time_it_is_given() -> None:
    assert passing("time:>60", now=110) == "AB"


def test_an_unknown_column_is_a_plain_word_and_is_reported() -> None:
    found = parse_filter("sip:1001 ann", COLUMNS)
    assert found.problems == ("no column 'sip': looking for 'sip:1001' everywhere",)
    assert [term.whole for term in found.terms] == ["sip:1001", "ann"]
    row = Person("sip:1001@example", "", None)
    assert parse_filter("sip:1001", COLUMNS).matcher(COLUMNS, 0)(row)


def test_a_comparison_without_a_number_is_reported() -> None:
    assert parse_filter("time:>2x", COLUMNS).problems == ("time:> needs a number, like 90, 2m, 1h or 1:30",)
    assert parse_filter("time:>2m state:up", COLUMNS).problems == ()


def test_without_columns_nothing_is_reported() -> None:
    assert parse_filter("sip:1001").problems == ()


def test_truth() -> None:
    assert not EVERYTHING
    assert not parse_filter(" ! ")
    assert parse_filter("x")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("1.5m", 90),
        ("2h", 7200),
        ("1d", 86400),
        ("30 s", 30),
        ("1:30", 90),
        ("1:02:03", 3723),
        ("", None),
        ("m", None),
        ("1:3", None),
        ("-5", None),
        ("٣", None),
        ("9" * 5000, None),
    ],
)
def test_amounts(text: str, seconds: float | None) -> None:
    assert amount(text) == seconds


@given(st.text() | st.text('ab !":<>= 0time', max_size=30))
def test_any_text_is_a_filter(text: str) -> None:
    found = parse_filter(text, COLUMNS)
    for person in PEOPLE:
        assert found.matcher(COLUMNS, 100)(person) in (True, False)
    assert all("\n" not in problem for problem in found.problems)


@given(st.text('ab:=">xé', max_size=8))
def test_a_word_and_its_negation_part_the_rows(word: str) -> None:
    if not parse_filter(word) or len(parse_filter(word).terms) > 1:
        return
    term = parse_filter(word, COLUMNS).terms[0]
    if term.compare and term.amount is None and term.column == "time":
        return
    assert sorted(passing(word) + passing("!" + word)) == ["A", "B", "C"]
