"""Virtual time: a heap of what is due, moved on by hand in tests and by real time in a demo."""

from __future__ import annotations

import asyncio
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
        self._present: Callable[[], float] | None = None

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

    async def run(self, speed: float = 1.0) -> None:
        """Let virtual time pass `speed` times as fast as real time, until cancelled.

        Whoever acts from outside at a real moment (an AMI action) should call `catch_up()` first. When the exchange
        cannot keep up, time passes slower instead of events being lost.
        """
        wake = self._wake = asyncio.Event()
        base_real, base = monotonic(), self.now
        self._present = lambda: base + (monotonic() - base_real) * speed
        try:
            while True:
                target = self._present()
                if self.run_until(target, limit=256) >= 256:
                    if target - self.now > speed:  # a second behind: start counting anew
                        base_real, base = monotonic(), self.now
                    await asyncio.sleep(0)
                    continue
                due = self.due
                wake.clear()
                # Half a tick of the loop's own grain: many timers a millisecond apart are worth one waking.
                wait = 0.25 if due is None else min(max((due - self.now) / speed, 0.002), 0.25)
                try:
                    async with asyncio.timeout(wait):
                        await wake.wait()
                except TimeoutError:
                    pass
        finally:
            self._wake = self._present = None

    def catch_up(self) -> None:
        """Come to the present moment while `run` runs, as far as that is a matter of few things; else do nothing."""
        if self._present is not None:
            self.run_until(self._present(), limit=256)
