"""What is shown of the demo: a few tours through the dashboard, a picture of each place worth one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from stage.demo import Demo
    from textual.pilot import Pilot

    from amitop.ui.app import AmitopApp

SETTLE = 0.3
"""Seconds of the loop's time for what a key has caused to be on the screen: a frame and a bit."""


@dataclass(frozen=True)
class To:
    """Move the cursor down to the first row in which all these words are."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Shot:
    """Take a picture."""

    name: str


@dataclass(frozen=True)
class Pass:
    """Let time pass, for what is shown as a change."""

    seconds: float


Step = str | To | Shot | Pass
Tour = tuple[Step, ...]

CALLS: Tour = (
    To(("Talking", "queue")), Shot("calls"), "enter", Shot("call-legs"), "left",
    "k", Shot("hang-up"), "n", "t", *"2005", Shot("transfer"), "escape", "P", Shot("park"), "escape",
    "slash", *"!talk", "enter", Shot("filter"), "escape",
    "c", Shot("columns"), "escape",
)  # fmt: skip
CHANNELS: Tour = ("2", To(("Up", "Queue(")), Shot("channels"))
QUEUES: Tour = (
    "3", To(("support",)), Shot("queues"), "enter", Shot("queue"), "y", Shot("why"), "escape", "escape",
    "4", Shot("waiting"), "m", Shot("move"), "escape",
)  # fmt: skip
AGENTS: Tour = ("5", To(("Talking",)), Shot("agents"), "p", Shot("pause"), "escape", "v", Shot("agents-grid"))
LINES: Tour = (
    "6", To(("In use",)), Shot("endpoints"), "7", To(("backup",)), Shot("trunks"),
    "8", Shot("rooms"), "9", Shot("quality"),
)  # fmt: skip
ABOUT: Tour = ("w", Shot("wallboard"), "escape", "question_mark", Shot("help"), "escape")
LINK: Tour = ("D", Pass(11.0), Shot("diagnostics"))

STILL = (CALLS, CHANNELS, QUEUES, AGENTS, LINES, ABOUT)
"""Of one and the same moment. Each begins at the start of the dashboard."""
PASSING = (LINK,)
"""Those in which time passes: what comes after them is of another moment."""
TOURS = STILL + PASSING
NAMES = [step.name for tour in TOURS for step in tour if isinstance(step, Shot)]


def only(name: str) -> Tour:
    """Return the tour to the picture *name* and no further, without those on the way."""
    tour = next(tour for tour in TOURS if Shot(name) in tour)
    way = tour[: tour.index(Shot(name))]
    return (*(step for step in way if not isinstance(step, Shot)), Shot(name))


async def go(
    demo: Demo, tours: Iterable[Tour], size: tuple[int, int], take: Callable[[str, AmitopApp], None], **settings: Any
) -> None:
    """Go on *tours* with a terminal of that *size*, and have *take* called with the name of each picture."""
    for tour in tours:
        app = demo.dashboard(**settings)
        async with app.run_test(size=size) as pilot:
            await asyncio.sleep(SETTLE)
            for step in tour:
                match step:
                    case str():
                        await pilot.press(step)
                    case To(words):
                        await _to(app, pilot, words)
                    case Pass(seconds):
                        demo.moment.go_on()
                        await demo.pass_on(seconds, looked_at=True)
                        demo.moment.stop()
                    case Shot(name):
                        await asyncio.sleep(SETTLE)
                        take(name, app)


async def _to(app: AmitopApp, pilot: Pilot[int], words: tuple[str, ...]) -> None:
    await asyncio.sleep(SETTLE)
    table, now = app.main.view.worked_in, app.main.now
    for row in table.rows:
        text = " ".join(column.text(row, now) for column in table.columns)
        if all(word in text for word in words):
            for _ in table.rows:
                if table.cursor_row is not None and table.cursor_row.key == row.key:
                    return
                await pilot.press("down")
    raise AssertionError(f"no row has all of {words}: the demo has changed, and this tour with it")
