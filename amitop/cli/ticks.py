"""Doing something again and again until time is up or a signal comes."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

_HAIR = 1e-6  # seconds: sums of decimal fractions may miss by this much


def next_tick(number: int, elapsed: float, every: float, duration: float | None) -> int | None:
    """Return the number of the tick after tick *number*, *elapsed* seconds after tick 0; None when that was the last.

    Tick n is due at n times *every*, whatever the others took, so that nothing drifts. Of several that are overdue only
    the newest remains.
    """
    following = max(number + 1, int((elapsed + _HAIR) / every))
    return None if duration is not None and following * every > duration + _HAIR else following


async def ticks(every: float, duration: float | None, stop: asyncio.Event) -> AsyncIterator[float]:
    """Yield at once and then every *every* seconds, with the seconds since the beginning.

    Ends *duration* seconds after the beginning, or as soon as *stop* is set.
    """
    clock = asyncio.get_running_loop().time
    start = clock()
    number: int | None = 0
    while number is not None and not stop.is_set():
        yield clock() - start
        number = next_tick(number, clock() - start, every, duration)
        due = start + (duration or 0.0 if number is None else number * every)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), max(0.0, due - clock()))


@contextlib.contextmanager
def stop_on_signal() -> Iterator[asyncio.Event]:
    """While this lasts, SIGINT and SIGTERM set the event instead of ending the process."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    numbers = (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
