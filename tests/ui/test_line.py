"""A line of pieces fits its width exactly, whatever is in it, and keeps what matters."""

import pytest
from rich.cells import cell_len
from textual.app import App

from amitop.ui.line import Piece, line_of
from amitop.ui.view_tabs import ViewTabs
from amitop.views.format import ASCII, UNICODE
from fakes.pbx import screen_text

LEFT = [Piece("amitop", drop=5), Piece("pbx1"), Piece("● live", gap=1), Piece("Asterisk 22.10.1", drop=4)]
RIGHT = [Piece("RTT 0.4 ms", drop=6), Piece("drift 0", drop=9), Piece("14:02:33", drop=2, gap=4)]


def text(left, right, width, **kwargs):
    content, _ = line_of(left, right, width, **kwargs)
    return content.plain


@pytest.mark.parametrize("width", range(0, 120, 7))
def test_it_is_exactly_as_wide_as_asked(width):
    assert cell_len(text(LEFT, RIGHT, width)) == width


def test_the_right_side_ends_at_the_edge():
    line = text(LEFT, RIGHT, 80)
    assert line.startswith("amitop  pbx1 ● live  Asterisk 22.10.1   ")
    assert line.endswith("   RTT 0.4 ms  drift 0    14:02:33")


def test_the_least_important_goes_first():
    assert "drift" in text(LEFT, RIGHT, 71)
    assert " ".join(text(LEFT, RIGHT, 66).split()) == "amitop pbx1 ● live Asterisk 22.10.1 RTT 0.4 ms 14:02:33"
    assert " ".join(text(LEFT, RIGHT, 52).split()) == "amitop pbx1 ● live Asterisk 22.10.1 14:02:33"
    assert text(LEFT, RIGHT, 13) == "pbx1 ● live  "


def test_an_elastic_piece_is_cropped_before_others_are_lost():
    reason = Piece("127.0.0.1:5038: connection refused by the other side", elastic=True)
    line = text([Piece("pbx1"), reason], [Piece("14:02:33", drop=1)], 46)
    assert line == "pbx1  127.0.0.1:5038: connection re…  14:02:33"


def test_text_of_a_pbx_is_cleaned_and_never_markup():
    content, _ = line_of([Piece("[red]\x1b[2J[@click=app.quit]x[/]\u202e")], [], 60)
    assert content.plain.rstrip() == "[red]\ufffd[2J[@click=app.quit]x[/]\ufffd"
    assert not content.spans


def test_wide_and_ascii_text_keep_the_width():
    assert cell_len(text([Piece("王小明 ● 王")], [Piece("↔")], 20)) == 20
    line = text([Piece("王小明 ● 王")], [Piece("↔")], 20, glyphs=ASCII)
    assert line.isascii()
    assert len(line) == 20


def test_it_tells_where_each_piece_is():
    content, placed = line_of([Piece("one", tag="1"), Piece("two", tag="2")], [Piece("end", tag="3")], 20)
    assert [(content.plain[p.start : p.end], p.tag) for p in placed] == [("one", "1"), ("two", "2"), ("end", "3")]


@pytest.mark.parametrize(
    ("width", "notes", "expected"),
    [
        (60, [], " 1 Calls   2 Channels   4 Waiting "),
        (34, [], " 1 Calls   2 Channels   4 Waiting"),
        (33, [], "1Calls 2Channels 4Waiting"),
        (36, ["7 marked"], "1Calls 2Channels 4Waiting   7 marked"),
        (34, ["7 marked"], "1Calls 2 4                7 marked"),
        (10, [], "1Calls 2 4"),
    ],
)
async def test_tabs_move_together_and_lose_their_names_before_a_note_is_lost(width, notes, expected):
    class Tabs(App):
        def compose(self):
            yield ViewTabs(
                [("calls", "Calls"), ("channels", "Channels"), ("queues", "Queues"), ("waiting", "Waiting")], UNICODE
            )

    app = Tabs()
    async with app.run_test(size=(width, 3)) as pilot:
        tabs = app.query_one(ViewTabs)
        tabs.show_view("calls", [Piece(note, drop=2) for note in notes], {"queues"})
        await pilot.pause()
        assert screen_text(app).split("\n")[0] == expected.rstrip()
        assert [place.tag for place in tabs.placed if place.tag] == ["calls", "channels", "waiting"]
