"""Hangs up channels by their Uniqueids, and waits until the events show them gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.control.outcome import Outcome, OutcomeKind, Stopped
from amitop.control.transfer import describe
from amitop.control.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.control.guard import Guard
    from amitop.pbx.model import Channel

NORMAL_CLEARING = "16"


async def hang_up(guard: Guard, pbx: str, target: str, legs: Sequence[str]) -> Outcome:
    """Hang up the channels *legs* of *pbx*; *target* is what the audit log names.

    The outcome is DONE once the events show all of them gone.
    """
    return await guard.on_record(pbx, "Hangup", target, _hang_up(guard, pbx, legs))


async def _hang_up(guard: Guard, pbx: str, legs: Sequence[str]) -> Outcome:
    guard.check(pbx, "Hangup")
    live = guard.live(pbx)
    channels = live.store.channels
    present = [channels[uid] for uid in legs if uid in channels]
    if not present:
        return Outcome(OutcomeKind.GONE, "It had already ended.")
    who = _names(present)
    gone = Watch(live, lambda _packet: not any(leg.uniqueid in channels for leg in present))
    refused = ""
    with gone:
        for leg in present:
            if leg.uniqueid not in channels:
                continue  # hanging up one leg ends the others, often before their turn comes
            try:
                await guard.send(pbx, "Hangup", {"Channel": leg.uniqueid, "Cause": NORMAL_CLEARING})
            except Stopped as stopped:
                if stopped.outcome.kind is not OutcomeKind.REFUSED:
                    raise
                if leg.uniqueid in channels and "no such channel" not in stopped.message.lower():
                    refused = stopped.outcome.text
        if refused:
            return Outcome(OutcomeKind.REFUSED, f"{who}: {refused}")
        if await gone.seen(guard.patience.confirm):
            return Outcome(OutcomeKind.DONE, f"Hung up {who}.")
    seconds = guard.patience.confirm
    return Outcome(OutcomeKind.NO_EFFECT, f"{who}: accepted, but still there after {seconds:.0f} s.")


def _names(legs: Sequence[Channel]) -> str:
    more = f" and {len(legs) - 2} more" if len(legs) > 2 else ""
    return " and ".join(describe(leg) for leg in legs[:2]) + more
