"""When the repeated things happen: on time, without drift, and not after the end."""

import asyncio
import os
import signal

import pytest
from stage.loop import StagedLoop

from amitop.cli.ticks import next_tick, stop_on_signal, ticks


@pytest.mark.parametrize(
    ("number", "elapsed", "every", "duration", "following"),
    [
        (0, 0.0, 1.0, None, 1),
        (0, 0.99, 1.0, None, 1),
        (0, 1.3, 1.0, None, 1),  # late, but it was not missed by a newer one
        (0, 3.7, 1.0, None, 3),  # 1 and 2 are overdue; only the newest stays
        (7, 0.9, 0.1, None, 9),
        (2, 0.25, 0.1, 0.3, 3),  # 0.1 * 3 is more than 0.3, by a hair
        (3, 0.3, 0.1, 0.3, None),
        (4, 4.2, 1.0, 4.5, None),
        (0, 0.0, 5.0, 3.0, None),
    ],
)
def test_next_tick(number, elapsed, every, duration, following):
    assert next_tick(number, elapsed, every, duration) == following


def test_ticks_end_with_their_time():
    async def seen():
        begun = asyncio.get_running_loop().time()
        when = [elapsed async for elapsed in ticks(1.0, 3.5, asyncio.Event())]
        return when, asyncio.get_running_loop().time() - begun

    with asyncio.Runner(loop_factory=StagedLoop) as runner:
        when, lasted = runner.run(seen())
    assert when == pytest.approx([0.0, 1.0, 2.0, 3.0])
    assert lasted == pytest.approx(3.5)


async def test_ticks_end_with_the_event_without_waiting():
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    begun = loop.time()
    seen = []
    async for elapsed in ticks(3600.0, None, stop):
        seen.append(elapsed)
        stop.set()
    assert len(seen) == 1
    assert loop.time() - begun < 60


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_sets_the_event(number):
    with stop_on_signal() as stop:
        os.kill(os.getpid(), number)
        await asyncio.wait_for(stop.wait(), 30)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
