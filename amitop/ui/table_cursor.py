"""Which row the cursor is on and which rows are marked, by the keys of entities and never by row numbers. No Textual.

A cursor that is a number sits on another call as soon as a row above it goes, and the next Hang up key takes the wrong
caller (`style.md` 0.6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

Key = tuple[str, ...]


class Cursor:
    """Belongs to an entity. When that is no longer listed the cursor is *lost*: it stays where it was on the screen and
    stands for nothing, until the entity is listed again or a person moves it.
    """

    def __init__(self, key: Key | None = None) -> None:
        self.key = key
        """The entity that was chosen, listed or not; None before there was ever a row."""
        self.index = 0
        """The row number at which the cursor is drawn."""
        self.lost = key is not None

    def settle(self, keys: Sequence[Key]) -> None:
        """Find the entity in a new list. The first list ever puts the cursor on its first row."""
        if self.key is None:
            self.place(0, keys)
        elif self.index < len(keys) and keys[self.index] == self.key:
            self.lost = False
        else:
            try:
                self.index = keys.index(self.key)
                self.lost = False
            except ValueError:
                self.lost = True
                self.index = max(min(self.index, len(keys) - 1), 0)

    def place(self, index: int, keys: Sequence[Key]) -> None:
        """Put the cursor on row *index*, or on the nearest that there is; with no rows it stays as it is."""
        if keys:
            self.index = max(min(index, len(keys) - 1), 0)
            self.key = keys[self.index]
            self.lost = False

    def move(self, by: int, keys: Sequence[Key]) -> None:
        """Move by *by* rows. A lost cursor lies between two rows: one step down takes the row that it covers."""
        if self.lost and by > 0:
            by -= 1
        self.place(self.index + by, keys)


class Marks:
    """The rows that a person has picked out.

    A mark outlasts a filter that hides its row, so that one can filter, mark, and filter again; but only marks of rows
    that are listed count, because nobody may act on what they do not see.
    """

    def __init__(self) -> None:
        self._keys: set[Key] = set()

    def __contains__(self, key: Key) -> bool:
        return key in self._keys

    def __bool__(self) -> bool:
        return bool(self._keys)

    def toggle(self, key: Key) -> None:
        """Mark the row, or unmark it."""
        self._keys ^= {key}

    def add(self, keys: Iterable[Key]) -> None:
        """Mark all of *keys*."""
        self._keys.update(keys)

    def clear(self) -> None:
        """Unmark everything."""
        self._keys.clear()

    def prune(self, alive: Collection[Key]) -> None:
        """Forget the marks of rows that are gone; *alive* are the keys of all rows that there are."""
        self._keys.intersection_update(alive)

    def among(self, listed: Collection[Key]) -> set[Key]:
        """Return the marked keys that are in *listed*."""
        return self._keys.intersection(listed)
