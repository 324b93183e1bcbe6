"""Who can be moved where, in words and as an AMI action. Pure: it reads the state and sends nothing.

`Redirect` moves the very leg that it names, and the leg's partner loses the bridge; `BlindTransfer` moves the partners
of the leg that it names (`ami.md` E.1). Panels that mix the two up move the wrong party, so every choice offered here
says who goes and who stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from amitop.control.fields import dialplan_word
from amitop.pbx.model import Call, Channel, ChannelState, Key

if TYPE_CHECKING:
    from amitop.pbx.model import Party
    from amitop.pbx.store import Store


class Move(StrEnum):
    """Which party a transfer moves, seen from the leg that is selected."""

    THIS = "this party"
    OTHER = "the other party"
    BOTH = "both parties"
    BLIND = "blind transfer"


@dataclass(frozen=True, slots=True)
class TransferChoice:
    """One way to transfer the selected leg's call."""

    move: Move
    leg: Channel
    """The leg that the action names."""
    partner: Channel | None
    label: str
    """Who goes, in a few words, not cleaned."""
    consequence: str
    """What becomes of whoever stays, not cleaned."""

    @property
    def action(self) -> str:
        """The AMI action that does it."""
        return "BlindTransfer" if self.move is Move.BLIND else "Redirect"

    @property
    def moved(self) -> tuple[Channel, ...]:
        """The channels that go to the new extension."""
        if self.move is Move.BOTH and self.partner is not None:
            return (self.leg, self.partner)
        if self.move is Move.BLIND and self.partner is not None:
            return (self.partner,)
        return (self.leg,)


@dataclass(frozen=True, slots=True)
class TransferPlan:
    """A choice with its destination."""

    pbx: str
    choice: TransferChoice
    exten: str
    context: str
    priority: str = "1"

    @property
    def headers(self) -> dict[str, str]:
        """The action's headers. Channels are named by Uniqueid, which no other call can inherit."""
        choice = self.choice
        if choice.move is Move.BLIND:
            return {"Channel": choice.leg.uniqueid, "Context": self.context, "Exten": self.exten}
        headers = {
            "Channel": choice.leg.uniqueid,
            "Context": self.context,
            "Exten": self.exten,
            "Priority": self.priority,
        }
        if choice.move is Move.BOTH and choice.partner is not None:
            headers |= {
                "ExtraChannel": choice.partner.uniqueid,
                "ExtraContext": self.context,
                "ExtraExten": self.exten,
                "ExtraPriority": self.priority,
            }
        return headers

    @property
    def sentence(self) -> str:
        """What will happen, in words; not cleaned."""
        return f"{self.choice.label} to {self.exten} in {self.context}. {self.choice.consequence}"


def party_words(party: Party) -> str:
    """Name and number of *party* in one line; empty when it has neither. Not cleaned."""
    return " ".join(part for part in (party.name, party.num) if part)


def describe(channel: Channel) -> str:
    """Who *channel* is: its caller ID, else its device. Not cleaned."""
    return party_words(channel.caller) or channel.device


def partner_of(store: Store, channel: Channel) -> Channel | None:
    """Return the one real party that *channel* talks to, or None where there is none or more than one.

    Looks through Local channels: their halves are plumbing, and whoever sits at the far end is the party.
    """
    seen = {channel.uniqueid}
    here = channel
    while True:
        bridge = store.bridges.get(here.bridge or "")
        if bridge is None or bridge.holding or bridge.conference:
            return None
        others = [uid for uid in bridge.members if uid != here.uniqueid and uid in store.channels]
        if len(others) != 1 or others[0] in seen:
            return None
        other = store.channels[others[0]]
        seen.add(other.uniqueid)
        if other.local_other is None:
            return other
        far_half = store.channels.get(other.local_other)
        if far_half is None or far_half.uniqueid in seen:
            return None
        seen.add(far_half.uniqueid)
        here = far_half


def leg_to_move(store: Store, key: Key) -> Channel | None:
    """Return the leg that a transfer of row *key* (a call or a channel) speaks of; None when it has gone.

    For a call that is its oldest real leg: the one who called.
    """
    _, identity = key
    call = store.calls.get(identity)
    if call is None:
        return store.channels.get(identity)
    return first_real_leg(call)


def first_real_leg(call: Call) -> Channel | None:
    """Return the oldest leg of *call* that is not half of a Local channel, or the oldest at all."""
    return next((leg for leg in call.legs if leg.local_other is None), next(iter(call.legs), None))


def transfer_choices(store: Store, leg: Channel) -> list[TransferChoice]:
    """Return the ways in which *leg*'s call can be transferred now, the likeliest first."""
    partner = partner_of(store, leg)
    who = describe(leg)
    if partner is None:
        return [TransferChoice(Move.THIS, leg, None, f"{who} goes", _alone(store, leg))]
    whom = describe(partner)
    left = "is left alone: hung up, unless the dialplan has more for them"
    choices = [
        TransferChoice(Move.THIS, leg, partner, f"{who} goes", f"{whom} {left}."),
        TransferChoice(Move.OTHER, partner, leg, f"{whom} goes", f"{who} {left}."),
        TransferChoice(Move.BOTH, leg, partner, f"{who} and {whom} go", "Their connection is cut, each arrives alone."),
    ]
    if leg.state is ChannelState.UP and leg.bridge is not None:
        label = f"{whom} goes, transferred by {who}"
        choices.append(TransferChoice(Move.BLIND, leg, partner, label, f"{who} leaves the call."))
    return choices


def _alone(store: Store, leg: Channel) -> str:
    dialled = [
        store.channels[d.dest] for d in store.dials.values() if d.caller == leg.uniqueid and d.dest in store.channels
    ]
    if dialled:
        return f"{', '.join(describe(c) for c in dialled[:3])} stops ringing."
    return "Nobody else is on the line."


def plan_transfer(pbx: str, choice: TransferChoice, exten: str, context: str) -> TransferPlan:
    """Return the plan that sends *choice* to *exten* in *context*.

    Raises ValueError, with one line for the person at the keyboard, when a field is empty or cannot be an extension.
    """
    exten, context = dialplan_word(exten, "extension"), dialplan_word(context, "context")
    return TransferPlan(pbx, choice, exten, context)


def destinations(store: Store) -> tuple[list[str], list[str]]:
    """Return the extensions and the contexts seen on this PBX's channels, for completion; most frequent first."""
    extens: dict[str, int] = {}
    contexts: dict[str, int] = {}
    for channel in store.channels.values():
        context, exten, _ = channel.position
        for value, counts in ((exten, extens), (channel.dialled, extens), (context, contexts)):
            if value and value not in {"s", "h", "i", "t"}:
                counts[value] = counts.get(value, 0) + 1
    return _by_count(extens), _by_count(contexts)


def _by_count(counts: dict[str, int]) -> list[str]:
    return sorted(counts, key=lambda value: (-counts[value], value))
