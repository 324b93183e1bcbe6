"""An event loop of its own time, with a network of its own: what runs in it does the same on any machine, at any load.

Time stands still while there is something to do, and then jumps to what is due next, so an hour of waiting takes no
time. Connections go from memory to memory, each piece of bytes on its way for `DELAY`.
"""

from __future__ import annotations

import asyncio
import selectors
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

DELAY = 0.0002
"""Seconds that bytes are on their way."""
BEGIN = 1000.0
"""What the loop's clock shows at first: it is monotonic, and its zero means nothing."""

Place = tuple[str, int]


class StagedLoop(asyncio.SelectorEventLoop):
    """Give it to `asyncio.Runner(loop_factory=StagedLoop)`."""

    def __init__(self) -> None:
        self._instant = _Instant()
        super().__init__(self._instant)
        self._listeners: dict[Place, _Listener] = {}
        self._dialled: dict[int, Place] = {}

    def time(self) -> float:
        """Return the loop's own seconds."""
        return self._instant.now

    # -- the network ----------------------------------------------------------------------------------------------

    async def create_server(  # type: ignore[override]
        self, protocol_factory: Callable[[], asyncio.BaseProtocol], host: str, port: int
    ) -> _Listener:
        """Listen at a place that only this loop knows; any *port*, if it is 0."""
        place = (host, port or 5038 + len(self._listeners))
        self._listeners[place] = listener = _Listener(protocol_factory, place, self._listeners)
        return listener

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Note whom the socket is for. Raises ConnectionRefusedError where nobody listens."""
        if tuple(address) not in self._listeners:
            raise ConnectionRefusedError
        self._dialled[sock.fileno()] = tuple(address)

    async def create_connection(self, protocol_factory: Any, *_: object, sock: socket.socket, **__: object) -> Any:
        """Connect to whom *sock* is for, without it."""
        listener = self._listeners[self._dialled.pop(sock.fileno())]
        sock.close()
        ours, theirs = protocol_factory(), listener.factory()
        here, there = _Pipe(self, ours), _Pipe(self, theirs)
        here.peer, there.peer = there, here
        self.call_soon(theirs.connection_made, there)
        ours.connection_made(here)
        return here, ours


class _Instant(selectors.SelectSelector):
    """Lets no time pass but on its own clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("everything waits, and nothing will ever happen")
            self.now += max(timeout, 0.0)
        return ready


class _Listener:
    """Stands for an `asyncio.Server`."""

    def __init__(
        self, factory: Callable[[], asyncio.BaseProtocol], place: Place, listeners: dict[Place, _Listener]
    ) -> None:
        self.factory = factory
        self.sockets = (self,)
        self._place = place
        self._listeners = listeners

    def getsockname(self) -> Place:
        return self._place

    def close(self) -> None:
        self._listeners.pop(self._place, None)


class _Pipe(asyncio.Transport):
    """One end of a connection."""

    peer: _Pipe

    def __init__(self, loop: StagedLoop, protocol: Any) -> None:
        super().__init__()
        self._loop = loop
        self._protocol = protocol
        self._coming: deque[bytes] = deque()
        """What is on its way here. Two things due at one moment have no order of their own in asyncio's heap."""
        self._here: list[bytes] = []
        self._paused = False
        self._closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self._closed:
            self.peer._coming.append(bytes(data))
            self._loop.call_later(DELAY, self.peer._arrive)

    def _arrive(self) -> None:
        self._here.append(self._coming.popleft())
        self._hand_over()

    def _hand_over(self) -> None:
        if self._here and not self._paused and not self._closed:
            data, self._here = b"".join(self._here), []
            self._protocol.data_received(data)

    def pause_reading(self) -> None:
        self._paused = True

    def resume_reading(self) -> None:
        self._paused = False
        self._loop.call_soon(self._hand_over)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """All that is written is taken."""

    def get_write_buffer_size(self) -> int:
        return 0

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def is_closing(self) -> bool:
        return self._closed

    def close(self) -> None:
        if not self._closed:
            self._end()
            self._loop.call_later(2 * DELAY, self.peer._end)  # after what was said

    def abort(self) -> None:
        self.close()

    def _end(self) -> None:
        if not self._closed:
            self._closed = True
            self._loop.call_soon(self._protocol.connection_lost, None)
