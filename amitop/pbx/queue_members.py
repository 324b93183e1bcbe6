"""Members of queues: their device, their pause, whom they ring for and talk to (`ami.md` B.5, D.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx import queue_figures
from amitop.pbx.blocks import header, number, value
from amitop.pbx.channels import hear
from amitop.pbx.queue_model import Fact, Happening, Member, MemberStatus
from amitop.pbx.queues import Queues, Ring, Talk, complete, member_name, named, speak
from amitop.pbx.reducer import Reducer

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.pbx.model import Channel
    from amitop.pbx.queue_model import Queue
    from amitop.pbx.store import Store

_STATUS = {str(int(status)): status for status in MemberStatus}
_FRESH = 5.0
"""Seconds after AgentConnect in which a member's record may still be of before it (`ami.md` D.6)."""
_AGENT = {
    "AgentRingNoAnswer": "{} does not answer",
    "AgentDump": "{} hangs up on the announcement",
    "AgentComplete": "{} is done with it",
}
_UNSEEN = ""
"""Stands for the Uniqueid of a caller whose AgentConnect was not seen."""


# -- records ----------------------------------------------------------------------------------------------------------


def record(store: Store, queue: Queue, packet: Packet, now: float, *, listed: bool) -> Member | None:
    """Take a member's whole record: of an event, or the QueueMember item of a list. None if it names no member."""
    interface = packet.get("Location" if listed else "Interface")
    if not interface:
        return None
    part = store.part(Queues)
    member = queue.members.get(interface)
    new = member is None
    if member is None:
        member = Member(store.name, queue.name, interface, interface, interface, "static")
        queue.members[interface] = member
        part.memberships.setdefault(interface, {})[queue.name] = member
    before = _visible(member)
    member.name = packet.value("Name" if listed else "MemberName") or interface
    member.state_interface = packet.value("StateInterface") or interface
    membership = packet.value("Membership") or "static"
    if not (listed and member.membership == "realtime" and membership == "static"):  # a list calls both static
        member.membership = membership
    member.penalty = number(packet.get("Penalty")) or 0
    member.wrapup = number(packet.get("Wrapuptime")) or 0
    member.last_call_epoch = _epoch(packet, "LastCall")
    member.login_epoch = _epoch(packet, "LoginTime")
    if not listed:
        ringinuse = packet.get("Ringinuse")
        member.ringinuse = ringinuse == "1" if ringinuse else member.ringinuse
    _record_pause(member, packet, now, seen=not listed)
    _record_call(store, queue, member, packet, now, listed=listed)
    status = _status(packet)
    if status is not member.status or new:
        member.status = status
        member.status_since = None if listed else now
    if new or _visible(member) != before:
        tell(store, member, now)
    return member


def _epoch(packet: Packet, name: str) -> int | None:
    return number(packet.get(name)) or None  # 0 is never


def _visible(member: Member) -> tuple[object, ...]:
    return (member.status, member.paused, member.pause_reason, member.in_call, member.state_interface)


def _record_pause(member: Member, packet: Packet, now: float, *, seen: bool) -> None:
    paused = packet.get("Paused") == "1"
    began = _epoch(packet, "LastPause")
    if paused and (not member.paused or began != member.last_pause_epoch):
        member.paused_since = now if seen else None
    elif not paused:
        member.paused_since = None
    member.paused = paused
    member.last_pause_epoch = began
    # From 18.21 on an unpause carries a reason as well (`ami.md` B.5): of the unpause.
    member.pause_reason = packet.value("PausedReason") if paused else None


def _status(packet: Packet) -> MemberStatus:
    return _STATUS.get(packet.get("Status"), MemberStatus.UNKNOWN)


