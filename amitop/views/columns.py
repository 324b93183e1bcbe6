"""What a column of a table is. A table is a tuple of these: a view is data, and the one table widget draws any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Align = Literal["left", "right"]
Crop = Literal["end", "inside"]
"""What goes when a cell is too narrow: its end, or what stands before the last word (the number after a name)."""

Style = Literal["", "good", "warn", "bad", "dim", "accent"]
"""What a cell means; the widget maps it to colours, and whatever it says is in the text as well."""


class Row(Protocol):
    """What every row of a table offers, whatever it shows."""

    @property
    def key(self) -> tuple[str, ...]:
        """The entity's identity, (PBX, id, ...): cursor, marks and actions hold this, never a row's number."""

    @property
    def ended(self) -> bool:
        """Whether what it shows is gone and only lingers for the eye."""

    @property
    def children(self) -> Sequence[Row]:
        """Rows that stand beneath it whatever the order is (the legs of an expanded call)."""


RowT = TypeVar("RowT")
RowT_contra = TypeVar("RowT_contra", contravariant=True)
"""What serves any row of a kind serves those of a special kind as well."""


def _no_style(_row: object, _now: float) -> Style:
    return ""


@dataclass(frozen=True, kw_only=True)
class Column(Generic[RowT_contra]):
    """One column: what it says of a row, how it sorts, how wide it is, and when it may be left out."""

    key: str
    """What a filter (`key:word`), a sort and the configuration call it."""
    title: str
    width: int
    """In cells; for a flexible column the least it gets before columns are dropped."""
    text: Callable[[RowT_contra, float], str]
    """The cell, as the PBX wrote it: not cleaned, cropped or padded (`format.fit` does that)."""
    sort: Callable[[RowT_contra, float], Any]
    """A str or number to sort by, or None where there is nothing: that comes last in both directions."""
    align: Align = "left"
    crop: Crop = "end"
    flex: int = 0
    """Share of the width that is left over; 0 keeps the column at its width."""
    priority: int = 1
    """0 is never dropped from a narrow screen; the larger, the earlier it goes."""
    style: Callable[[RowT_contra, float], Style] = _no_style
    shown: bool = True
    """Whether it is there until a person chooses otherwise."""
    searched: bool = True
    """Whether plain words of a filter look here. Not where the text changes by itself: rows would come and go."""
    number: bool = False
    """Whether `sort` gives a number (seconds, for durations) that a filter may compare: `time:>60`."""
    hint: str = ""
    """One line for the chooser of columns."""


PBX: Column[Row] = Column(
    key="pbx",
    title="PBX",
    width=10,
    priority=6,
    text=lambda row, _: row.key[0],
    sort=lambda row, _: row.key[0],
    shown=False,
    hint="Which exchange it is on",
)
"""The last column of every table."""


def shown_columns(columns: Iterable[Column[RowT]]) -> list[Column[RowT]]:
    """Return the columns that are there by default."""
    return [column for column in columns if column.shown]
