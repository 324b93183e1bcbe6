"""Keeps conference rooms and parked calls right: lists of all at first and every minute, of one room when in doubt.

Events tell of everybody who comes and goes, but neither of a lock nor of who waits for somebody who is marked (`ami.md`
B.8, D.5), so rooms are listed more often while somebody looks at them, and a room whenever somebody has joined it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from amitop.pbx.conferences import Conferences
from amitop.pbx.parking import Parking
from amitop.pbx.room_lists import apply_lots, apply_parked, apply_room, apply_rooms
from amitop.sync.lists import ListSync

if TYPE_CHECKING:
    from collections.abc import Callable

    from amitop.ami.pending import Listing
    from amitop.ami.session import Session
    from amitop.health import Health
    from amitop.pbx.store import Store

EVERY = 60.0
"""Seconds between lists of all rooms, their people, and parked calls."""
SHOWN_EVERY = 5.0
"""Seconds between lists of the rooms, without their people, while somebody looks at them."""
LOOKED = 3.0
"""Seconds for which a look counts."""
SETTLE = 0.5
"""Seconds that a doubted room is given: one joins seldom alone."""
EACH = 3.0
"""Seconds at least between two lists of the same room, and of parked calls."""
COST = 10.0
"""The PBX is left alone for at least this many times as long as the last list took ..."""
AT_MOST = 60.0
"""... and for no more seconds than this."""
MANY = 5
"""Rooms that are asked for in one go; the others have their turn after that."""
LOTS_EVERY = 600.0
"""Seconds between lists of the lots: they change by a reload, which asks for them at once."""
MOST = 1000
"""Names of rooms that are remembered for when they were asked for."""
NEVER = float("-inf")
AT_FIRST = 50
"""Rooms that are asked for before the first picture is shown."""
OFTEN = 20
"""Rooms whose people are listed every minute; where there are more, all of them less often."""


class RoomSync(ListSync):
    """Asks for rooms and parked calls, in one session after another. *may* tells whether an action may be sent."""

    SUBJECT: ClassVar[str] = "rooms"
    TIMEOUT: ClassVar[float] = 20.0

    def __init__(self, store: Store, health: Health, clock: Callable[[], float], may: Callable[[str], bool]) -> None:
        super().__init__(store, health, clock, may)
        self._asked: dict[str, float] = {}
        """When a list was asked for last, by its name; of people, by `Conference ` and the room's."""
        self._free_at = 0.0
        self._looked_at = NEVER

    def look(self) -> None:
        """Note that somebody looks at the rooms now."""
        self._looked_at = self._clock()

    def refresh(self) -> None:
        """Ask for everything soon: a module was reloaded, or the machine slept."""
        self._asked.clear()

    def begin(self) -> None:
        """Forget when what was asked for."""
        self._asked.clear()
        self._free_at = 0.0

    async def turn(self, session: Session) -> None:
        """Do what is due."""
        began = self._clock()
        if began < self._free_at:
            return
        self.notice = ""
        await self._turn_rooms(session)
        await self._turn_parking(session)
        took = self._clock() - began
        self._free_at = self._clock() + min(AT_MOST, COST * took)

    def _due(self, what: str, every: float) -> bool:
        """Whether *every* seconds have passed since *what* was asked for; it then counts as asked for now."""
        now = self._clock()
        if now - self._asked.get(what, NEVER) < every:
            return False
        self._asked[what] = now
        return True

    # -- rooms ----------------------------------------------------------------------------------------------------

    async def _turn_rooms(self, session: Session) -> None:
        if not self._may("ConfbridgeListRooms"):
            return
        part = self._store.part(Conferences)
        shown = self._clock() - self._looked_at < LOOKED
        if self._due("rooms", SHOWN_EVERY if shown else EVERY):
            await self.ask(
                session, "ConfbridgeListRooms", {}, lambda got: apply_rooms(self._store, got.items, self._clock())
            )
            # Events may have been missed. Of hundreds of rooms, the numbers of their people have to do for longer.
            if self._due("people", EVERY * max(1.0, len(part.rooms) / OFTEN)):
                part.dirty.update(dict.fromkeys(part.rooms, self._clock() - SETTLE))
        if not self._may("ConfbridgeList"):
            part.dirty.clear()
            return
        due = [name for name, since in part.dirty.items() if self._clock() - since >= SETTLE]
        for name in due[: MANY if self._first.is_set() else AT_FIRST]:
            if self._due(f"Conference {name}", EACH):
                await self._ask_people(session, name)
        if len(self._asked) > MOST:
            self._asked = {what: at for what, at in self._asked.items() if self._clock() - at < EVERY}

    async def _ask_people(self, session: Session, name: str) -> None:
        part = self._store.part(Conferences)
        if not name.isprintable():
            part.dirty.pop(name, None)  # it would not be asked for as it is written
            return

        def merge(listing: Listing) -> None:
            apply_room(self._store, name, listing.items, self._clock())

        await self.ask(session, "ConfbridgeList", {"Conference": name}, merge)

    # -- parking --------------------------------------------------------------------------------------------------

    async def _turn_parking(self, session: Session) -> None:
        since = self._store.part(Parking).dirty_since
        doubted = since is not None and self._clock() - since >= SETTLE
        if self._may("Parkinglots") and self._due("lots", LOTS_EVERY):
            await self.ask(session, "Parkinglots", {}, lambda got: apply_lots(self._store, got.items))
        if self._may("ParkedCalls") and self._due("parked", EACH if doubted else EVERY):
            await self.ask(session, "ParkedCalls", {}, lambda got: apply_parked(self._store, got.items, self._clock()))
