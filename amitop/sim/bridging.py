"""Bridges: who hears whom (`ami.md` B.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim import channels, devices
from amitop.sim.bridge import Bridge
from amitop.sim.event import bridge_block

if TYPE_CHECKING:
    from collections.abc import Callable

    from amitop.sim.channel import Channel
    from amitop.sim.switch import Switch


def create(switch: Switch, type_: str, technology: str, creator: str = "", name: str = "") -> Bridge:
    """Make an empty bridge and say BridgeCreate."""
    bridge = Bridge(switch.new_uuid(), type_, technology, creator, name)
    switch.bridges[bridge.uniqueid] = bridge
    switch.emit("call", "BridgeCreate", bridge_block(bridge))
    return bridge


def enter(switch: Switch, bridge: Bridge, channel: Channel, swap: Channel | None = None) -> None:
    """Let a channel in, and say BridgeEnter. In a basic bridge the oldest Linkedid becomes everybody's.

    `swap` is a channel whose place it takes: that one leaves first.
    """
    if swap is not None:
        leave(switch, swap)
    bridge.channels[channel.uniqueid] = channel
    channel.bridge = bridge
    channels.publish(switch, channel)
    extra = [(("SwapUniqueid", swap.uniqueid),)] if swap is not None else []
    switch.emit("call", "BridgeEnter", bridge_block(bridge), channel.block(), *extra)
    if bridge.type == "basic":
        _link(switch, bridge)
        if len(bridge.channels) == 2:
            _know_each_other(switch, bridge)
    switch.note(lambda observer: observer.bridged(channel, bridge))


def _age(linkedid: str) -> tuple[int, int]:
    second, _, number = linkedid.rpartition("-")[2].partition(".")
    return (int(second), int(number)) if second.isdigit() and number.isdigit() else (2**62, 0)


def _link(switch: Switch, bridge: Bridge) -> None:
    """Give all the Linkedid of the oldest. No event says so: it shows in whatever comes next (`ami.md` D.2)."""
    oldest = min((channel.linkedid for channel in bridge.channels.values()), key=_age)
    for channel in bridge.channels.values():
        if channel.linkedid != oldest:
            channel.linkedid = oldest
            channels.publish(switch, channel)


def _know_each_other(switch: Switch, bridge: Bridge) -> None:
    first, second = bridge.channels.values()
    if "dialplan" in switch.wanted:
        for one, other in ((second, first), (first, second)):
            channels.set_variable(switch, one, "BRIDGEPEER", other.name)
            channels.set_variable(switch, one, "BRIDGEPVTCALLID", other.call_id)
    if first.technology == second.technology == "PJSIP":
        bridge.technology = "native_rtp"  # changes without an event (`ami.md` B.1)


def leave(switch: Switch, channel: Channel) -> None:
    """Let a channel out of its bridge, and say BridgeLeave."""
    bridge = channel.bridge
    if bridge is None:
        return
    if bridge.type == "basic" and len(bridge.channels) == 2 and "dialplan" in switch.wanted:
        for one in (channel, *bridge.others(channel)):
            channels.set_variable(switch, one, "BRIDGEPEER", "")
            channels.set_variable(switch, one, "BRIDGEPVTCALLID", "")
    del bridge.channels[channel.uniqueid]
    channel.bridge = None
    channels.publish(switch, channel)
    switch.emit("call", "BridgeLeave", bridge_block(bridge), channel.block())
    switch.note(lambda observer: observer.left(channel, bridge))


def destroy(switch: Switch, bridge: Bridge) -> None:
    """Say BridgeDestroy of an empty bridge."""
    if bridge.destroyed:
        return
    bridge.destroyed = True
    del switch.bridges[bridge.uniqueid]
    switch.emit("call", "BridgeDestroy", bridge_block(bridge))


class Talk:
    """Two channels that hear each other. It is over as soon as one leaves: whoever stays behind is hung up."""

    def __init__(self, bridge: Bridge, first: Channel, second: Channel) -> None:
        self.bridge = bridge
        self.first = first
        """Who has executed Dial or Queue."""
        self.second = second
        """Whom that has dialled."""
        self.on_left: Callable[[Channel, str], None] | None = None
        """Called before somebody leaves, with who and why: `hangup`, `moved`, `taken`, `transfer`."""
        self.on_over: Callable[[], None] | None = None
        """Called when the bridge is empty."""

    def interrupt(self, switch: Switch, channel: Channel, why: str) -> list[Channel]:
        """Let both go; the other one is left alone."""
        other = self.second if channel is self.first else self.first
        told, self.on_left = self.on_left, None
        if told is not None:
            told(channel, why)
        leave(switch, channel)
        leave(switch, other)
        destroy(switch, self.bridge)
        over, self.on_over = self.on_over, None
        if over is not None:
            over()
        if other.running is self:
            other.running = None
        if not other.cause:
            other.cause = channels.NORMAL
        if not channel.cause and why == "hangup":
            channel.cause = channels.NORMAL
        return [other]

    def swap(self, old: Channel, new: Channel) -> None:
        """Note that `new` is in `old`'s place."""
        if self.first is old:
            self.first = new
        else:
            self.second = new

    def over(self, told_channel: Channel, why: str) -> None:
        """Tell whoever wants to know that it ends, once."""
        told, self.on_left = self.on_left, None
        if told is not None:
            told(told_channel, why)


def join(switch: Switch, first: Channel, second: Channel) -> Talk:
    """Put two channels into a new bridge: who was dialled enters before who dialled, as in Asterisk."""
    bridge = create(switch, "basic", "simple_bridge")
    talk = Talk(bridge, first, second)
    first.running = second.running = talk
    enter(switch, bridge, second)
    enter(switch, bridge, first)
    return talk


def hold(switch: Switch, channel: Channel, music: str = "") -> None:
    """Say Hold: the channel's device has put the other end on hold, which hears music."""
    if channel.held or channel.gone:
        return
    channel.held = True
    switch.emit("call", "Hold", channel.block(), (("MusicClass", music),) if music else ())
    for other in channel.bridge.others(channel) if channel.bridge is not None else ():
        switch.emit("call", "MusicOnHoldStart", other.block(), (("Class", music or "default"),))
    devices.look(switch, channel)


def unhold(switch: Switch, channel: Channel) -> None:
    """Say Unhold."""
    if not channel.held or channel.gone:
        return
    channel.held = False
    switch.emit("call", "Unhold", channel.block())
    for other in channel.bridge.others(channel) if channel.bridge is not None else ():
        switch.emit("call", "MusicOnHoldStop", other.block())
    devices.look(switch, channel)
