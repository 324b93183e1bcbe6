import re

from views.worlds import hung_up, ringing, store_of, talking, waiting

from amitop.pbx.model import CallState
from amitop.pbx.store import Store
from amitop.views.call_row import CallRow
from amitop.views.calls import CALL_COLUMNS, call_rows
from amitop.views.columns import shown_columns
from amitop.views.filters import parse_filter
from amitop.views.format import fit
from amitop.views.plain import table
from amitop.views.projection import Query, lay_out, project
from fakes.events import AGENT, ANN, block, event


def lines(store: Store, now: float, expanded=()) -> list[list[str]]:
    """The cells of every line; no cell of these has two blanks in it."""
    rows = project(call_rows([store], expanded, now), CALL_COLUMNS, Query(), now)
    return [re.split(r"\s{2,}", line.strip()) for line in table(rows, shown_columns(CALL_COLUMNS), now, 120)[1:]]


def cell(store: Store, key: str, now: float) -> str:
    (row,) = call_rows([store], (), now)
    column = next(each for each in CALL_COLUMNS if each.key == key)
    return column.text(row, now)


def found(store: Store, text: str, now: float = 131) -> int:
    rows = call_rows([store], (), now)
    return len(project(rows, CALL_COLUMNS, Query(parse_filter(text, CALL_COLUMNS)), now))


def test_a_conversation_through_a_trunk() -> None:
    assert lines(talking(), 131) == [["0:31", "Talking", "Ann Lee +15551234567", "Agent 03 1003", "trunk", "0:30"]]


def test_a_call_to_the_outside_rings() -> None:
    assert lines(ringing(), 110) == [["0:10", "Ringing", "Agent 03 1003", "+15559876543", "trunk", "–"]]


def test_a_caller_waits_and_a_phone_listens_to_itself() -> None:
    assert lines(waiting(), 112) == [
        ["0:12", "Waiting", "Ann Lee +15551234567", "support", "queue support #1", "–"],
        ["0:12", "In app", "Agent 03 1003", "echo", "Echo", "–"],
    ]


def test_the_columns_fill_eighty_cells_with_the_gutter() -> None:
    placed = lay_out(shown_columns(CALL_COLUMNS), 78)
    assert [each.column.key for each in placed] == ["time", "state", "from", "to", "via", "talk"]
    assert [each.column.key for each in lay_out(shown_columns(CALL_COLUMNS), 50)] == ["time", "state", "from"]


def test_an_expanded_call_shows_its_legs_beneath_it() -> None:
    store = talking()
    rows = project(call_rows([store], {("pbx1", "1.1")}, 131), CALL_COLUMNS, Query(sort="time"), 131)
    assert [row.key for row in rows] == [("pbx1", "1.1"), ("pbx1", "1.1", "1.1"), ("pbx1", "1.1", "1.2")]
    assert lines(store, 131, {("pbx1", "1.1")})[1:] == [
        ["0:31", "Up", "├ PJSIP/trunk-00000001", "Ann Lee +15551234567", "0:30"],
        ["0:30", "Up", "└ PJSIP/agent03-00000002", "Agent 03 1003", "0:30"],
    ]


def test_keys_of_other_calls_expand_nothing() -> None:
    (row,) = call_rows([talking()], {("pbx2", "1.1"), ("pbx1", "9")}, 131)
    assert row.children == ()


def test_a_call_that_ended_stays_two_seconds_with_its_cause() -> None:
    store = hung_up(at=131)
    (row,) = call_rows([store], (), 132.9)
    assert isinstance(row, CallRow)
    assert row.ended
    assert row.key == ("pbx1", "1.1")
    assert row.call_state() is CallState.ENDED
    assert row.state_style(132.9) == "dim"
    assert lines(store, 132.9) == [
        ["0:31", "Ended", "Ann Lee +15551234567", "Agent 03 1003", "Normal Clearing", "0:30"]
    ]
    assert call_rows([store], (), 133.0) == []


def test_the_legs_of_a_call_that_ended_stay_as_long() -> None:
    (row,) = call_rows([hung_up(at=131)], {("pbx1", "1.1")}, 132)
    assert [(leg.key[-1], leg.ended, leg.state(132)) for leg in row.children] == [
        ("1.1", True, "Ended"),
        ("1.2", True, "Ended"),
    ]


def test_a_filter_that_found_a_call_finds_it_for_as_long_as_it_stays() -> None:
    for text in ("ann", "agent03", "trunk-00000001", "1.2"):
        assert found(talking(), text) == 1
        assert found(hung_up(at=131), text, 132) == 1, text


def test_ended_calls_keep_their_place() -> None:
    store = hung_up(at=131)
    younger = block("5.1", "PJSIP/agent04-00000009", caller=("1004", "Agent 04"))
    store.apply(event("Newchannel", younger), 120)
    assert [row.key[1] for row in call_rows([store], (), 132)] == ["1.1", "5.1"]


def test_hidden_facts_are_found() -> None:
    store = talking()
    assert found(store, "PJSIP/agent03-00000002") == 1  # a leg's channel
    assert found(store, "uniqueids:1.2") == 1
    assert found(store, "channels:trunk !state:ringing") == 1
    assert found(store, "time:>30") == 1
    assert found(store, "time:>1m") == 0
    assert found(store, "talk:>=30 legs:=2") == 1
    assert found(store, "0:31") == 0  # a duration is no word


def test_what_is_not_known_exactly_says_so() -> None:
    ann = block("1.1", "PJSIP/trunk-00000001", caller=ANN)
    store = store_of([event("Newstate", ann)])
    assert cell(store, "time", 142) == "~0:42"
    store = talking()
    store.calls["1.1"].talk_since = None
    store.calls["1.1"].met_before = True
    assert cell(store, "talk", 131) == "?"


def test_hold_recording_and_spying_are_flags() -> None:
    store = talking()
    assert cell(store, "flags", 131) == ""
    store.channels["1.2"].held_at = 120.0
    store.channels["1.1"].recordings = 1
    store.channels["1.1"].spies |= {"7.7"}
    assert cell(store, "flags", 131) == "‖ hold ◉ rec ◎ spied"


def test_a_stuck_leg_puts_a_sign_beside_the_state() -> None:
    store = ringing()
    (row,) = call_rows([store], (), 219)
    assert (row.state(219), row.state_style(219)) == ("Ringing", "accent")
    assert (row.state(221), row.state_style(221)) == ("Ringing !", "bad")


def test_rows_of_several_exchanges_stand_together() -> None:
    here, there = talking(), Store("pbx2")
    there.apply(event("Newchannel", block("1.1", "PJSIP/x-00000001", caller=AGENT)), 50)
    rows = call_rows([here, there], (), 131)
    assert [row.key for row in rows] == [("pbx2", "1.1"), ("pbx1", "1.1")]


def test_every_column_has_a_text_a_sort_and_a_hint() -> None:
    rows = call_rows([talking()], {("pbx1", "1.1")}, 131)
    for column in CALL_COLUMNS:
        for row in (*rows, *rows[0].children):
            assert isinstance(column.text(row, 131), str)
            assert isinstance(column.sort(row, 131), str | float | int | None)
            assert column.style(row, 131) in {"", "good", "warn", "bad", "dim", "accent"}
        assert column.hint
        assert fit(column.title, column.width).rstrip() == column.title
    assert len({column.key for column in CALL_COLUMNS}) == len(CALL_COLUMNS)
