"""`amitop check`: is any figure of the queues beyond its limit, is a trunk down? For cron and monitoring."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from amitop.cli.connection import ENDPOINTS_WAIT, connected
from amitop.cli.failure import ExitCode, Failure
from amitop.cli.kept import kept_shift
from amitop.cli.output import say
from amitop.pbx.registrations import Registrations
from amitop.shift.shift import runs
from amitop.text import clean
from amitop.views.check_text import UNKNOWN, check_lines, nagios_line, nagios_state, worst
from amitop.views.floor import Floor
from amitop.views.readings import readings
from amitop.views.trunk_row import needs_endpoints

if TYPE_CHECKING:
    import argparse

    from amitop.cli.login import Login
    from amitop.live import LivePbx
    from amitop.shift.tally import Tally
    from amitop.views.readings import Reading

QUEUES_WAIT = 30.0
"""Seconds for the list of queues to come: a PBX with realtime queues reads its database for it."""


def run(args: argparse.Namespace, login: Login) -> int:
    """Print what is beyond a limit; exit code 1 where anything is, be it a warning or critical."""
    try:
        found, queues = asyncio.run(_take(login))
    except Failure as failure:
        if not args.nagios:
            raise
        # A monitoring system reads stdout only.
        say(nagios_state(UNKNOWN, clean(str(failure))))
        return failure.code
    say(nagios_line(found, queues) if args.nagios else "\n".join(check_lines(found, queues)))
    return ExitCode.BAD_NEWS if worst(found) else ExitCode.FINE


async def _take(login: Login) -> tuple[list[Reading], int]:
    """Return every figure that has a limit, and how many queues there are."""
    async with connected(login) as pbx:
        await _wait_for_queues(pbx)
        now = pbx.clock()
        rules = login.config.rules
        if needs_endpoints(Floor(pbx.store, now, pbx.wall_of(now), rules)):
            await pbx.endpoint_sync.wait_first(ENDPOINTS_WAIT)
            now = pbx.clock()
        floor = Floor(pbx.store, now, pbx.wall_of(now), rules, _tally(login, pbx.wall_of(now)))
        return readings([floor]), len(pbx.store.queues)


async def _wait_for_queues(pbx: LivePbx) -> None:
    """Wait for the list. Raises `Failure` without one: where nothing is known, nothing is fine.

    An exchange without queues has its trunks.
    """
    why_not = pbx.rights.why_not("QueueStatus")
    if why_not is not None and pbx.store.part(Registrations).known:
        return
    if why_not is None:
        sync = pbx.queue_sync
        await sync.wait_first(QUEUES_WAIT)
        if sync.lists:
            return
        why_not = sync.notice or f"no list of queues came within {QUEUES_WAIT:.0f} s"
    raise Failure(ExitCode.BAD_NEWS, f"nothing can be checked: {why_not}")


def _tally(login: Login, epoch: float) -> Tally | None:
    """Return the figures of the shift that runs, if a dashboard keeps them: a service level is of a shift."""
    try:
        kept = kept_shift(login.profile.name)
    except Failure as failure:
        print(f"amitop: warning: {clean(str(failure))}", file=sys.stderr)
        return None
    if kept is None or not runs(kept.record, login.config.rules.shift_starts, epoch):
        return None
    return kept.tally
