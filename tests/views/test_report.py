"""The shift on paper: as JSON, as Markdown, as CSV."""

import csv
import io
import json
from datetime import UTC

from views.queue_worlds import EPOCH, counted, floor, listed, member, params, shift, status

from amitop.pbx.store import Store
from amitop.thresholds import Formula, Level, QueueRules, Rules
from amitop.views.alerts import Alert, AlertBook
from amitop.views.document import dumps
from amitop.views.floor import Floor
from amitop.views.report import report
from amitop.views.report_text import csv_table, markdown


def made(rules: Rules | None = None, **more):
    fl = counted(rules)
    assert fl.tally is not None
    return report(fl, fl.tally, **more)


def test_the_document_has_every_figure() -> None:
    document = made()
    assert json.loads(dumps(document)) == document
    assert document["at"] == "2023-11-14T22:16:40.000Z"
    assert document["shift"] == {"started": "2023-11-14T22:15:00.000Z", "watched_from": "2023-11-14T22:15:00.000Z"}
    (queue,) = document["queues"]
    assert queue == {
        "name": "support",
        "offered": 12,
        "answered": 9,
        "abandoned": 2,
        "short_abandons": 1,
        "timed_out": 0,
        "left": 0,
        "lost": 0,
        "waiting": 1,
        "service_level": {
            "percent": 50.0,
            "seconds": 5,
            "formula": "offered-long",
            "fraction": "answered in time / (offered - short abandons)",
            "short_abandon": 5.0,
        },
        "wait": {"mean": 5.0, "median": 5.0, "p90": 9.0, "longest": 30},
        "talk": {"mean": 3.0, "total": 27.0},
        "asterisk": queue["asterisk"],
    }
    assert queue["asterisk"].keys() == {"holdtime", "talktime", "completed", "abandoned", "sl_perf", "sl_perf2"}
    assert queue["asterisk"]["completed"] == 49
    total = document["total"]
    assert total == {key: queue[key] for key in total} | {"service_level": {"percent": 50.0}}
    one, two, three = document["agents"]
    assert (one["device"], one["name"], one["answered"], one["mean_talk"]) == ("PJSIP/agent01", "Agent 01", 9, 3.0)
    assert (two["missed"], two["seconds"]["ring"]) == (1, 15.0)
    assert (three["pauses"], three["seconds"]["pause"], three["login"]) == ({"lunch": 50.0}, 50.0, 100.0)
    assert document["alerts"] == []


def test_it_needs_nothing_but_what_was_counted() -> None:
    fl = counted()
    assert fl.tally is not None
    alone = report(floor(Store("pbx1"), 200, Rules(default=QueueRules(service_level=5))), fl.tally)
    (queue,) = alone["queues"]
    assert (queue["answered"], queue["service_level"]["percent"], queue["asterisk"]) == (9, 50.0, None)
    assert "Asterisk" not in markdown(alone)
    bare = report(floor(Store("pbx1"), 200), fl.tally)
    assert bare["queues"][0]["service_level"]["percent"] is None, "nobody said within which time"
    assert "no time is set" in markdown(bare, UTC)


def test_alerts_are_told_with_who_took_note() -> None:
    book = AlertBook()
    book.update([Alert(("pbx1", "waiting", "support"), Level.CRITICAL, "support: 9 wait", ("pbx1", "support"))], 150)
    book.acknowledge()
    book.update([Alert(("pbx1", "waiting", "sales"), Level.WARN, "sales: 5 wait", ("pbx1", "sales"))], 160)
    document = made(alerts=[*book.history, *book.open])
    assert [(each["level"], each["acknowledged"], each["cleared"]) for each in document["alerts"]] == [
        ("critical", True, "2023-11-14T22:16:00.000Z"),
        ("warn", False, None),
    ]
    assert markdown(document, UTC).endswith(
        "## Alerts\n\n"
        "- 2023-11-14 22:15 to 2023-11-14 22:16, critical: support: 9 wait\n"
        "- 2023-11-14 22:16, warn, not acknowledged: sales: 5 wait\n"
    )


