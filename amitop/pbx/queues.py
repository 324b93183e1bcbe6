"""Queues and who waits in them (`ami.md` B.5, D.6). Who answers is in `queue_members`, `queue_rings`, `queue_talks`.

What events leave open is left to lists: a queue in which something does not add up is doubted (`Queues.dirty`), and
whoever holds the session asks for it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from amitop.pbx import queue_figures
from amitop.pbx.blocks import header, number, value
from amitop.pbx.channels import forget_application, hear
from amitop.pbx.queue_model import Fact, Happening, Member, Queue, QueueCaller
from amitop.pbx.reducer import Reducer

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.pbx.model import Channel, Outage
    from amitop.pbx.store import Store

OUTCOME = 20.0
"""Seconds after a Leave within which an AgentConnect may follow: a member's Gosub or AGI runs in between."""
MANY_ESTIMATES = 200
"""Calls after which a queue's averages are asked for again; rounding adds up."""


@dataclass(slots=True)
class Departure:
    """Somebody who is not in the queue any more, and what became of them is not told yet."""

    caller: QueueCaller
    until: float
    """When to stop waiting for it."""
    otherwise: Happening
    """What to take it for then."""
    figured: bool
    """A list since then holds what Asterisk counted of it."""


class Queues:
    """All that is known of the queues of one PBX."""

    def __init__(self) -> None:
        self.queues: dict[str, Queue] = {}
        self.callers: dict[str, QueueCaller] = {}
        """Who waits, by Uniqueid."""
        self.departures: dict[str, Departure] = {}
        """By Uniqueid."""
        self.memberships: dict[str, dict[str, Member]] = {}
        """By interface and queue."""
        self.dirty: dict[str, float] = {}
        """Queues to be asked for again, and since when."""
        self.spoken: dict[str, tuple[float, int]] = {}
        """Of what events spoke a short while ago: when, and the store's count of events then. A subject is a queue's
        name with a caller's Uniqueid, a member's interface or nothing (its callers' order), joined by a line feed."""

    def doubt(self, name: str, now: float) -> None:
        """Note that *name* has to be asked for again."""
        self.dirty.setdefault(name, now)

    def insert(self, caller: QueueCaller, position: int | None) -> None:
        """Put a caller at *position*, 1 being next; last where that is None."""
        line = caller.line
        self.callers[caller.uniqueid] = caller
        # Those whom nobody has named stand in front; priority may put one into the middle.
        at = len(line.callers) if position is None else max(0, position - 1 - line.unseen)
        line.numbered = line.numbered and at >= len(line.callers)
        line.callers.insert(at, caller)
        caller.place = len(line.callers) + line.unseen

    def remove(self, uniqueid: str) -> QueueCaller | None:
        """Take a caller out of the line and return it; None if it is in none."""
        caller = self.callers.pop(uniqueid, None)
        if caller is not None:
            caller.line.callers.remove(caller)
            caller.line.numbered = False
        return caller

    def count(self, queue: Queue, count: int | None, now: float) -> None:
        """Hold how many are known to wait against the PBX's own *count*; doubt the queue where that differs."""
        if count is None or count == queue.waiting:
            return
        queue.unseen = max(0, count - len(queue.callers))
        queue.numbered = False
        self.doubt(queue.name, now)

    def figured(self, queue: Queue, now: float) -> None:
        """Doubt the figures of a queue that were worked out many times."""
        if queue.estimates >= MANY_ESTIMATES:
            self.doubt(queue.name, now)


def speak(store: Store, name: str, subject: str, now: float) -> None:
    """Note that an event spoke of a caller, a member or (an empty *subject*) the order of the callers."""
    spoken = store.part(Queues).spoken
    key = f"{name}\n{subject}"
    spoken.pop(key, None)  # so that the oldest stay in front
    spoken[key] = (now, store.version)


def speak_of_caller(store: Store, name: str, uniqueid: str, now: float) -> None:
    """Note that an event spoke of a caller, which may have changed the order."""
    speak(store, name, uniqueid, now)
    speak(store, name, "", now)


def named(store: Store, name: str, now: float) -> Queue:
    """Return the queue called *name*; made here, and doubted, when an event is the first to speak of it."""
    part = store.part(Queues)
    queue = part.queues.get(name)
    if queue is None:
        queue = part.queues[name] = Queue(store.name, name)
        part.doubt(name, now)
    return queue


