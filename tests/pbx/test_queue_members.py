"""Members, rings and talks of queues: `ami.md` B.5, D.6, by recorded bytes where there are any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from recorded import VERSIONS, block, bridge_block, event, find
from recorded_queues import member, params, play

from amitop.pbx.queue_model import Fact, Happening, MemberStatus
from amitop.pbx.queue_rings import Rings
from amitop.pbx.queue_talks import Talks
from amitop.pbx.queues import MANY_ESTIMATES, OUTCOME, Queues
from amitop.pbx.store import Store

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.pbx.queue_model import Member

GUS = "PJSIP/gus"


@pytest.fixture
def store() -> Store:
    """A PBX with a queue of one member."""
    store = Store("lab")
    store.apply_queues([params("q"), member("q", GUS, name="Gus")], 0.0, 0.0, first=True)
    return store


@pytest.fixture
def told(store: Store) -> list[Fact]:
    facts: list[Fact] = []
    store.observers.append(facts.append)
    return facts


@pytest.fixture
def gus(store: Store) -> Member:
    return store.queues["q"].members[GUS]


def outcomes(facts: list[Fact]) -> list[tuple[Happening, str | None]]:
    return [(fact.what, fact.uniqueid) for fact in facts if fact.what is not Happening.MEMBER]


def record(name: str = "QueueMemberStatus", *, queue: str = "q", status: int = 1, **more: object) -> Packet:
    """An event with a member's whole record."""
    blob = {"Paused": 0, "PausedReason": "", "Penalty": 0, "CallsTaken": 0, "LastCall": 0, "LastPause": 0, "InCall": 0}
    fields = {"Queue": queue, "MemberName": "Gus", "Interface": GUS, "StateInterface": GUS, "Membership": "static"}
    fields |= {key: str(value) for key, value in ({**blob, "Ringinuse": 0, "Wrapuptime": 0} | more).items()}
    return event(name, **fields, Status=str(status))


def agent(name: str, *, caller: str | None = "a", leg: str | None = "g", **more: str) -> Packet:
    """An event about a caller and a member, either of which may be missing."""
    blocks = [block(caller)] if caller is not None else []
    blocks += [block(leg, "Dest", linkedid=caller or leg)] if leg is not None else []
    return event(name, *blocks, Queue="q", Interface=GUS, MemberName="Gus", **more)


def answer(store: Store, at: float = 8.0, *, wait: int = 3) -> None:
    """Let a caller join, be rung for and be answered."""
    store.apply(event("QueueCallerJoin", block("a"), Queue="q", Position="1", Count="1"), at - wait)
    store.apply(agent("AgentCalled"), at - 1)
    store.apply(event("QueueCallerLeave", block("a"), Queue="q", Position="1", Count="0"), at)
    store.apply(agent("AgentConnect", HoldTime=str(wait), RingTime="1"), at)


# -- records ----------------------------------------------------------------------------------------------------------


def test_a_record_replaces_the_member(store: Store, gus: Member) -> None:
    store.apply(record(status=6, Penalty=4, CallsTaken=7, LastCall=1795375700, Ringinuse=1, Wrapuptime=9), 5.0)
    assert store.queues["q"].members[GUS] is gus
    assert (gus.status, gus.status_since) == (MemberStatus.RINGING, 5.0)
    assert (gus.penalty, gus.calls_taken, gus.last_call, gus.ringinuse, gus.wrapup) == (4, 7, 1795375700, True, 9)


def test_a_status_that_stays_keeps_its_beginning(store: Store, gus: Member) -> None:
    store.apply(record(status=2), 5.0)
    store.apply(record(status=2, Penalty=3), 9.0)
    assert gus.status_since == 5.0


def test_a_status_from_a_list_began_nobody_knows_when(gus: Member) -> None:
    assert gus.status_since is None


def test_a_pause_and_its_end(store: Store, gus: Member) -> None:
    store.apply(record("QueueMemberPause", Paused=1, PausedReason="lunch", LastPause=1795375700), 5.0)
    assert (gus.paused, gus.pause_reason, gus.paused_since, gus.last_pause) == (True, "lunch", 5.0, 1795375700)
    store.apply(record("QueueMemberPause", Paused=1, PausedReason="lunch", LastPause=1795375700, Penalty=1), 6.0)
    assert gus.paused_since == 5.0
    store.apply(record("QueueMemberPause", Paused=1, PausedReason="training", LastPause=1795375730), 35.0)
    assert (gus.pause_reason, gus.paused_since) == ("training", 35.0)
    # 18.21 and newer give the reason of the unpause.
    store.apply(record("QueueMemberPause", Paused=0, PausedReason="back", LastPause=1795375730), 40.0)
    assert (gus.paused, gus.pause_reason, gus.paused_since, gus.unpaused_at) == (False, None, None, 40.0)


