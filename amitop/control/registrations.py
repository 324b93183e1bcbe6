"""Has the PBX register at a trunk now, or leave it, and waits for what the trunk's server says (`ami.md` E.6)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from amitop.control.outcome import Outcome, OutcomeKind
from amitop.control.watch import Watch
from amitop.pbx.registration_model import REGISTERED, UNREGISTERED
from amitop.pbx.registrations import Lister, Registrations

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.control.guard import Guard
    from amitop.live import LivePbx
    from amitop.pbx.registration_model import Registration
    from amitop.pbx.store import Store


class RegistrationAct(StrEnum):
    """What is done; the value is the AMI action."""

    REGISTER = "PJSIPRegister"
    UNREGISTER = "PJSIPUnregister"

    @property
    def words(self) -> str:
        """`register`."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class RegistrationPlan:
    """One registration, to be made anew or given up."""

    pbx: str
    name: str
    act: RegistrationAct
    sentence: str
    """What will happen, not cleaned."""
    hurts: bool
    """Whether something that works now stops working, be it for a moment."""


def plan_registration(store: Store, technology: str, name: str, act: RegistrationAct) -> RegistrationPlan:
    """Return the plan that registers *name*, or has it leave. Raises ValueError where that cannot be."""
    if technology != Lister.PJSIP.name:
        raise ValueError(f"{name}: over AMI only PJSIP's registrations can be told to register or leave.")
    registration = store.part(Registrations).known.get((technology, name))
    if registration is None:
        raise ValueError(f"There is no registration {name}.")
    if not name.isprintable() or name != name.strip() or name.startswith("*"):
        # `*all` means every registration (res_pjsip_outbound_registration.c).
        raise ValueError("This registration's name cannot be sent: it would mean something else.")
    where = f"{name} at {registration.address}"
    if act is RegistrationAct.UNREGISTER:
        sentence = f"{where} is given up: nobody can call over it any more, until it is registered again."
    elif registration.registered:
        sentence = f"{where} is given up and made anew: for a moment nobody can call over it."
    else:
        sentence = f"{where} is tried now."
    return RegistrationPlan(store.name, name, act, sentence, registration.registered)


async def carry_out(guard: Guard, plan: RegistrationPlan) -> Outcome:
    """Do what *plan* says, and wait for what the server says to it."""
    return await guard.on_record(plan.pbx, plan.act, plan.name, _carry_out(guard, plan))


async def _carry_out(guard: Guard, plan: RegistrationPlan) -> Outcome:
    guard.check(plan.pbx, plan.act)
    live = guard.live(plan.pbx)
    registration = live.store.part(Registrations).known.get((Lister.PJSIP.name, plan.name))
    if registration is None:
        return Outcome(OutcomeKind.GONE, f"There is no registration {plan.name} any more.")
    answers = _Answers(live, registration, plan.act)
    with answers.watch:
        accepted = await guard.send(plan.pbx, plan.act, {"Registration": plan.name})
        message = accepted.get("Message").strip()
        if message.startswith("Failed"):  # a failure that is called a success
            return Outcome(OutcomeKind.FAILED, f"{plan.name}: the PBX says: {message}")
        await answers.watch.seen(guard.patience.server)
        last = answers.last
    where = f"{plan.name} at {registration.address}"
    if last is None:
        live.store.part(Registrations).doubts.add(registration.technology)
        seconds = guard.patience.server
        return Outcome(OutcomeKind.NO_EFFECT, f"{where}: accepted, but nothing was heard of it within {seconds:.0f} s.")
    if last == answers.wanted:
        return Outcome(OutcomeKind.DONE, f"{where} is {last.lower()}.")
    return Outcome(OutcomeKind.FAILED, f"{where}: {last}.")


class _Answers:
    """What the server's answers to *act* are, as Registry events tell them.

    PJSIPRegister asks twice: it leaves, and registers after as much as `max_random_initial_delay`, ten seconds where
    nobody set it (res_pjsip_outbound_registration.c, ami_register).
    """

    def __init__(self, live: LivePbx, registration: Registration, act: RegistrationAct) -> None:
        registers = act is RegistrationAct.REGISTER
        self.wanted = REGISTERED if registers else UNREGISTERED
        self._awaited = 2 if registers else 1
        self._registration = registration
        self._told: list[str] = []
        self.watch = Watch(live, self._look)

    @property
    def last(self) -> str | None:
        """The last answer; None where there was none."""
        return self._told[-1] if self._told else None

    def _look(self, packet: Packet | None) -> bool:
        ours = self._registration
        if packet is not None and packet.name == "Registry":
            meant = tuple(packet.get(name) for name in ("ChannelType", "Username", "Domain"))
            if meant == (ours.technology, ours.client, ours.server):
                self._told.append(packet.get("Status"))
        return self.last == self.wanted or len(self._told) >= self._awaited
