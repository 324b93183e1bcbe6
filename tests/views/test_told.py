"""What was done to a leg from here and no event tells: it stands in every table, and goes with the leg."""

import pytest
from views.worlds import hung_up, talking

from amitop.pbx.told import tell_limit, tell_muted, tell_paused
from amitop.views.calls import CALL_COLUMNS, call_rows
from amitop.views.channels import CHANNEL_COLUMNS, channel_rows
from amitop.views.detail import detail

NOW = 131.0


def cell(columns, row, key):
    return next(column for column in columns if column.key == key).text(row, NOW)


def lines(row):
    return {label: value for part in detail(row, NOW, applications_live=True) for label, value in part.lines}


@pytest.mark.parametrize(
    ("heard", "hears", "sign", "flag", "words"),
    [
        (False, True, "✗ muted", "✗ muted", "is not heard"),
        (True, False, "✗ deaf", "✗ deaf", "does not hear"),
        (False, False, "✗ muted", "✗ muted ✗ deaf", "is not heard and does not hear"),
    ],
)
def test_a_muted_leg_shows_in_both_tables_and_in_the_details(heard, hears, sign, flag, words) -> None:
    store = talking()
    version = store.version
    tell_muted(store, "1.1", heard=heard, hears=hears, now=120.0)
    assert store.version > version, "a table that is on show has to be drawn again"
    (call,) = call_rows([store], set(), NOW)
    ann, agent = channel_rows([store], NOW)
    assert cell(CALL_COLUMNS, call, "via") == f"{sign} trunk"
    assert cell(CALL_COLUMNS, call, "flags") == flag
    assert cell(CHANNEL_COLUMNS, ann, "app") == sign
    assert cell(CHANNEL_COLUMNS, agent, "app") == ""
    assert lines(ann)["Muted from here"] == words
    assert any("MuteAudio" in value for value in lines(ann).values())
    tell_muted(store, "1.1", heard=True, hears=True, now=121.0)
    assert cell(CALL_COLUMNS, call, "via") == "trunk"


def test_a_time_limit_counts_down_in_both_tables() -> None:
    store = talking()
    tell_limit(store, "1.2", 191.0, 121.0)
    (call,) = call_rows([store], set(), NOW)
    _, agent = channel_rows([store], NOW)
    assert cell(CALL_COLUMNS, call, "ends") == "1:00"
    assert cell(CHANNEL_COLUMNS, agent, "ends") == "1:00"
    assert cell(CHANNEL_COLUMNS, agent, "flags") == "▼ limit"
    assert lines(agent)["Time limit"] == "hung up in 1:00"
    assert lines(call)["Time limit"] == "hung up in 1:00"
    tell_limit(store, "1.2", None, 131.0)
    assert cell(CHANNEL_COLUMNS, agent, "flags") == ""
    assert "Time limit" not in lines(agent)


def test_what_has_gone_takes_it_along() -> None:
    store = hung_up()
    version = store.version
    tell_muted(store, "1.1", heard=False, hears=False, now=132.0)
    tell_limit(store, "1.1", 200.0, 132.0)
    tell_paused(store, "1.1", paused=True, now=132.0)
    assert store.version == version


def test_a_pause_of_the_old_monitor_is_kept() -> None:
    store = talking()
    store.channels["1.1"].recordings = 1
    tell_paused(store, "1.1", paused=True, now=120.0)
    ann, _ = channel_rows([store], NOW)
    assert cell(CHANNEL_COLUMNS, ann, "flags") == "◉ rec muted"
