"""The filter language: `ann !queue state:ringing time:>2m "two words"`.

Words are AND-ed and found anywhere in a row's text, without regard to case. `!` excludes; `column:` looks in one column
only, and compares where it is followed by `<`, `<=`, `>`, `>=` or `=` and the column holds a number or a duration.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from amitop.views.columns import Column

RowT = TypeVar("RowT")

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}
# One term: an optional "!", then runs of plain characters and of quoted text; a quote left open runs to the end, since
# people filter while they type.
_TERM = re.compile(r'!?(?:"[^"]*(?:"|$)|[^\s"])+')
_COLUMN = re.compile(r"(\w+):(.*)", re.DOTALL)
_COMPARISON = re.compile(r"([<>]=?|=)\s*(.*)", re.DOTALL)
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd]?)", re.ASCII)
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d\d)", re.ASCII)
_UNIT = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_BETWEEN = "\n"
"""Stands between the texts of two columns: nobody types it, so no word is found across them."""
_DIGITS_LIMIT = 15  # a float holds no more, and int() refuses thousands


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a filter."""

    word: str
    """What to find, casefolded, without `column:`."""
    column: str | None = None
    """The column's name as typed, casefolded; None for a plain word."""
    negated: bool = False
    compare: str | None = None
    """One of `< <= > >= =`; `amount` is None while its number is still being typed."""
    amount: float | None = None

    @property
    def whole(self) -> str:
        """The word with its `column:`, for when there is no such column."""
        return f"{self.column}:{self.word}" if self.column is not None else self.word


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed filter. False when it lets everything pass."""

    terms: tuple[Term, ...] = ()
    problems: tuple[str, ...] = ()
    """What could not be meant, one line each: to be shown, never to be raised while somebody types."""

    def __bool__(self) -> bool:
        return bool(self.terms)

    def matcher(self, columns: Sequence[Column[RowT]], now: float) -> Callable[[RowT], bool]:
        """Return the test of one row. A term whose column is not among *columns* is a plain word."""
        named = [(term, _named(term, columns)) for term in self.terms]
        tests = [_test(term, column, now) for term, column in named if column is not None]
        words = [(term.whole, term.negated) for term, column in named if column is None]
        texts = [column.text for column in columns if column.searched]

        def matches(row: RowT) -> bool:
            # Terms of one column first: they ask for one text, where plain words ask for all of them, once.
            if not all(test(row) for test in tests):
                return False
            if not words:
                return True
            everything = _BETWEEN.join([text(row, now) for text in texts]).casefold()
            return all((word in everything) is not negated for word, negated in words)

        return matches


EVERYTHING = Filter()


def parse_filter(text: str, columns: Iterable[Column[Any]] | None = None) -> Filter:
    """Parse what a person typed. With *columns*, `problems` names the columns that are not among them. Never raises."""
    known = None if columns is None else {name for column in columns for name in _names(column)}
    numbers = {name for column in columns or () if column.number for name in _names(column)}
    terms: list[Term] = []
    problems: list[str] = []
    for found in _TERM.findall(text):
        term = _parse_term(found)
        if term is None:
            continue
        terms.append(term)
        if known is None or term.column is None:
            continue
        if term.column not in known:
            problems.append(f"no column {term.column!r}: looking for {term.whole!r} everywhere")
        elif term.column in numbers and term.compare and term.amount is None:
            problems.append(f"{term.column}:{term.compare} needs a number, like 90, 2m, 1h or 1:30")
    return Filter(tuple(terms), tuple(problems))


def _parse_term(text: str) -> Term | None:
    """Parse one term; None when there is nothing to look for (`!`, `""`, `column:`)."""
    negated = text.startswith("!")
    text = text[negated:]
    column, quoted = None, text.startswith('"')
    found = None if quoted else _COLUMN.fullmatch(text)
    if found:
        column, text = found[1].casefold(), found[2]
        quoted = text.startswith('"')
    word = text.replace('"', "").casefold()
    if not word:
        return None
    comparison = None if column is None or quoted else _COMPARISON.fullmatch(word)
    if comparison is None:
        return Term(word, column, negated)
    return Term(word, column, negated, comparison[1], amount(comparison[2]))


def amount(text: str) -> float | None:
    """Return the number or seconds that *text* says: `90`, `1.5m`, `2h`, `1:30`, `1:02:03`; None if it is neither."""
    if len(text) > _DIGITS_LIMIT:
        return None
    if found := _AMOUNT.fullmatch(text):
        return float(found[1]) * _UNIT[found[2]]
    if found := _CLOCK.fullmatch(text):
        return int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3])
    return None


def _names(column: Column[Any]) -> set[str]:
    return {column.key.casefold(), column.title.casefold()}


def _named(term: Term, columns: Sequence[Column[RowT]]) -> Column[RowT] | None:
    """Return the column that *term* names, None for a plain word."""
    if term.column is None:
        return None
    return next((column for column in columns if term.column in _names(column)), None)


def _test(term: Term, column: Column[RowT], now: float) -> Callable[[RowT], bool]:
    """Return the test of a row's *column*."""
    negated = term.negated
    if column.number and term.compare is not None:
        if term.amount is None:
            return lambda _row: True  # half typed
        compare, bound, value_of = _COMPARE[term.compare], term.amount, column.sort

        def compared(row: RowT) -> bool:
            value = value_of(row, now)
            return (value is not None and compare(value, bound)) is not negated

        return compared
    word, text_of = term.word, column.text
    return lambda row: (word in text_of(row, now).casefold()) is not negated
