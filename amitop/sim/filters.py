"""Event filters of a session: regular expressions over the whole packet, and since 22.1 criteria (`ami.md` A.8)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from amitop.sim.event import Event

BAD_FORMAT = "Filter was formatted incorrectly.  Check the syntax of the filter given."
BAD_REGEX = "Filter did not compile.  Check the syntax of the filter given."

_CLASSES = {
    "alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "space": r"\s",
    "blank": r" \t", "punct": r"!-/:-@\[-`{-~", "print": " -~", "graph": "!-~",
    "cntrl": r"\x00-\x1f\x7f", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
_CRITERION = re.compile(r"\s*,?\s*(\w+)\(([^)]*)\)?")

_METHODS: dict[str, Callable[[bytes, bytes], bool]] = {
    "exact": lambda value, wanted: value == wanted,
    "starts_with": bytes.startswith,
    "ends_with": bytes.endswith,
    "contains": lambda value, wanted: wanted in value,
}


class FilterError(ValueError):
    """A filter that Asterisk would not take; its text is Asterisk's."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """What one filter looks for."""

    name: str = ""
    """Of the event; empty for any."""
    header: bytes = b""
    """Whose value is looked at; empty for the whole packet."""
    test: Callable[[bytes], bool] | None = None

    def matches(self, event: Event) -> bool:
        """Whether *event* is of the kind that is looked for."""
        if self.name and event.name != self.name:
            return False
        if self.test is None:
            return True
        data = event.data
        if not self.header:
            return self.test(data)
        found = data.find(b"\n" + self.header + b": ")
        if found < 0:
            return False
        start = found + len(self.header) + 3
        return self.test(data[start : data.index(b"\r\n", start)])


@dataclass(slots=True)
class Filters:
    """All filters of one session. There is no way to take one back."""

    includes: list[Criterion] = field(default_factory=list)
    excludes: list[Criterion] = field(default_factory=list)

    def add(self, criteria: str, pattern: str) -> None:
        """Add a filter by its MatchCriteria (empty: the legacy form) and Filter headers. Raises `FilterError`."""
        if not criteria:
            if not pattern:
                raise FilterError(BAD_FORMAT)
            exclude = pattern.startswith("!")
            filters = self.excludes if exclude else self.includes
            filters.append(Criterion(test=_regex(pattern[1:] if exclude else pattern)))
            return
        words = _criteria(criteria)
        action = words.get("action", "include")
        if action not in {"include", "exclude"}:
            raise FilterError(BAD_FORMAT)
        method, name, header = words.get("method", "none"), words.get("name", ""), words.get("header", "")
        if (method == "none") == bool(pattern) or (method == "none" and not (name or header)):
            raise FilterError(BAD_FORMAT)
        criterion = Criterion(name, header.encode(), _test(method, pattern))
        (self.excludes if action == "exclude" else self.includes).append(criterion)

    def pass_(self, event: Event) -> bool:
        """Whether the session gets *event*: one include must match if there are any, and no exclude."""
        if self.includes and not any(each.matches(event) for each in self.includes):
            return False
        return not any(each.matches(event) for each in self.excludes)


def _criteria(text: str) -> dict[str, str]:
    words: dict[str, str] = {}
    position = 0
    while position < len(text):
        found = _CRITERION.match(text, position)
        if found is None or found[1] not in {"action", "name", "header", "method"}:
            raise FilterError(BAD_FORMAT)
        words[found[1]] = found[2]
        position = found.end()
    return words


def _test(method: str, pattern: str) -> Callable[[bytes], bool] | None:
    if method == "none":
        return None
    if method == "regex":
        return _regex(pattern)
    compare = _METHODS.get(method)
    if compare is None:
        raise FilterError(BAD_FORMAT)
    wanted = pattern.encode("utf-8", "surrogateescape")
    return lambda value: compare(value, wanted)


def _regex(pattern: str) -> Callable[[bytes], bool]:
    """Compile a POSIX extended expression: `.` is any byte, `$` only the very end, `[[:space:]]` a class."""
    plain = re.sub(r"\[:(\w+):\]", lambda found: _CLASSES.get(found[1], found[0]), pattern)
    plain = re.sub(r"(?<!\\)\$$", r"\\Z", plain)
    try:
        compiled = re.compile(plain.encode("utf-8", "surrogateescape"), re.DOTALL)
    except re.error:
        raise FilterError(BAD_REGEX) from None
    return lambda data: compiled.search(data) is not None
