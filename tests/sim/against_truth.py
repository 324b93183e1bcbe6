"""Holds amitop's JSON document against what is really so: every difference, in words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from amitop.sim.truth import truth

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from amitop.sim.exchange import Exchange

Json = dict[str, Any]
Difference = tuple[str, str, str, object, object]

EXACT = {
    "channels": ("linkedid", "name", "state", "caller", "connected", "context", "exten", "priority", "application",
                 "data", "account", "bridge", "held", "recording"),
    "bridges": ("type", "technology", "creator", "name"),
    "queues": ("strategy", "max", "weight", "service_level", "holdtime", "talktime", "completed", "abandoned",
               "sl_perf", "sl_perf2"),
    "callers": ("position", "channel", "caller", "priority"),
    "members": ("name", "state_interface", "membership", "penalty", "calls_taken", "in_call", "status", "paused",
                "pause_reason", "wrapup"),
    "endpoints": ("technology", "state"),
    "contacts": ("aor", "status", "rtt", "user_agent"),
    "registrations": ("technology", "server", "client", "status"),
    "conferences": ("locked",),
    "people": ("channel", "admin", "muted", "talking", "waiting"),
    "parked": ("lot", "space", "channel", "caller", "parker", "timeout"),
}  # fmt: skip
ONLY_LISTED = {
    ("channels", "linkedid"),  # a bridge gives its channels the oldest one, which shows in what comes next (D.2)
    ("channels", "application"), ("channels", "data"),  # Newexten tells of another place only (stasis_channels.c)
    ("callers", "priority"), ("people", "waiting"), ("conferences", "locked"), ("contacts", "rtt"),
    ("contacts", "status"), ("contacts", "user_agent"), ("registrations", "next"),
    ("members", "last_call"),  # told with the next event of that member
}  # fmt: skip
"""What events do not tell, or not always."""
AVERAGES = {"holdtime", "talktime"}
"""Worked out from whole seconds that are counted at other moments than Asterisk's, which lasts (`ami.md` D.6)."""
ONLY_AT_THE_MOMENT = {("channels", "held"), ("channels", "recording")}
"""What no list tells: of channels that are older than the link it is not known, and null."""
TIMES = {
    "channels": ("created", "answered"),
    "callers": ("joined",),
    "members": ("last_call", "paused_since", "login"),
    "registrations": ("next",),
    "parked": ("since",),
}


def differences(
    exchange: Exchange, ours: Json, *, connected: float, listed: bool, doubted: Container[str] = ()
) -> Iterator[Difference]:
    """Say where *ours* is not so: kind, key, field, what is so, what ours says.

    *connected* is when the link came up: of what is older, lists tell whole seconds at most. With *listed* all lists
    have just been taken, so what no event tells must be right too. *doubted* queues are about to be asked for again.
    """
    real = truth(exchange)
    judge = _Judge(exchange.clock.now, connected, listed)
    channels = {entry["uniqueid"]: entry for entry in real["channels"]}
    yield from judge.tables("channels", real["channels"], ours["channels"], "uniqueid")
    yield from judge.tables("bridges", real["bridges"], ours["bridges"], "id")
    for one, other in _pairs(real["bridges"], ours["bridges"], "id"):
        if sorted(one["channels"]) != sorted(other["channels"]):
            yield "bridges", one["id"], "channels", one["channels"], other["channels"]
    for difference in judge.tables("queues", real["queues"], ours["queues"], "name"):
        if difference[1] not in doubted:
            yield difference
    for one, other in _pairs(real["queues"], ours["queues"], "name"):
        if one["name"] in doubted:
            continue
        yield from judge.tables("callers", one["callers"], other["callers"], "uniqueid")
        yield from judge.tables("members", one["members"], other["members"], "interface")
    yield from judge.tables("endpoints", real["endpoints"], ours["endpoints"], "name")
    for one, other in _pairs(real["endpoints"], ours["endpoints"], "name"):
        its = [uid for uid, channel in channels.items() if channel["name"].rpartition("-")[0] == f"PJSIP/{one['name']}"]
        if sorted(its) != sorted(other["channels"]):
            yield "endpoints", one["name"], "channels", its, other["channels"]
        yield from judge.tables("contacts", one["contacts"], other["contacts"], "uri")
    yield from judge.tables("registrations", real["registrations"], ours["registrations"], "name")
    yield from judge.tables("conferences", real["conferences"], ours["conferences"], "name")
    for one, other in _pairs(real["conferences"], ours["conferences"], "name"):
        yield from judge.tables("people", one["members"], other["members"], "uniqueid")
    yield from judge.tables("parked", real["parked"], ours["parked"], "uniqueid")


def _pairs(real: list[Json], ours: list[Json], key: str) -> Iterator[tuple[Json, Json]]:
    found = {entry[key]: entry for entry in ours}
    for entry in real:
        if entry[key] in found:
            yield entry, found[entry[key]]


class _Judge:
    """Compares entries, and knows what nobody can know."""

    def __init__(self, now: float, connected: float, listed: bool) -> None:
        self.now = now
        self.connected = connected
        self.listed = listed

    def tables(self, kind: str, real: list[Json], ours: list[Json], key: str) -> Iterator[Difference]:
        keys, found = {entry[key] for entry in real}, {entry[key]: entry for entry in ours}
        for missing in keys - found.keys():
            yield kind, missing, "", "there", "missing"
        for invented in found.keys() - keys:
            yield kind, invented, "", "missing", "there"
        for one in real:
            other = found.get(one[key])
            if other is None:
                continue
            for field in EXACT[kind]:
                if one[field] != other[field] and not self._excused(kind, field, one, one[field], other[field]):
                    yield kind, one[key], field, one[field], other[field]
            for field in TIMES.get(kind, ()):
                if not self._same_time(kind, field, one[field], other[field]):
                    yield kind, one[key], field, one[field], other[field]

    def _excused(self, kind: str, field: str, entry: Json, real: object, ours: object) -> bool:
        if _known(real) == _known(ours):
            return True
        if (kind, field) == ("bridges", "technology"):
            return (real, ours) == ("native_rtp", "simple_bridge")  # changes without a word, and is in no list of calls
        if (kind, field) in ONLY_AT_THE_MOMENT:
            older = entry["created"] < self.connected
            # A recording that began before the link was lost is taken to last: nearly all do, until the Hangup.
            return bool(older and (ours is None or (field == "recording" and ours)))
        if kind == "queues" and field in AVERAGES and not self.listed:
            return abs(real - ours) <= 3  # type: ignore[operator]
        return (kind, field) in ONLY_LISTED and not self.listed

    def _same_time(self, kind: str, field: str, real: float | None, ours: str | None) -> bool:
        if field == "answered" and ours is None:
            return real is None or real <= self.connected  # in no list
        if (kind, field) in ONLY_LISTED and not self.listed:
            return True
        if kind == "registrations" and (real is None or real - self.now < 1.0):
            return True  # NextReg: 0, or it is being tried just now
        if real is None or ours is None:
            return real is ours
        error = datetime.fromisoformat(ours).timestamp() - real
        if kind == "registrations" or real <= self.connected:
            return -1.002 <= error <= 1.002  # told in whole seconds
        return -0.002 <= error <= 0.002


def _known(value: object) -> object:
    """An empty text is nothing known, as it is on the wire."""
    if isinstance(value, dict):
        return {key: each or None for key, each in value.items()}
    if value == "Ring, Inuse":
        return "Ring+Inuse"  # app_queue's words for it
    if isinstance(value, float):
        return round(value, 5)
    return None if value == "" else value
