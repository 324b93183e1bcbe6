import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from amitop.pbx.model import NOBODY, Party
from amitop.views.format import ASCII, UNICODE, ago, fit, hms, party, rate, sparkline


@pytest.mark.parametrize(
    ("text", "width", "cell"),
    [
        ("abc", 5, "abc  "),
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("", 2, "  "),
        ("abc", 0, ""),
        ("abc", 1, "…"),
        ("王小明", 7, "王小明 "),
        ("王小明", 6, "王小明"),
        ("王小明", 5, "王小…"),
        ("王小明", 4, "王… "),
        ("e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
        ("❤\ufe0fx", 3, "❤x "),  # terminals disagree about VS16, so it goes
    ],
)
def test_fit_crops_and_pads_by_cells(text: str, width: int, cell: str) -> None:
    assert fit(text, width) == cell


def test_fit_to_the_right() -> None:
    assert fit("0:42", 6, "right") == "  0:42"
    assert fit("王", 3, "right") == " 王"


def test_fit_keeps_the_number_after_a_cropped_name() -> None:
    assert fit("Ann Lee +15551234567", 17, crop="inside") == "Ann… +15551234567"
    assert fit("Ann Lee +15551234567", 20, crop="inside") == "Ann Lee +15551234567"
    assert fit("Ann Lee +15551234567", 14, crop="inside") == "… +15551234567"
    assert fit("Ann Lee +15551234567", 13, crop="inside") == "Ann Lee +155…"
    assert fit("NoSpaceButLong", 6, crop="inside") == "NoSpa…"
    assert fit("Local/9001@internal-00000003;1", 18, crop="inside") == "Local/…-00000003;1"


def test_fit_without_unicode() -> None:
    assert fit("a → 王", 8, glyphs=ASCII) == "a -> ?  "
    assert fit("Ann Lee", 4, glyphs=ASCII) == "Ann>"
    assert fit("–", 3, "right", glyphs=ASCII) == "  -"


TEXT = st.text(alphabet=st.characters(codec=None), max_size=40) | st.text(
    "ab 王小\u0301\ufe0f\u200d\x1b\x07[/]–", max_size=40
)


@given(TEXT, st.integers(0, 30), st.sampled_from(["left", "right"]), st.sampled_from(["end", "inside"]), st.booleans())
def test_fit_is_exactly_as_wide_as_asked_and_printable(text: str, width: int, align, crop, ascii_only: bool) -> None:
    cell = fit(text, width, align, crop, ASCII if ascii_only else UNICODE)
    assert cell_len(cell) == width
    assert cell.isprintable()
    assert cell.isascii() or not ascii_only


@given(st.text("abc xyz", max_size=12))
def test_fit_changes_nothing_but_the_padding_where_there_is_room(text: str) -> None:
    assert fit(text, 12).rstrip(" ") == text.rstrip(" ")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (-3, "0:00"),
        (0.9, "0:00"),
        (42, "0:42"),
        (723, "12:03"),
        (3599.99, "59:59"),
        (3600, "1:00:00"),
        (3723, "1:02:03"),
        (86399, "23:59:59"),
        (2 * 86400 + 3 * 3600 + 4 * 60, "2d 03:04"),
    ],
)
def test_hms(seconds: float | None, text: str) -> None:
    assert hms(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "unknown"),
        (0.2, "now"),
        (23.9, "23 s ago"),
        (119, "119 s ago"),
        (120, "2 min ago"),
        (7200, "2 h ago"),
        (200000, "2 d ago"),
    ],
)
def test_ago(seconds: float | None, text: str) -> None:
    assert ago(seconds) == text


@pytest.mark.parametrize(
    ("per_second", "text"),
    [
        (0, "0/s"),
        (0.42, "0.4/s"),
        (3, "3/s"),
        (9.96, "10/s"),
        (412.4, "412/s"),
        (9999.6, "10.0k/s"),
        (12345, "12.3k/s"),
    ],
)
def test_rate(per_second: float, text: str) -> None:
    assert rate(per_second) == text


def test_party() -> None:
    assert party(Party("+15551234567", "Ann Lee")) == "Ann Lee +15551234567"
    assert party(Party("1001", None)) == "1001"
    assert party(Party("1001", "1001")) == "1001"
    assert party(Party("anonymous", "Anonymous")) == "Anonymous"
    assert party(Party(None, "Ann")) == "Ann"
    assert party(NOBODY) == "–"


def test_sparkline() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6], 8) == " ▁▂▃▄▅▆▇"
    assert sparkline([5], 3) == "  ▇"
    assert sparkline([0, 0], 2) == "▁▁"
    assert sparkline([9, 0, 7], 2) == "▁▇"
    assert sparkline([1, None, 6], 3) == "▂ ▇"
    assert sparkline([None], 1) == " "
    assert sparkline([], 0) == ""
    assert sparkline([1, 2], 0) == ""
    assert sparkline([0, 7], 2, ASCII) == "_#"


def test_the_ascii_set_is_ascii_and_stands_in_for_every_glyph() -> None:
    ours = "".join(value for value in vars(UNICODE).values() if isinstance(value, str))
    assert len(ours) > 20
    plain = ASCII.plain(ours)
    assert plain.isascii()
    assert plain.count("?") == 1  # the sign for a bad character itself
    assert all(cell_len(c) == 1 for c in ours)
