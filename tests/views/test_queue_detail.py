"""Everything that is known of a queue, of one who waits and of an agent; whose figure it is is always said."""

from views.queue_worlds import LISTED, counted, floor, joins, listed, member, params, rings, support

from amitop.thresholds import Limit, QueueRules, Rules
from amitop.views.agents import agent_rows
from amitop.views.queue_detail import floor_detail
from amitop.views.queue_parts import caller_rows, member_rows
from amitop.views.queues import queue_rows

RULES = Rules(default=QueueRules(wrapuptime=10), pauses={"lunch": Limit(1800, 2700)})


def told(row, now: float) -> dict[str, dict[str, str]]:
    return {each.title: dict(each.lines) for each in floor_detail(row, now, applications_live=True)}


def test_a_queue_tells_the_shifts_figures_and_asterisks_apart() -> None:
    (row,) = queue_rows([counted()])
    sections = told(row, 200)
    assert list(sections) == ["Queue", "This shift", "Asterisk, since the queue was loaded or reset"]
    assert sections["Queue"]["Agents"] == "2 ready, 1 paused"
    assert sections["Queue"]["Wrap-up"] == "known to Asterisk only (wrapuptime)"
    assert sections["This shift"]["Abandoned"] == "2, 1 of them within 5 s"
    assert sections["This shift"]["Service level"] == "!! 50%, answered in time / (offered - short abandons)"
    asterisk = sections["Asterisk, since the queue was loaded or reset"]
    assert asterisk["Holdtime"].endswith("an average of about the last four waits")
    assert asterisk["Service level 2"] == "67%, (answered + abandoned in time) / offered"


def test_a_queue_without_anybody_who_counts_or_a_list() -> None:
    (row,) = queue_rows([floor(support(), LISTED, RULES)])
    assert "This shift" not in told(row, LISTED)
    assert told(row, LISTED)["Queue"]["Service level"] == "60 s"
    assert told(row, LISTED)["Queue"]["Wrap-up"] == "10 s"
    (row,) = queue_rows([floor(support(), LISTED, Rules(default=QueueRules(service_level=20)))])
    assert told(row, LISTED)["Queue"]["Service level"] == "20 s, by the configuration of amitop"
    store = listed()
    joins(store, "support", "8.1", 101, position=2, count=2)
    (row,) = queue_rows([floor(store, 102)])
    sections = told(row, 102)
    assert list(sections) == ["Queue"]
    assert sections["Queue"]["Unnamed"].startswith("1 of them;")


def test_one_who_waits_and_the_channel_that_does() -> None:
    store = listed(params("support"), member("support", 1))
    joins(store, "support", "8.1", 101)
    rings(store, "support", "8.1", 1, 102)
    (row,) = caller_rows(floor(store, 131), store.queues["support"])
    sections = told(row, 131)
    assert sections["Waiting"] == {
        "Caller": "Ann Lee +15551234567",
        "Queue": "support",
        "Position": "1/1",
        "Wait": "0:30",
        "Service level": "0:30 left of 60 s",
        "Rings": "Agent 01",
        "Joined at": "position 1",
        "Uniqueid": "8.1",
    }
    assert sections["Channel"]["Waits in queue"] == "support, position 1, for 0:30"
    assert told(row, 172)["Waiting"]["Service level"] == "!! 0:11 over 60 s"
    (listed_only, *_) = caller_rows(floor(support(), LISTED), support().queues["support"])
    assert list(told(listed_only, LISTED)) == ["Waiting"], "a list of queues tells of no channel"


def test_an_agent_and_what_they_are_in_each_queue() -> None:
    row = agent_rows([counted(RULES)])[2]
    sections = told(row, 200)
    assert list(sections) == ["Agent", "This shift", "In queue support"]
    assert sections["Agent"]["State"] == "Paused lunch 0:50"
    assert sections["Agent"]["Pause limit"] == "30:00"
    assert sections["This shift"]["Pauses"] == "lunch 0:50"
    assert sections["This shift"]["Logged in"] == "1:40"
    ours = sections["In queue support"]
    assert (ours["Calls (Asterisk)"], ours["Kind"], ours["Rung while in use"]) == ("3", "static", "no")
    ignoring = agent_rows([counted(RULES)])[1]
    assert told(ignoring, 200)["Agent"]["Ignored"] == "the last ring"
    assert told(ignoring, 200)["This shift"]["Missed rings"] == "1"


def test_a_member_tells_the_same_of_the_person() -> None:
    store = support()
    (_, two, *_) = member_rows(floor(store, LISTED, RULES), store.queues["support"])
    sections = told(two, LISTED)
    assert sections["Agent"]["State"] == "Paused lunch 31:07 !"
    assert sections["In queue support"]["State"] == "Paused lunch 31:07"