# -- joining and leaving ----------------------------------------------------------------------------------------------


def depart(store: Store, caller: QueueCaller, otherwise: Happening, now: float) -> None:
    """Remember one who was taken out of the line until an event tells why; when none does, it is *otherwise*.

    LOST is for those whom a list does not have any more.
    """
    departure = Departure(caller, now + OUTCOME, otherwise, figured=otherwise is Happening.LOST)
    store.part(Queues).departures[caller.uniqueid] = departure


def outcome(store: Store, caller: QueueCaller, what: Happening, now: float) -> None:
    """Tell once what became of a caller who was not answered."""
    if not caller.settled:
        caller.settled = True
        store.tell(Fact(what, now, caller.queue, caller.uniqueid, wait=max(0.0, now - caller.joined)))


def _join(store: Store, packet: Packet, now: float) -> None:
    channel = hear(store, packet, now, create=True)
    name = value(packet, "Queue")
    if channel is None or name is None:
        return
    speak_of_caller(store, name, channel.uniqueid, now)
    part = store.part(Queues)
    position, count = number(header(packet, "Position")), number(header(packet, "Count"))
    known = part.callers.get(channel.uniqueid)
    if known is not None and known.queue == name:  # a list was faster, or the event came twice (`ami.md` D.4)
        return
    if known is not None:
        take_out(store, known, now)
        outcome(store, known, Happening.LEFT, now)
    former = part.departures.pop(channel.uniqueid, None)
    if former is not None:
        outcome(store, former.caller, Happening.LEFT, now)
    queue = named(store, name, now)
    caller = QueueCaller(queue, channel.uniqueid, channel.name, channel.caller, now, original_position=position)
    part.insert(caller, position)
    part.count(queue, count, now)
    store.call_by_uid[channel.uniqueid].queue = name
    store.note(channel.uniqueid, packet.name, f"joins queue {name} #{position or '?'}", now)
    store.tell(Fact(Happening.JOINED, now, name, channel.uniqueid, wait=0.0))


def _leave(store: Store, packet: Packet, now: float) -> None:
    """Take a caller out. It may have gone already: a list was faster, it was yanked, it hung up (`ami.md` D.4, D.6)."""
    hear(store, packet, now)
    part = store.part(Queues)
    uniqueid, name = header(packet, "Uniqueid"), value(packet, "Queue")
    if name is None:
        return
    speak_of_caller(store, name, uniqueid, now)
    queue = named(store, name, now)
    caller = part.callers.get(uniqueid)
    if caller is not None and caller.line is queue:
        part.remove(uniqueid)
        depart(store, caller, Happening.LEFT, now)
    elif queue.unseen:
        queue.unseen -= 1
        queue.numbered = False
    part.count(queue, number(header(packet, "Count")), now)


def _abandon(store: Store, packet: Packet, now: float) -> None:
    """Take it that a caller leaves without an answer. The Leave is still to come (`ami.md` B.5)."""
    channel = hear(store, packet, now)
    name = value(packet, "Queue")
    if channel is None or name is None:
        return
    speak_of_caller(store, name, channel.uniqueid, now)
    part = store.part(Queues)
    wait = number(header(packet, "HoldTime")) or 0
    caller = part.callers.get(channel.uniqueid)
    if caller is not None and caller.queue == name:
        _gave_up(store, caller, channel, wait, now)
    else:
        _gave_up_late(store, name, channel, wait, now)
    call = store.call_by_uid[channel.uniqueid]
    if call.queue == name and not channel.hanging:
        call.queue = None  # it goes on elsewhere; the row of one that hangs up still says where it waited
    store.note(channel.uniqueid, packet.name, f"leaves queue {name} after {wait} s", now)


def _why(channel: Channel, wait: int) -> Happening:
    """Tell apart what Asterisk tells with one event: QueueCallerAbandon also ends a wait that was limited, and others.

    Who hangs up has sent a HangupRequest before. Queue()'s fifth argument is how long a caller may wait.
    """
    if channel.hanging:
        return Happening.ABANDONED
    if channel.application == "Queue" and channel.data:
        arguments = channel.data.split(",")
        limit = number(arguments[4].strip()) if len(arguments) > 4 else None
        if limit and wait >= limit:
            return Happening.TIMED_OUT
    return Happening.LEFT


