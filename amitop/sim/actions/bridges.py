"""Bridges: lists, and throwing somebody out of one (`ami.md` C, E.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim.action import Refusal, action
from amitop.sim.event import bridge_block

if TYPE_CHECKING:
    from amitop.sim.action import Ask
    from amitop.sim.bridge import Bridge
    from amitop.sim.channel import Channel
    from amitop.sim.exchange import Exchange


@action("BridgeList", "", "Get a list of bridges in the system.")
def bridge_list(ask: Ask) -> None:
    """List bridges; the filter called type compares the technology."""
    wanted = ask.get("BridgeType")
    items = [
        ask.item("BridgeListItem", bridge_block(bridge))
        for bridge in ask.exchange.bridges.values()
        if not wanted or bridge.technology == wanted
    ]
    ask.listing("Bridge listing will follow", "BridgeListComplete", items)


def _bridge(ask: Ask) -> Bridge:
    """Return the bridge. Raises `Refusal` where there is none."""
    bridge = ask.exchange.bridges.get(ask.need("BridgeUniqueid", "BridgeUniqueid must be provided"))
    if bridge is None:
        raise Refusal("Specified BridgeUniqueid not found")
    return bridge


@action("BridgeInfo", "", "Get information about a bridge.")
def bridge_info(ask: Ask) -> None:
    """List who is in a bridge."""
    bridge = _bridge(ask)
    items = [ask.item("BridgeInfoChannel", channel.block()) for channel in bridge.channels.values()]
    ask.listing("Bridge channel listing will follow", "BridgeInfoComplete", items, tail=bridge_block(bridge))


@action("BridgeKick", "", "Kick a channel from a bridge.")
def bridge_kick(ask: Ask) -> None:
    """Throw a channel out of its bridge."""
    ask.need("Channel", "Channel must be provided")
    channel = ask.channel()
    if channel is None:
        ask.error("Channel does not exist")
    elif channel.bridge is None:
        ask.error("Channel is not in a bridge")
    else:
        ask.ack("Channel has been kicked")
        _kick(ask.exchange, channel)


def _kick(exchange: Exchange, channel: Channel) -> None:
    """Let a channel go on in its dialplan, if it has any; its peer is hung up."""
    if not (channel.pbx and exchange.redirect(channel, channel.context, channel.exten, channel.priority + 1)):
        exchange.hangup(channel)


@action("BridgeDestroy", "", "Destroy a bridge.")
def bridge_destroy(ask: Ask) -> None:
    """Throw everybody out of a bridge."""
    bridge = _bridge(ask)
    ask.ack("Bridge has been destroyed")
    for channel in list(bridge.channels.values()):
        _kick(ask.exchange, channel)
