"""What the views of queues and agents look at, made once for each moment and shared by all that is on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.views.floor import Floor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.live import LivePbx
    from amitop.thresholds import Rules


class Floors:
    """The floors of *pbxs*, by *rules*."""

    def __init__(self, pbxs: Sequence[LivePbx], rules: Rules) -> None:
        self.pbxs = pbxs
        self.rules = rules
        self._made: list[Floor] = []
        self._moment: object = None

    def at(self, now: float) -> list[Floor]:
        """Return a floor for each PBX at *now*, the same ones until something changes."""
        moment = (now, tuple(pbx.store.version for pbx in self.pbxs))
        if moment != self._moment:
            self._moment = moment
            self._made = [
                Floor(pbx.store, now, pbx.wall_of(now), self.rules, pbx.shift.tally if pbx.shift else None)
                for pbx in self.pbxs
            ]
        return self._made

    def of(self, pbx: str, now: float) -> Floor:
        """Return the floor of the PBX called *pbx*. Raises KeyError."""
        for floor in self.at(now):
            if floor.store.name == pbx:
                return floor
        raise KeyError(pbx)

    def unavailable(self) -> str | None:
        """Return why there are no queues on any PBX, None where there may be some."""
        reasons = [pbx.rights.why_not("QueueStatus") for pbx in self.pbxs]
        return reasons[0] if reasons and all(reasons) else None
