"""How a command ends: its exit code, and the one line that says why. Standard library only."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's end tells a script."""

    FINE = 0
    BAD_NEWS = 1
    """It worked, and the answer is bad: a check failed."""
    USAGE = 2
    """The command line, a file or the terminal is not what it must be."""
    NO_CONNECTION = 3
    LOGIN_REFUSED = 4
    INTERRUPTED = 130
    """128 + SIGINT, as shells say it."""
    BROKEN_PIPE = 141
    """128 + SIGPIPE: whoever read the output has gone."""


class Failure(Exception):
    """Ends the command with *code* after one line on stderr."""

    def __init__(self, code: ExitCode, line: str) -> None:
        super().__init__(line)
        self.code = code
