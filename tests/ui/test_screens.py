"""What else there is: help, diagnostics, the palette, the details, tabs, and the line of keys."""

from types import SimpleNamespace

from textual.widgets import Input

from amitop.health import LinkState
from amitop.ui.detail_pane import arrange
from amitop.ui.help import NOT_OURS
from amitop.ui.line import wrap
from amitop.ui.state_line import version_words
from amitop.views.detail import Section
from fakes.events import block, event
from fakes.pbx import FakePbx, dashboard, screen_text, talking

SMALL = (80, 24)


def last_line(app) -> str:
    return screen_text(app).split("\n")[-1].strip()


async def test_help_is_written_from_the_bindings():
    app = dashboard(talking())
    async with app.run_test(size=(100, 70)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        text = screen_text(app)
        bindings = [
            binding
            for _, binding, _, _ in app.main.active_bindings.values()
            if binding.description and not binding.system and binding.action not in NOT_OURS
        ]
        assert len(bindings) > 20
        assert "Focus" not in text
        for binding in bindings:
            words = binding.tooltip or binding.description
            assert words in text or f"{binding.description}: {words[0].lower()}{words[1:]}" in text, words
        assert text.index("Dashboard") < text.index("Rows") < text.index("What a filter can say")
        await pilot.press("question_mark")
        assert app.screen is app.main


async def test_help_names_what_a_key_is_called_and_keeps_reasons_in_their_column():
    app = dashboard(talking())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        lines = screen_text(app).split("\n")
        assert any("3              Queues: a row for every queue" in line for line in lines)
        (first,) = (at for at, line in enumerate(lines) if "(the configuration names no" in line)
        column = lines[first].index("(")
        assert lines[first - 1][column:].startswith("Call somebody from your phone")
        assert lines[first + 1][column:].startswith('"PJSIP/9000")')


async def test_the_last_line_keeps_help_and_quit_however_narrow():
    app = dashboard(talking())
    async with app.run_test(size=(46, 24)) as pilot:
        await pilot.pause()
        line = last_line(app)
        assert line.startswith("k Hang up  t Transfer")
        assert line.endswith("? Help  q Quit")


async def test_while_a_filter_is_typed_the_last_line_names_its_keys_and_letters_are_letters():
    app = dashboard(talking())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("slash", *"k/?q")
        await pilot.pause()
        assert isinstance(app.focused, Input)
        assert app.focused.value == "k/?q"
        assert last_line(app) == "Enter Keep  Esc Clear  F1 Help"
        await pilot.press("escape")
        assert app.focused is app.main.view.table


async def test_a_click_on_a_key_presses_it():
    app = dashboard(talking())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        await pilot.click("KeyBar", offset=(last_line(app).index("? Help") + 3, 0))
        await pilot.pause()
        assert "Esc goes back" in screen_text(app)


async def test_the_tabs_show_and_switch_the_view():
    app = dashboard(talking())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.click("ViewTabs", offset=(14, 0))
        await pilot.pause()
        assert app.main.view_name == "channels"
        assert "CHANNEL " in screen_text(app)
        await pilot.press("1")
        await pilot.pause()
        assert "FROM " in screen_text(app)


async def test_each_view_keeps_its_filter():
    app = dashboard(talking())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("slash", *"ann", "enter", "2", "1")
        await pilot.pause()
        assert len(app.main.view.table.rows) == 1
        assert len(app.main.views["channels"].table.rows) == 5
        await pilot.press("escape")
        await pilot.pause()
        assert len(app.main.view.table.rows) == 3


async def test_a_filter_that_hides_all_says_so():
    app = dashboard(talking())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("slash", *"nobody", "enter")
        await pilot.pause()
        assert "No calls match the filter" in screen_text(app)


async def test_details_are_there_where_there_is_room_and_wherever_they_are_wanted():
    app = dashboard(talking())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        assert "details" not in screen_text(app)
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert "─ details" in screen_text(app)
        await pilot.press("d")
        await pilot.pause()
        assert "─ details" not in screen_text(app)
        await pilot.resize_terminal(80, 24)
        await pilot.press("d")
        await pilot.pause()
        assert "─ details" in screen_text(app)


async def test_details_follow_the_cursor():
    app = dashboard(talking())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("down")
        await pilot.pause()
        assert "queue support #2" in screen_text(app).partition("─ details")[2]


async def test_enter_on_a_channel_goes_to_its_details():
    app = dashboard(talking())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("2", "enter")
        await pilot.pause()
        assert app.focused is app.main.detail
        await pilot.press("d")
        await pilot.pause()
        assert app.focused is app.main.view.table


async def test_escape_and_the_key_of_the_view_go_back_from_the_details_to_the_rows():
    app = dashboard(talking())
    async with app.run_test(size=(120, 30)) as pilot:
        for key in ("escape", "2"):
            await pilot.press("2", "enter")
            await pilot.pause()
            assert app.focused is app.main.detail
            assert "Esc Rows" in last_line(app)
            await pilot.press(key)
            await pilot.pause()
            assert app.focused is app.main.view.table
            assert app.main.detail.display


async def test_the_details_of_a_row_stay_in_its_view():
    app = dashboard(talking())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("2", "slash", *"nobody", "enter", "1")
        await pilot.pause()
        assert "Legs" in screen_text(app).partition("─ details")[2]
        await pilot.press("2")
        await pilot.pause()
        assert "Nothing is selected" in screen_text(app).partition("─ details")[2]


def test_sections_stand_beside_each_other_and_lines_fit():
    sections = [Section("Call", (("State", "Talking"),) * 5), Section("Bridge", (("ID", "b1"),))]
    sections.append(Section("Events", (("9 s ago", "first"), ("1 s ago", "last " * 30))))
    for width in (30, 80, 160):
        lines = ["".join(text for text, _ in line) for line in arrange(sections, width)]
        assert len({len(line) for line in lines}) == 1
        assert width - 2 <= len(lines[0]) <= width
    assert lines[0].split() == ["Call", "Bridge", "Events"]
    assert "last" in lines[1]  # the latest line of the story first


def test_wrapping_breaks_at_spaces_and_in_words_only_where_it_must():
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("x" * 10 + " y", 4) == ["xxxx", "xxxx", "xx y"]
    assert wrap("", 5) == [""]
    assert wrap("王小明", 2) == ["王", "小", "明"]


async def test_freezing_is_told():
    pbx = talking()
    app = dashboard(pbx)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("z")
        pbx.now += 1
        app.main.tick()
        pbx.now += 3
        pbx.happen(event("Newchannel", block("9.9", "PJSIP/new-1")))
        app.main.tick()
        await pilot.pause()
        assert "frozen 4 s, 1 new" in screen_text(app)
        await pilot.press("z")
        pbx.now += 1
        app.main.tick()
        await pilot.pause()
        assert "frozen" not in screen_text(app)


async def test_marks_are_counted():
    app = dashboard(talking())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("space", "space")
        app.main.tick(force=True)
        await pilot.pause()
        assert "2 marked" in screen_text(app)


async def test_diagnostics():
    pbx = talking()
    pbx.health.events.update({"Newexten": 100, "Hangup": 5})
    pbx.health.clock_offset = -3.2
    pbx.store.unknown["Newchannel"] += 2
    app = dashboard(pbx)
    async with app.run_test(size=(160, 60)) as pilot:
        await pilot.press("D")
        pbx.now += 2
        pbx.health.events["Newexten"] += 100
        app.screen.renew()
        await pilot.pause()
        text = screen_text(app)
        assert "0.4 ms" in text
        assert "3.2 s behind" in text
        assert "Newchannel 2" in text
        assert "5 channels, 1 bridges, 3 calls" in text
        line = next(line for line in text.split("\n") if "Newexten" in line)
        assert line.split()[:3] == ["Newexten", "50/s", "200"]
        pbx.lose(LinkState.WAITING, "127.0.0.1: refused", retry_in=3)
        pbx.now += 1
        app.screen.renew()
        await pilot.press("R")
        await pilot.pause()
        assert "127.0.0.1: refused" in screen_text(app)
        assert pbx.retried == 1
        await pilot.press("escape")
        assert app.screen is app.main


async def test_the_palette_does_what_the_keys_do():
    app = dashboard(talking())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("ctrl+p", *"diagn")
        await pilot.pause(0.3)
        assert "How the link does" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert "Round trip" in screen_text(app)


async def test_the_palette_changes_the_colours():
    app = dashboard(talking())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("ctrl+p", *"colours: light")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert app.theme == "amitop-light"


async def test_an_idle_exchange_costs_no_projection_and_no_paint():
    pbx = talking()
    app = dashboard(pbx)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        asked = []
        source = app.main.view.source
        app.main.view.source = lambda now: asked.append(now) or source(now)
        for _ in range(20):
            app.main.tick()
        assert asked == []
        pbx.happen(event("Newchannel", block("9.9", "PJSIP/new-1")))
        app.main.tick()
        app.main.tick()
        assert len(asked) == 1
        pbx.now += 1
        app.main.tick()
        assert len(asked) == 2


async def test_a_view_is_made_when_it_is_first_shown_and_only_the_visible_one_is_brought_up_to_date():
    pbx = talking()
    app = dashboard(pbx)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        assert list(app.main.views) == ["calls"]
        await pilot.press("2", "1")
        calls, channels = app.main.views.values()
        assert len(calls.table.rows) == 3
        pbx.happen(event("Hangup", block("2.1", "PJSIP/trunk-00000005"), "Cause: 16\n"))
        pbx.now += 5
        app.main.tick()
        assert len(calls.table.rows) == 2
        assert len(channels.table.rows) == 5


async def test_the_keys_are_drawn_again_only_when_other_keys_work(monkeypatch):
    pbx = talking()
    app = dashboard(pbx)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        count = []
        monkeypatch.setattr(app.main, "refresh_bindings", lambda: count.append(1))
        for _ in range(5):
            pbx.now += 1
            app.main.tick()
            app.main.view.table.action_move(1)
        assert count == []
        pbx.lose(LinkState.WAITING, "gone", retry_in=3)
        app.main.tick(force=True)
        assert count == [1]


async def test_the_collector_is_frozen_once_there_is_a_state(monkeypatch):
    frozen = []
    monkeypatch.setattr("amitop.ui.app.gc", SimpleNamespace(collect=list, freeze=lambda: frozen.append(1)))
    pbx = FakePbx()
    pbx.link.state = LinkState.SYNCING
    app = dashboard(pbx)
    async with app.run_test(size=SMALL) as pilot:
        app._settle()
        assert frozen == []
        pbx.link.state = LinkState.LIVE
        app._settle()
        await pilot.pause()
        assert frozen == [1]
        assert app.was_live


def test_what_a_distribution_appends_to_a_version_is_left_out():
    assert version_words("16.28.0~dfsg-0+deb11u4") == "16.28.0"
    assert version_words("22.10.1+dfsg+~cs6.17.60671434-1") == "22.10.1"
    assert version_words("certified/20.7-cert1") == "certified/20.7-cert1"
    assert version_words("GIT-master-f0c1c1a") == "GIT-master-f0c1c1a"


async def test_drift_of_queues_counts_like_that_of_channels():
    pbx = talking()
    pbx.store.drift.differed, pbx.store.queue_drift.differed = 1, 2
    pbx.store.queue_drift.last.append("queue support: [b]Ann[/b] is not listed")
    app = dashboard(pbx)
    async with app.run_test(size=(120, 50)) as pilot:
        await pilot.pause(0.3)
        assert "drift 3" in screen_text(app)
        await pilot.press("D")
        await pilot.pause(0.3)
        text = screen_text(app)
        assert "Drift of queues" in text
        assert "queue support: [b]Ann[/b] is not listed" in text