def test_markdown() -> None:
    lines = markdown(made(), UTC).splitlines()
    assert lines[:3] == ["# Shift of pbx1", "", "From 2023-11-14 22:15 to 2023-11-14 22:16."]
    assert "| support | 12 | 9 | 2 | 1 | 0 | 0 | 0 | 50% | 0:05 | 0:05 | 0:09 | 0:30 | 0:03 |" in lines
    formula = "answered in time / (offered - short abandons), within 5 s; a short abandon is one within 5 s"
    assert f"Service level: {formula}." in lines
    assert "| Agent 03 | PJSIP/agent03 | 0 | 0 | 0:00 | – | 0:50 | 0:50 | lunch 0:50 | 1:40 |" in lines
    assert any(line.startswith("Asterisk's own figures, since each queue was loaded or reset") for line in lines)
    tables = [line for line in lines if line.startswith("|")]
    assert {line.count("|") for line in tables[:3]} == {15}
    assert not any("**All**" in line for line in tables), "one queue needs no sum"


def test_queues_with_different_formulas_are_told_apart_and_summed() -> None:
    rules = Rules(
        default=QueueRules(service_level=5), queues={"support": QueueRules(service_level=5, sl_formula=Formula.BOTH)}
    )
    fl = counted(rules)
    listed(params("sales"), params("support"), store=fl.store)
    assert fl.tally is not None
    lines = markdown(report(fl, fl.tally), UTC).splitlines()
    assert [line for line in lines if line.startswith("- Service level of")] == [
        "- Service level of sales: answered in time / (offered - short abandons), within 5 s; a short abandon is one "
        "within 5 s.",
        "- Service level of support: (answered + abandoned in time) / offered, within 5 s; a short abandon is one "
        "within 5 s.",
    ]
    assert "| **All** | 12 | 9 | 2 | 1 | 0 | 0 | 0 | 55% | 0:05 | 0:05 | 0:09 | 0:30 | 0:03 |" in lines


def test_it_says_when_amitop_came_later_than_the_shift_began() -> None:
    fl = counted()
    assert fl.tally is not None
    fl.tally.started -= 3600
    text = markdown(report(fl, fl.tally), UTC)
    assert "From 2023-11-14 21:15 to 2023-11-14 22:16.\namitop has counted since 2023-11-14 22:15." in text


def test_csv_of_queues_and_of_agents() -> None:
    queues = list(csv.DictReader(io.StringIO(csv_table(made(), "queues"))))
    assert [(row["name"], row["answered"], row["service_level_percent"], row["wait_p90"]) for row in queues] == [
        ("support", "9", "50.0", "9.0")
    ]
    assert queues[0]["asterisk_completed"] == "49"
    agents = list(csv.DictReader(io.StringIO(csv_table(made(), "agents"))))
    assert [(row["name"], row["answered"], row["pauses"]) for row in agents] == [
        ("Agent 01", "9", ""),
        ("Agent 02", "0", ""),
        ("Agent 03", "0", "lunch 50.0"),
    ]
    assert agents[1]["mean_talk"] == ""


def test_names_are_text_in_a_mail_and_in_a_spreadsheet() -> None:
    evil = {"Name": "=cmd|' /C calc'!A0", "Location": "PJSIP/*x*|y", "StateInterface": "PJSIP/*x*|y"}
    store = listed(params("[a](http://x)|`b`"), member("[a](http://x)|`b`", 1, **evil))
    counting = shift(store)
    store.apply(
        status("[a](http://x)|`b`", 1, MemberName="+1", Interface="PJSIP/*x*|y", StateInterface="PJSIP/*x*|y"), 110
    )
    fl = Floor(store, 120, EPOCH + 120, Rules(), counting.tally)
    document = report(fl, counting.tally)
    text = markdown(document, UTC)
    assert r"\[a\](http://x)\|\`b\`" in text
    assert r"PJSIP/\*x\*\|y" in text
    for row in csv.reader(io.StringIO(csv_table(document, "agents"))):
        assert not any(cell.startswith(("=", "+", "@")) for cell in row)


def test_an_empty_shift() -> None:
    store = Store("pbx1")
    fl = floor(store, 200)
    document = report(fl, shift(store).tally)
    assert document["queues"] == document["agents"] == []
    assert document["total"]["service_level"] == {"percent": None}
    assert "No queues." in markdown(document, UTC)
    assert csv_table(document, "queues") == "\n"
