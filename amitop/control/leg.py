"""What all actions on one leg of a call have in common: it is looked at again before, and written down after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from amitop.control import fields
from amitop.control.outcome import Outcome, OutcomeKind, Stopped
from amitop.control.transfer import describe

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from amitop.control.guard import Guard
    from amitop.live import LivePbx
    from amitop.pbx.model import Channel
    from amitop.pbx.store import Store


class LegPlan(Protocol):
    """What is to be done with one leg."""

    @property
    def pbx(self) -> str:
        """The PBX's name."""

    @property
    def uniqueid(self) -> str:
        """The leg that was confirmed."""

    @property
    def who(self) -> str:
        """Whose leg it is, in words, not cleaned."""

    @property
    def action(self) -> str:
        """The AMI action that the login needs."""


def require(leg: Channel | None) -> tuple[Channel, str]:
    """Return *leg* and whose it is. Raises ValueError for one that has gone, or that an action cannot name."""
    if leg is None:
        raise ValueError("It has ended.")
    who = describe(leg)
    try:
        fields.channel_name(leg.uniqueid)
    except ValueError:
        raise ValueError(f"{who}: this leg's Uniqueid cannot be sent: it would mean something else.") from None
    return leg, who


def neighbour(store: Store, leg: Channel) -> Channel | None:
    """Return the channel that shares a bridge with *leg* and nobody else, be it half of a Local channel; else None."""
    bridge = store.bridges.get(leg.bridge or "")
    if bridge is None or not bridge.connects or len(bridge.members) != 2:
        return None
    return next((store.channels.get(uid) for uid in bridge.members if uid != leg.uniqueid), None)


async def on_leg(
    guard: Guard,
    plan: LegPlan,
    work: Callable[[LivePbx, Channel], Awaitable[Outcome]],
    what: str = "",
) -> Outcome:
    """Have *work* done with the leg of *plan* if it is still there, and write down what came of it.

    *what* stands in the audit log instead of the action's name where that says too little.
    """

    async def carry_out() -> Outcome:
        guard.check(plan.pbx, plan.action)
        live = guard.live(plan.pbx)
        leg = live.store.channels.get(plan.uniqueid)
        if leg is None:
            return Outcome(OutcomeKind.GONE, f"{plan.who} has hung up; nothing was sent.")
        try:
            return await work(live, leg)
        except Stopped as stopped:
            if not stopped.message:
                raise
            return Outcome(stopped.outcome.kind, f"{plan.who}: {stopped.outcome.text}")

    interrupted = "amitop ended before the outcome."  # it may have been sent
    return await guard.on_record(plan.pbx, what or plan.action, plan.uniqueid, carry_out(), interrupted=interrupted)
