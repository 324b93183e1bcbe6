"""`amitop watch`: the state kept from events, one JSON document a line."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from amitop.ami.link import LinkState
from amitop.cli.connection import ENDPOINTS_WAIT, connected, facts
from amitop.cli.failure import ExitCode, Failure
from amitop.cli.output import LineWriter
from amitop.cli.ticks import stop_on_signal, ticks
from amitop.views.document import document, dumps

if TYPE_CHECKING:
    import argparse

    from amitop.cli.login import Login
    from amitop.live import LivePbx


def run(args: argparse.Namespace, login: Login) -> int:
    """Print documents until time is up, a signal comes, or nobody reads."""
    return asyncio.run(_watch(login, args.every, args.duration))


async def _watch(login: Login, every: float, duration: float | None) -> int:
    writer = LineWriter(sys.stdout.fileno())
    async with connected(login) as pbx:
        await pbx.endpoint_sync.wait_first(ENDPOINTS_WAIT)
        with stop_on_signal() as stop:
            async for _ in ticks(every, duration, stop):
                # The store as it stands, whatever the link does: "link" says whether it still follows the PBX.
                pbx.endpoint_sync.want()
                pbx.room_sync.look()  # no event tells of a lock
                writer.offer(as_line(pbx))
                if pbx.link.state is LinkState.REFUSED:
                    raise Failure(ExitCode.LOGIN_REFUSED, pbx.link.reason)
            writer.close()
    return ExitCode.FINE


def as_line(pbx: LivePbx) -> str:
    """Return the state of *pbx* as one line of JSON."""
    return dumps(document(pbx.store, facts(pbx), pbx.clock(), pbx.wall_of))
