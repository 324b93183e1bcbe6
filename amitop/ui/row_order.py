"""In which order the table lists its rows: calm while a person moves the cursor, still while frozen. No Textual.

`project()` sorts afresh at each tick. A table that obeyed it at once would move a row between the glance and the key
(`peers.md` 3, ask 22), so the order on the screen follows the projection only when nobody is in the middle of choosing.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Generic, TypeVar

from amitop.views.columns import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

RESORT_EVERY = 1.0
"""Seconds, at least, between two changes of the order of rows that stay."""

QUIET = 1.0
"""Seconds after the last key of the cursor in which rows keep their order."""

Key = tuple[str, ...]
_KEY = attrgetter("key")
RowT = TypeVar("RowT", bound=Row)


class RowOrder(Generic[RowT]):
    """Puts the projected rows where the eye expects them.

    - Free: the projection's order, taken over at most once in `RESORT_EVERY` seconds and not within `QUIET` seconds of
      `touched()`. In between, rows that stay keep their order among themselves; new ones stand behind the row that the
      projection has before them and gone ones leave at once, for a call that rings must not wait for a sort.
    - Frozen: every row that was listed keeps its line, even when it is gone (see `gone`); what comes later is listed
      below for as long as it lasts, but a leg stands beneath its call. So a freeze never holds more dead rows than
      there were rows when it began.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._sorted_at = float("-inf")
        self._touched_at = float("-inf")
        self._anew = False
        self._freeze: _Freeze[RowT] | None = None
        self._rows: Sequence[RowT] = ()
        self._now = 0.0
        self.keys: list[Key] = []
        """The keys of the rows as last arranged."""
        self.gone: dict[Key, float] = {}
        """Keys that only the freeze keeps on the screen, each with the time for which its row was last projected."""
        self.new = 0
        """How many rows came since the freeze began and are still there; legs are not counted."""

    def touched(self) -> None:
        """Note that a person has just moved the cursor: rows keep their order for `QUIET` seconds."""
        self._touched_at = self._clock()

    def reset(self) -> None:
        """Take the next projection as it is, even while frozen: the person asked for another sort or filter."""
        self._anew = True

    def arrange(
        self, rows: Sequence[RowT], now: float, *, frozen: bool = False, steady: bool = False
    ) -> Sequence[RowT]:
        """Return *rows*, a projection for the time *now* (seconds), in the order to show them.

        *steady*: rows that stay never change places in the projection, so there is nothing to calm.
        """
        if frozen and self.keys and not self._anew:
            if self._freeze is None:
                self._freeze = _Freeze(self._rows, self._now)
            rows = self._freeze.arrange(rows, now)
            self.gone, self.new = self._freeze.gone, self._freeze.new
            self.keys = [row.key for row in rows]
            return rows
        if self._freeze is not None:
            self._freeze, self.gone, self.new = None, {}, 0
        keys: list[Key] = list(map(_KEY, rows))
        if keys != self.keys:
            if not steady and self.keys and not self._anew and not self._due():
                order = _kept_order(self.keys, keys)
                rows, keys = [rows[place] for place in order], [keys[place] for place in order]
            else:
                self._sorted_at = self._clock()
        self._rows, self._now, self.keys, self._anew = rows, now, keys, False
        return rows

    def _due(self) -> bool:
        now = self._clock()
        return now - self._sorted_at >= RESORT_EVERY and now - self._touched_at >= QUIET


def _kept_order(before: Sequence[Key], keys: Sequence[Key]) -> list[int]:
    """Return the places in *keys* so that those of *before* keep their old order, each new one behind its neighbour."""
    rank = dict(zip(before, range(len(before)), strict=True))
    ranks: list[int] = []
    here = -1
    for known in map(rank.get, keys):
        here = here if known is None else known
        ranks.append(here)
    return sorted(range(len(keys)), key=ranks.__getitem__)


class _Freeze(Generic[RowT]):
    """The lines as they were when the freeze began, and what has become of them."""

    def __init__(self, rows: Sequence[RowT], now: float) -> None:
        self._lines = {row.key: row for row in rows}
        self._parent = {child.key: row.key for row in rows for child in row.children}
        self._now = now
        self.gone: dict[Key, float] = {}
        self.new = 0

    def arrange(self, rows: Sequence[RowT], now: float) -> list[RowT]:
        """Return what to show: *rows*, and in their places those of the lines that are not among them."""
        lines = self._lines
        current = {row.key: row for row in rows}
        legs = {child.key for row in rows for child in row.children}
        later: list[RowT] = []
        behind: dict[Key, list[RowT]] = {}
        above: Key | None = None
        self.new = 0
        for key, row in current.items():
            if key in lines:
                lines[key] = row
                above = key
            elif key in legs and above is not None:
                behind.setdefault(above, []).append(row)
            else:
                above = None
                later.append(row)
                self.new += key not in legs
        last_seen, self._now = self._now, now
        missing = (key for key in lines if key not in current and not self._closed(key, current))
        self.gone = {key: self.gone.get(key, last_seen) for key in missing}
        arranged: list[RowT] = []
        for key, row in lines.items():
            if key in current or key in self.gone:
                arranged.append(row)
            if key in behind:
                arranged += behind[key]
        return arranged + later

    def _closed(self, key: Key, current: dict[Key, RowT]) -> bool:
        """Whether *key* is a leg that is not gone: the person closed its call."""
        parent = current.get(self._parent.get(key, ()))
        return parent is not None and not parent.children
