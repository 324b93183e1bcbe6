"""An agent's seconds: each goes into one thing."""

import pytest

from amitop.pbx.queue_model import Member, MemberStatus
from amitop.shift.agent_tally import AWAY, OTHER, REASONS, AgentTally, Doing, Now, doing

IDLE = Now(Doing.IDLE)
TALK = Now(Doing.TALK)
FREE, USED, OFF = MemberStatus.NOT_IN_USE, MemberStatus.IN_USE, MemberStatus.UNAVAILABLE


def member(queue: str = "q", status: MemberStatus = FREE, **fields) -> Member:
    made = Member("lab", queue, "PJSIP/1", "Ann", "PJSIP/1", "static", status=status)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


@pytest.mark.parametrize(
    ("members", "now"),
    [
        ([], AWAY),
        ([member()], IDLE),
        ([member(status=USED)], Now(Doing.BUSY)),
        ([member(status=MemberStatus.RINGING)], Now(Doing.BUSY)),
        ([member(status=OFF)], AWAY),
        ([member(status=MemberStatus.INVALID)], AWAY),
        ([member(status=USED, in_call=True)], TALK),
        ([member(status=USED, talking_to="a")], TALK),
        ([member(status=MemberStatus.RINGING, ringing_for="a")], Now(Doing.RING)),
        ([member(paused=True, pause_reason="lunch")], Now(Doing.PAUSE, "lunch")),
        ([member(paused=True), member("r")], IDLE),
        ([member(paused=True), member("r", paused=True, pause_reason="lunch")], Now(Doing.PAUSE, "lunch")),
        ([member(status=OFF, paused=True)], Now(Doing.PAUSE, "")),
        ([member(paused=True, in_call=True), member("r", paused=True)], TALK),
    ],
)
def test_what_memberships_say(members: list[Member], now: Now) -> None:
    assert doing(members) == now


def test_seconds_go_where_the_time_went() -> None:
    agent = AgentTally()
    for at, now in ((0, IDLE), (10, Now(Doing.RING)), (14, TALK), (44, IDLE), (60, Now(Doing.PAUSE, "lunch"))):
        agent.turn("PJSIP/1", now, at)
    assert {what: agent.spent(what, 75) for what in Doing} == {
        Doing.IDLE: 26,
        Doing.RING: 4,
        Doing.TALK: 30,
        Doing.PAUSE: 15,
        Doing.BUSY: 0,
        Doing.WRAP_UP: 0,
        Doing.AWAY: 0,
    }
    assert agent.paused(75) == {"lunch": 15}
    assert agent.logged_in(75) == 75


def test_asking_books_nothing() -> None:
    agent = AgentTally()
    agent.turn("PJSIP/1", IDLE, 0)
    assert [agent.spent(Doing.IDLE, at) for at in (5, 5, 3)] == [5, 5, 3]
    assert agent.seconds == {}


def test_idle_time_begins_with_the_wrap_up() -> None:
    agent = AgentTally()
    agent.turn("PJSIP/1", TALK, 0)
    agent.turn("PJSIP/1", IDLE, 20, wrapup=10)
    assert (agent.spent(Doing.WRAP_UP, 25), agent.spent(Doing.IDLE, 25)) == (5, 0)
    assert (agent.spent(Doing.WRAP_UP, 50), agent.spent(Doing.IDLE, 50)) == (10, 20)
    agent.turn("PJSIP/1", Now(Doing.BUSY), 24)  # calls somebody during the wrap-up
    agent.turn("PJSIP/1", IDLE, 27)
    agent.turn("PJSIP/1", TALK, 60)
    assert (agent.seconds[Doing.WRAP_UP], agent.seconds[Doing.BUSY], agent.seconds[Doing.IDLE]) == (7, 3, 30)


def test_a_person_with_two_interfaces_does_one_thing_at_a_time() -> None:
    agent = AgentTally()
    agent.turn("PJSIP/1", IDLE, 0)
    agent.turn("Local/1@x", TALK, 5)
    agent.turn("PJSIP/1", Now(Doing.BUSY), 5)
    agent.turn("Local/1@x", None, 15)
    assert (agent.spent(Doing.TALK, 20), agent.spent(Doing.BUSY, 20), agent.spent(Doing.IDLE, 20)) == (10, 5, 5)


def test_who_leaves_all_queues_is_away() -> None:
    agent = AgentTally()
    agent.turn("PJSIP/1", IDLE, 0)
    agent.turn("PJSIP/1", None, 10)
    assert (agent.spent(Doing.AWAY, 30), agent.logged_in(30)) == (20, 10)


def test_nothing_is_booked_while_nobody_watches() -> None:
    agent = AgentTally()
    agent.turn("PJSIP/1", IDLE, 0)
    agent.stop(10)
    assert agent.spent(Doing.IDLE, 100) == 10
    agent.turn("PJSIP/1", TALK, 100)
    assert (agent.spent(Doing.IDLE, 110), agent.spent(Doing.TALK, 110)) == (10, 10)


def test_a_clock_that_is_set_back_takes_nothing_away() -> None:
    agent = AgentTally()
    agent.turn("PJSIP/1", IDLE, 100)
    agent.turn("PJSIP/1", TALK, 90)
    agent.turn("PJSIP/1", IDLE, 110)
    assert (agent.spent(Doing.TALK, 120), agent.spent(Doing.IDLE, 120)) == (10, 10)
    assert agent.spent(Doing.IDLE, 105) == 0


def test_reasons_end_somewhere() -> None:
    agent = AgentTally()
    for n in range(REASONS + 20):
        agent.turn("PJSIP/1", Now(Doing.PAUSE, f"reason {n}"), n)
    agent.settle(1000)
    assert len(agent.pauses) <= REASONS + 1
    assert agent.pauses[OTHER] == 1000 - REASONS
    assert sum(agent.pauses.values()) == agent.seconds[Doing.PAUSE] == 1000


def test_mean_talk() -> None:
    assert AgentTally().mean_talk is None
    assert AgentTally(completed=2, talk=30.0).mean_talk == 15.0
