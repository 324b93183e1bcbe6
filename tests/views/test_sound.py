"""How legs sound in figures and words: which is worst, and what is the matter with it."""

import pytest

from amitop.pbx.store import Store
from amitop.thresholds import Level
from amitop.views.call_row import CallRow
from amitop.views.calls import CALL_COLUMNS, call_rows
from amitop.views.channels import CHANNEL_COLUMNS, channel_rows
from amitop.views.detail import detail
from amitop.views.filters import parse_filter
from amitop.views.projection import Query, project
from amitop.views.quality import QUALITY_COLUMNS, quality_rows, summary
from amitop.views.sound import LIMIT, STALE, milliseconds, percentage, sound_of, trend
from fakes.events import event
from fakes.sound import begin, blocks, report, tell

NOW = 100.0


@pytest.fixture
def store() -> Store:
    store = Store("pbx1")
    begin(store, 40.0)
    for nth in range(1, 4):
        tell(store, 85.0 + 5 * nth, nth)
    return store


def cells(row, columns=QUALITY_COLUMNS, now=NOW) -> dict[str, str]:
    return {column.key: column.text(row, now) for column in columns}


def test_the_worst_comes_first_and_the_unknown_last(store: Store) -> None:
    rows = quality_rows([store], NOW)
    assert [row.channel.uniqueid for row in rows] == ["2.2", "2.1", "3.1", "1.1", "1.2", "5.1", "4.1"]
    assert [row.figures.text for row in rows] == ["!! 1.7", "! 3.5", "! –", "4.4", "4.4", "4.4", "–"]
    assert [row.remark(NOW) for row in rows] == [
        "loss in",
        "loss out",
        "one-way: nothing comes in",
        "",
        "",
        "no reports from it",
        "no reports",
    ]


def test_cells(store: Store) -> None:
    rows = {row.channel.uniqueid: cells(row) for row in quality_rows([store], NOW)}
    two = rows["2.1"]
    assert (two["loss_in"], two["loss_out"]) == ("1.2%", "12%")
    assert (two["jitter_in"], two["jitter_out"]) == ("12 ms", "0.0 ms")
    assert two["rtt"] == "40 ms"
    assert (two["mos_in"], two["mos_out"]) == ("4.3", "3.5")
    assert two["with"] == "PJSIP/agent04"
    assert two["report"] == "now"
    assert two["trend"].strip() == "▅▅▅"
    assert rows["1.2"]["rtt"] == "0.7 ms"
    assert rows["1.2"]["trend"].strip() == "▇▇▇"
    assert set(rows["4.1"].values()) >= {"–", "no reports"}
    assert rows["4.1"]["trend"] == rows["4.1"]["report"] == ""


def test_every_column_sorts_and_filters(store: Store) -> None:
    rows = quality_rows([store], NOW)
    for column in QUALITY_COLUMNS:
        for reverse in (False, True):
            assert len(project(rows, QUALITY_COLUMNS, Query(sort=column.key, reverse=reverse), NOW)) == len(rows)
    for text, found in {
        "mos:<3.6": {"2.1", "2.2"},
        "loss_out:>5": {"2.1"},
        "jitter_in:>20": {"2.2"},
        "rtt:>=200": {"2.2"},
        "loss": {"2.1", "2.2"},
        "one-way": {"3.1"},
    }.items():
        query = Query(filter=parse_filter(text, QUALITY_COLUMNS))
        assert {row.channel.uniqueid for row in project(rows, QUALITY_COLUMNS, query, NOW)} == found, text


def test_legs_without_media_are_not_there_and_those_without_reports_are(store: Store) -> None:
    legs = blocks()
    store.apply(event("Newchannel", legs["4.1"].replace("4.1", "6.1").replace("State: 6", "State: 5")), NOW)
    local = legs["4.1"].replace("4.1", "7.1").replace("PJSIP/agent06-00000006", "Local/x@y-00000001;1")
    store.apply(event("Newchannel", local), NOW)
    there = {row.channel.uniqueid for row in quality_rows([store], NOW)}
    assert "4.1" in there
    assert not {"6.1", "7.1"} & there
    store.apply(report("RTCPSent", local), NOW)
    assert "7.1" in {row.channel.uniqueid for row in quality_rows([store], NOW)}