def _gave_up(store: Store, caller: QueueCaller, channel: Channel, wait: int, now: float) -> None:
    if not caller.settled:
        queue_figures.abandoned(caller.line, wait, now)
        store.part(Queues).figured(caller.line, now)
        outcome(store, caller, _why(channel, wait), now)


def _gave_up_late(store: Store, name: str, channel: Channel, wait: int, now: float) -> None:
    """Take it that a caller left who is not in the line any more, or never was while amitop was there."""
    departure = store.part(Queues).departures.get(channel.uniqueid)
    if departure is None or departure.caller.queue != name:
        queue = named(store, name, now)
        caller = QueueCaller(queue, channel.uniqueid, channel.name, channel.caller, now - wait, joined_known=False)
        outcome(store, caller, _why(channel, wait), now)
        depart(store, caller, Happening.LEFT, now)  # for the event may come again
    elif departure.figured:  # by a list that was made after Asterisk counted it
        outcome(store, departure.caller, _why(channel, wait), now)
    else:
        _gave_up(store, departure.caller, channel, wait, now)


# -- leaving unseen ---------------------------------------------------------------------------------------------------


def take_out(store: Store, caller: QueueCaller, now: float) -> None:
    """Take out a caller who is elsewhere, without a Leave, and doubt the queue: the PBX counted something too."""
    part = store.part(Queues)
    part.remove(caller.uniqueid)
    part.doubt(caller.queue, now)
    speak_of_caller(store, caller.queue, caller.uniqueid, now)


def _yanked(store: Store, packet: Packet, now: float) -> None:
    """Take out a caller who enters a bridge: pulled out of Queue() from outside, it never gets a Leave (D.6)."""
    callers = store.part(Queues).callers
    caller = callers.get(header(packet, "Uniqueid")) if callers else None
    if caller is not None:
        take_out(store, caller, now)
        outcome(store, caller, Happening.LEFT, now)
        forget_application(store.channels[caller.uniqueid])


def _parked(store: Store, packet: Packet, now: float) -> None:
    """Take out a caller who is parked; see `_yanked`. One who was sent there by Redirect gives up a moment later."""
    caller = store.part(Queues).callers.get(header(packet, "ParkeeUniqueid"))
    if caller is not None:
        take_out(store, caller, now)
        depart(store, caller, Happening.LEFT, now)


def _gone(store: Store, channel: Channel, now: float) -> None:
    """Take out one that has gone. No event about its wait comes after its Hangup, only AgentComplete may."""
    part = store.part(Queues)
    caller = part.callers.get(channel.uniqueid)
    if caller is not None:
        take_out(store, caller, now)
        outcome(store, caller, Happening.LOST, now)
    departure = part.departures.pop(channel.uniqueid, None)
    if departure is not None:
        outcome(store, departure.caller, departure.otherwise, now)


def _doubt(store: Store, channel: Channel, outage: Outage) -> None:
    caller = store.part(Queues).callers.get(channel.uniqueid)
    if caller is None or caller.joined > outage.at:
        return
    if channel.application != "Queue" or channel.bridge is not None:
        take_out(store, caller, outage.at)
        outcome(store, caller, Happening.LOST, outage.at)


def _expire(store: Store, now: float) -> None:
    part = store.part(Queues)
    for uniqueid, departure in list(part.departures.items()):
        if departure.until <= now:
            del part.departures[uniqueid]
            outcome(store, departure.caller, departure.otherwise, now)
    while part.spoken and now - next(iter(part.spoken.values()))[0] > OUTCOME:
        del part.spoken[next(iter(part.spoken))]


def tell_of_member(store: Store, member: Member, now: float) -> None:
    """Tell that a member has changed."""
    store.tell(Fact(Happening.MEMBER, now, member.queue, interface=member.interface))


REDUCER: Reducer = Reducer(
    {
        "QueueCallerJoin": _join,
        "QueueCallerLeave": _leave,
        "QueueCallerAbandon": _abandon,
        "BridgeEnter": _yanked,
        "ParkedCall": _parked,
    },
    gone=_gone,
    doubt=_doubt,
    expire=_expire,
    part=Queues,
)
