"""Small choices that outlive the program, such as hiding those who are not there: a JSON file in the state folder."""

from __future__ import annotations

import json
from pathlib import Path


def memory_path() -> Path:
    """Return where the choices are kept: `screen.json` in the user's state folder of this platform."""
    import platformdirs  # tests and scripts that never ask do not pay for it

    return Path(platformdirs.user_state_dir("amitop", appauthor=False)) / "screen.json"


class Memory:
    """Choices by name. With *path* None they last as long as the program.

    A file that cannot be read or written costs the choice and nothing else: it must not keep anybody from the screen.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._choices: dict[str, bool] = {}
        if path is None:
            return
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return
        if isinstance(kept, dict):
            self._choices = {name: choice for name, choice in kept.items() if isinstance(choice, bool)}

    def recall(self, name: str, otherwise: bool) -> bool:
        """Return the choice called *name*, or *otherwise* when nobody has made it."""
        return self._choices.get(name, otherwise)

    def keep(self, name: str, choice: bool) -> None:
        """Remember a choice."""
        self._choices[name] = choice
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.write_text(json.dumps(self._choices, indent=1) + "\n", encoding="utf-8")
        except OSError:
            self._path = None  # asked once is enough; it is remembered until the program ends
