"""Does to a PBX what a person asked for: checks the right and the target, sends, and waits for what the events say.

The read-only guard stands here, at the last step before the wire, so that no dialog that was opened earlier and no key
that was bound by mistake gets past it. Nothing is assumed from `Response: Success`: that only means accepted
(`ami.md` E), and the outcome is what the PBX's events show.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from amitop.ami.errors import ActionError, AmiError
from amitop.control.transfer import Move, TransferPlan, describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from amitop.ami.packet import Packet
    from amitop.control.audit import Audit
    from amitop.live import LivePbx
    from amitop.pbx.model import Channel, EndedChannel, Key

CONFIRM_WITHIN = 5.0
"""Seconds that an event may take to show an action's effect."""
ASK_EVERY = 0.5
"""Seconds between looks at `Status` while a redirected channel's position is not told by events."""
NORMAL_CLEARING = "16"


class OutcomeKind(StrEnum):
    """How an action ended."""

    DONE = "done"
    REFUSED = "refused"
    """The server, a missing privilege or read-only mode said no."""
    NO_EFFECT = "no effect"
    """Accepted, and then nothing that confirms it was seen."""
    GONE = "gone"
    """The target had ended before the action was sent."""
    FAILED = "failed"
    """The link broke, or the PBX says that it did not work."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an action: *text* is one line for the person who asked, not cleaned."""

    kind: OutcomeKind
    text: str


