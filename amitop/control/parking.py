"""Parks one party of a call: in which lot, for how long, and who is told the space (`ami.md` E.1).

The action's `AnnounceChannel` is never sent: Asterisk 16.28 and 22.10 crash when it names a channel that is not there
(any more), and a party may hang up at any moment. `TimeoutChannel` does as well and no harm: with the exact name of the
party's neighbour in the bridge, the neighbour stays and hears the space (res/parking/parking_manager.c, manager_park);
any other name is only where the call comes back to, up to the last dash.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from amitop.control.leg import neighbour, on_leg, require
from amitop.control.outcome import Outcome, OutcomeKind
from amitop.control.transfer import describe, partner_of
from amitop.control.watch import Watch
from amitop.pbx.model import ChannelState

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.control.guard import Guard
    from amitop.live import LivePbx
    from amitop.pbx.model import Channel
    from amitop.pbx.store import Store

FOREVER = 10**9
"""Seconds: a lot without a limit tells an unsigned number that has wrapped around (`ami.md` B.8)."""


@dataclass(frozen=True, slots=True)
class ParkPlan:
    """Whom to park. It holds while the leg talks with the same *neighbour*, or is alone as it was."""

    pbx: str
    uniqueid: str
    who: str
    sentence: str
    """What will happen, not cleaned."""
    lot: str = ""
    """"" is the lot that Asterisk takes for this channel."""
    seconds: int | None = None
    """None is as long as the lot allows."""
    neighbour: str | None = None
    """Uniqueid."""
    comes_back_to: str = ""
    """`TimeoutChannel`; "" leaves it out."""
    action: str = "Park"

    @property
    def headers(self) -> dict[str, str]:
        """The action's headers, without empty ones."""
        given = {
            "Channel": self.uniqueid,
            "TimeoutChannel": self.comes_back_to,
            "Timeout": str(self.seconds * 1000) if self.seconds else "",
            "Parkinglot": self.lot,
        }
        return {name: value for name, value in given.items() if value}


def plan_park(
    store: Store, leg: Channel | None, *, lot: str = "", seconds: int | None = None, announce: bool = False
) -> ParkPlan:
    """Return the plan that parks *leg*; *lot* and *seconds* as `call_fields` return them.

    With *announce* whoever it talks to hears the space before being hung up. Raises ValueError, with one line for the
    person at the keyboard, when that cannot be.
    """
    leg, who = require(leg)
    parked = store.parked.get(leg.uniqueid)
    if parked is not None:
        raise ValueError(f"{who} is parked already, at {parked.space} in {parked.lot}.")
    if leg.state is not ChannelState.UP:
        raise ValueError(f"{who} is not on the phone yet.")
    other = neighbour(store, leg)
    if announce and other is None:
        raise ValueError(f"{who} talks to nobody who could hear the space.")
    where = f" in the lot {lot}" if lot else ""
    long = f" for {seconds} s" if seconds else ""
    sentence = f"{who} is parked{where}{long} and hears music."
    back = ""
    if other is not None:
        whom = describe(partner_of(store, leg) or other)
        left = "hears the space and is then" if announce else "is"
        sentence += f" {whom} {left} hung up, unless the dialplan has more for them."
        back = _comes_back_to(other, announce=announce)
        if announce and not back:
            raise ValueError(f"{whom} has a channel whose name cannot be sent.")
        if back:
            sentence += f" If nobody fetches {who} in time, {other.device} is called."
    return ParkPlan(
        store.name, leg.uniqueid, who, sentence, lot, seconds, other.uniqueid if other is not None else None, back
    )


def _comes_back_to(other: Channel, *, announce: bool) -> str:
    """Return what `TimeoutChannel` has to say; "" where the name would be more than a name as something to dial."""
    if not re.fullmatch(r"[A-Za-z]\w*/[^\s&|,;]+", other.name) or not other.name.isprintable():
        return ""
    return other.name if announce else f"{other.device}-0"


async def park(guard: Guard, plan: ParkPlan) -> Outcome:
    """Carry out *plan* and see where the party is parked."""

    async def work(live: LivePbx, leg: Channel) -> Outcome:
        other = neighbour(live.store, leg)
        if (other.uniqueid if other is not None else None) != plan.neighbour:
            return Outcome(OutcomeKind.GONE, f"{plan.who} talks with somebody else by now; nobody was parked.")
        space = _Space(live, plan)
        with space.watch:
            await guard.send(plan.pbx, plan.action, plan.headers)
            await space.watch.seen(guard.patience.confirm)
        return space.outcome()

    return await on_leg(guard, plan, work)


class _Space:
    """Where a party is parked."""

    def __init__(self, live: LivePbx, plan: ParkPlan) -> None:
        self._live = live
        self._plan = plan
        self._told = ""
        self.watch = Watch(live, self._look)

    def _look(self, packet: Packet | None) -> bool:
        uniqueid = self._plan.uniqueid
        if packet is not None and packet.name == "ParkedCall" and packet.get("ParkeeUniqueid") == uniqueid:
            self._told = f"at {packet.get('ParkingSpace')} in {packet.get('Parkinglot')}"
            limit = packet.get("ParkingTimeout")
            if limit.isascii() and limit.isdigit():
                self._told += f", for {int(limit)} s" if int(limit) < FOREVER else ", without a limit"
        return bool(self._told) or uniqueid not in self._live.store.channels

    def outcome(self) -> Outcome:
        """Return what the events showed."""
        who = self._plan.who
        if self._told:
            return Outcome(OutcomeKind.DONE, f"{who} is parked {self._told}.")
        if self._plan.uniqueid not in self._live.store.channels:
            return Outcome(OutcomeKind.FAILED, f"{who} was hung up instead of being parked.")
        return Outcome(OutcomeKind.NO_EFFECT, f"{who}: accepted, but not seen to be parked.")