@pytest.mark.parametrize("version", VERSIONS)
def test_recorded_pauses(version: str) -> None:
    """16 has one header more, `Reason`."""
    packet = next(find(version, "QueueMemberPause", lambda p: p.get("Paused") == "1"))
    store = Store("lab")
    store.apply(packet, 1.0)
    known = store.queues[packet.get("Queue")].members[packet.get("Interface")]
    assert (known.paused, known.pause_reason, known.last_pause) == (True, "break", int(packet.get("LastPause")))
    assert ("Reason" in packet) == version.startswith("16")


def test_a_member_comes_and_goes(store: Store, told: list[Fact]) -> None:
    blob = {"Queue": "q", "Interface": "Local/7@x", "MemberName": "Eve", "Status": "1", "Membership": "dynamic"}
    store.apply(event("QueueMemberAdded", **blob), 1.0)
    assert store.queues["q"].members["Local/7@x"].name == "Eve"
    assert store.part(Queues).memberships.keys() == {GUS, "Local/7@x"}
    store.apply(event("QueueMemberRemoved", **blob), 2.0)
    assert list(store.queues["q"].members) == [GUS]
    assert store.part(Queues).memberships.keys() == {GUS}
    assert [fact.interface for fact in told] == ["Local/7@x", "Local/7@x"]
    store.apply(event("QueueMemberRemoved", **blob), 3.0)  # twice
    assert len(told) == 2


def test_an_unknown_queue_is_made_and_doubted(store: Store) -> None:
    store.apply(record(queue="new"), 4.0)
    assert GUS in store.queues["new"].members
    assert store.dirty_queues == {"new": 4.0}


@pytest.mark.parametrize("text", ["", "x", "9" * 30, "-1"])
def test_numbers_that_are_none_do_not_matter(store: Store, gus: Member, text: str) -> None:
    fields = dict.fromkeys(("Penalty", "CallsTaken", "LastCall", "LoginTime", "Wrapuptime", "InCall"), text)
    store.apply(record(**fields), 1.0)
    store.apply(record(status=text), 1.0)
    assert (gus.status, gus.penalty, gus.last_call, gus.in_call) == (MemberStatus.UNKNOWN, 0, None, False)


def test_an_epoch_beyond_all_calendars_is_none(store: Store, gus: Member) -> None:
    store.apply(record(LastCall="9" * 15), 1.0)
    assert gus.last_call is None


# -- rings ------------------------------------------------------------------------------------------------------------


def test_a_ring_and_its_end_with_the_dial(store: Store, gus: Member, told: list[Fact]) -> None:
    store.apply(agent("AgentCalled"), 2.0)
    assert (gus.ringing_for, gus.ringing_since, gus.leg) == ("a", 2.0, "g")
    store.apply(agent("AgentCalled"), 2.5)  # twice
    assert gus.ringing_since == 2.0
    for _ in range(2):  # a loser's DialEnd comes twice (`ami.md` B.3)
        store.apply(event("DialEnd", block("a"), block("g", "Dest"), DialStatus="CANCEL"), 4.0)
        assert (gus.ringing_for, gus.leg) == (None, None)
    assert outcomes(told) == [(Happening.RANG, "a")]
    assert not store.part(Rings).by_leg


def test_a_ring_ends_with_its_leg(store: Store, gus: Member) -> None:
    store.apply(agent("AgentCalled"), 2.0)
    store.apply(event("Hangup", block("g"), Cause="26"), 3.0)
    assert gus.ringing_for is None
    assert not store.part(Rings).by_leg


def test_rings_without_an_answer_are_counted_until_the_next_answer(store: Store, gus: Member, told: list[Fact]) -> None:
    store.apply(record(queue="r"), 0.0)
    other = store.queues["r"].members[GUS]
    for at in (1.0, 2.0):
        store.apply(agent("AgentCalled", leg=f"g{at}"), at)
        store.apply(agent("AgentRingNoAnswer", leg=f"g{at}", RingTime="3000"), at + 0.5)
    other.missed_rings = 1
    assert (gus.missed_rings, gus.ringing_for) == (2, None)
    answer(store)
    assert (gus.missed_rings, other.missed_rings) == (0, 0)
    assert [what for what, _ in outcomes(told)].count(Happening.MISSED) == 2


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_ring_without_an_answer(version: str) -> None:
    packet = next(find(version, "AgentRingNoAnswer"))
    store = Store("lab")
    for _, each in play(version, store):
        if each is packet:
            break
    known = store.queues[packet.get("Queue")].members[packet.get("Interface")]
    assert known.missed_rings == 1
    assert known.ringing_for is None


