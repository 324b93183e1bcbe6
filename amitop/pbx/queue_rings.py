"""Whose phone rings for whom in a queue (`ami.md` B.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from amitop.pbx.blocks import header, value
from amitop.pbx.channels import hear
from amitop.pbx.queue_model import Fact, Happening
from amitop.pbx.queues import named, tell_of_member
from amitop.pbx.reducer import Reducer

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.pbx.model import Channel
    from amitop.pbx.store import Store

_WORDS = {
    "AgentRingNoAnswer": "{} does not answer",
    "AgentDump": "{} hangs up on the announcement",
    "AgentComplete": "{} is done with it",
}


@dataclass(slots=True)
class Ring:
    """A member's phone that rings for a caller."""

    queue: str
    interface: str
    uniqueid: str
    """Of the caller."""


class Rings:
    """The phones that queues ring now."""

    def __init__(self) -> None:
        self.by_leg: dict[str, Ring] = {}
        """By the Uniqueid of the leg that rings."""


def member_name(packet: Packet) -> str:
    """Return what an event about a member calls it."""
    return value(packet, "MemberName") or header(packet, "Interface")


def note(store: Store, packet: Packet, now: float) -> None:
    """Note what came of ringing a member. AgentComplete may lack either block (`ami.md` B.5), and none is made."""
    channel = hear(store, packet, now) if b"\nChannel:" in packet.raw else None
    dest = hear(store, packet, now, "Dest") if b"\nDestChannel:" in packet.raw else None
    leg = channel or dest
    if leg is not None:
        store.note(leg.uniqueid, packet.name, _WORDS[packet.name].format(member_name(packet)), now)


def over(store: Store, leg: str, now: float) -> None:
    """End the ring of a leg, if it is one."""
    ring = store.part(Rings).by_leg.pop(leg, None)
    queue = store.queues.get(ring.queue) if ring is not None else None
    member = queue.members.get(ring.interface) if ring is not None and queue is not None else None
    if ring is not None and member is not None and member.ringing_for == ring.uniqueid:
        member.ringing_for = member.ringing_since = None
        if member.leg == leg:
            member.leg = None
        tell_of_member(store, member, now)


def _called(store: Store, packet: Packet, now: float) -> None:
    caller = hear(store, packet, now, create=True)
    dest = hear(store, packet, now, "Dest", create=True)
    name, interface = value(packet, "Queue"), header(packet, "Interface")
    if caller is None or dest is None or name is None:
        return
    rings = store.part(Rings).by_leg
    if dest.uniqueid in rings:
        return
    rings[dest.uniqueid] = Ring(name, interface, caller.uniqueid)
    member = named(store, name, now).members.get(interface)
    if member is not None:
        member.ringing_for, member.ringing_since, member.leg = caller.uniqueid, now, dest.uniqueid
        tell_of_member(store, member, now)
    store.tell(Fact(Happening.RANG, now, name, caller.uniqueid, interface))


def _no_answer(store: Store, packet: Packet, now: float) -> None:
    note(store, packet, now)
    name, interface = value(packet, "Queue"), header(packet, "Interface")
    if name is None:
        return
    member = named(store, name, now).members.get(interface)
    if member is not None:
        member.missed_rings += 1
    over(store, header(packet, "DestUniqueid"), now)
    store.tell(Fact(Happening.MISSED, now, name, header(packet, "Uniqueid"), interface))


def _dump(store: Store, packet: Packet, now: float) -> None:
    note(store, packet, now)
    over(store, header(packet, "DestUniqueid"), now)


def _dial_end(store: Store, packet: Packet, now: float) -> None:
    if store.part(Rings).by_leg:
        over(store, header(packet, "DestUniqueid"), now)


def _gone(store: Store, channel: Channel, now: float) -> None:
    over(store, channel.uniqueid, now)


REDUCER: Reducer = Reducer(
    {
        "AgentCalled": _called,
        "AgentRingNoAnswer": _no_answer,
        "AgentDump": _dump,
        "DialEnd": _dial_end,
    },
    gone=_gone,
    part=Rings,
)
