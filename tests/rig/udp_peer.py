"""A neighbour of Asterisk on a UDP port that does as a test says, in a thread of its own."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Self

from rig.errors import RigError


class UdpPeer:
    """Answers on a UDP port of 127.0.0.1. Use as a context manager. `silent`: hears and says nothing."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.silent = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind(("127.0.0.1", port))
        except OSError as e:
            self._socket.close()
            raise RigError(f"port {port} is taken: {e}") from e
        self._socket.settimeout(0.2)  # so that the thread sees that it is over
        self._over = False
        self._thread = threading.Thread(target=self._serve, name=f"peer-{port}", daemon=True)
        self._thread.start()

    def take(self, data: bytes, sender: tuple[str, int]) -> bytes | None:
        """Hear a datagram and return what to answer, None for nothing."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Be gone, as a machine that was switched off: no goodbye."""
        self._over = True
        self._thread.join()
        self._socket.close()

    @contextlib.contextmanager
    def silence(self) -> Iterator[None]:
        """Say nothing in the meantime."""
        self.silent = True
        try:
            yield
        finally:
            self.silent = False

    def _serve(self) -> None:
        while not self._over:
            try:
                data, sender = self._socket.recvfrom(65536)
            except (TimeoutError, ConnectionError):  # ICMP from a port that has gone
                continue
            reply = self.take(data, sender)
            if reply and not self.silent:
                self._socket.sendto(reply, sender)
