"""Every figure that has a limit, as it is now: what `amitop check` prints, and what alerts are made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from amitop.pbx.agents import AgentState
from amitop.thresholds import Limit, Sense
from amitop.views.alerts import Alert
from amitop.views.format import hms
from amitop.views.queue_row import FEW, QueueRow, percent
from amitop.views.standing import standing_of
from amitop.views.trunk_row import FIVE, trunk_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from amitop.thresholds import Level
    from amitop.views.alerts import Key
    from amitop.views.floor import Floor
    from amitop.views.trunk_row import TrunkRow


class Kind(StrEnum):
    """What is measured: the name of its limit in the configuration, where it has one."""

    WAITING = "waiting"
    LONGEST_WAIT = "longest_wait"
    SL_PERCENT = "sl_percent"
    READY = "ready"
    PAUSE = "pause"
    TRUNK = "trunk"
    """1 where it holds, 0 where it is down."""
    CALLS = "calls"
    ANSWER_RATE = "answer_rate"

    @property
    def of_trunk(self) -> bool:
        """Whether it is a trunk that is measured."""
        return self in {Kind.TRUNK, Kind.CALLS, Kind.ANSWER_RATE}


UNITS: dict[Kind, str] = {Kind.LONGEST_WAIT: "s", Kind.SL_PERCENT: "%", Kind.PAUSE: "s", Kind.ANSWER_RATE: "%"}
"""Of the values that have one."""
_HOLDS = Limit(1, 1, Sense.BELOW)


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure. Texts hold names as the PBX sent them, not cleaned."""

    pbx: str
    kind: Kind
    subject: str
    """The queue, the agent's device, or the trunk."""
    value: float | None
    """None where it cannot be told now."""
    limit: Limit
    level: Level
    text: str
    """`support: 7 wait, limit 5`."""

    @property
    def row(self) -> Key:
        """The key of the row that it is about."""
        return (self.pbx, self.subject)

    @property
    def alert(self) -> Alert:
        """The worry that it is."""
        return Alert((self.pbx, self.kind, self.subject), self.level, self.text, self.row)


def readings(floors: Iterable[Floor]) -> list[Reading]:
    """Return every figure that somebody set a limit for, by queue, then the pauses by agent, then by trunk.

    That a trunk holds is wanted of every one of which it can be told, unless it is to be ignored.
    """
    found: list[Reading] = []
    for floor in floors:
        for name in sorted(floor.store.queues):
            found += _queue(QueueRow(floor, floor.store.queues[name]))
        found += _pauses(floor)
        for trunk in trunk_rows([floor]):
            found += _trunk(trunk)
    return found


def alerts(floors: Iterable[Floor]) -> list[Alert]:
    """Return the worries that there are, for `AlertBook.update`."""
    return [reading.alert for reading in readings(floors) if reading.level]


class _Figure(NamedTuple):
    kind: Kind
    limit: Limit | None
    value: float | None
    words: str


def _queue(row: QueueRow) -> Iterator[Reading]:
    queue, rules = row.queue, row.rules
    since = queue.longest_since
    # Where nobody waits the longest wait is 0, for a program that draws it.
    longest = 0.0 if since is None else max(row.floor.now - since, 0.0)
    figures = [
        _Figure(Kind.WAITING, rules.waiting, queue.waiting, f"{queue.waiting} wait{'s' * (queue.waiting == 1)}"),
        _Figure(Kind.LONGEST_WAIT, rules.longest_wait, longest, f"longest wait {hms(longest)}"),
        _Figure(Kind.READY, rules.ready, row.ready, f"{row.ready} ready of {len(queue.members)}"),
    ]
    share = row.service_level()
    if row.tally is not None and row.tally.finished >= FEW and share is not None:
        words = f"service level {percent(share)} ({rules.sl_formula.words}, {row.seconds} s)"
        figures.append(_Figure(Kind.SL_PERCENT, rules.sl_percent, share, words))
    for figure in figures:
        if figure.limit is not None:
            yield _reading(queue.key, queue.name, figure, figure.limit)


def _pauses(floor: Floor) -> Iterator[Reading]:
    for agent in floor.people:
        standing = standing_of(agent)
        limit = floor.rules.pause(standing.reason) if standing.state is AgentState.PAUSED else None
        if limit is not None:
            figure = _Figure(Kind.PAUSE, limit, standing.seconds(floor.now), standing.phrase(floor.now))
            yield _reading(agent.key, agent.name, figure, limit)


def _trunk(row: TrunkRow) -> Iterator[Reading]:
    now, standing, rules = row.floor.now, row.standing, row.rules
    if standing.up is not None and not rules.ignore:
        words = standing.words
        if down := row.down(now):
            since = row.seconds(now)
            words = f"is down: {words}" + (f" {hms(since)}" if since is not None and row.exact else "")
        yield _reading(row.key, row.name, _Figure(Kind.TRUNK, _HOLDS, float(not down), words), _HOLDS)
    if rules.crowded is not None:
        calls = row.calls
        words = f"{calls.all} call{'s' * (calls.all != 1)}, {calls.incoming} in and {calls.outgoing} out"
        yield _reading(row.key, row.name, _Figure(Kind.CALLS, rules.crowded, calls.all, words), rules.crowded)
    fates = row.flow(now, FIVE).outgoing
    if rules.answer_rate is not None and fates.tries >= FEW:
        words = f"{percent(fates.rate)} of {fates.tries} calls out answered"
        figure = _Figure(Kind.ANSWER_RATE, rules.answer_rate, fates.rate, words)
        yield _reading(row.key, row.name, figure, rules.answer_rate)


def _reading(row: Key, name: str, figure: _Figure, limit: Limit) -> Reading:
    """Make the reading of a figure of what has the key *row* and is called *name*."""
    level = limit.level(figure.value)
    text = f"{name}: {figure.words}"
    if level and figure.kind is not Kind.TRUNK:
        text += f", limit {_amount(limit.bound(level), figure.kind)}"
    pbx, subject = row
    return Reading(pbx, figure.kind, subject, figure.value, limit, level, text)


def _amount(value: float, kind: Kind) -> str:
    unit = UNITS.get(kind, "")
    return hms(value) if unit == "s" else f"{value:g}{unit}"