@pytest.mark.parametrize("version", VERSIONS)
def test_recorded_rings_are_of_members_that_ring(version: str) -> None:
    """Whoever a queue rings is told to ring by the device's state, and rings for a caller who waits."""
    store = Store("lab")
    rang = 0
    for _, packet in play(version, store):
        if packet.name == "QueueMemberStatus" and packet.get("Status") in {"6", "7"}:
            known = store.queues[packet.get("Queue")].members[packet.get("Interface")]
            if known.ringing_for is not None:
                rang += 1
                assert known.ringing_for in store.queued
                assert known.leg in store.channels
    assert rang > 20
    assert store.part(Rings).by_leg.keys() <= store.channels.keys()


# -- talks ------------------------------------------------------------------------------------------------------------


def test_an_answer_makes_the_member_talk_before_its_record_says_so(store: Store, gus: Member, told: list[Fact]) -> None:
    answer(store)
    assert (gus.in_call, gus.talking_to, gus.talking_since, gus.leg) == (True, "a", 8.0, "g")
    assert gus.ringing_for is None
    store.apply(record(status=2), 8.1)  # still of before Asterisk noted it
    assert gus.in_call
    store.apply(record(status=2, InCall=1), 8.2)
    assert (gus.in_call, gus.talking_to) == (True, "a")
    assert outcomes(told) == [(Happening.JOINED, "a"), (Happening.RANG, "a"), (Happening.ANSWERED, "a")]
    assert told[-1].wait is None or told[-1].what is Happening.MEMBER
    assert next(fact for fact in told if fact.what is Happening.ANSWERED).wait == 3.0


def test_the_end_of_a_talk_counts_once(store: Store, gus: Member, told: list[Fact]) -> None:
    answer(store)
    done = agent("AgentComplete", HoldTime="3", TalkTime="6", Reason="caller")
    store.apply(done, 14.0)
    store.apply(done, 14.0)
    assert (gus.in_call, gus.talking_to, gus.calls_taken, gus.completed_at) == (False, None, 1, 14.0)
    assert (store.queues["q"].completed, store.queues["q"].talktime, store.queues["q"].holdtime) == (1, 6, 3)
    store.apply(record(CallsTaken=1, LastCall=1795375700), 14.1)
    assert (gus.calls_taken, store.queues["q"].completed) == (1, 1)
    assert outcomes(told)[3:] == [(Happening.COMPLETED, "a")]
    assert not store.part(Talks).by_caller
    assert not store.part(Talks).by_member


def test_a_talk_that_asterisk_counted_before_it_told(store: Store, gus: Member, told: list[Fact]) -> None:
    """The device is free, so the call is counted; AgentComplete comes long after, when the caller hangs up."""
    answer(store)
    store.apply(record(CallsTaken=1, LastCall=1795375700), 14.2)
    assert (gus.in_call, gus.talking_to) == (False, None)
    assert (store.queues["q"].completed, store.queues["q"].talktime) == (1, 6)
    store.apply(agent("AgentComplete", HoldTime="3", TalkTime="55"), 63.0)
    assert (gus.calls_taken, store.queues["q"].completed, store.queues["q"].talktime) == (1, 1, 6)
    assert [fact.talk for fact in told if fact.what is Happening.COMPLETED] == [55.0]


@pytest.mark.parametrize(("caller", "leg"), [("a", "g"), (None, "g"), ("a", None), (None, None)])
def test_the_end_of_a_talk_whose_blocks_are_missing(
    store: Store, gus: Member, told: list[Fact], caller: str | None, leg: str | None
) -> None:
    answer(store)
    store.apply(agent("AgentComplete", caller=caller, leg=leg, HoldTime="3", TalkTime="6"), 14.0)
    assert (gus.in_call, gus.calls_taken, store.queues["q"].completed) == (False, 1, 1)
    assert outcomes(told)[-1] == (Happening.COMPLETED, "a")


