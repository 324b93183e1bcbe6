"""Rows that are made once for each thing that lives, and not at each frame: of 10,000 few are new in a frame."""

from __future__ import annotations

from bisect import bisect
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from amitop.pbx.store import Store

ThingT = TypeVar("ThingT")
RowT = TypeVar("RowT")

_SPARE = 256
"""Rows of things that have gone that are worth no sweep."""


class _Made(dict[ThingT, RowT]):
    """The rows of one store, each made when it is first asked for."""

    def __init__(self, store: Store, make: Callable[[Store, ThingT], RowT]) -> None:
        super().__init__()
        self._store, self._make = store, make

    def __missing__(self, thing: ThingT) -> RowT:
        row = self[thing] = self._make(self._store, thing)
        return row


class KeptRows(Generic[ThingT, RowT]):
    """Rows by the thing that they show, which is known by being that object and no other; *make* makes one."""

    def __init__(self, make: Callable[[Store, ThingT], RowT]) -> None:
        self._make = make
        self._made: dict[Store, _Made[ThingT, RowT]] = {}

    def of(self, store: Store, things: Collection[ThingT]) -> list[RowT]:
        """Return the rows of *things*, which are all that *store* has."""
        made = self._made.get(store)
        if made is None or len(made) > 2 * len(things) + _SPARE:
            kept = made
            made = self._made[store] = _Made(store, self._make)
            if kept is not None:
                made.update({thing: kept[thing] for thing in things if thing in kept})
        return list(map(made.__getitem__, things))


def by_age(alive: Sequence[list[RowT]], ended: Iterable[RowT], age: Callable[[RowT], Any]) -> list[RowT]:
    """Return the rows of several stores, each in order of *age*, and those that have *ended* in their old places."""
    rows = alive[0] if len(alive) == 1 else sorted((row for each in alive for row in each), key=age)
    placed: list[RowT] = []
    here = 0
    for row in sorted(ended, key=age):  # few beside those that live, which would cost more to sort anew
        there = bisect(rows, age(row), here, key=age)
        placed += rows[here:there]
        placed.append(row)
        here = there
    return placed + rows[here:]
