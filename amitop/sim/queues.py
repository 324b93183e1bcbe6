"""The application Queue, and what is done to queues and their callers from outside (`ami.md` B.5, E.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim import channels, devices, turns
from amitop.sim.queue import Caller, Member, Queue
from amitop.sim.waiting import Waiting

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.switch import Switch

_EMPTY = ("ANSWEREDTIME", "ANSWEREDTIME_MS", "DIALEDTIME", "DIALEDTIME_MS", "QUEUEWAIT", "QUEUEWAIT_MS")


def queue(switch: Switch, channel: Channel, arguments: str) -> bool:
    """Execute Queue(name,options,url,announceoverride,timeout)."""
    parts = arguments.split(",")
    name, seconds = parts[0], parts[4] if len(parts) > 4 else ""
    if "dialplan" in switch.wanted:
        for variable in _EMPTY:
            channels.set_variable(switch, channel, variable, "")
    found = switch.queues.get(name)
    if found is None:
        return True
    status = ""
    if found.max_len and len(found.callers) >= found.max_len:
        status = "FULL"
    elif not found.join_empty and not any(_present(member) for member in found.members.values()):
        status = "JOINEMPTY"
    if status:
        channels.set_variable(switch, channel, "QUEUESTATUS", status)
        return True
    join(switch, found, channel, float(seconds) if seconds else 0.0)
    return False


def _present(member: Member) -> bool:
    return not member.paused and member.status not in (4, 5)


def join(switch: Switch, queue: Queue, channel: Channel, timeout: float) -> Waiting:
    """Let a caller into a queue, behind all of its priority or a higher one."""
    priority = int(channel.variables.get("QUEUE_PRIO", "0"))
    caller = Caller(channel, priority, switch.clock.now)
    index = len(queue.callers)
    while index and queue.callers[index - 1].priority < priority:
        index -= 1
    queue.callers.insert(index, caller)
    turns.renumber(queue)
    caller.original_position = caller.position
    waiting = Waiting(queue, caller)
    switch.waiting[channel.uniqueid] = waiting
    channel.running = waiting
    if timeout:
        caller.expires = switch.clock.now + timeout
        waiting.expiry = switch.clock.at(timeout, lambda: waiting.exit(switch, "TIMEOUT"))
    switch.emit(
        "agent", "QueueCallerJoin", channel.block(),
        (("Queue", queue.name), ("Position", str(caller.position)), ("Count", str(len(queue.callers)))),
    )  # fmt: skip
    if len(queue.callers) == 1:
        devices.say(switch, f"Queue:{queue.name}", "RINGING")
    switch.note(lambda observer: observer.queued(queue, channel))
    turns.awake(switch, queue)
    return waiting


def withdraw(switch: Switch, name: str, channel: str, info: str) -> str:
    """Send a caller back to its dialplan."""
    queue = switch.queues.get(name)
    if queue is None:
        return "No such queue"
    caller = next((each for each in queue.callers if each.channel.name == channel), None)
    if caller is None:
        return "No such caller"
    if caller.withdrawn:
        return "Already requested"
    caller.withdrawn = True
    if info:
        channels.set_variable(switch, caller.channel, "QUEUE_WITHDRAW_INFO", info)
    waiting = switch.waiting[caller.channel.uniqueid]
    switch.clock.at(0.0, lambda: waiting.exit(switch, "WITHDRAW"))
    return ""


def change_priority(switch: Switch, name: str, channel: str, priority: int, immediate: bool) -> str:
    """Change a caller's priority; it moves with `immediate` only. No event says so (`ami.md` B.5)."""
    queue = switch.queues.get(name)
    if queue is None:
        return "No such queue"
    caller = next((each for each in queue.callers if each.channel.name == channel), None)
    if caller is None:
        return "No such caller"
    caller.priority = priority
    if immediate:
        queue.callers.remove(caller)
        index = len(queue.callers)
        while index and queue.callers[index - 1].priority < priority:
            index -= 1
        queue.callers.insert(index, caller)
        turns.renumber(queue)
        turns.awake(switch, queue)
    return ""


def reset(queue: Queue) -> None:
    """Forget the figures. No event says so."""
    queue.hold_time = queue.talk_time = queue.completed = queue.abandoned = 0
    queue.completed_in_sl = queue.abandoned_in_sl = 0
    for member in queue.members.values():
        member.calls_taken = member.last_call = member.started = 0
        member.in_sl = False
