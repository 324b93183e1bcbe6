"""The dialogs over columns: what they hand back, and that a table acts on it."""

from typing import Any

import pytest
from textual.app import App
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from ui.table_rows import COLUMNS, TableApp

from amitop.ui.column_chooser import ColumnChooser, SortPicker, sorted_by
from amitop.ui.live_table import LiveTable
from amitop.views.format import ASCII
from amitop.views.projection import Query

DEFAULTS = ("time", "state", "from", "to", "via")


async def answer(screen: ModalScreen[Any], *keys: str) -> object:
    """Return what *screen* dismisses with after *keys*."""
    app: App[None] = App()
    answers: list[object] = []
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(screen, answers.append)
        await pilot.press(*keys)
        await pilot.pause()
        assert app.screen is not screen, "still open"
    return answers[0]


def prompts(screen: ModalScreen[Any]) -> list[str]:
    return [str(option.prompt) for option in screen.query_one(OptionList).options]


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (["enter"], DEFAULTS),
        (["space", "enter"], DEFAULTS[1:]),
        (["end", "space", "enter"], (*DEFAULTS, "id")),
        (["down", "space", "space", "enter"], DEFAULTS),
        (["space", "down", "space", "d", "enter"], DEFAULTS),
        (["space", "escape"], None),
        (["space", "q"], None),
    ],
)
async def test_columns_are_chosen_in_their_order(keys: list[str], chosen: tuple[str, ...] | None) -> None:
    assert await answer(ColumnChooser(COLUMNS, DEFAULTS), *keys) == chosen


async def test_the_last_column_stays() -> None:
    assert await answer(ColumnChooser(COLUMNS, ("time",)), "space", "enter") == ("time",)


async def test_each_line_says_whether_it_is_shown_and_what_it_is() -> None:
    app: App[None] = App()
    screen = ColumnChooser(COLUMNS, ("time",))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(screen)
        await pilot.press("down", "space")
        assert [prompt[:3] for prompt in prompts(screen)] == ["[x]", "[x]", "[ ]", "[ ]", "[ ]", "[ ]"]
        assert "STATE" in prompts(screen)[1]
        assert "what the call is doing" in prompts(screen)[1]


async def test_a_click_shows_or_hides() -> None:
    app: App[None] = App()
    screen = ColumnChooser(COLUMNS, DEFAULTS)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(screen)
        await pilot.pause()
        await pilot.click(OptionList, offset=(5, 1))
        await pilot.pause()
        assert prompts(screen)[1].startswith("[ ]")


@pytest.mark.parametrize(
    ("keys", "query"),
    [
        (["enter"], Query(sort="state", reverse=True)),
        (["down", "enter"], Query(sort="from")),
        (["home", "enter"], Query(sort="time", reverse=True)),
        (["escape"], None),
    ],
)
async def test_a_sort_is_picked(keys: list[str], query: Query | None) -> None:
    assert await answer(SortPicker(COLUMNS, Query(sort="state")), *keys) == query


def test_numbers_begin_with_the_largest_and_a_second_choice_reverses() -> None:
    query = sorted_by(Query(), COLUMNS[0])
    assert query == Query(sort="time", reverse=True)
    assert sorted_by(query, COLUMNS[0]) == Query(sort="time", reverse=False)
    assert sorted_by(query, COLUMNS[1]) == Query(sort="state", reverse=False)


@pytest.mark.parametrize("key", ["c", "s"])
async def test_ascii_glyphs_leave_nothing_else(key: str) -> None:
    app = TableApp(glyphs=ASCII)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r", key)
        words = [str(each.render()) for each in app.screen.query(Static)]
        assert "".join([*words, *prompts(app.screen)]).isascii()  # type: ignore[arg-type]


async def test_the_table_takes_over_the_columns() -> None:
    app = TableApp()
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.press("c")
        await pilot.press("down", "space", "end", "space", "enter")
        assert app.table.chosen == ("time", "from", "to", "via", "id")
        assert "STATE" not in app.lines[0]
        assert [each.keys for each in app.log_of.of(LiveTable.ColumnsChanged)] == [app.table.chosen]
        await pilot.press("c", "space", "escape")
        assert len(app.log_of.of(LiveTable.ColumnsChanged)) == 1


async def test_the_table_takes_over_the_sort() -> None:
    app = TableApp()
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.press("s")
        await pilot.press("down", "enter")
        assert app.table.asked.sort == "state"
        assert app.ids[0] == next(row.id for row in app.rows if row.state == "Congested")
        await pilot.press("s", "escape")
        assert len(app.log_of.of(LiveTable.SortChanged)) == 1


async def test_the_dialogs_fit_a_small_terminal() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 10)) as pilot:
        for key in ("c", "s"):
            await pilot.press(key)
            regions = [each.region for each in app.screen.query("*")]
            assert all(app.screen.region.contains_region(region) for region in regions), regions
            assert app.screen.query_one(OptionList).region.height >= 3
            await pilot.press("escape")
