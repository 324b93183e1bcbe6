"""The demo at one moment that is always the same: the simulated PBX, and amitop connected to it for a while.

Everything is real, from the simulation's people to the bytes on the wire and the link's own life, but for the loop's
time and network (`stage.loop`). For the pictures, the moment is made to last.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING
from unittest import mock

from stage.alike import own_time, same_terminal
from stage.loop import StagedLoop

from amitop.ami.address import Address
from amitop.ami.secret import Secret
from amitop.config import Profile, Settings
from amitop.control.operator import Operator
from amitop.live import LivePbx
from amitop.pbx.calls import call_state
from amitop.pbx.model import CallState
from amitop.pbx.registrations import Registrations
from amitop.shift.shift import Shift
from amitop.sim.server import Server
from amitop.sim.users import User
from amitop.sim.world import Options, inhabited
from amitop.ui.app import AmitopApp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from typing import Any

CONNECTED = 1_795_427_405.0
"""Epoch seconds at which amitop connects: 2026-11-23, a Monday, 9:50:05 UTC."""
WATCHED = 900.0
"""Seconds at least until the moment of the pictures, so that there are figures to show."""
PATIENCE = 60.0
"""Seconds after that for a moment that has all `sights` to come; then one that has all but one will do, and so on."""
LOOKED = 30.0
"""Seconds before the moment since when somebody looks at endpoints, rooms and quality: each needs a while to fill."""
ENVIRON = {"TERM": "xterm-256color"}


def sights(pbx: LivePbx) -> list[bool]:
    """Return what would make pictures of now worth looking at, and whether it is there."""
    store, now = pbx.store, pbx.clock()
    states = {call_state(call, store) for call in store.calls.values()}
    waits = sorted(now - caller.joined for queue in store.queues.values() for caller in queue.callers)
    registrations = store.part(Registrations).known.values()
    return [
        len(waits) >= 3,
        bool(waits) and 20.0 <= waits[-1] <= 100.0,
        CallState.RINGING in states,
        CallState.HELD in states,
        CallState.PARKED in states,
        any(len(room.members) >= 3 for room in store.rooms.values()),
        any(not registration.registered for registration in registrations),
    ]


class Moment:
    """A clock that can be stopped."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._stopped: float | None = None
        self._late = 0.0

    def __call__(self) -> float:
        """Return monotonic seconds."""
        return self._loop.time() - self._late if self._stopped is None else self._stopped

    def stop(self) -> None:
        """Let the moment last."""
        self._stopped = self()

    def go_on(self) -> None:
        """Let time pass again, as if it had passed all the while."""
        if self._stopped is not None:
            self._late, self._stopped = self._loop.time() - self._stopped, None


class Demo:
    """The PBX and all that watches it. *pbx* is live; `moment` is what its clock says, and the simulation's too."""

    def __init__(self, pbx: LivePbx, moment: Moment) -> None:
        self.pbx = pbx
        self.moment = moment

    def dashboard(self, **settings: Any) -> AmitopApp:
        """Return the dashboard on it."""
        return AmitopApp([self.pbx], Operator({self.pbx.name: self.pbx}), Settings(**settings), ENVIRON)

    async def pass_on(self, seconds: float, *, looked_at: bool = False) -> None:
        """Let so many seconds pass; *looked_at*: with somebody who looks at all that is asked for only then."""
        end = self.moment() + seconds
        while (left := end - self.moment()) > 0:
            if looked_at:
                self.pbx.endpoint_sync.want()
                self.pbx.room_sync.look()
                self.pbx.show_quality()
            await asyncio.sleep(min(left, 1.0))


@asynccontextmanager
async def demo() -> AsyncIterator[Demo]:
    """Run the demo until an eventful moment, and stop its time. To be used inside `staged`."""
    moment = Moment(asyncio.get_running_loop())
    epoch = CONNECTED - moment()
    with mock.patch("amitop.sim.clock.monotonic", moment):
        exchange = inhabited(Options(), CONNECTED)
        async with Server(exchange, [User("amitop", "secret")]) as server:
            address = Address(server.host, server.port, None)
            profile = Profile("demo", address, "amitop", Secret("secret"), origin="the demo")
            pbx = LivePbx(profile, clock=moment, wall=lambda: moment() + epoch)
            pbx.shift = Shift(pbx.store, pbx.wall_of, pbx.clock())
            tasks = [asyncio.create_task(exchange.clock.run()), asyncio.create_task(pbx.run())]
            try:
                await pbx.wait_live()
                demo = Demo(pbx, moment)
                await demo.pass_on(WATCHED - LOOKED)
                await demo.pass_on(LOOKED, looked_at=True)
                begun = moment()
                while sights(pbx).count(False) > (moment() - begun) // PATIENCE:
                    await demo.pass_on(1.0, looked_at=True)
                moment.stop()
                yield demo
            finally:
                for task in tasks:
                    task.cancel()
                for task in tasks:
                    with suppress(asyncio.CancelledError):
                        await task


def staged(main: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Run *main* in a loop with a time of its own, and return what it does."""
    with same_terminal(), own_time(), asyncio.Runner(loop_factory=StagedLoop) as runner:
        return runner.run(main())
