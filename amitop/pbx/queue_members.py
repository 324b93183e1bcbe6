"""Members of queues: their device and their pause, as every event about one tells them whole (`ami.md` B.5, D.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from amitop.ami.packet import NOTHING
from amitop.pbx import queue_figures, queue_talks
from amitop.pbx.blocks import header, number, pattern, text_of, value
from amitop.pbx.queue_model import Member, MemberStatus
from amitop.pbx.queues import Queues, named, speak, tell_of_member
from amitop.pbx.reducer import Reducer

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.pbx.queue_model import Queue
    from amitop.pbx.store import Store

_STATUS = {str(int(status)): status for status in MemberStatus}
_FREE = str(int(MemberStatus.NOT_IN_USE))
_LAST_EPOCH = 253_402_300_800
"""The year 10000, which no calendar can show."""
_FRESH = 5.0
"""Seconds after AgentConnect in which a member's record may still be of before it (`ami.md` D.6)."""

_HEADERS = (
    *("Queue", "MemberName", "Interface", "StateInterface", "Membership", "Penalty", "CallsTaken", "LastCall"),
    *("LastPause", "LoginTime", "InCall", "Status", "Paused", "PausedReason", "Ringinuse", "Wrapuptime"),
)
_LISTED = tuple([{"MemberName": "Name", "Interface": "Location"}.get(name, name) for name in _HEADERS])
_RECORD = pattern(*_HEADERS)
"""The order of Asterisk 16 and later; others are read header by header."""


class Record(NamedTuple):
    """What an event or a list tells of a member, as sent; "" where a header is absent."""

    queue: str
    name: str
    interface: str
    state_interface: str
    membership: str
    penalty: str
    calls_taken: str
    last_call: str
    last_pause: str
    login: str
    in_call: str
    status: str
    paused: str
    reason: str
    ringinuse: str
    wrapup: str


def _read(packet: Packet, *, listed: bool) -> Record:
    match = None if listed else _RECORD.search(text_of(packet))
    if match is not None:
        return Record._make(match.groups())
    return Record._make([packet.get(name) for name in (_LISTED if listed else _HEADERS)])


# -- records ----------------------------------------------------------------------------------------------------------


def record(
    store: Store, queue: Queue, packet: Packet, now: float, *, listed: bool, reset: bool = False
) -> Member | None:
    """Take a member's whole record: of an event, or the QueueMember item of a list. None if it names no member.

    *reset*: somebody has reset the queue's figures since, which also makes Asterisk forget who is on a call.
    """
    told = _read(packet, listed=listed)
    interface = told.interface
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
    member.name = interface if told.name in NOTHING else told.name
    member.state_interface = interface if told.state_interface in NOTHING else told.state_interface
    membership = "static" if told.membership in NOTHING else told.membership
    if not (listed and member.membership == "realtime" and membership == "static"):  # a list calls both static
        member.membership = membership
    member.penalty = number(told.penalty) or 0
    member.wrapup = number(told.wrapup) or 0
    member.last_call = _epoch(told.last_call)
    member.login = _epoch(told.login)
    if told.ringinuse and not listed:
        member.ringinuse = told.ringinuse == "1"
    _record_pause(member, told, now, seen=not listed)
    status = _STATUS.get(told.status, MemberStatus.UNKNOWN)
    if reset:
        member.in_call = told.in_call == "1"  # they still talk, and that is told by `talking_to`
        member.calls_taken = number(told.calls_taken) or 0
    else:
        _record_call(store, queue, member, told, now, listed=listed)
    if status is not member.status or new:
        member.status = status
        member.status_since = None if listed else now
    if new or _visible(member) != before:
        tell_of_member(store, member, now)
    return member


def _epoch(text: str) -> int | None:
    epoch = number(text)
    return epoch if epoch and epoch < _LAST_EPOCH else None  # 0 is never


def _visible(member: Member) -> tuple[object, ...]:
    return (member.status, member.paused, member.pause_reason, member.in_call, member.state_interface)


def _record_pause(member: Member, told: Record, now: float, *, seen: bool) -> None:
    paused = told.paused == "1"
    began = _epoch(told.last_pause)
    if paused and (not member.paused or began != member.last_pause):
        member.paused_since = now if seen else None
    elif not paused:
        if member.paused and seen:
            member.unpaused_at = now
        member.paused_since = None
    member.paused = paused
    member.last_pause = began
    # From 18.21 on an unpause carries a reason as well (`ami.md` B.5): of the unpause.
    member.pause_reason = told.reason if paused and told.reason not in NOTHING else None


def _record_call(store: Store, queue: Queue, member: Member, told: Record, now: float, *, listed: bool) -> None:
    """Take `InCall` and `CallsTaken`. Asterisk counts a call as soon as the device is free, before AgentComplete."""
    in_call = told.in_call == "1"
    taken = number(told.calls_taken) or 0
    free = told.status == _FREE
    counted = taken > member.calls_taken
    if member.in_call and not in_call:
        if not listed and not counted and not free and _fresh(member, now):
            in_call = True  # of the moment between AgentConnect and Asterisk's noting of it
        else:
            _counted(store, queue, member, now, figures=counted and not listed)
    elif member.talking_to is not None and not in_call and free:
        _counted(store, queue, member, now, figures=False)
    elif in_call and not member.in_call:
        queue_talks.begin_unseen(store, queue.name, member.interface, now)
    elif in_call and listed and counted:  # on another call than before: the end of that one was missed
        _counted(store, queue, member, now, figures=False)
        queue_talks.replace_unseen(store, queue.name, member.interface, now)
    member.in_call = in_call
    member.calls_taken = taken


def _fresh(member: Member, now: float) -> bool:
    return member.talking_since is not None and now - member.talking_since < _FRESH


def _counted(store: Store, queue: Queue, member: Member, now: float, *, figures: bool) -> None:
    """Take it that Asterisk has counted the member's call as completed."""
    talk = queue_talks.find(store, queue.name, member.interface, member.talking_to)
    if talk is not None and talk.counted_at is None:
        talk.counted_at = now
        if figures and talk.uniqueid is None:
            store.part(Queues).doubt(queue.name, now)  # nobody knows how long it was
        elif figures:
            queue_figures.completed(queue, int(now - talk.since), now, in_time=talk.in_time)
            store.part(Queues).figured(queue, now)
    member.talking_to = member.talking_since = member.leg = None
    member.completed_at = now


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
    queue_talks.forget_unseen(store, queue.name, interface)
    tell_of_member(store, member, now)


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


REDUCER: Reducer = Reducer(
    {
        "QueueMemberAdded": _member,
        "QueueMemberStatus": _member,
        "QueueMemberPause": _member,
        "QueueMemberPenalty": _member,
        "QueueMemberRinginuse": _member,
        "QueueMemberRemoved": _removed,
    }
)
