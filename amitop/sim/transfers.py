"""Moving calls: redirect, transfers, and joining two channels (`ami.md` B.4, E.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim import bridging, channels, devices, executing
from amitop.sim.bridging import Talk
from amitop.sim.event import bridge_block

if TYPE_CHECKING:
    from amitop.sim.bridge import Bridge
    from amitop.sim.channel import Channel
    from amitop.sim.switch import Switch

Place = tuple[str, str, int]


def redirect(switch: Switch, channel: Channel, place: Place, keep: Channel | None = None) -> bool:
    """Move a leg to an extension; who was with it is hung up, unless it is to be kept."""
    if channel.hanging or channel.gone:
        return False
    alone = _pull(switch, channel, place, "moved")
    _go(switch, channel, place)
    for other in alone:
        if other is not keep:
            channels.drop(switch, other)
    return True


def _pull(switch: Switch, channel: Channel, place: Place, why: str) -> list[Channel]:
    """Take it out of what holds it. A bridged one has its new place published before it leaves (seen in 22.10)."""
    if channel.bridge is not None:
        channel.context, channel.exten, channel.priority = place
        channels.publish(switch, channel)
    return channels.release(switch, channel, why)


def _go(switch: Switch, channel: Channel, place: Place) -> None:
    if not channel.hanging and not channel.gone:
        executing.start(switch, channel, *place)


def redirect_both(switch: Switch, channel: Channel, place: Place, extra: Channel, extra_place: Place) -> bool:
    """Move two legs; neither is hung up because of the other."""
    if channel.hanging or extra.hanging or channel.gone or extra.gone:
        return False
    alone = _pull(switch, channel, place, "moved")
    if extra.running is not None:
        alone += _pull(switch, extra, extra_place, "moved")
    _go(switch, channel, place)
    _go(switch, extra, extra_place)
    for other in alone:
        if other not in (channel, extra):
            channels.drop(switch, other)
    return True


def blind_transfer(switch: Switch, transferer: Channel, exten: str, context: str) -> str:
    """Send the peer of `transferer` to an extension; what the event says as Result."""
    context = context or transferer.context
    where = (("IsExternal", "Yes"), ("Context", context), ("Extension", exten))
    talk = transferer.running
    if not isinstance(talk, Talk):
        bridge = transferer.bridge
        result = "Invalid" if bridge is None else "Not Permitted"
        switch.emit(
            "call", "BlindTransfer", (("Result", result),), transferer.block("Transferer"),
            bridge_block(bridge) if bridge is not None else b"", where,
        )  # fmt: skip
        return result
    peer = talk.second if transferer is talk.first else talk.first
    transferer.held = False
    switch.emit("call", "Unhold", transferer.block())  # with or without a hold before (`ami.md` B.2)
    devices.look(switch, transferer)
    channels.set_variable(switch, transferer, "BLINDTRANSFER", peer.name)
    channels.set_variable(switch, peer, "BLINDTRANSFER", transferer.name)
    switch.emit(
        "call", "BlindTransfer", (("Result", "Success"),), transferer.block("Transferer"), peer.block("Transferee"),
        bridge_block(talk.bridge), where,
    )  # fmt: skip
    talk.over(transferer, "transfer")
    redirect(switch, peer, (context, exten, 1))
    return "Success"


def attended_transfer(switch: Switch, first: Channel, second: Channel) -> str:
    """Join the parties of a device's two calls, and let the device go."""
    one, two = first.running, second.running
    if not isinstance(one, Talk) or not isinstance(two, Talk) or one is two:
        fail = (("DestType", "Fail"),)
        _say_attended(switch, "Invalid", first, second, bridges=None, parties=None, destination=fail)
        return "Invalid"
    transferee = one.second if first is one.first else one.first
    target = two.second if second is two.first else two.first
    orig, dest = one.bridge, two.bridge
    for device in (first, second):
        if device.held:
            bridging.unhold(switch, device)
    one.over(first, "transfer")
    two.over(second, "transfer")
    switch.emit("call", "BridgeMerge", bridge_block(dest, "To"), bridge_block(orig, "From"))
    orig_block, dest_block = bridge_block(orig, "Orig"), bridge_block(dest, "Second")
    bridging.leave(switch, transferee)
    bridging.leave(switch, first)
    bridging.leave(switch, second)
    two.swap(second, transferee)
    transferee.running = two
    first.running = second.running = None
    bridging.enter(switch, dest, transferee)
    for this, other in ((transferee, target), (target, transferee)):
        channels.set_connected(switch, this, other.caller_num, other.caller_name)
    _say_attended(
        switch, "Success", first, second, bridges=(orig_block, dest_block), parties=(transferee, target),
        destination=(("DestType", "Bridge"), ("DestBridgeUniqueid", dest.uniqueid)),
    )  # fmt: skip
    bridging.destroy(switch, orig)
    for device in (first, second):
        channels.drop(switch, device, channels.NORMAL)
    return "Success"


def _say_attended(
    switch: Switch,
    result: str,
    first: Channel,
    second: Channel,
    *,
    bridges: tuple[bytes, bytes] | None,
    parties: tuple[Channel, Channel] | None,
    destination: tuple[tuple[str, str], ...],
) -> None:
    orig, dest = bridges or (b"", b"")
    people = (parties[0].block("Transferee"), parties[1].block("TransferTarget")) if parties is not None else ()
    switch.emit(
        "call", "AttendedTransfer", (("Result", result),), first.block("OrigTransferer"), orig,
        second.block("SecondTransferer"), dest, *people, (("IsExternal", "Yes"),), destination,
    )  # fmt: skip


def bridge(switch: Switch, first: Channel, second: Channel) -> Bridge | None:
    """Pull two channels out of what holds them, and join them (action Bridge)."""
    if first is second or any(channel.hanging or channel.gone for channel in (first, second)):
        return None
    alone = channels.release(switch, first, "taken")
    if second.running is not None:
        alone += channels.release(switch, second, "taken")
    alive = [channel for channel in (first, second) if channels.answer_it(switch, channel)]
    talk = bridging.join(switch, second, first) if len(alive) == 2 and not first.hanging else None
    for other in alone:
        if other not in (first, second):
            channels.drop(switch, other)
    if talk is None:
        for channel in alive:
            channels.drop(switch, channel, channels.NORMAL)
        return None
    return talk.bridge
