"""The pane of details: how sections stand, and which keys work in it."""

import pytest

from amitop.ui.detail_pane import arrange
from amitop.views.detail import Section
from fakes.floor import floor_dashboard


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize("heights", [(1, 1, 9), (10, 2, 1), (3, 3, 3)])
def test_sections_without_a_story_begin_at_the_left(width, heights):
    titles = ("First", "Second", "Third")
    sections = [Section(title, (("A", "b"),) * count) for title, count in zip(titles, heights, strict=True)]
    lines = ["".join(text for text, _ in line) for line in arrange(sections, width)]
    assert lines[0].startswith("First")


async def test_the_keys_of_views_work_from_the_details():
    app = floor_dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        for key, name in (("3", "queues"), ("5", "agents"), ("1", "calls")):
            await pilot.press("2", "enter")
            await pilot.pause()
            assert app.focused is app.main.detail
            await pilot.press(key)
            await pilot.pause()
            assert app.main.view_name == name
            assert app.focused is app.main.view.table


@pytest.mark.parametrize("keys", [("2",), ("4",), ("5",), ("5", "v")])
async def test_enter_goes_to_the_details_of_a_row_that_has_nothing_beneath_it(keys):
    app = floor_dashboard()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*keys, "enter")
        await pilot.pause()
        assert app.focused is app.main.detail
