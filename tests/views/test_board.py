import pytest
from rich.cells import cell_len

from amitop.thresholds import Level
from amitop.views.board import Tile, board_lines
from amitop.views.digits import HEIGHT, big, big_width
from amitop.views.format import ASCII, UNICODE

TILES = (
    Tile("Waiting", "12", Level.CRITICAL),
    Tile("Longest wait", "1:23", Level.WARN, room="0:00"),
    Tile("Ready", "2", style="good"),
    Tile("Talking", "3"),
    Tile("Service level %", "85", room="000"),
    Tile("Abandoned", "4"),
    Tile("Answered", "120", room="000"),
    Tile("Paused", "1"),
)


def text(lines) -> list[str]:
    return ["".join(part for part, _ in line) for line in lines]


def test_every_character_is_five_lines_of_one_width() -> None:
    for character in "0123456789:.-%!d –":
        shape = big(character)
        assert len(shape) == HEIGHT
        assert {len(line) for line in shape} == {big_width(character)}
        assert set("".join(shape)) <= {"█", " "}
    shapes = {tuple(big(character)) for character in "0123456789:.-%!d "}
    assert len(shapes) == len("0123456789:.-%!d "), "no two look the same"
    assert big("x") == big("?")


def test_digits_are_equally_wide_so_that_a_clock_does_not_dance() -> None:
    assert {big_width(f"{number}") for number in range(10)} == {6}


def test_a_scaled_figure_is_the_same_one_larger() -> None:
    small, large = big("42"), big("42", 2)
    assert large == [line for each in small for line in [each.translate({9608: "██", 32: "  "})] * 2]
    assert big_width("42", 2) == 2 * big_width("42") == len(large[0])


@pytest.mark.parametrize(
    "size", [(160, 45), (200, 60), (80, 24), (80, 20), (40, 12), (30, 7), (20, 4), (10, 1), (5, 3)]
)
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_it_fills_the_screen_exactly(size, glyphs) -> None:
    width, height = size
    lines = text(board_lines(TILES, width, height, glyphs))
    assert len(lines) == height
    assert {cell_len(line) for line in lines} == {width}
    if glyphs is ASCII:
        assert "".join(lines).isascii()


@pytest.mark.parametrize(("size", "scale"), [((160, 45), 2), ((200, 60), 3), ((80, 24), 1), ((320, 90), 4)])
def test_all_figures_are_there_and_as_large_as_they_fit(size, scale) -> None:
    lines = text(board_lines(TILES, *size))
    for tile in TILES:
        assert any(tile.title in line for line in lines)
        for part in big(tile.value, scale):
            assert any(part.rstrip() in line for line in lines)


def test_a_worry_has_its_sign_and_its_colour() -> None:
    lines = board_lines(TILES, 160, 45)
    styles = {part.strip(): style for line in lines for part, style in line}
    first = {tile.label: big(tile.value, 2)[0].strip() for tile in TILES}
    assert styles["Waiting !!"] == "bad"
    assert styles["Longest wait !"] == "warn"
    assert styles["Talking"] == "dim"
    assert styles[first["Waiting"]] == "bad"
    assert styles[first["Longest wait"]] == "warn"


def test_a_figure_that_grows_within_its_room_moves_nothing() -> None:
    def places(value: str) -> list[int]:
        tiles = (TILES[0], Tile("Longest wait", value, room="00:00"), *TILES[2:])
        lines = text(board_lines(tiles, 160, 45))
        return [line.index(tile.label) for tile in tiles for line in lines if tile.label in line]

    assert places("0:09") == places("9:59") == places("10:00")


def test_on_a_small_screen_the_last_figures_go_first() -> None:
    lines = text(board_lines(TILES, 60, 13))
    shown = [tile.label for tile in TILES if any(tile.label in line for line in lines)]
    assert shown == [tile.label for tile in TILES[: len(shown)]]
    assert 0 < len(shown) < len(TILES)


def test_where_no_figure_fits_there_is_plain_text() -> None:
    assert [line.strip() for line in text(board_lines(TILES, 40, 4))] == [
        "Waiting !! 12",
        "Longest wait ! 1:23",
        "Ready 2",
        "Talking 3",
    ]


def test_nothing_to_show() -> None:
    assert text(board_lines((), 10, 2)) == [" " * 10, " " * 10]
