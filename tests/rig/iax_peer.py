"""An IAX2 provider that does as a test says: answers POKE and accepts or refuses registrations (RFC 5456)."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator

from rig.errors import RigError

_HEADER = struct.Struct("!HHIBBBB")
"""Of a full frame: source call, destination call, milliseconds, sequence out and in, frame type, subclass."""
_FULL = 0x8000
_IAX = 6
PONG, ACK, REGREQ, REGACK, REGREJ, POKE = 3, 4, 13, 15, 16, 30
_USERNAME, _APPARENT_ADDRESS, _REFRESH, _CAUSE, _CAUSE_CODE = 6, 18, 19, 22, 42
_FACILITY_REJECTED = 29
_CALL = 4711
"""This side's number for every exchange; Asterisk tells them apart by its own."""


class IaxPeer:
    """Answers on a UDP port of 127.0.0.1 from a thread of its own. Use as a context manager.

    `silent`: hears and says nothing. `accepts`: whether registrations are granted.
    """

    def __init__(self, port: int) -> None:
        self.silent = False
        self.accepts = True
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind(("127.0.0.1", port))
        except OSError as e:
            self._socket.close()
            raise RigError(f"port {port} is taken: {e}") from e
        self._socket.settimeout(0.2)  # so that the thread sees that it is over
        self._over = False
        self._thread = threading.Thread(target=self._serve, name=f"iax-{port}", daemon=True)
        self._thread.start()

    def __enter__(self) -> "IaxPeer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Be gone without a goodbye."""
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
            if not self.silent and (reply := self._reply(data, sender)):
                self._socket.sendto(reply, sender)

    def _reply(self, frame: bytes, sender: tuple[str, int]) -> bytes | None:
        if len(frame) < _HEADER.size:
            return None
        source, _, stamp, out, _, kind, subclass = _HEADER.unpack_from(frame)
        if not source & _FULL or kind != _IAX:
            return None
        match subclass:
            case x if x == POKE:
                answer, elements = PONG, b""
            case x if x == REGREQ and self.accepts:
                seen = struct.pack("=H", socket.AF_INET) + struct.pack("!H", sender[1]) + socket.inet_aton(sender[0])
                answer, elements = REGACK, _element(_USERNAME, b"lab") + _element(_REFRESH, struct.pack("!H", 60))
                elements += _element(_APPARENT_ADDRESS, seen + bytes(8))
            case x if x == REGREQ:
                why = _element(_CAUSE, b"Registration Refused")
                answer, elements = REGREJ, why + _element(_CAUSE_CODE, bytes([_FACILITY_REJECTED]))
            case _:
                return None
        theirs = source & 0x7FFF
        return _HEADER.pack(_CALL | _FULL, theirs, stamp, 0, (out + 1) & 0xFF, _IAX, answer) + elements


def _element(number: int, value: bytes) -> bytes:
    return bytes([number, len(value)]) + value
