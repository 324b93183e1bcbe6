"""The table under a person's hands: what the keys and the mouse do, and what happens while rows come and go."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual import events
from textual.pilot import Pilot
from ui.table_rows import COLUMNS, Row, TableApp, calls, ended

from amitop.ui.column_chooser import ColumnChooser
from amitop.ui.live_table import LiveTable
from amitop.views.filters import parse_filter
from amitop.views.format import ASCII


@asynccontextmanager
async def running(
    rows: list[Row] | None = None, size: tuple[int, int] = (80, 24), **options: object
) -> AsyncIterator[tuple[TableApp, LiveTable[Row], Pilot[None]]]:
    app = TableApp(rows, **options)  # type: ignore[arg-type]
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, app.table, pilot


def key(row: Row) -> tuple[str, ...]:
    return row.key


def line_of(app: TableApp, row: Row) -> str:
    return app.lines[app.ids.index(row.id) + 1 - app.table.scroll_offset.y]


class TestCursor:
    async def test_it_begins_on_the_first_row(self) -> None:
        async with running() as (app, table, _):
            assert table.cursor_row == app.rows[0]
            assert app.lines[1].startswith("> ")
            assert [each.key for each in app.log_of.of(LiveTable.CursorMoved)] == [app.rows[0].key]

    @pytest.mark.parametrize(
        ("keys", "index"),
        [
            (["down", "down", "up"], 1),
            (["end"], 49),
            (["G", "home"], 0),
            (["G", "g"], 0),
            (["pagedown"], 10),
            (["pagedown", "pagedown", "pageup"], 10),
            (["up"], 0),
            (["end", "down"], 49),
        ],
    )
    async def test_keys_move_it_and_it_stays_in_sight(self, keys: list[str], index: int) -> None:
        async with running(calls(50), size=(80, 12)) as (app, table, pilot):
            await pilot.press(*keys)
            assert table.cursor_row == app.rows[index]
            assert line_of(app, app.rows[index]).startswith("> ")
            assert sum(line.startswith(">") for line in app.lines) == 1

    async def test_it_stays_with_its_call_when_rows_come_and_go(self) -> None:
        async with running() as (app, table, pilot):
            await pilot.press("down", "down", "down")
            mine = app.rows[3]
            app.rows = [Row("new.1"), *app.rows[1:], Row("new.2")]
            app.tick()
            assert table.cursor_row == mine
            app.rows = app.rows[2:]
            app.tick()
            assert table.cursor_row == mine
            assert line_of(app, mine).startswith("> ")

    async def test_no_other_call_slides_under_it(self) -> None:
        async with running() as (app, table, pilot):
            await pilot.press("down", "down")
            taken = app.rows.pop(2)
            app.tick()
            await pilot.pause()
            assert table.cursor_key is None
            assert table.cursor_row is None
            assert app.log_of.of(LiveTable.CursorMoved)[-1].key is None
            assert app.lines[3].startswith("? "), "the bar stays on its line, dim, with another glyph"
            await pilot.press("enter", "right", "left", "space")
            assert not app.log_of.of(LiveTable.Activated)
            assert not app.log_of.of(LiveTable.Collapsed)
            assert not table.marked
            app.rows.insert(2, taken)
            app.tick()
            assert table.cursor_row == taken

    async def test_a_lost_cursor_takes_the_row_that_it_covers_with_one_step_down(self) -> None:
        async with running() as (app, table, pilot):
            await pilot.press("down", "down")
            app.rows.pop(2)
            app.tick()
            await pilot.press("down")
            assert table.cursor_row == app.rows[2]
            assert app.lines[3].startswith("> ")

    async def test_a_row_that_ended_keeps_the_cursor_while_it_lingers(self) -> None:
        async with running() as (app, table, _):
            app.rows[0] = ended(app.rows[0])
            app.tick()
            assert table.cursor_row is not None
            assert table.cursor_row.ended

    async def test_a_filter_that_hides_its_row_puts_it_on_the_first_that_is_left(self) -> None:
        async with running() as (app, table, _):
            table.asked = replace(table.asked, filter=parse_filter("trunk", COLUMNS))
            app.tick()
            table.asked = replace(table.asked, filter=parse_filter("ringing", COLUMNS))
            app.tick()
            assert table.cursor_row is not None
            assert table.cursor_row.state == "Ringing"

    async def test_enter_and_right_open_and_left_closes(self) -> None:
        async with running() as (app, _table, pilot):
            await pilot.press("down", "enter", "right", "left")
            mine = app.rows[1].key
            assert [each.key for each in app.log_of.of(LiveTable.Activated)] == [mine, mine]
            assert [each.key for each in app.log_of.of(LiveTable.Collapsed)] == [mine]

    async def test_left_on_a_leg_goes_to_its_call(self) -> None:
        legs = (Row("leg.1"), Row("leg.2"))
        rows = calls(4)
        rows[1] = replace(rows[1], children=legs)
        async with running(rows) as (app, table, pilot):
            await pilot.press("down", "down", "down")
            assert table.cursor_row == legs[1]
            await pilot.press("left")
            assert table.cursor_row == rows[1]
            assert [each.key for each in app.log_of.of(LiveTable.Collapsed)] == [rows[1].key]
            await pilot.press("G", "left")
            assert table.cursor_row == rows[3], "a call is not a leg of the call above it"

    async def test_select_goes_to_a_row_that_is_listed(self) -> None:
        async with running(calls(50), size=(80, 12)) as (app, table, _):
            assert table.select(app.rows[40].key)
            assert table.cursor_row == app.rows[40]
            assert line_of(app, app.rows[40]).startswith("> ")
            assert not table.select(("pbx1", "unheard of"))
            assert table.cursor_row == app.rows[40]

    async def test_a_row_that_is_aimed_at_has_the_cursor_from_when_it_is_listed(self) -> None:
        async with running(calls(50), size=(80, 12)) as (app, table, pilot):
            late = app.rows.pop(40)
            app.tick()
            table.aim(late.key)
            assert table.cursor_row is None, "nothing can be done to another row meanwhile"
            app.tick()
            assert table.cursor_row is None
            app.rows.insert(40, late)
            app.tick()
            await pilot.pause()
            assert table.cursor_row == late
            assert line_of(app, late).startswith("> ")


class TestScroll:
    async def test_the_bar_is_drawn_anew_only_where_it_looks_different(self, monkeypatch) -> None:
        async with running(calls(60), size=(80, 12)) as (app, table, pilot):
            drawn = []
            monkeypatch.setattr(type(table), "_scroll_update", lambda self, size: drawn.append(size.height))
            for _ in range(3):
                app.rows.append(replace(app.rows[-1], id=f"new {len(app.rows)}"))
                app.tick()
            await pilot.pause()
            assert drawn == [], "a line more of sixty is less than an eighth of a line of the bar"
            assert table.virtual_size.height == 64, "and the last row is within reach all the same"
            del app.rows[30:]
            app.tick()
            assert drawn == [31]

    async def test_the_last_rows_stay_in_sight_when_rows_go(self) -> None:
        async with running(calls(60), size=(80, 12)) as (app, table, pilot):
            await pilot.press("G")
            del app.rows[57:]
            app.tick()
            await pilot.pause()
            assert table.scroll_offset.y == table.max_scroll_y
            assert app.rows[-1].key in {row.key for row in table.rows}

    async def test_the_screen_stays_when_the_cursor_s_row_wanders_off(self) -> None:
        async with running(calls(50), size=(80, 12)) as (app, table, pilot):
            await pilot.press("down")
            mine = app.rows.pop(1)
            app.rows.append(mine)
            app.clock.tick(5)
            app.tick()
            assert table.scroll_offset.y == 0
            assert table.cursor_row == mine
            assert table.cursor_index == 49
            assert not any(line.startswith(">") for line in app.lines)

    async def test_following_scrolls_along(self) -> None:
        async with running(calls(50), size=(80, 12)) as (app, table, pilot):
            await pilot.press("down", "f")
            mine = app.rows.pop(1)
            app.rows.append(mine)
            app.clock.tick(5)
            app.tick()
            assert table.follow
            assert line_of(app, mine).startswith("> ")
            await pilot.press("f")
            assert not table.follow

    async def test_the_header_stays_when_rows_scroll(self) -> None:
        async with running(calls(50), size=(80, 12)) as (app, _table, pilot):
            await pilot.press("end")
            assert "STATE" in app.lines[0]
            assert app.rows[-1].caller.split()[-1] in app.lines[-1]

    async def test_fewer_rows_leave_no_gap_below(self) -> None:
        async with running(calls(50), size=(80, 12)) as (app, table, pilot):
            await pilot.press("end")
            app.rows = app.rows[:14]
            app.tick()
            await pilot.pause()
            assert table.scroll_offset.y == 3
            assert app.lines[-1]

    async def test_the_wheel_scrolls_and_leaves_the_cursor(self) -> None:
        async with running(calls(50), size=(80, 12)) as (app, table, pilot):
            wheel = events.MouseScrollDown(table, 5, 5, 0, 3, 0, False, False, False)
            table.post_message(wheel)
            await pilot.pause()
            await pilot.wait_for_animation()
            assert table.scroll_offset.y > 0
            assert table.cursor_row == app.rows[0]


class TestOrder:
    async def test_arrows_of_the_keyboard_choose_the_sort_column(self) -> None:
        async with running() as (app, table, pilot):
            await pilot.press("greater_than_sign")
            assert (table.asked.sort, table.asked.reverse) == ("time", True), "numbers begin with the largest"
            assert "TIME▼" in app.lines[0]
            await pilot.press("greater_than_sign")
            assert (table.asked.sort, table.asked.reverse) == ("state", False)
            assert "STATE▲" in app.lines[0]
            await pilot.press("less_than_sign", "less_than_sign")
            assert table.asked.sort == "via", "round the corner, to the last one on the screen"
            assert [each.query.sort for each in app.log_of.of(LiveTable.SortChanged)] == [
                "time",
                "state",
                "time",
                "via",
            ]

    async def test_r_turns_the_order_round(self) -> None:
        async with running() as (app, table, pilot):
            await pilot.press("r")
            assert table.asked.sort == "time"
            assert app.ids[0] == app.rows[0].id
            await pilot.press("r")
            assert app.ids[0] == app.rows[-1].id
            assert "TIME▲" in app.lines[0]

    async def test_a_click_on_a_title_sorts_and_a_second_one_reverses(self) -> None:
        async with running() as (app, table, pilot):
            await pilot.click(table, offset=(12, 0))
            assert (table.asked.sort, table.asked.reverse) == ("state", False)
            await pilot.click(table, offset=(12, 0))
            assert table.asked.reverse
            assert app.ids[0] == next(row.id for row in app.rows if row.state == "Waiting")

    async def test_the_person_s_own_sort_does_not_wait(self) -> None:
        async with running() as (app, table, pilot):
            await pilot.press("down", "greater_than_sign", "r")
            assert app.ids == [row.id for row in reversed(app.rows)]
            assert table.cursor_row == app.rows[1]

    async def test_rows_do_not_jump_while_the_cursor_moves(self) -> None:
        async with running() as (app, _table, pilot):
            before = app.ids
            app.clock.tick(60)
            await pilot.press("down")
            app.rows.reverse()
            app.tick()
            assert app.ids == before
            app.clock.tick(1.1)
            app.tick()
            assert app.ids == before[::-1]

    async def test_z_freezes_the_order_and_keeps_what_is_gone(self) -> None:
        async with running() as (app, table, pilot):
            await pilot.press("z")
            assert table.frozen
            before, gone = app.ids, app.rows[4]
            app.rows = [Row("new.1", caller="Newcomer"), *reversed(app.rows)]
            app.rows.remove(gone)
            app.clock.tick(60)
            app.tick()
            assert app.ids == [*before, "new.1"]
            assert line_of(app, gone).startswith(" ×")
            assert table.order.new == 1
            assert "14:12" in line_of(app, gone), "its time has stopped when it was last seen"
            await pilot.press("z")
            app.tick()
            assert app.ids == [row.id for row in app.rows]

    async def test_a_gone_row_under_the_cursor_is_lost_even_though_it_is_still_shown(self) -> None:
        async with running() as (app, table, pilot):
            await pilot.press("space", "up", "z")
            app.rows.pop(0)
            app.tick()
            assert table.cursor_row is None
            assert app.lines[1].startswith("?×")
            assert not table.marked

    async def test_a_dialog_freezes_the_order_as_long_as_it_is_open(self) -> None:
        async with running() as (app, _table, pilot):
            before = app.ids
            app.push_screen(ColumnChooser(COLUMNS, ("time",)))
            await pilot.pause()
            app.rows.reverse()
            app.clock.tick(60)
            app.tick()
            assert app.ids == before
            await pilot.press("escape")
            app.tick()
            assert app.ids == before[::-1]


class TestMarks:
    async def test_space_marks_and_moves_on(self) -> None:
        async with running() as (app, table, pilot):
            await pilot.press("space", "space", "down", "space")
            assert table.marked == {key(app.rows[0]), key(app.rows[1]), key(app.rows[3])}
            assert app.lines[1].startswith(" ●")
            assert not app.lines[3].strip().startswith("●")
            assert [len(each.marked) for each in app.log_of.of(LiveTable.MarksChanged)] == [1, 2, 3]
            await pilot.press("up", "space")
            assert table.marked == {key(app.rows[0]), key(app.rows[1])}

    async def test_all_and_none(self) -> None:
        async with running() as (app, table, pilot):
            app.rows[2] = ended(app.rows[2])
            app.tick()
            await pilot.press("asterisk")
            assert len(table.marked) == 11, "what has ended cannot be acted on"
            await pilot.press("U")
            assert not table.marked

    async def test_a_marked_call_that_ends_is_no_longer_marked(self) -> None:
        async with running() as (app, table, pilot):
            await pilot.press("space", "space")
            app.rows[0] = ended(app.rows[0])
            app.tick()
            assert table.marked == {key(app.rows[1])}
            app.rows.pop(0)
            app.tick()
            await pilot.pause()
            assert table.marked == {key(app.rows[0])}
            assert len(app.log_of.of(LiveTable.MarksChanged)[-1].marked) == 1

    async def test_marks_survive_a_filter_but_only_those_in_sight_count(self) -> None:
        async with running() as (app, table, pilot):
            await pilot.press("space", "space")
            table.asked = replace(table.asked, filter=parse_filter("talking", COLUMNS))
            app.tick()
            assert table.marked == {key(app.rows[0])}
            table.asked = replace(table.asked, filter=parse_filter("", COLUMNS))
            app.tick()
            assert table.marked == {key(app.rows[0]), key(app.rows[1])}

    async def test_the_mark_of_a_leg_goes_when_its_call_is_closed(self) -> None:
        rows = calls(3)
        leg = Row("leg.1")
        opened = [rows[0], replace(rows[1], children=(leg,)), rows[2]]
        async with running(opened) as (app, table, pilot):
            await pilot.press("down", "down", "space")
            assert table.marked == {key(leg)}
            app.rows = rows
            app.tick()
            app.rows = opened
            app.tick()
            assert not table.marked

    async def test_marks_go_with_their_rows_wherever_these_are_sorted(self) -> None:
        async with running() as (app, table, pilot):
            await pilot.press("space", "r", "r")
            assert table.marked == {key(app.rows[0])}
            assert line_of(app, app.rows[0])[1] == "●"


class TestMouse:
    async def test_a_click_selects_and_the_second_opens(self) -> None:
        async with running() as (app, table, pilot):
            await pilot.click(table, offset=(20, 4))
            assert table.cursor_row == app.rows[3]
            assert not app.log_of.of(LiveTable.Activated)
            await pilot.click(table, offset=(20, 4))
            assert [each.key for each in app.log_of.of(LiveTable.Activated)] == [app.rows[3].key]

    async def test_a_click_in_the_gutter_marks(self) -> None:
        async with running() as (app, table, pilot):
            await pilot.click(table, offset=(1, 2))
            assert table.marked == {key(app.rows[1])}
            await pilot.click(table, offset=(0, 2))
            assert not table.marked

    async def test_a_click_below_the_rows_does_nothing(self) -> None:
        async with running() as (app, table, pilot):
            await pilot.click(table, offset=(20, 20))
            assert table.cursor_row == app.rows[0]

    async def test_a_click_on_the_row_under_a_lost_cursor_only_selects_it(self) -> None:
        async with running() as (app, table, pilot):
            app.rows.pop(0)
            app.tick()
            await pilot.click(table, offset=(20, 1))
            assert table.cursor_row == app.rows[0]
            assert not app.log_of.of(LiveTable.Activated)

    async def test_a_click_counts_from_where_the_rows_are_scrolled_to(self) -> None:
        async with running(calls(50), size=(80, 12)) as (app, table, pilot):
            await pilot.press("end")
            await pilot.click(table, offset=(20, 1))
            assert table.cursor_row == app.rows[39]


class TestColumns:
    async def test_the_chosen_ones_are_shown_if_there_is_room(self) -> None:
        async with running(size=(160, 12)) as (app, table, _):
            table.choose(["id", "time", "nonsense"])
            assert table.chosen == ("time", "id")
            assert app.lines[0].split() == ["TIME", "UNIQUEID"]
            table.choose(["nonsense"])
            assert table.chosen == ("time", "id")

    async def test_a_resize_drops_columns_and_brings_them_back(self) -> None:
        async with running(size=(100, 12)) as (app, _table, pilot):
            assert app.lines[0].split() == ["TIME", "STATE", "FROM", "TO", "VIA"]
            await pilot.resize_terminal(50, 12)
            assert app.lines[0].split() == ["TIME", "STATE", "FROM"]
            await pilot.resize_terminal(100, 12)
            assert app.lines[0].split() == ["TIME", "STATE", "FROM", "TO", "VIA"]

    async def test_no_line_is_wider_than_the_screen(self) -> None:
        async with running(size=(80, 12)) as (app, table, pilot):
            for width in (1, 2, 3, 7, 20, 33, 200):
                await pilot.resize_terminal(width, 12)
                for y in range(12):
                    strip = table.render_line(y)
                    assert strip.cell_length <= width
                    assert strip.cell_length == sum(segment.cell_length for segment in strip)
            assert app.lines[0]


class TestRepaint:
    async def test_only_lines_whose_text_changed_are_painted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async with running() as (app, table, pilot):
            painted: list[int] = []
            refresh = table.refresh

            def spy(*regions: object, **options: object) -> object:
                painted.extend(region.y for region in regions) if regions else painted.append(-1)  # type: ignore[attr-defined]
                return refresh(*regions, **options)  # type: ignore[arg-type]

            monkeypatch.setattr(table, "refresh", spy)
            app.tick()
            assert painted == []
            app.rows[4] = replace(app.rows[4], state="Ringing")
            app.tick()
            assert painted == [5]
            painted.clear()
            await pilot.press("down")
            assert sorted(painted) == [1, 2]

    async def test_an_empty_table_says_why(self) -> None:
        async with running([]) as (app, table, pilot):
            table.empty = "no call matches the filter"
            await pilot.pause()
            assert app.lines[12] == " " * 26 + "no call matches the filter"
            assert table.cursor_row is None
            await pilot.press("down", "enter", "space", "asterisk", "pagedown", "G", "left", "r")
            assert not table.marked
            app.rows = calls(2)
            app.tick()
            assert "matches" not in "\n".join(app.lines)

    async def test_ascii_glyphs_leave_nothing_else(self) -> None:
        async with running(glyphs=ASCII) as (app, _table, pilot):
            await pilot.press("space", "greater_than_sign")
            text = "\n".join(app.lines)
            assert text.isascii()
            assert "TIMEv" in text
            assert "*" in app.lines[1][:2]
