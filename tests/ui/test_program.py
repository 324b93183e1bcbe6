"""The dashboard as a program on a real pseudo-terminal: how it ends, and what it leaves on the terminal."""

import contextlib
import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DASHBOARD = """
import sys
from amitop.ami.address import Address
from amitop.ami.secret import Secret
from amitop.config import Profile, Settings
from amitop.ui.app import run_dashboard
{before}
profile = Profile(name="pbx1", address=Address("127.0.0.1", {port}, None), user="admin", secret=Secret("hunter22"))
sys.exit(run_dashboard([profile], Settings()))
"""
FAULT = """
from amitop.ui.main_screen import MainScreen
def fail(self):
    password = "hunter22"
    raise RuntimeError(f"it was {password}" + chr(27) + "]0;owned")
MainScreen.action_diagnostics = fail
"""


class Terminal:
    """A program on a pseudo-terminal of 80x24 that a test can type on, read from, and pull away."""

    def __init__(self, code: str, *, ignore_hangup: bool = False) -> None:
        self.master, slave = os.openpty()
        self.seen = b""
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        trap = "trap '' HUP; " if ignore_hangup else ""
        self.process = subprocess.Popen(
            ["setsid", "--ctty", "sh", "-c", f'{trap}exec "$0" -c "$1"', sys.executable, code],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            env={**os.environ, "TERM": "xterm-256color"},
        )
        os.close(slave)

    def read_until(self, text: bytes, seconds: float = 60.0) -> bytes:
        """Read until *text* was written."""
        deadline = time.monotonic() + seconds
        while text not in self.seen:
            left = deadline - time.monotonic()
            assert left > 0, f"{text!r} is not in {self.seen[-2000:]!r}"
            if select.select([self.master], [], [], left)[0]:
                try:
                    self.seen += os.read(self.master, 65536)
                except OSError:
                    break
        return self.seen

    def wait_still(self, seconds: float = 30.0) -> None:
        """Wait until the program does nothing any more."""
        deadline = time.monotonic() + seconds
        spent = -1
        while spent != (spent := self._processor_time()):
            assert time.monotonic() < deadline, "it goes on"
            time.sleep(0.5)

    def _processor_time(self) -> int:
        """Ticks that the program has used, as `proc_pid_stat(5)` counts them."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    def type(self, text: bytes) -> None:
        os.write(self.master, text)

    def end(self, seconds: float = 60.0) -> int:
        """Wait for the program to end, reading what it still writes, and return its exit code."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < deadline:
            if self.master >= 0 and select.select([self.master], [], [], 0.05)[0]:
                with contextlib.suppress(OSError):
                    self.seen += os.read(self.master, 65536)
            elif self.master < 0:
                time.sleep(0.05)
        return self.process.wait(0.1)

    def vanish(self) -> None:
        """Close the terminal's other end."""
        os.close(self.master)
        self.master = -1

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(5)
        if self.master >= 0:
            os.close(self.master)


@pytest.fixture
def start():
    terminals = []

    def start(before: str = "", port: int = 1, **kwargs) -> Terminal:
        terminals.append(Terminal(DASHBOARD.format(before=before, port=port), **kwargs))
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.close()


def test_leaving_without_ever_having_had_a_connection(start):
    terminal = start()
    terminal.read_until(b"no connection")
    terminal.type(b"q")
    assert terminal.end() == 3
    assert b"\x1b[?1049l\x1b[?25h" in terminal.seen  # the alternate screen is left and the cursor is back
    assert b"hunter22" not in terminal.seen


def test_ctrl_c_leaves_too(start):
    terminal = start()
    terminal.read_until(b"no connection")
    terminal.type(b"\x03")
    assert terminal.end() == 3


@pytest.mark.parametrize("ignore_hangup", [False, True], ids=["SIGHUP", "SIGHUP ignored"])
def test_a_terminal_that_vanishes_ends_the_program(start, ignore_hangup):
    terminal = start(ignore_hangup=ignore_hangup)
    terminal.read_until(b"no connection")
    terminal.vanish()
    assert terminal.end() == 129


@pytest.mark.parametrize("ignore_hangup", [False, True], ids=["SIGHUP", "SIGHUP ignored"])
def test_a_terminal_that_stops_reading_and_then_vanishes(start, ignore_hangup):
    before = """
from amitop.ui.main_screen import MainScreen
mount = MainScreen.on_mount
def on_mount(self):
    mount(self)
    self.set_interval(0.02, lambda: (self._state.draw_again(), self.refresh(layout=True)))
MainScreen.on_mount = on_mount
"""
    terminal = start(before=before, ignore_hangup=ignore_hangup)
    terminal.read_until(b"no connection")
    terminal.wait_still()  # nobody reads: the event loop now waits for the thread that writes
    terminal.vanish()
    assert terminal.end() == 129


def test_terminated_from_outside_it_restores_the_terminal(start):
    terminal = start()
    terminal.read_until(b"no connection")
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.end() == 143
    assert b"\x1b[?1049l" in terminal.seen


def test_a_fault_restores_the_terminal_and_tells_no_secret(start):
    terminal = start(before=FAULT)
    terminal.read_until(b"no connection")
    terminal.type(b"D")
    assert terminal.end() == 70
    report = terminal.seen.partition(b"\x1b[?1049l")[2]
    assert b"amitop failed" in report
    assert b"RuntimeError" in report
    assert b"hunter22" not in terminal.seen
    assert b"\x1b]0;" not in report


def test_a_fault_of_a_link_ends_the_program(start):
    before = """
from amitop.live import LivePbx
async def run(self):
    password = "hunter22"
    raise RuntimeError("broken link " + password)
LivePbx.run = run
"""
    terminal = start(before=before)
    assert terminal.end() == 70
    assert b"broken link" in terminal.seen
    assert b"hunter22" not in terminal.seen
