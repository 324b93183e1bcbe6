"""What an action is: who may send it, what ListCommands says of it, who answers it; and the table of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from amitop.sim.event import lines
from amitop.sim.privileges import mask_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence

    from amitop.sim.channel import Channel
    from amitop.sim.event import Header
    from amitop.sim.exchange import Exchange
    from amitop.sim.request import Request
    from amitop.sim.session import Session

Handler: TypeAlias = "Callable[[Ask], Coroutine[object, object, None] | None]"
"""Answers at once, or by and by: until a coroutine ends, the session does nothing else (`ami.md` A.9)."""


@dataclass(frozen=True, slots=True)
class Action:
    """One action; names are compared without case."""

    name: str
    authority: int
    """Bits of the classes of which any one is enough; 0 where none is needed."""
    synopsis: str
    module: str
    """Which it comes with; empty for Asterisk's core."""
    handler: Handler


ACTIONS: dict[str, Action] = {}
"""By name in lower case."""


def action(name: str, classes: str, synopsis: str, module: str = "") -> Callable[[Handler], Handler]:
    """Enter a function into the table as the answer to *name*."""

    def enter(handler: Handler) -> Handler:
        ACTIONS[name.lower()] = Action(name, mask_of(classes), synopsis, module, handler)
        return handler

    return enter


class Refusal(Exception):
    """Why an action is not carried out, in Asterisk's words. For handlers that answer at once."""


class Ask:
    """An action that waits for its answer."""

    __slots__ = ("exchange", "mark", "request", "session")

    def __init__(self, session: Session, request: Request) -> None:
        self.session = session
        self.exchange: Exchange = session.server.exchange
        self.request = request
        action_id = request.action_id
        self.mark = lines([("ActionID", action_id)]) if action_id else b""
        """The line that everything in the answer bears."""

    def get(self, name: str) -> str:
        """Return a header's value, empty when it is not there."""
        return self.request.get(name)

    def channel(self, header: str = "Channel") -> Channel | None:
        """Return the channel that a header names or whose Uniqueid it is."""
        name = self.get(header)
        return self.exchange.find(name) if name else None

    def need(self, header: str, complaint: str) -> str:
        """Return a header's value. Raises `Refusal` with *complaint* where it is not there."""
        value = self.get(header)
        if not value:
            raise Refusal(complaint)
        return value

    def need_channel(self, complaint: str, header: str = "Channel") -> Channel:
        """Return the channel that a header means. Raises `Refusal` with *complaint* where there is none."""
        channel = self.channel(header)
        if channel is None:
            raise Refusal(complaint)
        return channel

    def ack(self, message: str = "", headers: Iterable[Header] = ()) -> None:
        """Answer that it is done."""
        self.respond("Success", message, headers)

    def error(self, message: str) -> None:
        """Answer that it is not, in Asterisk's words."""
        self.respond("Error", message)

    def respond(self, response: str, message: str = "", headers: Iterable[Header] = ()) -> None:
        """Answer with one packet."""
        said = [("Message", message)] if message else []
        self.session.say(lines([("Response", response)]) + self.mark + lines([*said, *headers]) + b"\r\n")

    def listing(
        self, message: str, complete: str, items: Sequence[bytes], extra: Iterable[Header] = (), *, tail: bytes = b""
    ) -> None:
        """Answer with a list: *items* are whole packets, *extra* and *tail* stand in the last one (`ami.md` A.5)."""
        start = lines([("Response", "Success")]) + self.mark + lines([("EventList", "start"), ("Message", message)])
        end = (
            lines([("Event", complete)])
            + self.mark
            + lines([("EventList", "Complete"), ("ListItems", str(len(items))), *extra])
        )
        self.session.say(b"".join((start, b"\r\n", *items, end, tail, b"\r\n")))

    def item(self, event: str, *parts: bytes | Iterable[Header]) -> bytes:
        """Return a list's item with the ActionID first."""
        return lines([("Event", event)]) + self.mark + _body(parts) + b"\r\n"

    def marked_item(self, event: str, *parts: bytes | Iterable[Header]) -> bytes:
        """Return a list's item with the ActionID last, as queues, Status and parking have it."""
        return lines([("Event", event)]) + _body(parts) + self.mark + b"\r\n"


def _body(parts: Iterable[bytes | Iterable[Header]]) -> bytes:
    return b"".join([part if isinstance(part, bytes) else lines(part) for part in parts])
