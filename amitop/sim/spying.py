"""Listening in: ChanSpy (`ami.md` B.2, E.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim import channels, executing

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.switch import Switch


class Spy:
    """Somebody who listens, or waits for something to listen to."""

    def __init__(self, spyer: Channel, target: str, options: str) -> None:
        self.spyer = spyer
        self.target = target
        self.options = options
        self.spyee: Channel | None = None

    def begin(self, switch: Switch) -> bool:
        """Look for the target; True when there is nothing to do (options S, E)."""
        spyee = self._find(switch)
        if spyee is None:
            return bool({"S", "E"} & set(self.options))
        self.spyer.running = self
        self.spyee = spyee
        spyee.spied_by.append(self.spyer)
        switch.emit("call", "ChanSpyStart", self.spyer.block("Spyer"), spyee.block("Spyee"))
        return False

    def _find(self, switch: Switch) -> Channel | None:
        if "u" in self.options:
            found = switch.by_name.get(self.target) or switch.channels.get(self.target)
            return found if found is not None and not found.hanging else None
        for name, channel in switch.by_name.items():  # a prefix, as ChanSpy takes it
            if name.startswith(self.target) and channel is not self.spyer and not channel.hanging:
                return channel
        return None

    def interrupt(self, switch: Switch, channel: Channel, _why: str) -> list[Channel]:
        """Stop listening."""
        self.stop(switch)
        if channel.pending is not None:
            channel.pending.cancel()
            channel.pending = None
        return []

    def stop(self, switch: Switch) -> None:
        """Say ChanSpyStop, once."""
        spyee, self.spyee = self.spyee, None
        if spyee is None:
            return
        if self.spyer in spyee.spied_by:
            spyee.spied_by.remove(self.spyer)
        switch.emit("call", "ChanSpyStop", self.spyer.block("Spyer"), spyee.block("Spyee"))


def chan_spy(switch: Switch, spyer: Channel, arguments: str) -> bool:
    """Execute ChanSpy(target,options)."""
    if not channels.answer_it(switch, spyer):
        return False
    target, _, options = arguments.partition(",")
    spy = Spy(spyer, target, options)
    done = spy.begin(switch)
    if not done and spyer.running is not spy:
        spyer.running = spy
    return done


def ended(switch: Switch, spyee: Channel) -> None:
    """Let everybody go who listens to a channel that ends: with options S and E they end too."""
    while spyee.spied_by:
        spyer = spyee.spied_by[-1]
        spy = spyer.running
        if not isinstance(spy, Spy) or spy.spyee is not spyee:
            spyee.spied_by.pop()
            continue
        spy.stop(switch)
        if {"S", "E"} & set(spy.options):
            spyer.running = None
            executing.soon(switch, spyer)
