"""What must be so in an exchange at every moment, whatever has happened to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim import devices
from amitop.sim.bridging import Talk
from amitop.sim.conferences import InConference
from amitop.sim.dialing import Dial
from amitop.sim.endpoint import MEMBER_STATUS
from amitop.sim.event import channel_block
from amitop.sim.originating import Origin
from amitop.sim.parking import InLot
from amitop.sim.waiting import Waiting

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.event import Event
    from amitop.sim.exchange import Exchange


def check(exchange: Exchange) -> None:
    """Check all of it."""
    for channel in exchange.channels.values():
        _channel(exchange, channel)
    assert set(exchange.by_name.values()) == set(exchange.channels.values())
    indexed = {uid for table in exchange.channels_by_device.values() for uid in table}
    assert indexed == set(exchange.channels)
    for endpoint in exchange.endpoints.values():
        assert endpoint.channels == {
            channel.uniqueid for channel in exchange.channels.values() if channel.endpoint is endpoint
        }
        assert exchange.device_states[endpoint.device] == devices.state_of(exchange, endpoint.device), endpoint
    _bridges(exchange)
    _queues(exchange)
    _rooms(exchange)


def _channel(exchange: Exchange, channel: Channel) -> None:
    assert not channel.gone
    assert not channel.hanging, f"{channel} began to end and did not"
    assert exchange.channels[channel.uniqueid] is channel
    assert exchange.by_name[channel.name] is channel
    assert channel.block() == channel_block(channel.published)
    if channel.published != channel.fields():  # what a queue's leg is given shows when it rings
        assert channel.outgoing_line == "AppQueue", channel
        assert channel.state == 0, channel
    if channel.bridge is not None:
        assert channel.bridge.channels[channel.uniqueid] is channel
        assert isinstance(channel.running, Talk | InConference | InLot), channel
    running = channel.running
    if running is None:
        other = channel.other_half
        starting = other is not None and not channel.pbx and channel.state != 6
        assert channel.pending is not None or starting, f"nothing holds {channel}"
    elif isinstance(running, Talk):
        assert channel in (running.first, running.second)
        assert channel.bridge is running.bridge
    elif isinstance(running, Dial):
        assert channel is running.caller or channel in running.legs
    elif isinstance(running, Waiting):
        assert channel is running.caller.channel or channel.uniqueid in running.legs
        assert not running.left
    elif isinstance(running, Origin):
        assert channel is running.leg
    if channel.other_half is not None:
        assert channel.other_half.other_half is channel
    for spyer in channel.spied_by:
        assert not spyer.gone


def _bridges(exchange: Exchange) -> None:
    for uid, bridge in exchange.bridges.items():
        assert bridge.uniqueid == uid
        assert not bridge.destroyed
        assert bridge.channels, f"{bridge} is empty"
        if bridge.type == "basic":
            assert len(bridge.channels) == 2, bridge
            assert len({channel.linkedid for channel in bridge.channels.values()}) == 1
        for channel in bridge.channels.values():
            assert not channel.gone, f"{channel} has ended in {bridge}"
            assert channel.bridge is bridge


def _queues(exchange: Exchange) -> None:
    waiting = {caller.channel.uniqueid for queue in exchange.queues.values() for caller in queue.callers}
    assert waiting == set(exchange.waiting)
    tried = set()
    for queue in exchange.queues.values():
        assert [caller.position for caller in queue.callers] == list(range(1, len(queue.callers) + 1))
        for caller in queue.callers:
            assert not caller.channel.gone, f"{caller.channel} has ended in {queue.name}"
            assert caller.channel.bridge is None
            application = caller.channel.running
            assert application is exchange.waiting[caller.channel.uniqueid]
            assert caller.pending is bool(application.legs) or application.attempt is not None
            for leg, member in application.legs.values():
                assert leg.running is application
                assert not leg.gone
                assert member.queue == queue.name
        for interface, member in queue.members.items():
            assert member.interface == interface
            assert member in exchange.members_by_device[member.state_interface]
            assert member.status == MEMBER_STATUS[devices.state_of(exchange, member.state_interface)]
            if member.trying:
                tried.add(interface)
    assert tried == exchange.ringing_members
    legs = [member for application in exchange.waiting.values() for _, member in application.legs.values()]
    for queue in exchange.queues.values():
        for member in queue.members.values():
            if member.trying:
                assert any(member is other for other in legs), f"{member.interface} is tried by nobody"


def _rooms(exchange: Exchange) -> None:
    for conference in exchange.conferences.values():
        assert conference.members
        assert set(conference.members) == set(conference.bridge.channels)
    for lot in exchange.lots.values():
        assert (lot.bridge is None) is (not lot.calls)
        if lot.bridge is not None:
            assert {parked.channel.uniqueid for parked in lot.calls.values()} == set(lot.bridge.channels)
        for space, parked in lot.calls.items():
            assert parked.space == space
            assert not parked.channel.gone


class Stream:
    """Checks of what is said alone: nothing of a channel before its beginning or after its end, and the like."""

    def __init__(self) -> None:
        self.alive: set[str] = set()
        self.bridged: dict[str, str] = {}
        self.bridges: set[str] = set()
        self.waiting: dict[str, list[str]] = {}

    def __call__(self, event: Event) -> None:
        """Hear an event."""
        assert event.data.endswith(b"\r\n\r\n")
        assert event.data.count(b"\r\n\r\n") == 1
        values = dict(event.headers)
        uid = values.get("Uniqueid", "")
        if event.name == "Newchannel":
            assert uid not in self.alive
            self.alive.add(uid)
        elif event.name not in ("OriginateResponse", "VarSet"):
            for key, value in values.items():
                if key.endswith("Uniqueid") and not key.endswith(("BridgeUniqueid", "SwapUniqueid")):
                    assert value in self.alive, event
        if event.name == "Hangup":
            self.alive.remove(uid)
            assert uid not in self.bridged, event
        bridge = values.get("BridgeUniqueid", "")
        if event.name == "BridgeCreate":
            self.bridges.add(bridge)
        elif event.name == "BridgeDestroy":
            self.bridges.remove(bridge)
            assert bridge not in self.bridged.values()
        elif event.name == "BridgeEnter":
            assert bridge in self.bridges
            assert uid not in self.bridged, event
            self.bridged[uid] = bridge
        elif event.name == "BridgeLeave":
            assert self.bridged.pop(uid) == bridge
        queue = values.get("Queue", "")
        if event.name == "QueueCallerJoin":
            self.waiting.setdefault(queue, []).insert(int(values["Position"]) - 1, uid)
        elif event.name == "QueueCallerLeave":
            assert uid in self.waiting[queue]
            self.waiting[queue].remove(uid)
