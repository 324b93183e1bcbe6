"""Virtual time: order, cancelling, limits, and running by real time."""

from __future__ import annotations

import asyncio

import pytest

from amitop.sim.clock import START, Clock


def test_things_happen_when_they_are_due_and_in_the_order_they_were_asked_for() -> None:
    clock, done = Clock(), []
    clock.at(2, lambda: done.append(("late", clock.now - START)))
    clock.at(1, lambda: done.append(("first", clock.now - START)))
    clock.at(1, lambda: done.append(("second", clock.now - START)))
    assert clock.due == START + 1
    assert clock.advance(1.5) == 2
    assert done == [("first", 1.0), ("second", 1.0)]
    assert clock.now == START + 1.5
    clock.advance(1)
    assert done[-1] == ("late", 2.0)
    assert clock.due is None


def test_what_is_cancelled_does_not_happen() -> None:
    clock, done = Clock(), []
    timer = clock.at(1, lambda: done.append(1))
    assert timer.pending
    timer.cancel()
    timer.cancel()
    assert not timer.pending
    assert clock.due is None
    assert clock.advance(5) == 0
    assert done == []


def test_what_happens_may_make_more_happen_at_the_same_moment() -> None:
    clock, done = Clock(), []
    clock.at(1, lambda: (done.append("a"), clock.at(0, lambda: done.append("b"))))
    clock.at(-3, lambda: done.append("now"))
    clock.advance(1)
    assert done == ["now", "a", "b"]


def test_a_limit_leaves_the_rest_for_later() -> None:
    clock, done = Clock(), []
    for number in range(5):
        clock.at(1, lambda number=number: done.append(number))
    assert clock.run_until(START + 10, limit=3) == 3
    assert clock.now == START + 1
    assert clock.run_until(START + 10) == 2
    assert done == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("speed", [1.0, 1000.0])
async def test_it_runs_by_real_time_and_wakes_for_what_is_added_meanwhile(speed: float) -> None:
    clock = Clock()
    happened = asyncio.Event()
    running = asyncio.create_task(clock.run(speed))
    await asyncio.sleep(0)
    clock.at(0.0, happened.set)
    async with asyncio.timeout(30):
        await happened.wait()
    clock.catch_up()
    assert clock.now > START
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    now = clock.now
    clock.catch_up()
    assert clock.now == now
