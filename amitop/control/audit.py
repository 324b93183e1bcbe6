"""The audit log: one JSON line for every action that was sent, who sent it and what came of it."""

from __future__ import annotations

import getpass
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import platformdirs


def audit_path() -> Path:
    """Return where the log is: `audit.jsonl` in the user's state folder of this platform."""
    return Path(platformdirs.user_state_dir("amitop", appauthor=False)) / "audit.jsonl"


class Audit:
    """Appends to *path*. A log that cannot be written must not stop a person from hanging up a call, so `write` returns
    the problem as a line for the screen instead of raising.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or audit_path()

    def write(self, **facts: str | None) -> str | None:
        """Append one line with the time, the user, and *facts*. Returns a one-line problem, or None."""
        line = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "user": _user(),
            "from": os.environ.get("SSH_CLIENT", "").partition(" ")[0] or None,
            **facts,
        }
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "a", encoding="utf-8") as log:
                log.write(json.dumps(line, ensure_ascii=True) + "\n")
        except OSError as error:
            return f"not in the audit log: {self.path}: {error.strerror}"
        return None


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a uid without a name, as in a bare container
        return str(os.getuid())
