"""What Asterisk itself says of its queues: the console's `queue show`, and the lines of queue_log."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_QUEUE = re.compile(
    r"(?P<name>\S+) has (?P<waiting>\d+) calls \(max \S+\) in '(?P<strategy>\w+)' strategy "
    r"\((?P<holdtime>\d+)s holdtime, (?P<talktime>\d+)s talktime\), W:(?P<weight>\d+), C:(?P<completed>\d+), "
    r"A:(?P<abandoned>\d+), SL:(?P<sl_perf>[\d.]+)%, SL2:(?P<sl_perf2>[\d.]+)% within (?P<service_level>\d+)s"
)
_MEMBER = re.compile(r" {6}(?P<name>.*?) \((?P<interface>\S+?/\S+?)(?: from \S+?)?\)(?P<rest>.*)")
_CALLER = re.compile(r" {6}\d+\. (?P<channel>\S+) \(wait: \d+:\d\d, prio: \d+\)")
_STATUS = re.compile(
    r"\((Not in use|In use|Busy|Invalid|Unavailable|Ringing|Ring\+Inuse|On Hold|Unknown)\)(?: has taken|$)"
)


@dataclass
class Shown:
    """One queue."""

    facts: dict[str, str]
    callers: tuple[str, ...] = ()
    members: dict[str, dict[str, object]] = field(default_factory=dict)


def read(text: str) -> dict[str, Shown]:
    """Read the output of `queue show`."""
    found: dict[str, Shown] = {}
    queue = None
    for line in _COLOURS.sub("", text).splitlines():
        if match := _QUEUE.fullmatch(line):
            facts = match.groupdict()
            queue = found[facts.pop("name")] = Shown(facts)
        elif queue is not None and (match := _CALLER.fullmatch(line)):
            queue.callers = (*queue.callers, match["channel"])
        elif queue is not None and (match := _MEMBER.fullmatch(line)):
            queue.members[match["interface"]] = _member(match["name"], match["rest"])
    return found


def _member(name: str, rest: str) -> dict[str, object]:
    status = _STATUS.search(rest)
    paused = re.search(r"\(paused(?::(.*?))? was \d+ secs ago\)", rest)
    taken = re.search(r"has taken (\d+) calls", rest)
    penalty = re.search(r"with penalty (\d+)", rest)
    return {
        "name": name,
        "status": status[1] if status else rest,
        "in call": "(in call)" in rest,
        "paused": paused is not None,
        "reason": (paused[1] or None) if paused else None,
        "taken": int(taken[1]) if taken else 0,
        "penalty": int(penalty[1]) if penalty else 0,
        "dynamic": "(dynamic)" in rest,
    }


class QueueLog:
    """queue_log from now on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._from = path.stat().st_size if path.exists() else 0

    def counts(self) -> Counter[tuple[str, str]]:
        """How many lines there are since, by queue and event."""
        return Counter((queue, event) for _, _, queue, _, event, *_ in self._lines())

    def by_agent(self, event: str) -> Counter[str]:
        """How many lines of an event there are since, by agent."""
        return Counter(agent for _, _, _, agent, what, *_ in self._lines() if what == event)

    def _lines(self) -> list[list[str]]:
        text = self._path.read_bytes()[self._from :].decode("utf-8", "replace")
        return [line.split("|") for line in text.splitlines()]
