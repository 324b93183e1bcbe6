"""Keeps the registrations of one PBX right with lists: at first, every minute, and when an event is not understood.

They are few and cheap to list, so this goes over the main session. Of chan_iax2, lists alone tell a timeout.
"""

from __future__ import annotations

import asyncio
import traceback
from typing import TYPE_CHECKING

from amitop.ami.errors import ActionError, ActionTimeout, LinkLost
from amitop.pbx.registrations import Lister, Registrations

if TYPE_CHECKING:
    from collections.abc import Callable

    from amitop.ami.pending import Listing
    from amitop.ami.session import Session
    from amitop.health import Health
    from amitop.pbx.store import Store

EVERY = 60.0
"""Seconds between two lists of the same kind."""
AGAIN = 5.0
"""Seconds at least until a list is asked for again because an event was not understood."""
TIMEOUT = 30.0
TICK = 0.5


class RegistrationSync:
    """Asks for registrations during one session after another. *may* tells whether this login may send an action."""

    def __init__(self, store: Store, health: Health, clock: Callable[[], float], may: Callable[[str], bool]) -> None:
        self.notice = ""
        """Why registrations are not as they should be, in one line; empty when they are."""
        self._store = store
        self._health = health
        self._clock = clock
        self._may = may
        self._asked: dict[Lister, float] = {}
        self._first = asyncio.Event()
        self._listed: set[Lister] = set()
        """Those that have come in this session."""

    def refresh(self) -> None:
        """Ask for all soon: a module was reloaded, or the machine slept."""
        self._asked.clear()

    @property
    def ready(self) -> bool:
        """Whether each list that can come has come in this session."""
        return all(lister in self._listed for lister in Lister if self._may(lister))

    async def wait_first(self, timeout: float) -> None:
        """Wait until the first lists of the session have come or failed, for *timeout* seconds at most."""
        waiter = asyncio.ensure_future(self._first.wait())
        await asyncio.wait({waiter}, timeout=timeout)
        waiter.cancel()

    async def run(self, session: Session) -> None:
        """Keep asking until the session ends."""
        self._first.clear()
        self._asked.clear()
        self._listed.clear()
        try:
            while True:
                await self.turn(session)
                self._first.set()
                await asyncio.sleep(TICK)
        except LinkLost:
            return  # the link's own task says so

    async def turn(self, session: Session) -> None:
        """Do what is due."""
        for lister in Lister:
            if not self._may(lister):
                self._forget(lister)
            elif self._due(lister):
                await self._ask(session, lister)
        if self.ready:
            self._store.part(Registrations).complete = True

    def _due(self, lister: Lister) -> bool:
        doubted = lister.name in self._store.part(Registrations).doubts
        since = self._clock() - self._asked.get(lister, -EVERY)
        return lister not in self._asked or since >= (AGAIN if doubted else EVERY)

    def _forget(self, lister: Lister) -> None:
        """Let those of a module go that was unloaded. Without any list in this session, events are all there is."""
        if lister in self._listed:
            self._listed.discard(lister)
            self._store.apply_registrations(lister, [], self._clock())

    async def _ask(self, session: Session, lister: Lister) -> None:
        def merge(listing: Listing) -> None:
            try:
                first = lister not in self._listed
                self._store.apply_registrations(lister, listing.items, self._clock(), first=first)
            except Exception:  # noqa: BLE001 - one bad list must not end the link; it is counted and shown
                self._health.faults += 1
                reason = traceback.format_exc(limit=-1).strip().splitlines()[-1]
                self._health.last_fault = f"{lister}: {reason}"
            self._listed.add(lister)

        self._asked[lister] = self._clock()
        try:
            await session.listing(lister, timeout=TIMEOUT, on_complete=merge)
            self.notice = ""
        except ActionTimeout as error:
            self.notice = f"registrations are not up to date: {error}"
        except ActionError as error:
            self.notice = f"{lister}: {error.message}"
