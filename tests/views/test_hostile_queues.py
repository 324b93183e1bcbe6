"""Every payload of `style.md` 4.9 as the name of a queue, an agent, a pause and a caller, through every view."""

import csv
import io

import pytest
from rich.cells import cell_len
from views.queue_worlds import EPOCH, LISTED, entry, listed, member, params, rings, shift, status
from views.worlds import HOSTILE

from amitop.thresholds import Limit, QueueRules, Rules
from amitop.views.agent_grid import grid_cell, lay_out_grid
from amitop.views.agents import AGENT_COLUMNS, agent_rows
from amitop.views.board import board_lines
from amitop.views.document import dumps
from amitop.views.filters import parse_filter
from amitop.views.floor import Floor
from amitop.views.format import ASCII, UNICODE, fit
from amitop.views.plain import table
from amitop.views.projection import Query, project
from amitop.views.queue_detail import floor_detail
from amitop.views.queue_parts import CALLER_COLUMNS, MEMBER_COLUMNS, caller_rows, member_rows
from amitop.views.queues import QUEUE_COLUMNS, queue_rows
from amitop.views.readings import readings
from amitop.views.report import report
from amitop.views.report_text import csv_table, markdown
from amitop.views.waiting import WAITING_COLUMNS, waiting_rows
from amitop.views.wallboard import heading, wallboard
from amitop.views.why import reasons, summary

pytestmark = pytest.mark.parametrize("payload", HOSTILE)

NOW = LISTED + 20
RULES = Rules(default=QueueRules(waiting=Limit(1, 1)), pauses={"default": Limit(1, 2)})


def hostile(payload: str) -> Floor:
    """Everything that somebody may choose is *payload*: queue, agent, phone, pause, caller, channel."""
    device = f"PJSIP/{payload}"
    own = {"Name": payload, "Location": device, "StateInterface": device}
    store = listed(
        params(payload, Strategy=payload),
        member(payload, 1, **own, Paused=1, PausedReason=payload, LastPause=EPOCH + LISTED - 60, Membership=payload),
        member(payload, 2),
        entry(payload, 1, "7.1", 50, caller=(payload, payload)),
        entry(payload, 2, "7.2", 20),
    )
    counting = shift(store)
    rings(store, payload, "7.1", 2, LISTED + 1, caller=(payload, payload))
    record = {"MemberName": payload, "Interface": device, "StateInterface": device}
    store.apply(status(payload, 1, **record, Paused=1, PausedReason=payload, LastPause=EPOCH + LISTED - 60), LISTED + 2)
    return Floor(store, NOW, EPOCH + NOW, RULES, counting.tally)


def test_cells(payload: str) -> None:
    floor = hostile(payload)
    (queue,) = floor.store.queues.values()
    everything = [
        (QUEUE_COLUMNS, queue_rows([floor])),
        (CALLER_COLUMNS, caller_rows(floor, queue)),
        (WAITING_COLUMNS, waiting_rows([floor])),
        (MEMBER_COLUMNS, member_rows(floor, queue)),
        (AGENT_COLUMNS, agent_rows([floor])),
    ]
    shown = ""
    for columns, rows in everything:
        assert rows
        for row in rows:
            for column in columns:
                for glyphs in (UNICODE, ASCII):
                    cell = fit(column.text(row, NOW), column.width, column.align, column.crop, glyphs)
                    assert cell.isprintable()
                    assert cell_len(cell) == column.width
                    assert cell.isascii() or glyphs is UNICODE
                    shown += cell
        for line in table(rows, columns, NOW, 200):
            assert cell_len(line) <= 200
    if payload.isascii() and payload.isprintable() and len(payload) < 10:
        assert payload in shown  # brackets are text, and stay


def test_the_grid_and_the_wall(payload: str) -> None:
    floor = hostile(payload)
    rows = agent_rows([floor])
    for size in ((80, 20), (20, 2)):
        grid = lay_out_grid(len(rows), *size)
        for row in rows:
            for line in grid_cell(row, grid, NOW, ASCII).lines:
                assert line.isprintable()
                assert line.isascii()
                assert cell_len(line) == grid.width
    for line in board_lines(wallboard([floor]), 80, 24):
        assert "".join(text for text, _ in line).isprintable()
    assert fit(heading([floor], ("pbx1", payload)), 40).isprintable()


def test_lines_fit_when_cleaned(payload: str) -> None:
    floor = hostile(payload)
    (queue,) = floor.store.queues.values()
    found = [each.line for each in reasons(floor, queue)] + [each.text for each in readings([floor])]
    assert len(found) > 4
    for line in (*found, summary(floor, queue)):
        cell = fit(line, 60)
        assert cell.isprintable()
        assert cell_len(cell) == 60


def test_details(payload: str) -> None:
    floor = hostile(payload)
    (queue,) = floor.store.queues.values()
    rows = [*queue_rows([floor]), *waiting_rows([floor]), *agent_rows([floor]), *member_rows(floor, queue)]
    for row in rows:
        for section in floor_detail(row, NOW, applications_live=True):
            assert section.lines
            for label, value in section.lines:
                assert label.isprintable()
                assert value.isprintable()


def test_reports(payload: str) -> None:
    floor = hostile(payload)
    assert floor.tally is not None
    document = report(floor, floor.tally)
    line = dumps(document)
    assert line.isascii()
    assert line.isprintable()
    assert document["queues"][0]["name"] == payload
    for text in markdown(document).splitlines():
        assert text.isprintable()
    for part in ("queues", "agents"):
        for row in csv.reader(io.StringIO(csv_table(document, part))):
            assert all(cell.isprintable() and not cell.startswith(("=", "+", "@")) for cell in row)


def test_filters_and_sorts(payload: str) -> None:
    floor = hostile(payload)
    rows = agent_rows([floor])
    assert len(project(rows, AGENT_COLUMNS, Query(parse_filter(f'agent:"{payload}"', AGENT_COLUMNS)), NOW)) == 1
    for column in AGENT_COLUMNS:
        assert len(project(rows, AGENT_COLUMNS, Query(sort=column.key, reverse=True), NOW)) == 2
    queues = queue_rows([floor])
    for column in QUEUE_COLUMNS:
        assert len(project(queues, QUEUE_COLUMNS, Query(sort=column.key), NOW)) == 1
