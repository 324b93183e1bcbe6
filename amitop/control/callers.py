"""Carries out plans on callers: checked again first, and judged by where the caller then is."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from amitop.control import fields
from amitop.control.arrival import transfer
from amitop.control.ask_queue import ask_queue
from amitop.control.caller_plan import CallerAct, priorities
from amitop.control.hangup import hang_up
from amitop.control.outcome import Outcome, OutcomeKind, Stopped
from amitop.control.transfer import Move, TransferChoice, TransferPlan
from amitop.control.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.ami.packet import Packet
    from amitop.control.caller_plan import CallerPlan, Priority
    from amitop.control.guard import Guard
    from amitop.live import LivePbx
    from amitop.pbx.queue_model import QueueCaller


class CallerActions:
    """Moves, sends on and hangs up those who wait in queues."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def carry_out(self, plan: CallerPlan) -> Outcome:
        """Do what *plan* says with its caller, if they still wait there."""
        target = f"{plan.uniqueid} in {plan.queue}"
        try:
            self._guard.check(plan.pbx, plan.act.action)
            live = self._guard.live(plan.pbx)
            _waiting(live, plan)
            if plan.act is CallerAct.HANG_UP:  # writes its own line to the audit log, as a transfer does
                return await hang_up(self._guard, plan.pbx, plan.uniqueid, [plan.uniqueid])
            if plan.act is CallerAct.SEND:
                return await transfer(self._guard, _redirect(live, plan))
            if plan.act is CallerAct.TO_QUEUE:
                outcome = await self._to_queue(live, plan)
            elif plan.act is CallerAct.WITHDRAW:
                outcome = await self._withdraw(live, plan)
            else:
                outcome = await self._prefer(live, plan)
        except Stopped as stopped:
            outcome = stopped.outcome
        return self._guard.report(plan.pbx, plan.act.action, target, outcome)

    # -- priority ---------------------------------------------------------------------------------------------------

    async def _prefer(self, live: LivePbx, plan: CallerPlan) -> Outcome:
        """Change priorities, and see by the queue's list whether the caller moved: no event tells (`ami.md` B.5).

        Whether an Asterisk moves those who wait already is found out by trying: `Immediate` is 18.20 and later, and
        what does not know it says Success as well.
        """
        await ask_queue(live, plan.queue)  # the priorities are only in the list
        line = [caller.uniqueid for caller in _waiting(live, plan).line.callers]
        ahead = line[: line.index(plan.uniqueid)]
        made: list[Priority] = []
        try:
            for change in priorities(_waiting(live, plan).line.callers, plan.uniqueid, plan.act):
                if await self._prioritize(live, plan, change):
                    made.append(change)  # noqa: PERF401  what was made has to be known when one of them fails
            await ask_queue(live, plan.queue)
            me = _waiting(live, plan)
        except Stopped:
            await self._put_back(live, plan, made)
            raise
        line = [caller.uniqueid for caller in me.line.callers]
        overtaken = [uid for uid in ahead if uid in line and line.index(uid) > line.index(plan.uniqueid)]
        now = f"{plan.who} is #{me.position} in {plan.queue} now"
        if overtaken:
            return Outcome(OutcomeKind.DONE, f"{now}, before {len(overtaken)} who were ahead.")
        await self._put_back(live, plan, made)
        if not any(uid in line for uid in ahead):
            return Outcome(OutcomeKind.GONE, f"{now}: nobody was ahead any more.")
        text = f"{now} as before: this Asterisk does not move those who wait already (18.20, 20.5 and 21 do)."
        return Outcome(OutcomeKind.NO_EFFECT, text)

    async def _put_back(self, live: LivePbx, plan: CallerPlan, made: Sequence[Priority]) -> None:
        """Undo what did not help: those who join later would be sorted in by priorities that nobody sees."""
        for change in reversed(made):
            with contextlib.suppress(Stopped):  # the first problem is the one to tell
                await self._prioritize(live, plan, replace(change, after=change.before, moves=False))
        live.store.doubt_queue(plan.queue, live.clock())

    async def _prioritize(self, live: LivePbx, plan: CallerPlan, change: Priority) -> bool:
        """Change one priority; False for one who has left the queue by now."""
        channel = live.store.channels.get(change.uniqueid)
        if channel is None:
            return False
        headers = {"Queue": plan.queue, "Caller": _name(channel.name), "Priority": str(change.after)}
        if change.moves:
            headers["Immediate"] = "yes"
        try:
            await self._guard.send(plan.pbx, "QueueChangePriorityCaller", headers)
        except Stopped as stopped:
            if "no such caller" not in stopped.message.lower():
                raise
            return False
        return True

    # -- away -------------------------------------------------------------------------------------------------------

    async def _to_queue(self, live: LivePbx, plan: CallerPlan) -> Outcome:
        redirect = _redirect(live, plan)
        joined = _Whereabouts(live, plan)
        with joined.watch:
            await self._guard.send(plan.pbx, "Redirect", redirect.headers)
            seen = await joined.watch.seen(self._guard.patience.confirm)
        uniqueid, to_queue = plan.uniqueid, plan.to_queue
        if not seen:
            await ask_queue(live, to_queue)
        place = live.store.queued.get(uniqueid)
        if place is not None and place.queue == to_queue:
            return Outcome(OutcomeKind.DONE, f"{plan.who} is #{place.position} in {to_queue}.")
        if to_queue in joined.passed:
            return Outcome(OutcomeKind.DONE, f"{plan.who} came to {to_queue}, and left it at once.")
        if uniqueid not in live.store.channels:
            text = f"{plan.who} was hung up on the way to {plan.extension}. Does that extension exist?"
            return Outcome(OutcomeKind.FAILED, text)
        if place is not None and place.queue == plan.queue:
            return Outcome(OutcomeKind.NO_EFFECT, f"{plan.who}: accepted, but still in {plan.queue}.")
        text = f"{plan.who} left {plan.queue}, but was not seen to join {to_queue}. Does {plan.extension} lead there?"
        return Outcome(OutcomeKind.FAILED, text)

    async def _withdraw(self, live: LivePbx, plan: CallerPlan) -> Outcome:
        """Have Queue() let go of the caller, which it does between two rounds of ringing members."""
        headers = {"Queue": plan.queue, "Caller": _name(live.store.channels[plan.uniqueid].name)}
        gone = Watch(live, lambda _packet: not _waits(live, plan))
        with gone:
            await self._guard.send(plan.pbx, "QueueWithdrawCaller", headers)
            seen = await gone.seen(self._guard.patience.withdraw)
        if not seen:
            await ask_queue(live, plan.queue)
        if _waits(live, plan):
            seconds = self._guard.patience.withdraw
            text = f"{plan.who}: accepted, but still in {plan.queue} after {seconds:.0f} s"
            return Outcome(OutcomeKind.NO_EFFECT, f"{text}. Who is being put through leaves when the ringing is over.")
        answered = _answered_by(live, plan.uniqueid)
        if answered:
            return Outcome(OutcomeKind.GONE, f"{plan.who} was answered by {answered} before they could be taken out.")
        channel = live.store.channels.get(plan.uniqueid)
        if channel is None:
            return Outcome(OutcomeKind.DONE, f"{plan.who} left {plan.queue} and is hung up.")
        return Outcome(OutcomeKind.DONE, f"{plan.who} left {plan.queue}.")


