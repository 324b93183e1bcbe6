"""Every payload of `style.md` 4.9 through all of views/ that makes text: nothing that a terminal acts on leaves it."""

import json

import pytest
from rich.cells import cell_len
from views.worlds import HOSTILE, hostile

from amitop.ami.packet import Packet
from amitop.views.calls import CALL_COLUMNS, call_rows
from amitop.views.channels import CHANNEL_COLUMNS, channel_rows
from amitop.views.detail import detail
from amitop.views.document import PbxFacts, document, dumps
from amitop.views.filters import parse_filter
from amitop.views.format import ASCII, UNICODE, fit
from amitop.views.plain import snapshot_text
from amitop.views.projection import Query, project
from amitop.views.quality import QUALITY_COLUMNS, quality_rows
from amitop.views.stuck import stuck
from fakes.events import block
from fakes.sound import report

pytestmark = pytest.mark.parametrize("payload", HOSTILE)

NOW = 131.0


def test_cells(payload: str) -> None:
    store = hostile(payload)
    everything = [
        (CALL_COLUMNS, call_rows([store], {("pbx1", "1.1")}, NOW)),
        (CHANNEL_COLUMNS, channel_rows([store], NOW)),
    ]
    shown = ""
    for columns, rows in everything:
        for row in [each for top in rows for each in (top, *top.children)]:
            for column in columns:
                for glyphs in (UNICODE, ASCII):
                    cell = fit(column.text(row, NOW), column.width, column.align, column.crop, glyphs)
                    assert cell.isprintable()
                    assert cell_len(cell) == column.width
                    assert cell.isascii() or glyphs is UNICODE
                    shown += cell
    if payload.isascii() and payload.isprintable() and len(payload) < 12:
        assert payload in shown  # brackets are text, and stay


def test_quality(payload: str) -> None:
    store = hostile(payload)
    channel = block("1.1", f"PJSIP/{payload}-00000001", caller=(payload, payload))
    for name in ("RTCPSent", "RTCPReceived"):
        packet = report(name, channel, loss=20.0)
        store.apply(Packet(packet.raw.replace(b"1.2.3.4", payload.encode(errors="surrogateescape"))), NOW)
    row = next(each for each in quality_rows([store], NOW) if each.key[-1] == "1.1")
    assert row.figures.level
    for column in QUALITY_COLUMNS:
        for glyphs in (UNICODE, ASCII):
            cell = fit(column.text(row, NOW), column.width, column.align, column.crop, glyphs)
            assert cell.isprintable()
            assert cell_len(cell) == column.width
    media = next(each for each in detail(row, NOW, applications_live=False) if each.title == "Media")
    assert all(label.isprintable() and value.isprintable() for label, value in media.lines)


def test_details(payload: str) -> None:
    store = hostile(payload)
    rows = [*call_rows([store], (), NOW), *channel_rows([store], NOW)]
    for row in rows:
        for section in detail(row, NOW, applications_live=False):
            assert section.lines
            for label, value in section.lines:
                assert label.isprintable()
                assert value.isprintable()


def test_plain_tables(payload: str) -> None:
    for line in snapshot_text(hostile(payload), NOW, 150).splitlines():
        assert line.isprintable()
        assert cell_len(line) <= 150


def test_the_document_keeps_the_text_and_its_line_does_not_show_it(payload: str) -> None:
    facts = PbxFacts(name=payload, host=payload, port=1, link="live", system=payload)
    line = dumps(document(hostile(payload), facts, NOW, float))
    assert line.isascii()
    assert line.isprintable()
    channel = json.loads(line)["channels"][0]
    assert channel["caller"] == {"num": payload, "name": payload}


def test_filters_and_sorts(payload: str) -> None:
    store = hostile(payload)
    rows = channel_rows([store], NOW)
    quoted = parse_filter(f'caller:"{payload}"', CHANNEL_COLUMNS)
    assert len(project(rows, CHANNEL_COLUMNS, Query(quoted), NOW)) == 1
    for column in CHANNEL_COLUMNS:
        assert len(project(rows, CHANNEL_COLUMNS, Query(sort=column.key, reverse=True), NOW)) == 2
    for problem in parse_filter(f"{payload}:{payload} time:>{payload}", CHANNEL_COLUMNS).problems:
        assert problem.isprintable()


def test_what_looks_stuck_is_said_in_our_words(payload: str) -> None:
    store = hostile(payload)
    channel = store.channels["1.1"]
    channel.hanging = True
    why = stuck(store, channel, NOW)
    assert why is not None
    assert payload not in why
