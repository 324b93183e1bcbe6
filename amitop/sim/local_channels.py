"""Local channels: a leg whose far end executes dialplan. `;1` is dialled, `;2` executes (core_local.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim import channels, executing
from amitop.sim.channel import RING

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.switch import Switch


def request(switch: Switch, data: str, linkedid: str, uniqueid: str, other_uniqueid: str) -> Channel:
    """Make the pair for `600@from-trunk/n`; the half that is dialled."""
    target, _, options = data.partition("/")
    exten, _, context = target.partition("@")
    name = f"Local/{target}-{switch.new_name('Local')}"
    first = channels.begin(
        switch, f"{name};1", place=(context or "default", exten), linkedid=linkedid, uniqueid=uniqueid
    )
    second = channels.begin(
        switch,
        f"{name};2",
        state=RING,
        place=(context or "default", exten),
        linkedid=first.linkedid,
        uniqueid=other_uniqueid,
    )
    first.other_half, second.other_half = second, first
    first.dial_string = data
    second.variables["_LOCAL_OPTIMIZATION"] = "No" if "n" in options else "Yes"
    return first


def meet(switch: Switch, first: Channel) -> None:
    """Tell `;2` who calls it, and say LocalBridge: what happens when `;1` is called."""
    second = first.other_half
    if second is None:
        return
    second.caller_num, second.caller_name = first.connected_num, first.connected_name
    second.connected_num, second.connected_name = first.caller_num, first.caller_name
    second.account = first.account
    channels.publish(switch, second)
    optimize = second.variables.pop("_LOCAL_OPTIMIZATION", "Yes")
    switch.emit(
        "call",
        "LocalBridge",
        first.block("LocalOne"),
        second.block("LocalTwo"),
        (("Context", second.context), ("Exten", second.exten), ("LocalOptimization", optimize)),
    )


def run(switch: Switch, second: Channel) -> None:
    """Let `;2` execute its extension."""
    if not second.hanging:
        executing.start(switch, second, second.context, second.exten)
