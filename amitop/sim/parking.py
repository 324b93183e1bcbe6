"""Parking: calls in numbered spaces, until somebody fetches them or their time is up (`ami.md` B.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim import bridging, channels, devices, executing
from amitop.sim.room import Lot, Parked

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.switch import Switch

_NEVER = 2**64
"""A lot without a limit counts from 0 down, unsigned (`ami.md` B.8)."""


class InLot:
    """A call's being parked."""

    def __init__(self, lot: Lot, parked: Parked) -> None:
        self.lot = lot
        self.parked = parked

    def interrupt(self, switch: Switch, channel: Channel, why: str) -> list[Channel]:
        """Leave the space: given up, unless it is fetched, timed out or moved."""
        parked = self.parked
        if not _clear(switch, self.lot, parked):
            return []
        if why != "taken":  # who is masqueraded leaves an internal channel to give up, which makes no event
            _say(switch, "ParkedCallGiveUp", self.lot, parked)
        bridging.leave(switch, channel)
        if not channel.cause and why == "hangup":
            channel.cause = channels.NORMAL
        _close(switch, self.lot)
        return []


def _clear(switch: Switch, lot: Lot, parked: Parked) -> bool:
    if lot.calls.get(parked.space) is not parked:
        return False
    del lot.calls[parked.space]
    if parked.timer is not None:
        parked.timer.cancel()
    devices.say(switch, f"park:{parked.space}@{lot.context}", "NOT_INUSE")
    return True


def _close(switch: Switch, lot: Lot) -> None:
    if not lot.calls and lot.bridge is not None:
        bridge, lot.bridge = lot.bridge, None
        bridging.destroy(switch, bridge)


def left_of(switch: Switch, parked: Parked) -> int:
    """ParkingTimeout: seconds left, unsigned, so that a lot without a limit shows a very large number."""
    left = int(parked.since + parked.limit - switch.clock.now + 0.5)
    return max(left, 0) if parked.limit else (_NEVER + left) % _NEVER


def headers(switch: Switch, lot: Lot, parked: Parked) -> list[tuple[str, str]]:
    """The headers after the parkee's block, in ParkedCall and its likes."""
    return [
        ("ParkerDialString", parked.parker),
        ("Parkinglot", lot.name),
        ("ParkingSpace", str(parked.space)),
        ("ParkingTimeout", str(left_of(switch, parked))),
        ("ParkingDuration", str(int(switch.clock.now - parked.since + 0.5))),
    ]


def _say(switch: Switch, name: str, lot: Lot, parked: Parked, *more: bytes) -> None:
    switch.emit("call", name, parked.channel.block("Parkee"), *more, headers(switch, lot, parked))


def find_space(lot: Lot, wanted: int = 0) -> int:
    """Find a free space: the wanted one, or the first; 0 when there is none."""
    if wanted:
        return wanted if lot.first <= wanted <= lot.last and wanted not in lot.calls else 0
    return next((space for space in range(lot.first, lot.last + 1) if space not in lot.calls), 0)


def put(
    switch: Switch, channel: Channel, lot: Lot, space: int, *, timeout: float | None = None, parker: str = ""
) -> Parked:
    """Park a channel that nothing holds any more."""
    if lot.bridge is None:
        lot.bridge = bridging.create(switch, "parking", "holding_bridge", "Parking", lot.name)
    limit = lot.timeout if timeout is None else timeout
    parked = Parked(channel, space, parker or channel.device, switch.clock.now, limit)
    lot.calls[space] = parked
    channel.running = InLot(lot, parked)
    channels.publish(switch, channel)
    late = switch.race(0.5)  # both orders were recorded (`ami.md` D.10)
    if late:
        bridging.enter(switch, lot.bridge, channel)
    _say(switch, "ParkedCall", lot, parked)
    devices.say(switch, f"park:{space}@{lot.context}", "INUSE")
    if not late:
        bridging.enter(switch, lot.bridge, channel)
    if limit:
        parked.timer = switch.clock.at(limit, lambda: _timed_out(switch, lot, parked))
    return parked


def _timed_out(switch: Switch, lot: Lot, parked: Parked) -> None:
    """Send the call back to who parked it (comebacktoorigin): Dial in the context `park-dial`."""
    channel = parked.channel
    parked.timer = None
    _clear(switch, lot, parked)
    flat = parked.parker.replace("/", "_")
    for name, value in (
        ("PARKING_SPACE", str(parked.space)),
        ("PARKEDLOT", lot.name),
        ("PARKER", parked.parker),
        ("PARKER_FLAT", flat),
    ):
        channels.set_variable(switch, channel, name, value)
    place, there = (channel.context, channel.exten, channel.priority), ("park-dial", flat, 1)
    channel.context, channel.exten, channel.priority = there
    shown = channel.fresh("Parkee")  # already where it goes, while BridgeLeave shows where it was (seen in 22.10)
    channel.context, channel.exten, channel.priority = place
    if switch.dialplan.find("park-dial", flat) is None:
        switch.dialplan.add("park-dial", flat, f"Dial({parked.parker},30)", "Hangup()")
    switch.emit("call", "ParkedCallTimeOut", shown, headers(switch, lot, parked))
    channel.running = None
    bridging.leave(switch, channel)
    _close(switch, lot)
    channel.context, channel.exten, channel.priority = there
    channels.publish(switch, channel)
    executing.start(switch, channel, *there)


def park_here(switch: Switch, channel: Channel, arguments: str) -> bool:
    """Execute Park(lot)."""
    lot = switch.lots.get(arguments.partition(",")[0] or "default")
    if not channels.answer_it(switch, channel):
        return False
    space = find_space(lot) if lot is not None else 0
    if lot is None or not space:
        return True
    put(switch, channel, lot, space)
    return False


def parked_call(switch: Switch, channel: Channel, arguments: str) -> bool:
    """Execute ParkedCall(lot,space): talk to who is parked there."""
    name, _, number = arguments.partition(",")
    lot = switch.lots.get(name or "default")
    parked = lot.calls.get(int(number)) if lot is not None and number.isdigit() else None
    if lot is None or parked is None:
        return True
    if not channels.answer_it(switch, channel):
        return False
    _clear(switch, lot, parked)
    _say(switch, "UnParkedCall", lot, parked, channel.block("Retriever"))
    parked.channel.running = None
    bridging.leave(switch, parked.channel)
    _close(switch, lot)
    bridging.join(switch, channel, parked.channel)
    for one, other in ((channel, parked.channel), (parked.channel, channel)):  # after it (seen in 22.10)
        channels.set_connected(switch, one, other.caller_num, other.caller_name)
    return False


def park(
    switch: Switch, channel: Channel, lot_name: str, *, wanted: int, timeout: float | None, parker: Channel | None
) -> Parked | None:
    """Park a leg as the action Park does: pulled out of what holds it. None when there is no space."""
    lot = switch.lots.get(lot_name or "default")
    space = find_space(lot, wanted) if lot is not None else 0
    if lot is None or not space or channel.hanging or channel.gone:
        return None
    if channel.pbx:
        channel.priority += 1  # where it would go on (seen in 22.10)
    alone = channels.release(switch, channel, "taken")
    parked = put(switch, channel, lot, space, timeout=timeout, parker=(parker or channel).device)
    for other in alone:
        if other is not parker:
            channels.drop(switch, other)
    return parked
