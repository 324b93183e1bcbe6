"""What can hold a channel: an application, a dial, a bridge."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.switch import Switch


class Running(Protocol):
    """What a channel is held by. It gives the channel back by `executing.go_on`, or is interrupted."""

    def interrupt(self, switch: Switch, channel: Channel, why: str) -> list[Channel]:
        """Let it go now, with Asterisk's events, and say whom that leaves alone: they are hung up after it.

        `why` is `hangup`, `moved` (redirected), or `taken` (masqueraded: the application goes on without the channel,
        so that what it says of it is lost: `ami.md` D.6).
        """


class Calling(ABC):
    """What has dialled a leg: Dial, Queue, Originate. It holds the leg until it is answered or given up."""

    @abstractmethod
    def dials(self, channel: Channel) -> bool:
        """Whether that is a leg which it has dialled: it may hold who dials as well."""

    @abstractmethod
    def rang(self, switch: Switch, leg: Channel) -> None:
        """Hear that the leg's device rings; its state is RINGING already."""

    @abstractmethod
    def progressed(self, switch: Switch, leg: Channel, status: str) -> None:
        """Hear PROGRESS or PROCEEDING."""

    @abstractmethod
    def picked_up(self, switch: Switch, leg: Channel) -> None:
        """Hear of an answer; the leg's state is UP already."""

    @abstractmethod
    def refused(self, switch: Switch, leg: Channel) -> None:
        """Hear that the leg ends instead; why is in its `cause`. Its Hangup is the caller's task."""

    @abstractmethod
    def interrupt(self, switch: Switch, channel: Channel, why: str) -> list[Channel]:
        """Let a leg or the caller go (`Running`)."""


class Idle:
    """An application that does nothing until it is over or interrupted: Wait, MusicOnHold, Echo, Playback."""

    __slots__ = ()

    def interrupt(self, switch: Switch, channel: Channel, _why: str) -> list[Channel]:
        """Stop waiting."""
        if channel.pending is not None:
            channel.pending.cancel()
            channel.pending = None
        if channel.music:
            channel.music = ""
            switch.emit("call", "MusicOnHoldStop", channel.block())
        return []
