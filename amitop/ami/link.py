"""The words for how a link stands, and how long to wait before it is tried again. No I/O, no clock of its own."""

from __future__ import annotations

import random
import time
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class LinkState(StrEnum):
    """How a link to a PBX stands."""

    CONNECTING = "connecting"
    LOGIN = "logging in"
    SYNCING = "syncing"
    LIVE = "live"
    WAITING = "waiting"
    """Pausing before the next try."""
    REFUSED = "login refused"
    """A person has to change something: never tried again by itself (`ami.md` A.7)."""
    CLOSED = "closed"


class Backoff:
    """Pauses between tries: 1, 2, 4, ... *longest* seconds, each with full jitter (`ami.md` D.9).

    A pause is drawn evenly between none and its length, so that many clients of one PBX do not return as one. Only a
    link that was up for *steady* seconds starts from the beginning again: a PBX that dies each time it is asked for a
    list is not asked every second. *chance* returns 0 to 1; *clock* is monotonic seconds.
    """

    def __init__(
        self,
        *,
        shortest: float = 1.0,
        longest: float = 30.0,
        steady: float = 60.0,
        chance: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.attempt = 0
        """Pauses given since the link was last steady."""
        self._shortest, self._longest, self._steady = shortest, longest, steady
        self._chance, self._clock = chance, clock
        self._up_since: float | None = None

    def connected(self) -> None:
        """Note that the link is up."""
        self._up_since = self._clock()

    def next_delay(self) -> float:
        """Note that the link is down, or did not come up, and return the seconds to wait."""
        if self._up_since is not None and self._clock() - self._up_since >= self._steady:
            self.attempt = 0
        self._up_since = None
        length = min(self._longest, self._shortest * 2.0 ** min(self.attempt, 30))
        self.attempt += 1
        return length * self._chance()
