"""Queues: status, and what a shift lead does to members and callers (`ami.md` C, E.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim import members
from amitop.sim.action import action
from amitop.sim.privileges import is_true

if TYPE_CHECKING:
    from amitop.sim.action import Ask
    from amitop.sim.event import Header
    from amitop.sim.queue import Caller, Member, Queue

MODULE = "app_queue"
NOT_IN_USE, INVALID, UNAVAILABLE = 1, 4, 5
_LISTED_AS = {"MemberName": "Name", "Interface": "Location"}


def _wanted(ask: Ask) -> list[Queue]:
    """Return the queues that are asked for; one that does not exist makes an empty list, and no error."""
    queues, name = ask.exchange.queues, ask.get("Queue")
    if not name:
        return list(queues.values())
    return [queues[name]] if name in queues else []


@action("QueueStatus", "", "Show queue status.", MODULE)
def queue_status(ask: Ask) -> None:
    """List queues, and of each its members and its callers."""
    only, now = ask.get("Member"), ask.exchange.clock.now
    items = []
    for queue in _wanted(ask):
        items.append(ask.marked_item("QueueParams", _params(queue)))
        items += [
            ask.marked_item("QueueMember", _member(member))
            for member in queue.members.values()
            if not only or only == member.interface
        ]
        items += [
            ask.marked_item("QueueEntry", _entry(queue, place, caller, now))
            for place, caller in enumerate(queue.callers, 1)
            if not only
        ]
    ask.listing("Queue status will follow", "QueueStatusComplete", items)


def _params(queue: Queue) -> list[Header]:
    return [
        ("Queue", queue.name),
        ("Max", str(queue.max_len)),
        ("Strategy", queue.strategy),
        ("Calls", str(len(queue.callers))),
        ("Holdtime", str(queue.hold_time)),
        ("TalkTime", str(queue.talk_time)),
        ("Completed", str(queue.completed)),
        ("Abandoned", str(queue.abandoned)),
        ("ServiceLevel", str(queue.service_level)),
        ("ServicelevelPerf", f"{queue.sl_perf:.1f}"),
        ("ServicelevelPerf2", f"{queue.sl_perf2:.1f}"),
        ("Weight", str(queue.weight)),
    ]


def _member(member: Member) -> list[Header]:
    """Return what events say of a member, two headers by other names, and one left out."""
    return [(_LISTED_AS.get(name, name), value) for name, value in members.block(member) if name != "Ringinuse"]


def _entry(queue: Queue, place: int, caller: Caller, now: float) -> list[Header]:
    channel = caller.channel
    return [
        ("Queue", queue.name),
        ("Position", str(place)),
        ("Channel", channel.name),
        ("Uniqueid", channel.uniqueid),
        ("CallerIDNum", channel.caller_num or "unknown"),
        ("CallerIDName", channel.caller_name or "unknown"),
        ("ConnectedLineNum", channel.connected_num or "unknown"),
        ("ConnectedLineName", channel.connected_name or "unknown"),
        ("Wait", str(int(now - caller.joined))),
        ("Priority", str(caller.priority)),
    ]


@action("QueueSummary", "", "Show queue summary.", MODULE)
def queue_summary(ask: Ask) -> None:
    """List queues with how many can answer and how long somebody has waited."""
    now = ask.exchange.clock.now
    items = [ask.marked_item("QueueSummary", _summary(queue, now)) for queue in _wanted(ask)]
    ask.listing("Queue summary will follow", "QueueSummaryComplete", items)


def _summary(queue: Queue, now: float) -> list[Header]:
    there = [member for member in queue.members.values() if member.status not in {INVALID, UNAVAILABLE}]
    free = [
        member
        for member in there
        if member.status == NOT_IN_USE
        and not member.paused
        and now - member.last_call >= (member.wrapup or queue.wrapup)
    ]
    return [
        ("Queue", queue.name),
        ("LoggedIn", str(len(there))),
        ("Available", str(len(free))),
        ("Callers", str(len(queue.callers))),
        ("HoldTime", str(queue.hold_time)),
        ("TalkTime", str(queue.talk_time)),
        ("LongestHoldTime", str(max((int(now - caller.joined) for caller in queue.callers), default=0))),
    ]


# -- members ------------------------------------------------------------------------------------------------------


@action("QueueAdd", "agent", "Add interface to queue.", MODULE)
def queue_add(ask: Ask) -> None:
    """Add a dynamic member."""
    queue = ask.need("Queue", "'Queue' not specified.")
    interface = ask.need("Interface", "'Interface' not specified.")
    error = ask.exchange.add_member(
        queue,
        interface,
        name=ask.get("MemberName"),
        penalty=max(_number(ask.get("Penalty")) or 0, 0),
        paused=is_true(ask.get("Paused")),
        state_interface=ask.get("StateInterface"),
        reason=ask.get("Reason"),
    )
    _tell(ask, error, "Added interface to queue")


@action("QueueRemove", "agent", "Remove interface from queue.", MODULE)
def queue_remove(ask: Ask) -> None:
    """Remove a dynamic member."""
    queue, interface = ask.get("Queue"), ask.get("Interface")
    if not (queue and interface):
        ask.error("Need 'Queue' and 'Interface' parameters.")
        return
    _tell(ask, ask.exchange.remove_member(queue, interface), "Removed interface from queue")


@action("QueuePause", "agent", "Makes a queue member temporarily unavailable.", MODULE)
def queue_pause(ask: Ask) -> None:
    """Pause a member in one queue, or in all."""
    interface, paused = ask.get("Interface"), ask.get("Paused")
    if not (interface and paused):
        ask.error("Need 'Interface' and 'Paused' parameters.")
        return
    on = is_true(paused)
    if ask.exchange.pause_member(interface, on, queue=ask.get("Queue"), reason=ask.get("Reason")):
        ask.ack(f"Interface {'paused' if on else 'unpaused'} successfully")
    else:
        ask.error("Interface not found")


@action("QueuePenalty", "agent", "Set the penalty for a queue member.", MODULE)
def queue_penalty(ask: Ask) -> None:
    """Set a member's penalty in one queue, or in all."""
    interface, penalty = ask.get("Interface"), ask.get("Penalty")
    if not (interface and penalty):
        ask.error("Need 'Interface' and 'Penalty' parameters.")
        return
    number = _number(penalty) or 0  # Asterisk takes what is no number for 0
    if number >= 0 and ask.exchange.set_penalty(interface, number, ask.get("Queue")):
        ask.ack("Interface penalty set successfully")
    else:
        ask.error("Invalid interface, queuename or penalty")


