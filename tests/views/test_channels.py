from dataclasses import replace

import pytest
from views.worlds import hung_up, ringing, store_of, talking, waiting

from amitop.pbx.store import Store
from amitop.views.channels import CHANNEL_COLUMNS, ChannelRow, channel_rows
from amitop.views.columns import shown_columns
from amitop.views.filters import parse_filter
from amitop.views.projection import Query, lay_out, project
from amitop.views.stuck import stuck
from fakes.events import AGENT, ANN, block, bridge, event


def cells(store: Store, uniqueid: str, now: float, *keys: str) -> list[str]:
    row = next(row for row in channel_rows([store], now) if row.channel.uniqueid == uniqueid)
    texts = {column.key: column.text for column in CHANNEL_COLUMNS}
    return [texts[key](row, now) for key in keys]


def test_a_leg_of_a_conversation() -> None:
    keys = ("time", "state", "channel", "caller", "connected", "exten", "bridge", "talk", "flags")
    assert cells(talking(), "1.1", 131, *keys) == [
        "0:31",
        "Up",
        "PJSIP/trunk-00000001",
        "Ann Lee +15551234567",
        "Agent 03 1003",
        "1003@from-trunk:1",
        "PJSIP/agent03",
        "0:30",
        "",
    ]
    assert cells(talking(), "1.2", 131, "exten", "talk") == ["internal:1", "0:30"]


def test_the_application_and_its_data() -> None:
    assert cells(ringing(), "2.1", 110, "app", "exten") == ["Dial(PJSIP/x@trunk,60)", "+15559876543@internal:3"]
    assert cells(waiting(), "3.2", 110, "app") == ["Echo"]


def test_hidden_columns() -> None:
    keys = ("tech", "language", "linkedid", "uniqueid", "pbx", "account", "created")
    assert cells(talking(), "1.2", 131, *keys) == ["PJSIP", "en", "1.1", "1.2", "pbx1", "", "0:30 ago"]


def test_the_columns_fill_eighty_cells_with_the_gutter() -> None:
    placed = lay_out(shown_columns(CHANNEL_COLUMNS), 78)
    assert [each.column.key for each in placed] == ["time", "state", "channel", "caller", "app"]
    assert len(lay_out(shown_columns(CHANNEL_COLUMNS), 200)) == len(shown_columns(CHANNEL_COLUMNS))


def test_what_has_ended_stays_two_seconds_with_its_cause() -> None:
    store = hung_up(at=131)
    rows = channel_rows([store], 132.9)
    assert [(row.key, row.ended, row.state(132.9), row.state_style(132.9)) for row in rows] == [
        (("pbx1", "1.1"), True, "Ended", "dim"),
        (("pbx1", "1.2"), True, "Ended", "dim"),
    ]
    assert cells(store, "1.1", 132.9, "time", "app", "bridge", "talk") == ["0:31", "Normal Clearing", "", "–"]
    assert channel_rows([store], 133.0) == []


def test_what_was_lost_says_so() -> None:
    store = hung_up(at=131)
    (row, _) = channel_rows([store], 132)
    assert row.end is not None
    lost = ChannelRow(store, row.channel, replace(row.end, lost=True))
    assert (lost.state(132), lost.state_style(132)) == ("Lost", "warn")


def test_ended_rows_keep_their_place() -> None:
    store = hung_up(at=131)
    store.apply(event("Newchannel", block("5.1", "PJSIP/agent04-00000009")), 120)
    assert [row.key[1] for row in channel_rows([store], 132)] == ["1.1", "1.2", "5.1"]


def test_a_room_shows_its_size() -> None:
    store = talking()
    room = store.bridges["b1"]
    room.creator, room.name = "ConfBridge", "8000"
    assert cells(store, "1.1", 131, "bridge") == ["room 8000 (2)"]
    room.creator, room.technology = None, "holding_bridge"
    assert cells(store, "1.1", 131, "bridge") == ["hold (2)"]
    room.type = "parking"
    assert cells(store, "1.1", 131, "bridge") == ["parking (2)"]


