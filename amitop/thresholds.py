"""What a person wants of queues and trunks: from which figure on they worry, service levels, pauses. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import time

DEFAULT = "default"
"""`[queues.default]`, `[pause.default]` and `[trunks.default]`: what holds wherever nothing else is said."""


class Level(IntEnum):
    """How bad a figure is. The larger, the worse."""

    FINE = 0
    WARN = 1
    CRITICAL = 2

    @property
    def sign(self) -> str:
        """What stands beside the figure: colour alone says nothing."""
        return "!" * self


class Sense(Enum):
    """When a figure has reached a bound."""

    AT_LEAST = "at or above"
    AT_MOST = "at or below"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Limit:
    """Two bounds of one figure: from which on it is a worry, and from which on it is worse."""

    warn: float
    critical: float
    sense: Sense = Sense.AT_LEAST

    def level(self, value: float | None) -> Level:
        """Return how bad *value* is; an unknown one is fine."""
        if value is None:
            return Level.FINE
        if self._reached(value, self.critical):
            return Level.CRITICAL
        return Level.WARN if self._reached(value, self.warn) else Level.FINE

    def bound(self, level: Level) -> float:
        """Return the bound that a figure of *level* has reached."""
        return self.critical if level is Level.CRITICAL else self.warn

    def _reached(self, value: float, bound: float) -> bool:
        if self.sense is Sense.AT_LEAST:
            return value >= bound
        return value <= bound if self.sense is Sense.AT_MOST else value < bound


def level(limit: Limit | None, value: float | None) -> Level:
    """Return how bad *value* is; fine where nobody set a limit."""
    return Level.FINE if limit is None else limit.level(value)


class Formula(StrEnum):
    """What a service level is a percentage of: centres mean different things by the same word."""

    ANSWERED = "answered"
    """Answered in time, of all answered: Asterisk's own first figure. Callers who give up do not count at all."""
    OFFERED = "offered"
    """Answered in time, of all callers."""
    OFFERED_LONG = "offered-long"
    """Answered in time, of all callers but those who gave up at once (`short_abandon`)."""
    BOTH = "both"
    """Answered or given up in time, of all callers: Asterisk's second figure."""

    @property
    def words(self) -> str:
        """The fraction, to stand beside the figure."""
        return _FRACTIONS[self]


_FRACTIONS = {
    Formula.ANSWERED: "answered in time / answered",
    Formula.OFFERED: "answered in time / offered",
    Formula.OFFERED_LONG: "answered in time / (offered - short abandons)",
    Formula.BOTH: "(answered + abandoned in time) / offered",
}


@dataclass(frozen=True, slots=True)
class QueueRules:
    """What holds for one queue. A limit of None never worries."""

    extension: str | None = None
    """What leads to this queue in the dialplan, `601@from-trunk`, for callers who are moved there; None: not said."""
    wrapuptime: int | None = None
    """Seconds of the queue's own wrap-up, which AMI does not tell (`ami.md` D.6); None where nobody said."""
    service_level: int | None = None
    """Seconds within which a call should be answered; None takes the PBX's own figure."""
    sl_formula: Formula = Formula.OFFERED_LONG
    short_abandon: float = 5.0
    """Seconds: who gives up sooner never meant to wait."""
    waiting: Limit | None = Limit(5, 10)
    longest_wait: Limit | None = Limit(60, 180)
    """Of seconds."""
    sl_percent: Limit | None = Limit(80, 60, Sense.BELOW)
    ready: Limit | None = None
    """Of agents who could take a call now. Off until somebody sets it: at night no queue has any."""

    def seconds(self, told: int) -> int | None:
        """Return the seconds of the service level, *told* being the PBX's own figure; None where neither says."""
        return self.service_level if self.service_level is not None else told or None


SENSES: Mapping[str, Sense] = {
    "waiting": Sense.AT_LEAST,
    "longest_wait": Sense.AT_LEAST,
    "sl_percent": Sense.BELOW,
    "ready": Sense.AT_MOST,
}
"""The limits of `QueueRules`, and which side of each is bad."""


CROWDED = 0.8
"""The share of a trunk's calls from which on it is a worry, where nobody set another bound."""


@dataclass(frozen=True, slots=True)
class TrunkRules:
    """What holds for one trunk. A limit of None never worries."""

    endpoint: str | None = None
    """Its device, `PJSIP/carrier`; None takes the one that its registration names, or that is called like it."""
    registration: str | None = None
    """The name of its registration; None takes the one that is called like it, or that names its endpoint."""
    limit: int | None = None
    """Calls that it carries at a time, both ways together."""
    calls: Limit | None = None
    """Of calls at a time."""
    answer_rate: Limit | None = None
    """Of the percentage of calls over it that is answered. Off until somebody sets it: who calls whom decides."""
    ignore: bool = False
    """Whether nobody wants to hear that it is down: one that is not in use, or never answers."""

    @property
    def crowded(self) -> Limit | None:
        """The limit of calls at a time: as set, else what it carries."""
        if self.calls is not None or not self.limit:
            return self.calls
        return Limit(self.limit * CROWDED, self.limit)


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that the configuration says of queues, agents and trunks, for every PBX."""

    default: QueueRules = field(default_factory=QueueRules)
    queues: Mapping[str, QueueRules] = field(default_factory=dict)
    """By name, complete: what a queue's table leaves out is the default's."""
    pauses: Mapping[str, Limit] = field(default_factory=dict)
    """Seconds of a pause, by its reason in lower case."""
    pause_reasons: tuple[str, ...] = ()
    """To choose from."""
    trunk_default: TrunkRules = field(default_factory=TrunkRules)
    trunks: Mapping[str, TrunkRules] = field(default_factory=dict)
    """By name, complete: what a trunk's table leaves out is the default's."""
    supervisor: str | None = None
    """The device that listens in: `PJSIP/9000`."""
    device: str | None = None
    """The operator's own phone, from which they call; None: the supervisor's."""
    dial_context: str | None = None
    """Where in the dialplan an extension is looked for that was typed without its context."""
    dial_caller_id: str | None = None
    """What those see who are called from it; None leaves that to the device's own configuration."""
    shift_starts: tuple[time, ...] = ()
    """Local times of the day, earliest first; none: a shift begins when somebody says so."""
    bell: bool = True
    """Whether an alert rings the terminal's bell."""

    def queue(self, name: str) -> QueueRules:
        """Return what holds for the queue called *name*."""
        return self.queues.get(name, self.default)

    def trunk(self, name: str) -> TrunkRules:
        """Return what holds for the trunk called *name*."""
        return self.trunks.get(name, self.trunk_default)

    def pause(self, reason: str | None) -> Limit | None:
        """Return how long a pause for *reason* may last; None where nobody said."""
        named = self.pauses.get(reason.strip().casefold()) if reason else None
        return named if named is not None else self.pauses.get(DEFAULT)

    def wrapup(self, queue: str) -> int:
        """Return the wrap-up of *queue* in seconds, 0 where nobody said."""
        return self.queue(queue).wrapuptime or 0
