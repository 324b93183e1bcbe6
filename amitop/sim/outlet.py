"""What goes to one client. Nothing here ever waits: who does not read is cut off, as by Asterisk (`ami.md` A.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable

AT_MOST = 64 << 20
"""Bytes that may wait for a client that reads, but too slowly."""


class Outlet:
    """Collects what is said in one turn of the event loop, and hands it to the socket at once.

    *patience* is how many seconds (`writetimeout`) the socket may refuse every byte before *give_up* is called.
    """

    def __init__(
        self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, give_up: Callable[[], None]
    ) -> None:
        self.patience = 0.1
        self.sent = 0
        """Bytes handed over so far."""
        self.spoil: Callable[[bytes], Iterable[tuple[float, bytes]]] | None = None
        """Turns what is to be sent into pieces, each so many seconds after the one before (`misbehave`)."""
        self._transport = transport
        self._loop = loop
        self._give_up = give_up
        self._parts: list[bytes] = []
        self._due = False
        self._watch: asyncio.TimerHandle | None = None
        self._taken = 0
        self._held_until = 0.0
        self._late: list[tuple[float, bytes]] = []
        transport.set_write_buffer_limits(high=0)  # so that the first byte that is not taken is noticed

    def write(self, data: bytes) -> None:
        """Send *data* after all that was said before."""
        self._parts.append(data)
        if not self._due:
            self._due = True
            self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Hand over what was said."""
        self._due = False
        wait = self._held_until - self._loop.time()
        if wait > 0:
            self._due = True
            self._loop.call_later(wait, self.flush)
            return
        if not self._parts or self._transport.is_closing():
            self._parts = []
            return
        data = b"".join(self._parts)
        self._parts = []
        if self.spoil is None and not self._late:
            self._send(data)
            return
        idle = not self._late
        self._late += self.spoil(data) if self.spoil is not None else [(0.0, data)]
        if idle and self._late:
            self._loop.call_later(self._late[0][0], self._send_late)

    def hold(self, seconds: float) -> None:
        """Send nothing for so long; what is said meanwhile follows then."""
        self._held_until = self._loop.time() + seconds

    def close(self) -> None:
        """Send what was said, and close the connection."""
        if not self._transport.is_closing():
            self._held_until = 0.0
            self.flush()
            self._transport.close()
        self.resumed()

    def paused(self) -> None:
        """Hear that the socket takes no more."""
        if self._watch is None:
            self._taken = self.sent - self._waiting()
            self._watch = self._loop.call_later(self.patience, self._judge)

    def resumed(self) -> None:
        """Hear that it has taken all."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _judge(self) -> None:
        """Give a client up that took nothing since the last look."""
        taken = self.sent - self._waiting()
        if taken <= self._taken or self._waiting() > AT_MOST:
            self._watch = None
            self._give_up()
            return
        self._taken = taken
        self._watch = self._loop.call_later(self.patience, self._judge)

    def _waiting(self) -> int:
        return self._transport.get_write_buffer_size()

    def _send(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self.sent += len(data)
            self._transport.write(data)

    def _send_late(self) -> None:
        _, data = self._late.pop(0)
        self._send(data)
        if self._late:
            self._loop.call_later(self._late[0][0], self._send_late)
