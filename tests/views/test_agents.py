"""Agents and members: what each does in words, for how long, with whom; and sixty of them on one screen."""

import re

import pytest
from rich.cells import cell_len
from views.queue_worlds import (
    EPOCH,
    LISTED,
    answers,
    floor,
    ignores,
    joins,
    listed,
    member,
    params,
    rings,
    status,
    support,
)

from amitop.pbx.agents import AgentState
from amitop.pbx.store import Store
from amitop.thresholds import Level, Limit, QueueRules, Rules
from amitop.views.agent_grid import grid_cell, lay_out_grid
from amitop.views.agents import AGENT_COLUMNS, agent_rows, agent_totals
from amitop.views.columns import shown_columns
from amitop.views.filters import parse_filter
from amitop.views.format import ASCII, fit
from amitop.views.plain import table
from amitop.views.projection import Query, lay_out, project
from amitop.views.queue_parts import MEMBER_COLUMNS, member_rows
from amitop.views.standing import STATE_GLYPH, STATE_ORDER, STATE_STYLE, bar
from fakes.events import block
from fakes.events import event as call_event

RULES = Rules(default=QueueRules(wrapuptime=10), pauses={"lunch": Limit(1800, 2700)})


def cells(line: str) -> list[str]:
    return re.split(r"\s{2,}", line.strip())


def by_name(store: Store, now: float = LISTED, rules: Rules = RULES):
    return {row.name: row for row in agent_rows([floor(store, now, rules)])}


def test_what_each_agent_does_and_for_how_long() -> None:
    rows = agent_rows([floor(support(), LISTED, RULES)])
    assert [(row.name, row.state(LISTED), row.time_text(LISTED), row.state_style(LISTED)) for row in rows] == [
        ("Agent 01", "Ready", "1:00:00", "good"),
        ("Agent 02", "Paused lunch !", "31:07", "warn"),
        ("Agent 03", "Wrap-up", "0:07", ""),
        ("Agent 04", "Unavailable", "–", "dim"),
        ("Agent 05", "Invalid", "–", "bad"),
        ("Agent 06", "Busy", "?", ""),
    ]
    assert [row.standing.phrase(LISTED) for row in rows] == [
        "Ready 1:00:00", "Paused lunch 31:07", "Wrap-up 0:07", "Unavailable", "Invalid", "Busy",
    ]  # fmt: skip


def test_absent_ones_can_be_left_out() -> None:
    here = agent_rows([floor(support(), LISTED, RULES)], absent=False)
    assert [row.name for row in here] == ["Agent 01", "Agent 02", "Agent 03", "Agent 06"]


def test_totals_stand_in_the_order_of_who_can_take_a_call() -> None:
    assert agent_totals([floor(support(), LISTED, RULES)]) == [
        (AgentState.READY, 1, "good"),
        (AgentState.BUSY, 1, ""),
        (AgentState.WRAP_UP, 1, ""),
        (AgentState.PAUSED, 1, "warn"),
        (AgentState.UNAVAILABLE, 1, "dim"),
        (AgentState.INVALID, 1, "bad"),
    ]


def test_a_person_in_two_queues_is_one_agent_and_two_members() -> None:
    store = listed(
        params("sales"), member("sales", 1), params("support"),
        member("support", 1, Paused=1, PausedReason="lunch", LastPause=EPOCH + 40, Name="A. One"),
    )  # fmt: skip
    (agent,) = agent_rows([floor(store, LISTED, RULES)])
    assert agent.key == ("pbx1", "PJSIP/agent01")
    assert (agent.state(LISTED), agent.queues()) == ("Ready", "sales support(paused)")
    sales, support_ = (member_rows(floor(store, LISTED, RULES), store.queues[name])[0] for name in ("sales", "support"))
    assert (sales.name, sales.state(LISTED)) == ("Agent 01", "Ready")
    assert (support_.name, support_.state(LISTED), support_.time_text(LISTED)) == ("A. One", "Paused lunch", "1:00")
    store.apply(status("sales", 1, Paused=1, PausedReason="lunch", LastPause=EPOCH + 102), 102)
    (agent,) = agent_rows([floor(store, 110, RULES)])
    assert (agent.state(110), agent.queues(), agent.time_text(110)) == ("Paused lunch", "sales support", "0:08")


def test_from_ring_to_wrap_up() -> None:
    store = listed(params("support"), member("support", 1))
    joins(store, "support", "8.1", 101)
    rings(store, "support", "8.1", 1, 102)

    def told(now: float) -> tuple[str, str, str, str]:
        row = by_name(store, now)["Agent 01"]
        return row.state(now), row.time_text(now), row.company(), row.agent.queue or ""

    assert told(105) == ("Ringing", "0:03", "Ann Lee +15551234567", "support")
    answers(store, "support", "8.1", 1, 106)
    assert told(136) == ("Talking", "0:30", "Ann Lee +15551234567", "support")
    store.apply(status("support", 1, Status=2, InCall=1, Paused=1, LastPause=EPOCH + 140), 140)
    assert told(141)[0] == "Talking (paused)"
    store.apply(status("support", 1, Status=1, LastCall=EPOCH + 150, CallsTaken=4), 150)
    assert told(153) == ("Wrap-up", "0:07", "", "support")
    assert told(160)[:2] == ("Ready", "0:10")


