"""Tables for people without the dashboard: `amitop snapshot` on a terminal, in a pipe, in a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from amitop.views.calls import CALL_COLUMNS, call_rows
from amitop.views.channels import CHANNEL_COLUMNS, channel_rows
from amitop.views.columns import Column, Row, shown_columns
from amitop.views.format import UNICODE, Glyphs, fit, hms
from amitop.views.projection import lay_out
from amitop.views.summary import totals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.pbx.store import Store

RowT = TypeVar("RowT", bound=Row)
_WIDE = 100
"""Cells from which there is room for two blanks between columns."""


def snapshot_text(store: Store, now: float, width: int, glyphs: Glyphs = UNICODE) -> str:
    """Return the totals, the calls and the channels as lines of at most *width* cells, each ended by a line feed."""
    calls = [row for row in call_rows([store], (), now) if not row.ended]
    channels = [row for row in channel_rows([store], now) if not row.ended]
    blocks = [
        [head(store, now, width, glyphs)],
        table(calls, shown_columns(CALL_COLUMNS), now, width, glyphs) if calls else ["No calls."],
        table(channels, shown_columns(CHANNEL_COLUMNS), now, width, glyphs) if channels else ["No channels."],
    ]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def head(store: Store, now: float, width: int, glyphs: Glyphs = UNICODE) -> str:
    """Return the totals as one line."""
    sums = totals([store], now)
    parts = [
        f"Calls {sums.calls}",
        f"Channels {sums.channels}",
        f"Talking {sums.talking}",
        f"Ringing {sums.ringing}",
        f"Waiting {sums.waiting}",
    ]
    if sums.longest_wait is not None:
        parts[-1] += f", longest {hms(sums.longest_wait)}"
    return fit("  ".join(parts), width, glyphs=glyphs).rstrip()


def table(
    rows: Sequence[RowT], columns: Sequence[Column[RowT]], now: float, width: int, glyphs: Glyphs = UNICODE
) -> list[str]:
    """Return a line of titles and one for each of *rows*: cleaned, aligned, never wider than *width* cells."""
    gap = "  " if width >= _WIDE else " "
    placed = lay_out(columns, width, len(gap))

    def line(cells: list[str]) -> str:
        return gap.join(cells).rstrip()

    lines = [line([fit(each.column.title, each.width, each.column.align, glyphs=glyphs) for each in placed])]
    for row in rows:
        cells = [
            fit(each.column.text(row, now), each.width, each.column.align, each.column.crop, glyphs) for each in placed
        ]
        lines.append(line(cells))
    return lines
