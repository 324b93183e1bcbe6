"""The terminal under the dashboard: what to do when it vanishes, and what a crash may print on it. No widgets."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import traceback
from typing import TYPE_CHECKING

from amitop.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

EXIT_CRASH = 70
"""EX_SOFTWARE of sysexits.h: amitop itself failed."""
EXIT_HANGUP = 128 + signal.SIGHUP
EXIT_TERMINATED = 128 + signal.SIGTERM

CHECK_EVERY = 1.0
GRACE = 2.0
"""Seconds that an orderly end may take once the terminal has gone."""


def terminal_alive(fd: int = 0) -> bool:
    """Whether *fd* is still a terminal: false once the other end of it has closed."""
    return os.isatty(fd)


class TerminalWatch(threading.Thread):
    """Ends the program when its terminal is gone. A thread, because that can find the event loop blocked.

    Textual's output thread dies with the terminal, and thirty writes later the loop waits for it for ever; where SIGHUP
    is ignored (nohup) the input thread spins instead (`style.md` 3.8). *leave* is called from this thread and must ask
    for an orderly end; if the process is still there after `GRACE` seconds, *kill* ends it.
    """

    def __init__(
        self,
        leave: Callable[[], object],
        *,
        alive: Callable[[], bool] = terminal_alive,
        kill: Callable[[int], None] = os._exit,
        every: float = CHECK_EVERY,
        grace: float = GRACE,
    ) -> None:
        super().__init__(name="amitop-terminal", daemon=True)
        self.gone = False
        self._leave, self._alive, self._kill, self._every, self._grace = leave, alive, kill, every, grace
        self._wake = threading.Event()
        self._stopped = threading.Event()

    def hang_up(self) -> None:
        """Take the terminal for gone now. Safe in a signal handler."""
        self.gone = True
        self._wake.set()

    def stop(self) -> None:
        """The program has ended in order: watch no more."""
        self._stopped.set()
        self._wake.set()

    def run(self) -> None:
        """Look once a second; the thread's body."""
        while not self._wake.wait(self._every):
            if not self._alive():
                self.gone = True
                break
        if self._stopped.is_set() or not self.gone:
            return
        self._leave()
        if not self._stopped.wait(self._grace):
            self._kill(EXIT_HANGUP)


@contextlib.contextmanager
def signals(watch: TerminalWatch, terminate: Callable[[], object]) -> Iterator[None]:
    """While this lasts, SIGHUP means that the terminal has gone, and SIGTERM asks for an orderly end (*terminate*).

    Plain handlers and not the loop's: those would never run on a loop that waits for a dead terminal.
    """
    before = {
        signal.SIGHUP: signal.signal(signal.SIGHUP, lambda *_: watch.hang_up()),
        signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: terminate()),
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def forget_terminal() -> None:
    """Have whatever is still written go nowhere, once the terminal has gone.

    The interpreter flushes its streams on its way out; where that fails, the process ends with 120 whatever its code.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def crash_report(error: BaseException, secrets: Iterable[str] = ()) -> str:
    """Return what may be printed of an exception that ends the program: a traceback without any variable's value.

    Textual's own report shows the locals of every frame, and with them whatever a PBX sent and a login knows
    (`style.md` 4.17). Text in the messages is cleaned, and any of *secrets* in it replaced.
    """
    text = "".join(traceback.format_exception(error))
    for secret in secrets:
        if secret:
            text = text.replace(secret, "•••")
    lines = [clean(line, 500) for line in text.splitlines()]
    return "\n".join(["amitop failed. This is a fault of amitop, and this report holds no secret:", "", *lines])
