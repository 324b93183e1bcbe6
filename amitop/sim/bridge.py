"""What a bridge is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amitop.sim.channel import Channel


class Bridge:
    """A room in which channels hear each other, or wait."""

    __slots__ = ("channels", "creator", "destroyed", "internal", "name", "technology", "type", "uniqueid")

    def __init__(self, uniqueid: str, type_: str, technology: str, creator: str = "", name: str = "") -> None:
        self.uniqueid = uniqueid
        self.type = type_
        """`basic` (Dial, Queue, Bridge), `base` (ConfBridge), `parking`."""
        self.technology = technology
        """`simple_bridge`, `softmix`, `holding_bridge`."""
        self.creator = creator
        self.name = name
        self.channels: dict[str, Channel] = {}
        """By Uniqueid, in the order of entering. Internal channels (announcers) are not in it."""
        self.internal = 0
        """How many channels without events are in it: BridgeNumChannels counts them (`ami.md` B.1)."""
        self.destroyed = False

    def others(self, channel: Channel) -> list[Channel]:
        """Who else is in it."""
        return [other for other in self.channels.values() if other is not channel]

    def __repr__(self) -> str:
        return f"<{self.type} bridge {self.uniqueid} of {len(self.channels)}>"
