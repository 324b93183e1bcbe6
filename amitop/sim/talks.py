"""What two who talk do: hold, transfer, park, record; and in the end one of them hangs up."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from amitop.sim.bridge import Bridge
    from amitop.sim.channel import Channel
    from amitop.sim.life import Life

MEDIAN, SPREAD, SHORTEST, LONGEST = 52.0, 0.85, 5.0, 900.0
"""Seconds of a talk."""


class Talks:
    """All talks of two. `phones` are the endpoints of people here, `queues` the extensions of queues."""

    def __init__(self, life: Life, phones: dict[str, str], queues: list[str]) -> None:
        self.life = life
        self.exchange = life.exchange
        self.phones = phones
        """Extension by endpoint."""
        self.queues = queues
        self._asking: set[str] = set()
        """Channels by which somebody asks a colleague before a transfer."""
        life.on_talk = self.begin

    def begin(self, bridge: Bridge) -> None:
        """Let them talk."""
        life = self.life
        lasts = life.about(MEDIAN, SPREAD, SHORTEST, LONGEST)
        asked = self._asking.intersection(bridge.channels)
        if asked:
            self._asking -= asked
            self.exchange.clock.at(120.0, lambda: self._end(bridge))
            return
        self.exchange.clock.at(lasts, lambda: self._end(bridge))
        if lasts < 15.0:
            return
        moment = life.dice.uniform(4.0, lasts - 8.0)
        chance = life.dice.random()
        for limit, what in (
            (0.18, self._hold), (0.23, self._record), (0.27, self._blind), (0.32, self._ask), (0.37, self._park),
            (0.40, self._digits),
        ):  # fmt: skip
            if chance < limit:
                self.exchange.clock.at(moment, partial(self._if_on, bridge, what))
                return

    def _end(self, bridge: Bridge) -> None:
        if not bridge.destroyed and bridge.channels:
            channels = list(bridge.channels.values())
            self.exchange.hang_up(channels[0 if self.life.chance(0.6) else -1])

    def _if_on(self, bridge: Bridge, what: Callable[[Channel, Channel], None]) -> None:
        if bridge.destroyed or len(bridge.channels) != 2 or any(channel.held for channel in bridge.channels.values()):
            return
        here = [channel for channel in bridge.channels.values() if self._is_here(channel)]
        if here:
            first = self.life.dice.choice(here)
            other = bridge.others(first)[0]
            what(first, other)

    def _is_here(self, channel: Channel) -> bool:
        return channel.endpoint is not None and channel.endpoint.name in self.phones

    # --- what they do: `channel` is that of somebody here, `other` whom it talks to ---

    def _hold(self, channel: Channel, other: Channel) -> None:
        self.exchange.hold(channel)
        self.life.after(6.0, 45.0, lambda: self.exchange.unhold(channel))

    def _record(self, channel: Channel, other: Channel) -> None:
        mixmonitor = self.exchange.start_recording(channel, f"on-demand-{channel.uniqueid}.wav")
        if self.life.chance(0.3):
            self.life.after(5.0, 9.0, lambda: self.exchange.mute_recording(channel, "both", True))
            self.life.after(12.0, 20.0, lambda: self.exchange.mute_recording(channel, "both", False))
        if self.life.chance(0.5):
            self.life.after(10.0, 60.0, lambda: self.exchange.stop_recording(channel, mixmonitor))

    def _digits(self, channel: Channel, other: Channel) -> None:
        for place, digit in enumerate("4711#"):
            self.exchange.clock.at(place * 0.4, partial(self._press, other, digit))

    def _press(self, channel: Channel, digit: str) -> None:
        if not channel.gone:
            self.exchange.press(channel, digit)

    def _blind(self, channel: Channel, other: Channel) -> None:
        exten = self._colleague(channel)
        if self.queues and self.life.chance(0.5):
            exten = self.life.dice.choice(self.queues)
        if exten:
            self.exchange.blind_transfer(channel, exten, "internal")

    def _ask(self, channel: Channel, other: Channel) -> None:
        """Hold the call, ask a colleague, and connect the two if the colleague is there."""
        exten = self._colleague(channel)
        if not exten or channel.endpoint is None:
            return
        self.exchange.hold(channel)
        second = self.exchange.call_in(channel.endpoint.name, "", "", exten)
        self._asking.add(second.uniqueid)
        self.life.after(11.0, 20.0, lambda: self._asked(channel, second))

    def _asked(self, channel: Channel, second: Channel) -> None:
        self._asking.discard(second.uniqueid)
        one, two = channel.bridge, second.bridge
        met = one is not None and two is not None and one is not two and one.type == two.type == "basic"
        if two is not None and met and self.exchange.attended_transfer(channel, second) == "Success":
            lasts = self.life.about(MEDIAN, SPREAD, SHORTEST, LONGEST)
            self.exchange.clock.at(lasts, lambda: self._end(two))
            return
        if not second.gone:
            self.exchange.hang_up(second)
        self.exchange.unhold(channel)

    def _park(self, channel: Channel, other: Channel) -> None:
        """Park whom it talks to; a colleague fetches the call, or its time is up."""
        parked = self.exchange.park(other, timeout_channel=channel)
        if parked is None:
            return
        self.exchange.hang_up(channel)
        if self.life.chance(0.7):
            self.life.after(8.0, 40.0, lambda: self._fetch(other, parked.space))
        elif self.life.chance(0.4):
            self.life.after(5.0, 60.0, lambda: self._give_up(other))

    def _fetch(self, parked: Channel, space: int) -> None:
        free = self._free()
        if free and not parked.gone and parked.bridge is not None and parked.bridge.type == "parking":
            self.exchange.call_in(self.life.dice.choice(free), "", "", str(space))

    def _give_up(self, parked: Channel) -> None:
        if parked.bridge is not None and parked.bridge.type == "parking":
            self.exchange.hang_up(parked)

    def _free(self) -> list[str]:
        return [endpoint for endpoint in self.phones if self.life.idle(endpoint)]

    def _colleague(self, channel: Channel) -> str:
        free = [endpoint for endpoint in self._free() if channel.endpoint is None or endpoint != channel.endpoint.name]
        return self.phones[self.life.dice.choice(free)] if free else ""
