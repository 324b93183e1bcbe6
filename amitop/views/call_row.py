"""One row of the Calls view: a call, or a leg beneath it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.calls import call_queue, call_state, caller_leg, from_party, to_party
from amitop.pbx.model import NOBODY, CallState
from amitop.views.channels import ChannelRow
from amitop.views.format import party
from amitop.views.sound import worst
from amitop.views.stuck import SIGN, stuck
from amitop.views.words import application, bridge_kind, duration, marked, resource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.pbx.model import Call, Channel, EndedCall, EndedChannel, Key, Party
    from amitop.pbx.store import Store
    from amitop.views.columns import Style
    from amitop.views.sound import Sound

OUTSIDE_DIGITS = 7
"""Numbers of this many digits are not extensions of the house: the leg that has one goes through a trunk."""

_STYLES: dict[CallState, Style] = {
    CallState.TALKING: "good",
    CallState.CONFERENCE: "good",
    CallState.RINGING: "accent",
    CallState.DIALING: "accent",
    CallState.PARKED: "accent",
    CallState.WAITING: "warn",
    CallState.HELD: "warn",
    CallState.ENDING: "dim",
    CallState.ENDED: "dim",
}


class LegRow(ChannelRow):
    """A leg beneath its call."""

    __slots__ = ("branch", "call_id")

    def __init__(self, store: Store, call_id: str, channel: Channel, end: EndedChannel | None, branch: str) -> None:
        super().__init__(store, channel, end)
        self.key = (channel.pbx, call_id, channel.uniqueid)
        self.call_id = call_id
        self.branch = branch

    @property
    def legs(self) -> tuple[Channel, ...]:
        """The leg itself."""
        return (self.channel,)

    @property
    def exact(self) -> bool:
        """Whether its duration is known exactly."""
        return not self.channel.partial

    @property
    def started(self) -> float:
        """When the channel began."""
        return self.channel.created

    def from_text(self) -> str:
        """The channel, indented."""
        return f"{self.branch} {self.channel.name}"

    def to_text(self) -> str:
        """Its own party: whose phone it is."""
        return party(self.channel.caller)

    def via(self) -> str:
        """What the dialplan does with it, or why it ended."""
        return self.application()

    def queue(self) -> str | None:
        """The queue that it waits in."""
        place = self.store.queued.get(self.channel.uniqueid)
        return None if place is None else place.queue


class CallRow:
    """A call, or what is left of it."""

    __slots__ = ("_last_legs", "call", "children", "end", "key", "store")

    def __init__(
        self,
        store: Store,
        call: Call,
        *,
        end: EndedCall | None = None,
        last_legs: Sequence[Channel] = (),
        children: tuple[LegRow, ...] = (),
    ) -> None:
        self.key: Key = call.key
        """(PBX, id of the call)."""
        self.store = store
        self.call = call
        self.end = end
        self._last_legs = last_legs
        self.children = children

    @property
    def legs(self) -> Sequence[Channel]:
        """Its channels, oldest first; the last ones that it had, once it has ended."""
        return self.call.legs if self.end is None else self._last_legs

    @property
    def ended(self) -> bool:
        """Whether its last leg has gone."""
        return self.end is not None

    @property
    def exact(self) -> bool:
        """Whether its duration is known exactly."""
        return not self.call.partial

    @property
    def started(self) -> float:
        """When it began."""
        return self.call.started

    @property
    def caller(self) -> Party:
        """Who called."""
        return from_party(self.call)

    @property
    def called(self) -> Party:
        """Who was called, or answered."""
        return to_party(self.call)

    def age(self, now: float) -> float:
        """Seconds since it began, until it ended."""
        return (now if self.end is None else self.end.at) - self.call.started

    def stuck(self, now: float) -> str | None:
        """Why one of its legs looks stuck, or None."""
        if self.end is not None:
            return None
        return next((why for leg in self.call.legs if (why := stuck(self.store, leg, now))), None)

    def call_state(self) -> CallState:
        """What it is doing."""
        return CallState.ENDED if self.end is not None else call_state(self.call, self.store)

    def state_word(self) -> str:
        """What it is doing, in a word."""
        return str(self.call_state())

    def state(self, now: float) -> str:
        """What it is doing, with a sign when a leg looks stuck."""
        return f"{self.state_word()} {SIGN}" if self.stuck(now) else self.state_word()

    def state_style(self, now: float) -> Style:
        """What the state means."""
        return "bad" if self.stuck(now) else _STYLES.get(self.call_state(), "")

    def from_text(self) -> str:
        """Who called: the caller ID, else the device that the call began on."""
        caller = self.caller
        leg = caller_leg(self.call) if caller == NOBODY else None
        return party(caller) if leg is None else leg.device

    def to_text(self) -> str:
        """Who was called, or answered."""
        return party(self.called)

    def queue(self) -> str | None:
        """The queue it came through."""
        return call_queue(self.call)

    def via(self) -> str:
        """What connects the two: a queue, a room, a trunk, a device or an application; when it has ended, why."""
        return marked(via(self.store, self.call), self.legs) if self.end is None else self.end.cause_text

    def application(self) -> str:
        """What the dialplan does with its oldest leg."""
        return application(self.legs[0]) if self.legs else ""

    def sound(self, now: float) -> Sound:
        """How its worst leg sounds."""
        return worst(self.store, self.legs, now if self.end is None else self.end.at)

    def talk(self, now: float) -> float | None:
        """Seconds since two parties met; None when they have not, or when that was before amitop was there."""
        if self.call.talk_since is None:
            return None
        return (now if self.end is None else self.end.at) - self.call.talk_since

    def talk_text(self, now: float) -> str:
        """How long the parties have talked; `?` where they do and nobody saw since when."""
        if self.call.talk_since is None and self.call.met_before:
            return "?"
        return duration(self.talk(now))


def via(store: Store, call: Call) -> str:
    """Return what a call goes through, in a word or two: `queue support #2`, `room 8001`, `trunk`, `Echo`."""
    queued, parked = store.queued, store.parked
    for leg in call.legs:
        if place := queued.get(leg.uniqueid):
            return f"queue {place.queue} #{place.position}"
        if space := parked.get(leg.uniqueid):
            return f"parked {space.space}"
        bridge = store.bridges.get(leg.bridge) if leg.bridge else None
        if bridge is not None and (kind := bridge_kind(bridge)):
            return kind
    if queue := call_queue(call):
        return f"queue {queue}"
    real = [leg for leg in call.legs if leg.technology != "Local"]
    if len(real) > 1:
        outside = [leg for leg in real if _outside(leg.caller.num)]
        return resource((outside or real)[-1])
    # Alone with the dialplan: what that does says more than which device it is.
    alone = real or call.legs
    return next((leg.application for leg in alone if leg.application), resource(alone[0]) if alone else "")


def _outside(num: str | None) -> bool:
    digits = (num or "").removeprefix("+")
    return len(digits) >= OUTSIDE_DIGITS and digits.isdecimal()


def parties(row: CallRow | LegRow) -> str:
    """Return every number and name that any leg bears: what a filter should find although no column shows it."""
    return " ".join(dict.fromkeys(text for leg in row.legs for text in (*leg.caller, *leg.connected) if text))


def account(row: CallRow | LegRow) -> str:
    """Return the account code of the first leg that has one."""
    return next((leg.account for leg in row.legs if leg.account), "")
