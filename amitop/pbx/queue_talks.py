"""What queues connect: a caller and a member, from AgentConnect to AgentComplete (`ami.md` B.5, D.6).

Asterisk counts a call as completed as soon as the member's device is free, which may be long before AgentComplete, or
without any; so it is counted here at whichever is seen first, and told once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from amitop.pbx import queue_figures, queue_rings
from amitop.pbx.blocks import header, number, value
from amitop.pbx.channels import hear
from amitop.pbx.queue_model import Fact, Happening
from amitop.pbx.queues import OUTCOME, Queues, named, speak, speak_of_caller, tell_of_member
from amitop.pbx.reducer import Reducer

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.pbx.model import Channel
    from amitop.pbx.queue_model import Queue
    from amitop.pbx.store import Store


@dataclass(slots=True)
class Talk:
    """A caller and a member whom a queue connected."""

    queue: str
    interface: str
    uniqueid: str | None
    """Of the caller; None when its AgentConnect was not seen."""
    since: float
    wait: float
    """Seconds that the caller had waited."""
    in_time: bool
    """Whether that was within the service level."""
    counted_at: float | None = None
    """When Asterisk counted it as completed."""
    until: float | None = None
    """The caller has hung up: how long to wait for AgentComplete."""


class Talks:
    """The talks that are not over yet."""

    def __init__(self) -> None:
        self.by_caller: dict[str, Talk] = {}
        """By the caller's Uniqueid."""
        self.by_member: dict[tuple[str, str], list[Talk]] = {}
        """By queue and interface, oldest first: AgentComplete may come without the caller."""


def find(store: Store, queue: str, interface: str, uniqueid: str | None) -> Talk | None:
    """Return the talk of a caller with a member, or the member's oldest where the caller is not known."""
    talks = store.part(Talks).by_member.get((queue, interface), [])
    return next((talk for talk in talks if talk.uniqueid == uniqueid), talks[0] if talks else None)


def begin_unseen(store: Store, queue: str, interface: str, now: float) -> None:
    """Take it that a member talks, since when and with whom nobody saw."""
    store.part(Talks).by_member.setdefault((queue, interface), [Talk(queue, interface, None, now, 0.0, in_time=False)])


def replace_unseen(store: Store, queue: str, interface: str, now: float) -> None:
    """Take it that a member talks to somebody else than it was known to: neither end nor beginning were seen."""
    for talk in list(store.part(Talks).by_member.get((queue, interface), ())):
        _end(store, talk, max(0.0, (talk.counted_at or now) - talk.since), now)
    begin_unseen(store, queue, interface, now)


def forget_unseen(store: Store, queue: str, interface: str) -> None:
    """Forget a talk that nobody saw begin, of a member who is no more."""
    by_member = store.part(Talks).by_member
    if all(talk.uniqueid is None for talk in by_member.get((queue, interface), ())):
        by_member.pop((queue, interface), None)


def _begin(store: Store, talk: Talk) -> None:
    talks = store.part(Talks)
    if talk.uniqueid is not None:
        talks.by_caller[talk.uniqueid] = talk
    known = talks.by_member.setdefault((talk.queue, talk.interface), [])
    known[:] = [one for one in known if one.uniqueid is not None]
    known.append(talk)


def _end(store: Store, talk: Talk, seconds: float, now: float) -> None:
    """Tell that a talk of *seconds* is over, and forget it."""
    talks = store.part(Talks)
    if talk.uniqueid is not None and talks.by_caller.get(talk.uniqueid) is talk:
        del talks.by_caller[talk.uniqueid]
    known = talks.by_member[talk.queue, talk.interface]
    known.remove(talk)
    if not known:
        del talks.by_member[talk.queue, talk.interface]
    store.tell(Fact(Happening.COMPLETED, now, talk.queue, talk.uniqueid, talk.interface, wait=talk.wait, talk=seconds))


# -- events -----------------------------------------------------------------------------------------------------------


