"""What every test of the screen needs: one time zone, no colours of the machine that runs it, goldens as plain text."""

import os
import time
from pathlib import Path

import pytest

from fakes.pbx import screen_text

GOLDENS = Path(__file__).parent / "goldens"


@pytest.fixture(autouse=True)
def _same_terminal_everywhere(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    for name in ("NO_COLOR", "TEXTUAL_THEME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def golden():
    """Compare the screen with a file; AMITOP_GOLDENS=write writes it, for a person to read and commit."""

    def compare(app, name: str) -> None:
        path, text = GOLDENS / f"{name}.txt", screen_text(app) + "\n"
        if os.environ.get("AMITOP_GOLDENS") == "write":
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    return compare
