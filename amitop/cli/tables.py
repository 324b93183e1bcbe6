"""The state as tables for people, as wide as the output and in the characters that it can take."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from amitop.views.format import ASCII, UNICODE
from amitop.views.plain import snapshot_text

if TYPE_CHECKING:
    from amitop.pbx.store import Store

PIPE_WIDTH = 160
"""Columns of a line where stdout is no terminal and COLUMNS says nothing."""


def tables(store: Store, now: float) -> str:
    """Return totals, calls and channels at *now* for stdout, without the last line end."""
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    glyphs = UNICODE if encoding == "utf8" else ASCII
    return snapshot_text(store, now, shutil.get_terminal_size((PIPE_WIDTH, 50)).columns, glyphs).rstrip("\n")