def _connect(store: Store, packet: Packet, now: float) -> None:
    channel = hear(store, packet, now, create=True)
    hear(store, packet, now, "Dest", create=True)
    name, interface = value(packet, "Queue"), header(packet, "Interface")
    if channel is None or name is None:
        return
    uniqueid = channel.uniqueid
    store.call_by_uid[uniqueid].queue = name
    talk = store.part(Talks).by_caller.get(uniqueid)
    if talk is not None and (talk.queue, talk.interface) == (name, interface):
        return  # the event came twice
    speak_of_caller(store, name, uniqueid, now)
    speak(store, name, interface, now)
    queue = named(store, name, now)
    wait = number(header(packet, "HoldTime")) or 0
    waited = _take_out(store, queue, uniqueid, wait, now)
    _begin(store, Talk(name, interface, uniqueid, now, waited, in_time=wait <= queue.service_level))
    _seize(store, queue, packet, now)
    store.note(uniqueid, packet.name, f"{queue_rings.member_name(packet)} takes it from queue {name}", now)
    store.tell(Fact(Happening.ANSWERED, now, name, uniqueid, interface, wait=waited))


def _take_out(store: Store, queue: Queue, uniqueid: str, wait: int, now: float) -> float:
    """Take the caller out of the line, or out of those who just left it, and return for how long it waited."""
    part = store.part(Queues)
    caller = part.remove(uniqueid)
    departure = part.departures.pop(uniqueid, None)
    # Of a caller who is in neither, a list has told already, figures and all: it left before the list was made.
    if caller is not None or (departure is not None and not departure.figured):
        queue_figures.answered(queue, wait, now)
    if caller is None and departure is not None and departure.caller.line is queue:
        caller = departure.caller
    if caller is None:
        return float(wait)
    caller.settled = True
    return max(0.0, now - caller.joined)


def _seize(store: Store, queue: Queue, packet: Packet, now: float) -> None:
    """Give the member its caller. Its record says so only after the next change of its device."""
    interface, leg = header(packet, "Interface"), header(packet, "DestUniqueid")
    part = store.part(Queues)
    queue_rings.over(store, leg, now)
    for membership in part.memberships.get(interface, {}).values():
        membership.missed_rings = 0
    member = queue.members.get(interface)
    if member is None:
        part.doubt(queue.name, now)
        return
    member.in_call = True
    member.talking_to, member.talking_since, member.leg = header(packet, "Uniqueid"), now, leg or None
    tell_of_member(store, member, now)


def _complete(store: Store, packet: Packet, now: float) -> None:
    """End a talk. Either block of the event may be missing."""
    queue_rings.note(store, packet, now)
    name, interface = value(packet, "Queue"), header(packet, "Interface")
    if name is None:
        return
    queue = named(store, name, now)
    member = queue.members.get(interface)
    caller, leg = header(packet, "Uniqueid"), header(packet, "DestUniqueid")
    if not caller and member is not None and leg and member.leg == leg:
        caller = member.talking_to or ""
    talk = find(store, name, interface, caller)
    seconds = number(header(packet, "TalkTime")) or 0
    wait = number(header(packet, "HoldTime")) or 0
    speak(store, name, interface, now)
    # A member may have two calls at once; Asterisk counts only the one that began last.
    if member is not None and member.in_call and (talk is None or member.talking_to in {None, talk.uniqueid}):
        member.calls_taken += 1
        member.in_call = False
        queue_figures.completed(queue, seconds, now, in_time=wait <= queue.service_level)
        store.part(Queues).figured(queue, now)
    if member is not None and not member.in_call:
        member.talking_to = member.talking_since = member.leg = None
        member.completed_at = now
        tell_of_member(store, member, now)
    if talk is not None:
        talk.wait = talk.wait if talk.uniqueid is not None else float(wait)
        _end(store, talk, float(seconds), now)


def _gone(store: Store, channel: Channel, now: float) -> None:
    talk = store.part(Talks).by_caller.get(channel.uniqueid)
    if talk is not None:
        talk.until = now + OUTCOME


def _expire(store: Store, now: float) -> None:
    talks = store.part(Talks).by_caller.values()
    for talk in [talk for talk in talks if talk.until is not None and talk.until <= now]:
        over = talk.counted_at if talk.counted_at is not None else (talk.until or now) - OUTCOME
        _end(store, talk, max(0.0, over - talk.since), now)


REDUCER: Reducer = Reducer(
    {"AgentConnect": _connect, "AgentComplete": _complete}, gone=_gone, expire=_expire, part=Talks
)
