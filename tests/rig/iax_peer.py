"""An IAX2 provider that does as a test says: answers POKE and accepts or refuses registrations (RFC 5456)."""

import socket
import struct

from rig.udp_peer import UdpPeer

_HEADER = struct.Struct("!HHIBBBB")
"""Of a full frame: source call, destination call, milliseconds, sequence out and in, frame type, subclass."""
_FULL = 0x8000
_IAX = 6
PONG, ACK, REGREQ, REGACK, REGREJ, POKE = 3, 4, 13, 15, 16, 30
_USERNAME, _APPARENT_ADDRESS, _REFRESH, _CAUSE, _CAUSE_CODE = 6, 18, 19, 22, 42
_FACILITY_REJECTED = 29
_CALL = 4711
"""This side's number for every exchange; Asterisk tells them apart by its own."""


class IaxPeer(UdpPeer):
    """An IAX2 neighbour. `accepts`: whether registrations are granted."""

    def __init__(self, port: int) -> None:
        self.accepts = True
        super().__init__(port)

    def take(self, frame: bytes, sender: tuple[str, int]) -> bytes | None:
        """Answer a frame."""
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
