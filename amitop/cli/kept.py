"""The shift that a dashboard counts, read from the file that it is kept in. Nothing is counted or written here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from amitop.cli.failure import ExitCode, Failure
from amitop.shift.ledger import Ledger, default_path
from amitop.shift.records import restore
from amitop.shift.tally import Tally

if TYPE_CHECKING:
    from amitop.shift.ledger import Span
    from amitop.shift.records import Record


class Kept(NamedTuple):
    """A shift as it was when it was written down last."""

    record: Record
    tally: Tally


def kept_shifts(pbx: str) -> list[Span]:
    """Return when the shifts were that are kept of *pbx*, the last one first. Raises `Failure` as `kept_shift` does."""
    ledger = Ledger(default_path())
    shifts = ledger.shifts(pbx)
    if ledger.problem:
        raise Failure(ExitCode.BAD_NEWS, ledger.problem)
    return shifts


def kept_shift(pbx: str, back: int = 0) -> Kept | None:
    """Return the last shift that was kept of *pbx*, or the one *back* shifts before it; None where there is none.

    Raises `Failure` where the file cannot be read, or what is in it.
    """
    path = default_path()
    ledger = Ledger(path)
    record = ledger.load(pbx, back)
    if ledger.problem:
        raise Failure(ExitCode.BAD_NEWS, ledger.problem)
    if record is None:
        return None
    tally = Tally(record.started)
    try:
        restore(record, tally)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Failure(ExitCode.BAD_NEWS, f"{path}: the shift of {pbx} cannot be read: {error!r}") from None
    return Kept(record, tally)
