"""The last step on the way to a terminal that knows only ASCII: whatever is left beyond it gets a stand-in."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import get_character_cell_size
from rich.segment import Segment
from textual.filter import LineFilter

from amitop.views.format import ASCII, UNICODE

if TYPE_CHECKING:
    from textual.color import Color

_LINES = str.maketrans(
    {
        **dict.fromkeys("─━═▔▁▂▃╌╍┄┅╶╴", "-"),
        **dict.fromkeys("│┃║▌▐▊▎▏▕╷╵", "|"),
        **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯╔╗╚╝┏┓┗┛", "+"),
        **dict.fromkeys("█▇▆▅▄", "#"),
        "’": "'",
    }
)
"""What Textual's borders, scroll bars and buttons are drawn with."""


@lru_cache(4096)
def _stand_in(character: str) -> str:
    """Return ASCII of as many cells as *character* takes, so that columns stay where they are."""
    width = get_character_cell_size(character)
    plain = character.translate(_LINES)
    if not plain.isascii():
        plain = ASCII.plain(character)
    return plain[:width].ljust(width, "?" if plain == "?" else " ")


def ascii_of(text: str) -> str:
    """Return *text* in ASCII, cell for cell."""
    if text.isascii():
        return text
    if all(character in UNICODE.blocks or character == " " for character in text):
        return ASCII.plain(text)  # a sparkline, where a block is a value and not a line
    return "".join(_stand_in(character) for character in text)


class AsciiFilter(LineFilter):
    """Turns every segment into ASCII."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return *segments* with their text in ASCII."""
        return [
            segment if segment.text.isascii() else Segment(ascii_of(segment.text), segment.style, segment.control)
            for segment in segments
        ]
