"""amitop as a person or a script starts it, at a real Asterisk."""

import json
import os
import subprocess
import sys
from pathlib import Path

from e2e.terminal import Terminal

from rig.asterisk import Asterisk

COMMAND = [sys.executable, "-m", "amitop"]


def environment(home: Path, secret: str | None) -> dict[str, str]:
    """What amitop may know: this secret, and no configuration but what is in `home`."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("AMITOP_", "XDG_"))}
    return kept | {"HOME": str(home)} | ({"AMITOP_SECRET": secret} if secret is not None else {})


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

    def dashboard(self, *arguments: str, columns: int = 160, rows: int = 40) -> Terminal:
        """The dashboard in a terminal of its own."""
        return Terminal([*COMMAND, self.target, *arguments], self.env, columns, rows)
