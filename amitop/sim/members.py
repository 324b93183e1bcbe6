"""Who serves a queue: coming, going, pausing, penalties, and what devices' states do (`ami.md` B.5, app_queue.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim import devices
from amitop.sim.endpoint import MEMBER_STATUS
from amitop.sim.queue import Member, Queue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from amitop.sim.event import Header
    from amitop.sim.switch import Switch

FREE = frozenset({0, 1})
"""Status of a member that can be called without ringinuse: Unknown, Not in use."""


def block(member: Member) -> list[Header]:
    """The headers of a member (`ami.md` B.1 `<M>`)."""
    return [
        ("Queue", member.queue),
        ("MemberName", member.name),
        ("Interface", member.interface),
        ("StateInterface", member.state_interface),
        ("Membership", member.membership),
        ("Penalty", str(member.penalty)),
        ("CallsTaken", str(member.calls_taken)),
        ("LastCall", str(member.last_call)),
        ("LastPause", str(member.last_pause)),
        ("LoginTime", str(member.login_time)),
        ("InCall", "1" if member.started else "0"),
        ("Status", str(member.status)),
        ("Paused", "1" if member.paused else "0"),
        ("PausedReason", member.paused_reason),
        ("Ringinuse", "1" if member.ring_in_use else "0"),
        ("Wrapuptime", str(member.wrapup)),
    ]


def say(switch: Switch, name: str, member: Member) -> None:
    """Say an event of a member."""
    if "agent" in switch.wanted:
        switch.emit("agent", name, block(member))


def named(switch: Switch, interface: str, queue: str = "") -> Iterator[Member]:
    """Find memberships of an interface, in one queue or in all."""
    for each in switch.queues.values():
        member = each.members.get(interface)
        if member is not None and queue in ("", each.name):
            yield member


def wrapup(queue: Queue, member: Member) -> int:
    """Seconds after a call in which the member is left alone."""
    return member.wrapup or queue.wrapup


def available(switch: Switch, queue: Queue, member: Member) -> bool:
    """Whether a member counts as available (is_member_available)."""
    if member.paused or not (member.status in FREE or (member.ring_in_use and member.status in (2, 3, 6, 7, 8))):
        return False
    rest = wrapup(queue, member)
    return not (member.last_call and rest and int(switch.clock.now) - rest < member.last_call)


def say_available(switch: Switch, queue: Queue) -> None:
    """Tell of the pseudo-device that says whether somebody is available."""
    some = any(available(switch, queue, member) for member in queue.members.values())
    devices.say(switch, f"Queue:{queue.name}_avail", "NOT_INUSE" if some else "INUSE")


def add(
    switch: Switch, queue: Queue, interface: str, name: str, *, penalty: int, membership: str, state_interface: str = ""
) -> Member:
    """Make somebody a member, without a word."""
    member = Member(queue.name, interface, name or interface, state_interface or interface, membership, penalty)
    member.login_time = int(switch.clock.now)
    member.ring_in_use = queue.ring_in_use
    member.status = MEMBER_STATUS[devices.state_of(switch, member.state_interface)]
    queue.positions += 1
    member.position = queue.positions
    queue.members[interface] = member
    switch.members_by_device.setdefault(member.state_interface, []).append(member)
    return member


def remove(switch: Switch, queue: Queue, member: Member) -> None:
    """Take a membership away, without a word."""
    del queue.members[member.interface]
    same = switch.members_by_device[member.state_interface]
    same.remove(member)
    if not same:
        del switch.members_by_device[member.state_interface]
    if member.trying:
        switch.ringing_members.discard(member.interface)


def pause(switch: Switch, interface: str, paused: bool, queue: str = "", reason: str = "") -> int:
    """Pause or unpause; one event per queue; in how many it was found."""
    found = 0
    for member in named(switch, interface, queue):
        found += 1
        if member.paused is paused and not (paused and reason != member.paused_reason):
            continue
        member.paused = paused
        member.paused_reason = reason
        if paused:
            member.last_pause = int(switch.clock.now)
        devices.say(switch, f"Queue:{member.queue}_pause_{interface}", "INUSE" if paused else "NOT_INUSE")
        say_available(switch, switch.queues[member.queue])
        say(switch, "QueueMemberPause", member)
        switch.on_member_free(member)
    return found


def set_penalty(switch: Switch, interface: str, penalty: int, queue: str = "") -> int:
    """Change the penalty; in how many queues."""
    found = 0
    for member in named(switch, interface, queue):
        found += 1
        member.penalty = penalty
        say(switch, "QueueMemberPenalty", member)
    return found


def set_ring_in_use(switch: Switch, interface: str, on: bool, queue: str = "") -> int:
    """Change whether it is called while it talks; in how many queues."""
    found = 0
    for member in named(switch, interface, queue):
        found += 1
        member.ring_in_use = on
        say(switch, "QueueMemberRinginuse", member)
    return found


def state_changed(switch: Switch, device: str, status: int) -> None:
    """Hear of a device's new state: every queue that it serves says so (device_state_cb, update_status)."""
    for member in list(switch.members_of(device)):
        if member.status == status:
            continue
        queue = switch.queues[member.queue]
        if status == MEMBER_STATUS["NOT_INUSE"]:
            served(switch, queue, member, member.started)
        member.status = status
        untry(switch, member)
        say(switch, "QueueMemberStatus", member)
        say_available(switch, queue)
        if status in FREE:
            switch.on_member_free(member)


def untry(switch: Switch, member: Member) -> None:
    """Let others try the member again."""
    if member.trying:
        member.trying = False
        switch.ringing_members.discard(member.interface)


def served(switch: Switch, queue: Queue, member: Member, started: int) -> None:
    """Count a call as completed, once: by its end, or by the agent's device being free earlier (update_queue)."""
    if not started or member.started != started:
        return
    now = int(switch.clock.now)
    member.started = 0
    member.last_call = now
    member.calls_taken += 1
    untry(switch, member)
    queue.completed += 1
    queue.completed_in_sl += member.in_sl
    talk = now - started
    queue.talk_time = talk if queue.completed == 1 else (3 * queue.talk_time + talk) >> 2
    rest = wrapup(queue, member)
    if rest:
        switch.clock.at(rest + 1.0, lambda: switch.on_member_free(member))
