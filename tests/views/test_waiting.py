"""Who waits: all callers in the order in which they miss their service level, and one queue's in theirs."""

import re

from views.queue_worlds import BOB, LISTED, entry, floor, joins, listed, member, params, rings, support

from amitop.pbx.store import Store
from amitop.thresholds import Level, Limit, QueueRules, Rules
from amitop.views.columns import shown_columns
from amitop.views.filters import parse_filter
from amitop.views.format import fit
from amitop.views.plain import table
from amitop.views.projection import Query, lay_out, project
from amitop.views.queue_parts import CALLER_COLUMNS, caller_rows
from amitop.views.waiting import WAITING_COLUMNS, waiting_rows


def lines(store: Store, now: float, rules: Rules | None = None) -> list[list[str]]:
    rows = waiting_rows([floor(store, now, rules)])
    return [re.split(r"\s{2,}", line.strip()) for line in table(rows, shown_columns(WAITING_COLUMNS), now, 130)[1:]]


def test_the_first_to_miss_the_service_level_stands_first_and_signs_say_so() -> None:
    assert lines(support(), 103) == [
        ["!! -0:13", "! 1:13", "support", "3/3", "Ann Lee +15551234567", "0"],
        ["! 0:07", "0:53", "support", "1/3", "Ann Lee +15551234567", "0"],
        ["0:37", "0:23", "support", "2/3", "王小明 +15557654321", "0"],
    ]


def test_callers_of_several_queues_stand_by_what_is_left_not_by_how_long_they_wait() -> None:
    store = listed(
        params("slow", ServiceLevel=300), entry("slow", 1, "7.1", 200),
        params("fast", ServiceLevel=10), entry("fast", 1, "7.2", 5),
        params("none", ServiceLevel=0), entry("none", 1, "7.3", 20), entry("none", 2, "7.4", 900),
    )  # fmt: skip
    rows = waiting_rows([floor(store, LISTED)])
    assert [row.key[1] for row in rows] == ["7.2", "7.1", "7.4", "7.3"]
    assert [row.left(LISTED) for row in rows] == [5, 100, None, None]
    assert [row.left_text(LISTED) for row in rows] == ["0:05", "1:40", "–", "–"]


def test_the_service_level_of_the_configuration_counts() -> None:
    rules = Rules(queues={"support": QueueRules(service_level=20, longest_wait=Limit(20, 70))})
    rows = waiting_rows([floor(support(), LISTED, rules)])
    assert [row.left(LISTED) for row in rows] == [-50, -30, 0]
    assert [row.left_level(LISTED) for row in rows] == [Level.CRITICAL, Level.CRITICAL, Level.WARN]
    assert [row.wait_text(LISTED) for row in rows] == ["!! 1:10", "! 0:50", "! 0:20"]


def test_callers_of_several_exchanges_stand_together() -> None:
    here, there = support(), listed(params("support"), entry("support", 1, "7.1", 55), store=Store("pbx2"))
    rows = waiting_rows([floor(here, LISTED), floor(there, LISTED)])
    assert [row.key for row in rows] == [("pbx1", "7.3"), ("pbx2", "7.1"), ("pbx1", "7.1"), ("pbx1", "7.2")]


def test_whose_phone_rings_for_whom() -> None:
    store = listed(params("support"), *(member("support", number) for number in range(1, 5)))
    joins(store, "support", "8.1", 101)
    joins(store, "support", "8.2", 102, position=2, count=2, caller=BOB)
    for number in (1, 2, 3):
        rings(store, "support", "8.1", number, 103)
    rings(store, "support", "8.2", 4, 103, caller=BOB)
    rows = caller_rows(floor(store, 104), store.queues["support"])
    assert [row.rings() for row in rows] == ["3 agents", "Agent 04"]


def test_one_queues_callers_stand_in_line_also_with_those_nobody_has_named() -> None:
    store = listed(params("support"))
    joins(store, "support", "8.1", 101, position=3, count=3)
    rows = caller_rows(floor(store, 102), store.queues["support"])
    assert [row.position_text() for row in rows] == ["3/3"]
    assert [row.key[1] for row in caller_rows(floor(support(), 100), support().queues["support"])] == [
        "7.1",
        "7.2",
        "7.3",
    ]


def test_filters_and_sorts() -> None:
    rows = waiting_rows([floor(support(), 103)])

    def found(text: str) -> list[str]:
        return [r.key[1] for r in project(rows, WAITING_COLUMNS, Query(parse_filter(text, WAITING_COLUMNS)), 103)]

    assert found("left:<0") == ["7.3"]
    assert found("wait:>30 !left:<0") == ["7.1"]
    assert found("王小明") == ["7.2"]
    assert found("queue:support pos:=1") == ["7.1"]
    assert found("trunk-00000002") == ["7.2"]
    by_wait = project(rows, WAITING_COLUMNS, Query(sort="wait", reverse=True), 103)
    assert [row.key[1] for row in by_wait] == ["7.3", "7.1", "7.2"]


def test_a_narrow_screen_keeps_who_and_how_long() -> None:
    keys = [each.column.key for each in lay_out(shown_columns(WAITING_COLUMNS), 78)]
    assert keys == ["left", "wait", "queue", "pos", "caller", "rings"]
    assert [each.column.key for each in lay_out(shown_columns(WAITING_COLUMNS), 44)] == ["left", "wait", "caller"]


def test_every_column_has_a_text_a_sort_and_a_hint() -> None:
    for row in waiting_rows([floor(support(), 103)]):
        for column in (*WAITING_COLUMNS, *CALLER_COLUMNS):
            assert isinstance(column.text(row, 103), str)
            assert isinstance(column.sort(row, 103), str | float | int | None)
            assert column.style(row, 103) in {"", "good", "warn", "bad", "dim", "accent"}
            assert column.hint
            assert fit(column.title, column.width).rstrip() == column.title
    assert {column.key for column in CALLER_COLUMNS} == {column.key for column in WAITING_COLUMNS} - {"queue"}
