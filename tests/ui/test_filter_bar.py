"""The filter line: the filter follows each key, Enter keeps it, Esc drops it."""

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Input
from ui.table_rows import COLUMNS

from amitop.ui.filter_bar import FilterBar
from amitop.views.filters import EVERYTHING, parse_filter


class BarApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.bar = FilterBar(COLUMNS)
        self.texts: list[str] = []
        self.closed = 0
        self.seen_filter = EVERYTHING

    def compose(self) -> ComposeResult:
        yield self.bar

    def on_filter_bar_changed(self, message: FilterBar.Changed) -> None:
        self.texts.append(message.text)
        self.seen_filter = message.filter

    def on_filter_bar_closed(self) -> None:
        self.closed += 1


async def test_it_is_not_there_until_it_is_opened() -> None:
    app = BarApp()
    async with app.run_test() as pilot:
        assert not app.bar.display
        app.bar.open()
        await pilot.pause()
        assert app.bar.display
        assert app.bar.size.height == 1
        assert isinstance(app.focused, Input)


async def test_the_filter_follows_each_key() -> None:
    app = BarApp()
    async with app.run_test() as pilot:
        app.bar.open()
        await pilot.press("a", "n", "n", "backspace")
        await pilot.pause()
        assert app.texts == ["a", "an", "ann", "an"]
        assert app.seen_filter == parse_filter("an", COLUMNS)


@pytest.mark.parametrize("leave", ["enter", "down"])
async def test_enter_keeps_the_filter_and_the_line_in_sight(leave: str) -> None:
    app = BarApp()
    async with app.run_test() as pilot:
        app.bar.open()
        await pilot.press("a", leave)
        await pilot.pause()
        assert app.closed == 1
        assert app.bar.display
        assert app.bar.text == "a"
        assert app.seen_filter


async def test_enter_on_nothing_closes_the_line() -> None:
    app = BarApp()
    async with app.run_test() as pilot:
        app.bar.open()
        await pilot.press("enter")
        await pilot.pause()
        assert app.closed == 1
        assert not app.bar.display


async def test_escape_drops_the_filter_and_closes_the_line() -> None:
    app = BarApp()
    async with app.run_test() as pilot:
        app.bar.open()
        await pilot.press("a", "escape")
        await pilot.pause()
        assert app.closed == 1
        assert not app.bar.display
        assert app.texts[-1] == ""
        assert not app.seen_filter


async def test_opening_again_goes_on_with_what_was_typed() -> None:
    app = BarApp()
    async with app.run_test() as pilot:
        app.bar.open()
        await pilot.press("a", "enter")
        app.bar.open()
        await pilot.press("b")
        await pilot.pause()
        assert app.bar.text == "ab"
        app.bar.open(text="ringing")
        await pilot.pause()
        assert app.seen_filter == parse_filter("ringing", COLUMNS)


async def test_what_cannot_be_meant_is_said_beside_it() -> None:
    app = BarApp()
    async with app.run_test(size=(100, 5)) as pilot:
        app.bar.open(text="nonsense:x")
        await pilot.pause()
        problem = app.bar.query_one(".filter-problem")
        assert "nonsense" in str(problem.render())
        app.bar.open(text="state:x")
        await pilot.pause()
        assert str(problem.render()) == ""


async def test_pasted_control_characters_and_markup_stay_text() -> None:
    app = BarApp()
    async with app.run_test(size=(100, 5)) as pilot:
        app.bar.open(text="[@click=app.quit]x[/] \x1b[31m\u202e\x9b [/foo]:y")
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        for strip in strips:
            for segment in strip:
                assert segment.text.isprintable()
                assert segment.style is None or not segment.style.meta.get("@click")
        assert "[@click=app.quit]x[/]" in "".join(strip.text for strip in strips)
