"""Sends what a telephone's keys send to one leg, digit after digit (`ami.md` E.1).

They may be a PIN: neither the audit log nor the outcome holds them, only how many there were.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from amitop.control import call_fields
from amitop.control.leg import on_leg, require
from amitop.control.outcome import Outcome, OutcomeKind
from amitop.pbx.model import ChannelState

if TYPE_CHECKING:
    from amitop.control.guard import Guard
    from amitop.live import LivePbx
    from amitop.pbx.model import Channel
    from amitop.pbx.store import Store

DURATION = "200"
"""Milliseconds: the answer to the action comes when they are over (main/channel.c, ast_senddigit_external)."""


@dataclass(frozen=True, slots=True)
class DigitsPlan:
    """What to send to one leg."""

    pbx: str
    uniqueid: str
    who: str
    digits: str = field(repr=False)
    sentence: str
    """What will happen, not cleaned."""
    action: str = "PlayDTMF"

    @property
    def count(self) -> int:
        """How many digits there are, without silences."""
        return len(self.digits.replace("w", ""))


def plan_digits(store: Store, leg: Channel | None, text: str) -> DigitsPlan:
    """Return the plan that sends *text*, as it was typed, to *leg*.

    Raises ValueError, with one line for the person at the keyboard.
    """
    leg, who = require(leg)
    if leg.state is not ChannelState.UP:
        raise ValueError(f"{who} is not on the phone yet.")
    digits = call_fields.digits(text)
    count = len(digits.replace("w", ""))
    sentence = f"{who} hears {count} {'digit' if count == 1 else 'digits'}: the machine or person at that end."
    return DigitsPlan(store.name, leg.uniqueid, who, digits, sentence)


async def send_digits(guard: Guard, plan: DigitsPlan) -> Outcome:
    """Carry out *plan*. Asterisk plays a digit before it answers; whether it was understood, nothing tells."""
    patience = guard.patience

    async def work(live: LivePbx, leg: Channel) -> Outcome:
        sent = 0
        for digit in plan.digits:
            if plan.uniqueid not in live.store.channels:
                return Outcome(OutcomeKind.GONE, f"{plan.who} hung up after {sent} of {plan.count} digits.")
            if digit == "w":
                await asyncio.sleep(patience.digit_pause)
                continue
            if sent:
                await asyncio.sleep(patience.digit_gap)
            await guard.send(plan.pbx, plan.action, {"Channel": plan.uniqueid, "Digit": digit, "Duration": DURATION})
            sent += 1
        told = f"Sent {sent} {'digit' if sent == 1 else 'digits'} to {plan.who}"
        return Outcome(OutcomeKind.DONE, f"{told}; whether they were understood, nothing tells.")

    return await on_leg(guard, plan, work, f"PlayDTMF {plan.count} digits")