def leg(*reports, held: bool = False):
    """Return how a leg sounds of which these reports came, each later in the stream than the one before."""
    store = Store("pbx1")
    channel = blocks()["1.1"]
    store.apply(event("Newchannel", channel), 0.0)
    for nth, (name, values) in enumerate(reports):
        store.apply(report(name, channel, **{"sequence": 100 + nth, **values}), float(nth))
    if held:
        store.channels["1.1"].held_at = 0.0
    return sound_of(store, store.channels["1.1"], float(len(reports)))


OURS, THEIRS = "RTCPSent", "RTCPReceived"


@pytest.mark.parametrize(
    ("reports", "held", "level", "remark"),
    [
        ([(OURS, {}), (THEIRS, {})], False, Level.FINE, ""),
        ([(OURS, {"sequence": None})], False, Level.WARN, "one-way: nothing comes in"),
        ([(OURS, {"sequence": None})], True, Level.FINE, "on hold"),
        ([(OURS, {"sequence": None, "sends": False})], False, Level.FINE, "silent"),
        ([(THEIRS, {}), (OURS, {"sequence": None})], False, Level.WARN, "one-way: its media is lost"),
        ([(THEIRS, {"sends": False}), (OURS, {"sequence": None})], False, Level.FINE, "silent"),
        ([(OURS, {}), (OURS, {"sequence": 100})], False, Level.WARN, "one-way: nothing comes in"),
        ([(OURS, {}), (THEIRS, {}), (THEIRS, {"sequence": 101})], False, Level.WARN, "one-way: nothing gets out"),
        (
            [(OURS, {"sends": False}), (THEIRS, {}), (THEIRS, {"sequence": 101})],
            False,
            Level.FINE,
            "nothing is sent to it",
        ),
        ([(OURS, {})], False, Level.FINE, "no reports from it"),
        ([(OURS, {"jitter": 400.0}), (THEIRS, {})], False, Level.CRITICAL, "jitter in"),
        ([(OURS, {}), (THEIRS, {"jitter": 400.0})], False, Level.CRITICAL, "jitter out"),
        ([(OURS, {}), (THEIRS, {"rtt": 0.4})], False, Level.WARN, "delay"),
        ([(OURS, {"loss": 20.0}), (THEIRS, {"rtt": 0.4})], False, Level.CRITICAL, "loss in"),
    ],
)
def test_what_is_the_matter(reports, held, level, remark) -> None:
    sound = leg(*reports, held=held)
    assert (sound.level, sound.remark) == (level, remark)


def test_limits_are_of_what_is_shown() -> None:
    assert [LIMIT.level(score) for score in (3.6, 3.5, 3.1, 3.0, None)] == [0, 1, 1, 2, 0]
    sound = leg((OURS, {}), (THEIRS, {"loss": 11.33}))
    assert 3.55 < sound.outward.mos < 3.6
    assert (sound.text, sound.level) == ("3.6", Level.FINE), "a sign before 3.6 would contradict what the hint says"


def test_figures_without_new_reports_are_not_shown(store: Store) -> None:
    late = NOW + STALE + 1
    rows = {row.channel.uniqueid: row for row in quality_rows([store], late)}
    assert rows["2.1"].figures.text == "–"
    assert rows["2.1"].remark(late) == "last report 31 s ago"
    assert summary(rows.values()) == "0 legs"


def test_summary(store: Store) -> None:
    assert summary(quality_rows([store], NOW)) == "6 legs, 2 poor, 1 bad"
    assert summary([]) == "0 legs"


