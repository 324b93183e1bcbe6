"""Everything that is done to one leg of a call, or begins one, at one place for the operator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.control.dtmf import send_digits
from amitop.control.limit import limit
from amitop.control.muting import mute
from amitop.control.originate import dial
from amitop.control.parking import park
from amitop.control.recording import Recordings

if TYPE_CHECKING:
    from amitop.control.dtmf import DigitsPlan
    from amitop.control.guard import Guard
    from amitop.control.limit import LimitPlan
    from amitop.control.muting import MutePlan
    from amitop.control.originate import DialPlan
    from amitop.control.outcome import Outcome
    from amitop.control.parking import ParkPlan


class LegActions:
    """Parks, records, mutes, sends digits to, limits and calls."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self.recordings = Recordings(guard)

    async def park(self, plan: ParkPlan) -> Outcome:
        """Park a party."""
        return await park(self._guard, plan)

    async def mute(self, plan: MutePlan) -> Outcome:
        """Mute a leg, or not."""
        return await mute(self._guard, plan)

    async def send_digits(self, plan: DigitsPlan) -> Outcome:
        """Send digits to a leg."""
        return await send_digits(self._guard, plan)

    async def limit(self, plan: LimitPlan) -> Outcome:
        """Set or lift a time limit."""
        return await limit(self._guard, plan)

    async def dial(self, plan: DialPlan) -> Outcome:
        """Call somebody from the operator's phone."""
        return await dial(self._guard, plan)
