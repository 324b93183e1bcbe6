"""What all have in common that ask for lists over the main session: turns, the first picture, a list that fails."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from amitop.ami.errors import ActionError, ActionTimeout, LinkLost

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from amitop.ami.pending import Listing
    from amitop.ami.session import Session
    from amitop.health import Health
    from amitop.pbx.store import Store

TICK = 0.5
"""Seconds between two turns."""


class ListSync:
    """Asks for lists during one session after another. *may* tells whether this login may send an action."""

    SUBJECT: ClassVar[str]
    """What the lists are of: `queues`."""
    TIMEOUT: ClassVar[float]
    """Seconds that the PBX has for one list."""

    def __init__(self, store: Store, health: Health, clock: Callable[[], float], may: Callable[[str], bool]) -> None:
        self.notice = ""
        """Why the state is not as it should be, in one line; empty when it is."""
        self.lists = 0
        """Lists that came, in all sessions."""
        self._store = store
        self._health = health
        self._clock = clock
        self._may = may
        self._first = asyncio.Event()

    def begin(self) -> None:
        """Forget when what was asked for: a session begins."""
        raise NotImplementedError

    async def turn(self, session: Session) -> None:
        """Do what is due. Raises `LinkLost`."""
        raise NotImplementedError

    async def wait_first(self, timeout: float) -> None:
        """Wait until the first lists of the session have come or failed, for *timeout* seconds at most."""
        waiter = asyncio.ensure_future(self._first.wait())
        await asyncio.wait({waiter}, timeout=timeout)
        waiter.cancel()

    async def run(self, session: Session) -> None:
        """Keep asking until the session ends."""
        self._first.clear()
        self.begin()
        try:
            while True:
                await self.turn(session)
                self._first.set()
                await asyncio.sleep(TICK)
        except LinkLost:
            return  # the link's own task says so
        finally:
            self._first.set()

    async def ask(
        self, session: Session, action: str, headers: Mapping[str, str], merge: Callable[[Listing], None]
    ) -> bool:
        """Ask for one list, have it merged at its place in the stream, and return whether it came.

        Where it did not, `notice` says why. Raises `LinkLost`.
        """

        def merged(listing: Listing) -> None:
            self.lists += 1
            try:
                merge(listing)
            except Exception:  # noqa: BLE001 - one bad list must not end the link; it is counted and shown
                self._health.blame(action)

        try:
            await session.listing(action, headers, timeout=self.TIMEOUT, on_complete=merged)
        except ActionTimeout as error:
            self.notice = f"{self.SUBJECT} are not up to date: {error}"
            return False
        except ActionError as error:
            self.notice = f"{action}: {error.message}"
            return False
        return True
