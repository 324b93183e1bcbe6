"""From the words of a command line to an exit code. What a command needs is imported when it runs."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from amitop.cli.arguments import DASHBOARD, DEMO, parse
from amitop.cli.failure import ExitCode, Failure
from amitop.text import clean

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

_LINE = 1000
"""Characters of a complaint at most."""
YOUNG = 10_000
"""Objects more than there were, after which Python looks for cycles among them.

At its own 700 it looks at every read of a busy PBX, whose packets are no cycles: a quarter of what an event cost.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run amitop with the words *argv* (without the program's name; None: this process's own), return its exit code.

    Whatever a person got wrong is one line on stderr.
    """
    gc.set_threshold(max(YOUNG, gc.get_threshold()[0]), *gc.get_threshold()[1:])
    try:
        args = parse(sys.argv[1:] if argv is None else argv)
        return _run(args)
    except Failure as failure:
        # Its words may be a PBX's own, or a file's name.
        print(f"amitop: {clean(str(failure), _LINE)}", file=sys.stderr)
        return failure.code
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The interpreter flushes stdout once more on its way out, and must not find the broken pipe again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.BROKEN_PIPE


def _run(args: argparse.Namespace) -> int:
    """Find out everything that a person may have got wrong first: only then is the rest of amitop worth importing."""
    words = {}
    if args.command in {DASHBOARD, DEMO}:
        from amitop.cli.terminal import require_terminal

        require_terminal()
    if "target" in args:
        from amitop.cli.login import login_of  # `replay` logs in nowhere

        words["login"] = login_of(args)
    return int(import_module(f"amitop.cli.{args.command}").run(args, **words))