def test_a_leg_that_ends_keeps_its_figures_for_as_long_as_it_lingers(store: Store) -> None:
    store.apply(event("Hangup", blocks()["2.1"], "Cause: 16\nCause-txt: Normal Clearing\n"), NOW)
    rows = quality_rows([store], NOW + 1)
    assert [row.channel.uniqueid for row in rows][:2] == ["2.2", "2.1"]
    assert rows[1].ended
    assert rows[1].figures.text == "! 3.5"
    assert rows[1].remark(NOW + 1) == "Normal Clearing"
    assert summary(rows) == "5 legs, 1 poor, 1 bad"
    store.expire(NOW + 2.1)
    assert "2.1" not in {row.channel.uniqueid for row in quality_rows([store], NOW + 2.1)}


def test_a_column_of_calls_and_channels(store: Store) -> None:
    calls = {row.key[-1]: cells(row, CALL_COLUMNS)["quality"] for row in call_rows([store], (), NOW)}
    assert calls == {"1.1": "4.4", "2.1": "!! 1.7", "3.1": "! –", "4.1": "–", "5.1": "4.4"}
    rows = channel_rows([store], NOW)
    legs = {row.key[-1]: cells(row, CHANNEL_COLUMNS)["quality"] for row in rows}
    assert legs["2.1"] == "! 3.5"
    for columns, found in ((CALL_COLUMNS, call_rows([store], (), NOW)), (CHANNEL_COLUMNS, rows)):
        column = next(each for each in columns if each.key == "quality")
        assert not column.shown
        assert column.title == "QUALITY"
        chosen = project(found, columns, Query(filter=parse_filter("quality:<3.6"), sort="quality"), NOW)
        assert chosen[0].key[-1] in {"2.1", "2.2"}
        assert column.style(chosen[0], NOW) == "bad"


def test_details_of_a_leg(store: Store) -> None:
    row = next(each for each in quality_rows([store], NOW) if each.key[-1] == "2.1")
    media = next(each for each in detail(row, NOW, applications_live=True) if each.title == "Media")
    assert dict(media.lines) == {
        "Quality": "! 3.5  loss out",
        "Round trip": "40 ms",
        "Media in": "4.3  loss 1.2% (31 in all), jitter 12 ms ▇▇▇",
        "Media out": "3.5  loss 12% (312 in all), jitter 0.0 ms ▅▅▅",
        "Asterisk's MES": "87.5 in, 87.5 out",
        "Last report": "now",
    }


def test_details_of_silence_and_of_nothing(store: Store) -> None:
    rows = {row.key[-1]: row for row in quality_rows([store], NOW)}
    silent = next(each for each in detail(rows["3.1"], NOW, applications_live=True) if each.title == "Media")
    assert dict(silent.lines)["Media in"] == "nothing arrives, since 10 s"
    assert not [each for each in detail(rows["4.1"], NOW, applications_live=True) if each.title == "Media"]


def test_details_of_a_call(store: Store) -> None:
    row = next(each for each in call_rows([store], (), NOW) if each.key[-1] == "2.1")
    assert isinstance(row, CallRow)
    media = next(each for each in detail(row, NOW, applications_live=True) if each.title == "Media")
    assert dict(media.lines)["trunk"] == (
        "! 3.5  round trip 40 ms  in: loss 1.2%, jitter 12 ms  out: loss 12%, jitter 0.0 ms  loss out"
    )
    quiet = next(each for each in call_rows([store], (), NOW) if each.key[-1] == "4.1")
    assert "Media" not in [each.title for each in detail(quiet, NOW, applications_live=True)]


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (0.0, "0.0 ms"), (0.44, "0.4 ms"), (9.96, "10 ms"), (1234.5, "1234 ms")]
)
def test_milliseconds(value, text) -> None:
    assert milliseconds(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (0.0, "0%"), (0.39, "0.4%"), (9.96, "10%"), (99.6, "100%"), (0.01, "0.0%")]
)
def test_percentage(value, text) -> None:
    assert percentage(value) == text


def test_trend() -> None:
    assert trend([4.5, 1.0, 2.75], 5) == "  ▇▁▄"
    assert trend([4.4] * 20, 12) == "▇" * 12
    assert trend([], 3) == "   "
