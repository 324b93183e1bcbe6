"""Bridges: who is in which, since when (`ami.md` D.5). BridgeMerge is not read: Leave and Enter follow it (B.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.ami.packet import NOTHING
from amitop.pbx import groups
from amitop.pbx.blocks import BridgeFields, bridge_fields, header
from amitop.pbx.channels import forget_application, hear
from amitop.pbx.model import Bridge
from amitop.pbx.reducer import Reducer

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.pbx.model import Channel
    from amitop.pbx.store import Store

_PARKING = {"Park", "ParkAndAnnounce"}
_BRIDGING = {
    *("Dial", "RetryDial", "Page", "FollowMe", "Queue", "Bridge", "BridgeAdd", "ParkedCall", "Pickup", "PickupChan"),
    *("AppDial", "AppDial2", "AppQueue", "ConfBridge", "BridgeWait", "AgentLogin", "AgentRequest", "Stasis"),
}
"""Applications whose channels are in a bridge while they run."""
_ROOMS = {"ConfBridge", "BridgeWait", "AgentLogin"}
"""Those of them whose bridge is of a kind of its own."""
_BASIC = _BRIDGING - _ROOMS


def learn(store: Store, fields: BridgeFields, now: float, *, partial: bool) -> Bridge:
    """Bring the bridge of a block up to date, or make it, and return it."""
    bridge = store.bridges.get(fields.uniqueid)
    creator = None if fields.creator in NOTHING else fields.creator
    name = None if fields.name in NOTHING else fields.name
    if bridge is None:
        bridge = Bridge(
            store.name, fields.uniqueid, fields.type, fields.technology, creator, name, now, partial=partial
        )
        store.bridges[fields.uniqueid] = bridge
        return bridge
    connected = bridge.connects
    bridge.type, bridge.technology, bridge.creator, bridge.name = fields.type, fields.technology, creator, name
    if bridge.connects != connected:
        groups.bridge_changed(store, bridge)
    return bridge


def enter(store: Store, channel: Channel, bridge: Bridge, entered: float | None) -> None:
    """Put *channel* into *bridge* and out of any other. *entered* is None when that was before amitop was there."""
    uniqueid = channel.uniqueid
    if channel.bridge is not None and channel.bridge != bridge.uniqueid:
        leave(store, channel, channel.bridge)
    known = uniqueid in bridge.members
    if not known or bridge.members[uniqueid] is None:
        bridge.members[uniqueid] = entered
    channel.bridge = bridge.uniqueid
    if not known or channel.bridged_at is None:
        channel.bridged_at = entered
    if not bridge.connects or len(bridge.members) < 2:
        return
    other = next(uid for uid in bridge.members if uid != uniqueid)
    groups.join(store, uniqueid, other)
    call = store.call_by_uid[uniqueid]
    if call.talk_since is None and not call.met_before:
        call.talk_since = entered
        call.met_before = entered is None


def leave(store: Store, channel: Channel, bridge_id: str) -> None:
    """Take *channel* out of the bridge, unless it has already entered another (`ami.md` D.3)."""
    if channel.bridge == bridge_id:
        channel.bridge = None
        channel.bridged_at = None
    bridge = store.bridges.get(bridge_id)
    if bridge is None or channel.uniqueid not in bridge.members:
        return
    del bridge.members[channel.uniqueid]
    if bridge.connects:
        other = next(iter(bridge.members), None)
        if other is not None:
            groups.apart(store, channel.uniqueid, other)


def forget(store: Store, bridge: Bridge) -> None:
    """Take *bridge* away, with whoever is still said to be in it."""
    for uid in list(bridge.members):
        channel = store.channels.get(uid)
        if channel is not None:
            leave(store, channel, bridge.uniqueid)
    store.bridges.pop(bridge.uniqueid, None)


# -- events -----------------------------------------------------------------------------------------------------------


def _bridge_create(store: Store, packet: Packet, now: float) -> None:
    fields = bridge_fields(packet)
    if fields is None:
        store.unknown[packet.name] += 1
        return
    learn(store, fields, now, partial=False).partial = False


def _bridge_destroy(store: Store, packet: Packet, _now: float) -> None:
    bridge = store.bridges.get(header(packet, "BridgeUniqueid"))
    if bridge is None:
        store.unknown[packet.name] += 1
        return
    forget(store, bridge)


def _bridge_enter(store: Store, packet: Packet, now: float) -> None:
    fields = bridge_fields(packet)
    channel = hear(store, packet, now, create=True)
    if fields is None or channel is None:
        return
    bridge = learn(store, fields, now, partial=True)
    if not _keeps(channel, bridge):
        forget_application(channel)
    swapped = store.channels.get(header(packet, "SwapUniqueid"))
    enter(store, channel, bridge, now)
    if swapped is not None and swapped is not channel:
        leave(store, swapped, bridge.uniqueid)
    store.note(channel.uniqueid, packet.name, _entered(store, channel, bridge), now)


def _bridge_leave(store: Store, packet: Packet, now: float) -> None:
    fields = bridge_fields(packet)
    channel = hear(store, packet, now)
    if fields is None or channel is None:
        return
    if fields.uniqueid in store.bridges:
        learn(store, fields, now, partial=True)
    if channel.bridge == fields.uniqueid:
        store.note(channel.uniqueid, packet.name, f"{channel.name} leaves {_called(fields.creator, fields.name)}", now)
    leave(store, channel, fields.uniqueid)


def _keeps(channel: Channel, bridge: Bridge) -> bool:
    """Whether what *channel* runs goes on in *bridge*; else it was pulled out (Park, Bridge, ARI: `ami.md` D.6)."""
    if channel.application is None:
        return True
    if bridge.type == "basic":
        return channel.application in _BASIC
    return channel.application in (_PARKING if bridge.type == "parking" else _BRIDGING)


def _entered(store: Store, channel: Channel, bridge: Bridge) -> str:
    if bridge.connects:
        others = [store.channels[uid].name for uid in bridge.members if uid in store.channels]
        others.remove(channel.name)
        if others:
            more = f" and {len(others) - 1} more" if len(others) > 1 else ""
            return f"{channel.name} is connected with {others[0]}{more}"
    return f"{channel.name} enters {_called(bridge.creator or '', bridge.name or '')}"


def _called(creator: str, name: str) -> str:
    """Return a bridge in words: `ConfBridge 8000`, or `the bridge` for those that have no name."""
    words = [word for word in (creator, name) if word not in NOTHING]
    return " ".join(words) or "the bridge"


def _gone(store: Store, channel: Channel, _now: float) -> None:
    if channel.bridge is not None:
        bridge = store.bridges.get(channel.bridge)
        if bridge is not None:
            bridge.members.pop(channel.uniqueid, None)
        channel.bridge = None


REDUCER: Reducer = Reducer(
    {
        "BridgeCreate": _bridge_create,
        "BridgeDestroy": _bridge_destroy,
        "BridgeEnter": _bridge_enter,
        "BridgeLeave": _bridge_leave,
    },
    gone=_gone,
)
