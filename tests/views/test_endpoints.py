"""What the Endpoints view and its details say."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from views.worlds import HOSTILE

from amitop.pbx.endpoint_model import Contact, DeviceState, Endpoint, Reach, Technology
from amitop.pbx.endpoints import Endpoints
from amitop.pbx.store import Store
from amitop.views.endpoint_detail import endpoint_detail
from amitop.views.endpoint_row import milliseconds
from amitop.views.endpoints import ENDPOINT_COLUMNS, Directory, summary
from amitop.views.format import ASCII, UNICODE, fit
from amitop.views.projection import Query, project
from fakes.endpoints import endpoint_pbx, state_of, status_of

NOW = 1000.0
COLUMNS = {column.key: column for column in ENDPOINT_COLUMNS}


def rows_of(store: Store):
    return {row.endpoint.device: row for row in Directory().rows([store])}


def texts(store: Store, column: str) -> dict[str, str]:
    return {device: COLUMNS[column].text(row, NOW) for device, row in rows_of(store).items()}


def test_by_name_whatever_the_technology() -> None:
    assert list(rows_of(endpoint_pbx().store)) == [
        "PJSIP/agent01",
        "PJSIP/agent02",
        "PJSIP/agent03",
        "IAX2/branch",
        "SIP/desk",
        "SIP/gateway",
        "PJSIP/trunk",
    ]


def test_cells() -> None:
    store = endpoint_pbx().store
    assert texts(store, "state") == {
        "PJSIP/agent01": "In use",
        "PJSIP/agent02": "Unavailable",
        "PJSIP/agent03": "Unavailable",
        "IAX2/branch": "Unknown",
        "SIP/desk": "Unavailable",
        "SIP/gateway": "Not in use",
        "PJSIP/trunk": "Not in use",
    }
    assert texts(store, "contact") == {
        "PJSIP/agent01": "Reachable",
        "PJSIP/agent02": "Unreachable",
        "PJSIP/agent03": "No contact",
        "IAX2/branch": "Lagged",
        "SIP/desk": "No contact",
        "SIP/gateway": "Reachable",
        "PJSIP/trunk": "1/2 Reachable",
    }
    assert texts(store, "rtt") == {
        "PJSIP/agent01": "11 ms",
        "PJSIP/agent02": "–",
        "PJSIP/agent03": "",
        "IAX2/branch": "2310 ms",
        "SIP/desk": "",
        "SIP/gateway": "7 ms",
        "PJSIP/trunk": "0.48 ms",
    }
    assert texts(store, "for")["PJSIP/agent01"] == "0:31"
    assert texts(store, "for")["PJSIP/agent03"] == "–"
    assert texts(store, "calls") == {device: "1" if device == "PJSIP/agent01" else "" for device in store.endpoints}
    assert texts(store, "address")["PJSIP/trunk"] == "192.0.2.7 +1"
    assert texts(store, "address")["IAX2/branch"] == "10.1.0.1:4569"
    assert texts(store, "trend")["PJSIP/agent01"] == "▃▃▄▇▃"
    assert texts(store, "description")["SIP/gateway"] == "To the PSTN"
    assert summary(rows_of(store).values()) == "7 endpoints, 1 unreachable, 2 without contact"
    assert summary([]) == "0 endpoints"


def test_the_worst_contact_comes_first_and_what_has_none_before_it() -> None:
    rows = Directory().rows([endpoint_pbx().store])
    ordered = project(rows, ENDPOINT_COLUMNS, Query(sort="contact"), NOW)
    names = [row.endpoint.name for row in ordered]
    assert names == ["agent03", "desk", "agent02", "branch", "agent01", "gateway", "trunk"]
    by_rtt = project(rows, ENDPOINT_COLUMNS, Query(sort="rtt", reverse=True), NOW)
    assert [row.endpoint.name for row in by_rtt][:3] == ["branch", "agent01", "gateway"]


def test_rows_are_kept_until_an_endpoint_comes_or_goes() -> None:
    pbx = endpoint_pbx()
    directory = Directory()
    rows = directory.rows([pbx.store])
    pbx.happen(state_of("PJSIP/agent01", "NOT_INUSE"))
    assert directory.rows([pbx.store]) is rows
    pbx.happen(status_of("new", "sip:x", "Reachable"))
    assert len(directory.rows([pbx.store])) == len(rows) + 1
    pbx.store.restart(NOW)
    assert directory.rows([pbx.store]) == []
    assert not rows[0].there


def test_details() -> None:
    row = rows_of(endpoint_pbx().store)["PJSIP/agent01"]
    sections = {section.title: dict(section.lines) for section in endpoint_detail(row, NOW)}
    assert sections["Endpoint"]["State"] == "In use, for 0:31"
    assert sections["Endpoint"]["Calls now"] == "1"
    assert sections["Contact"]["Round trip"] == "11 ms, 3 min ago"
    assert sections["Contact"]["Round trips"] == "9 ms to 30 ms  ▃▃▄▇▃"
    assert sections["Contact"]["User agent"] == "Snom/8.9 王"
    assert sections["Contact"]["Comes from"] == "a registration"
    assert sections["Channels"] == {"PJSIP/agent01-00000001": "Up  0:31  Ann Lee +15551234567"}
    assert sections["Configuration"] == {
        "Caller ID": '"Agent 01" <1001>',
        "Context": "internal",
        "Codecs": "(ulaw)",
        "Logs in as": "agent01",
        "As of": "5 s ago",
    }


def test_details_of_one_that_only_events_tell_of() -> None:
    store = Store("pbx1")
    store.apply(status_of("a", "sip:a@h", "NonQualified"), 990.0)
    store.endpoints["PJSIP/a"].notice, store.endpoints["PJSIP/a"].notice_at = "Rejected: x", 995.0
    sections = {s.title: dict(s.lines) for s in endpoint_detail(rows_of(store)["PJSIP/a"], NOW)}
    assert sections["Endpoint"]["Known from"] == "events only: this login may not list it"
    assert sections["Endpoint"]["Trouble"] == "Rejected: x, 5 s ago"
    assert "nobody asks it" in sections["Contact"]["Round trip"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "–"), (0.000412, "0.41 ms"), (0.001, "1 ms"), (0.0099, "9.90 ms"), (0.012345, "12 ms"), (2.31, "2310 ms")],
)
def test_round_trips(seconds: float | None, text: str) -> None:
    assert milliseconds(seconds) == text


@pytest.mark.parametrize("payload", HOSTILE)
def test_text_that_means_harm(payload: str) -> None:
    store = Store("pbx1")
    contact = Contact(payload, payload, status=Reach.REACHABLE, rtt=0.001, user_agent=payload)
    endpoint = Endpoint("pbx1", Technology.PJSIP, payload, state=DeviceState.IN_USE, description=payload)
    endpoint.contacts[payload, payload] = contact
    endpoint.aors, endpoint.notice, endpoint.notice_at = (payload,), payload, 1.0
    endpoint.facts, endpoint.facts_at = ((payload, payload),), 1.0
    endpoint.judge(1.0)
    store.part(Endpoints).add(endpoint)
    (row,) = Directory().rows([store])
    for column in ENDPOINT_COLUMNS:
        for glyphs in (UNICODE, ASCII):
            cell = fit(column.text(row, NOW), column.width, column.align, column.crop, glyphs)
            assert cell.isprintable()
            assert cell_len(cell) == column.width
    for section in endpoint_detail(row, NOW):
        assert all(text.isprintable() for line in section.lines for text in line)
