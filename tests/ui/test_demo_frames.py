"""Whole screens of the demo, view by view: what a newcomer sees first. They differ when a view renders anything else.

Their state is made of nothing but the bytes that the simulation sends to a link that has run for a while, so a change
in the simulation changes them too. AMITOP_GOLDENS=write writes them anew, for a person to read and commit.
"""

import difflib
import os
import re
from pathlib import Path

from stage.demo import demo, staged
from stage.tours import NAMES, PASSING, STILL, go

from amitop.ami.link import LinkState
from fakes.pbx import screen_text

GOLDENS = Path(__file__).parent / "goldens" / "demo"
SIZES = ((160, 45), (80, 24))
COUNTED = re.compile(r"^ *(Bytes|Compared|Queues compared) .*", re.MULTILINE)
"""What counts the link's own doings, of which no frame need know."""


def test_every_view():
    """One test for all frames: where tests are spread over processors, each processor would run the demo for itself."""
    frames, health = {}, {}

    def take(name, app):
        text = COUNTED.sub(lambda counted: re.sub(r"\d", "0", counted.group()), screen_text(app))
        frames[f"{name}-{app.size.width}.txt"] = text + "\n"

    async def look():
        async with demo() as stage:
            pbx, store = stage.pbx, stage.pbx.store
            health.update(
                link=pbx.link.state,
                faults=(pbx.health.faults, pbx.health.last_fault),
                drift=(store.drift.differed, store.queue_drift.differed),
                unknown=dict(store.unknown),
            )
            assert store.drift.compared > 500
            for tours in (STILL, PASSING):
                for size in SIZES:
                    await go(stage, tours, size, take)

    staged(look)
    assert health == {"link": LinkState.LIVE, "faults": (0, ""), "drift": (0, 0), "unknown": {}}
    assert len(frames) == len(NAMES) * len(SIZES)
    if os.environ.get("AMITOP_GOLDENS") == "write":
        write(frames)
    assert {path.name for path in GOLDENS.iterdir()} == set(frames)
    differences = [line for name, text in frames.items() for line in compare(name, text)]
    assert not differences, "\n".join(differences)


def compare(name, text):
    golden = (GOLDENS / name).read_text(encoding="utf-8")
    return difflib.unified_diff(golden.splitlines(), text.splitlines(), name, "now", lineterm="", n=0)


def write(frames):
    GOLDENS.mkdir(exist_ok=True)
    for old in GOLDENS.iterdir():
        old.unlink()
    for name, text in frames.items():
        (GOLDENS / name).write_text(text, encoding="utf-8")
