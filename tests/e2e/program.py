"""amitop as a person or a script starts it, at a real Asterisk."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from e2e.terminal import Terminal

from rig.asterisk import Asterisk

COMMAND = [sys.executable, "-m", "amitop"]


def environment(home: Path, secret: str | None) -> dict[str, str]:
    """What amitop may know: this secret, and no configuration but what is in `home`."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("AMITOP_", "XDG_"))}
    return kept | {"HOME": str(home)} | ({"AMITOP_SECRET": secret} if secret is not None else {})


class Watch:
    """A running `amitop watch --json`. Use as a context manager: it has ended when the block ends."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        # What is read is a pipe's, so a full one would make the program drop documents, not wait.
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *command],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._changed = threading.Condition()
        self._ended = False
        self._count = 0
        self._late: deque[tuple[int, dict]] = deque(maxlen=500)
        """The last documents with their numbers."""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "Watch":
        self.next()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._reader.join(10)
        self._process.stdout.close()
        self._process.stderr.close()

    def _read(self) -> None:
        for line in self._process.stdout:
            with self._changed:
                self._count += 1
                self._late.append((self._count, json.loads(line)))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def next(self, timeout: float = 20.0) -> dict:
        """Wait for a document that was begun after now; return it."""
        with self._changed:
            wanted = self._count + 2  # the next one may be on its way
            self._changed.wait_for(lambda: self._ended or self._count >= wanted, timeout)
            self._check(self._count >= wanted, f"no document in {timeout:.0f} s")
            return self._late[-1][1]

    def until(self, condition: Callable[[dict], object], timeout: float = 40.0, said: str = "") -> dict:
        """Wait for a document of which the condition holds, however soon it is over; return it.

        Raises AssertionError with the last one.
        """
        end = time.monotonic() + timeout
        with self._changed:
            seen = self._count
            while True:
                for number, document in self._late:
                    if number > seen and condition(document):
                        return document
                seen = self._count
                left = end - time.monotonic()
                if left > 0 and not self._ended:
                    self._changed.wait(left)
                late = self._late[-1][1] if self._late else None
                self._check(left > 0 and not self._ended, f"{said or condition}: not so in {timeout:.0f} s: {late}")

    def _check(self, fine: bool, complaint: str) -> None:
        if not fine:
            ended = f"; the program ended: {self._process.stderr.read()!r}" if self._ended else ""
            raise AssertionError(complaint + ended)


class Amitop:
    """Starts amitop at one Asterisk, as one AMI user."""

    def __init__(self, pbx: Asterisk, home: Path, user: str = "admin", secret: str | None = None) -> None:
        self.target = f"{user}@{pbx.host}:{pbx.ports.ami}"
        self.tls_target = f"amis://{user}@{pbx.host}:{pbx.ports.ami_tls}"
        self.env = environment(home, pbx.users.get(user) if secret is None else secret)

    def run(self, *arguments: str, timeout: float = 30) -> subprocess.CompletedProcess[str]:
        """Run a headless command to its end; `TARGET` among the arguments stands for the target."""
        words = [self.target if word == "TARGET" else word for word in arguments]
        return subprocess.run(
            [*COMMAND, *words], env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout
        )

    def snapshot(self) -> dict:
        """The document that `amitop snapshot --json` prints. Raises AssertionError with its complaint."""
        done = self.run("snapshot", "TARGET", "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def watch(self, every: float = 0.2) -> Watch:
        """`amitop watch`, from now on."""
        return Watch([*COMMAND, "watch", self.target, "--json", "--every", str(every)], self.env)

    def dashboard(self, *arguments: str, columns: int = 160, rows: int = 40) -> Terminal:
        """The dashboard in a terminal of its own."""
        return Terminal([*COMMAND, self.target, *arguments], self.env, columns, rows)
