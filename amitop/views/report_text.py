"""A shift's report as Markdown for a mail, and as CSV for a spreadsheet. Takes what `report` made of the shift."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from amitop.text import clean
from amitop.views.agent_figures import NO_REASON, pauses_text
from amitop.views.format import hms
from amitop.views.queue_row import percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import tzinfo

    from amitop.views.document import Json

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~$])")
_FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes a text for a formula by."""
Part = Literal["queues", "agents"]


def markdown(report: Json, zone: tzinfo | None = None) -> str:
    """Return the report as Markdown, with the times of day of *zone*, of this machine without one."""
    shift = report["shift"]
    at = _time(report["at"], zone)
    lines = [
        f"# Shift of {_plain(report['pbx'])}",
        "",
        f"From {_time(shift['started'], zone)} to {at}.",
    ]
    if shift["watched_from"] != shift["started"]:
        lines.append(f"amitop has counted since {_time(shift['watched_from'], zone)}.")
    lines += ["", "## Queues", ""]
    lines += _queues(report) if report["queues"] else ["No queues."]
    lines += ["", "## Agents", ""]
    lines += _agents(report["agents"]) if report["agents"] else ["No agents."]
    if report["alerts"]:
        lines += ["", "## Alerts", "", *_alerts(report["alerts"], zone)]
    return "\n".join(lines) + "\n"


def csv_table(report: Json, part: Part) -> str:
    """Return the report's queues or agents as CSV with a line of titles; durations are seconds."""
    rows = [_flat(each) for each in report[part]]
    titles = list(dict.fromkeys(title for row in rows for title in row))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(titles)
    writer.writerows([_field(row.get(title)) for title in titles] for row in rows)
    return out.getvalue()


# -- Markdown ---------------------------------------------------------------------------------------------------------


def _queues(report: Json) -> list[str]:
    titles = ["Queue", "Offered", "Answered", "Abandoned", "Short", "Timed out", "Left", "Lost", "Service level"]
    titles += ["Mean wait", "Median", "P90", "Longest", "Mean talk"]
    queues = [_queue_cells(_plain(each["name"]), each) for each in report["queues"]]
    if len(queues) > 1:
        queues.append(_queue_cells("**All**", report["total"]))
    return [*_table(titles, queues), "", *_formulas(report["queues"]), "", *_asterisk(report["queues"])]


def _queue_cells(name: str, queue: Json) -> list[str]:
    counts = [queue[key] for key in ("offered", "answered", "abandoned", "short_abandons", "timed_out", "left", "lost")]
    waits = [hms(queue["wait"][key]) for key in ("mean", "median", "p90", "longest")]
    return [name, *map(str, counts), percent(queue["service_level"]["percent"]), *waits, hms(queue["talk"]["mean"])]


def _formulas(queues: Sequence[Json]) -> list[str]:
    """Say what the percentages are of, once where it is the same for all."""
    by_words: dict[str, list[str]] = {}
    for queue in queues:
        level = queue["service_level"]
        within = "no time is set" if level["seconds"] is None else f"within {level['seconds']} s"
        short = f"a short abandon is one within {level['short_abandon']:g} s"
        by_words.setdefault(f"{level['fraction']}, {within}; {short}", []).append(_plain(queue["name"]))
    if len(by_words) == 1:
        return [f"Service level: {_plain(next(iter(by_words)))}."]
    return [f"- Service level of {', '.join(names)}: {_plain(words)}." for words, names in by_words.items()]


def _asterisk(queues: Sequence[Json]) -> list[str]:
    known = [queue for queue in queues if queue["asterisk"] is not None]
    if not known:
        return []
    rows = []
    for queue in known:
        own = queue["asterisk"]
        shares = [percent(own["sl_perf"]), percent(own["sl_perf2"])]
        counts = [str(own["completed"]), str(own["abandoned"])]
        rows.append([_plain(queue["name"]), *counts, *shares, hms(own["holdtime"]), hms(own["talktime"])])
    titles = ["Queue", "Completed", "Abandoned", "Service level", "Service level 2", "Holdtime", "Talktime"]
    return [
        "Asterisk's own figures, since each queue was loaded or reset (holdtime and talktime are averages of about the "
        "last four calls):",
        "",
        *_table(titles, rows),
    ]


def _agents(agents: Sequence[Json]) -> list[str]:
    titles = ["Agent", "Device", "Calls", "Missed rings", "Talk", "Mean talk", "Idle", "Paused", "Pauses", "Logged in"]
    rows = []
    for agent in agents:
        spent = agent["seconds"]
        rows.append([
            _plain(agent["name"]),
            _plain(agent["device"]),
            str(agent["answered"]),
            str(agent["missed"]),
            hms(spent["talk"]),
            hms(agent["mean_talk"]),
            hms(spent["idle"]),
            hms(spent["pause"]),
            _plain(pauses_text(agent["pauses"].items())),
            hms(agent["login"]),
        ])  # fmt: skip
    return _table(titles, rows, texts=2)


def _alerts(alerts: Iterable[Json], zone: tzinfo | None) -> list[str]:
    lines = []
    for alert in alerts:
        until = f" to {_time(alert['cleared'], zone)}" if alert["cleared"] else ""
        seen = "" if alert["acknowledged"] else ", not acknowledged"
        lines.append(f"- {_time(alert['since'], zone)}{until}, {alert['level']}{seen}: {_plain(alert['text'])}")
    return lines


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]], texts: int = 1) -> list[str]:
    """Return a table whose first *texts* columns are text and stand left."""
    rule = ["---" if place < texts else "---:" for place in range(len(titles))]
    return ["| " + " | ".join(cells) + " |" for cells in (titles, rule, *rows)]


def _plain(text: str) -> str:
    """Return *text* of the PBX as Markdown that means nothing but itself."""
    return _MARKUP.sub(r"\\\1", clean(text))


def _time(moment: str, zone: tzinfo | None) -> str:
    return datetime.fromisoformat(moment).astimezone(zone).strftime("%Y-%m-%d %H:%M")


# -- CSV --------------------------------------------------------------------------------------------------------------


def _flat(value: Json, before: str = "") -> Json:
    """Return tables within tables as one: `wait` and `mean` become `wait_mean`."""
    flat: Json = {}
    for key, each in value.items():
        if key == "pauses":
            # By what is said, not by what is set: everybody's reasons in one column keep the columns few.
            flat["pauses"] = "; ".join(f"{reason or NO_REASON} {seconds}" for reason, seconds in each.items())
        elif isinstance(each, dict):
            flat |= _flat(each, f"{before}{key}_")
        elif key != "asterisk":
            flat[before + key] = each
    return flat


def _field(value: object) -> str:
    if not isinstance(value, str):
        return "" if value is None else str(value)
    text = clean(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
