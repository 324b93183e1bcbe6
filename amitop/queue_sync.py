"""Keeps the queues of one PBX right with QueueStatus: all at first and every minute, one when it does not add up.

Never a poll a second. A PBX with realtime queues reads its database for every list, and its session answers nothing
else meanwhile, so the dearer a list is the more seldom it is asked for, and nothing else of amitop waits for it.
"""

from __future__ import annotations

import asyncio
import traceback
from typing import TYPE_CHECKING

from amitop.ami.errors import ActionError, ActionTimeout, LinkLost

if TYPE_CHECKING:
    from collections.abc import Callable

    from amitop.ami.pending import Listing
    from amitop.ami.session import Session
    from amitop.health import Health
    from amitop.pbx.store import Store

EVERY = 60.0
"""Seconds between lists of all queues."""
SETTLE = 1.0
"""Seconds that a doubted queue is given: what raised the doubt is often the first of several events."""
EACH = 5.0
"""Seconds at least between two lists of the same queue."""
SPACE = 2.0
"""Seconds at least between two lists of any kind."""
COST = 10.0
"""The PBX is left alone for at least this many times as long as the last list took ..."""
AT_MOST = 300.0
"""... and for no more seconds than this."""
MANY = 5
"""Doubted queues from which on one list of all is less work than one of each."""
POLL_EVERY = 5.0
"""Between lists where the login gets no queue events at all (`ami.md` D.9)."""
TIMEOUT = 60.0
TICK = 0.5
_EVENTS = ("QueueCallerJoin", "QueueMemberStatus", "AgentCalled")


class QueueSync:
    """Asks for queues during one session after another. *may* tells whether this login may send an action."""

    def __init__(self, store: Store, health: Health, clock: Callable[[], float], may: Callable[[str], bool]) -> None:
        self.notice = ""
        """Why queues are not as they should be, in one line; empty when they are."""
        self.polling = False
        """No queue event ever comes, so lists are all there is."""
        self.lists = 0
        """Lists that came, in all sessions."""
        self.seconds = 0.0
        """How long the PBX took for the last one."""
        self._store = store
        self._health = health
        self._clock = clock
        self._may = may
        self._first = asyncio.Event()
        self._listed = False
        self._full_at = 0.0
        self._free_at = 0.0
        self._asked: dict[str, float] = {}
        self._known: object = None

    def refresh(self) -> None:
        """Ask for all queues soon: a module was reloaded, or the machine slept."""
        self._full_at = 0.0

    @property
    def ready(self) -> bool:
        """Whether a list has come in this session: before it, queues are as they were when the link was lost."""
        return self._listed

    async def wait_first(self, timeout: float) -> None:
        """Wait until the first list of the session has come or failed, for *timeout* seconds at most."""
        waiter = asyncio.ensure_future(self._first.wait())
        await asyncio.wait({waiter}, timeout=timeout)
        waiter.cancel()

    async def run(self, session: Session) -> None:
        """Keep asking until the session ends."""
        self._first.clear()
        self._listed = False
        self._full_at = self._free_at = 0.0
        self._asked.clear()
        try:
            while True:
                await self.turn(session)
                self._first.set()
                await asyncio.sleep(TICK)
        except LinkLost:
            return  # the link's own task says so

    async def turn(self, session: Session) -> None:
        """Do what is due."""
        now = self._clock()
        if now < self._free_at:
            return
        if not self._may("QueueStatus"):
            self.notice = ""
            if self._store.queues:  # the module was unloaded, and all queues with it
                self._store.apply_queues([], now, now, first=True)
            return
        due = [
            name
            for name, since in self._store.dirty_queues.items()
            if now - since >= SETTLE and now - self._asked.get(name, -EACH) >= EACH
        ]
        if now >= self._full_at or len(due) > MANY:
            await self._ask_all(session)
        elif due:
            await self._ask(session, due[0])

    async def _ask_all(self, session: Session) -> None:
        first = not self._listed
        await self._ask(session, None)
        self._full_at = self._clock() + max(POLL_EVERY if self.polling else EVERY, self._cost)
        if first and self._listed:
            await self._learn_hints(session)

    async def _ask(self, session: Session, queue: str | None) -> None:
        asked_at = self._clock()

        def merge(listing: Listing) -> None:
            self.lists += 1
            try:
                silent = self.polling or not self._listed
                self._store.apply_queues(listing.items, asked_at, self._clock(), queue=queue, first=silent)
            except Exception:  # noqa: BLE001 - one bad list must not end the link; it is counted and shown
                self._health.faults += 1
                reason = traceback.format_exc(limit=-1).strip().splitlines()[-1]
                self._health.last_fault = f"QueueStatus: {reason}"
            self._listed = self._listed or queue is None

        for name in list(self._store.dirty_queues) if queue is None else [queue]:
            self._asked[name] = asked_at
        try:
            headers = {} if queue is None else {"Queue": queue}
            await session.listing("QueueStatus", headers, timeout=TIMEOUT, on_complete=merge)
            self.notice = ""
        except ActionTimeout as error:
            self.notice = f"queues are not up to date: {error}"
        except ActionError as error:
            self.notice = f"QueueStatus: {error.message}"
        self.seconds = self._clock() - asked_at
        self._free_at = self._clock() + max(SPACE, self._cost)
        if queue is None:
            self._judge_events(session)

    @property
    def _cost(self) -> float:
        return min(AT_MOST, COST * self.seconds)

    def _judge_events(self, session: Session) -> None:
        """Fall back to polling where lists change and no queue event ever came: `read=agent` is missing."""
        known = [(q.name, q.waiting, q.completed, q.abandoned) for q in self._store.queues.values()]
        changed, self._known = self._known is not None and known != self._known, known
        deaf = not any(session.counters.events[name] for name in _EVENTS)
        self.polling = deaf and (self.polling or changed)
        if self.polling and not self.notice:
            self.notice = f"no queue events for this login (read=agent is missing): asking every {POLL_EVERY:.0f} s"

    async def _learn_hints(self, session: Session) -> None:
        """Ask which phones stand behind the hints that name members' states, if any do."""
        members = (member for queue in self._store.queues.values() for member in queue.members.values())
        if any(member.state_interface.startswith(("hint:", "Local/")) for member in members) and self._may(
            "ExtensionStateList"
        ):
            try:
                await session.listing(
                    "ExtensionStateList", on_complete=lambda listing: self._store.apply_hints(listing.items)
                )
            except (ActionError, ActionTimeout) as error:
                self.notice = f"hints are not known: {error}"
