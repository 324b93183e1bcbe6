"""Does to a PBX what a person asked for: checks the right and the target, sends, and waits for what the events say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.control import registrations
from amitop.control.arrival import transfer
from amitop.control.callers import CallerActions
from amitop.control.endpoints import qualify
from amitop.control.guard import Guard
from amitop.control.hangup import hang_up
from amitop.control.legs import LegActions
from amitop.control.queueing import MemberActions
from amitop.control.rooms import RoomActions
from amitop.control.statistics import reset
from amitop.control.supervise import Supervision

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from amitop.control.audit import Audit
    from amitop.control.endpoints import QualifyPlan
    from amitop.control.outcome import Outcome
    from amitop.control.registrations import RegistrationPlan
    from amitop.control.statistics import ResetPlan
    from amitop.control.transfer import TransferPlan
    from amitop.control.watch import Patience
    from amitop.live import LivePbx
    from amitop.pbx.model import Channel, Key


class Operator:
    """Acts on *pbxs*, by name. *read_only* names the PBXs on which nothing may be done, or is True for all."""

    def __init__(
        self,
        pbxs: Mapping[str, LivePbx],
        *,
        read_only: bool | Iterable[str] = False,
        audit: Audit | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._guard = Guard(pbxs, read_only=read_only, audit=audit, patience=patience)
        self.members = MemberActions(self._guard)
        """Members of queues."""
        self.callers = CallerActions(self._guard)
        """Those who wait in queues."""
        self.legs = LegActions(self._guard)
        """One leg of a call, and calls that begin here."""
        self.rooms = RoomActions(self._guard)
        """Conferences, and parked calls to fetch."""
        self.supervision = Supervision(self._guard)
        """Supervisors who listen, whisper and barge in."""

    def may_act(self, pbx: str) -> bool:
        """Whether *pbx* is not read-only."""
        return self._guard.may_act(pbx)

    def why_not(self, pbx: str, action: str) -> str | None:
        """Return why *action* cannot be done on *pbx* now, in one line, or None when it can."""
        return self._guard.why_not(pbx, action)

    def legs_of(self, key: Key) -> list[Channel]:
        """Return the live legs that a row stands for: a call's legs, or the channel itself."""
        pbx, identity = key
        store = self._guard.live(pbx).store
        call = store.calls.get(identity)
        if call is not None:
            return list(call.legs)
        channel = store.channels.get(identity)
        return [channel] if channel is not None else []

    async def hangup(self, key: Key, legs: Iterable[str] | None = None) -> Outcome:
        """Hang up the row *key*: every leg of a call, or one channel.

        *legs* are the Uniqueids that the person confirmed; a leg that joined the call since then is left alone.
        """
        pbx, identity = key
        targets = list(legs) if legs is not None else [leg.uniqueid for leg in self.legs_of(key)]
        return await hang_up(self._guard, pbx, identity, targets)

    async def transfer(self, plan: TransferPlan) -> Outcome:
        """Carry out *plan* and watch where the moved parties arrive."""
        return await transfer(self._guard, plan)

    async def registration(self, plan: RegistrationPlan) -> Outcome:
        """Register a trunk, or have it leave, and wait for its server's answer."""
        return await registrations.carry_out(self._guard, plan)

    async def reset(self, plan: ResetPlan, confirmed: int) -> Outcome:
        """Reset a queue's figures, to which a person has said yes *confirmed* times."""
        return await reset(self._guard, plan, confirmed)

    async def qualify(self, plan: QualifyPlan) -> Outcome:
        """Ask an endpoint whether it is there."""
        return await qualify(self._guard, plan)
