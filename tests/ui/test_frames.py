"""Whole screens as text, at the two sizes that matter, and on the terminals that can show less."""

import pytest

from fakes.pbx import dashboard, screen_text, talking

SMALL, LARGE = (80, 24), (160, 45)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_calls(golden, size):
    app = dashboard(talking())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        golden(app, f"calls-{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_channels_with_details(golden, size):
    app = dashboard(talking())
    async with app.run_test(size=size) as pilot:
        await pilot.press("2")
        if size == SMALL:
            await pilot.press("d")
        await pilot.pause()
        golden(app, f"channels-{size[0]}x{size[1]}")


async def test_the_legs_of_a_call(golden):
    app = dashboard(talking())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        golden(app, "legs-80x24")


async def test_transfer(golden):
    app = dashboard(talking())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("t", *"1004")
        await pilot.pause()
        golden(app, "transfer-80x24")


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (39, 10), (300, 90)])
async def test_no_size_is_too_small_or_too_large(size):
    app = dashboard(talking())
    async with app.run_test(size=size) as pilot:
        await pilot.press("d", "2", "D", "escape", "t", "escape", "k", "n", "question_mark", "escape")
        await pilot.pause()
        lines = screen_text(app).split("\n")
        assert len(lines) == size[1]


async def test_each_line_fits_its_terminal():
    app = dashboard(talking())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        for strip in app.screen._compositor.render_strips():
            assert strip.cell_length == 80


async def test_ascii_only():
    app = dashboard(talking(), ascii=True)
    async with app.run_test(size=SMALL) as pilot:
        for keys in ((), ("d",), ("k",), ("n", "t"), ("escape", "question_mark"), ("escape", "s"), ("escape", "D")):
            await pilot.press(*keys)
            await pilot.pause()
            text = screen_text(app)
            assert text.isascii(), [c for c in text if not c.isascii()]
        await pilot.press("escape")
        await pilot.pause()
        assert "* live" in screen_text(app)
        assert "??? +15557654321" in screen_text(app)


async def test_a_stream_that_is_not_utf8_or_a_linux_console_gets_ascii():
    app = dashboard(talking(), environ={"TERM": "linux"})
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        assert screen_text(app).isascii()
        assert app.theme == "ansi-dark"


def colours(app) -> set[str]:
    """Colours that the frame asks the terminal for, `default` left out."""
    found = set()
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            style = segment.style
            for colour in (style.color, style.bgcolor) if style else ():
                if colour is not None and not colour.is_default:
                    found.add(colour.name)
    return found


async def test_no_color_means_none_at_all(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = dashboard(talking(), environ={"NO_COLOR": "1"})
    async with app.run_test(size=SMALL) as pilot:
        for keys in ((), ("d",), ("space",), ("k",), ("n", "question_mark")):
            await pilot.press(*keys)
            await pilot.pause()
            assert colours(app) == set()
        await pilot.press("escape")
        await pilot.pause()
        cursor = next(s for s in app.screen._compositor.render_strips() if s.text.startswith(">"))
        assert all(segment.style.reverse for segment in cursor if segment.text.strip())


@pytest.mark.parametrize("theme", ["dark", "light", "contrast", "terminal", "no-such-theme"])
async def test_every_theme_draws(theme):
    app = dashboard(talking(), theme=theme)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("d", "question_mark")
        await pilot.pause()
        assert "Keys" in screen_text(app)