def test_company_of_none_one_or_more() -> None:
    store = talking()
    store.apply(event("Newchannel", block("5.1", "PJSIP/agent04-00000009")), 120)
    store.apply(event("BridgeEnter", bridge("b1", 3), block("5.1", "PJSIP/agent04-00000009")), 121)
    assert cells(store, "1.1", 131, "bridge") == ["3 together"]
    store = talking()
    leaving = block("1.2", "PJSIP/agent03-00000002", caller=AGENT, connected=ANN, linkedid="1.1")
    store.apply(event("BridgeLeave", bridge("b1", 1), leaving), 130)
    assert cells(store, "1.1", 131, "bridge") == ["alone"]
    assert cells(store, "1.2", 131, "bridge", "talk") == ["", "–"]


def test_what_is_not_known_exactly_says_so() -> None:
    store = store_of([event("Newstate", block("1.1", "PJSIP/trunk-00000001"))])
    assert cells(store, "1.1", 142, "time") == ["~0:42"]
    store = talking()
    store.channels["1.1"].bridged_at = None
    assert cells(store, "1.1", 131, "talk") == ["?"]


def test_flags() -> None:
    store = talking()
    channel = store.channels["1.1"]
    channel.held_at, channel.recordings, channel.recording_muted = 120.0, 2, True
    assert cells(store, "1.1", 131, "flags") == ["‖ hold ◉ rec muted"]
    channel.held_at, channel.recordings, channel.spying_on = None, 0, "1.2"
    assert cells(store, "1.1", 131, "flags") == ["◎ spying"]


@pytest.mark.parametrize(
    ("uniqueid", "now", "change", "why"),
    [
        ("2.2", 220.0, {}, None),
        ("2.2", 220.1, {}, "ringing for 2:00"),
        ("2.1", 9999.0, {}, None),  # an incoming leg that nobody has answered is not ringing anywhere
        ("1.1", 9999.0, {}, None),  # in a bridge
        ("1.1", 3700.0, {"bridge": None}, None),
        ("1.1", 3701.0, {"bridge": None}, "up for 1:00:00 without anybody"),
        ("1.1", 3701.0, {"bridge": None, "answered": None}, "up for 1:00:01 without anybody"),
        ("1.1", 110.7, {"hanging": True, "heard": 100.8}, None),
        ("1.1", 111.0, {"hanging": True, "heard": 100.8}, "was told to hang up and has not for 0:10"),
        ("3.1", 9999.0, {}, None),  # waits in a queue, however long
    ],
)
def test_what_looks_stuck(uniqueid: str, now: float, change: dict[str, object], why: str | None) -> None:
    store = {"1": talking, "2": ringing, "3": waiting}[uniqueid[0]]()
    channel = store.channels[uniqueid]
    for name, value in change.items():
        setattr(channel, name, value)
    assert stuck(store, channel, now) == why
    row = ChannelRow(store, channel)
    assert row.state(now).endswith(" !") == (why is not None)
    assert (row.state_style(now) == "bad") == (why is not None)


def test_a_leg_that_was_told_to_hang_up_says_so() -> None:
    store = talking()
    store.channels["1.1"].hanging = True
    assert cells(store, "1.1", 101, "state") == ["Hanging up"]


def test_filters_and_sorts_over_real_columns() -> None:
    store = waiting()

    def keys(text: str, sort: str | None = None) -> list[str]:
        query = Query(parse_filter(text, CHANNEL_COLUMNS), sort)
        return [row.key[1] for row in project(channel_rows([store], 112), CHANNEL_COLUMNS, query, 112)]

    assert keys("app:echo") == ["3.2"]
    assert keys("en") == ["3.2"]  # "agent", not everybody's language
    assert keys("language:en") == ["3.1", "3.2"]
    assert keys("", "caller") == ["3.2", "3.1"]  # extensions before numbers with a plus
    assert keys("", "channel") == ["3.2", "3.1"]
    assert keys("time:>1m") == []


def test_every_column_has_a_text_a_sort_and_a_hint() -> None:
    rows = [*channel_rows([talking()], 131), *channel_rows([hung_up()], 132)]
    for column in CHANNEL_COLUMNS:
        for row in rows:
            assert isinstance(column.text(row, 132), str)
            assert isinstance(column.sort(row, 132), str | float | int | None)
            assert column.style(row, 132) in {"", "good", "warn", "bad", "dim", "accent"}
        assert column.hint
    assert len({column.key for column in CHANNEL_COLUMNS}) == len(CHANNEL_COLUMNS)