def test_whom_a_busy_one_talks_to_is_told_by_their_own_channel() -> None:
    store = support()
    leg = block("5.1", "PJSIP/agent06-00000009", caller=("1006", "Agent 06"), connected=("200", "Warehouse"))
    store.apply(call_event("Newchannel", leg), 101)
    assert by_name(store, 102)["Agent 06"].company() == "Warehouse 200"
    assert by_name(store, 102)["Agent 01"].company() == ""
    alone = block("5.2", "PJSIP/agent06-0000000a", caller=("1006", "Agent 06"))
    store.apply(call_event("Newchannel", alone), 103)
    store.apply(call_event("Newexten", alone, "Extension: echo\nApplication: Echo\nAppData: \n"), 103)
    assert by_name(store, 104)["Agent 06"].company() == "Echo"


def test_ignored_rings_have_a_sign_from_the_second_on() -> None:
    store = listed(params("support"), member("support", 1))
    joins(store, "support", "8.1", 101)
    column = next(column for column in AGENT_COLUMNS if column.key == "ignored")
    seen = []
    for at in (102, 122):
        rings(store, "support", "8.1", 1, at)
        ignores(store, "support", "8.1", 1, at + 15)
        row = by_name(store, at + 16)["Agent 01"]
        seen.append((column.text(row, at + 16), column.style(row, at + 16)))
    assert seen == [("1", ""), ("! 2", "warn")]


def test_a_pause_over_its_budget_is_critical() -> None:
    row = by_name(support(), LISTED + 900)["Agent 02"]
    assert row.level(LISTED + 900) is Level.CRITICAL
    assert (row.state(LISTED + 900), row.state_style(LISTED + 900)) == ("Paused lunch !!", "bad")


def test_members_of_a_queue() -> None:
    store = support()
    rows = member_rows(floor(store, LISTED, RULES), store.queues["support"])
    assert [cells(line) for line in table(rows, shown_columns(MEMBER_COLUMNS), LISTED, 130)[1:4]] == [
        ["Agent 01", "Ready", "1:00:00", "3", "never", "0"],
        ["Agent 02", "Paused lunch !", "31:07", "3", "never", "0"],
        ["Agent 03", "Wrap-up", "0:07", "3", "3 s ago", "0"],
    ]
    texts = {column.key: column.text(rows[2], LISTED) for column in MEMBER_COLUMNS}
    assert (texts["wrapup"], texts["login"], texts["status"], texts["ringinuse"]) == (
        "10 s",
        "1:00:00",
        "Not in use",
        "",
    )
    store.apply(status("support", 3, Ringinuse=0), 101)
    texts = {column.key: column.text(rows[2], LISTED) for column in MEMBER_COLUMNS}
    assert texts["ringinuse"] == "no"


def test_filters_by_state() -> None:
    rows = agent_rows([floor(support(), LISTED, RULES)])

    def found(text: str) -> list[str]:
        return [row.name for row in project(rows, AGENT_COLUMNS, Query(parse_filter(text, AGENT_COLUMNS)), LISTED)]

    assert found("state:paused") == ["Agent 02"]
    assert found("lunch") == ["Agent 02"]
    assert found("!state:unavailable !state:invalid time:>30m") == ["Agent 01", "Agent 02"]
    assert found("queues:support agent:03") == ["Agent 03"]
    order = project(rows, AGENT_COLUMNS, Query(sort="state"), LISTED)
    assert [row.name[-1] for row in order] == ["1", "6", "3", "2", "4", "5"]


def test_every_column_has_a_text_a_sort_and_a_hint() -> None:
    store = support()
    everything = (
        (AGENT_COLUMNS, agent_rows([floor(store, LISTED, RULES)])),
        (MEMBER_COLUMNS, member_rows(floor(store, LISTED, RULES), store.queues["support"])),
    )
    for columns, rows in everything:
        for column in columns:
            for row in rows:
                assert isinstance(column.text(row, LISTED), str)
                assert isinstance(column.sort(row, LISTED), str | float | int | None)
                assert column.style(row, LISTED) in {"", "good", "warn", "bad", "dim", "accent"}
            assert column.hint
            assert fit(column.title, column.width).rstrip() == column.title
        assert len({column.key for column in columns}) == len(columns)


