"""A row for every queue: who waits, who could answer, and the shift's own figures beside Asterisk's."""

import re

import pytest
from views.queue_worlds import EPOCH, LISTED, counted, entry, floor, joins, listed, member, params, support

from amitop.pbx.store import Store
from amitop.shift.tally import Tally
from amitop.thresholds import Formula, Level, Limit, QueueRules, Rules, Sense
from amitop.views.columns import Column, shown_columns
from amitop.views.filters import parse_filter
from amitop.views.floor import Floor
from amitop.views.format import fit
from amitop.views.plain import table
from amitop.views.projection import Query, lay_out, project
from amitop.views.queue_row import QueueRow, percent
from amitop.views.queues import QUEUE_COLUMNS, queue_rows

RULES = Rules(default=QueueRules(wrapuptime=10))


def row_of(store: Store, now: float = LISTED, rules: Rules = RULES) -> QueueRow:
    (row,) = queue_rows([floor(store, now, rules)])
    return row


def column(key: str) -> Column[QueueRow]:
    return next(each for each in QUEUE_COLUMNS if each.key == key)


def texts(row: QueueRow, now: float) -> dict[str, str]:
    return {each.key: each.text(row, now) for each in QUEUE_COLUMNS}


def test_who_waits_and_who_could_answer() -> None:
    shown = texts(row_of(support()), LISTED)
    numbers = ("waiting", "longest", "ready", "ring", "talk", "wrap", "pause", "away")
    assert [shown[key] for key in numbers] == ["3", "! 1:10", "1", "0", "1", "1", "1", "2"]
    assert shown["agents"] == "●□◐‖·✗"
    assert shown["members"] == "6"


def test_limits_have_signs_and_colours() -> None:
    rules = Rules(default=QueueRules(waiting=Limit(2, 3), longest_wait=Limit(30, 60), ready=Limit(2, 0, Sense.AT_MOST)))
    row = row_of(support(), rules=rules)
    cells = {key: (column(key).text(row, LISTED), column(key).style(row, LISTED)) for key in ("waiting", "longest")}
    assert cells == {"waiting": ("!! 3", "bad"), "longest": ("!! 1:10", "bad")}
    assert (column("ready").text(row, LISTED), column("ready").style(row, LISTED)) == ("! 2", "warn")
    assert row.worst(LISTED) is Level.CRITICAL


def test_an_empty_queue_is_calm() -> None:
    row = row_of(listed(params("support")), rules=Rules())
    assert row.worst(LISTED) is Level.FINE
    shown = texts(row, LISTED)
    assert (shown["waiting"], shown["longest"], shown["ready"], shown["agents"]) == ("0", "–", "0", "")
    assert column("waiting").style(row, LISTED) == column("ready").style(row, LISTED) == "dim"


def test_the_longest_wait_is_not_guessed_while_somebody_is_unknown() -> None:
    store = listed(params("support"))
    joins(store, "support", "8.1", 101, position=3, count=3)
    row = row_of(store, 103)
    assert (row.waiting_text(), row.longest_text(103), row.longest(103)) == ("3", "?", None)
    assert row.longest_text(170) == "! ?", "one who is known has waited for too long already"


def test_the_shifts_own_figures() -> None:
    fl = counted()
    (row,) = queue_rows([fl])
    shown = texts(row, 200)
    counts = ("offered", "answered", "abandoned", "short", "timeouts", "left", "lost")
    assert [shown[key] for key in counts] == ["12", "9", "2", "1", "0", "0", "0"]
    assert [shown[key] for key in ("mean", "median", "p90", "max", "meantalk")] == [
        "0:05",
        "0:05",
        "0:09",
        "0:30",
        "0:03",
    ]
    # EPOCH is 20 s into a minute: the first eleven callers came in one, the last in the next.
    assert row.arrivals(3, 200) == [0, 11, 1]
    assert shown["arrivals"].strip("▁") == "▇▂"
    assert len(shown["arrivals"]) == 15
    assert row.arrivals(3, 260) == [11, 1, 0], "the minutes go on while nothing happens"


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (Formula.ANSWERED, 100 * 5 / 9),
        (Formula.OFFERED, 100 * 5 / 11),
        (Formula.OFFERED_LONG, 100 * 5 / 10),
        (Formula.BOTH, 100 * 6 / 11),
    ],
)
def test_the_service_level_by_the_formula_that_was_chosen(formula: Formula, expected: float) -> None:
    rules = Rules(default=QueueRules(service_level=5, sl_formula=formula, sl_percent=Limit(60, 40, Sense.BELOW)))
    (row,) = queue_rows([counted(rules)])
    assert row.service_level() == pytest.approx(expected)
    assert row.service_level_text() == f"! {round(expected)}%"
    assert column("sl").style(row, 200) == "warn"
    assert row.service_level_base() == round(100 * (6 if formula is Formula.BOTH else 5) / expected)


