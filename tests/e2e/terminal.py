"""A program in a real pseudo-terminal, with somebody who reads its screen and types."""

import contextlib
import fcntl
import os
import re
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence

import pyte

UNREAD = re.compile(rb"\x1b\[[<>=][0-9;]*[A-Za-z]|\x1b\[\?[0-9;]*(?:\$p|u)")
"""What pyte takes for text: the keyboard protocol's and the terminal's questions."""

INCOMPLETE = re.compile(rb"\x1b(?:\[[<>=?]?[0-9;]*\$?)?\Z")

UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
ENTER, ESCAPE, TAB, BACKSPACE = "\r", "\x1b", "\t", "\x7f"


class Terminal:
    """Use as a context manager. Whatever the program does, it has ended when the block ends."""

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str] | None = None, columns: int = 160, rows: int = 40
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._changed = threading.Condition()
        self._pending = b""
        self.raw = bytearray()
        """All that the program has written."""
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "setsid", "--ctty", *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**(os.environ if env is None else env), "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, name="screen", daemon=True)
        self._reader.start()

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:  # Linux says EIO when the last program of a pty has gone
                data = b""
            with self._changed:
                self.raw += data
                data, self._pending = self._pending + data, b""
                if tail := INCOMPLETE.search(data):
                    data, self._pending = data[: tail.start()], data[tail.start() :]
                self._stream.feed(UNREAD.sub(b"", data))
                self._changed.notify_all()
            if not data and not self._pending:
                return

    @property
    def lines(self) -> list[str]:
        """The screen, a string a line, without blanks at the end."""
        with self._changed:
            return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """The screen in one string."""
        return "\n".join(self.lines)

    def line_with(self, *words: str) -> str:
        """The first line that holds all of these words. Raises AssertionError with the screen if there is none."""
        for line in self.lines:
            if all(word in line for word in words):
                return line
        raise AssertionError(f"no line with {words}:\n{self.text}")

    def send(self, keys: str) -> None:
        """Type."""
        os.write(self._master, keys.encode())

    def press(self, *keys: str, rest: float = 0.1, at_most: float = 2.0) -> None:
        """Type like a person, who looks before the next key: wait until the screen has changed and come to rest."""
        for key in keys:
            with self._changed:
                before, end = len(self.raw), time.monotonic() + at_most
                self.send(key)
                while len(self.raw) == before and time.monotonic() < end:
                    self._changed.wait(end - time.monotonic())
                while self._changed.wait(rest) and time.monotonic() < end:
                    pass

    def resize(self, columns: int, rows: int) -> None:
        """Make the window another size, as a window manager does."""
        with self._changed:
            self._screen.resize(rows, columns)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def wait_for(self, wanted: str | Callable[[str], object], timeout: float = 30.0, said: str = "") -> str:
        """Wait until the screen matches a regular expression (lines are apart) or pleases a function; return it.

        Raises AssertionError with the screen when that takes longer than `timeout` seconds or the program ends.
        """
        fits = re.compile(wanted, re.M).search if isinstance(wanted, str) else wanted
        end = time.monotonic() + timeout
        with self._changed:
            while not fits(text := self._text()):
                left = end - time.monotonic()
                ended = not self._reader.is_alive()
                if left <= 0 or ended:
                    why = f"the program ended with {self.process.poll()}" if ended else f"not seen in {timeout:.0f} s"
                    raise AssertionError(f"{said or wanted}: {why}:\n{text}")
                self._changed.wait(min(left, 0.2))
            return text

    def wait_gone(self, unwanted: str, timeout: float = 30.0) -> str:
        """Wait until nothing on the screen matches."""
        gone = re.compile(unwanted, re.M)
        return self.wait_for(lambda text: not gone.search(text), timeout, f"{unwanted} should be gone")

    def _text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display)

    def wait_exit(self, timeout: float = 30.0) -> int:
        """Wait until the program ends by itself; return its exit code."""
        return self.process.wait(timeout)

    def hang_up(self) -> None:
        """Take the terminal away, as a lost SSH session does."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGHUP)

    def close(self) -> None:
        """End the program."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join(5)
        os.close(self._master)
