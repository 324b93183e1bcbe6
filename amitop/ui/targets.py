"""Whom an action means: caught when the key is pressed, with the words that a person then confirms. Sends nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from amitop.control.transfer import describe, destinations, first_real_leg, transfer_choices
from amitop.views.call_row import CallRow
from amitop.views.format import UNICODE, hms

if TYPE_CHECKING:
    from amitop.control.transfer import TransferChoice
    from amitop.pbx.model import Channel, Key
    from amitop.pbx.store import Store
    from amitop.views.call_row import LegRow
    from amitop.views.channels import ChannelRow


@dataclass(frozen=True, slots=True)
class Target:
    """A call, or one leg of one. The Uniqueids are those that were on the screen: who joins later is not meant."""

    store: Store
    key: Key
    legs: tuple[str, ...]
    words: str
    """Parties, what they do and for how long; not cleaned."""
    whole: bool
    """A call and not a single leg."""

    @property
    def pbx(self) -> str:
        """The PBX's name."""
        return self.key[0]

    def leg(self) -> Channel | None:
        """Return the leg that a transfer speaks of, None once it has gone."""
        if self.whole:
            call = self.store.calls.get(self.key[1])
            if call is not None:
                return first_real_leg(call)
        return next((self.store.channels[uid] for uid in self.legs if uid in self.store.channels), None)

    def choices(self) -> list[TransferChoice]:
        """Return the ways in which it can be transferred now; none once it has gone."""
        leg = self.leg()
        return transfer_choices(self.store, leg) if leg is not None else []

    def destinations(self) -> tuple[list[str], list[str]]:
        """Return extensions and contexts that are in use on its PBX."""
        return destinations(self.store)


def target_of(row: CallRow | LegRow | ChannelRow, now: float) -> Target:
    """Return whom *row* stands for."""
    if isinstance(row, CallRow):
        legs = tuple(leg.uniqueid for leg in row.legs)
        return Target(row.store, row.key, legs, call_words(row, now), whole=True)
    channel = row.channel
    words = f"{channel_words(channel)}, {row.state(now).lower()} for {hms(row.age(now))}"
    return Target(row.store, channel.key, (channel.uniqueid,), words, whole=False)


def call_words(row: CallRow, now: float) -> str:
    """Return who is in a call, what they do and for how long: `Ann Lee +15551234567 ↔ Agent 03, talking 0:31`."""
    talk = row.talk(now)
    return (
        f"{row.from_text()} {UNICODE.both} {row.to_text()}, "
        f"{row.state(now).lower()} {hms(row.age(now) if talk is None else talk)}"
    )


def channel_words(channel: Channel) -> str:
    """Return whose leg a channel is: the caller ID, and the device where that says more."""
    who = describe(channel)
    return who if who == channel.device else f"{who} ({channel.device})"