def test_no_service_level_without_a_time_and_no_worry_before_there_were_some_calls() -> None:
    (row,) = queue_rows([floor(listed(params("support", ServiceLevel=0)), LISTED)])
    assert row.service_level() is None
    assert row.service_level_text() == "–"
    fl = counted()
    assert fl.tally is not None
    few = Tally(EPOCH + LISTED)
    few.queues["support"] = fl.tally.queues["support"]
    few.queues["support"].answered -= 2  # 9 of whom it is known what became of them
    (row,) = queue_rows([Floor(fl.store, 200, fl.server_now, fl.rules, few)])
    assert row.service_level() is not None
    assert row.service_level_level() is Level.FINE


def test_asterisks_own_figures_are_called_asterisks() -> None:
    row = row_of(support())
    shown = texts(row, LISTED)
    own = [each for each in QUEUE_COLUMNS if each.key.startswith("ast")]
    assert [shown[each.key] for each in own] == ["0:12", "1:35", "40", "4", "75%", "70%"]
    for each in own:
        assert each.title.startswith("ASTERISK ")
        assert each.hint.startswith("Asterisk's own, ")
        assert not each.shown
    unlisted = Store("pbx1")
    joins(unlisted, "support", "8.1", 101)
    assert {texts(row_of(unlisted, 102), 102)[each.key] for each in own} == {"–"}, "nobody has told of them"


def test_without_anybody_who_counts_there_are_no_figures() -> None:
    row = row_of(support())
    shown = texts(row, LISTED)
    assert {shown[key] for key in ("sl", "answered", "abandoned", "offered", "short", "mean", "max")} == {"–"}
    assert shown["arrivals"].strip() == ""
    assert column("answered").sort(row, LISTED) is None


def test_a_percentage_is_all_or_nothing_only_where_it_is() -> None:
    assert [percent(value) for value in (None, 0, 0.2, 50.4, 99.7, 100)] == ["–", "0%", "1%", "50%", "99%", "100%"]


def test_filters_and_sorts() -> None:
    store = listed(
        params("sales"), member("sales", 1),
        params("support"), member("support", 2, Paused=1), entry("support", 1, "7.1", 50),
        entry("support", 2, "7.2", 9), params("billing"), entry("billing", 1, "7.3", 70),
    )  # fmt: skip
    rows = queue_rows([floor(store, LISTED)])
    assert [row.queue.name for row in rows] == ["billing", "sales", "support"]

    def found(text: str) -> list[str]:
        query = Query(parse_filter(text, QUEUE_COLUMNS), sort="waiting", reverse=True)
        return [row.queue.name for row in project(rows, QUEUE_COLUMNS, query, LISTED)]

    assert found("") == ["support", "billing", "sales"]
    assert found("waiting:>0 ready:<1") == ["support", "billing"]
    assert found("longest:>60") == ["billing"]
    assert found("SUP") == ["support"]


def test_queues_of_several_exchanges() -> None:
    floors = [floor(support(), LISTED), floor(listed(params("support"), store=Store("pbx2")), LISTED)]
    assert [row.key for row in queue_rows(floors)] == [("pbx1", "support"), ("pbx2", "support")]


@pytest.mark.parametrize(
    ("width", "keys"),
    [
        (78, ["queue", "waiting", "longest", "ready", "ring", "talk", "pause", "sl", "answered", "abandoned"]),
        (40, ["queue", "waiting", "longest", "ready"]),
    ],
)
def test_narrow_screens_keep_what_matters(width: int, keys: list[str]) -> None:
    assert [each.column.key for each in lay_out(shown_columns(QUEUE_COLUMNS), width)] == keys


def test_a_wide_screen_shows_everything_that_is_shown() -> None:
    assert len(lay_out(shown_columns(QUEUE_COLUMNS), 158)) == len(shown_columns(QUEUE_COLUMNS))
    (line,) = table(queue_rows([counted()]), shown_columns(QUEUE_COLUMNS), 200, 160)[1:]
    assert re.split(r"\s{2,}", line) == [
        "support", "1", "0:05", "2", "0", "0", "0", "1", "0", "●●‖", "!! 50%", "9", "2", "▁▁▁▁▁▁▁▁▁▁▁▁▁▇▂",
    ]  # fmt: skip


def test_every_column_has_a_text_a_sort_and_a_hint() -> None:
    for each in QUEUE_COLUMNS:
        for row in (*queue_rows([counted()]), row_of(support())):
            assert isinstance(each.text(row, 200), str)
            assert isinstance(each.sort(row, 200), str | float | int | None)
            assert each.style(row, 200) in {"", "good", "warn", "bad", "dim", "accent"}
        assert each.hint
        assert fit(each.title, each.width).rstrip() == each.title
    assert len({each.key for each in QUEUE_COLUMNS}) == len(QUEUE_COLUMNS)
