"""Screens of queues, callers and agents as text, at the sizes that matter and on terminals that can show less."""

from datetime import time

import pytest
from views.queue_worlds import member, params

from amitop.shift.shift import Shift
from amitop.thresholds import Limit, QueueRules, Rules
from fakes.floor import floor_dashboard, floor_pbx
from fakes.pbx import screen_text

SMALL, LARGE = (80, 24), (160, 45)
RULES = Rules(
    default=QueueRules(wrapuptime=10, waiting=Limit(3, 5), longest_wait=Limit(30, 120), ready=Limit(1, 0)),
    pauses={"lunch": Limit(1200, 3600)},
    pause_reasons=("break", "lunch"),
    supervisor="PJSIP/9000",
    shift_starts=(time(6),),
)


def counted_pbx():
    """The floor with its shift counted from a minute ago."""
    pbx = floor_pbx()
    pbx.shift = Shift(pbx.store, pbx.wall_of, pbx.now)
    return pbx


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("queues", ("3", "down")),
        ("queue", ("3", "down", "enter")),
        ("waiting", ("4",)),
        ("agents", ("5",)),
        ("agents-grid", ("5", "v", "right")),
        ("wallboard", ("w",)),
    ],
)
async def test_views(golden, size, name, keys):
    app = floor_dashboard(counted_pbx(), rules=RULES)
    async with app.run_test(size=size) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        app.main.tick(force=True)
        await pilot.pause()
        golden(app, f"{name}-{size[0]}x{size[1]}")


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("why", ("3", "down", "y")),
        ("pause", ("5", "p", "down")),
        ("pause-many", ("5", "asterisk", "p")),
        ("move", ("4", "m", *"601@from-trunk")),
        ("remove", ("5", "down", "down", "minus")),
    ],
)
async def test_dialogs(golden, name, keys):
    app = floor_dashboard(rules=RULES)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        golden(app, f"{name}-80x24")


async def test_sixty_agents_stand_on_one_screen(golden):
    pbx = floor_pbx()
    people = [member("big", number, Status=1 + number % 6, LoginTime=1) for number in range(1, 71)]
    pbx.store.apply_queues([params("big"), *people], pbx.now, pbx.now, first=True)
    app = floor_dashboard(pbx)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("5", "v")
        await pilot.pause()
        text = screen_text(app)
        assert all(f"Agent {number:02}" in text for number in range(1, 71))
        golden(app, "agents-grid-70")


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (39, 10), (300, 90)])
async def test_no_size_is_too_small_or_too_large(size):
    app = floor_dashboard(rules=RULES)
    async with app.run_test(size=size) as pilot:
        for keys in (("3", "enter", "y", "tab"), ("escape", "4"), ("5", "v", "down", "p", "escape"), ("w", "right")):
            await pilot.press(*keys)
            await pilot.pause()
            assert len(screen_text(app).split("\n")) == size[1]


async def test_ascii_only():
    app = floor_dashboard(rules=RULES, ascii=True)
    async with app.run_test(size=LARGE) as pilot:
        for keys in (("3", "down"), ("enter",), ("escape", "4"), ("5",), ("v",), ("p",), ("escape", "w")):
            await pilot.press(*keys)
            await pilot.pause()
            text = screen_text(app)
            assert text.isascii(), [c for c in text if not c.isascii()]


async def test_each_line_fits_its_terminal():
    app = floor_dashboard(rules=RULES)
    async with app.run_test(size=SMALL) as pilot:
        for keys in (("3", "down"), ("4",), ("5",), ("v",), ("w",)):
            await pilot.press(*keys)
            await pilot.pause()
            for strip in app.screen._compositor.render_strips():
                assert strip.cell_length == 80


@pytest.mark.parametrize("theme", ["dark", "light", "contrast", "terminal"])
async def test_a_state_is_never_told_by_colour_alone(theme):
    app = floor_dashboard(rules=RULES, theme=theme)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("5", "v")
        await pilot.pause()
        text = screen_text(app)
        assert "‖ Agent 02" in text
        assert "Paused lunch 31:07 !" in text
        assert "✗ Agent 05" in text
