"""The shift on paper: its figures as a JSON document. `report_text` makes Markdown and CSV of it.

Text is what the PBX sent, as in `document`: whoever prints it as text cleans it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.shift.agent_tally import Doing
from amitop.shift.queue_tally import QueueTally, together
from amitop.views.document import Json, iso
from amitop.views.queue_row import service_level, service_level_base

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amitop.pbx.queue_model import Queue
    from amitop.shift.agent_tally import AgentTally
    from amitop.shift.tally import Tally
    from amitop.thresholds import QueueRules
    from amitop.views.alerts import Raised
    from amitop.views.floor import Floor

SCHEMA = 1
"""Grows when a key changes its meaning or goes; new keys may come without that."""


def report(floor: Floor, tally: Tally, alerts: Iterable[Raised] = ()) -> Json:
    """Return everything that *tally* has counted at the moment of *floor*.

    Times are ISO 8601 UTC, durations seconds, what is unknown is None. *alerts* are those of the shift, if anybody
    remembers them. The store of *floor* may be empty: then Asterisk's own figures are None.
    """
    epoch = floor.server_now
    names = sorted(tally.queues.keys() | floor.store.queues.keys())
    return {
        "schema": SCHEMA,
        "at": iso(epoch),
        "pbx": floor.store.name,
        "shift": {"started": iso(tally.started), "watched_from": iso(max(tally.watched_from, tally.started))},
        "queues": [_queue(floor, name, tally.queue(name)) for name in names],
        "total": _total(floor, tally),
        "agents": [_agent(device, tally.agents[device], epoch) for device in sorted(tally.agents)],
        "alerts": [_alert(each, floor) for each in alerts],
    }


def _queue(floor: Floor, name: str, tally: QueueTally) -> Json:
    queue = floor.store.queues.get(name)
    rules = floor.rules.queue(name)
    seconds = rules.seconds(queue.service_level if queue is not None else 0)
    return {
        "name": name,
        **_counts(tally, tally.short_abandons(rules.short_abandon)),
        "service_level": {
            "percent": _rounded(service_level(tally, rules, seconds), 2),
            "seconds": seconds,
            "formula": str(rules.sl_formula),
            "fraction": rules.sl_formula.words,
            "short_abandon": rules.short_abandon,
        },
        **_durations(tally),
        "asterisk": _asterisk(queue),
    }


def _total(floor: Floor, tally: Tally) -> Json:
    whole = together(tally.queues.values())
    short = 0
    weighed: list[tuple[float, int]] = []
    for name, each in tally.queues.items():
        rules: QueueRules = floor.rules.queue(name)
        queue = floor.store.queues.get(name)
        short += each.short_abandons(rules.short_abandon)
        share = service_level(each, rules, rules.seconds(queue.service_level if queue is not None else 0))
        if share is not None:
            weighed.append((share, service_level_base(each, rules)))
    calls = sum(weight for _, weight in weighed)
    percent = sum(share * weight for share, weight in weighed) / calls if calls else None
    return {**_counts(whole, short), "service_level": {"percent": _rounded(percent, 2)}, **_durations(whole)}


def _counts(tally: QueueTally, short: int) -> Json:
    return {
        "offered": tally.offered,
        "answered": tally.answered,
        "abandoned": tally.abandoned,
        "short_abandons": short,
        "timed_out": tally.timed_out,
        "left": tally.left,
        "lost": tally.lost,
        "waiting": len(tally.waiting),
    }


def _durations(tally: QueueTally) -> Json:
    waits = tally.answer_waits
    return {
        "wait": {
            "mean": _rounded(waits.mean),
            "median": _rounded(waits.median),
            "p90": _rounded(waits.quantile(0.9)),
            "longest": _rounded(tally.longest_wait),
        },
        "talk": {"mean": _rounded(tally.mean_talk), "total": _rounded(tally.talk)},
    }


def _asterisk(queue: Queue | None) -> Json | None:
    """Return Asterisk's own figures, of its own time: since the queue was loaded or reset."""
    if queue is None or queue.listed_at is None:
        return None
    return {
        "holdtime": queue.holdtime,
        "talktime": queue.talktime,
        "completed": queue.completed,
        "abandoned": queue.abandoned,
        "sl_perf": _rounded(queue.sl_perf, 2),
        "sl_perf2": _rounded(queue.sl_perf2, 2),
    }


def _agent(device: str, tally: AgentTally, epoch: float) -> Json:
    return {
        "device": device,
        "name": tally.name or device,
        "answered": tally.answered,
        "missed": tally.missed,
        "mean_talk": _rounded(tally.mean_talk),
        "login": _rounded(tally.logged_in(epoch)),
        "seconds": {str(what): _rounded(tally.spent(what, epoch)) for what in Doing},
        "pauses": {reason: _rounded(seconds) for reason, seconds in sorted(tally.paused(epoch).items())},
    }


def _alert(raised: Raised, floor: Floor) -> Json:
    return {
        "level": raised.worst.name.lower(),
        "text": raised.alert.text,
        "since": iso(floor.epoch(raised.since)),
        "cleared": None if raised.cleared is None else iso(floor.epoch(raised.cleared)),
        "acknowledged": raised.acknowledged > 0,
    }


def _rounded(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(float(value), digits)
