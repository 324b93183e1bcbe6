"""When a figure becomes a worry, and what the configuration says of it: every mistake one line with file and key."""

from datetime import time
from pathlib import Path

import pytest

from amitop.config import ConfigError, load_config
from amitop.thresholds import Formula, Level, Limit, QueueRules, Rules, Sense, level


def write(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("limit", "value", "expected"),
    [
        (Limit(5, 10), 4, Level.FINE),
        (Limit(5, 10), 5, Level.WARN),
        (Limit(5, 10), 10, Level.CRITICAL),
        (Limit(5, 10), None, Level.FINE),
        (Limit(80, 60, Sense.BELOW), 80, Level.FINE),
        (Limit(80, 60, Sense.BELOW), 79.9, Level.WARN),
        (Limit(80, 60, Sense.BELOW), 60, Level.WARN),
        (Limit(80, 60, Sense.BELOW), 59.9, Level.CRITICAL),
        (Limit(2, 0, Sense.AT_MOST), 3, Level.FINE),
        (Limit(2, 0, Sense.AT_MOST), 2, Level.WARN),
        (Limit(2, 0, Sense.AT_MOST), 0, Level.CRITICAL),
        (None, 1e9, Level.FINE),
    ],
)
def test_bounds(limit, value, expected):
    assert level(limit, value) is expected


def test_levels_have_an_order_and_a_sign():
    assert max(Level.FINE, Level.CRITICAL, Level.WARN) is Level.CRITICAL
    assert [each.sign for each in Level] == ["", "!", "!!"]
    assert [Limit(5, 10).bound(each) for each in (Level.WARN, Level.CRITICAL)] == [5, 10]


def test_everything_that_can_be_said_of_queues(tmp_path):
    path = write(
        tmp_path,
        """
        pause_reasons = ["lunch", "break", "lunch"]
        supervisor = "PJSIP/9000"
        device = "PJSIP/9001"
        dial_context = "internal"
        dial_caller_id = '"Front desk" <9001>'
        shift_starts = ["14:00", "6:30"]
        bell = false

        [pause.Lunch]
        warn = 1800
        critical = 2700
        [pause.default]
        critical = 600

        [queues.default]
        service_level = 20
        waiting = [3, 6]
        short_abandon = 2.5

        [queues.support]
        wrapuptime = 10
        sl_formula = "both"
        longest_wait = [30, 90]
        sl_percent = [90, 75]
        ready = [2, 0]
        waiting = []
        """,
    )
    rules = load_config(path).rules
    assert (rules.pause_reasons, rules.supervisor, rules.bell) == (("lunch", "break"), "PJSIP/9000", False)
    assert (rules.device, rules.dial_context, rules.dial_caller_id) == (
        "PJSIP/9001",
        "internal",
        '"Front desk" <9001>',
    )
    assert rules.shift_starts == (time(6, 30), time(14))
    assert rules.pause("lunch ") == rules.pause("LUNCH") == Limit(1800, 2700)
    assert rules.pause("coffee") == rules.pause(None) == Limit(600, 600)
    other = rules.queue("sales")
    assert other is rules.default
    assert other == QueueRules(service_level=20, waiting=Limit(3, 6), short_abandon=2.5)
    assert rules.queue("support") == QueueRules(
        wrapuptime=10,
        service_level=20,
        sl_formula=Formula.BOTH,
        short_abandon=2.5,
        waiting=None,
        longest_wait=Limit(30, 90),
        sl_percent=Limit(90, 75, Sense.BELOW),
        ready=Limit(2, 0, Sense.AT_MOST),
    )
    assert (rules.wrapup("support"), rules.wrapup("sales")) == (10, 0)


def test_without_a_word_there_are_defaults(tmp_path):
    assert load_config(write(tmp_path, 'theme = "dark"')).rules == Rules()
    rules = Rules()
    assert rules.queue("any") == QueueRules()
    assert rules.pause("lunch") is None
    assert rules.queue("any").ready is None, "nobody is ready at night, and nobody minds"


