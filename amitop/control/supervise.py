"""Listens to, whispers into and joins a call from the supervisor's phone, and writes down for how long (`ami.md` E.2).

ChanSpy gets the Uniqueid of the very leg that was confirmed, since a name would also match those that begin with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from amitop.control import fields
from amitop.control.hangup import hang_up
from amitop.control.outcome import Outcome, OutcomeKind
from amitop.control.ringing import WHILE_IT_RANG, Ring, caller_id
from amitop.control.transfer import describe, partner_of
from amitop.pbx.agents import device_of
from amitop.pbx.devices import Devices
from amitop.pbx.model import ChannelState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.ami.packet import Packet
    from amitop.control.guard import Guard
    from amitop.live import LivePbx
    from amitop.pbx.model import Channel
    from amitop.pbx.queue_model import Member
    from amitop.pbx.store import Store

_OPTIONS = "uqES"
"""The exact Uniqueid only; no beep; leave when the leg hangs up; stop when there is nobody (apps/app_chanspy.c)."""


class SpyMode(StrEnum):
    """How to take part in a call."""

    LISTEN = "Listen"
    WHISPER = "Whisper"
    BARGE = "Barge in"

    @property
    def options(self) -> str:
        """ChanSpy's options."""
        return _OPTIONS + {SpyMode.LISTEN: "", SpyMode.WHISPER: "w", SpyMode.BARGE: "B"}[self]


@dataclass(frozen=True, slots=True)
class SpyPlan:
    """Whom to listen to, and from where."""

    pbx: str
    mode: SpyMode
    uniqueid: str
    """The leg that is listened to; a whisper reaches whoever holds that phone."""
    partner: str | None
    """The Uniqueid of whom it talks with."""
    who: str
    """In words, not cleaned."""
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
            "Application": "ChanSpy",
            "Data": f"{self.uniqueid},{self.mode.options}",
            "CallerID": f'"{caller_id(f"{self.mode.value} {self.who}")}"',
        }


@dataclass(frozen=True, slots=True)
class Spying:
    """A supervisor who takes part in a call now."""

    plan: SpyPlan
    channel_id: str
    """Uniqueid of the supervisor's channel."""
    since: float
    """On the store's clock."""


def spied_leg(store: Store, member: Member) -> Channel | None:
    """Return the leg of a member's own phone in the call that the queue gave it, None when there is none."""
    leg = store.channels.get(member.leg or "")
    if leg is not None and leg.local_other is None:
        return leg
    # Behind a Local channel stands the phone: found from the caller, through it or without it once it is optimized.
    caller = store.channels.get(member.talking_to or "")
    return (partner_of(store, caller) if caller is not None else None) or leg


def heard_leg(store: Store, members: Sequence[Member]) -> Channel | None:
    """Return the leg of one person's phone to listen to: in the call of a queue, else in the only one they are on.

    *members* are the memberships of that person. None when there is none; ValueError where nobody can say which.
    """
    talking = next((member for member in members if member.talking), None)
    leg = spied_leg(store, talking) if talking is not None else None
    if leg is not None:
        return leg
    phone = device_of(store, members[0])
    legs = (store.channels[uid] for uid in store.part(Devices).of(phone))
    answered = [leg for leg in legs if leg.state is ChannelState.UP]
    if len(answered) > 1:
        raise ValueError(f"{members[0].name} is on {len(answered)} calls, and none is known to be of a queue.")
    return answered[0] if answered else None


def plan_spy(store: Store, leg: Channel | None, mode: SpyMode, device: str | None) -> SpyPlan:
    """Return the plan for *leg*, from *device* as the configuration names it.

    Raises ValueError, with one line for the person at the keyboard.
    """
    if not device:
        raise ValueError('The configuration names no supervisor\'s phone: supervisor = "PJSIP/9000".')
    device = fields.interface(device)
    if leg is None or leg.uniqueid not in store.channels:
        raise ValueError("There is no call to listen to.")
    who = describe(leg)
    if leg.state is not ChannelState.UP:
        raise ValueError(f"{who} does not talk yet.")
    if leg.device == device:
        raise ValueError(f"{device} is the supervisor's own phone.")
    if not re.fullmatch(r"[\w.:@+-]+", leg.uniqueid):
        raise ValueError(f"{who}: this channel's Uniqueid cannot be given to ChanSpy.")  # it splits at commas
    partner = partner_of(store, leg)
    whom = describe(partner) if partner is not None else "whoever is on the line"
    heard = {
        SpyMode.LISTEN: "Neither hears you, and nobody is told.",
        SpyMode.WHISPER: f"Only {who} hears you.",
        SpyMode.BARGE: "Both hear you.",
    }[mode]
    sentence = f"{device} rings; pick it up to hear {who} and {whom}. {heard}"
    partner_uid = partner.uniqueid if partner is not None else None
    return SpyPlan(store.name, mode, leg.uniqueid, partner_uid, who, device, sentence)


