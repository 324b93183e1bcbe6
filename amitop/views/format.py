"""How values look: cells of a table, durations, parties, sparklines, and the glyphs that all of these use."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from amitop.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.pbx.model import Party
    from amitop.views.columns import Align, Crop

_VARIATION_SELECTORS = {0xFE0E: None, 0xFE0F: None}  # terminals disagree about the width of what they follow


@dataclass(frozen=True, kw_only=True, eq=False)  # there are two, known by being them: caches ask by them
class Glyphs:
    """Every character beyond ASCII that amitop itself writes, each one cell wide in the Unicode set."""

    nothing: str = "–"
    ellipsis: str = "…"
    newline: str = "⏎"
    bad: str = "\ufffd"
    dot: str = "●"
    hollow: str = "○"
    left: str = "←"
    right: str = "→"
    both: str = "↔"
    up: str = "▲"
    down: str = "▼"
    closed: str = "▸"
    opened: str = "▾"
    branch: str = "├"
    last_branch: str = "└"
    line: str = "─"
    bar: str = "│"
    check: str = "✓"
    cross: str = "✗"
    middot: str = "·"
    hold: str = "‖"
    record: str = "◉"
    spy: str = "◎"
    times: str = "×"
    talk: str = "■"
    ring: str = "◆"
    wrap: str = "◐"
    other: str = "□"
    blocks: str = "▁▂▃▄▅▆▇"
    """Levels of a sparkline, lowest first. No full block, for two of them below one another are one bar."""
    ink: str = "█"
    """What large digits are drawn with."""
    is_ascii: bool = False

    @cached_property
    def _table(self) -> dict[int, str]:
        table: dict[int, str] = {}
        for each in fields(self):
            ours, theirs = getattr(UNICODE, each.name), getattr(self, each.name)
            if each.name == "blocks":
                table.update(zip(map(ord, ours), theirs, strict=True))
            elif isinstance(ours, str):
                table[ord(ours)] = theirs
        return table

    def plain(self, text: str) -> str:
        """Return *text* in the characters of this set: in ASCII our own glyphs by their stand-ins, all else as `?`."""
        if not self.is_ascii or text.isascii():
            return text
        return text.translate(self._table).encode("ascii", "replace").decode("ascii")


UNICODE = Glyphs()
ASCII = Glyphs(
    nothing="-", ellipsis=">", newline="/", bad="?", dot="*", hollow="o", left="<-", right="->", both="<->", up="^",
    down="v", closed="+", opened="-", branch="|", last_branch="`", line="-", bar="|", check="ok", cross="x", middot="-",
    hold="=", record="@", spy="&", times="x", talk="#", ring="%", wrap="+", other="~", blocks="_.:-=+#", ink="#",
    is_ascii=True,
)  # fmt: skip


@lru_cache(maxsize=2048)  # most of a screen's 500 cells are in the next frame what they were in this one
def fit(text: str, width: int, align: Align = "left", crop: Crop = "end", glyphs: Glyphs = UNICODE) -> str:
    """Return *text* as a cell of exactly *width* terminal cells: cleaned, cropped with an ellipsis, padded.

    The one place where text of a PBX becomes part of a line. With crop `inside` the last word stays whole and what is
    before it is cropped: of a name and its number, a device and its serial number, the end tells two of them apart.
    """
    text = clean(text)
    if text.isascii():
        length = len(text)
    else:
        text = glyphs.plain(text.translate(_VARIATION_SELECTORS))
        length = cells(text)
    if length > width:
        text = _cropped(text, width, crop, glyphs.ellipsis)
        length = cells(text)
    padding = " " * (width - length)
    return padding + text if align == "right" else text + padding


def cells(text: str) -> int:
    """Return how many terminal cells *text* takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415 (the tables of widths are not needed for an ASCII caller ID)

    return cell_len(text)


def _cropped(text: str, width: int, crop: Crop, ellipsis: str) -> str:
    """Return *text*, which is too long, in at most *width* cells."""
    if width <= 0:
        return ""
    if crop == "inside":
        before, between, last = text.rpartition(" " if " " in text else "-")
        room = width - 1 - cells(last)
        if between and room >= len(ellipsis):
            return _head(before, room - len(ellipsis)) + ellipsis + between + last
    return _head(text, width - len(ellipsis)) + ellipsis


def _head(text: str, width: int) -> str:
    """Return as much of the beginning of *text* as fits into *width* cells."""
    if text.isascii():
        return text[:width]
    from rich.cells import get_character_cell_size  # noqa: PLC0415 (as above)

    used = 0
    for index, character in enumerate(text):
        used += get_character_cell_size(character)
        if used > width:
            return text[:index]
    return text


def hms(seconds: float | None) -> str:
    """Return a duration: `0:42`, `12:03`, `1:02:03`, `2d 03:04`; a dash for None. Never negative."""
    if seconds is None:
        return UNICODE.nothing
    whole = max(int(seconds), 0)
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02}"
    if whole < 86400:
        return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
    return f"{whole // 86400}d {whole // 3600 % 24:02}:{whole // 60 % 60:02}"


def ago(seconds: float | None) -> str:
    """Return how long ago something was, in words: `now`, `23 s ago`, `4 min ago`, `3 h ago`, `2 d ago`."""
    if seconds is None:
        return "unknown"
    if seconds < 1:
        return "now"
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        # Two minutes before minutes are used: "1 min ago" would hide as much as it says.
        if seconds >= 2 * size:
            return f"{int(seconds // size)} {unit} ago"
    return f"{int(seconds)} s ago"


def rate(per_second: float) -> str:
    """Return a rate: `0.4/s`, `412/s`, `12.3k/s`."""
    if per_second >= 9999.5:
        return f"{per_second / 1000:.1f}k/s"
    if per_second >= 9.95 or per_second == int(per_second):
        return f"{per_second:.0f}/s"
    return f"{per_second:.1f}/s"


def party(who: Party) -> str:
    """Return a caller ID as `name number`, only what there is of it, or a dash. Not cleaned."""
    num, name = who
    if not name or name == num:
        return num or UNICODE.nothing
    if not num or name.casefold() == num.casefold():  # "Anonymous" <anonymous>
        return name
    return f"{name} {num}"


def sparkline(values: Sequence[float | None], width: int, glyphs: Glyphs = UNICODE) -> str:
    """Return the last *width* of *values* as blocks, scaled to the largest; blank where None, and before the first."""
    shown = values[-width:] if width > 0 else []
    top = max((value for value in shown if value is not None), default=0.0)
    return "".join(_block(value, top, glyphs.blocks) for value in shown).rjust(max(width, 0))


def _block(value: float | None, top: float, levels: str) -> str:
    if value is None:
        return " "
    return levels[round(max(value, 0) / top * (len(levels) - 1))] if top > 0 else levels[0]
