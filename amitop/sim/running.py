"""What can hold a channel: an application, a dial, a bridge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.switch import Switch


class Running(Protocol):
    """What a channel is held by. It gives the channel back by `dialplan.go_on`, or is interrupted."""

    def interrupt(self, switch: Switch, channel: Channel, why: str) -> None:
        """Let it go now, with Asterisk's events: `why` is `hangup`, `moved` (redirected) or `taken` (masqueraded)."""