class Operator:
    """Acts on *pbxs*, by name. *read_only* names the PBXs on which nothing may be done, or is True for all."""

    def __init__(
        self, pbxs: Mapping[str, LivePbx], *, read_only: bool | Iterable[str] = False, audit: Audit | None = None
    ) -> None:
        self._pbxs = pbxs
        self._read_only = frozenset(pbxs) if read_only is True else frozenset(read_only or ())
        self._audit = audit

    def may_act(self, pbx: str) -> bool:
        """Whether *pbx* is not read-only."""
        return pbx not in self._read_only

    def why_not(self, pbx: str, action: str) -> str | None:
        """Return why *action* cannot be done on *pbx* now, in one line, or None when it can."""
        if not self.may_act(pbx):
            return f"{pbx} is read-only here"
        return self._pbxs[pbx].why_not(action)

    # -- hang up --------------------------------------------------------------------------------------------------

    def legs_of(self, key: Key) -> list[Channel]:
        """Return the live legs that a row stands for: a call's legs, or the channel itself."""
        pbx, identity = key
        store = self._pbxs[pbx].store
        call = store.calls.get(identity)
        if call is not None:
            return list(call.legs)
        channel = store.channels.get(identity)
        return [channel] if channel is not None else []

    async def hangup(self, key: Key, legs: Iterable[str] | None = None) -> Outcome:
        """Hang up the row *key*: every leg of a call, or one channel.

        *legs* are the Uniqueids that the person confirmed; a leg that joined the call since then is left alone. The
        outcome is DONE once the events show all of them gone.
        """
        pbx, identity = key
        live = self._pbxs[pbx]
        refusal = self.why_not(pbx, "Hangup")
        if refusal:
            return self._report(live, "Hangup", identity, Outcome(OutcomeKind.REFUSED, refusal))
        targets = list(legs) if legs is not None else [leg.uniqueid for leg in self.legs_of(key)]
        present = [live.store.channels[uid] for uid in targets if uid in live.store.channels]
        if not present:
            return self._report(live, "Hangup", identity, Outcome(OutcomeKind.GONE, "It had already ended."))
        who = " and ".join(describe(leg) for leg in present[:2]) + (
            f" and {len(present) - 2} more" if len(present) > 2 else ""
        )
        gone = _Watch(live, lambda _packet: not any(leg.uniqueid in live.store.channels for leg in present))
        refused = ""
        with gone:
            for leg in present:
                if leg.uniqueid not in live.store.channels:
                    continue  # hanging up one leg ends the others, often before their turn comes
                try:
                    await live.session.action("Hangup", {"Channel": leg.uniqueid, "Cause": NORMAL_CLEARING})
                except ActionError as error:
                    if leg.uniqueid in live.store.channels and "no such channel" not in error.message.lower():
                        refused = error.message
                except AmiError as error:
                    return self._report(live, "Hangup", identity, Outcome(OutcomeKind.FAILED, str(error)))
            if refused:
                outcome = Outcome(OutcomeKind.REFUSED, f"{who}: the PBX says: {refused}")
            elif await gone.seen(CONFIRM_WITHIN):
                outcome = Outcome(OutcomeKind.DONE, f"Hung up {who}.")
            else:
                outcome = Outcome(
                    OutcomeKind.NO_EFFECT, f"{who}: accepted, but still there after {CONFIRM_WITHIN:.0f} s."
                )
        return self._report(live, "Hangup", identity, outcome)

    # -- transfer -------------------------------------------------------------------------------------------------

    async def transfer(self, plan: TransferPlan) -> Outcome:
        """Carry out *plan* and watch where the moved parties arrive."""
        live = self._pbxs[plan.pbx]
        choice = plan.choice
        target = f"{choice.leg.uniqueid} to {plan.exten}@{plan.context}"
        refusal = self.why_not(plan.pbx, choice.action)
        if refusal:
            return self._report(live, choice.action, target, Outcome(OutcomeKind.REFUSED, refusal))
        outcome = self._changed_since(live, plan) or await self._send_transfer(live, plan)
        return self._report(live, choice.action, target, outcome)

    def _changed_since(self, live: LivePbx, plan: TransferPlan) -> Outcome | None:
        """Return the outcome GONE when who was confirmed is not there any more, or sits with somebody else."""
        choice = plan.choice
        for channel in (choice.leg, choice.partner):
            if channel is not None and channel.uniqueid not in live.store.channels:
                return Outcome(OutcomeKind.GONE, f"{describe(channel)} had already hung up; nobody was moved.")
        if choice.move is Move.BLIND and choice.leg.bridge is None:
            return Outcome(OutcomeKind.GONE, f"{describe(choice.leg)} is not in a conversation any more.")
        return None

    async def _send_transfer(self, live: LivePbx, plan: TransferPlan) -> Outcome:
        arrival = _Arrival(live, plan)
        with arrival.watch:
            try:
                await live.session.action(plan.choice.action, plan.headers)
            except ActionError as error:
                return Outcome(OutcomeKind.REFUSED, f"The PBX says: {error.message}")
            except AmiError as error:
                return Outcome(OutcomeKind.FAILED, str(error))
            loop = asyncio.get_running_loop()
            deadline = loop.time() + CONFIRM_WITHIN
            while loop.time() < deadline:
                if await arrival.watch.seen(ASK_EVERY):
                    break
                await arrival.ask()
            return arrival.outcome()

    def _report(self, live: LivePbx, action: str, target: str, outcome: Outcome) -> Outcome:
        if self._audit is None:
            return outcome
        problem = self._audit.write(
            pbx=live.name,
            login=live.profile.user,
            action=action,
            target=target,
            outcome=outcome.kind.value,
            text=outcome.text,
        )
        return Outcome(outcome.kind, f"{outcome.text} ({problem})") if problem else outcome


class _Watch:
    """Looks at every event, after it was applied, until *happened* says yes."""

    def __init__(self, live: LivePbx, happened: Callable[[Packet | None], bool]) -> None:
        self._live = live
        self._happened = happened
        self._event = asyncio.Event()

    def __enter__(self) -> _Watch:
        self._live.listeners.add(self._look)
        return self

    def __exit__(self, *_: object) -> None:
        self._live.listeners.discard(self._look)

    def _look(self, packet: Packet | None) -> None:
        if self._happened(packet):
            self._event.set()

    async def seen(self, seconds: float) -> bool:
        """Wait up to *seconds* and return whether it happened."""
        self._look(None)
        try:
            await asyncio.wait_for(self._event.wait(), seconds)
        except TimeoutError:
            self._look(None)
        return self._event.is_set()


class _Arrival:
    """Whether the parties that a plan moves have arrived."""

    def __init__(self, live: LivePbx, plan: TransferPlan) -> None:
        self._live = live
        self._plan = plan
        self._from = {leg.uniqueid: (leg.bridge, leg.position) for leg in plan.choice.moved}
        self._arrived: set[str] = set()
        self._result = ""
        self.watch = _Watch(live, self._look)

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
