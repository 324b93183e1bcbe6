"""Listens to, whispers into and joins a call from the supervisor's phone, and writes down for how long (`ami.md` E.2).

The phone is rung with a Uniqueid of our own, so that its channel is known from its first event on; ChanSpy gets the
Uniqueid of the very leg that was confirmed, since a name would also match those that begin with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from amitop.control import fields
from amitop.control.hangup import NORMAL_CLEARING, hang_up
from amitop.control.outcome import Outcome, OutcomeKind, Stopped
from amitop.control.transfer import describe, partner_of
from amitop.control.watch import Watch
from amitop.pbx.model import ChannelState

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.control.guard import Guard
    from amitop.live import LivePbx
    from amitop.pbx.model import Channel
    from amitop.pbx.queue_model import Member
    from amitop.pbx.store import Store

_OPTIONS = "uqES"
"""The exact Uniqueid only; no beep; leave when the leg hangs up; stop when there is nobody (apps/app_chanspy.c)."""
_REASONS = {
    "0": "cannot be reached: not registered, or no such device",
    "1": "was hung up",
    "3": "was not picked up",
    "5": "is busy",
    "8": "cannot be reached: congestion",
}
"""`Reason` of OriginateResponse is the last frame that the phone's channel had (include/asterisk/frame.h)."""


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

    def headers(self, channel_id: str, seconds: float) -> dict[str, str]:
        """The action's headers; the phone rings for *seconds*."""
        return {
            "Channel": self.device,
            "Application": "ChanSpy",
            "Data": f"{self.uniqueid},{self.mode.options}",
            "CallerID": f'"{_caller_id(f"{self.mode.value} {self.who}")}"',
            "Timeout": str(round(seconds * 1000)),
            "ChannelId": channel_id,
            "Async": "true",  # else the PBX tells this session nothing until the phone is picked up
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
        try:
            outcome = await self._start(plan)
        except Stopped as stopped:
            outcome = stopped.outcome
        except asyncio.CancelledError:
            # The phone may ring on and be picked up: who asked for it has to be on record all the same.
            self._guard.report(plan.pbx, what, target, Outcome(OutcomeKind.NO_EFFECT, "amitop ended while it rang."))
            raise
        return self._guard.report(plan.pbx, what, target, outcome)

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
        patience = self._guard.patience
        ring = _Ring(live, plan, f"amitop-{secrets.token_hex(8)}")
        with ring.watch:
            response = await self._guard.send(plan.pbx, plan.action, plan.headers(ring.channel_id, patience.ring))
            ring.action_id = response.action_id
            await ring.watch.seen(patience.ring + patience.confirm)
            if not ring.started and not ring.told:
                # Why the phone's channel ended comes by another way in Asterisk, and may come later (`ami.md` B.1).
                with Watch(live, lambda _packet: ring.told) as reason:
                    await reason.seen(patience.ask_every)
        outcome = ring.outcome()
        if ring.started:
            self._follow(live, Spying(plan, ring.channel_id, live.clock()))
        elif ring.channel_id in live.store.channels:
            # It would begin to listen later, when nobody looks any more.
            with contextlib.suppress(Stopped):
                headers = {"Channel": ring.channel_id, "Cause": NORMAL_CLEARING}
                await self._guard.send(plan.pbx, "Hangup", headers)
        return outcome

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


class _Ring:
    """What becomes of the supervisor's phone that is rung."""

    def __init__(self, live: LivePbx, plan: SpyPlan, channel_id: str) -> None:
        self._live = live
        self._plan = plan
        self.channel_id = channel_id
        self.action_id: str | None = None
        """Of the Originate, once it is known."""
        self.started = False
        self._appeared = False
        self._answers: list[Packet] = []
        self.watch = Watch(live, self._look)

    def _look(self, packet: Packet | None) -> bool:
        channels = self._live.store.channels
        self._appeared = self._appeared or self.channel_id in channels
        if packet is not None and packet.name == "ChanSpyStart":
            self.started = self.started or packet.get("SpyerUniqueid") == self.channel_id
        elif packet is not None and packet.name == "OriginateResponse":
            self._answers.append(packet)  # may come before the Originate's own response has been taken
        ended = (self._appeared and self.channel_id not in channels) or self._plan.uniqueid not in channels
        return self.started or ended or self._answer("failure") is not None

    def _answer(self, response: str) -> Packet | None:
        """Return the OriginateResponse of our phone if it says so."""
        for answer in self._answers:
            ours = answer.get("Uniqueid") == self.channel_id or answer.action_id == self.action_id is not None
            if ours and answer.get("Response").lower() == response:
                return answer
        return None

    @property
    def told(self) -> bool:
        """Whether the PBX has told what became of the phone."""
        return (self._answer("failure") or self._answer("success")) is not None

    def outcome(self) -> Outcome:
        """Return what came of it."""
        plan, channels = self._plan, self._live.store.channels
        if self.started:
            return Outcome(OutcomeKind.DONE, f"{plan.mode.value}: {plan.device} is on the call of {plan.who}.")
        failure = self._answer("failure")
        if failure is not None:
            code = failure.get("Reason")
            return Outcome(OutcomeKind.FAILED, f"{plan.device} {_REASONS.get(code, f'failed (reason {code})')}.")
        if plan.uniqueid not in channels:
            return Outcome(OutcomeKind.GONE, f"{plan.who} hung up before {plan.device} was on the call.")
        if self._appeared and self.channel_id not in channels:
            picked_up = self._answer("success") is not None
            told = "was picked up, but ChanSpy did not begin" if picked_up else "was hung up before it was on the call"
            return Outcome(OutcomeKind.FAILED, f"{plan.device} {told}.")
        return Outcome(OutcomeKind.NO_EFFECT, f"{plan.device}: accepted, but it was not seen to be on the call.")


def _caller_id(text: str) -> str:
    """Return *text* for the display of the supervisor's phone: nothing in it can end the caller ID's quotes."""
    return "".join(c if c.isalnum() or c in " .+-" else " " for c in text)[:60].strip()
