"""Fetches a parked call to an operator's phone: the phone is rung, and whoever picks it up has the call (`ami.md` B.8).

Not by Redirect, which would take the call out of its space first: as long as nobody picks up the phone, it is safe.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from amitop.control import fields
from amitop.control.outcome import Outcome, OutcomeKind
from amitop.control.ringing import WHILE_IT_RANG, Ring, caller_id
from amitop.control.transfer import party_words

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.control.guard import Guard
    from amitop.live import LivePbx
    from amitop.pbx.room_model import ParkedCall
    from amitop.pbx.store import Store

_PLAIN = re.compile(r"[\w.@+-]+")
"""What may stand among an application's arguments without ending one."""


@dataclass(frozen=True, slots=True)
class FetchPlan:
    """Which call, and to which phone. It holds for as long as the call is parked there."""

    pbx: str
    uniqueid: str
    lot: str
    space: str
    who: str
    """Who is parked, in words; not cleaned."""
    device: str
    sentence: str
    """What will happen, not cleaned."""
    confirmations: int = 1
    action: str = "Originate"

    @property
    def headers(self) -> dict[str, str]:
        """The action's headers, but those with which any phone is rung."""
        return {
            "Channel": self.device,
            "Application": "ParkedCall",
            "Data": f"{self.lot},{self.space}",
            "CallerID": f'"{caller_id(f"Parked {self.who}")}" <{self.space}>',
        }


def plan_fetch(store: Store, uniqueid: str, device: str | None) -> FetchPlan:
    """Return the plan that has *device* fetch a parked call.

    Raises ValueError, with one line for the person at the keyboard, when that cannot be.
    """
    call = store.parked.get(uniqueid)
    if call is None:
        raise ValueError("The call is not parked any more.")
    if not device or not device.strip():
        raise ValueError("Which phone? Like PJSIP/1001.")
    device = fields.interface(device)
    who = parked_words(store, call)
    if not _PLAIN.fullmatch(call.lot) or not _PLAIN.fullmatch(call.space):
        raise ValueError(f"{who}: the name of this parking lot cannot be sent.")
    sentence = f"{device} rings; pick it up to have {who}, parked at {call.space} ({call.lot})."
    return FetchPlan(store.name, uniqueid, call.lot, call.space, who, device, sentence)


def parked_words(store: Store, call: ParkedCall) -> str:
    """Who is parked: the caller ID, else the channel. Not cleaned."""
    channel = store.channels.get(call.uniqueid)
    return party_words(channel.caller if channel is not None else call.caller) or call.channel


async def fetch(guard: Guard, plan: FetchPlan) -> Outcome:
    """Ring the phone, and wait until it has the call."""
    target = f"{plan.uniqueid} at {plan.space} ({plan.lot}) to {plan.device}"
    what = f"{plan.action} ParkedCall"
    return await guard.on_record(plan.pbx, what, target, _fetch(guard, plan), interrupted=WHILE_IT_RANG)


async def _fetch(guard: Guard, plan: FetchPlan) -> Outcome:
    guard.check(plan.pbx, plan.action)
    live = guard.live(plan.pbx)
    if not _parked(live, plan):
        return Outcome(OutcomeKind.GONE, f"{plan.who} is not parked there any more; {plan.device} was not rung.")

    def has_it(ring: Ring, packet: Packet | None) -> bool:
        return (
            packet is not None
            and packet.name == "UnParkedCall"
            and packet.get("RetrieverUniqueid") == ring.channel_id
            and packet.get("ParkeeUniqueid") == plan.uniqueid
        )

    # Who is in that space next must not be fetched in their stead: the phone stops ringing when the call has gone.
    ring = Ring(live, has_it, hopeless=lambda: not _parked(live, plan))
    await ring.ring(guard, plan.pbx, plan.headers)
    if ring.reached:
        return Outcome(OutcomeKind.DONE, f"{plan.device} has {plan.who}.")
    if failure := ring.failure(plan.device):
        return Outcome(OutcomeKind.FAILED, failure)
    if not _parked(live, plan):
        return Outcome(OutcomeKind.GONE, f"{plan.who} left the parking lot before {plan.device} had the call.")
    if ring.ended:
        return Outcome(OutcomeKind.FAILED, f"{plan.device} was hung up before it had the call.")
    return Outcome(OutcomeKind.NO_EFFECT, f"{plan.device}: accepted, but it was not seen to have the call.")


def _parked(live: LivePbx, plan: FetchPlan) -> bool:
    call = live.store.parked.get(plan.uniqueid)
    return call is not None and (call.lot, call.space) == (plan.lot, plan.space)
