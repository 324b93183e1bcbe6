"""Parking: lists and the action (`ami.md` C, E.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim.action import action

if TYPE_CHECKING:
    from amitop.sim.action import Ask
    from amitop.sim.event import Header
    from amitop.sim.room import Lot, Parked

MODULE = "res_parking"
NO_LIMIT = 1 << 64
"""Seconds that remain are printed as an unsigned number, and without a limit they are less than nothing."""


@action("Park", "call", "Park a channel.", MODULE)
def park(ask: Ask) -> None:
    """Park a leg. What it heard is hung up, unless it is named as TimeoutChannel."""
    ask.need("Channel", "Channel not specified")
    timeout = ask.get("Timeout")
    if timeout and not (timeout.isascii() and timeout.isdigit()):
        ask.error("Invalid Timeout value.")
        return
    channel = ask.need_channel(f"Channel does not exist: {ask.get('Channel')}")
    announced = ask.get("AnnounceChannel")
    if announced and ask.exchange.find(announced) is None:
        ask.error("AnnounceChannel does not exist")
        return
    lot = ask.get("Parkinglot")
    back = ask.channel("TimeoutChannel") or ask.channel("Channel2")
    space = ask.get("ParkingSpace")
    parked = (not lot or lot in ask.exchange.lots) and ask.exchange.park(
        channel,
        lot=lot,
        space=int(space) if space.isascii() and space.isdigit() else 0,
        timeout=int(timeout or 0) / 1000,
        timeout_channel=back,
    )
    if parked:
        ask.ack("Park successful\n")
    else:
        ask.error("Park action failed\n")


@action("ParkedCalls", "call", "List parked calls.", MODULE)
def parked_calls(ask: Ask) -> None:
    """List parked calls of one lot or all."""
    name, lots = ask.get("ParkingLot"), ask.exchange.lots
    if name and name not in lots:
        ask.error("Requested parking lot could not be found.")
        return
    now = ask.exchange.clock.now
    items = [
        ask.marked_item("ParkedCall", parked.channel.block("Parkee"), _parked(lot, parked, now))
        for lot in (lots.values() if not name else [lots[name]])
        for parked in lot.calls.values()
    ]
    ask.listing("Parked calls will follow", "ParkedCallsComplete", items, [("Total", str(len(items)))])


def _parked(lot: Lot, parked: Parked, now: float) -> list[Header]:
    seconds = int(now - parked.since)
    return [
        ("ParkerDialString", parked.parker),
        ("Parkinglot", lot.name),
        ("ParkingSpace", str(parked.space)),
        ("ParkingTimeout", str(int(parked.limit) - seconds if parked.limit else NO_LIMIT - seconds)),
        ("ParkingDuration", str(seconds)),
    ]


@action("Parkinglots", "call", "Get a list of parking lots", MODULE)
def parking_lots(ask: Ask) -> None:
    """List parking lots."""
    items = [
        ask.item(
            "Parkinglot",
            [
                ("Name", lot.name),
                ("StartSpace", str(lot.first)),
                ("StopSpace", str(lot.last)),
                ("Timeout", str(int(lot.timeout))),
            ],
        )
        for lot in ask.exchange.lots.values()
    ]
    ask.listing("Parking lots will follow", "ParkinglotsComplete", items)