def _record_call(store: Store, queue: Queue, member: Member, packet: Packet, now: float, *, listed: bool) -> None:
    """Take `InCall` and `CallsTaken`. Asterisk counts a call as soon as the device is free, before AgentComplete."""
    in_call = packet.get("InCall") == "1"
    taken = number(packet.get("CallsTaken")) or 0
    counted = taken > member.calls_taken
    if member.in_call and not in_call:
        if not listed and not counted and _status(packet) is not MemberStatus.NOT_IN_USE and _fresh(member, now):
            in_call = True  # of the moment between AgentConnect and Asterisk's noting of it
        else:
            _counted(store, queue, member, now, figures=counted and not listed)
    elif in_call and not member.in_call:
        part = store.part(Queues)
        if (queue.name, member.interface) not in part.talks_of:
            talk = Talk(queue.name, member.interface, _UNSEEN, now, 0.0, in_time=False)
            part.talks_of[queue.name, member.interface] = {_UNSEEN: talk}
    member.in_call = in_call
    member.calls_taken = taken


def _fresh(member: Member, now: float) -> bool:
    return member.talking_since is not None and now - member.talking_since < _FRESH


def _counted(store: Store, queue: Queue, member: Member, now: float, *, figures: bool) -> None:
    """Take it that Asterisk has counted the member's call as completed."""
    talk = _talk(store, queue.name, member.interface, member.talking_to or _UNSEEN)
    if talk is not None and talk.counted_at is None:
        talk.counted_at = now
        if figures and talk.uniqueid == _UNSEEN:
            store.part(Queues).doubt(queue.name, now)  # nobody knows how long it was
        elif figures:
            queue_figures.completed(queue, int(now - talk.since), now, in_time=talk.in_time)
            store.part(Queues).figured(queue, now)
    member.talking_to = member.talking_since = None
    member.completed_at = now


def tell(store: Store, member: Member, now: float) -> None:
    """Tell that a member has changed."""
    store.tell(Fact(Happening.MEMBER, now, member.queue, interface=member.interface))


def forget(store: Store, queue: Queue, interface: str, now: float) -> None:
    """Take a member out of a queue."""
    member = queue.members.pop(interface, None)
    if member is None:
        return
    part = store.part(Queues)
    queues = part.memberships.get(interface)
    if queues is not None:
        queues.pop(queue.name, None)
        if not queues:
            del part.memberships[interface]
    tell(store, member, now)


# -- events -----------------------------------------------------------------------------------------------------------


def _member(store: Store, packet: Packet, now: float) -> None:
    name = value(packet, "Queue")
    if name is None:
        return
    if record(store, named(store, name, now), packet, now, listed=False) is not None:
        speak(store, name, header(packet, "Interface"), now)


def _removed(store: Store, packet: Packet, now: float) -> None:
    name, interface = value(packet, "Queue"), header(packet, "Interface")
    if name is None:
        return
    speak(store, name, interface, now)
    forget(store, named(store, name, now), interface, now)


def _agent_called(store: Store, packet: Packet, now: float) -> None:
    caller = hear(store, packet, now, create=True)
    dest = hear(store, packet, now, "Dest", create=True)
    name, interface = value(packet, "Queue"), header(packet, "Interface")
    if caller is None or dest is None or name is None:
        return
    part = store.part(Queues)
    if dest.uniqueid in part.rings:
        return
    part.rings[dest.uniqueid] = Ring(name, interface, caller.uniqueid)
    member = named(store, name, now).members.get(interface)
    if member is not None:
        member.ringing_for, member.ringing_since = caller.uniqueid, now
    store.tell(Fact(Happening.RANG, now, name, caller.uniqueid, interface))


def _ring_over(store: Store, dest: str, now: float) -> None:
    part = store.part(Queues)
    ring = part.rings.pop(dest, None)
    queue = part.queues.get(ring.queue) if ring is not None else None
    member = queue.members.get(ring.interface) if ring is not None and queue is not None else None
    if ring is not None and member is not None and member.ringing_for == ring.uniqueid:
        member.ringing_for = member.ringing_since = None
        tell(store, member, now)


