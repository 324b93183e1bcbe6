"""What the table looks like, as text: goldens at three sizes, styles under each kind of theme, and hostile text.

To accept a change on purpose: run with AMITOP_ACCEPT=1 and read the difference before committing it.
"""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.style import Style
from textual.theme import BUILTIN_THEMES
from ui.table_rows import COLUMNS, Row, TableApp, calls, ended

from amitop.ui.live_table import LiveTable
from amitop.ui.table_lines import GUTTER
from amitop.views.format import ASCII, UNICODE, Glyphs

GOLDENS = Path(__file__).with_name("goldens")

HOSTILE = [
    "Bob [/foo]",
    "[@click=app.quit]Bob[/]",
    "[@click=app.hangup('1.1')]press[/]",
    "[bold red]x",
    "[b + c",
    "trailing \\",
    "$name [b]$x[/b]",
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b]8;;http://evil\x1b\\link",
    "\x9b31mC1",
    "\x90dcs\x9c",
    "nul\x00del\x7fbell\x07",
    "back\x08\x08space",
    "cr\rlf\nvt\x0bff\x0ctab\tend",
    "rlo \u202egnp.exe",
    "isolate \u2066x\u2069 mark \u200f",
    "zero\u200bwidth\ufeffjoin\u200d",
    "surrogate \udc80 pair",
    "line\u2028sep\u2029",
    "nb\xa0sp",
    "zalgo" + "\u0301" * 500,
    "wide 王小明王小明王小明王小明王小明",
    "emoji 👩‍👩‍👧‍👦 ❤️ 🇨🇭",
    "a" * 100_000,
    "",
]


def check_golden(name: str, text: str) -> None:
    path = GOLDENS / f"{name}.txt"
    if os.environ.get("AMITOP_ACCEPT") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("size", [(60, 12), (80, 24), (160, 50)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_frame(size: tuple[int, int], glyphs: Glyphs) -> None:
    rows = calls(60)
    legs = tuple(replace(rows[2], id=f"leg.{n}", caller=f"{'├└'[n]} PJSIP/agent0{n}", callee="") for n in range(2))
    rows[2] = replace(rows[2], children=legs)
    rows[5] = replace(ended(rows[5]), via="busy here")
    app = TableApp(rows, glyphs=glyphs)
    app.clock.now = 4000.0
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press("r", "down", "space", "space", "z")
        app.rows.remove(rows[1])
        app.tick()
        kind = "ascii" if glyphs.is_ascii else "unicode"
        check_golden(f"table-{size[0]}x{size[1]}-{kind}", "\n".join(app.lines) + "\n")


async def test_hostile_text_is_shown_and_nothing_more() -> None:
    rows = [
        Row(id=f"{n}.{text}", state=text, caller=text, callee=text, via=text, started=float(n))
        for n, text in enumerate(HOSTILE)
    ]
    app = TableApp(rows)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        table = app.table
        table.choose([column.key for column in COLUMNS])
        for y in range(40):
            strip = table.render_line(y)
            for segment in strip:
                assert segment.text.isprintable(), repr(segment.text)
                assert segment.control is None
                assert segment.style is not None
                assert not segment.style.meta
                assert segment.style.link is None
            assert strip.cell_length == cell_len(strip.text), "nothing pushes the line out of its columns"
        assert "Bob [/foo]" in "\n".join(app.lines)
        for y in range(1, len(HOSTILE) + 1):
            await pilot.click(table, offset=(30, y))
        assert {each.key for each in app.log_of.of(LiveTable.CursorMoved)} == {row.key for row in rows}


async def test_a_hostile_message_for_an_empty_table_is_only_text() -> None:
    app = TableApp([])
    async with app.run_test(size=(60, 12)) as pilot:
        for text in HOSTILE:
            app.table.empty = text
            await pilot.pause()
            assert all(segment.text.isprintable() for y in range(12) for segment in app.table.render_line(y))


STATES = {"normal": 1, "marked": 2, "ended": 3, "cursor": 4}


def style_of(app: TableApp, column: str, y: int) -> Style | None:
    """The style of a cell: those side by side in one style are one segment."""
    x = next(GUTTER + placed.x for placed in app.table._placed if placed.column.key == column)
    return next(iter(app.table.render_line(y).crop(x, x + 1))).style


async def shown_styles(app: TableApp) -> dict[str, tuple[object, ...]]:
    """The style of each line in a state of its own: the FROM cell, which has none of its own."""
    async with app.run_test(size=(100, 12)) as pilot:
        await pilot.pause()
        app.rows[2] = ended(app.rows[2])
        app.tick()
        await pilot.press("down", "space", "down")
        looks = {}
        for name, y in STATES.items():
            style = style_of(app, "from", y)
            assert style is not None
            looks[name] = style
        app.rows.pop(3)
        app.tick()
        lost = style_of(app, "from", 4)
        assert lost is not None
        looks["lost"] = lost
        return {name: (s.color, s.bgcolor, s.bold, s.dim, s.reverse, s.underline) for name, s in looks.items()}


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark", "ansi-light"])
async def test_each_state_of_a_row_looks_different(theme: str) -> None:
    app = TableApp()
    app.theme = theme
    looks = await shown_styles(app)
    assert len(set(looks.values())) == len(looks), looks


async def test_without_colours_text_styles_tell_states_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = TableApp(ansi_color=True)
    app.theme = "ansi-dark"
    looks = await shown_styles(app)
    plain = {name: tuple(bool(each) for each in look[2:]) for name, look in looks.items()}
    assert len(set(plain.values())) == len(plain), plain
    assert plain["cursor"][2], "the cursor is drawn in reverse"


async def test_a_new_theme_is_taken_over() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.pause()
        before = style_of(app, "from", 2)
        app.theme = "textual-light"
        await pilot.pause()
        after = style_of(app, "from", 2)
        assert before is not None
        assert after is not None
        assert before.color != after.color
        assert before.bgcolor != after.bgcolor


async def test_a_table_without_the_focus_has_a_quieter_cursor() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.pause()
        focused = style_of(app, "from", 1)
        app.table.blur()
        await pilot.pause()
        blurred = style_of(app, "from", 1)
        assert focused is not None
        assert blurred is not None
        assert focused.bgcolor != blurred.bgcolor
        assert app.lines[1].startswith(">")


async def test_a_cell_s_meaning_colours_the_cell_alone() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.pause()
        assert "Congested" in app.lines[4]
        state, beside = style_of(app, "state", 4), style_of(app, "from", 4)
        assert state is not None
        assert beside is not None
        assert state.color != beside.color
        assert state.bgcolor == beside.bgcolor


def test_every_theme_name_here_exists() -> None:
    assert {"textual-dark", "textual-light", "ansi-dark", "ansi-light"} <= set(BUILTIN_THEMES)


async def test_columns_say_how_to_crop() -> None:
    narrow = replace(COLUMNS[2], width=12, flex=0)
    app = TableApp([Row("1.1", caller="Dr. Very Long Name +15551234")])
    app.table.columns = (narrow,)
    app.table.choose(["from"])
    async with app.run_test(size=(40, 6)) as pilot:
        await pilot.pause()
        assert app.lines[1] == "> D… +15551234"
