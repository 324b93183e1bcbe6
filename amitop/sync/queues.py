"""Keeps the queues of one PBX right with QueueStatus: all at first and every minute, one when it does not add up.

Never a poll a second. A PBX with realtime queues reads its database for every list, and its session answers nothing
else meanwhile, so the dearer a list is the more seldom it is asked for, and nothing else of amitop waits for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from amitop.sync.lists import ListSync

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
_EVENTS = ("QueueCallerJoin", "QueueMemberStatus", "AgentCalled")


class QueueSync(ListSync):
    """Asks for queues during one session after another. *may* tells whether this login may send an action."""

    SUBJECT: ClassVar[str] = "queues"
    TIMEOUT: ClassVar[float] = 60.0

    def __init__(self, store: Store, health: Health, clock: Callable[[], float], may: Callable[[str], bool]) -> None:
        super().__init__(store, health, clock, may)
        self.polling = False
        """No queue event ever comes, so lists are all there is."""
        self.seconds = 0.0
        """How long the PBX took for the last one."""
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

    def begin(self) -> None:
        """Forget when what was asked for."""
        self._listed = False
        self._full_at = self._free_at = 0.0
        self._asked.clear()

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
            # What changed without a queue event since the link is up is no drift: this login hears of none.
            silent = self.polling or not self._listed or self._deaf(session)
            # Whatever becomes of it: a list that cannot be merged is not asked for again and again.
            self._listed = self._listed or queue is None
            self._store.apply_queues(listing.items, asked_at, self._clock(), queue=queue, first=silent)

        for name in list(self._store.dirty_queues) if queue is None else [queue]:
            self._asked[name] = asked_at
        if await self.ask(session, "QueueStatus", {} if queue is None else {"Queue": queue}, merge):
            self.notice = ""
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
        self.polling = self._deaf(session) and (self.polling or changed)
        if self.polling and not self.notice:
            self.notice = f"no queue events for this login (read=agent is missing): asking every {POLL_EVERY:.0f} s"

    @staticmethod
    def _deaf(session: Session) -> bool:
        """Whether no queue event came yet."""
        return not any(session.counters.events[name] for name in _EVENTS)

    async def _learn_hints(self, session: Session) -> None:
        """Ask which phones stand behind the hints that name members' states, if any do."""
        members = (member for queue in self._store.queues.values() for member in queue.members.values())
        if any(member.state_interface.startswith(("hint:", "Local/")) for member in members) and self._may(
            "ExtensionStateList"
        ):

            def merge(listing: Listing) -> None:
                self._store.apply_hints(listing.items)

            await self.ask(session, "ExtensionStateList", {}, merge)
