"""The wallboard: the few figures that matter, of one queue or of all. How they are drawn is `board`'s business."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.agents import AgentState
from amitop.thresholds import Level
from amitop.views.board import Tile
from amitop.views.format import UNICODE, hms
from amitop.views.queue_row import ON_PHONE, percent
from amitop.views.queues import queue_rows
from amitop.views.standing import AVAILABLE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from amitop.views.floor import Floor
    from amitop.views.queue_row import QueueRow


def wallboard(floors: Sequence[Floor], queue: tuple[str, ...] | None = None) -> list[Tile]:
    """Return the figures of the queue with the key *queue*, of all without one; the ones that matter most first.

    Over all queues an agent counts once, and a figure is as bad as that of the worst queue.
    """
    rows = [row for row in queue_rows(floors) if queue is None or row.key == queue]
    now = max((floor.now for floor in floors), default=0.0)
    waiting = sum(row.queue.waiting for row in rows)
    longest = max((wait for row in rows if (wait := row.longest(now)) is not None), default=None)
    agents = _Agents(floors, rows, whole=queue is None)
    tiles = [
        Tile("Waiting", str(waiting), _worst(row.waiting_level() for row in rows), "accent" if waiting else "dim"),
        Tile(
            "Longest wait",
            hms(longest) if longest is not None or not waiting else "?",
            _worst(row.longest_level(now) for row in rows),
            "" if waiting else "dim",
            room="0:00",
        ),
        Tile(
            "Ready", str(agents.count(AVAILABLE)), _worst(row.ready_level() for row in rows),
            "good" if agents.count(AVAILABLE) else "dim",
        ),
        Tile("Talking", str(agents.count(ON_PHONE)), style="accent"),
    ]  # fmt: skip
    if any(row.tally is not None for row in rows):
        tiles += _shift(rows)
    paused = agents.count({AgentState.PAUSED})
    tiles.append(Tile("Paused", str(paused), style="warn" if paused else "dim"))
    return tiles


def heading(floors: Sequence[Floor], queue: tuple[str, ...] | None = None) -> str:
    """Return what stands above: which queue, and by which formula its service level is worked out. Not cleaned."""
    rows = [row for row in queue_rows(floors) if queue is None or row.key == queue]
    if queue is None:
        formulas = {row.rules.sl_formula.words for row in rows}
        title = f"All queues ({len(rows)})"
    else:
        formulas = {f"{row.rules.sl_formula.words}, {row.seconds} s" for row in rows if row.seconds is not None}
        title = queue[-1]
    counted = any(row.tally is not None for row in rows)
    return f"{title} {UNICODE.middot} service level: {formulas.pop()}" if counted and len(formulas) == 1 else title


class _Agents:
    """Who does what: over all queues people, of one queue its members."""

    def __init__(self, floors: Sequence[Floor], rows: Sequence[QueueRow], *, whole: bool) -> None:
        self._people = [agent.state for floor in floors for agent in floor.people] if whole else None
        self._rows = rows

    def count(self, states: Collection[AgentState]) -> int:
        if self._people is not None:
            return sum(state in states for state in self._people)
        return sum(row.count(states) for row in self._rows)


def _shift(rows: Sequence[QueueRow]) -> list[Tile]:
    tallies = [row.tally for row in rows if row.tally is not None]
    return [
        Tile(
            "Service level %",
            percent(service_level(rows)).removesuffix("%"),
            _worst(row.service_level_level() for row in rows),
            room="00",
        ),
        Tile("Answered", str(sum(tally.answered for tally in tallies)), room="000"),
        Tile("Abandoned", str(sum(tally.abandoned for tally in tallies)), room="00"),
    ]


def service_level(rows: Sequence[QueueRow]) -> float | None:
    """Return the percentage over the calls of all *rows*, each by its own queue's formula; None without any."""
    weighed = [(share, row.service_level_base()) for row in rows if (share := row.service_level()) is not None]
    total = sum(weight for _, weight in weighed)
    return sum(share * weight for share, weight in weighed) / total if total else None


def _worst(levels: Iterable[Level]) -> Level:
    return max(levels, default=Level.FINE)
