"""Text on its way to stdout: whole, at once, and never in the way of a PBX that is sending."""

from __future__ import annotations

import os
import queue
import sys
import threading

from amitop.cli.failure import ExitCode, Failure


def say(text: str) -> None:
    """Print *text* and a line end, and flush. Raises `Failure` where the output cannot be written."""
    try:
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # a name in Chinese on a Latin-1 terminal
        print(text, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _unwritable(error) from None


class LineWriter:
    """Writes lines to a file descriptor from a thread of its own, one at a time.

    A pipe whose reader has stopped (`| less`) blocks who writes to it; on the event loop that would stop the AMI reader
    too, and Asterisk cuts off a client that does not read (`ami.md` A.9).
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._idle = threading.Event()
        self._idle.set()
        self._error: OSError | None = None
        # A daemon, and os.write instead of sys.stdout: the program must be able to end while the pipe is blocked.
        self._thread = threading.Thread(target=self._run, name="amitop-output", daemon=True)
        self._thread.start()

    def offer(self, line: str) -> bool:
        """Take *line* for writing, or return False when the one before is not through yet.

        Raises BrokenPipeError when the reader has gone and `Failure` when writing failed otherwise.
        """
        self._check()
        if not self._idle.is_set():
            return False
        self._idle.clear()
        self._lines.put(line.encode(errors="replace") + b"\n")
        return True

    def close(self, timeout: float = 1.0) -> None:
        """Wait until everything is written, *timeout* seconds at most. Raises as `offer` does."""
        self._lines.put(None)
        self._thread.join(timeout)
        self._check()

    def _check(self) -> None:
        if isinstance(self._error, BrokenPipeError):
            raise self._error
        if self._error is not None:
            raise _unwritable(self._error)

    def _run(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                while line:
                    line = line[os.write(self._fd, line) :]
            except OSError as error:
                self._error = error
                return
            self._idle.set()


def _unwritable(error: OSError) -> Failure:
    return Failure(ExitCode.BAD_NEWS, f"the output cannot be written: {error.strerror}")
