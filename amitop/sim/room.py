"""What a conference and a parking lot are, and who is in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amitop.sim.bridge import Bridge
    from amitop.sim.channel import Channel
    from amitop.sim.clock import Timer


@dataclass(slots=True, eq=False)
class Participant:
    """Somebody in a conference."""

    channel: Channel
    joined: float
    admin: bool = False
    marked: bool = False
    wait_marked: bool = False
    end_marked: bool = False
    waiting: bool = False
    muted: bool = False
    talking: bool = False


@dataclass(slots=True, eq=False)
class Conference:
    """A ConfBridge. It ends with its last participant."""

    name: str
    bridge: Bridge
    members: dict[str, Participant] = field(default_factory=dict)
    """By Uniqueid."""
    locked: bool = False
    muted: bool = False
    recording: str = ""
    """The file, when it is recorded."""


@dataclass(slots=True, eq=False)
class Parked:
    """A call in a parking space."""

    channel: Channel
    space: int
    parker: str
    """ParkerDialString: the device that gets the call back."""
    since: float
    limit: float
    """Seconds until it goes back; 0: never."""
    timer: Timer | None = None


@dataclass(slots=True, eq=False)
class Lot:
    """A parking lot."""

    name: str = "default"
    first: int = 701
    last: int = 720
    timeout: float = 45.0
    exten: str = "700"
    context: str = "parkedcalls"
    bridge: Bridge | None = None
    calls: dict[int, Parked] = field(default_factory=dict)
    """By space."""
