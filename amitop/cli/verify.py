"""`amitop verify`: is the state that events built what the PBX says? What no event explains is drift."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from amitop.ami.errors import ActionError, ActionTimeout, LinkLost
from amitop.ami.link import LinkState
from amitop.cli.connection import connected
from amitop.cli.failure import ExitCode, Failure
from amitop.cli.output import say
from amitop.cli.ticks import stop_on_signal, ticks
from amitop.pbx.drift import GRACE
from amitop.text import clean

if TYPE_CHECKING:
    import argparse

    from amitop.ami.pending import Listing
    from amitop.cli.login import Login
    from amitop.live import LivePbx
    from amitop.pbx.drift import Drift


def run(args: argparse.Namespace, login: Login) -> int:
    """Compare for a while; exit code 1 where anything differed."""
    return asyncio.run(_verify(login, args.every, args.duration))


async def _verify(login: Login, every: float, duration: float) -> int:
    async with connected(login) as pbx:
        check = _Check(pbx)
        with stop_on_signal() as stop:
            async for _ in ticks(every, duration, stop):
                if pbx.link.state is LinkState.REFUSED:
                    raise Failure(ExitCode.LOGIN_REFUSED, pbx.link.reason)
                await check.compare()
                check.report()
            # The last list's differences may still be explained by events that are on their way.
            await asyncio.sleep(GRACE)
        pbx.store.drift.settle(pbx.store, pbx.clock())
        pbx.store.queue_drift.settle(pbx.store, pbx.clock())
        check.report()
        return check.summary()


@dataclass(slots=True)
class _Check:
    """One PBX under comparison, and what has been said about it."""

    pbx: LivePbx
    _seen: dict[int, int] = field(default_factory=dict)
    """Differences that have been reported, by the `Drift` that they are of."""
    _found_at: dict[str, float] = field(default_factory=dict)
    """When each difference that is not judged yet was found, by its text."""
    _silent: bool = False

    async def compare(self) -> None:
        """Ask for the channels and the queues, and hold the state against them."""
        pbx = self.pbx
        action = "CoreShowChannels" if pbx.rights.may("CoreShowChannels") else "Status"
        asked_at = pbx.clock()

        def merge(listing: Listing) -> None:
            now = pbx.clock()
            diff = pbx.store.apply_channels(listing.items, asked_at, now)
            self._found_at |= {difference.text: now for difference in diff.differences}

        def merge_queues(listing: Listing) -> None:
            now = pbx.clock()
            diff = pbx.store.apply_queues(listing.items, asked_at, now, first=not pbx.queue_sync.ready)
            self._found_at |= {difference.text: now for difference in diff.differences}

        try:
            await pbx.session.listing(action, on_complete=merge)
            if pbx.rights.may("QueueStatus"):
                await pbx.session.listing("QueueStatus", on_complete=merge_queues)
        except (LinkLost, ActionTimeout, ActionError) as error:
            self._tell_once(str(error))
            return
        self._silent = False

    def report(self) -> None:
        """Print what has been judged to be drift since the last report."""
        for drift in (self.pbx.store.drift, self.pbx.store.queue_drift):
            new = drift.differed - self._seen.get(id(drift), 0)
            self._seen[id(drift)] = drift.differed
            texts = list(drift.last)[-new:] if new else []
            for text in texts:
                at = self._found_at.get(text, self.pbx.clock())
                say(f"{self._time(at)}  {clean(text)}")
            if new > len(texts):
                say(f"{self._time(self.pbx.clock())}  and {new - len(texts)} more")
        horizon = self.pbx.clock() - 10 * GRACE
        self._found_at = {text: at for text, at in self._found_at.items() if at > horizon}

    def summary(self) -> int:
        """Print the last lines and return the exit code."""
        pbx, drift, queue_drift = self.pbx, self.pbx.store.drift, self.pbx.store.queue_drift
        say(_counts("", drift))
        if queue_drift.lists:
            say(_counts("queues: ", queue_drift))
        if pbx.notice:
            raise Failure(ExitCode.BAD_NEWS, f"nothing can be verified: {pbx.notice}")
        if drift.lists == 0:
            raise Failure(ExitCode.NO_CONNECTION, f"no list came: {pbx.link.reason or pbx.link.state}")
        return ExitCode.BAD_NEWS if drift.differed or queue_drift.differed else ExitCode.FINE

    def _tell_once(self, problem: str) -> None:
        """Say that there is nothing to compare with, once until there is again."""
        if not self._silent:
            say(f"{self._time(self.pbx.clock())}  {clean(problem)}")
        self._silent = True

    def _time(self, moment: float) -> str:
        return time.strftime("%H:%M:%S", time.localtime(self.pbx.wall_of(moment)))


def _counts(what: str, drift: Drift) -> str:
    return (
        f"{what}{drift.lists} lists, {drift.compared} rows compared, {drift.differed + drift.in_flight} differed "
        f"({drift.in_flight} in flight), drift {drift.differed}"
    )
