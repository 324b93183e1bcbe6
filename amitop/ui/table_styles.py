"""How lines of the table look: the style sheet's minimum, and the Rich styles made from it, kept until they change.

Meaning never hangs on colour alone: the cursor and the mark have a glyph each, what ended says so in words, and where
there are no colours (NO_COLOR, the terminal's own sixteen) text styles show the rest (`style.md` 4.14).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from amitop.ui.table_lines import ENDED, MARKED

if TYPE_CHECKING:
    from textual.widget import Widget

    from amitop.ui.table_lines import Line

COMPONENTS = {
    "livetable--header",
    "livetable--cursor",
    "livetable--cursor-lost",
    "livetable--marked",
    "livetable--ended",
    "livetable--good",
    "livetable--warn",
    "livetable--bad",
    "livetable--dim",
    "livetable--accent",
}

CSS = """
LineTable {
    height: 1fr;
    background: $background;
    color: $foreground;
    overflow-x: hidden;
    overflow-y: auto;
    scrollbar-gutter: stable;
    scrollbar-size-vertical: 1;
    & > .livetable--header { background: $panel; color: $foreground; text-style: bold; }
    & > .livetable--cursor {
        background: $block-cursor-blurred-background;
        color: $block-cursor-blurred-foreground;
        text-style: $block-cursor-blurred-text-style;
    }
    &:focus > .livetable--cursor {
        background: $block-cursor-background;
        color: $block-cursor-foreground;
        text-style: $block-cursor-text-style;
    }
    & > .livetable--cursor-lost { background: $panel; color: $text-muted; }
    & > .livetable--marked { color: $text-accent; text-style: bold; }
    & > .livetable--ended { color: $text-disabled; }
    & > .livetable--good { color: $text-success; }
    & > .livetable--warn { color: $text-warning; }
    & > .livetable--bad { color: $text-error; }
    & > .livetable--dim { color: $text-muted; }
    & > .livetable--accent { color: $text-accent; }
}
LineTable:ansi {
    background: ansi_default;
    color: ansi_default;
    & > .livetable--header { background: ansi_default; color: ansi_default; text-style: bold underline; }
    & > .livetable--cursor { background: ansi_default; color: ansi_default; text-style: bold underline; }
    &:focus > .livetable--cursor { background: ansi_default; color: ansi_default; text-style: reverse; }
    & > .livetable--cursor-lost { background: ansi_default; color: ansi_default; text-style: dim underline; }
    & > .livetable--marked { color: ansi_default; text-style: bold; }
    & > .livetable--ended { color: ansi_default; text-style: dim; }
    & > .livetable--good { color: ansi_green; }
    & > .livetable--warn { color: ansi_yellow; }
    & > .livetable--bad { color: ansi_red; text-style: bold; }
    & > .livetable--dim { color: ansi_default; text-style: dim; }
    & > .livetable--accent { color: ansi_cyan; }
}
"""


class Palette:
    """Makes strips of lines with the component styles of *widget*, with *grounds* also of cells' backgrounds."""

    def __init__(self, widget: Widget, *, grounds: bool = False) -> None:
        self._widget = widget
        self._grounds = grounds
        self._styles: dict[tuple[str, tuple[str, ...]], Style] = {}

    def clear(self) -> None:
        """Forget what was made of another style sheet."""
        self._styles.clear()

    def strip(self, line: Line, width: int) -> Strip:
        """Return *line*, which is *width* cells wide, as a strip: cells side by side in one style are one segment."""
        states = line.states
        if line.parts:
            segments = [
                Segment(text, self._style(name, states + own))
                for text, name, own in zip(line.texts, line.styles, line.parts, strict=True)
            ]
            return Strip(segments, width)
        segments, run, style = [], "", line.styles[0]
        for text, name in zip(line.texts, line.styles, strict=True):
            if name != style:
                segments.append(Segment(run, self._style(style, states)))
                run, style = "", name
            run += text
        segments.append(Segment(run, self._style(style, states)))
        return Strip(segments, width)

    def _style(self, cell: str, states: tuple[str, ...]) -> Style:
        style = self._styles.get((cell, states))
        if style is None:
            style = self._styles[cell, states] = self._made(cell, states)
        return style

    def _made(self, cell: str, states: tuple[str, ...]) -> Style:
        style = self._widget.rich_style
        if MARKED in states:
            style += self._text_style(MARKED)
        if cell:
            style += self._component(cell) if self._grounds else self._text_style(cell)
        if ENDED in states:
            style += self._text_style(ENDED)
        for state in states:
            # The cursor and the header bring their own background, and a colour of text that is readable on it.
            if state not in {MARKED, ENDED}:
                style += self._component(state)
        return style

    def _component(self, name: str) -> Style:
        return self._widget.get_component_rich_style(f"livetable--{name}")

    def _text_style(self, name: str) -> Style:
        """Return the style without its background."""
        style = self._component(name)
        attributes = ("bold", "dim", "italic", "underline", "strike", "reverse")
        return Style(color=style.color, **{each: getattr(style, each) for each in attributes})