class _Whereabouts:
    """Whether a caller has come to another queue, or has gone."""

    def __init__(self, live: LivePbx, plan: CallerPlan) -> None:
        self._live = live
        self._plan = plan
        self.passed: set[str] = set()
        """Queues that the caller was in."""
        self.watch = Watch(live, self._look)

    def _look(self, _packet: Packet | None) -> bool:
        self.passed.update(self._live.store.queue_of(self._plan.uniqueid))
        return self._plan.to_queue in self.passed or self._plan.uniqueid not in self._live.store.channels


def _waiting(live: LivePbx, plan: CallerPlan) -> QueueCaller:
    """Return the caller. Raises `Stopped` with what became of one who does not wait there any more."""
    caller = live.store.queued.get(plan.uniqueid)
    if caller is not None and caller.queue == plan.queue:
        return caller
    answered = _answered_by(live, plan.uniqueid)
    if answered:
        told = f"has been answered by {answered}"
    elif plan.uniqueid not in live.store.channels:
        told = "has hung up"
    else:
        told = f"does not wait in {plan.queue} any more"
    raise Stopped(OutcomeKind.GONE, f"{plan.who} {told}.")


def _waits(live: LivePbx, plan: CallerPlan) -> bool:
    return plan.queue in live.store.queue_of(plan.uniqueid)


def _answered_by(live: LivePbx, uniqueid: str) -> str:
    """Return the member that the queue has connected a caller with, "" where it has not."""
    members = (member for queue in live.store.queues.values() for member in queue.members.values())
    return next((member.name for member in members if member.talking_to == uniqueid), "")


def _name(channel: str) -> str:
    """Return a channel's name for an action that takes no Uniqueid. Raises `Stopped`."""
    try:
        return fields.channel_name(channel)
    except ValueError as error:
        raise Stopped(OutcomeKind.REFUSED, str(error)) from error


def _redirect(live: LivePbx, plan: CallerPlan) -> TransferPlan:
    channel = live.store.channels.get(plan.uniqueid)
    if channel is None or plan.extension is None:
        raise Stopped(OutcomeKind.GONE, f"{plan.who} has hung up.")
    choice = TransferChoice(Move.THIS, channel, None, f"{plan.who} goes", "")
    return TransferPlan(plan.pbx, choice, plan.extension.exten, plan.extension.context)
