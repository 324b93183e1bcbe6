"""`amitop demo`: the dashboard on a PBX inside. No configuration is read, and nothing is written down."""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

import amitop
from amitop.cli.failure import ExitCode, Failure

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

STARTING = 15.0
"""Seconds at most until the PBX listens."""
ENDING = 3.0
PACKAGE = Path(amitop.__file__).parent
_CHILD = "import sys; sys.path.append(sys.argv.pop(1)); from amitop.cli.main import main; sys.exit(main())"
"""`-m amitop` would run whatever the working directory calls so."""
PASSED_ON = ("calls_per_minute", "agents", "queues", "seed", "speed", "channels", "events_per_second")


def run(args: argparse.Namespace) -> int:
    """Start the PBX, show it, and take it along on the way out."""
    secret = secrets.token_hex(16)
    with _simulation(args, secret) as port:
        # While it starts, what the screen needs is imported here.
        from amitop.ami.address import Address
        from amitop.ami.secret import Secret
        from amitop.cli import dashboard
        from amitop.cli.login import Login
        from amitop.config import Config, Profile

        profile = Profile(
            "demo", Address("127.0.0.1", port()), "amitop", Secret(secret), read_only=args.read_only, origin="the demo"
        )
        return dashboard.run(args, Login(profile, Config(Path(os.devnull))), keep=False)


@contextlib.contextmanager
def _simulation(args: argparse.Namespace, secret: str) -> Iterator[_Port]:
    """Run the PBX in a process of its own, so that the dashboard's figures are the dashboard's.

    It ends when its stdin does, which happens however this process ends. Raises `Failure` if it ended before.
    """
    words = [f"--{name.replace('_', '-')}={getattr(args, name)}" for name in PASSED_ON]
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-P", "-c", _CHILD, str(PACKAGE.parent), "simulate", "--port=0", "--for-parent", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env={**os.environ, "AMITOP_SECRET": secret},
            start_new_session=True,  # the terminal's signals are for the dashboard
        )
        port = _Port(process, complaints)
        try:
            yield port
        finally:
            by_itself = process.poll()
            _end(process)
        if by_itself is not None:
            raise Failure(ExitCode.BAD_NEWS, f"the simulated PBX ended by itself ({by_itself}): {port.complaint()}")


class _Port:
    """Waits for the PBX to say where it listens."""

    def __init__(self, process: subprocess.Popen[bytes], complaints: IO[bytes]) -> None:
        self._process = process
        self._complaints = complaints

    def __call__(self) -> int:
        """Return the port. Raises `Failure` when there is none."""
        said = self._process.stdout
        assert said is not None  # noqa: S101 - it was asked for
        ready, _, _ = select.select([said], [], [], STARTING)
        line = said.readline() if ready else b""
        if not line.strip().isdigit():
            _end(self._process)
            raise Failure(ExitCode.NO_CONNECTION, f"the simulated PBX did not start: {self.complaint()}")
        return int(line)

    def complaint(self) -> str:
        """Return the last line that the PBX left on stderr."""
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


def _end(process: subprocess.Popen[bytes]) -> None:
    """Have the PBX end, and wait until it has."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(ENDING)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