@pytest.mark.parametrize("version", VERSIONS)
def test_recorded_ends_are_each_counted_once(version: str) -> None:
    """Those behind the caller's Hangup, without the caller's block, too."""
    store = Store("lab")
    facts: list[Fact] = []
    store.observers.append(facts.append)
    answered = ended = bare = 0
    for _, packet in play(version, store):
        answered += packet.name == "AgentConnect"
        if packet.name == "AgentComplete":
            ended += 1
            bare += "Channel" not in packet
            assert (facts[-1].what, facts[-1].talk) == (Happening.COMPLETED, float(packet.get("TalkTime")))
    assert bare > 0
    whats = [fact.what for fact in facts]
    assert whats.count(Happening.ANSWERED) == answered
    assert whats.count(Happening.COMPLETED) == ended


def test_a_talk_that_nobody_saw_begin(told: list[Fact]) -> None:
    """Connected in the middle of a call: a list says that the member is on one, AgentComplete tells the rest."""
    store = Store("lab")
    store.apply_queues([params("q", completed=4, talktime=8), member("q", GUS, status=2, in_call=1)], 0.0, 0.0)
    store.observers.append(told.append)
    known = store.queues["q"].members[GUS]
    assert (known.in_call, known.talking_to, known.talking) == (True, None, True)
    store.apply(agent("AgentComplete", HoldTime="3", TalkTime="16"), 14.0)
    assert (known.in_call, store.queues["q"].completed, store.queues["q"].talktime) == (False, 5, 10)
    assert [(fact.wait, fact.talk) for fact in told if fact.what is Happening.COMPLETED] == [(3.0, 16.0)]


def test_after_an_outage_the_member_may_talk_to_somebody_else(store: Store, gus: Member, told: list[Fact]) -> None:
    """Listed on a call as before, but with one more taken: that one was counted unseen, and this one is another."""
    answer(store, 8.0)
    store.link_lost(10.0)
    store.apply_queues([params("q", completed=11), member("q", GUS, status=2, taken=1, in_call=1)], 99.0, 99.0)
    assert [fact.uniqueid for fact in told if fact.what is Happening.COMPLETED] == ["a"]
    assert (gus.in_call, gus.talking_to, gus.talking_since) == (True, None, None)
    store.apply(agent("AgentComplete", caller="b", leg="h", TalkTime="30", HoldTime="5"), 110.0)
    assert (store.queues["q"].completed, gus.calls_taken, gus.in_call) == (12, 2, False)
    assert [(fact.uniqueid, fact.talk) for fact in told if fact.what is Happening.COMPLETED][1:] == [(None, 30.0)]


def test_a_talk_that_nobody_saw_begin_and_whose_end_is_told_late() -> None:
    store = Store("lab")
    store.apply_queues([params("q", completed=4), member("q", GUS, status=2, taken=4, in_call=1)], 0.0, 0.0)
    store.apply(record(CallsTaken=5), 5.0)
    assert store.dirty_queues == {"q": 5.0}  # nobody knows how long the talk was
    store.apply(agent("AgentComplete", HoldTime="3", TalkTime="16"), 14.0)
    assert store.queues["q"].completed == 4


def test_a_talk_without_an_end_is_told_a_while_after_the_caller_has_gone(store: Store, told: list[Fact]) -> None:
    """The events of a caller who was pulled out of the call never come (`ami.md` D.6)."""
    answer(store)
    store.apply(record(CallsTaken=1), 14.0)
    store.apply(event("Hangup", block("a"), Cause="16"), 50.0)
    store.expire(50.0 + OUTCOME - 1)
    assert Happening.COMPLETED not in [fact.what for fact in told]
    store.expire(50.0 + OUTCOME)
    assert [fact.talk for fact in told if fact.what is Happening.COMPLETED] == [6.0]
    assert not store.part(Talks).by_member


def test_two_calls_at_once_count_as_asterisk_counts_them(store: Store, gus: Member) -> None:
    """With ringinuse a member may have two; app_queue.c keeps the time of the last and counts no other."""
    answer(store)
    second = event("QueueCallerJoin", block("b"), Queue="q", Position="1", Count="1")
    store.apply(second, 9.0)
    store.apply(event("QueueCallerLeave", block("b"), Queue="q", Position="1", Count="0"), 10.0)
    store.apply(agent("AgentConnect", caller="b", leg="h", HoldTime="1"), 10.0)
    store.apply(agent("AgentComplete", HoldTime="3", TalkTime="4"), 12.0)
    assert (gus.in_call, gus.talking_to, store.queues["q"].completed) == (True, "b", 0)
    store.apply(agent("AgentComplete", caller="b", leg="h", HoldTime="1", TalkTime="9"), 19.0)
    assert (gus.in_call, store.queues["q"].completed, store.queues["q"].talktime) == (False, 1, 9)


