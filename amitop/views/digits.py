"""Figures that can be read across a room: every character five lines high, drawn with full blocks."""

from __future__ import annotations

from amitop.views.format import UNICODE

HEIGHT = 5
"""Lines of a character, before it is scaled."""
_GAP = 1  # cells between two characters

# A cell is twice as high as it is wide, so a stroke down is two cells wide where one across is one line high.
_SHAPES: dict[str, tuple[str, str, str, str, str]] = {
    "0": ("######", "##  ##", "##  ##", "##  ##", "######"),
    "1": ("  ##  ", "####  ", "  ##  ", "  ##  ", "######"),
    "2": ("######", "    ##", "######", "##    ", "######"),
    "3": ("######", "    ##", "######", "    ##", "######"),
    "4": ("##  ##", "##  ##", "######", "    ##", "    ##"),
    "5": ("######", "##    ", "######", "    ##", "######"),
    "6": ("######", "##    ", "######", "##  ##", "######"),
    "7": ("######", "    ##", "   ## ", "  ##  ", "  ##  "),
    "8": ("######", "##  ##", "######", "##  ##", "######"),
    "9": ("######", "##  ##", "######", "    ##", "######"),
    ":": ("  ", "##", "  ", "##", "  "),
    ".": ("  ", "  ", "  ", "  ", "##"),
    "-": ("      ", "      ", "######", "      ", "      "),
    "%": ("##  ##", "   ## ", "  ##  ", " ##   ", "##  ##"),
    "!": ("##", "##", "##", "  ", "##"),
    "d": ("    ##", "    ##", "######", "##  ##", "######"),
    " ": ("  ", "  ", "  ", "  ", "  "),
}
_SHAPES["–"] = _SHAPES["-"]
_UNKNOWN = ("######", "    ##", "  ####", "      ", "  ##  ")


def big(text: str, scale: int = 1) -> list[str]:
    """Return *text* as lines of equal width: `HEIGHT` times *scale* of them.

    Draws digits and `: . - % ! d`; anything else as a question mark. In ASCII `format.Glyphs.plain` makes `#` of the
    blocks.
    """
    shapes = [_SHAPES.get(character, _UNKNOWN) for character in text]
    lines = []
    for index in range(HEIGHT):
        line = (" " * _GAP).join(shape[index] for shape in shapes)
        wide = "".join((UNICODE.ink if dot == "#" else " ") * scale for dot in line)
        lines += [wide] * scale
    return lines


def big_width(text: str, scale: int = 1) -> int:
    """Return how many cells wide `big` draws *text*."""
    shapes = [_SHAPES.get(character, _UNKNOWN) for character in text]
    return scale * (sum(len(shape[0]) for shape in shapes) + _GAP * max(len(shapes) - 1, 0))
