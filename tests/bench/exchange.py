"""The PBX of the measurements: the built-in one under a load, in a process of its own, so that it is not counted.

It prints `port N`, and then `token T SECONDS` whenever it gives the caller of its oldest channel the name T, with the
monotonic time at which it did.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING

from amitop.sim import channels
from amitop.sim.clock import Clock
from amitop.sim.exchange import Exchange
from amitop.sim.load import Load
from amitop.sim.server import Server
from amitop.sim.users import User
from amitop.sim.world import TRUNK, Options, populate

if TYPE_CHECKING:
    from amitop.sim.event import Event

MARKER_EVERY = 0.37
"""Seconds between two tokens: not a multiple of the screen's frame, so that every phase of it is met."""
BEFORE = 2400.0
"""Seconds of life before anybody looks, so that calls are of all ages."""
HEARD = frozenset(("system", "call", "agent", "user"))
STEP = 0.05


class Source:
    """So many channels, and events at about so many a second, in calls like any others; the oldest never ends."""

    def __init__(self, channel_count: int, rate: float, now: float) -> None:
        self.exchange = exchange = Exchange(Clock(now - BEFORE), 1)
        life = populate(exchange, Options(0.0, 0, 0))
        exchange.dialplan.add("from-trunk", "86400", "Wait(86400)")
        wanted, exchange.wanted = exchange.wanted, frozenset()  # nobody hears what went before
        self.first = exchange.call_in(TRUNK, "10007", "Caller 0", "86400", context="from-trunk")
        Load(life, channel_count, rate).begin(BEFORE)
        exchange.clock.advance(BEFORE)
        exchange.wanted = wanted
        self._queue: deque[bytes] = deque()

    def rename(self, name: str) -> None:
        """Give the oldest caller another name."""
        self.first.caller_name = name
        channels.publish(self.exchange, self.first)

    def blocks(self) -> bytes:
        """Every channel as a Newchannel would say it."""
        head = b"Event: Newchannel\r\nPrivilege: call,all\r\n"
        return b"".join(head + channel.block() + b"\r\n" for channel in self.exchange.channels.values())

    def take(self, count: int) -> bytes:
        """Let time pass until *count* events have been said, and return them."""
        exchange, queue = self.exchange, self._queue
        exchange.wanted = HEARD

        def hear(event: Event) -> None:
            queue.append(event.data)

        exchange.listeners.append(hear)
        while len(queue) < count:
            exchange.clock.advance(STEP)
        exchange.listeners.remove(hear)
        return b"".join(queue.popleft() for _ in range(count))


async def serve(source: Source) -> None:
    """Serve until killed."""
    server = Server(source.exchange, [User("admin", "x", write_timeout=5.0)])
    print(f"port {await server.start(0)}", flush=True)
    running = asyncio.create_task(source.exchange.clock.run(1.0))
    tokens = 0
    while not running.done():
        await asyncio.sleep(MARKER_EVERY)
        tokens += 1
        source.rename(f"T{tokens:05d}")
        print(f"token T{tokens:05d} {time.monotonic():.6f}", flush=True)
    running.result()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=500.0, help="events a second")
    options = parser.parse_args()
    asyncio.run(serve(Source(options.channels, options.rate, time.time())))


if __name__ == "__main__":
    main()
