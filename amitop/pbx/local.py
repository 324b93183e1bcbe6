"""Local channels: two halves of one pipe through the dialplan (`groups.pair` finds those whose event was not seen)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx import groups
from amitop.pbx.channels import hear
from amitop.pbx.reducer import Reducer

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.pbx.store import Store


def _local_bridge(store: Store, packet: Packet, now: float) -> None:
    one = hear(store, packet, now, "LocalOne", create=True)
    two = hear(store, packet, now, "LocalTwo", create=True)
    if one is not None and two is not None and one is not two:
        groups.pair(store, one, two)


def _optimized(store: Store, packet: Packet, now: float) -> None:
    """Read LocalOptimizationBegin and End: the halves hang up soon after, and BridgeEnter says who took their place."""
    hear(store, packet, now, "LocalOne")
    hear(store, packet, now, "LocalTwo")


REDUCER: Reducer = Reducer(
    {
        "LocalBridge": _local_bridge,
        "LocalOptimizationBegin": _optimized,
        "LocalOptimizationEnd": _optimized,
    }
)
