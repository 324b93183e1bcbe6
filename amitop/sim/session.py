"""One client's session: banner, actions one after another, and the events that it may see and wants (`ami.md` A)."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, cast

from amitop.sim.action import ACTIONS, Ask, Refusal
from amitop.sim.filters import Filters
from amitop.sim.outlet import Outlet
from amitop.sim.privileges import ALL
from amitop.sim.request import NO_ACTION, Reader

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from amitop.sim.event import Event
    from amitop.sim.request import Request
    from amitop.sim.server import Server
    from amitop.sim.users import User

AMI_VERSION = "11.0.0"
BANNER = f"Asterisk Call Manager/{AMI_VERSION}\r\n".encode()
BEFORE_LOGIN = frozenset({"login", "logoff", "challenge"})


class Session(asyncio.Protocol):
    """The server's end of one connection."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.user: User | None = None
        """Who has logged in."""
        self.challenge = ""
        """The same for as long as the session lasts (`ami.md` A.7)."""
        self.wants = ALL
        """The event mask that the client asked for."""
        self.mask = 0
        """The classes of events that really come: none before a login, then what is wanted and allowed."""
        self.filters = Filters()
        self.closed = False
        self.outlet: Outlet
        self._reader = Reader()
        self._requests: deque[Request] = deque()
        self._busy = False
        self._held: list[bytes] = []
        self._task: asyncio.Task[None] | None = None
        self._hurry: asyncio.TimerHandle | None = None

    # -- the connection -------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet, unless too many are about to log in."""
        loop = asyncio.get_running_loop()
        self._transport = cast("asyncio.Transport", transport)
        self.outlet = Outlet(self._transport, loop, self.abort)
        if not self.server.admit(self):
            self.abort()
            return
        self._hurry = loop.call_later(self.server.auth_timeout, self.abort)
        self.say(BANNER)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        self.closed = True
        self.mask = 0
        if self._hurry is not None:
            self._hurry.cancel()
        if self._task is not None:
            self._task.cancel()
        self.outlet.resumed()
        self.server.leave(self)

    def pause_writing(self) -> None:
        """Hear that the client does not read."""
        self.outlet.paused()

    def resume_writing(self) -> None:
        """Hear that it has read all."""
        self.outlet.resumed()

    def eof_received(self) -> bool:
        """Close: half a connection is of no use to a manager."""
        return False

    def data_received(self, data: bytes) -> None:
        """Answer what is complete, in the order in which it came."""
        self._requests.extend(self._reader.feed(data))
        self._work()

    def close(self) -> None:
        """Say what is left to say, and end the connection."""
        self.closed = True
        self.mask = 0
        self.outlet.close()

    def abort(self) -> None:
        """End the connection without another word."""
        self.closed = True
        self.mask = 0
        self._transport.abort()

    # -- what is said ---------------------------------------------------------------------------------------------

    def say(self, data: bytes) -> None:
        """Send *data*, one or more whole packets."""
        if not self.closed:
            self.outlet.write(data)

    def hear(self, event: Event, bit: int) -> None:
        """Send an event of the class *bit*, if the client is to see it: never in the middle of an answer."""
        if self.mask & bit and (not (self.filters.includes or self.filters.excludes) or self.filters.pass_(event)):
            if self._busy:
                self._held.append(event.data)
            else:
                self.outlet.write(event.data)

    def want(self, mask: int) -> None:
        """Have only events of these classes come, as far as the user may read them."""
        self.wants = mask
        self.mask = mask & self.user.read_mask if self.user is not None else 0
        self.server.masks_changed()

    def logged_in(self, user: User) -> None:
        """Open the session to *user*."""
        self.user = user
        self.outlet.patience = user.write_timeout
        if self._hurry is not None:
            self._hurry.cancel()
        self.want(self.wants)

    # -- what is asked --------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while self._requests and not self._busy and not self.closed:
            self._busy = True
            self.server.catch_up()
            by_and_by = self._answer(self._requests.popleft())
            if by_and_by is not None:
                self._task = asyncio.get_running_loop().create_task(self._wait(by_and_by))
                return
            self._done()

    async def _wait(self, answer: Coroutine[object, object, None]) -> None:
        await answer
        self._task = None
        self._done()
        self._work()

    def _done(self) -> None:
        """The answer is complete: let the events follow that it caused, and others."""
        self._busy = False
        held, self._held = self._held, []
        if held:
            self.say(b"".join(held))

    def _answer(self, request: Request) -> Coroutine[object, object, None] | None:
        ask = Ask(self, request)
        name = request.action
        if request.fault or not name:
            ask.error(request.fault or NO_ACTION)
        elif self.server.shutting_down:
            ask.error("Asterisk is shutting down")
        elif self.user is None and name.lower() not in BEFORE_LOGIN:
            ask.error("Permission denied")
        elif (found := ACTIONS.get(name.lower())) is None or not self.server.has(found.module):
            ask.error(f"Invalid/unknown command: {name}. Use Action: ListCommands to show available commands.")
        elif found.authority and not (self.user is not None and self.user.write_mask & found.authority):
            ask.error("Permission denied")
        else:
            try:
                return found.handler(ask)
            except Refusal as refusal:
                ask.error(str(refusal))
        return None
