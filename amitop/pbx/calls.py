"""What a call's row says: what it is doing, from whom, to whom, through which queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.model import NOBODY, CallState, ChannelState, Party

if TYPE_CHECKING:
    from amitop.pbx.model import Bridge, Call, Channel
    from amitop.pbx.store import Store


def call_state(call: Call, store: Store) -> CallState:
    """Return what *call* is doing: the most telling of what its legs do.

    Every call's is worked out once a second for the totals, so this is written as loops.
    """
    legs = call.legs
    if not legs:
        return CallState.ENDED
    if len(legs) == 2 and _have_each_other(store, *legs):
        return CallState.TALKING
    ending, held, alone_in_queue = True, False, False
    bridges: list[Bridge] = []
    for leg in legs:
        ending = ending and leg.hanging
        if leg.bridge is None:
            alone_in_queue = alone_in_queue or leg.application == "Queue"
            continue
        held = held or leg.held_at is not None
        bridge = store.bridges.get(leg.bridge)
        if bridge is not None and bridge not in bridges:
            bridges.append(bridge)
    if ending:
        return CallState.ENDING
    talking = lot = False
    for bridge in bridges:
        if bridge.conference:
            return CallState.CONFERENCE
        talking = talking or _talks(store, bridge)
        lot = lot or bridge.type == "parking"
    if talking:
        return CallState.HELD if held else CallState.TALKING
    queued, parked = store.queued, store.parked
    for leg in legs:
        if leg.uniqueid in queued:
            return CallState.WAITING  # also while a ringing agent's leg is parked: the caller is who counts
        lot = lot or leg.uniqueid in parked
    if lot:
        return CallState.PARKED
    return CallState.WAITING if alone_in_queue else _before_answer(store, call)


def _have_each_other(store: Store, one: Channel, two: Channel) -> bool:
    """Whether this is what nearly all calls are: two who are alone together, neither on hold nor on the way out."""
    if one.bridge is None or one.bridge != two.bridge or one.held_at is not None or two.held_at is not None:
        return False
    if one.hanging or two.hanging or one.local_other is not None or two.local_other is not None:
        return False
    bridge = store.bridges.get(one.bridge)
    return bridge is not None and len(bridge.members) == 2 and bridge.connects


def _talks(store: Store, bridge: Bridge) -> bool:
    """Whether two parties meet in *bridge*. A Local channel between them is a pipe; its far half may be at a prompt."""
    if not bridge.connects or len(bridge.members) < 2:
        return False
    for uid in bridge.members:
        leg = store.channels.get(uid)
        if leg is not None and leg.local_other and not _answered_beyond(store, leg):
            return False
    return True


def _answered_beyond(store: Store, half: Channel) -> bool:
    """Whether whoever is behind the Local half *half* has answered."""
    other = store.channels.get(half.local_other or "")
    return other is None or other.state is ChannelState.UP


def _before_answer(store: Store, call: Call) -> CallState:
    states = {leg.state for leg in call.legs}
    dials = [dial for leg in call.legs if (dial := store.dials.get(leg.uniqueid)) is not None]
    if ChannelState.RINGING in states or any(dial.status == "RINGING" for dial in dials):
        return CallState.RINGING
    if dials or ChannelState.UP not in states:
        return CallState.DIALING
    return CallState.APPLICATION


def from_party(call: Call) -> Party:
    """Return who began *call*, or who is first in it now; `NOBODY` if the PBX does not say."""
    leg = caller_leg(call)
    return NOBODY if leg is None else leg.caller


def to_party(call: Call) -> Party:
    """Return with whom the caller is or is about to be connected: a party, the queue it waits in, what it dialled."""
    leg = caller_leg(call)
    if leg is None:
        return NOBODY
    if leg.application == "ConfBridge" and leg.data:
        return Party(leg.data.partition(",")[0], None)
    if call.queue is not None and call.talk_since is None and not call.met_before:
        return Party(None, call.queue)  # while agents ring, one of them stands as ConnectedLine
    if leg.connected != NOBODY:
        return leg.connected
    other = next((one for one in reversed(call.legs) if one is not leg and one.local_other is None), None)
    if other is not None and other.caller not in {NOBODY, leg.caller}:
        return other.caller
    return Party(leg.dialled, None)


def caller_leg(call: Call) -> Channel | None:
    """Return the leg whose call this is: the first one, also when all have gone; else the oldest that is real."""
    first = call.first
    if first is not None and (first in call.legs or all(leg.hanging for leg in call.legs)):
        return first
    return next((leg for leg in call.legs if leg.local_other is None), call.legs[0] if call.legs else None)


def call_queue(call: Call) -> str | None:
    """Return the queue that *call* waits in or came through."""
    return call.queue
