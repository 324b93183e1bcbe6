"""Dials for an operator: rings their own phone, and calls the extension once it is picked up (`ami.md` E.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from amitop.control import fields
from amitop.control.outcome import Outcome, OutcomeKind
from amitop.control.ringing import WHILE_IT_RANG, Ring

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.control.guard import Guard

NO_DEVICE = 'the configuration names no phone of yours: device = "PJSIP/9000"'


@dataclass(frozen=True, slots=True)
class DialPlan:
    """Whom to call, and from which phone."""

    pbx: str
    device: str
    to: fields.Extension
    sentence: str
    """What will happen, not cleaned."""
    caller_id: str = ""
    """What those who are called see; "" leaves that to the device's own configuration."""
    action: str = "Originate"

    @property
    def headers(self) -> dict[str, str]:
        """The action's headers, but those with which any phone is rung."""
        place = {"Channel": self.device, "Context": self.to.context, "Exten": self.to.exten, "Priority": "1"}
        return place | ({"CallerID": self.caller_id} if self.caller_id else {})


def plan_dial(pbx: str, device: str | None, text: str, *, context: str | None = None, caller_id: str = "") -> DialPlan:
    """Return the plan that calls *text*, `1003` or `1003@internal`, from *device*; *context* is for the first form.

    *device*, *context* and *caller_id* are the configuration's. Raises ValueError, with one line for the person.
    """
    if not device:
        raise ValueError(f"{NO_DEVICE[0].upper()}{NO_DEVICE[1:]}.")
    device = fields.interface(device)
    text = text.strip()
    if not text:
        raise ValueError("Whom? An extension, like 1003@internal.")
    if "@" not in text:
        if not context:
            raise ValueError(
                f'In which context? Like {text}@internal; or the configuration says dial_context = "internal".'
            )
        text = f"{text}@{context}"
    to = fields.extension(text)
    sentence = f"{device} rings; pick it up, and {to} is called."
    return DialPlan(pbx, device, to, sentence, caller_id)


async def dial(guard: Guard, plan: DialPlan) -> Outcome:
    """Ring the phone, and wait until it is picked up: from then on the dialplan calls."""
    target = f"{plan.to.exten}@{plan.to.context} from {plan.device}"
    return await guard.on_record(plan.pbx, plan.action, target, _dial(guard, plan), interrupted=WHILE_IT_RANG)


async def _dial(guard: Guard, plan: DialPlan) -> Outcome:
    guard.check(plan.pbx, plan.action)
    ring = Ring(guard.live(plan.pbx), _picked_up)
    await ring.ring(guard, plan.pbx, plan.headers)
    if ring.reached:
        return Outcome(OutcomeKind.DONE, f"{plan.device} was picked up; {plan.to} is called.")
    if failure := ring.failure(plan.device):
        return Outcome(OutcomeKind.FAILED, failure)
    if ring.ended:
        return Outcome(OutcomeKind.FAILED, f"{plan.device} was hung up before anybody was called.")
    return Outcome(OutcomeKind.NO_EFFECT, f"{plan.device}: accepted, but it was not seen to be picked up.")


def _picked_up(ring: Ring, _packet: Packet | None) -> bool:
    return ring.picked_up
