"""Waits for what an action should lead to: nothing is assumed from `Response: Success` (`ami.md` E)."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from amitop.ami.packet import Packet
    from amitop.live import LivePbx


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds to wait for what."""

    confirm: float = 5.0
    """An event that shows an action's effect."""
    ask_every: float = 0.5
    """Between questions to the PBX where events may not tell."""
    withdraw: float = 30.0
    """A caller to leave the queue: Queue() looks for it only between two rounds of ringing members."""
    ring: float = 30.0
    """A supervisor to pick up the phone."""
    server: float = 45.0
    """The server of a trunk to answer: SIP gives up after 32 (RFC 3261, timer F), and PJSIP first waits up to 10."""
    digit_gap: float = 0.1
    """Silence between two digits that are sent."""
    digit_pause: float = 0.5
    """The silence that `w` stands for among digits."""


@contextmanager
def listening(live: LivePbx, listener: Callable[[Packet], None]) -> Iterator[None]:
    """Have *listener* called with every event of *live*, after it was applied."""
    live.listeners.add(listener)
    try:
        yield
    finally:
        live.listeners.discard(listener)


class Watch:
    """Looks at every event, after it was applied, until *happened* says yes. It is also asked with None: now?"""

    def __init__(self, live: LivePbx, happened: Callable[[Packet | None], bool]) -> None:
        self._live = live
        self._happened = happened
        self._event = asyncio.Event()

    def __enter__(self) -> Watch:
        self._live.listeners.add(self._look)
        return self

    def __exit__(self, *_: object) -> None:
        self._live.listeners.discard(self._look)

    def _look(self, packet: Packet | None) -> None:
        if self._happened(packet):
            self._event.set()

    async def seen(self, seconds: float) -> bool:
        """Wait up to *seconds* and return whether it happened."""
        self._look(None)
        try:
            await asyncio.wait_for(self._event.wait(), seconds)
        except TimeoutError:
            self._look(None)
        return self._event.is_set()
