"""Free ports for one Asterisk, its phones and its callers, kept from any other by a lock that lives as long as it."""

import fcntl
import os
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from rig.errors import RigError
from rig.roots import cache

FIRST, LAST, STEP = 10100, 19900, 100
"""Below the ports that Linux gives to clients (32768) and below the RTP ports of templates/rtp.conf (20000)."""


@dataclass(frozen=True)
class Ports:
    """A block of ports on 127.0.0.1, and the descriptor that holds its lock."""

    base: int
    lock: int

    @property
    def sip(self) -> int:
        """UDP, PJSIP."""
        return self.base

    @property
    def ami(self) -> int:
        """TCP, AMI."""
        return self.base + 1

    @property
    def ami_tls(self) -> int:
        """TCP, AMI over TLS."""
        return self.base + 2

    @property
    def chan_sip(self) -> int:
        """UDP, chan_sip."""
        return self.base + 3

    @property
    def iax(self) -> int:
        """UDP, IAX2."""
        return self.base + 4

    @property
    def carrier(self) -> int:
        """UDP, the SIP provider that a test starts."""
        return self.base + 5

    @property
    def iax_carrier(self) -> int:
        """UDP, the IAX2 provider that a test starts."""
        return self.base + 6

    @property
    def remote(self) -> int:
        """UDP, a SIP phone that registers, which a test starts."""
        return self.base + 7

    @property
    def nobody(self) -> int:
        """UDP, where nothing ever listens."""
        return self.base + 9

    @property
    def phones(self) -> int:
        """UDP, the phones that answer; SIPp's control port is the next one."""
        return self.base + 10

    @property
    def callers(self) -> range:
        """UDP, a pair of ports for each SIPp that calls: SIP and SIPp's control."""
        return range(self.base + 20, self.base + STEP, 2)

    def release(self) -> None:
        """Give the block back. A process that inherited the lock keeps it until it ends."""
        os.close(self.lock)


def _lock(base: int) -> int | None:
    folder = cache() / "ports"
    folder.mkdir(parents=True, exist_ok=True)
    fd = os.open(folder / f"{base}.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None
    return fd


def free(port: int, kind: socket.SocketKind) -> bool:
    """Whether nothing on this machine has the port of 127.0.0.1 now."""
    with socket.socket(socket.AF_INET, kind) as s:
        if kind is socket.SOCK_STREAM:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Asterisk does: TIME_WAIT is no obstacle
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def claim() -> Ports:
    """Take the first block of which nobody holds the lock or a port. Raises RigError if there is none."""
    for base in range(FIRST, LAST, STEP):
        fd = _lock(base)
        if fd is None:
            continue
        ports = Ports(base, fd)
        tcp = [ports.ami, ports.ami_tls]
        udp = [p for p in range(base, base + STEP) if p not in tcp]
        if all(free(p, socket.SOCK_STREAM) for p in tcp) and all(free(p, socket.SOCK_DGRAM) for p in udp):
            return ports
        os.close(fd)
    raise RigError(f"no block of free ports between {FIRST} and {LAST}")


def sweep(folder: Path) -> None:
    """Remove the instance folders (amitop-BASE) that a killed test run has left in `folder`: nobody has their lock."""
    for path in folder.glob("amitop-*"):
        base = path.name.removeprefix("amitop-")
        if base.isdigit() and (fd := _lock(int(base))) is not None:
            shutil.rmtree(path, ignore_errors=True)
            os.close(fd)
