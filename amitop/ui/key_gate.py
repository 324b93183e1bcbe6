"""Lets one key at a time into the dashboard, so that keys typed ahead go where they were meant for.

Textual hands each key to the widget that has the focus when the key is read, and moves the focus later. Over a slow SSH
link several keys are read at once, and `/kyle` would open the filter and then hang up a call with its `k`.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import App
    from textual.dom import DOMNode
    from textual.events import Key, Paste

ROUNDS = 3
"""Times that every widget between the focus and the app must have worked through its messages: the key itself, what it
asked for (a message upward), and what that moved (the focus, another screen)."""
AT_MOST = 0.5
"""Seconds after which the next key is let in whatever the widgets do: one of them may be going away."""


class KeyGate:
    """Holds keys and pastes back until the effects of the one before have happened. *deliver* hands one on."""

    def __init__(self, app: App[int], deliver: Callable[[Key | Paste], Awaitable[None]]) -> None:
        self._app = app
        self._deliver = deliver
        self._waiting: deque[Key | Paste] = deque()
        self._ticket = 0
        self._open = True

    async def take(self, event: Key | Paste) -> None:
        """Hand *event* on, now or when its turn comes."""
        self._waiting.append(event)
        if self._open:
            await self._next()
        else:
            ticket = self._ticket
            self._app.set_timer(AT_MOST, lambda: self._app.call_later(self._pass, ticket))

    async def _next(self) -> None:
        """Let the next key in, if there is one."""
        self._open = not self._waiting
        if self._open:
            return
        self._ticket += 1
        await self._deliver(self._waiting.popleft())
        self._go_round(self._ticket, ROUNDS, [])

    def _go_round(self, ticket: int, rounds: int, path: list[DOMNode]) -> None:
        """Go through the queues of the widgets on *path*, then *rounds* times of those from the focus upward."""
        if ticket != self._ticket:
            return
        while True:
            while path:
                # False from a widget that is going away: its queue takes no more.
                if path.pop(0).call_later(self._go_round, ticket, rounds, path):
                    return
            if not rounds:
                break
            rounds -= 1
            path = list((self._app.focused or self._app.screen).ancestors_with_self)
        self._app.call_later(self._pass, ticket)

    async def _pass(self, ticket: int) -> None:
        if ticket == self._ticket and not self._open:
            await self._next()
