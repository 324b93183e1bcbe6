"""The AMI of an exchange: listens on the loopback, and tells every session what it may hear."""

from __future__ import annotations

import asyncio
import contextlib
import random
from typing import TYPE_CHECKING

from amitop.sim import actions  # noqa: F401  # fills the table
from amitop.sim.privileges import BITS, classes_of
from amitop.sim.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from amitop.sim.event import Event
    from amitop.sim.exchange import Exchange
    from amitop.sim.users import User

VERSION = "22.10.1"


class Server:
    """Use as a context manager, or `start` and `stop`. Time does not pass by itself: run `exchange.clock` beside it."""

    def __init__(
        self,
        exchange: Exchange,
        users: Iterable[User],
        *,
        without: Iterable[str] = (),
        auth_timeout: float = 30.0,
        auth_limit: int = 50,
        penalty: float = 1.0,
    ) -> None:
        self.exchange = exchange
        self.users = {user.name: user for user in users}
        self.without = set(without)
        """Modules that are not loaded: their actions are unknown."""
        self.auth_timeout = auth_timeout
        """Seconds for a login."""
        self.auth_limit = auth_limit
        """Sessions at most that are about to log in; more are closed without a banner."""
        self.penalty = penalty
        """Seconds until a refused login is told so."""
        self.sessions: set[Session] = set()
        self.host, self.port = "127.0.0.1", 0
        self.booted = True
        """While it is not, only the core's actions are known (`ami.md` D.9)."""
        self.shutting_down = False
        self.random = random.Random(0)  # noqa: S311 - challenges of a simulation; the exchange's own dice stay untouched
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> int:
        """Listen on *port*, 0 for a free one; return it. Raises `OSError`."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Session(self), host, port)
        self.host, self.port = self._server.sockets[0].getsockname()[:2]
        if self._tell not in self.exchange.listeners:
            self.exchange.listeners.append(self._tell)
        self.masks_changed()
        return self.port

    async def stop(self) -> None:
        """Stop listening and cut everyone. `start(server.port)` brings the same address back."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        self.cut()
        with contextlib.suppress(ValueError):
            self.exchange.listeners.remove(self._tell)
        self.masks_changed()
        await asyncio.sleep(0)  # the connections' ends are told in the next turn

    def cut(self) -> None:
        """End every connection without a word."""
        for session in tuple(self.sessions):
            session.abort()

    # -- what sessions ask ----------------------------------------------------------------------------------------

    def has(self, module: str) -> bool:
        """Whether a module is loaded; the core always is."""
        return not module or (self.booted and module not in self.without)

    def admit(self, session: Session) -> bool:
        """Take a new connection, or not."""
        waiting = sum(each.user is None for each in self.sessions)
        self.sessions.add(session)
        return waiting < self.auth_limit

    def leave(self, session: Session) -> None:
        """Forget a connection that has ended."""
        self.sessions.discard(session)
        self.masks_changed()

    def catch_up(self) -> None:
        """Let the exchange come to the present moment before somebody acts on it."""
        self.exchange.clock.catch_up()

    def masks_changed(self) -> None:
        """Have the exchange make only those events that somebody may see."""
        if self.exchange.listeners == [self._tell]:
            mask = 0
            for session in self.sessions:
                mask |= session.mask
            self.exchange.wanted = classes_of(mask)
        else:
            self.exchange.wanted = frozenset(BITS)  # somebody else listens too

    def _tell(self, event: Event) -> None:
        bit = BITS[event.cls]
        for session in self.sessions:
            session.hear(event, bit)
