"""Limits how long one leg may go on, or lifts the limit (`ami.md` E.1). No event tells, but Asterisk can be asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from amitop.control.leg import on_leg, require
from amitop.control.outcome import Outcome, OutcomeKind, Stopped
from amitop.pbx.told import tell_limit

if TYPE_CHECKING:
    from amitop.control.guard import Guard
    from amitop.live import LivePbx
    from amitop.pbx.model import Channel
    from amitop.pbx.store import Store

NEVER = "0.0000001"
"""`Timeout` that lifts the limit: 0 is refused as `No timeout specified`, and what is less than a microsecond is none
(main/manager.c, action_timeout; main/channel.c, ast_channel_setwhentohangup_tv)."""
CLOSE = 2.0
"""Seconds by which Asterisk's answer may differ from what was asked for."""


@dataclass(frozen=True, slots=True)
class LimitPlan:
    """How long one leg may go on."""

    pbx: str
    uniqueid: str
    who: str
    seconds: int | None
    """None lifts the limit."""
    sentence: str
    """What will happen, not cleaned."""
    action: str = "AbsoluteTimeout"


def plan_limit(store: Store, leg: Channel | None, seconds: int | None) -> LimitPlan:
    """Return the plan that has *leg* hung up in *seconds*, as `call_fields.seconds` returns them; None for never.

    Raises ValueError, with one line for the person at the keyboard.
    """
    leg, who = require(leg)
    if seconds is None:
        sentence = f"{who} may go on for as long as they like."
    else:
        # A dialplan with an extension T goes on there (main/pbx.c); few have one.
        sentence = f"{who} is hung up in {_words(seconds)}, in the middle of a word, and with them usually the call."
    return LimitPlan(store.name, leg.uniqueid, who, seconds, sentence)


def _words(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (rest, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


async def limit(guard: Guard, plan: LimitPlan) -> Outcome:
    """Carry out *plan*, and ask when the leg will end."""

    async def work(live: LivePbx, leg: Channel) -> Outcome:
        headers = {"Channel": plan.uniqueid, "Timeout": NEVER if plan.seconds is None else str(plan.seconds)}
        await guard.send(plan.pbx, plan.action, headers)
        left = await time_left(guard, plan.pbx, plan.uniqueid)
        if plan.uniqueid not in live.store.channels:
            return Outcome(OutcomeKind.GONE, f"{plan.who} hung up meanwhile.")
        now = live.clock()
        if left is None:
            tell_limit(live.store, plan.uniqueid, None if plan.seconds is None else now + plan.seconds, now)
            return Outcome(OutcomeKind.NO_EFFECT, f"{plan.who}: accepted, but this login cannot ask whether it holds.")
        tell_limit(live.store, plan.uniqueid, now + left if left else None, now)
        if abs(left - (plan.seconds or 0)) > CLOSE:
            told = f"they are hung up in {left:.0f} s" if left else "there is no limit"
            return Outcome(OutcomeKind.NO_EFFECT, f"{plan.who}: accepted, but Asterisk says that {told}.")
        if plan.seconds is None:
            return Outcome(OutcomeKind.DONE, f"{plan.who} has no time limit.")
        return Outcome(OutcomeKind.DONE, f"{plan.who} is hung up in {_words(plan.seconds)}.")

    return await on_leg(guard, plan, work, f"AbsoluteTimeout {plan.seconds or 'off'}")


async def time_left(guard: Guard, pbx: str, uniqueid: str) -> float | None:
    """Return the seconds after which a leg is hung up, 0 for never, None where Asterisk does not say."""
    try:
        answer = await guard.send(pbx, "Getvar", {"Channel": uniqueid, "Variable": "TIMEOUT(absolute)"})
    except Stopped:
        return None
    value = answer.get("Value").strip()
    return float(value) if re.fullmatch(r"\d{1,9}(\.\d{1,6})?", value, re.ASCII) else None
