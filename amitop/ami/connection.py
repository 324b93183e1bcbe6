"""The bytes of one session: in through the framer, out through the encoder, both past the tap.

An `asyncio.Protocol`, because Asterisk cuts off whoever stops reading (`ami.md` A.9): bytes are read whatever the rest
of the program does, framed in the read, and nothing awaits in between.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from amitop.ami.errors import LinkLost, WireError
from amitop.ami.tap import Direction, Redactor
from amitop.ami.wire import Framer, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

    from amitop.ami.packet import Packet
    from amitop.ami.secret import Secret
    from amitop.ami.tap import Tap


REST = 0.025
"""Seconds for which the socket is left alone after a read, unless an answer is awaited: a tenth of a screen's frame.

Asterisk writes event by event. Woken for each, a program spends more on waking than on the events: the dashboard at 500
a second used a third less CPU with the rest than without. The kernel's buffer holds what comes meanwhile.
"""
FULL = 65536
"""Bytes of one read that say that more is waiting: then there is no rest."""


class Connection(asyncio.Protocol):
    """One TCP or TLS connection to a PBX.

    *on_packets* gets what each read completed; *on_error* what *tap* raised; *wall* is epoch seconds.
    """

    def __init__(
        self,
        on_packets: Callable[[list[Packet]], None],
        *,
        wanted: Container[str] | None,
        tap: Tap | None,
        on_error: Callable[[Exception, str], None],
        wall: Callable[[], float],
    ) -> None:
        loop = asyncio.get_running_loop()
        self.framer = Framer(wanted=wanted)
        self.bytes_in = 0
        self.bytes_out = 0
        self.heard = loop.time()
        """When bytes last came, in the loop's time."""
        self.banner: asyncio.Future[str] = loop.create_future()
        self.lost: asyncio.Future[LinkLost | WireError | None] = loop.create_future()
        """Done when the connection has ended, with what ended it; None where the peer simply closed it."""
        self._on_packets = on_packets
        self._on_error = on_error
        self._tap = tap
        self._redactor = Redactor()
        self._clock, self._wall = loop.time, wall
        self._transport: asyncio.Transport | None = None
        self._error: LinkLost | WireError | None = None
        self._loop = loop
        self._resting: asyncio.TimerHandle | None = None
        self.answer_awaited = True
        """Whether somebody waits for what comes next, so that it is read at once."""

    # -- asyncio.Protocol -----------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport (asyncio)."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Frame what came and pass it on (asyncio)."""
        self.bytes_in += len(data)
        self.heard = self._clock()
        if self._error is not None:
            return
        if self._tap is not None:
            self._show(Direction.IN, self._redactor.feed(data))
        try:
            packets = self.framer.feed(data)
        except WireError as error:
            self.abort(error)
            return
        if self.framer.banner is not None and not self.banner.done():
            self.banner.set_result(self.framer.banner)
        if packets:
            self._on_packets(packets)
        if not self.answer_awaited and len(data) < FULL and self._transport is not None:
            self._transport.pause_reading()
            self._resting = self._loop.call_later(REST, self._read_on)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the end, whatever it was (asyncio)."""
        if self._tap is not None:
            self._show(Direction.IN, self._redactor.flush())
        self._transport = None
        if self._resting is not None:
            self._resting.cancel()
        # A reset is an end like any other: the PBX closed while a Ping of ours was still unread.
        if self._error is None and isinstance(exc, OSError) and not isinstance(exc, ConnectionError) and exc.strerror:
            self._error = LinkLost(exc.strerror.lower())
        self.banner.cancel()
        if not self.lost.done():
            self.lost.set_result(self._error)

    # -- for the session ------------------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether something can be sent."""
        return self._transport is not None and self._error is None and not self._transport.is_closing()

    def send(
        self, action: str, headers: Mapping[str, str | Secret] | Iterable[tuple[str, str | Secret]], id_: str
    ) -> None:
        """Send one action. Raises ValueError for what cannot be one, `LinkLost` when the connection has ended."""
        headers = headers if hasattr(headers, "items") else list(headers)
        masked = encode(action, headers, id_, reveal=False)
        if not self.is_open:
            raise LinkLost(f"{action}: the connection has ended")
        self._read_on()
        if self._tap is not None:
            self._show(Direction.OUT, masked)
        # No name may hold these bytes: a traceback shows every local variable.
        self.bytes_out += self._write(encode(action, headers, id_))

    def abort(self, error: LinkLost | WireError | None = None) -> None:
        """End the connection now; `lost` will say *error*."""
        self._error = self._error or error
        if self._transport is not None:
            self._transport.abort()

    def _read_on(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None
            if self._transport is not None and not self._transport.is_closing():
                self._transport.resume_reading()

    def _write(self, data: bytes) -> int:
        try:
            cast("asyncio.Transport", self._transport).write(data)
            return len(data)
        except (OSError, RuntimeError) as error:
            failure = type(error).__name__
        finally:
            del data
        raise LinkLost(f"cannot send: {failure}")

    def _show(self, direction: Direction, data: bytes) -> None:
        if self._tap is None or not data:
            return
        try:
            self._tap(direction, self._wall(), data)
        except Exception as error:  # noqa: BLE001  a recorder's full disk must not end the session it records
            self._on_error(error, "tap")
