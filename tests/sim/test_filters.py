"""Event filters: which Asterisk 22.10 takes, and what they let through."""

import pytest

from amitop.sim.event import Event, lines
from amitop.sim.filters import BAD_FORMAT, BAD_REGEX, FilterError, Filters


def event(name: str, channel: str = "PJSIP/a-1", value: str = "1") -> Event:
    head = [("Event", name), ("Privilege", "dialplan,all"), ("Channel", channel), ("Value", value)]
    return Event("dialplan", name, (lines(head), b"\r\n"))


@pytest.mark.parametrize(
    ("criteria", "pattern", "complaint"),
    [
        ("", "", BAD_FORMAT),
        ("", "!(", BAD_REGEX),
        ("", "!^Event: VarSet[[:space:]]", ""),
        ("action(exclude),name(VarSet)", "", ""),
        ("bogus", "", BAD_FORMAT),
        ("action(maybe)", "", BAD_FORMAT),
        ("action(exclude)", "", BAD_FORMAT),
        ("action(exclude),name(X),bogus(z)", "", BAD_FORMAT),
        ("action(exclude),name(X", "", ""),
        ("name(VarSet),method(regex)", "", BAD_FORMAT),
        ("name(VarSet),method(foo)", "x", BAD_FORMAT),
        ("name(VarSet)", "x", BAD_FORMAT),
        ("name(VarSet),method(none)", "x", BAD_FORMAT),
        ("name(VarSet) header(X)", "", ""),
        ("name(VarSet),method(exact)", "zz", ""),
        ("name()", "x", BAD_FORMAT),
        ("header(Channel)", "x", BAD_FORMAT),
        ("header(Channel)", "", ""),
        ("header(Channel),method(contains)", "zzz", ""),
        ("header(Channel),method(exact)", "", BAD_FORMAT),
        ("method(none)", "z", BAD_FORMAT),
        ("method(regex)", "x", ""),
        ("method(regex)", "(", BAD_REGEX),
    ],
)
def test_what_is_taken(criteria, pattern, complaint):
    if not complaint:
        Filters().add(criteria, pattern)
        return
    with pytest.raises(FilterError) as caught:
        Filters().add(criteria, pattern)
    assert str(caught.value) == complaint


def passes(*filters: tuple[str, str]):
    all_ = Filters()
    for each in filters:
        all_.add(*each)
    return all_.pass_


def test_without_filters_everything_passes():
    assert passes()(event("VarSet"))


@pytest.mark.parametrize("form", [("action(exclude),name(VarSet)", ""), ("", "!^Event: VarSet[[:space:]]")])
def test_an_event_is_left_out_by_its_name_alone(form):
    let = passes(form)
    assert not let(event("VarSet"))
    assert let(event("Newexten"))
    assert let(event("VarSetter"))
    assert let(event("Newexten", value="Event: VarSet "))


def test_includes_are_any_of_and_excludes_none_of():
    let = passes(
        ("name(VarSet)", ""), ("name(Newexten)", ""), ("action(exclude),header(Channel),method(starts_with)", "Local/")
    )
    assert let(event("VarSet"))
    assert let(event("Newexten"))
    assert not let(event("Hangup"))
    assert not let(event("VarSet", "Local/1-1;2"))


@pytest.mark.parametrize(
    ("method", "pattern", "value", "matches"),
    [
        ("exact", "abc", "abc", True),
        ("exact", "abc", "abcd", False),
        ("starts_with", "ab", "abc", True),
        ("ends_with", "bc", "abc", True),
        ("ends_with", "ab", "abc", False),
        ("contains", "b", "abc", True),
        ("regex", "^a.c$", "abc", True),
        ("regex", "^b", "abc", False),
        ("regex", "[[:digit:]]{2}", "a12", True),
    ],
)
def test_methods_look_at_the_header_alone(method, pattern, value, matches):
    let = passes((f"header(Value),method({method})", pattern))
    assert let(event("VarSet", value=value)) is matches
