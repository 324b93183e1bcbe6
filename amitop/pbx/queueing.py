"""Who waits in which queue: as much as a call's row needs (`ami.md` B.5, D.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.blocks import header, number, value
from amitop.pbx.channels import forget_application, hear
from amitop.pbx.model import QueuePlace, WaitingLine
from amitop.pbx.reducer import Reducer

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.pbx.model import Channel, Outage
    from amitop.pbx.store import Store


class Queueing:
    """The waiting lines that callers joined while amitop was there."""

    def __init__(self) -> None:
        self.places: dict[str, QueuePlace] = {}
        """By the caller's Uniqueid."""
        self.lines: dict[str, WaitingLine] = {}
        """By the queue's name; those in which somebody waits."""

    def join(self, uniqueid: str, queue: str, position: int | None, count: int | None, now: float) -> QueuePlace:
        """Put a caller at *position* (1 is next) into *queue*, where *count* wait now."""
        known = self.places.get(uniqueid)
        if known is not None:
            if known.queue == queue:
                return known
            self.leave(uniqueid)
        line = self.lines.setdefault(queue, WaitingLine(queue))
        # Those who came before amitop stand in front, unseen; priority may put one into the middle.
        at = len(line.uniqueids) if position is None else max(0, position - 1 - line.unseen)
        line.uniqueids.insert(at, uniqueid)
        line.count(count)
        place = self.places[uniqueid] = QueuePlace(uniqueid, line, now)
        return place

    def leave(self, uniqueid: str, count: int | None = None) -> QueuePlace | None:
        """Take a caller out of the queue, where *count* wait on, and return the place that it had."""
        place = self.places.pop(uniqueid, None)
        if place is None:
            return None
        line = place.line
        line.uniqueids.remove(uniqueid)
        line.count(count)
        if not line.uniqueids:
            self.lines.pop(line.queue, None)
        return place


def _join(store: Store, packet: Packet, now: float) -> None:
    channel = hear(store, packet, now, create=True)
    queue = value(packet, "Queue")
    if channel is None or queue is None:
        return
    position, count = number(header(packet, "Position")), number(header(packet, "Count"))
    store.part(Queueing).join(channel.uniqueid, queue, position, count, now)
    store.call_by_uid[channel.uniqueid].queue = queue
    store.note(channel.uniqueid, packet.name, f"joins queue {queue} #{position or '?'}", now)


def _leave(store: Store, packet: Packet, now: float) -> None:
    """Take a caller out. It may have gone already: yanked, or hung up (`ami.md` D.4, D.6)."""
    hear(store, packet, now)
    uniqueid = header(packet, "Uniqueid")
    queueing = store.part(Queueing)
    queue, count = header(packet, "Queue"), number(header(packet, "Count"))
    place = queueing.places.get(uniqueid)
    if place is not None and place.queue == queue:
        queueing.leave(uniqueid, count)
    elif queue in queueing.lines:
        queueing.lines[queue].count(count)


def _abandon(store: Store, packet: Packet, now: float) -> None:
    """Note that a caller leaves without an agent: gave up, timed out, was sent on. The Leave follows (`ami.md` B.5)."""
    channel = hear(store, packet, now)
    queue = value(packet, "Queue")
    if channel is None or queue is None:
        return
    call = store.call_by_uid[channel.uniqueid]
    if call.queue == queue and not channel.hanging:
        call.queue = None  # it goes on elsewhere; the row of one that hangs up still says where it waited
    store.note(channel.uniqueid, packet.name, f"leaves queue {queue} after {header(packet, 'HoldTime')} s", now)


def _agent_called(store: Store, packet: Packet, now: float) -> None:
    hear(store, packet, now, create=True)
    hear(store, packet, now, "Dest", create=True)


def _agent_connect(store: Store, packet: Packet, now: float) -> None:
    channel = hear(store, packet, now, create=True)
    hear(store, packet, now, "Dest", create=True)
    queue = value(packet, "Queue")
    if channel is None or queue is None:
        return
    store.part(Queueing).leave(channel.uniqueid)
    store.call_by_uid[channel.uniqueid].queue = queue
    store.note(channel.uniqueid, packet.name, f"{_member(packet)} takes it from queue {queue}", now)


def _agent_noted(store: Store, packet: Packet, now: float) -> None:
    """Note what came of ringing a member. AgentComplete may lack either block (`ami.md` B.5), and none is made."""
    channel = hear(store, packet, now) if b"\nChannel:" in packet.raw else None
    dest = hear(store, packet, now, "Dest") if b"\nDestChannel:" in packet.raw else None
    leg = channel or dest
    if leg is not None:
        store.note(leg.uniqueid, packet.name, _AGENT[packet.name].format(_member(packet)), now)


_AGENT = {
    "AgentRingNoAnswer": "{} does not answer",
    "AgentDump": "{} hangs up on the announcement",
    "AgentComplete": "{} is done with it",
}


def _member(packet: Packet) -> str:
    return value(packet, "MemberName") or header(packet, "Interface")


def _yanked(store: Store, packet: Packet, _now: float) -> None:
    """Take out a caller who enters a bridge: pulled out of Queue() from outside, it never gets a Leave (D.6)."""
    queueing = store.part(Queueing)
    if queueing.places and queueing.leave(header(packet, "Uniqueid")) is not None:
        forget_application(store.channels[header(packet, "Uniqueid")])


def _parked(store: Store, packet: Packet, _now: float) -> None:
    """Take out a caller who is parked; see `_yanked`."""
    queueing = store.part(Queueing)
    if queueing.places:
        queueing.leave(header(packet, "ParkeeUniqueid"))


def _gone(store: Store, channel: Channel, _now: float) -> None:
    store.part(Queueing).leave(channel.uniqueid)


def _doubt(store: Store, channel: Channel, outage: Outage) -> None:
    place = store.queued.get(channel.uniqueid)
    if place is None or place.joined > outage.at:
        return
    if channel.application != "Queue" or channel.bridge is not None:
        store.part(Queueing).leave(channel.uniqueid)


REDUCER: Reducer = Reducer(
    {
        "QueueCallerJoin": _join,
        "QueueCallerLeave": _leave,
        "QueueCallerAbandon": _abandon,
        "AgentCalled": _agent_called,
        "AgentConnect": _agent_connect,
        "AgentRingNoAnswer": _agent_noted,
        "AgentDump": _agent_noted,
        "AgentComplete": _agent_noted,
        "BridgeEnter": _yanked,
        "ParkedCall": _parked,
    },
    gone=_gone,
    doubt=_doubt,
    part=Queueing,
)