class Supervision:
    """Supervisors at work."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self.under_way: dict[str, Spying] = {}
        """Who takes part in a call now, by the Uniqueid of their channel."""

    async def start(self, plan: SpyPlan) -> Outcome:
        """Ring the supervisor's phone, and wait until it is picked up and hears the call."""
        target = f"{plan.uniqueid} from {plan.device}"
        what = f"{plan.action} ChanSpy {plan.mode.options}"
        return await self._guard.on_record(plan.pbx, what, target, self._start(plan), interrupted=WHILE_IT_RANG)

    async def stop(self, channel_id: str) -> Outcome:
        """Hang up the supervisor's own channel."""
        spying = self.under_way.get(channel_id)
        if spying is None:
            return Outcome(OutcomeKind.GONE, "It has ended.")
        return await hang_up(self._guard, spying.plan.pbx, channel_id, [channel_id])

    async def _start(self, plan: SpyPlan) -> Outcome:
        self._guard.check(plan.pbx, plan.action)
        live = self._guard.live(plan.pbx)
        leg = live.store.channels.get(plan.uniqueid)
        if leg is None:
            return Outcome(OutcomeKind.GONE, f"{plan.who} has hung up; {plan.device} was not rung.")
        partner = partner_of(live.store, leg)
        if (partner.uniqueid if partner is not None else None) != plan.partner:
            return Outcome(OutcomeKind.GONE, f"{plan.who} talks with somebody else by now; {plan.device} was not rung.")
        channels = live.store.channels
        ring = Ring(live, _listens, lambda: plan.uniqueid not in channels)
        await ring.ring(self._guard, plan.pbx, plan.headers)
        if ring.reached:
            self._follow(live, Spying(plan, ring.channel_id, live.clock()))
        return _outcome(live, plan, ring)

    def _follow(self, live: LivePbx, spying: Spying) -> None:
        """Write down when it ends."""
        self.under_way[spying.channel_id] = spying
        plan = spying.plan

        def look(packet: Packet) -> None:
            stopped = packet.name == "ChanSpyStop" and packet.get("SpyerUniqueid") == spying.channel_id
            if not stopped and spying.channel_id in live.store.channels:
                return
            live.listeners.discard(look)
            del self.under_way[spying.channel_id]
            text = f"{plan.mode.value} {plan.who} ended after {live.clock() - spying.since:.0f} s."
            target = f"{plan.uniqueid} from {plan.device}"
            self._guard.report(plan.pbx, "ChanSpy ended", target, Outcome(OutcomeKind.DONE, text))

        live.listeners.add(look)


def _listens(ring: Ring, packet: Packet | None) -> bool:
    """Whether the supervisor's channel is on the call."""
    return packet is not None and packet.name == "ChanSpyStart" and packet.get("SpyerUniqueid") == ring.channel_id


def _outcome(live: LivePbx, plan: SpyPlan, ring: Ring) -> Outcome:
    """Return what came of ringing the supervisor's phone."""
    if ring.reached:
        return Outcome(OutcomeKind.DONE, f"{plan.mode.value}: {plan.device} is on the call of {plan.who}.")
    if failure := ring.failure(plan.device):
        return Outcome(OutcomeKind.FAILED, failure)
    if plan.uniqueid not in live.store.channels:
        return Outcome(OutcomeKind.GONE, f"{plan.who} hung up before {plan.device} was on the call.")
    if ring.ended:
        told = "was picked up, but ChanSpy did not begin" if ring.picked_up else "was hung up before it was on the call"
        return Outcome(OutcomeKind.FAILED, f"{plan.device} {told}.")
    return Outcome(OutcomeKind.NO_EFFECT, f"{plan.device}: accepted, but it was not seen to be on the call.")
