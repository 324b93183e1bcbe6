"""The Endpoints view: every device that the PBX knows by name, whatever its technology."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from amitop.pbx.endpoints import Endpoints
from amitop.views.columns import PBX, Column
from amitop.views.endpoint_row import EndpointRow, milliseconds
from amitop.views.format import hms
from amitop.views.projection import natural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from amitop.pbx.store import Store

TREND = 10
"""Cells of the column of round trips."""


class Directory:
    """The rows of all endpoints, in the order of their names: kept, for there are thousands, and they seldom change."""

    def __init__(self) -> None:
        self._seen: object = None
        self._rows: Sequence[EndpointRow] = ()

    def rows(self, stores: Iterable[Store]) -> Sequence[EndpointRow]:
        """Return a row for every endpoint of *stores*."""
        stores = list(stores)
        parts = [store.part(Endpoints) for store in stores]
        seen = [(part, part.changes) for part in parts]
        if seen != self._seen:
            rows = [EndpointRow(store, endpoint) for store in stores for endpoint in store.endpoints.values()]
            rows.sort(key=lambda row: (natural(row.endpoint.name), row.endpoint.technology, row.endpoint.pbx))
            self._seen, self._rows = seen, rows
        return self._rows


def summary(rows: Iterable[EndpointRow]) -> str:
    """Return how many there are, and how many of them do not answer or are nowhere: `26 endpoints, 2 unreachable`."""
    counts: Counter[str] = Counter()
    for row in rows:
        endpoint = row.endpoint
        counts["endpoints"] += 1
        if endpoint.online is False:
            counts["unreachable" if endpoint.contacts else "without contact"] += 1
    words = [f"{counts[what]} {what}" for what in ("unreachable", "without contact") if counts[what]]
    total = counts["endpoints"]
    return ", ".join([f"{total} endpoint{'s' * (total != 1)}", *words])


ENDPOINT_COLUMNS: tuple[Column[EndpointRow], ...] = (
    Column(
        key="name",
        title="ENDPOINT",
        width=14,
        flex=1,
        priority=0,
        text=lambda row, _: row.endpoint.name,
        sort=lambda row, _: row.endpoint.name,
        hint="What the PBX calls it",
    ),
    Column(
        key="tech",
        title="TECH",
        width=5,
        priority=2,
        text=lambda row, _: str(row.endpoint.technology),
        sort=lambda row, _: str(row.endpoint.technology),
        hint="The channel driver that it is of",
    ),
    Column(
        key="state",
        title="STATE",
        width=11,
        priority=0,
        text=lambda row, _: str(row.endpoint.state),
        sort=lambda row, _: str(row.endpoint.state),
        style=lambda row, _: row.state_style(),
        hint="What the device does, in Asterisk's words",
    ),
    Column(
        key="for",
        title="FOR",
        width=9,
        align="right",
        priority=3,
        text=lambda row, now: hms(row.state_age(now)),
        sort=lambda row, now: row.state_age(now),
        searched=False,
        number=True,
        hint="Since when it does that; a dash where that was before amitop was there",
    ),
    Column(
        key="calls",
        title="CALLS",
        width=5,
        align="right",
        priority=1,
        text=lambda row, _: str(row.calls() or ""),
        sort=lambda row, _: row.calls() or None,
        searched=False,
        number=True,
        hint="Channels that it has now",
    ),
    Column(
        key="contact",
        title="CONTACT",
        width=14,
        priority=1,
        text=lambda row, _: row.reach_text(),
        sort=lambda row, _: row.reach_rank(),
        style=lambda row, _: row.reach_style(),
        hint="Whether it answers where it can be reached; NonQualified: nobody asks it",
    ),
    Column(
        key="rtt",
        title="RTT",
        width=8,
        align="right",
        priority=2,
        text=lambda row, _: milliseconds(row.endpoint.rtt) if row.endpoint.contacts else "",
        sort=lambda row, _: row.endpoint.rtt,
        searched=False,
        number=True,
        hint="How long its last answer took, in seconds for a filter: rtt:>0.1",
    ),
    Column(
        key="trend",
        title="TREND",
        width=TREND,
        priority=5,
        text=lambda row, _: row.trend(TREND),
        sort=lambda row, _: None,
        style=lambda _row, _now: "dim",
        searched=False,
        hint="The last round trips, against the longest of them",
    ),
    Column(
        key="address",
        title="ADDRESS",
        width=18,
        flex=2,
        priority=3,
        text=lambda row, _: row.address_text(),
        sort=lambda row, _: row.address_text() or None,
        hint="Where it is, and at how many places more",
    ),
    Column(
        key="agent",
        title="USER AGENT",
        width=16,
        flex=1,
        priority=4,
        text=lambda row, _: row.user_agent(),
        sort=lambda row, _: row.user_agent() or None,
        hint="What the device calls itself; Asterisk knows it of those that register",
    ),
    Column(
        key="since",
        title="SINCE",
        width=9,
        align="right",
        priority=6,
        text=lambda row, now: hms(row.reach_age(now)),
        sort=lambda row, now: row.reach_age(now),
        shown=False,
        searched=False,
        number=True,
        hint="Since when it answers, or does not",
    ),
    Column(
        key="aor",
        title="AOR",
        width=14,
        priority=6,
        text=lambda row, _: ", ".join(row.endpoint.aors),
        sort=lambda row, _: ", ".join(row.endpoint.aors) or None,
        shown=False,
        hint="Addresses of record that it can be reached under",
    ),
    Column(
        key="description",
        title="DESCRIPTION",
        width=18,
        flex=1,
        priority=6,
        text=lambda row, _: row.endpoint.description or "",
        sort=lambda row, _: row.endpoint.description,
        shown=False,
        hint="What sip.conf says of it",
    ),
    PBX,
)
