"""Rings an operator's own phone, and tells what became of it (`ami.md` E.2).

It is rung with a Uniqueid of our own, so that its channel is known from its first event on.
"""

from __future__ import annotations

import contextlib
import secrets
from typing import TYPE_CHECKING

from amitop.control.hangup import NORMAL_CLEARING
from amitop.control.outcome import Stopped
from amitop.control.watch import Watch
from amitop.pbx.model import ChannelState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from amitop.ami.packet import Packet
    from amitop.control.guard import Guard
    from amitop.live import LivePbx

_REASONS = {
    "0": "cannot be reached: not registered, or no such device",
    "1": "was hung up",
    "3": "was not picked up",
    "5": "is busy",
    "8": "cannot be reached: congestion",
}
"""`Reason` of OriginateResponse is the last frame that the phone's channel had (include/asterisk/frame.h)."""
WHILE_IT_RANG = "amitop ended while it rang."
"""What is on record where nobody waited for the end: the phone may ring on and be picked up."""


class Ring:
    """What becomes of a phone that is rung.

    *reached* is asked with each event, and once with None: is it where it was wanted? *hopeless* says that waiting is
    in vain, whatever becomes of the phone.
    """

    def __init__(
        self,
        live: LivePbx,
        reached: Callable[[Ring, Packet | None], bool],
        hopeless: Callable[[], bool] = lambda: False,
    ) -> None:
        self._live = live
        self._reached = reached
        self._hopeless = hopeless
        self.channel_id = f"amitop-{secrets.token_hex(8)}"
        """Uniqueid of the phone's channel."""
        self.reached = False
        self.ended = False
        """Whether its channel was there, and ended by itself."""
        self._action_id: str | None = None
        self._appeared = False
        self._answers: list[Packet] = []

    async def ring(self, guard: Guard, pbx: str, headers: Mapping[str, str]) -> None:
        """Send the Originate with *headers*, wait until the phone is where it was wanted, and hang it up if it is not.

        Raises `Stopped` when it cannot be sent.
        """
        patience = guard.patience
        common = {
            "Timeout": str(round(patience.ring * 1000)),
            "ChannelId": self.channel_id,
            "Async": "true",  # else the PBX tells this session nothing until the phone is picked up
        }
        with Watch(self._live, self._look) as watch:
            response = await guard.send(pbx, "Originate", {**headers, **common})
            self._action_id = response.action_id  # the answer may have come before
            await watch.seen(patience.ring + patience.confirm)
            if not self.reached and not self.told:
                # Why the phone's channel ended comes by another way in Asterisk, and may come later (`ami.md` B.1).
                with Watch(self._live, lambda _packet: self.told) as reason:
                    await reason.seen(patience.ask_every)
        self.ended = self._gone
        if not self.reached and self.channel_id in self._live.store.channels:
            # It would be picked up later, when nobody looks any more.
            with contextlib.suppress(Stopped):
                await guard.send(pbx, "Hangup", {"Channel": self.channel_id, "Cause": NORMAL_CLEARING})

    def _look(self, packet: Packet | None) -> bool:
        self._appeared = self._appeared or self.channel_id in self._live.store.channels
        if packet is not None and packet.name == "OriginateResponse":
            self._answers.append(packet)
        self.reached = self.reached or self._reached(self, packet)
        return self.reached or self._gone or self._hopeless() or self._answer("failure") is not None

    def _answer(self, response: str) -> Packet | None:
        """Return the OriginateResponse of our phone if it says so."""
        for answer in self._answers:
            ours = answer.get("Uniqueid") == self.channel_id or answer.action_id == self._action_id is not None
            if ours and answer.get("Response").lower() == response:
                return answer
        return None

    @property
    def told(self) -> bool:
        """Whether the PBX has told what became of the phone."""
        return (self._answer("failure") or self._answer("success")) is not None

    @property
    def picked_up(self) -> bool:
        """Whether somebody answered."""
        channel = self._live.store.channels.get(self.channel_id)
        return self._answer("success") is not None or (channel is not None and channel.state is ChannelState.UP)

    @property
    def _gone(self) -> bool:
        return self._appeared and self.channel_id not in self._live.store.channels

    def failure(self, device: str) -> str:
        """Return why *device* was not reached, "" where the PBX has not told."""
        answer = self._answer("failure")
        if answer is None:
            return ""
        code = answer.get("Reason")
        return f"{device} {_REASONS.get(code, f'failed (reason {code})')}."


def caller_id(text: str) -> str:
    """Return *text* for the display of a phone: nothing in it can end the caller ID's quotes."""
    return "".join(c if c.isalnum() or c in " .+-" else " " for c in text)[:60].strip()
