"""Mutes one leg: it is not heard, does not hear, or both (`ami.md` E.1). No event tells; Asterisk cannot be asked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from amitop.control.leg import on_leg, require
from amitop.control.outcome import Outcome, OutcomeKind
from amitop.pbx.told import tell_muted

if TYPE_CHECKING:
    from amitop.control.guard import Guard
    from amitop.live import LivePbx
    from amitop.pbx.model import Channel
    from amitop.pbx.store import Store


class Mute(StrEnum):
    """How a leg is to be."""

    UNHEARD = "unheard"
    DEAF = "deaf"
    BOTH = "both"
    OFF = "off"

    @property
    def heard(self) -> bool:
        """Whether the others hear it."""
        return self in {Mute.DEAF, Mute.OFF}

    @property
    def hears(self) -> bool:
        """Whether it hears the others."""
        return self in {Mute.UNHEARD, Mute.OFF}


@dataclass(frozen=True, slots=True)
class MutePlan:
    """How one leg is to be."""

    pbx: str
    uniqueid: str
    who: str
    mute: Mute
    sentence: str
    """What will happen, not cleaned."""
    action: str = "MuteAudio"

    @property
    def steps(self) -> tuple[tuple[str, str], ...]:
        """Return `Direction` and `State` of the actions that lead there, whatever it is now.

        `in` is what comes from the leg, `out` what goes to it (res/res_mutestream.c).
        """
        if self.mute.heard == self.mute.hears:
            return (("all", "off" if self.mute.heard else "on"),)
        # What is lifted comes first: a leg that stays mute because of a refusal would be worse than the opposite.
        lifted, muted = ("in", "out") if self.mute.heard else ("out", "in")
        return ((lifted, "off"), (muted, "on"))


def plan_mute(store: Store, leg: Channel | None, mute: Mute) -> MutePlan:
    """Return the plan that makes *leg* so. Raises ValueError, with one line for the person at the keyboard."""
    leg, who = require(leg)
    sentence = {
        Mute.UNHEARD: f"{who} is not heard any more, and is not told.",
        Mute.DEAF: f"{who} hears nobody any more, and nobody is told.",
        Mute.BOTH: f"{who} is not heard and hears nobody any more; nobody is told.",
        Mute.OFF: f"{who} is heard and hears again.",
    }[mute]
    return MutePlan(store.name, leg.uniqueid, who, mute, sentence)


async def mute(guard: Guard, plan: MutePlan) -> Outcome:
    """Carry out *plan*. Asterisk mutes before it answers, so that its answer is the outcome; nothing else can be."""

    async def work(live: LivePbx, leg: Channel) -> Outcome:
        for direction, state in plan.steps:
            await guard.send(plan.pbx, plan.action, {"Channel": plan.uniqueid, "Direction": direction, "State": state})
        tell_muted(live.store, plan.uniqueid, heard=plan.mute.heard, hears=plan.mute.hears, now=live.clock())
        return Outcome(OutcomeKind.DONE, f"{plan.sentence} Asterisk says so; it cannot be asked again.")

    return await on_leg(guard, plan, work, f"MuteAudio {plan.mute}")
