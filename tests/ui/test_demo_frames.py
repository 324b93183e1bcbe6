"""Whole screens of the demo, view by view: what a newcomer sees first. They differ when a view renders anything else.

Their state is made of nothing but the bytes that the simulation sends to a link that has run for a while, so a change
in the simulation changes them too. AMITOP_GOLDENS=write writes them anew, for a person to read and commit.
"""

import os
import re
from pathlib import Path

import pytest
from stage.demo import demo, staged
from stage.tours import NAMES, PASSING, STILL, go

from amitop.ami.link import LinkState
from fakes.pbx import screen_text

GOLDENS = Path(__file__).parent / "goldens" / "demo"
COUNTED = re.compile(r"^ *(Bytes|Compared|Queues compared) .*", re.MULTILINE)
"""What counts the link's own doings, of which no frame need know."""
SIZES = ((160, 45), (80, 24))


def _zeros(counted):
    return re.sub(r"\d", "0", counted.group())


@pytest.fixture(scope="module")
def seen():
    """Every frame by name and width, and the link's health in between: one run for all."""
    frames, health = {}, {}

    def take(name, app):
        frames[name, app.size.width] = screen_text(app)

    async def look():
        async with demo() as stage:
            pbx, store = stage.pbx, stage.pbx.store
            health.update(
                link=pbx.link.state,
                faults=(pbx.health.faults, pbx.health.last_fault),
                drift=(store.drift.differed, store.queue_drift.differed),
                unknown=dict(store.unknown),
                compared=store.drift.compared,
            )
            for tours in (STILL, PASSING):
                for size in SIZES:
                    await go(
                        stage, tours, size, lambda name, app: frames.update({(name, app.size[0]): screen_text(app)})
                    )

    staged(look)
    return frames, health


@pytest.mark.parametrize("width", [size[0] for size in SIZES])
@pytest.mark.parametrize("name", NAMES)
def test_frame(seen, name, width):
    path, text = GOLDENS / f"{name}-{width}.txt", COUNTED.sub(_zeros, seen[0][name, width]) + "\n"
    if os.environ.get("AMITOP_GOLDENS") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_every_view_is_shown(seen):
    names = {name for name, _ in seen[0]}
    assert {path.name for path in GOLDENS.iterdir()} == {f"{name}-{size[0]}.txt" for name in names for size in SIZES}


def test_what_was_shown_was_true(seen):
    health = seen[1]
    assert health.pop("compared") > 500
    assert health == {"link": LinkState.LIVE, "faults": (0, ""), "drift": (0, 0), "unknown": {}}
