"""Reads what the configuration file says of trunks: `[trunks.NAME]`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from amitop.queue_config import limit
from amitop.thresholds import DEFAULT, Rules, Sense, TrunkRules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from amitop.config_table import TableReader

TOP_KEYS = frozenset({"trunks"})
"""The keys at the top of the file that this module reads."""
_OWN = ("endpoint", "registration", "limit")
"""What is one trunk's own, and no default of all."""
_KEYS = frozenset({*_OWN, "calls", "answer_rate", "ignore"})
_MOST_CALLS = 1_000_000


def read_trunks(reader: TableReader, document: Mapping[str, object], rules: Rules) -> Rules:
    """Return *rules* with what *document*, the whole file, says of trunks. Raises `ConfigError`."""
    tables = reader.get(document, "trunks", dict, "", {})
    default = _trunk(reader, tables.get(DEFAULT, {}), DEFAULT, TrunkRules())
    trunks = {name: _trunk(reader, table, name, default) for name, table in tables.items() if name != DEFAULT}
    return replace(rules, trunk_default=default, trunks=trunks)


def _trunk(reader: TableReader, table: object, name: str, default: TrunkRules) -> TrunkRules:
    where = f"trunks.{name}"
    if not isinstance(table, dict):
        raise reader.error(where, "must be a table, [trunks.NAME]")
    reader.known(table, _KEYS, where)
    if name == DEFAULT:
        for key in _OWN:
            if key in table:
                raise reader.error(f"{where}.{key}", "must be said for each trunk")
    calls, rate = default.calls, default.answer_rate
    if "calls" in table:
        calls = limit(reader, table, "calls", where, Sense.AT_LEAST)
    if "answer_rate" in table:
        rate = limit(reader, table, "answer_rate", where, Sense.BELOW)
    return TrunkRules(
        endpoint=_endpoint(reader, table, where),
        registration=reader.line(table, "registration", where),
        limit=_carries(reader, table, where),
        calls=calls,
        answer_rate=rate,
        ignore=reader.get(table, "ignore", bool, where, default.ignore),
    )


def _carries(reader: TableReader, table: Mapping[str, object], where: str) -> int | None:
    calls = reader.get(table, "limit", int, where, None)
    if calls is not None and not 1 <= calls <= _MOST_CALLS:
        raise reader.error(f"{where}.limit", f"must be between 1 and {_MOST_CALLS} calls")
    return calls


def _endpoint(reader: TableReader, table: Mapping[str, object], where: str) -> str | None:
    """Read a device; a name alone is one of PJSIP."""
    endpoint = reader.line(table, "endpoint", where)
    if endpoint is None:
        return None
    if not re.fullmatch(r"([A-Za-z][\w.-]*/)?[^/\s]+", endpoint):
        raise reader.error(f"{where}.endpoint", 'must be an endpoint, like "carrier" or "SIP/carrier"')
    return endpoint if "/" in endpoint else f"PJSIP/{endpoint}"
