"""Which worries there are now, and which of them are news: raised, cleared, acknowledged, and when the bell rings.

What is a worry is worked out from the state every time (`readings`); `AlertBook` remembers what was there before.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from amitop.thresholds import Level

if TYPE_CHECKING:
    from collections.abc import Iterable

Key = tuple[str, ...]

COOLDOWN = 120.0
"""Seconds for which an alert that rang does not ring again, however often it comes and goes."""
SETTLE = 3.0
"""Seconds for which an alert stays after its reason has gone: a figure at its bound goes up and down."""
_KEPT = 500


@dataclass(frozen=True, slots=True)
class Alert:
    """One worry."""

    key: Key
    """(PBX, kind, of what): the same while the worry is the same, whatever its level."""
    level: Level
    text: str
    """One line. Holds names that the PBX sent, not cleaned."""
    row: Key
    """The key of the row that it is about, of a queue or an agent."""


@dataclass(slots=True, eq=False)
class Raised:
    """An alert while it lasts, and afterwards in the history."""

    alert: Alert
    """As last seen."""
    since: float
    seen: float
    """When its reason was last there."""
    worst: Level
    acknowledged: Level = Level.FINE
    """The level at which somebody took note of it."""
    cleared: float | None = None

    @property
    def quiet(self) -> bool:
        """Whether somebody has taken note of it; not if it has become worse since."""
        return self.acknowledged >= self.alert.level


@dataclass(frozen=True, slots=True)
class News:
    """What an update has changed."""

    raised: tuple[Raised, ...] = ()
    """New ones, and those that became critical."""
    cleared: tuple[Raised, ...] = ()
    ring: bool = False
    """Whether the bell should ring now."""


class AlertBook:
    """The alerts that there are, by key. Time is given; it must not go back."""

    def __init__(self, cooldown: float = COOLDOWN, settle: float = SETTLE) -> None:
        self._cooldown = cooldown
        self._settle = settle
        self._open: dict[Key, Raised] = {}
        self._rang: dict[Key, tuple[float, Level]] = {}
        """When an alert rang last, and at which level."""
        self.history: deque[Raised] = deque(maxlen=_KEPT)
        """Those that were cleared, latest last."""

    def update(self, alerts: Iterable[Alert], now: float) -> News:
        """Take the worries of *now*, and say what is new. Not for a stale state: what it says was true once."""
        raised: list[Raised] = []
        for alert in alerts:
            known = self._open.get(alert.key)
            if known is None:
                known = self._open[alert.key] = Raised(alert, now, now, alert.level)
                raised.append(known)
            elif alert.level > known.worst:
                raised.append(known)
            known.alert, known.seen = alert, now
            known.worst = max(known.worst, alert.level)
        cleared = [each for each in self._open.values() if now - each.seen >= self._settle]
        for each in cleared:
            each.cleared = now
            del self._open[each.alert.key]
        self.history.extend(cleared)
        return News(tuple(raised), tuple(cleared), self._rings(raised, now))

    def _rings(self, raised: list[Raised], now: float) -> bool:
        for key in [key for key, (at, _) in self._rang.items() if now - at >= self._cooldown]:
            del self._rang[key]
        ring = False
        for each in raised:
            _, level = self._rang.get(each.alert.key, (now, Level.FINE))
            if each.alert.level > level:  # what has become worse rings again: the first bell said less
                self._rang[each.alert.key] = (now, each.alert.level)
                ring = True
        return ring

    @property
    def open(self) -> list[Raised]:
        """Those that there are: nobody's first, then the worst, then the oldest."""
        return sorted(self._open.values(), key=lambda each: (each.quiet, -each.alert.level, each.since))

    def count(self, level: Level) -> int:
        """Return how many of *level* there are that nobody has taken note of."""
        return sum(each.alert.level is level and not each.quiet for each in self._open.values())

    def acknowledge(self, key: Key | None = None) -> int:
        """Take note of the alert *key*, of all without one. Return how many that were; each stays until it is over."""
        chosen = [each for each in self._open.values() if (key is None or each.alert.key == key) and not each.quiet]
        for each in chosen:
            each.acknowledged = each.alert.level
        return len(chosen)