def _agent_connect(store: Store, packet: Packet, now: float) -> None:
    """Give the member its caller. `queues` has read the same event before, and refused a repetition."""
    part = store.part(Queues)
    uniqueid, interface = header(packet, "Uniqueid"), header(packet, "Interface")
    talk = part.talks.get(uniqueid)
    if talk is None or talk.since != now:
        return
    _ring_over(store, header(packet, "DestUniqueid"), now)
    part.talks_of[talk.queue, interface].pop(_UNSEEN, None)
    for membership in part.memberships.get(interface, {}).values():
        membership.missed_rings = 0
    member = part.queues[talk.queue].members.get(interface)
    if member is None:
        part.doubt(talk.queue, now)
        return
    member.in_call = True
    member.talking_to, member.talking_since = uniqueid, now
    speak(store, member.queue, interface, now)
    tell(store, member, now)


def _agent_complete(store: Store, packet: Packet, now: float) -> None:
    """End a talk. Either block may be missing, and Asterisk may have counted it before (`ami.md` B.5, D.6)."""
    _noted(store, packet, now)
    name, interface = value(packet, "Queue"), header(packet, "Interface")
    if name is None:
        return
    queue = named(store, name, now)
    talk = _talk(store, name, interface, header(packet, "Uniqueid"))
    seconds = number(header(packet, "TalkTime")) or 0
    wait = number(header(packet, "HoldTime")) or 0
    member = queue.members.get(interface)
    if member is not None and member.in_call and (talk is None or talk.counted_at is None):
        if talk is None or member.talking_to in {None, talk.uniqueid}:
            member.calls_taken += 1
            member.in_call = False
            member.talking_to = member.talking_since = None
            member.completed_at = now
            queue_figures.completed(queue, seconds, now, in_time=wait <= queue.service_level)
            store.part(Queues).figured(queue, now)
        # Else the member has two calls at once, and Asterisk counts only the one that began last.
        speak(store, member.queue, interface, now)
        tell(store, member, now)
    if talk is not None:
        talk.wait = talk.wait or float(wait)
        complete(store, talk, float(seconds), now)


def _talk(store: Store, name: str, interface: str, uniqueid: str) -> Talk | None:
    """Return the talk of a caller with a member, or the member's first when the caller is not known."""
    talks = store.part(Queues).talks_of.get((name, interface), {})
    return talks.get(uniqueid) or next(iter(talks.values()), None)


def _ring_no_answer(store: Store, packet: Packet, now: float) -> None:
    _noted(store, packet, now)
    name, interface = value(packet, "Queue"), header(packet, "Interface")
    dest = header(packet, "DestUniqueid")
    if name is None:
        return
    member = named(store, name, now).members.get(interface)
    if member is not None:
        member.missed_rings += 1
    _ring_over(store, dest, now)
    store.tell(Fact(Happening.MISSED, now, name, header(packet, "Uniqueid"), interface))


def _agent_dump(store: Store, packet: Packet, now: float) -> None:
    _noted(store, packet, now)
    _ring_over(store, header(packet, "DestUniqueid"), now)


def _noted(store: Store, packet: Packet, now: float) -> None:
    """Note what came of ringing a member. AgentComplete may lack either block (`ami.md` B.5), and none is made."""
    channel = hear(store, packet, now) if b"\nChannel:" in packet.raw else None
    dest = hear(store, packet, now, "Dest") if b"\nDestChannel:" in packet.raw else None
    leg = channel or dest
    if leg is not None:
        store.note(leg.uniqueid, packet.name, _AGENT[packet.name].format(member_name(packet)), now)


def _dial_end(store: Store, packet: Packet, now: float) -> None:
    if store.part(Queues).rings:
        _ring_over(store, header(packet, "DestUniqueid"), now)


def _gone(store: Store, channel: Channel, now: float) -> None:
    _ring_over(store, channel.uniqueid, now)


REDUCER: Reducer = Reducer(
    {
        "QueueMemberAdded": _member,
        "QueueMemberStatus": _member,
        "QueueMemberPause": _member,
        "QueueMemberPenalty": _member,
        "QueueMemberRinginuse": _member,
        "QueueMemberRemoved": _removed,
        "AgentCalled": _agent_called,
        "AgentConnect": _agent_connect,
        "AgentComplete": _agent_complete,
        "AgentRingNoAnswer": _ring_no_answer,
        "AgentDump": _agent_dump,
        "DialEnd": _dial_end,
    },
    gone=_gone,
)
