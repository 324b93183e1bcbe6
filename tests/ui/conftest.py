"""What every test of the screen needs: time of its own, no colours of the machine it runs on, goldens as plain text."""

import inspect
import os
from contextlib import nullcontext
from pathlib import Path

import pytest
from stage.alike import own_time, same_terminal
from stage.loop import StagedLoop

from fakes.pbx import screen_text

GOLDENS = Path(__file__).parent / "goldens"


def pytest_asyncio_loop_factories():
    """Run what is awaited here on a loop whose time goes on when nothing is left to do: no test waits for a clock."""
    return {"staged": StagedLoop}


@pytest.fixture(autouse=True)
def _same_everywhere(request):
    with same_terminal(), own_time() if inspect.iscoroutinefunction(request.function) else nullcontext():
        yield


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
