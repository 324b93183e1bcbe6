"""What makes a test of the screen do the same on any machine, at any load, and sooner: Textual on the loop's own time.

For `stage.loop`. Textual looks at clocks of its own, and its pilot waits until the processor has little to do, which
never comes on a busy machine. Where time goes on only when nothing is left to do, a short sleep tells it for certain.
"""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from unittest import mock

from textual.css.stylesheet import Stylesheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.css.model import RuleSet

FRAME = 0.02
"""Seconds after which Textual has drawn what has changed (`textual.constants.MAX_FPS` is 60)."""
MACHINES_OWN = {"NO_COLOR", "TEXTUAL_THEME", "COLORTERM"}


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


async def _idle(*_: float) -> None:
    """Stand for Textual's wait for a processor at rest, which is never the same twice."""
    await asyncio.sleep(FRAME)


@contextmanager
def same_terminal() -> Iterator[None]:
    """Take away what differs from machine to machine: time zone, colours and animations."""
    environ = {name: value for name, value in os.environ.items() if name not in MACHINES_OWN}
    with mock.patch.dict(os.environ, environ | {"TZ": "UTC", "TEXTUAL_ANIMATIONS": "none"}, clear=True):
        time.tzset()
        yield
    time.tzset()


@contextmanager
def own_time() -> Iterator[None]:
    """Have Textual live on the running loop's time, and read no style sheet twice."""
    with ExitStack() as changes:
        for what, instead in (
            ("textual._time.get_time", _loop_time),
            ("textual.app.wait_for_idle", _idle),
            ("textual.pilot.wait_for_idle", _idle),
            ("textual.css.stylesheet.Stylesheet._parse_rules", _parse_once),
        ):
            changes.enter_context(mock.patch(what, instead))
        # A tidy memory is of no use to a dashboard that is over in a moment.
        changes.enter_context(mock.patch("amitop.ui.app.gc"))
        yield


_parsed: dict[tuple[object, ...], list[RuleSet]] = {}
_really_parse = Stylesheet._parse_rules


def _parse_once(sheet: Stylesheet, css: str, *args: object, **more: object) -> list[RuleSet]:
    """Keep rules for all apps, as Textual itself does within one: a third of what a start costs, and always the same.

    They are the same as long as the text, what it is for, and the theme's variables are.
    """
    key = (css, args, *sorted(more.items()), tuple(sheet._variables.items()))
    if key not in _parsed:
        _parsed[key] = _really_parse(sheet, css, *args, **more)  # type: ignore[arg-type]
    return _parsed[key]
