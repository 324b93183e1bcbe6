"""Asks whether an endpoint answers, now instead of at its turn, and how long it takes (`ami.md` E.6).

Asterisk says at once that it will ask. What came of it no event tells where nothing changes, so the endpoint is looked
at until its round trip is another one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from amitop.control.outcome import Outcome, OutcomeKind
from amitop.control.watch import Watch
from amitop.pbx.endpoint_model import Endpoint, Reach, Technology

if TYPE_CHECKING:
    from amitop.control.guard import Guard
    from amitop.live import LivePbx
    from amitop.pbx.store import Store

ACTIONS: dict[Technology, tuple[str, str]] = {
    Technology.PJSIP: ("PJSIPQualify", "Endpoint"),
    Technology.SIP: ("SIPqualifypeer", "Peer"),
}
"""The action, and the header that names the endpoint."""
_DETAILS = {Technology.PJSIP: "PJSIPShowEndpoint", Technology.SIP: "SIPshowpeer"}


@dataclass(frozen=True, slots=True)
class QualifyPlan:
    """One endpoint to be asked."""

    pbx: str
    device: str
    action: str
    headers: dict[str, str]
    risk: str = ""
    """What it may do that a person should know of before; empty where it does no harm. Not cleaned."""


def plan_qualify(store: Store, device: str) -> QualifyPlan:
    """Return the plan that asks *device* whether it is there. Raises ValueError where nobody can be asked."""
    endpoint = store.endpoints.get(device)
    if endpoint is None:
        raise ValueError(f"There is no endpoint {device} any more.")
    if endpoint.technology not in ACTIONS:
        raise ValueError(f"{endpoint.technology} peers cannot be asked: the AMI has no action for it.")
    if endpoint.listed_at is not None and not endpoint.contacts:
        raise ValueError(f"{device} has no address to ask at: it is not registered.")
    action, header = ACTIONS[endpoint.technology]
    # Told to ask, chan_sip cancels its next question of its own and plans another one only with an answer
    # (channels/chan_sip.c, sip_poke_peer with `force`); seen on 16.28: whoever was silent then stays what it was.
    risk = (
        f"If {device} does not answer, chan_sip stops watching it: it is shown as it is now until it answers another "
        f"question, registers, or sip.conf is reloaded."
        if endpoint.technology is Technology.SIP
        else ""
    )
    return QualifyPlan(store.name, device, action, {header: endpoint.name}, risk)


async def qualify(guard: Guard, plan: QualifyPlan) -> Outcome:
    """Carry out *plan*, and tell whether the endpoint answers."""
    return await guard.on_record(plan.pbx, plan.action, plan.device, _qualify(guard, plan))


async def _qualify(guard: Guard, plan: QualifyPlan) -> Outcome:
    guard.check(plan.pbx, plan.action)
    live = guard.live(plan.pbx)
    endpoint = live.store.endpoints.get(plan.device)
    if endpoint is None:
        return Outcome(OutcomeKind.GONE, f"There is no endpoint {plan.device} any more.")
    # Asterisk asks on its own as well: what it found since the last list is no answer to this.
    await live.endpoint_sync.look_at(plan.device)
    before = _told(endpoint)
    with Watch(live, lambda _packet: _told(endpoint) != before) as watch:
        await guard.send(plan.pbx, plan.action, plan.headers)
        left = guard.patience.confirm
        while left > 0 and not await watch.seen(min(left, guard.patience.ask_every)):
            left -= guard.patience.ask_every
            if await live.endpoint_sync.look_at(plan.device) is None and _told(endpoint) != before:
                break
    if endpoint.reach is Reach.REACHABLE and endpoint.rtt is None:
        await live.endpoint_sync.look_at(plan.device)  # the event of a chan_sip peer does not say how long it took
    return _judge(live, endpoint, changed=_told(endpoint) != before)


def _told(endpoint: Endpoint) -> list[tuple[str, Reach | None, float | None, int]]:
    """Return what is known of the contacts, to see when it is something else."""
    return [(c.uri, c.status, c.rtt, len(c.trips)) for c in endpoint.contacts.values()]


def _judge(live: LivePbx, endpoint: Endpoint, *, changed: bool) -> Outcome:
    may_look = live.why_not(_DETAILS[endpoint.technology]) is None
    if not changed and not may_look:
        text = f"{endpoint.device}: accepted, but this login may not ask how it went."
        return Outcome(OutcomeKind.NO_EFFECT, text)
    contact = endpoint.best
    unwatched = " If it is silent, chan_sip watches it no more." if endpoint.technology is Technology.SIP else ""
    if contact is None or contact.status in {None, Reach.UNREACHABLE, Reach.UNKNOWN}:
        return Outcome(OutcomeKind.NO_EFFECT, f"{endpoint.device} does not answer.{unwatched}")
    if contact.status is Reach.NON_QUALIFIED:
        return Outcome(OutcomeKind.NO_EFFECT, f"{endpoint.device}: accepted, but the PBX does not tell how it went.")
    took = "" if contact.rtt is None else f" within {contact.rtt * 1e3:.3g} ms"
    if not changed:
        # No proof that it answers: chan_sip waits for none when it is told to ask, and counts whole milliseconds.
        text = f"{endpoint.device} was asked, and nothing has changed: it answered{took} when last it was heard of."
        return Outcome(OutcomeKind.NO_EFFECT, text + unwatched)
    late = ", later than it should" if contact.status is Reach.LAGGED else ""
    others = [each for each in endpoint.contacts.values() if each.status is Reach.UNREACHABLE]
    besides = f" {len(others)} of its {len(endpoint.contacts)} contacts do not." if others else ""
    return Outcome(OutcomeKind.DONE, f"{endpoint.device} answers{took}{late}.{besides}")
