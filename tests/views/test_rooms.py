"""Conferences, their people and parked calls as rows; and every hostile payload as whatever can be chosen of them."""

from __future__ import annotations

import pytest
from recorded_queues import member, params
from rich.cells import cell_len
from views.worlds import HOSTILE

from amitop.pbx.parking import Parking
from amitop.pbx.room_lists import apply_parked, apply_room, apply_rooms
from amitop.pbx.room_model import ParkingLot
from amitop.pbx.store import Store
from amitop.views.document import PbxFacts, document, dumps
from amitop.views.filters import parse_filter
from amitop.views.format import ASCII, UNICODE, fit
from amitop.views.parked import PARKED_COLUMNS, parked_rows
from amitop.views.plain import table
from amitop.views.projection import Query, project
from amitop.views.room_detail import room_detail, still_there
from amitop.views.rooms import ROOM_COLUMNS, people_words, room_rows
from fakes.meeting import meeting_pbx
from fakes.rooms import FakeParked, FakePerson, FakeRoom, parked_items, person_items, room_items

NOW = 1000.0


@pytest.fixture
def store() -> Store:
    return meeting_pbx(NOW).store


def lines(rows, columns, now: float = NOW) -> list[str]:
    """Return the cells that are shown by default, without padding."""
    shown = [column for column in columns if column.shown and column.key != "channel"]
    return [" | ".join(column.text(row, now).strip() for column in shown) for row in rows]


def test_rooms_with_their_people(store: Store) -> None:
    rows = project(room_rows([store]), ROOM_COLUMNS, Query(), NOW)
    assert lines(rows, ROOM_COLUMNS) == [
        "▾ board | 3 | locked, ◉ recorded |  | 1:40",
        "├ 王小明 +15557654321 |  |  |  | ~5:00",
        "├ Ann Lee 1001 |  | talking | admin | 1:40",
        "└ Bob 1002 |  | muted |  | 1:39",
        "▾ 8100 | 2 |  |  | 1:37",
        "├ Agent 04 1004 |  | waiting, muted |  | 1:37",
        "└ PJSIP/agent05-00000005 |  | waiting |  | 1:36",
    ]
    assert people_words([store]) == "2 rooms, 5 people"
    closed = project(room_rows([store], {("pbx1", "board")}), ROOM_COLUMNS, Query(), NOW)
    assert lines(closed, ROOM_COLUMNS)[:2] == ["▸ board | 3 | locked, ◉ recorded |  | 1:40", "▾ 8100 | 2 |  |  | 1:37"]


def test_a_filter_finds_a_room_by_who_is_in_it_and_a_sort_keeps_them_together(store: Store) -> None:
    found = project(room_rows([store]), ROOM_COLUMNS, Query(parse_filter("bob", ROOM_COLUMNS)), NOW)
    assert [row.key for row in found] == [
        ("pbx1", "board"),
        ("pbx1", "board", "8.3"),
        ("pbx1", "board", "8.1"),
        ("pbx1", "board", "8.2"),
    ]
    ordered = project(room_rows([store]), ROOM_COLUMNS, Query(sort="people"), NOW)
    assert [row.key[1] for row in ordered if len(row.key) == 2] == ["8100", "board"]
    assert [len(row.key) for row in ordered] == [2, 3, 3, 2, 3, 3, 3]


def test_parked_calls_whose_time_is_up_first(store: Store) -> None:
    assert lines(parked_rows([store]), PARKED_COLUMNS) == [
        "!! 0:04 | 702 | default | Quinn R +15550000001 | agent05 | 1:56",
        "0:48 | 701 | default | Ann Lee +15551234567 | agent05 | 1:12",
        "no limit | 751 | forever | Ann Lee +15551234567 | itself | 10:00",
    ]
    later = lines(parked_rows([store]), PARKED_COLUMNS, NOW + 35)
    assert [line.split(" | ")[0] for line in later] == ["!! 0:00", "! 0:13", "no limit"]


def test_who_parked_a_call_by_the_name_that_the_queues_have(store: Store) -> None:
    store.apply_queues([params("q"), member("q", "PJSIP/agent05", name="Agent Five")], NOW, NOW, first=True)
    assert [row.parker for row in parked_rows([store])] == ["Agent Five", "Agent Five", "itself"]
    assert parked_rows([store])[0].parker_device == "PJSIP/agent05"


