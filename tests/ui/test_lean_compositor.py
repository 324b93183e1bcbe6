"""What the lean painter puts on a terminal for a partial update is what Textual's own would."""

import random

import pyte
from textual._compositor import Compositor
from textual.app import App, ComposeResult
from textual.containers import Container, VerticalScroll
from textual.geometry import Region
from textual.screen import Screen
from textual.widgets import Static

from amitop.ui.lean_compositor import LeanCompositor


class Crowd(Screen[None]):
    """Containers in containers, borders, something that scrolls, a dock, and one on a layer above, half over others."""

    CSS = """
    Crowd { layers: below above; }
    #over { layer: above; offset: 7 3; width: 20; height: 6; border: round red; background: blue; }
    #dock { dock: bottom; height: 1; background: green; }
    #row { layout: horizontal; height: 8; padding: 1 2; background: $panel; }
    #row Static { width: 1fr; border: solid white; }
    VerticalScroll { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._compositor = LeanCompositor()

    def compose(self) -> ComposeResult:
        with Container(id="row"):
            yield Static("left one", id="left")
            yield Static("the right one")
        with VerticalScroll():
            yield Static("\n".join(f"line {number} of many" for number in range(60)), id="long")
        yield Static("over them", id="over")
        yield Static("at the end", id="dock")


class CrowdApp(App[None]):
    def get_default_screen(self) -> Crowd:
        return Crowd()


class Paper:
    """A terminal that takes what is written."""

    def __init__(self) -> None:
        self.screen = pyte.Screen(60, 24)
        self._stream = pyte.Stream(self.screen)

    def take(self, text: str) -> list[list[pyte.screens.Char]]:
        """Write, and return every cell with its colours."""
        self._stream.feed(text)
        return [[self.screen.buffer[y][x] for x in range(60)] for y in range(24)]


def written(app: App[None], compositor: Compositor, regions: set[Region], render) -> str:
    compositor._dirty_regions = set(regions)
    update = render(compositor)
    return "" if update is None else update.render_segments(app.console)


async def test_any_part_of_a_crowded_screen_is_painted_as_textual_does():
    app, dice = CrowdApp(), random.Random(7)
    async with app.run_test(size=(60, 24)) as pilot:
        app.screen.query_one(VerticalScroll).scroll_to(y=5, animate=False)
        await pilot.pause()
        compositor = app.screen._compositor
        lean, theirs, some = Paper(), Paper(), 0
        for _ in range(300):
            regions = set()
            for _ in range(dice.randint(1, 4)):
                x, y = dice.randrange(60), dice.randrange(24)
                regions.add(Region(x, y, dice.randint(1, 60 - x), dice.randint(1, 24 - y)))
            text = written(app, compositor, regions, LeanCompositor.render_partial_update)
            expected = written(app, compositor, regions, Compositor.render_partial_update)
            assert lean.take(text) == theirs.take(expected), regions
            some += "line" in text
        assert some > 50


async def test_what_is_wholly_covered_is_not_rendered():
    app = CrowdApp()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        compositor = app.screen._compositor
        asked = []
        for widget in compositor.visible_widgets:

            def render(crop, widget=widget, lines=widget.render_lines):
                asked.append(widget.id)
                return lines(crop)

            widget.render_lines = render
        over = app.screen.query_one("#over")
        compositor._dirty_regions = {over.region}
        compositor.render_partial_update()
        assert asked == ["over"]


async def test_nothing_to_paint_is_nothing():
    app = CrowdApp()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        assert written(app, app.screen._compositor, set(), LeanCompositor.render_partial_update) == ""
