import pytest
from views.worlds import hung_up, ringing, talking, waiting

from amitop.pbx.store import Store
from amitop.views.calls import call_rows
from amitop.views.channels import channel_rows
from amitop.views.detail import VALUE_LIMIT, Section, detail
from fakes.events import ANN, block, event


def of_call(store: Store, now: float, *, live: bool = True) -> dict[str, Section]:
    return {section.title: section for section in detail(call_rows([store], (), now)[0], now, applications_live=live)}


def of_channel(store: Store, uniqueid: str, now: float, *, live: bool = True) -> dict[str, Section]:
    row = next(row for row in channel_rows([store], now) if row.channel.uniqueid == uniqueid)
    return {section.title: section for section in detail(row, now, applications_live=live)}


def test_a_call() -> None:
    sections = of_call(talking(), 131)
    assert list(sections) == ["Call", "Legs", "Bridge", "Events"]
    assert dict(sections["Call"].lines) == {
        "State": "Talking",
        "From": "Ann Lee +15551234567",
        "To": "Agent 03 1003",
        "Via": "trunk",
        "Time": "0:31",
        "Talk": "0:30",
        "ID": "1.1",
        "PBX": "pbx1",
    }
    assert sections["Legs"].lines == (
        ("PJSIP/trunk-00000001", "Up  0:31  Ann Lee +15551234567"),
        ("PJSIP/agent03-00000002", "Up  0:30  Agent 03 1003"),
    )
    assert dict(sections["Bridge"].lines) == {
        "Type": "basic, simple_bridge",
        "Exists": "0:30",
        "Members": "PJSIP/agent03-00000002, PJSIP/trunk-00000001",
        "ID": "b1",
    }
    when, what = sections["Events"].lines[0]
    assert when == "31 s ago"
    assert what.startswith("Newchannel  ")
    assert what.count("PJSIP/trunk-00000001") == 1


def test_a_call_that_has_ended_tells_why() -> None:
    lines = dict(of_call(hung_up(at=131), 132.5)["Call"].lines)
    assert lines["State"] == "Ended"
    assert lines["Ended"] == "1 s ago: Normal Clearing (16)"
    assert "Via" not in lines


def test_a_channel() -> None:
    sections = of_channel(talking(), "1.1", 131)
    assert list(sections) == ["Channel", "Dialplan", "Bridge", "Other legs of the call", "Events"]
    assert dict(sections["Channel"].lines) == {
        "Channel": "PJSIP/trunk-00000001",
        "State": "Up (6)",
        "Caller": "Ann Lee +15551234567",
        "Connected": "Agent 03 1003",
        "Dialled": "1003",
        "Time": "0:31",
        "Answered": "30 s ago",
        "Language": "en",
        "Uniqueid": "1.1",
        "Linkedid": "1.1",
        "PBX": "pbx1",
        "Last heard of": "30 s ago",
    }
    assert dict(sections["Bridge"].lines)["Entered"] == "30 s ago"
    assert sections["Other legs of the call"].lines == (("PJSIP/agent03-00000002", "Up"),)


def test_a_channel_that_has_ended_tells_why() -> None:
    sections = of_channel(hung_up(at=131), "1.2", 132.5)
    lines = dict(sections["Channel"].lines)
    assert lines["Ended"] == "1 s ago: Normal Clearing (16)"
    assert "Last heard of" not in lines
    assert "Events" in sections


@pytest.mark.parametrize(("live", "words"), [(True, "live"), (False, "as of 23 s ago")])
def test_how_fresh_the_application_is(live: bool, words: str) -> None:
    sections = of_channel(ringing(), "2.1", 123, live=live)
    assert dict(sections["Dialplan"].lines) == {
        "Position": "+15559876543@internal:3",
        "Application": "Dial",
        "Data": "PJSIP/x@trunk,60",
        "Freshness": words,
    }
    legs = dict(of_call(ringing(), 123, live=live)["Legs"].lines)
    assert ("(as of 23 s ago)" in legs["PJSIP/agent03-00000003"]) is not live


