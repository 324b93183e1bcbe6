"""`[trunks.NAME]` in the configuration file."""

import pytest

from amitop.config import ConfigError, load_config
from amitop.thresholds import Level, Limit, Sense, TrunkRules

CALLS, RATE = Limit(24, 30), Limit(60, 40, Sense.BELOW)


@pytest.fixture
def rules(tmp_path):
    def read(text):
        path = tmp_path / "config.toml"
        path.write_text(text)
        return load_config(path).rules

    return read


def test_a_trunk(rules):
    found = rules("""
        [trunks.default]
        answer_rate = [60, 40]
        [trunks.carrier]
        limit = 30
        [trunks."old gateway"]
        endpoint = "SIP/gw1"
        registration = "lab@192.0.2.7"
        calls = [5, 10]
        answer_rate = []
    """)
    assert found.trunks == {
        "carrier": TrunkRules(limit=30, answer_rate=RATE),
        "old gateway": TrunkRules("SIP/gw1", "lab@192.0.2.7", calls=Limit(5, 10)),
    }
    assert found.trunk("carrier").crowded == CALLS
    assert found.trunk("old gateway").crowded == Limit(5, 10)
    assert found.trunk("other") == TrunkRules(answer_rate=RATE)


def test_nothing_is_wanted_where_nothing_is_said(rules):
    found = rules("").trunk("carrier")
    assert (found, found.crowded, found.answer_rate) == (TrunkRules(), None, None)


def test_what_is_to_be_ignored(rules):
    found = rules("[trunks.default]\nignore = true\n[trunks.a]\nignore = false")
    assert (found.trunk("a").ignore, found.trunk("b").ignore) == (False, True)


def test_a_bound_of_its_own_wins_over_what_it_carries(rules):
    found = rules("[trunks.a]\nlimit = 30\ncalls = [10, 20]").trunk("a")
    assert [found.crowded.level(calls) for calls in (9, 10, 20)] == [Level.FINE, Level.WARN, Level.CRITICAL]


def test_an_endpoint_without_technology_is_one_of_pjsip(rules):
    assert rules('[trunks.a]\nendpoint = "carrier"').trunk("a").endpoint == "PJSIP/carrier"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("trunks = 3", "trunks: must be a table"),
        ("[trunks]\na = 3", "trunks.a: must be a table, [trunks.NAME]"),
        ("[trunks.a]\nlimits = 3", 'trunks.a.limits: unknown; did you mean "limit"?'),
        ("[trunks.a]\nlimit = 0", "trunks.a.limit: must be between 1 and"),
        ("[trunks.a]\nlimit = 2.5", "trunks.a.limit: must be a whole number"),
        ("[trunks.a]\nlimit = true", "trunks.a.limit: must be a whole number"),
        ("[trunks.a]\ncalls = [20, 10]", "trunks.a.calls: critical must not be less than warn"),
        ("[trunks.a]\nanswer_rate = [40, 60]", "trunks.a.answer_rate: critical must not be more than warn"),
        ("[trunks.a]\nanswer_rate = [140, 60]", "trunks.a.answer_rate: a percentage is at most 100"),
        ('[trunks.a]\nendpoint = "a b"', "trunks.a.endpoint: must be an endpoint"),
        ('[trunks.a]\nendpoint = "PJSIP/a/b"', "trunks.a.endpoint: must be an endpoint"),
        ('[trunks.a]\nregistration = ""', "trunks.a.registration: must be one line of text"),
        ("[trunks.default]\nlimit = 30", "trunks.default.limit: must be said for each trunk"),
        ("[trunks.a]\nignore = 1", "trunks.a.ignore: must be true or false"),
        ('[trunks.default]\nendpoint = "a"', "trunks.default.endpoint: must be said for each trunk"),
    ],
)
def test_what_cannot_be_meant(rules, text, problem):
    with pytest.raises(ConfigError) as caught:
        rules(text)
    assert problem in str(caught.value)
