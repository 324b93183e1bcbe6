"""Reading a table of the configuration file so that every surprise in it is one line with the file and the key.

Knows nothing of what the keys mean; `config` and `queue_config` do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_T = TypeVar("_T")
_D = TypeVar("_D")

_WORDS: dict[type, str] = {
    str: "text in quotes",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    dict: "a table",
    list: "a list, [a, b]",
}


class ConfigError(Exception):
    """Something a person wrote cannot be used; `str()` is one line with the file, key or address, and the way out."""


class TableReader:
    """Takes values out of parsed TOML. *where* is the table's own key, "" for the top of the file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self, table: Mapping[str, object], key: str, kind: type[_T], where: str, default: _D) -> _T | _D:
        """Return the value of *key*, *default* without one. Raises `ConfigError` unless it is of *kind*."""
        if key not in table:
            return default
        value = table[key]
        if kind is float and type(value) is int:
            value = float(value)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            # The value itself stays unsaid: it may be a secret.
            raise self.error(full_key(where, key), f"must be {_WORDS[kind]}")
        return value

    def line(self, table: Mapping[str, object], key: str, where: str) -> str | None:
        """Return one line of text, None without one. Raises `ConfigError`."""
        value = self.get(table, key, str, where, None)
        if value is not None and not is_line(value):
            raise self.error(full_key(where, key), "must be one line of text, not empty")
        return value

    def known(self, table: Iterable[str], keys: Iterable[str], where: str) -> None:
        """Raise `ConfigError` for the first key of *table* that is not one of *keys*."""
        keys = sorted(keys)
        for key in table:
            if key not in keys:
                near = nearest(key, keys)
                raise self.error(
                    full_key(where, key),
                    f'unknown; did you mean "{near}"?' if near else f"unknown; known are {', '.join(keys)}",
                )

    def error(self, key: str, problem: str) -> ConfigError:
        """Return the exception that says what is wrong with *key*."""
        return ConfigError(f"{self.path}: {key}: {problem}")


def full_key(where: str, key: str) -> str:
    """Return *key* with the table's own key before it."""
    return f"{where}.{key}" if where else key


def is_line(text: str) -> bool:
    """Whether *text* is one line that says something."""
    return bool(text.strip()) and not any(c in text for c in "\r\n\0")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the word of *known* that *word* was probably meant to be, if any is close."""
    import difflib  # noqa: PLC0415  # only for somebody who mistyped

    return next(iter(difflib.get_close_matches(word, list(known), 1, 0.6)), None)
