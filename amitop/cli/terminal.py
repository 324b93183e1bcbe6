"""Whether there is a terminal that the dashboard can be drawn on. Asked before anything else is."""

from __future__ import annotations

import os
import sys

from amitop.cli.failure import ExitCode, Failure


def require_terminal() -> None:
    """Raise `Failure` where the dashboard cannot be used, with what to use instead.

    Textual reads stdin and draws on stderr, and would try that on a file or a dumb terminal too (`style.md` 4.14).
    """
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, f"__{name}__")
        if stream is None or not stream.isatty():
            raise Failure(
                ExitCode.USAGE, f"the dashboard needs a terminal and {name} is none; `amitop snapshot` prints instead"
            )
    term = os.environ.get("TERM", "")
    if term in {"", "dumb", "unknown"}:
        raise Failure(ExitCode.USAGE, f"the dashboard cannot be drawn on TERM={term}; `amitop snapshot` prints instead")
