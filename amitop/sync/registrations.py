"""Keeps the registrations of one PBX right with lists: at first, every minute, and when an event is not understood.

They are few and cheap to list, so this goes over the main session. Of chan_iax2, lists alone tell a timeout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from amitop.pbx.registrations import Lister, Registrations
from amitop.sync.lists import ListSync

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


class RegistrationSync(ListSync):
    """Asks for registrations during one session after another. *may* tells whether this login may send an action."""

    SUBJECT: ClassVar[str] = "registrations"
    TIMEOUT: ClassVar[float] = 30.0

    def __init__(self, store: Store, health: Health, clock: Callable[[], float], may: Callable[[str], bool]) -> None:
        super().__init__(store, health, clock, may)
        self._asked: dict[Lister, float] = {}
        self._listed: set[Lister] = set()
        """Those that have come in this session."""

    def refresh(self) -> None:
        """Ask for all soon: a module was reloaded, or the machine slept."""
        self._asked.clear()

    @property
    def ready(self) -> bool:
        """Whether each list that can come has come in this session."""
        return all(lister in self._listed for lister in Lister if self._may(lister))

    def begin(self) -> None:
        """Forget when what was asked for."""
        self._asked.clear()
        self._listed.clear()

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
            first = lister not in self._listed
            self._listed.add(lister)
            self._store.apply_registrations(lister, listing.items, self._clock(), first=first)

        self._asked[lister] = self._clock()
        if await self.ask(session, lister, {}, merge):
            self.notice = ""