def test_details(store: Store) -> None:
    store.part(Parking).lots["default"] = ParkingLot("default", "701", "720", 120.0)
    board, school = room_rows([store])
    sections = {each.title: dict(each.lines) for each in room_detail(board, NOW, applications_live=True)}
    assert sections["Conference"] == {
        "Name": "board",
        "People": "3",
        "Began": "1:40 ago",
        "Locked": "yes",
        "Recorded": "yes, for 0:20",
        "People listed": "now",
        "Bridge": "bridge-board",
        "PBX": "pbx1",
    }
    assert sections["People"] == {"王小明 +15557654321": "in it", "Ann Lee 1001": "admin, talking", "Bob 1002": "muted"}
    teacherless = {each.title: dict(each.lines) for each in room_detail(school, NOW, applications_live=True)}
    assert teacherless["Conference"]["Waiting"] == "2 for somebody who is marked"

    sections = {each.title: dict(each.lines) for each in room_detail(school.children[0], NOW, applications_live=True)}
    assert sections["In the conference"] == {
        "Room": "8100",
        "Who": "Agent 04 1004",
        "In it": "1:37",
        "Muted": "yes",
        "Talking": "no, or not told",
        "Waiting": "for somebody who is marked",
    }
    assert sections["Channel"]["Channel"] == "PJSIP/agent04-00000004"

    sections = {
        each.title: dict(each.lines) for each in room_detail(parked_rows([store])[1], NOW, applications_live=True)
    }
    assert sections["Parked"] == {
        "Space": "701 in default (spaces 701 to 720)",
        "Who": "Ann Lee +15551234567",
        "Parked by": "agent05",
        "Comes back to": "PJSIP/agent05",
        "Parked for": "1:12",
        "Time left": "0:48",
    }
    assert "Channel" in sections


def test_details_of_what_has_gone_stay_readable(store: Store) -> None:
    board, _ = room_rows([store])
    person, parked = board.children[0], parked_rows([store])[0]
    assert all(still_there(row) for row in (board, person, parked))
    apply_rooms(store, [], NOW)
    apply_parked(store, [], NOW)
    store.restart(NOW)
    assert not any(still_there(row) for row in (board, person, parked))
    for row in (board, person, parked):
        assert room_detail(row, NOW, applications_live=False)
    assert person.text == "王小明 +15557654321"
    assert parked.text == "Quinn R +15550000001"


def test_what_is_not_known_is_not_said_to_be_not_so() -> None:
    pbx = meeting_pbx(NOW)
    room = pbx.store.rooms["8100"]
    room.locked = room.recording = room.listed_at = None
    room.members["8.4"].waiting = None
    row = room_rows([pbx.store])[1]
    facts = dict(room_detail(row, NOW, applications_live=True)[0].lines)
    assert (facts["Locked"], facts["Recorded"], facts["People listed"]) == ("not known", "not known", "not yet")
    assert row.states == []
    assert dict(room_detail(row.children[0], NOW, applications_live=True)[0].lines)["Waiting"] == "not known"


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_text(payload: str) -> None:
    """The room, the lot, the space, the callers, the channels and the parker are all *payload*."""
    store = Store("pbx1")
    who = {"caller": (payload, payload)}
    room = FakeRoom(payload, [FakePerson("1.1", f"PJSIP/{payload}", **who), FakePerson("1.2", payload, **who)])
    parked = FakeParked("2.1", payload, payload, lot=payload, parker=f"PJSIP/{payload}", **who)
    apply_rooms(store, room_items([room]), NOW)
    apply_room(store, payload, person_items(room), NOW)
    apply_parked(store, parked_items([parked]), NOW)
    rows = project(room_rows([store]), ROOM_COLUMNS, Query(), NOW)
    assert len(rows) == 3
    for columns, some in ((ROOM_COLUMNS, rows), (PARKED_COLUMNS, parked_rows([store]))):
        assert some
        for row in some:
            for column in columns:
                for glyphs in (UNICODE, ASCII):
                    cell = fit(column.text(row, NOW), column.width, column.align, column.crop, glyphs)
                    assert cell.isprintable()
                    assert cell_len(cell) == column.width
                    assert cell.isascii() or glyphs is UNICODE
            for section in room_detail(row, NOW, applications_live=True):
                assert section.lines
                assert all(label.isprintable() and value.isprintable() for label, value in section.lines)
        for line in table(some, columns, NOW, 200):
            assert cell_len(line) <= 200
        for column in columns:
            assert len(project(some, columns, Query(sort=column.key, reverse=True), NOW)) >= 1
    line = dumps(document(store, PbxFacts("pbx1", None, None, "live"), NOW, lambda moment: moment))
    assert line.isascii()
    assert line.isprintable()
