"""`amitop simulate`: a PBX inside, alone, for whoever wants to connect."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from typing import TYPE_CHECKING

from amitop.cli.failure import ExitCode, Failure
from amitop.cli.ticks import stop_on_signal
from amitop.sim.misbehave import trouble
from amitop.sim.server import Server
from amitop.sim.users import User
from amitop.sim.world import Options, inhabited

if TYPE_CHECKING:
    import argparse

USER, SECRET = "amitop", "amitop"
PATIENCE = 5.0
"""Seconds that a client may read nothing (`writetimeout`): what amitop asks of a real PBX too."""


def run(args: argparse.Namespace) -> int:
    """Serve until a signal comes, or the process that asked for it has gone."""
    return asyncio.run(_simulate(args, os.environ.get("AMITOP_SECRET") or SECRET))


async def _simulate(args: argparse.Namespace, secret: str) -> int:
    # Its clock shows the real time, so that what a client says of times and durations makes sense.
    options = Options(args.calls_per_minute, args.agents, args.queues, args.seed, args.channels, args.events_per_second)
    exchange = inhabited(options, time.time())
    server = Server(exchange, [User(USER, secret, write_timeout=PATIENCE)])
    with stop_on_signal() as stop:
        try:
            port = await server.start(args.port)
        except OSError as error:
            raise Failure(
                ExitCode.USAGE, f"cannot listen on 127.0.0.1:{args.port}: {_why(error)}; see --port"
            ) from None
        if args.for_parent:
            print(port, flush=True)
            asyncio.get_running_loop().add_reader(sys.stdin.fileno(), _parent, stop)
        else:
            _announce(port, secret)
        tasks: list[asyncio.Task[object]] = [
            asyncio.create_task(exchange.clock.run(args.speed)),
            asyncio.create_task(stop.wait()),
        ]
        if args.misbehave:
            tasks.append(asyncio.create_task(trouble(server, args.misbehave, args.seed)))
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # time that ends by itself has met with a fault
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await server.stop()
    return ExitCode.FINE


def _announce(port: int, secret: str) -> None:
    shown = SECRET if secret == SECRET else "..."
    print(f"A simulated Asterisk listens on 127.0.0.1:{port}; user {USER}, secret {shown}. Ctrl+C ends it.")
    print(f"Elsewhere: AMITOP_SECRET={shown} amitop {USER}@127.0.0.1:{port}", flush=True)


def _parent(stop: asyncio.Event) -> None:
    """Stop once nobody holds the other end of stdin: the kernel closes it however the parent ended."""
    if not os.read(sys.stdin.fileno(), 4096):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        stop.set()


def _why(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else str(error)
