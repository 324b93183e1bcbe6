"""Virtual time: a heap of what is due, moved on by hand in tests and by real time in a demo."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

START = 1_795_400_000.0
"""When a simulation begins unless told otherwise (2026-11-23 02:13:20 UTC): a fixed moment, so that runs are alike."""


class Timer:
    """Something that is to happen once. `cancel()` is allowed at any time, also afterwards."""

    __slots__ = ("call", "when")

    def __init__(self, when: float, call: Callable[[], None]) -> None:
        self.when = when
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        """Make nothing of it."""
        self.call = None

    @property
    def pending(self) -> bool:
        """Whether it is still to happen."""
        return self.call is not None


class Clock:
    """The time in an exchange, in epoch seconds, and what is due when. Two things due at once keep their order."""

    def __init__(self, start: float = START) -> None:
        self.start = start
        self.now = start
        self._heap: list[tuple[float, int, Timer]] = []
        self._count = 0
        self._wake: asyncio.Event | None = None
        self._real: tuple[float, float, float] | None = None
        """While it runs by real time: a real moment, the virtual one that was then, and the speed."""

    def at(self, delay: float, call: Callable[[], None]) -> Timer:
        """Have `call` called `delay` seconds from now (0: as the next thing); negative delays count as 0."""
        timer = Timer(self.now + max(delay, 0.0), call)
        self._count += 1
        heapq.heappush(self._heap, (timer.when, self._count, timer))
        if self._wake is not None and self._heap[0][2] is timer:
            self._wake.set()
        return timer

    @property
    def due(self) -> float | None:
        """When the next thing happens."""
        while self._heap and self._heap[0][2].call is None:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def advance(self, seconds: float) -> int:
        """Let that much time pass, with all that happens meanwhile; how many things did."""
        return self.run_until(self.now + seconds)

    def run_until(self, moment: float, limit: int | None = None) -> int:
        """Let time pass up to `moment`, or until `limit` things have happened; how many did."""
        heap, done = self._heap, 0
        while heap and heap[0][0] <= moment:
            when, _, timer = heapq.heappop(heap)
            call, timer.call = timer.call, None
            if call is None:
                continue
            self.now = max(self.now, when)
            call()
            done += 1
            if limit is not None and done >= limit:
                return done
        self.now = max(self.now, moment)
        return done

    def catch_up(self) -> None:
        """Bring virtual time to the real moment, while `run` runs: before acting on what comes from outside."""
        if self._real is not None:
            real, base, speed = self._real
            self.run_until(base + (monotonic() - real) * speed, limit=_AT_ONCE)

    async def run(self, speed: float = 1.0) -> None:
        """Let virtual time pass `speed` times as fast as real time, until cancelled.

        When the exchange cannot keep up, time passes slower instead of events being lost. A speed above 10 gives the
        rest of the program no more than a turn between two batches of what is due.
        """
        wake = self._wake = asyncio.Event()
        self._real = (monotonic(), self.now, speed)
        try:
            while True:
                real, base, _ = self._real
                target = base + (monotonic() - real) * speed
                if self.run_until(target, limit=_AT_ONCE) >= _AT_ONCE:
                    if target - self.now > speed:  # a second behind: count anew from here
                        self._real = (monotonic(), self.now, speed)
                    await asyncio.sleep(0)
                    continue
                due = self.due
                wake.clear()
                # Timers a millisecond apart are worth one waking.
                wait = _LONGEST if due is None else min(max((due - self.now) / speed, 0.002), _LONGEST)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await wake.wait()
        finally:
            self._wake = self._real = None


_AT_ONCE = 256
"""How many things happen before the rest of the program gets a turn."""
_LONGEST = 0.25
"""Seconds of sleep at most, so that `now` is never far behind."""