@action("QueueMemberRingInUse", "agent", "Set the ringinuse value for a queue member.", MODULE)
def queue_ring_in_use(ask: Ask) -> None:
    """Say whether a member who talks is rung, in one queue or in all."""
    interface, ring = ask.get("Interface"), ask.get("RingInUse")
    if not (interface and ring):
        ask.error("Need 'Interface' and 'RingInUse' parameters.")
        return
    if ask.exchange.set_ring_in_use(interface, is_true(ring), ask.get("Queue")):
        ask.ack("Interface ringinuse set successfully")
    else:
        ask.error("Invalid interface, queuename, or ringinuse value\n")


@action("QueueLog", "agent", "Adds custom entry in queue_log.", MODULE)
def queue_log(ask: Ask) -> None:
    """Agree: nobody reads a queue_log here."""
    if ask.get("Queue") and ask.get("Event"):
        ask.ack("Event added successfully")
    else:
        ask.error("Need 'Queue' and 'Event' parameters.")


# -- callers ------------------------------------------------------------------------------------------------------


def _caller(ask: Ask) -> tuple[str, str]:
    """Return the names of a queue and of a channel that waits in it. Raises `Refusal` where one is missing."""
    return ask.need("Queue", "'Queue' not specified."), ask.need("Caller", "'Caller' not specified.")


@action("QueueWithdrawCaller", "", "Request to withdraw a caller from the queue back to the dialplan.", MODULE)
def queue_withdraw(ask: Ask) -> None:
    """Send a caller on in the dialplan, as soon as the queue looks at them."""
    error = ask.exchange.withdraw(*_caller(ask), ask.get("WithdrawInfo"))
    complaint = f"Unable to request withdraw from queue: {error}" if error else ""
    _tell(ask, complaint, "Withdraw requested successfully")


@action("QueueChangePriorityCaller", "", "Change priority of a caller on queue.", MODULE)
def queue_priority(ask: Ask) -> None:
    """Change a caller's priority, and with Immediate the order too."""
    caller = _caller(ask)
    priority = _number(ask.need("Priority", "'Priority' not specified."))
    if priority is None:
        ask.error("'Priority' need integer.")
        return
    immediate = is_true(ask.get("Immediate"))
    error = ask.exchange.change_priority(*caller, priority, immediate=immediate)
    complaint = f"Unable to change priority caller on queue: {error}" if error else ""
    _tell(ask, complaint, "Priority change for caller on queue")


# -- figures ------------------------------------------------------------------------------------------------------


@action("QueueReset", "", "Reset queue statistics.", MODULE)
def queue_reset(ask: Ask) -> None:
    """Begin counting anew, in one queue or in all; one that does not exist is no error."""
    ask.exchange.reset_queue(ask.get("Queue"))
    ask.ack("Queue stats reset successfully")


@action("QueueReload", "", "Reload a queue, queues, or any sub-section of a queue or queues.", MODULE)
def queue_reload(ask: Ask) -> None:
    """Agree: queues.conf has not changed."""
    ask.ack("Queue reloaded successfully")


@action("QueueRule", "", "Queue Rules.", MODULE)
def queue_rule(ask: Ask) -> None:
    """List rules, of which there are none. The answer ends with an empty line too many."""
    ask.ack()
    ask.session.say(b"\r\n")


def _tell(ask: Ask, complaint: str, success: str) -> None:
    if complaint:
        ask.error(complaint)
    else:
        ask.ack(success)


def _number(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None
