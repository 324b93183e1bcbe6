"""Actions that wait for their answers: by ActionID, and by order where the PBX forgot the ActionID. No I/O."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from amitop.ami.errors import ActionError, LinkLost
from amitop.ami.packet import Kind, Packet
from amitop.ami.tap import conceal

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

_EMPTY_LIST = re.compile(r"no (?!such )(?:.+ found|.+ available|active .*conferences)\.?", re.IGNORECASE)
"""How an empty list reads that arrives as an error: "No Contacts found", "No active conferences." (`ami.md` A.5)."""
DEFERRED = ("OriginateResponse", "AsyncAGI", "SIPQualifyPeerDone", "FAXSession")
"""Events that carry an action's ActionID long after its response, and belong to everybody (`ami.md` A.4)."""
SECRET_ITEMS = frozenset({"AuthDetail", "AuthList"})
"""Items in which Asterisk sends passwords in the clear (`ami.md` C). They lose them before anybody sees the item."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as it was answered: its items in order, the response before them, the event that ended them.

    *complete* is None where an empty list arrived as an error, or a response ended it.
    """

    items: list[Packet]
    response: Packet
    complete: Packet | None


def is_error(response: Packet) -> bool:
    """Whether a response says no (`ami.md` A.4: be liberal)."""
    return response.name.lower().startswith(("error", "fail"))


def is_empty_list(message: str) -> bool:
    """Whether an error's text is Asterisk's way to send an empty list (`ami.md` A.5)."""
    return _EMPTY_LIST.fullmatch(message.strip()) is not None


@dataclass(slots=True, eq=False)
class Pending:
    """One action under way. *heard* is the monotonic time of its last sign of life, *answered* that of its response."""

    action: str
    action_id: str
    answer: asyncio.Future[Packet]
    collects: bool
    heard: float
    answered: float | None = None
    response: Packet | None = None
    items: list[Packet] = field(default_factory=list)
    on_complete: Callable[[Listing], None] | None = None
    """Takes a list before anything that the PBX sent after it is read."""

    def succeed(self, last: Packet) -> None:
        """End with *last*: the response, or the event that completes a list."""
        if self.answer.done():
            return
        if self.on_complete is not None:
            try:
                self.on_complete(self.listing(last))
            except Exception as error:  # noqa: BLE001  it belongs to whoever waits for the list, not to the reader
                self.answer.set_exception(error)
                return
        self.answer.set_result(last)

    def listing(self, last: Packet) -> Listing:
        """Return the list that *last* ended."""
        return Listing(self.items, self.response or last, last if last.kind is Kind.EVENT else None)

    def fail(self, error: Exception) -> None:
        """End with an error."""
        if not self.answer.done():
            self.answer.set_exception(error)
            # Whoever waits still gets it; of one who has just been cancelled, asyncio would complain on the terminal.
            self.answer.exception()

    def respond(self, packet: Packet) -> None:
        """Take a response: the only one of an action, the first of a list, or one that cuts a list short."""
        first = self.response is None
        self.response = packet if first else self.response
        if is_error(packet):
            if first and self.collects and is_empty_list(packet.get("Message")):
                self.succeed(packet)
            else:
                self.fail(ActionError(self.action, packet, self.items))
        elif not first or not self.collects or not _announces_list(packet):
            self.succeed(packet)

    def collect(self, packet: Packet) -> None:
        """Take an item of a list, or the event that ends it (`ami.md` A.5: by its header, not by its name)."""
        end = packet.get("EventList").lower() if b"\nEventList:" in packet.raw else ""
        if end == "complete":
            self.succeed(packet)
        elif end == "cancelled":
            self.fail(ActionError(self.action, packet, self.items))
        else:
            self.items.append(Packet(conceal(packet.raw)) if packet.name in SECRET_ITEMS else packet)


def _announces_list(response: Packet) -> bool:
    return response.get("EventList").lower() == "start" or "will follow" in response.get("Message").lower()


class PendingActions:
    """All actions of one session that have not been answered."""

    def __init__(self, prefix: str) -> None:
        self._mark = f"\nActionID: {prefix}".encode()
        self._by_id: dict[str, Pending] = {}
        # Those without a response, oldest first. One that was given up stays in its place: its late answer without
        # an ActionID must not be taken for the next one's.
        self._order: deque[Pending] = deque()
        self._lists = 0
        self._abandoned = False  # a list was given up, and its items may still come

    @property
    def collecting(self) -> bool:
        """Whether a list is under way."""
        return self._lists > 0

    @property
    def any(self) -> bool:
        """Whether anything is awaited."""
        return bool(self._by_id)

    @property
    def watching(self) -> bool:
        """Whether events have to be looked at for an ActionID."""
        return self._lists > 0 or self._abandoned

    def add(self, pending: Pending) -> None:
        """Remember an action that is about to be sent."""
        self._by_id[pending.action_id] = pending
        self._order.append(pending)
        self._lists += pending.collects

    def forget(self, pending: Pending) -> None:
        """Stop waiting for an action, answered or not."""
        if self._by_id.pop(pending.action_id, None) is None:
            return
        self._lists -= pending.collects
        if not pending.answer.done():
            self._abandoned = self._abandoned or pending.collects
            pending.answer.cancel()

    def respond(self, packet: Packet, now: float) -> bool:
        """Give a response to the action that it answers; False when there is none."""
        action_id = packet.action_id
        if action_id is None:
            # Responses come in the order of the requests, and one without an ActionID lost it (`ami.md` A.4).
            if not self._order:
                return False
            pending: Pending | None = self._order.popleft()
        else:
            pending = self._by_id.get(action_id)
            if pending is None or pending.response is None:
                self._answered(action_id)
        if pending is None or pending.action_id not in self._by_id:
            return False
        pending.heard = now
        if pending.answered is None:
            pending.answered = now
        pending.respond(packet)
        return True

    def _answered(self, action_id: str) -> None:
        """Strike off an action, and all before it: what was skipped will never be answered."""
        if any(waiting.action_id == action_id for waiting in self._order):
            while self._order.popleft().action_id != action_id:
                pass

    def take_item(self, packet: Packet, now: float) -> bool:
        """Give an event to the list that it is an item of; False when it is everybody's.

        Items of a list that was given up are taken and dropped.
        """
        if self._mark not in packet.raw:
            return False
        pending = self._by_id.get(packet.action_id or "")
        if pending is not None and pending.collects:
            pending.heard = now
            pending.collect(packet)
            return True
        return not packet.name.startswith(DEFERRED)

    def fail_all(self, reason: str) -> None:
        """End every action with `LinkLost`: its answer cannot come any more."""
        for pending in list(self._by_id.values()):
            pending.fail(LinkLost(reason))
        self._order.clear()