def test_the_leg_tells_which_of_two_talks_is_over_when_the_caller_is_missing(store: Store, gus: Member) -> None:
    """The end of the first was never told; that of the second comes without its caller, who has gone."""
    answer(store, 8.0)
    store.apply(event("QueueCallerJoin", block("b"), Queue="q", Position="1", Count="1"), 20.0)
    store.apply(event("QueueCallerLeave", block("b"), Queue="q", Position="1", Count="0"), 24.0)
    store.apply(agent("AgentConnect", caller="b", leg="h", HoldTime="4", RingTime="1"), 24.0)
    store.apply(agent("AgentComplete", caller=None, leg="h", HoldTime="4", TalkTime="6"), 30.0)
    assert (gus.in_call, gus.calls_taken, store.queues["q"].completed) == (False, 1, 1)


def test_a_member_that_is_not_known_is_asked_for(store: Store) -> None:
    store.apply(event("QueueCallerJoin", block("a"), Queue="q", Position="1", Count="1"), 1.0)
    caller = block("a")
    store.apply(event("AgentConnect", caller, Queue="q", Interface="PJSIP/new", MemberName="New", HoldTime="1"), 2.0)
    assert store.dirty_queues == {"q": 2.0}


def test_the_averages_are_asterisks(store: Store) -> None:
    """apps/app_queue.c: recalc_holdtime, update_queue, record_abandoned."""
    queue = store.queues["q"]
    for n, (wait, talk) in enumerate([(4, 10), (9, 21), (30, 5)]):
        uid = f"c{n}"
        store.apply(event("QueueCallerJoin", block(uid), Queue="q", Position="1", Count="1"), 0.0)
        store.apply(event("QueueCallerLeave", block(uid), Queue="q", Position="1", Count="0"), 1.0)
        store.apply(agent("AgentConnect", caller=uid, HoldTime=str(wait)), 1.0)
        store.apply(agent("AgentComplete", caller=uid, HoldTime=str(wait), TalkTime=str(talk)), 2.0)
    assert queue.holdtime == (3 * ((3 * 4 + 9) >> 2) + 30) >> 2
    assert queue.talktime == (3 * ((3 * 10 + 21) >> 2) + 5) >> 2
    assert (queue.completed, queue.completed_in_time, round(queue.sl_perf, 1)) == (3, 2, 66.7)
    for uid, wait in (("x", 20), ("y", 21)):
        store.apply(event("QueueCallerJoin", block(uid), Queue="q", Position="1", Count="1"), 3.0)
        gave_up = event("QueueCallerAbandon", block(uid), Queue="q", Position="1", HoldTime=str(wait))
        store.apply(gave_up, 4.0)
        store.apply(gave_up, 4.0)
        store.apply(event("QueueCallerLeave", block(uid), Queue="q", Position="1", Count="0"), 4.0)
        store.apply(gave_up, 4.0)
    assert (queue.abandoned, queue.abandoned_in_time, queue.sl_perf2) == (2, 1, 60.0)


def test_many_estimates_are_asked_for_again(store: Store) -> None:
    for n in range(MANY_ESTIMATES):
        uid = f"c{n}"
        store.apply(event("QueueCallerJoin", block(uid), Queue="q", Position="1", Count="1"), float(n))
        gave_up = event("QueueCallerAbandon", block(uid), Queue="q", Position="1", HoldTime="1")
        store.apply(gave_up, float(n))
        store.apply(event("QueueCallerLeave", block(uid), Queue="q", Position="1", Count="0"), float(n))
        assert store.dirty_queues == ({} if n < MANY_ESTIMATES - 1 else {"q": float(n)})


def test_a_talk_survives_a_transfer_of_the_caller_to_another_queue(store: Store, told: list[Fact]) -> None:
    answer(store)
    store.apply(agent("AgentComplete", HoldTime="3", TalkTime="6", Reason="transfer"), 14.0)
    store.apply(event("BridgeEnter", bridge_block("b1"), block("a")), 14.5)
    store.apply(event("QueueCallerJoin", block("a"), Queue="r", Position="1", Count="1"), 15.0)
    assert store.queue_of("a") == ["r"]
    assert outcomes(told)[3:] == [(Happening.COMPLETED, "a"), (Happening.JOINED, "a")]
