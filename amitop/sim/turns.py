"""Whose turn it is in a queue, and who is told to look (is_our_turn, compare_weight)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim import members

if TYPE_CHECKING:
    from amitop.sim.queue import Member, Queue
    from amitop.sim.switch import Switch


def renumber(queue: Queue) -> None:
    """Give everybody the place that they have."""
    for position, caller in enumerate(queue.callers, 1):
        caller.position = position


def waiting_more(switch: Switch, queue: Queue) -> bool:
    """Whether a queue has at least as many callers as members for them (compare_weight)."""
    callers = len(queue.callers)
    if not callers:
        return False
    free = sum(members.available(switch, queue, member) for member in queue.members.values())
    return callers >= (min(free, 1) if queue.strategy == "ringall" else free)


def awake(switch: Switch, queue: Queue) -> None:
    """Have a queue's callers look again, as the next thing: somebody may be free, or it may be their turn."""
    if queue.looking or not queue.callers:
        return
    queue.looking = True

    def look() -> None:
        queue.looking = False
        for caller in list(queue.callers):
            if caller.pending:
                continue
            waiting = switch.waiting.get(caller.channel.uniqueid)
            if waiting is None or not waiting.turn(switch):
                break
            waiting.try_now(switch)

    switch.clock.at(_LOOK, look)


_LOOK = 0.02
"""Seconds until a waiting caller notices: Asterisk's callers look at least once a second."""


def member_free(switch: Switch, member: Member) -> None:
    """Hear of a member who may be available: in every queue with callers that has it."""
    for queue in switch.queues.values():
        if queue.callers and member.interface in queue.members:
            awake(switch, queue)
