"""Reads what the configuration file says of queues and agents: `[queues.NAME]`, `[pause.REASON]` and their like."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import time
from typing import TYPE_CHECKING, TypeVar

from amitop.config_table import full_key, is_line
from amitop.thresholds import DEFAULT, SENSES, Formula, Limit, QueueRules, Rules, Sense

if TYPE_CHECKING:
    from collections.abc import Mapping

    from amitop.config_table import TableReader

_T = TypeVar("_T")

_DIAL_KEYS = frozenset({"device", "dial_context", "dial_caller_id"})
TOP_KEYS = frozenset({"queues", "pause", "pause_reasons", "supervisor", "shift_starts", "bell", *_DIAL_KEYS})
"""The keys at the top of the file that this module reads."""
_QUEUE_KEYS = frozenset({"extension", "wrapuptime", "service_level", "sl_formula", "short_abandon", *SENSES})
_PAUSE_KEYS = frozenset({"warn", "critical"})
_HOUR = 3600
_DAY = 24 * _HOUR
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)


def read_rules(reader: TableReader, document: Mapping[str, object]) -> Rules:
    """Return what *document*, the whole file, says. Raises `ConfigError` for what it cannot mean."""
    tables = reader.get(document, "queues", dict, "", {})
    default = _queue(reader, tables.get(DEFAULT, {}), DEFAULT, QueueRules())
    pauses = reader.get(document, "pause", dict, "", {})
    return Rules(
        default=default,
        queues={name: _queue(reader, table, name, default) for name, table in tables.items() if name != DEFAULT},
        pauses={reason.strip().casefold(): _pause(reader, table, reason) for reason, table in pauses.items()},
        pause_reasons=tuple(_lines(reader, document, "pause_reasons")),
        supervisor=_device(reader, document, "supervisor"),
        device=_device(reader, document, "device"),
        dial_context=_dial_context(reader, document),
        dial_caller_id=_caller_id(reader, document),
        shift_starts=tuple(sorted({_start(reader, each) for each in _lines(reader, document, "shift_starts")})),
        bell=reader.get(document, "bell", bool, "", True),
    )


def _queue(reader: TableReader, table: object, name: str, default: QueueRules) -> QueueRules:
    where = f"queues.{name}"
    if not isinstance(table, dict):
        raise reader.error(where, "must be a table, [queues.NAME]")
    reader.known(table, _QUEUE_KEYS, where)
    limits = {key: limit(reader, table, key, where, sense) for key, sense in SENSES.items() if key in table}
    formula = reader.get(table, "sl_formula", str, where, default.sl_formula)
    if formula not in tuple(Formula):
        raise reader.error(f"{where}.sl_formula", f"must be one of {', '.join(Formula)}")
    return replace(
        default,
        extension=_extension(reader, table, name),
        wrapuptime=_within(reader, table, "wrapuptime", where, default.wrapuptime, kind=int, most=_HOUR),
        service_level=_within(reader, table, "service_level", where, default.service_level, kind=int, most=_DAY),
        sl_formula=Formula(formula),
        short_abandon=_within(reader, table, "short_abandon", where, default.short_abandon, kind=float, most=_HOUR),
        **limits,
    )


def _extension(reader: TableReader, table: Mapping[str, object], name: str) -> str | None:
    where = f"queues.{name}"
    extension = reader.line(table, "extension", where)
    if extension is None:
        return None
    if name == DEFAULT:
        raise reader.error(f"{where}.extension", "must be said for each queue: none leads to all of them")
    if not re.fullmatch(r"[^\s@,]+@[^\s@,]+", extension):
        raise reader.error(f"{where}.extension", 'must be an extension and its context, like "601@from-trunk"')
    return extension


def limit(reader: TableReader, table: Mapping[str, object], key: str, where: str, sense: Sense) -> Limit | None:
    """Read `[warn, critical]`; an empty list takes away what the default sets."""
    bounds = reader.get(table, key, list, where, [])
    name = full_key(where, key)
    if not bounds:
        return None
    if len(bounds) != 2 or not all(_is_amount(bound) for bound in bounds):
        raise reader.error(name, "must be two numbers, [warn, critical], or [] for none")
    warn, critical = bounds
    if sense is Sense.BELOW and max(bounds) > 100:
        raise reader.error(name, "a percentage is at most 100")
    if sense is Sense.AT_LEAST and warn > critical:
        raise reader.error(name, "critical must not be less than warn: [warn, critical]")
    if sense is not Sense.AT_LEAST and warn < critical:
        raise reader.error(name, "critical must not be more than warn: [warn, critical], and less is worse")
    return Limit(warn, critical, sense)


def _pause(reader: TableReader, table: object, reason: str) -> Limit:
    where = f"pause.{reason}"
    if not isinstance(table, dict):
        raise reader.error(where, "must be a table, [pause.REASON]")
    reader.known(table, _PAUSE_KEYS, where)
    warn = _within(reader, table, "warn", where, math.inf, kind=float, most=_DAY)
    critical = _within(reader, table, "critical", where, math.inf, kind=float, most=_DAY)
    if warn > critical and "warn" in table:
        raise reader.error(where, "critical must not be less than warn")
    return Limit(min(warn, critical), critical)


def _within(
    reader: TableReader, table: Mapping[str, object], key: str, where: str, default: _T, *, kind: type[_T], most: int
) -> _T:
    """Read a number of seconds, from 0 to *most*."""
    if key not in table:
        return default
    value = reader.get(table, key, kind, where, default)
    if not 0 <= value <= most:  # type: ignore[operator]  # kind is int or float
        raise reader.error(full_key(where, key), f"must be between 0 and {most} seconds")
    return value


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf


def _lines(reader: TableReader, document: Mapping[str, object], key: str) -> list[str]:
    texts = reader.get(document, key, list, "", [])
    if not all(isinstance(text, str) and is_line(text) for text in texts):
        raise reader.error(key, "must be a list of texts in quotes, none of them empty")
    return list(dict.fromkeys(texts))


def _start(reader: TableReader, text: str) -> time:
    found = _TIME.fullmatch(text)
    if found is None:
        raise reader.error("shift_starts", 'must be times of the day, ["06:00", "14:00"]')
    return time(int(found[1]), int(found[2]))


def _device(reader: TableReader, document: Mapping[str, object], key: str) -> str | None:
    device = reader.line(document, key, "")
    if device is not None and not re.fullmatch(r"[^/\s]+/\S+", device):
        raise reader.error(key, 'must be a device, like "PJSIP/9000"')
    return device


def _dial_context(reader: TableReader, document: Mapping[str, object]) -> str | None:
    context = reader.line(document, "dial_context", "")
    if context is not None and not re.fullmatch(r"[^\s@,]+", context):
        raise reader.error("dial_context", 'must be a context of the dialplan, like "internal"')
    return context


def _caller_id(reader: TableReader, document: Mapping[str, object]) -> str | None:
    text = reader.line(document, "dial_caller_id", "")
    if text is not None and not re.fullmatch(r'("[^"<>]*" )?<?[\w+*#.-]+>?', text):
        raise reader.error("dial_caller_id", "must be a number, or a name and a number: '\"Front desk\" <9000>'")
    return text