def test_a_leg_that_is_being_dialled() -> None:
    lines = dict(of_channel(ringing(), "2.2", 110)["Channel"].lines)
    assert lines["Dialled as"] == "x@trunk, RINGING, 10 s ago"
    assert "Looks stuck" not in lines
    assert dict(of_channel(ringing(), "2.2", 250)["Channel"].lines)["Looks stuck"] == "ringing for 2:30"


def test_a_caller_who_waits() -> None:
    assert dict(of_channel(waiting(), "3.1", 112)["Channel"].lines)["Waits in queue"] == "support, position 1, for 0:12"


def test_a_channel_of_which_everything_is_known() -> None:
    store = talking()
    channel = store.channels["1.1"]
    channel.held_at, channel.music, channel.account = 121.0, "default", "support"
    channel.recordings, channel.recording_muted, channel.hanging = 1, True, True
    channel.spies, channel.spying_on, channel.local_other = {"1.2", "gone"}, "1.2", "1.2"
    channel.partial, channel.answered = True, None
    channel.variables = {"CDR(x)": "1"}
    sections = of_channel(store, "1.1", 131)
    lines = dict(sections["Channel"].lines)
    assert lines["State"] == "Up (6), hanging up"
    assert lines["Looks stuck"] == "was told to hang up and has not for 0:30"
    assert lines["Time"] == "~0:31"
    assert lines["Answered"] == "before amitop was there"
    assert lines["First heard of"] == "in the middle of its life"
    assert lines["On hold"] == "for 0:10"
    assert lines["Music on hold"] == "default"
    assert lines["Recorded"] == "1 recording(s), muted"
    assert lines["Listened to by"] == "PJSIP/agent03-00000002, gone"
    assert lines["Listens to"] == "PJSIP/agent03-00000002"
    assert lines["Other half"] == "PJSIP/agent03-00000002"
    assert lines["Account"] == "support"
    assert sections["Variables"].lines == (("CDR(x)", "1"),)


def test_what_nobody_can_know_of_a_channel_is_said_in_one_line() -> None:
    store = talking()
    channel = store.channels["1.1"]
    assert "Not known" not in dict(of_channel(store, "1.1", 131)["Channel"].lines)
    channel.partial = True
    lines = dict(of_channel(store, "1.1", 131)["Channel"].lines)
    assert lines["Not known"] == "whether it is on hold or recorded"
    channel.held_at, channel.missed = 121.0, True
    lines = dict(of_channel(store, "1.1", 131)["Channel"].lines)
    assert lines["Not known"] == "whether it is recorded, since the link was lost"


def test_a_leg_beneath_its_call_is_shown_as_a_channel() -> None:
    (row,) = call_rows([talking()], {("pbx1", "1.1")}, 131)
    sections = detail(row.children[1], 131, applications_live=True)
    assert sections[0].lines[0] == ("Channel", "PJSIP/agent03-00000002")


def test_long_data_is_cut() -> None:
    store = talking()
    ann = block("1.1", "PJSIP/trunk-00000001", caller=ANN)
    data = "x" * 100_000
    store.apply(event("Newexten", ann, f"Extension: 1\nApplication: Queue\nAppData: {data}\n"), 130)
    assert len(dict(of_channel(store, "1.1", 131)["Dialplan"].lines)["Data"]) == VALUE_LIMIT


def test_the_legs_of_an_ended_call_have_stopped_with_it() -> None:
    store = hung_up(at=131)
    row = call_rows([store], (), 132)[0]
    then, later = (detail(row, now, applications_live=True)[1] for now in (132, 192))
    assert then.title == "Legs"
    assert later == then


def test_a_bridge_of_which_only_a_list_of_channels_told_has_no_type() -> None:
    store = talking()
    for bridge in store.bridges.values():
        bridge.type = bridge.technology = ""
    assert "Type" not in dict(of_channel(store, "1.1", 131)["Bridge"].lines)