def test_the_service_level_is_the_persons_else_the_pbxs_else_unknown():
    assert QueueRules(service_level=20).seconds(60) == 20
    assert QueueRules().seconds(60) == 60
    assert QueueRules().seconds(0) is None, "0 is what Asterisk says where nobody set it"


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("queues = 1", "queues", "a table"),
        ("[queues]\nsupport = 1", "queues.support", "must be a table"),
        ("[queues.a]\nwaitin = [1, 2]", "queues.a.waitin", 'did you mean "waiting"'),
        ("[queues.a]\nzzz = 1", "queues.a.zzz", "known are extension, longest_wait"),
        ("[queues.default]\nzzz = 1", "queues.default.zzz", "unknown"),
        ("[queues.a]\nwaiting = 5", "queues.a.waiting", "a list"),
        ("[queues.a]\nwaiting = [5]", "queues.a.waiting", "two numbers"),
        ("[queues.a]\nwaiting = [5, 'x']", "queues.a.waiting", "two numbers"),
        ("[queues.a]\nwaiting = [true, 5]", "queues.a.waiting", "two numbers"),
        ("[queues.a]\nwaiting = [-1, 5]", "queues.a.waiting", "two numbers"),
        ("[queues.a]\nlongest_wait = [nan, inf]", "queues.a.longest_wait", "two numbers"),
        ("[queues.a]\nwaiting = [10, 5]", "queues.a.waiting", "not be less than warn"),
        ("[queues.a]\nsl_percent = [60, 80]", "queues.a.sl_percent", "less is worse"),
        ("[queues.a]\nsl_percent = [180, 80]", "queues.a.sl_percent", "at most 100"),
        ("[queues.a]\nready = [0, 2]", "queues.a.ready", "less is worse"),
        ("[queues.a]\nwrapuptime = 1.5", "queues.a.wrapuptime", "whole number"),
        ("[queues.a]\nwrapuptime = -1", "queues.a.wrapuptime", "between 0 and 3600"),
        ("[queues.a]\nservice_level = 'x'", "queues.a.service_level", "whole number"),
        ("[queues.a]\nshort_abandon = nan", "queues.a.short_abandon", "between 0 and 3600"),
        ("[queues.a]\nsl_formula = 'best'", "queues.a.sl_formula", "one of answered, offered"),
        ("[pause]\nlunch = 30", "pause.lunch", "must be a table"),
        ("[pause.lunch]\nwarn = 'x'", "pause.lunch.warn", "a number"),
        ("[pause.lunch]\nwarn = 20\ncritical = 10", "pause.lunch", "not be less than warn"),
        ("[pause.lunch]\ncrit = 10", "pause.lunch.crit", 'did you mean "critical"'),
        ("pause_reasons = 'lunch'", "pause_reasons", "a list"),
        ("pause_reasons = ['']", "pause_reasons", "none of them empty"),
        ('pause_reasons = ["a\\nb"]', "pause_reasons", "list of texts"),
        ("pause_reasons = [1]", "pause_reasons", "list of texts"),
        ("shift_starts = ['25:00']", "shift_starts", "times of the day"),
        ("shift_starts = [6]", "shift_starts", "list of texts"),
        ("supervisor = '9000'", "supervisor", 'like "PJSIP/9000"'),
        ("supervisor = ''", "supervisor", "not empty"),
        ("device = '9000'", "device", 'like "PJSIP/9000"'),
        ("dial_context = 'a,b'", "dial_context", "a context of the dialplan"),
        ("dial_caller_id = 'x\"<1>'", "dial_caller_id", "a name and a number"),
        ('dial_caller_id = "1\\r\\nChannel: x"', "dial_caller_id", "one line"),
        ("bell = 1", "bell", "true or false"),
        ("queue = 1", "queue", 'did you mean "queues"'),
    ],
)
def test_a_mistake_is_one_line_with_file_and_key(tmp_path, text, key, words):
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    line = str(caught.value)
    assert line.startswith(f"{path}: {key}: ")
    assert words in line
    assert "\n" not in line


def test_a_pause_may_have_one_bound(tmp_path):
    rules = load_config(write(tmp_path, "[pause.a]\nwarn = 10\n[pause.b]\ncritical = 10\n[pause.c]\n")).rules
    levels = {reason: [limit.level(9), limit.level(10), limit.level(1e9)] for reason, limit in rules.pauses.items()}
    assert levels == {
        "a": [Level.FINE, Level.WARN, Level.WARN],
        "b": [Level.FINE, Level.CRITICAL, Level.CRITICAL],
        "c": [Level.FINE, Level.FINE, Level.FINE],
    }


def test_a_queues_extension_is_its_own(tmp_path):
    rules = load_config(write(tmp_path, '[queues.sales]\nextension = "601@from-trunk"\n')).rules
    assert rules.queue("sales").extension == "601@from-trunk"
    assert rules.queue("support").extension is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[queues.sales]\nextension = "601"', r"queues.sales.extension.* like \"601@from-trunk\""),
        ('[queues.sales]\nextension = "601@a b"', r"queues.sales.extension"),
        ('[queues.default]\nextension = "601@from-trunk"', r"queues.default.extension.*each queue"),
    ],
)
def test_an_extension_that_leads_nowhere_is_a_mistake(tmp_path, text, complaint):
    with pytest.raises(ConfigError, match=complaint):
        load_config(write(tmp_path, text))
