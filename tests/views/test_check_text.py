import math
import re

import pytest

from amitop.thresholds import Level, Limit, Sense
from amitop.views.check_text import check_lines, nagios_line, nagios_state, worst
from amitop.views.readings import Kind, Reading

LIMIT = Limit(3, 10)


def reading(
    value: float | None, subject: str = "support", kind: Kind = Kind.WAITING, limit: Limit = LIMIT, text: str = ""
) -> Reading:
    return Reading("pbx1", kind, subject, value, limit, limit.level(value), text or f"{subject}: {value}")


def figures(line: str) -> dict[str, str]:
    """Read performance data as a plugin's reader does: what is behind the first pipe."""
    _, _, data = line.partition(" | ")
    found = re.findall(r"'((?:[^'=]|'')*)'=(\S+)(?: |$)", data)
    assert " ".join(f"'{label}'={value}" for label, value in found) == data, "nothing of it is left over"
    return dict(found)


def test_each_problem_has_a_line_and_the_worst_stands_first() -> None:
    found = [reading(4, "sales"), reading(0, "billing"), reading(12)]
    assert check_lines(found, 3) == ["CRITICAL support: 12", "WARNING  sales: 4"]
    assert worst(found) is Level.CRITICAL


@pytest.mark.parametrize(
    ("found", "queues", "line"),
    [
        ([], 0, "OK: 0 queues, 0 figures within limits"),
        ([reading(2)], 1, "OK: 1 queue, 1 figure within limits"),
        ([reading(2), reading(None, "sales")], 2, "OK: 2 queues, 2 figures within limits"),
    ],
)
def test_where_nothing_is_wrong_one_line_says_so(found, queues, line) -> None:
    assert check_lines(found, queues) == [line]
    assert worst(found) is Level.FINE
    assert nagios_line(found, queues).partition(" | ")[0] == f"QUEUES {line.replace(':', ' -', 1)}"


def test_a_plugin_says_what_is_wrong_and_every_figure() -> None:
    found = [reading(4, "sales"), reading(0, "billing"), reading(12)]
    assert nagios_line(found, 3) == (
        "QUEUES CRITICAL - support: 12; sales: 4 | "
        "'sales_waiting'=4;3;10;0 'billing_waiting'=0;3;10;0 'support_waiting'=12;3;10;0"
    )


@pytest.mark.parametrize(
    ("kind", "value", "limit", "data"),
    [
        (Kind.LONGEST_WAIT, 61.26, Limit(60, 180), "61.3s;60;180;0"),
        (Kind.SL_PERCENT, 79.0, Limit(80, 62.5, Sense.BELOW), "79%;80:;62.5:;0;100"),
        (Kind.READY, 2, Limit(2, 0, Sense.AT_MOST), "2;2:;0:;0"),
        (Kind.PAUSE, 1_234_567.0, Limit(600, math.inf), "1234567s;600;;0"),
        (Kind.PAUSE, None, Limit(600, 900), "U;600;900;0"),
    ],
)
def test_each_kind_of_figure(kind, value, limit, data) -> None:
    assert figures(nagios_line([reading(value, kind=kind, limit=limit)], 1)) == {f"support_{kind}": data}


NASTY = ["a'b", "a|b", "a=b", "a b", "a;b", "it''s", "a\nb", "\x1b[31m", "a\\nb", "%7C", "\ud800", "\u202ex", "王", ""]


def test_no_name_breaks_the_data() -> None:
    line = nagios_line([reading(4, name) for name in NASTY], len(NASTY))
    assert line.isprintable()
    assert line.count("|") == 1
    found = figures(line)
    assert len(found) == len(NASTY), "different names stay different"
    assert set(found.values()) == {"4;3;10;0"}
    assert "王_waiting" in found
    assert "a%27b_waiting" in found


@pytest.mark.parametrize("name", NASTY)
def test_no_name_breaks_a_line(name) -> None:
    (line,) = check_lines([reading(4, name)], 1)
    assert line.isprintable()
    assert nagios_state("UNKNOWN", f"{name}|").count("|") == 0


def test_a_line_names_so_many_problems_that_the_data_still_fits() -> None:
    line = nagios_line([reading(4, f"q{number}") for number in range(30)], 30)
    text, _, _ = line.partition(" | ")
    assert text.endswith("q9: 4; and 20 more")
    assert len(figures(line)) == 30
