"""What `amitop check` prints of the figures that have a limit: for people, and as a monitoring plugin does.

A plugin says one line, `QUEUES WARNING - what is wrong | data`, and the data is `'label'=value;warn;crit;min` for each
figure (Monitoring Plugins Development Guidelines, "Performance data").
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from amitop.text import clean
from amitop.thresholds import Level, Sense
from amitop.views.readings import UNITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.thresholds import Limit
    from amitop.views.readings import Reading

STATES = {Level.FINE: "OK", Level.WARN: "WARNING", Level.CRITICAL: "CRITICAL"}
UNKNOWN = "UNKNOWN"
"""The state of what could not be checked."""
_SERVICE = "QUEUES"
_WITH_TRUNKS = "PBX"
"""What a plugin's line is about: where the PBX has no trunk it is queues alone."""
_NAMED = 10
"""Problems that a plugin's line names: Nagios cuts a long one off, and the data with it."""
_LABEL = "'=|%\\"
"""What ends a label, or the data, or begins an escape."""


def worst(readings: Sequence[Reading]) -> Level:
    """Return how bad the worst of them is."""
    return max((reading.level for reading in readings), default=Level.FINE)


def check_lines(readings: Sequence[Reading], queues: int) -> list[str]:
    """Return a line for each problem, the worst first; one that says OK where there is none.

    *queues* is how many there are, with and without a limit.
    """
    problems = _problems(readings)
    if not problems:
        return [f"OK: {_checked(readings, queues)}"]
    return [f"{STATES[each.level]:<8} {clean(each.text)}" for each in problems]


def nagios_line(readings: Sequence[Reading], queues: int) -> str:
    """Return the same as one line of a monitoring plugin."""
    problems = _problems(readings)
    said = [each.text for each in problems[:_NAMED]]
    if len(problems) > _NAMED:
        said.append(f"and {len(problems) - _NAMED} more")
    service = _WITH_TRUNKS if _trunks(readings) else _SERVICE
    said_of_all = "; ".join(map(clean, said)) or _checked(readings, queues)
    line = nagios_state(STATES[worst(readings)], said_of_all, service)
    return f"{line} | {' '.join(map(_figure, readings))}" if readings else line


def nagios_state(state: str, why: str, service: str = _SERVICE) -> str:
    """Return a plugin's line without data. The first pipe in it would begin the data, so there is none."""
    return f"{service} {state} - {why.replace('|', '¦')}"


def _problems(readings: Sequence[Reading]) -> list[Reading]:
    return sorted((each for each in readings if each.level), key=lambda each: -each.level)


def _checked(readings: Sequence[Reading], queues: int) -> str:
    trunks = _trunks(readings)
    counts = [f"{queues} queue{'s' * (queues != 1)}"]
    counts += [f"{trunks} trunk{'s' * (trunks != 1)}"] if trunks else []
    counts.append(f"{len(readings)} figure{'s' * (len(readings) != 1)} within limits")
    return ", ".join(counts)


def _trunks(readings: Sequence[Reading]) -> int:
    """Return how many trunks there are of which anything can be told."""
    return len({each.row for each in readings if each.kind.of_trunk})


def _figure(reading: Reading) -> str:
    """Return `'support_waiting'=5;3;10;0`."""
    unit = UNITS.get(reading.kind, "")
    # U is a plugin's word for a value that could not be told; it has no unit.
    value = "U" if reading.value is None else _number(reading.value) + unit
    limit = reading.limit
    data = [value, _bound(limit, limit.warn), _bound(limit, limit.critical), "0"]
    if unit == "%":
        data.append("100")
    return f"'{_label(reading.subject)}_{reading.kind}'={';'.join(data)}"


def _label(name: str) -> str:
    """Return *name* with what a label cannot hold as the hex digits of its bytes: other names stay other labels."""
    return "".join(
        character
        if character.isprintable() and character not in _LABEL
        else "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))
        for character in name
    )


def _bound(limit: Limit, bound: float) -> str:
    """Return a bound as what draws the line in a graph; `80:` where less is worse. Empty where there is none."""
    if math.isinf(bound):
        return ""
    return _number(bound) if limit.sense is Sense.AT_LEAST else f"{_number(bound)}:"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
