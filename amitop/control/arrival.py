"""Where those arrive who were sent to an extension."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from amitop.ami.errors import AmiError
from amitop.control.outcome import Outcome, OutcomeKind
from amitop.control.transfer import Move, describe
from amitop.control.watch import Watch

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.control.guard import Guard
    from amitop.control.transfer import TransferPlan
    from amitop.live import LivePbx
    from amitop.pbx.model import Channel, EndedChannel


async def transfer(guard: Guard, plan: TransferPlan) -> Outcome:
    """Carry out *plan* and watch where the moved parties arrive."""
    target = f"{plan.choice.leg.uniqueid} to {plan.exten}@{plan.context}"
    return await guard.on_record(plan.pbx, plan.choice.action, target, _transfer(guard, plan))


async def _transfer(guard: Guard, plan: TransferPlan) -> Outcome:
    guard.check(plan.pbx, plan.choice.action)
    live = guard.live(plan.pbx)
    return _changed_since(live, plan) or await _send(guard, live, plan)


def _changed_since(live: LivePbx, plan: TransferPlan) -> Outcome | None:
    """Return the outcome GONE when who was confirmed is not there any more, or sits with somebody else."""
    choice = plan.choice
    for channel in (choice.leg, choice.partner):
        if channel is not None and channel.uniqueid not in live.store.channels:
            return Outcome(OutcomeKind.GONE, f"{describe(channel)} had already hung up; nobody was moved.")
    if choice.move is Move.BLIND and choice.leg.bridge is None:
        return Outcome(OutcomeKind.GONE, f"{describe(choice.leg)} is not in a conversation any more.")
    return None


async def _send(guard: Guard, live: LivePbx, plan: TransferPlan) -> Outcome:
    arrival = _Arrival(live, plan)
    with arrival.watch:
        await guard.send(plan.pbx, plan.choice.action, plan.headers)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + guard.patience.confirm
        while loop.time() < deadline:
            if await arrival.watch.seen(guard.patience.ask_every):
                break
            await arrival.ask()
        return arrival.outcome()


class _Arrival:
    """Whether the parties that a plan moves have arrived."""

    def __init__(self, live: LivePbx, plan: TransferPlan) -> None:
        self._live = live
        self._plan = plan
        self._from = {leg.uniqueid: (leg.bridge, leg.position) for leg in plan.choice.moved}
        self._arrived: set[str] = set()
        self._result = ""
        self.watch = Watch(live, self._look)

    def _look(self, packet: Packet | None) -> bool:
        if packet is not None and packet.name == "BlindTransfer":
            self._note_blind_transfer(packet)
        for leg in self._plan.choice.moved:
            channel = self._live.store.channels.get(leg.uniqueid)
            if channel is not None and self._is_there(channel):
                self._arrived.add(leg.uniqueid)
        gone = {uid for uid in self._from if uid not in self._live.store.channels}
        return self._arrived | gone >= self._from.keys() or bool(self._result and self._result != "Success")

    def _note_blind_transfer(self, packet: Packet) -> None:
        if packet.get("TransfererUniqueid") == self._plan.choice.leg.uniqueid:
            self._result = packet.get("Result")
            if self._result == "Success":
                self._arrived.update(self._from)

    def _is_there(self, channel: Channel) -> bool:
        before_bridge, before = self._from[channel.uniqueid]
        if (channel.position.context, channel.position.exten) == (self._plan.context, self._plan.exten):
            # Standing there before it was sent is not an arrival, unless it has left its conversation.
            return before[:2] != channel.position[:2] or channel.bridge != before_bridge
        # The extension may have sent it on at once; having moved out of its bridge to somewhere new is an arrival too.
        return channel.position[:2] != before[:2] and channel.bridge != before_bridge

    async def ask(self) -> None:
        """Ask where those who have not been seen to arrive are: without dialplan events, few events tell."""
        if self._live.why_not("Status"):
            return
        for uid in self._from.keys() - self._arrived:
            try:
                await self._live.fetch_status(uid)
            except AmiError:
                continue  # it has gone, or the link has: the next look or the outcome says so

    def outcome(self) -> Outcome:
        """Return what the events showed."""
        plan = self._plan
        where = f"{plan.exten} in {plan.context}"
        if self._result and self._result != "Success":
            return Outcome(OutcomeKind.FAILED, f"The PBX says: transfer {self._result.lower()}.")
        ended = {e.channel.uniqueid: e for e in self._live.store.ended_channels if e.channel.uniqueid in self._from}
        missed = [leg for leg in plan.choice.moved if leg.uniqueid not in self._arrived]
        dropped = [ended[leg.uniqueid] for leg in missed if leg.uniqueid in ended]
        if dropped:
            return Outcome(OutcomeKind.FAILED, self._dropped(dropped[0], where))
        if missed:
            names = " and ".join(describe(leg) for leg in missed)
            return Outcome(OutcomeKind.NO_EFFECT, f"{names}: accepted, but not seen at {where}.")
        names = " and ".join(describe(leg) for leg in plan.choice.moved)
        return Outcome(OutcomeKind.DONE, f"{names} went to {where}.")

    def _dropped(self, ended: EndedChannel, where: str) -> str:
        who, cause = describe(ended.channel), ended.cause_text
        if (ended.channel.position.context, ended.channel.position.exten) == (self._plan.context, self._plan.exten):
            return f"{who} reached {where} and was hung up there: {cause}."
        return f"{who} was hung up on the way to {where}: {cause}. Does that extension exist?"
