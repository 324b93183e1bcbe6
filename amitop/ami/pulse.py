"""Whether the PBX is alive, how far away, and what its clock says: all from the answers to Ping."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from amitop.ami.errors import ActionError, ActionTimeout, LinkLost

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    class Ping(Protocol):
        """Sends a Ping and returns its round trip in seconds."""

        async def __call__(self, *, timeout: float) -> float:
            """Send one; raises like `Session.action`."""


PING_EVERY = 5.0
"""Seconds. Also wakes versions of Asterisk that forget events in the queue until the next action (`ami.md` A.9)."""
PING_TIMEOUT = 10.0
MISSED_PINGS = 2


class Pulse:
    """The last few Pings' figures.

    *rtt* is the last round trip in seconds; *clock_offset* the PBX's wall clock minus ours in seconds, the median of
    five (`ami.md` D.8), so that one answer held up by a long action does not move every duration on the screen.
    """

    def __init__(self) -> None:
        self.rtt: float | None = None
        self._offsets: deque[float] = deque(maxlen=5)

    @property
    def clock_offset(self) -> float | None:
        """Seconds to add to our wall clock to get the PBX's; None until a Ping was answered with a time."""
        # The module statistics costs 10 ms of start-up.
        return sorted(self._offsets)[(len(self._offsets) - 1) // 2] if self._offsets else None

    def add(self, rtt: float, sent: float, timestamp: str) -> None:
        """Take one answer: its *rtt*, our wall clock when the Ping was *sent*, the `Timestamp` that came back."""
        self.rtt = rtt
        try:
            there = float(timestamp)
        except ValueError:
            return
        self._offsets.append(there - (sent + rtt / 2))


async def beat(ping: Ping, heard: Callable[[], float], every: float, timeout: float) -> float | None:
    """Ping for as long as the link lives, for a half-open connection looks like a quiet one (`ami.md` A.9).

    *heard* returns when bytes last came. Returns the seconds of silence once two Pings in a row went unanswered with
    not a byte coming in between, and None when the session ended otherwise.
    """
    missed = 0
    while True:
        before = heard()
        try:
            await ping(timeout=timeout)
        except ActionTimeout:
            # A long list holds the answer up, but then its items keep coming.
            missed = missed + 1 if heard() == before else 0
            if missed >= MISSED_PINGS:
                return missed * timeout
            continue
        except ActionError:
            pass  # refused, but by somebody alive
        except LinkLost:
            return None
        missed = 0
        await asyncio.sleep(every)
