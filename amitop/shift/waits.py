"""Many durations, kept so small and in such order that any question about them is answered at once."""

from __future__ import annotations

from array import array
from bisect import bisect_right, insort
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

KEPT = 100_000
"""Durations kept one by one: more than a shift has. From then on every second one stands for two, and so on."""


class Waits:
    """Durations in seconds. Count, sum and longest are exact; quantiles are of single durations up to `KEPT`."""

    __slots__ = ("_sorted", "_stride", "count", "longest", "total")

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        self.longest = 0.0
        self._sorted = array("f")
        self._stride = 1

    def add(self, seconds: float) -> None:
        """Add one."""
        self.count += 1
        self.total += seconds
        self.longest = max(self.longest, seconds)
        if self.count % self._stride == 0:
            insort(self._sorted, seconds)
            if len(self._sorted) > KEPT:
                del self._sorted[::2]
                self._stride *= 2

    @property
    def mean(self) -> float | None:
        """The average; None of nothing."""
        return self.total / self.count if self.count else None

    @property
    def median(self) -> float | None:
        """The middle one; None of nothing."""
        return self.quantile(0.5)

    def quantile(self, share: float) -> float | None:
        """Return the duration that *share* (0 to 1) of all do not exceed: the nearest one, not one in between."""
        size = len(self._sorted)
        if not size:
            return None
        rank = -int(-share * size // 1)  # rounded up: half of three is the second
        return self._sorted[min(max(rank, 1), size) - 1]

    def within(self, seconds: float) -> int:
        """Return how many took *seconds* at most."""
        if not self._sorted:
            return 0
        found = bisect_right(self._sorted, seconds)
        return found if self._stride == 1 else round(found * self.count / len(self._sorted))

    def dump(self) -> bytes:
        """Return all of it as bytes."""
        return array("d", [self.count, self.total, self.longest, self._stride]).tobytes() + self._sorted.tobytes()

    @classmethod
    def load(cls, data: bytes) -> Waits:
        """Undo `dump`. Raises ValueError for bytes that are no dump."""
        head = array("d")
        waits = cls()
        size = 4 * head.itemsize
        if len(data) < size or (len(data) - size) % waits._sorted.itemsize:
            raise ValueError("not a dump of durations")
        head.frombytes(data[:size])
        waits._sorted.frombytes(data[size:])
        waits.count, waits.total, waits.longest, waits._stride = int(head[0]), head[1], head[2], int(head[3])
        return waits

    @classmethod
    def of(cls, many: Iterable[Waits]) -> Waits:
        """Return the durations of *many* together."""
        waits = cls()
        parts = list(many)
        for part in parts:
            waits.count += part.count
            waits.total += part.total
            waits.longest = max(waits.longest, part.longest)
            waits._stride = max(waits._stride, part._stride)
        weighed = [value for part in parts for value in part._sorted[:: max(1, waits._stride // part._stride)]]
        waits._sorted = array("f", sorted(weighed))
        return waits