def test_a_narrow_screen_keeps_who_what_and_how_long() -> None:
    assert [each.column.key for each in lay_out(shown_columns(AGENT_COLUMNS), 46)] == ["agent", "state", "time"]


def test_every_state_has_a_place_a_colour_and_a_glyph_of_one_cell() -> None:
    assert set(STATE_ORDER) == set(STATE_STYLE) == set(STATE_GLYPH) == set(AgentState)
    for glyph in STATE_GLYPH.values():
        assert cell_len(glyph) == 1
        assert cell_len(ASCII.plain(glyph)) == 1
    for glyphs in (STATE_GLYPH.values(), map(ASCII.plain, STATE_GLYPH.values())):
        # Two states share a glyph only where both mean the same for a queue.
        assert len(set(glyphs)) == len(AgentState) - 2


def test_a_bar_has_a_cell_for_each_agent_and_shrinks_without_losing_a_state() -> None:
    states = [(AgentState.READY, 2), (AgentState.TALKING, 30), (AgentState.PAUSED, 0), (AgentState.UNAVAILABLE, 1)]
    assert bar(states, 40) == [("●●", "good"), ("■" * 30, "accent"), ("·", "dim")]
    small = bar(states, 10)
    assert [text[0] for text, _ in small] == ["●", "■", "·"]
    assert sum(len(text) for text, _ in small) <= 10
    assert sum(len(text) for text, _ in bar(states, 2)) == 2
    assert bar([], 10) == bar(states, 0) == []


def crowd(count: int) -> Store:
    reasons = {2: {"Paused": 1, "PausedReason": "lunch", "LastPause": EPOCH + LISTED - 1867}, 3: {"Status": 5}}
    return listed(params("support"), *(member("support", n, **reasons.get(n % 10, {})) for n in range(1, count + 1)))


@pytest.mark.parametrize(
    ("count", "size"), [(64, (160, 40)), (64, (80, 20)), (90, (200, 50)), (5, (80, 20)), (64, (20, 5))]
)
def test_a_grid_shows_everybody_or_scrolls(count: int, size: tuple[int, int]) -> None:
    width, height = size
    rows = agent_rows([floor(crowd(count), LISTED, RULES)])
    grid = lay_out_grid(len(rows), width, height)
    assert grid.columns * (grid.width + 1) - 1 <= width
    assert grid.lines <= height + 1 or size == (20, 5)
    taken = set()
    for index, row in enumerate(rows):
        x, y = grid.place(index)
        assert grid.at(x, y) == grid.at(x + grid.width - 1, y + grid.height - 1) == index
        lines = grid_cell(row, grid, LISTED).lines
        assert len(lines) == grid.height
        assert {cell_len(line) for line in lines} == {grid.width}
        spot = {(x + dx, y + dy) for dx in range(grid.width) for dy in range(grid.height)}
        assert not spot & taken
        taken |= spot
    assert grid.at(0, grid.lines + 5) is None
    assert grid.at(width + 30, 0) is None


@pytest.mark.parametrize("width", [5, 12, 40, 80, 160])
def test_a_margin_belongs_to_its_cell(width: int) -> None:
    grid = lay_out_grid(30, width, 20, margin=2)
    assert grid.columns * (grid.width + 3) - 1 <= max(width, 3)
    for index in range(30):
        x, y = grid.place(index)
        assert grid.at(x, y) == grid.at(x + 1 + grid.width, y) == index
        assert grid.at(x + 2 + grid.width, y) is None


def test_a_cell_of_the_grid_says_who_what_and_how_long() -> None:
    rows = agent_rows([floor(crowd(3), LISTED, RULES)])
    large = lay_out_grid(3, 160, 40)
    assert large.height == 2
    assert [[line.rstrip() for line in grid_cell(row, large, LISTED).lines] for row in rows] == [
        ["● Agent 01", "  Ready 1:00:00"],
        ["‖ Agent 02", "  Paused lunch 31:07 !"],
        ["· Agent 03", "  Unavailable"],
    ]
    small = lay_out_grid(64, 80, 20)
    assert small.height == 1
    assert [grid_cell(row, small, LISTED).lines[0].split() for row in rows] == [
        ["●", "Agent", "01", "1:00:00"], ["‖!Agent", "02", "31:07"], ["·", "Agent", "03"],
    ]  # fmt: skip
    assert [grid_cell(row, small, LISTED).style for row in rows] == ["good", "warn", "dim"]


def test_the_cursor_of_a_grid_stays_in_it() -> None:
    grid = lay_out_grid(7, 80, 20)  # three in a line
    assert grid.columns == 3
    assert [grid.move(0, 1, 0), grid.move(0, 0, 1), grid.move(6, 1, 0), grid.move(5, 0, 1)] == [1, 3, 6, 5]
    assert [grid.move(0, -1, 0), grid.move(2, 0, -1)] == [0, 2]
