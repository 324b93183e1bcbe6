"""Runs a program in a real pty and measures it: its CPU, its memory, and when what it painted could be read.

Nothing is interpreted while it runs. Every read is kept with its time and fed to a terminal emulator afterwards, so
that the measuring itself costs the measured program nothing.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyte

if TYPE_CHECKING:
    from collections.abc import Callable

QUERIES = re.compile(rb"\x1b\[[<>]\d*u|\x1b\[\?\d+\$p")
"""What Textual asks a terminal about itself, which pyte would print as text."""

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Probe:
    """A program in a pty of *columns* x *lines*."""

    argv: list[str]
    env: dict[str, str]
    columns: int = 160
    lines: int = 50
    reads: list[tuple[float, bytes]] = field(default_factory=list)

    def __enter__(self) -> Probe:
        self.started = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(self.argv[0], self.argv, self.env)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", self.lines, self.columns, 0, 0))
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self.pid, signal.SIGTERM)
        deadline = time.monotonic() + 5
        while os.waitpid(self.pid, os.WNOHANG)[0] == 0:
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
            time.sleep(0.02)
        self._reader.join(2)
        os.close(self.fd)

    def _read(self) -> None:
        while True:
            try:
                if not select.select([self.fd], [], [], 1.0)[0]:
                    continue
                data = os.read(self.fd, 65536)
            except (OSError, ValueError):  # the program has gone, and the pty with it
                return
            if not data:
                return
            self.reads.append((time.monotonic(), data))

    def press(self, keys: str) -> float:
        """Type *keys* and return when."""
        now = time.monotonic()
        os.write(self.fd, keys.encode())
        return now

    def cpu(self) -> float:
        """CPU seconds that the program has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def rss(self) -> float:
        """Resident memory in MiB."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("no VmRSS")

    def written(self, begin: float, end: float) -> int:
        """Bytes painted between two times."""
        return sum(len(data) for at, data in self.reads if begin <= at < end)

    def wait_for(self, text: bytes, seconds: float) -> float:
        """Return when *text* was first among the bytes painted. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for at, data in list(self.reads):
                if text in data:
                    return at
            time.sleep(0.005)
        raise TimeoutError(f"{text!r} was not painted within {seconds} s")

    def frames(self, look: Callable[[float, list[str]], None]) -> None:
        """Feed everything painted to a terminal emulator, and show *look* the screen after each read."""
        screen = pyte.Screen(self.columns, self.lines)
        stream = pyte.ByteStream(screen)
        for at, data in self.reads:
            stream.feed(QUERIES.sub(b"", data))
            look(at, _shown(screen))


def _shown(screen: pyte.Screen) -> list[str]:
    """Return the lines of *screen*. Its own `display` fails at half of a wide character that was written over."""
    return ["".join(screen.buffer[y][x].data for x in range(screen.columns)) for y in range(screen.lines)]
