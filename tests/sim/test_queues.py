"""Queues: who rings, who is connected, what is counted (`ami.md` B.5, D.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sim.lab import lab, listen, names

from amitop.sim.clock import Clock
from amitop.sim.exchange import Exchange

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.event import Event
    from amitop.sim.queue import Queue


def office(strategy: str, members: int = 3, **settings: object) -> tuple[Exchange, Queue]:
    """A queue of phones 1, 2, ..., which callers reach by dialling q."""
    exchange = Exchange(Clock(), 1, "")
    exchange.races = False
    exchange.add_endpoint("trunk", context="in", trunk=True)
    queue = exchange.add_queue("q", strategy, timeout=10.0, retry=2.0, service_level=20, **settings)
    for number in range(1, members + 1):
        exchange.add_endpoint(f"p{number}", str(number), f"Phone {number}")
        exchange.add_static_member("q", f"PJSIP/p{number}", f"Phone {number}")
    exchange.dialplan.add("in", "q", "Answer()", "Queue(q,,,,40)", "Hangup()")
    return exchange, queue


def call(exchange: Exchange) -> Channel:
    channel = exchange.call_in("trunk", "+1", "Ann", "q")
    exchange.clock.advance(0.2)
    return channel


def ringing(exchange: Exchange) -> list[str]:
    return sorted(channel.device for channel in exchange.channels.values() if channel.state == 5)


def serve(exchange: Exchange, seconds: float = 10.0) -> str:
    """Let a caller come, the member who rings answer, and the caller hang up; who it was."""
    caller = call(exchange)
    (device,) = ringing(exchange)
    exchange.answer(leg(exchange, device))
    exchange.clock.advance(seconds)
    exchange.hang_up(caller)
    exchange.clock.advance(1)
    return device


def leg(exchange: Exchange, device: str) -> Channel:
    return next(channel for channel in exchange.channels.values() if channel.device == device)


def values(events: list[Event], name: str) -> dict[str, str]:
    return dict(next(event for event in events if event.name == name).headers)


def test_ringall_rings_all_of_the_lowest_penalty() -> None:
    exchange, _ = office("ringall")
    exchange.set_penalty("PJSIP/p3", 1)
    call(exchange)
    assert ringing(exchange) == ["PJSIP/p1", "PJSIP/p2"]


@pytest.mark.parametrize(
    ("strategy", "order"),
    [("leastrecent", "1 2 3 1"), ("fewestcalls", "1 2 3 1"), ("rrmemory", "1 2 3 1"), ("linear", "1 1 1 1")],
)
def test_strategies_choose_their_member(strategy: str, order: str) -> None:
    exchange, _ = office(strategy)
    assert [serve(exchange)[-1] for _ in range(4)] == order.split()


def test_random_chooses_somebody() -> None:
    exchange, _ = office("random")
    assert len({serve(exchange) for _ in range(12)}) == 3


def test_who_does_not_answer_is_left_for_another_one() -> None:
    exchange, _ = office("rrmemory")
    events = listen(exchange)
    call(exchange)
    assert ringing(exchange) == ["PJSIP/p1"]
    exchange.clock.advance(10.1)
    assert values(events, "AgentRingNoAnswer")["RingTime"] == "10000"
    assert ringing(exchange) == []
    exchange.clock.advance(2.1)
    assert ringing(exchange) == ["PJSIP/p2"]


def test_who_is_busy_is_left_at_once() -> None:
    exchange, _ = office("rrmemory")
    events = listen(exchange)
    call(exchange)
    exchange.reject(leg(exchange, "PJSIP/p1"), 17)
    assert values(events, "DialEnd")["DialStatus"] == "BUSY"
    hangup = values(events, "Hangup")
    assert (hangup["Cause"], hangup["TechCause"]) == ("17", "486")
    exchange.clock.advance(2.1)
    assert ringing(exchange) == ["PJSIP/p2"]


def test_callers_are_served_in_their_order_and_priority_goes_first() -> None:
    exchange, queue = office("rrmemory", members=0)
    first, second = call(exchange), call(exchange)
    exchange.dialplan.add("in", "vip", "Answer()", "Set(QUEUE_PRIO=5)", "Queue(q)")
    vip = exchange.call_in("trunk", "+1", "Vip", "vip")
    assert [caller.channel for caller in queue.callers] == [vip, first, second]
    assert [caller.position for caller in queue.callers] == [1, 2, 3]
    assert [caller.original_position for caller in queue.callers] == [1, 1, 2]
    assert exchange.change_priority("q", second.name, 9, immediate=True) == ""
    assert queue.callers[0].channel is second
    assert exchange.change_priority("q", "nobody", 9) == "No such caller"
    assert exchange.change_priority("none", "nobody", 9) == "No such queue"


def test_two_callers_make_two_members_ring() -> None:
    exchange, _ = office("leastrecent")
    call(exchange)
    call(exchange)
    assert ringing(exchange) == ["PJSIP/p1", "PJSIP/p2"]


def test_one_caller_at_a_time_is_offered_to_all() -> None:
    exchange, queue = office("ringall")
    call(exchange)
    call(exchange)
    assert [caller.pending for caller in queue.callers] == [True, False]
    exchange.answer(leg(exchange, "PJSIP/p2"))
    exchange.clock.advance(0.2)
    assert ringing(exchange) == ["PJSIP/p1", "PJSIP/p3"]


def test_a_paused_one_does_not_ring_and_does_when_it_is_ready_again() -> None:
    exchange, _ = office("ringall", members=1)
    events = listen(exchange)
    assert exchange.pause_member("PJSIP/p1", True, reason="lunch") == 1
    assert exchange.pause_member("PJSIP/none", True) == 0
    pause = values(events, "QueueMemberPause")
    assert (pause["Paused"], pause["PausedReason"], pause["LastPause"]) == ("1", "lunch", "1795400000")
    call(exchange)
    assert ringing(exchange) == []
    exchange.pause_member("PJSIP/p1", False)
    exchange.clock.advance(0.2)
    assert ringing(exchange) == ["PJSIP/p1"]


def test_after_a_call_there_is_time_to_wrap_up() -> None:
    exchange, queue = office("ringall", members=1, wrapup=8)
    serve(exchange)
    call(exchange)
    assert ringing(exchange) == []
    assert queue.members["PJSIP/p1"].status == 1
    exchange.clock.advance(9)
    assert ringing(exchange) == ["PJSIP/p1"]


def test_who_talks_rings_only_with_ringinuse() -> None:
    exchange, _ = office("ringall", members=1)
    exchange.dialplan.add("internal", "9", "Answer()", "Echo()")
    exchange.call_in("p1", "", "", "9")
    call(exchange)
    assert ringing(exchange) == []
    exchange.set_ring_in_use("PJSIP/p1", True)
    exchange.redirect(next(iter(exchange.waiting.values())).caller.channel, "in", "q")
    exchange.clock.advance(0.2)
    assert ringing(exchange) == ["PJSIP/p1"]
    assert exchange.device_states["PJSIP/p1"] == "RINGINUSE"


def test_a_member_of_two_queues_rings_for_the_weightier_one() -> None:
    exchange, _ = office("ringall", members=1)
    exchange.add_queue("big", "ringall", weight=9)
    exchange.add_static_member("big", "PJSIP/p1")
    exchange.dialplan.add("in", "big", "Answer()", "Queue(big)")
    exchange.pause_member("PJSIP/p1", True)
    call(exchange)
    big = exchange.call_in("trunk", "+2", "", "big")
    exchange.pause_member("PJSIP/p1", False)
    exchange.clock.advance(0.3)
    assert leg(exchange, "PJSIP/p1").linkedid == big.uniqueid
    exchange.hang_up(big)
    exchange.clock.advance(3)
    assert ringing(exchange) == ["PJSIP/p1"]


def test_time_is_up_and_the_dialplan_goes_on() -> None:
    exchange, queue = office("ringall", members=0)
    events = listen(exchange)
    call(exchange)
    exchange.clock.advance(41)
    assert names(events)[-5:] == ["QueueCallerAbandon", "QueueCallerLeave", "Newexten", "SoftHangupRequest", "Hangup"]
    assert values(events, "QueueCallerAbandon")["HoldTime"] == "40"
    assert (queue.abandoned, queue.abandoned_in_sl) == (1, 0)


def test_a_caller_who_is_withdrawn_goes_on_too() -> None:
    exchange, _ = office("ringall")
    caller = call(exchange)
    assert exchange.withdraw("q", caller.name, "info") == ""
    assert exchange.withdraw("q", caller.name) == "Already requested"
    exchange.clock.advance(0.1)
    assert caller.gone
    assert caller.variables["QUEUE_WITHDRAW_INFO"] == "info"
    assert exchange.withdraw("q", caller.name) == "No such caller"
    assert exchange.withdraw("none", caller.name) == "No such queue"


def test_a_full_queue_and_an_empty_one_let_nobody_in() -> None:
    exchange, queue = office("ringall", members=1, max_len=1, join_empty=False)
    exchange.pause_member("PJSIP/p1", True)
    assert call(exchange).variables["QUEUESTATUS"] == "JOINEMPTY"
    exchange.pause_member("PJSIP/p1", False)
    call(exchange)
    assert call(exchange).variables["QUEUESTATUS"] == "FULL"
    assert len(queue.callers) == 1


def test_figures_are_asterisks_averages() -> None:
    exchange, queue = office("ringall", members=1)
    hold = talk = 0
    for number, seconds in enumerate((10, 33, 7)):
        caller = call(exchange)
        exchange.clock.advance(number * 3)
        joined = queue.callers[0].joined
        exchange.answer(leg(exchange, "PJSIP/p1"))
        held = int(exchange.clock.now) - int(joined)
        answered = int(exchange.clock.now)
        exchange.clock.advance(seconds)
        exchange.hang_up(caller)
        spoke = int(exchange.clock.now) - answered
        hold = (3 * hold + held) >> 2 if number else held
        talk = (3 * talk + spoke) >> 2 if number else spoke
        exchange.clock.advance(1)
    assert (queue.completed, queue.completed_in_sl, queue.hold_time, queue.talk_time) == (3, 3, hold, talk)
    assert (queue.sl_perf, queue.sl_perf2) == (100.0, 100.0)
    exchange.pause_member("PJSIP/p1", True)
    caller = call(exchange)
    exchange.clock.advance(30)
    exchange.hang_up(caller)
    assert (queue.abandoned, queue.sl_perf, queue.sl_perf2) == (1, 100.0, 75.0)
    assert exchange.reset_queue("q")
    assert not exchange.reset_queue("none")
    assert (queue.completed, queue.hold_time, queue.members["PJSIP/p1"].calls_taken) == (0, 0, 0)


def test_a_call_is_counted_once_for_the_member_whoever_ends_it() -> None:
    exchange, queue = office("ringall", members=1)
    events = listen(exchange)
    call(exchange)
    member = queue.members["PJSIP/p1"]
    exchange.answer(leg(exchange, "PJSIP/p1"))
    assert member.in_call
    exchange.clock.advance(5)
    exchange.hang_up(leg(exchange, "PJSIP/p1"))
    assert not member.in_call
    assert member.calls_taken == 1
    assert member.last_call == int(exchange.clock.now)
    complete = values(events, "AgentComplete")
    assert (complete["Reason"], complete["TalkTime"]) == ("agent", "5")
    assert (
        values([event for event in events if event.name == "QueueMemberStatus"][-1:], "QueueMemberStatus")["CallsTaken"]
        == "1"
    )


def test_a_caller_who_is_parked_from_outside_leaves_without_a_word() -> None:
    exchange, queue = office("ringall", members=0)
    exchange.add_lot()
    events = listen(exchange)
    caller = call(exchange)
    assert exchange.park(caller) is not None
    assert queue.callers == []
    assert queue.abandoned == 1
    assert not {"QueueCallerLeave", "QueueCallerAbandon"} & set(names(events))


def test_members_come_and_go() -> None:
    exchange, queue = office("ringall", members=1)
    exchange.add_endpoint("guest", "9", "Guest")
    events = listen(exchange)
    assert exchange.add_member("q", "PJSIP/guest", name="Guest", penalty=2, paused=True, reason="new") == ""
    assert exchange.add_member("q", "PJSIP/guest") == "Unable to add interface: Already there"
    assert exchange.add_member("none", "PJSIP/guest") == "Unable to add interface to queue: No such queue"
    added = values(events, "QueueMemberAdded")
    assert (added["Membership"], added["Penalty"], added["Paused"], added["MemberName"]) == (
        "dynamic", "2", "1", "Guest",
    )  # fmt: skip
    assert exchange.remove_member("q", "PJSIP/p1") == "Member not dynamic"
    assert exchange.remove_member("q", "PJSIP/x") == "Unable to remove interface: Not there"
    assert exchange.remove_member("none", "PJSIP/x") == "Unable to remove interface from queue: No such queue"
    assert exchange.remove_member("q", "PJSIP/guest") == ""
    assert list(queue.members) == ["PJSIP/p1"]
    assert exchange.add_member("q", "PJSIP/typo") == ""
    assert queue.members["PJSIP/typo"].status == 4


def test_settings_are_those_that_there_are() -> None:
    exchange = lab()
    with pytest.raises(ValueError, match="no colour"):
        exchange.add_queue("x", colour="red")
