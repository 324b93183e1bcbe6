"""Digits: DTMF in both directions (`ami.md` B.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.switch import Switch


def press(switch: Switch, channel: Channel, digit: str, duration_ms: int, direction: str) -> None:
    """Let a digit begin now and end after its duration; a Local channel hands it on to its other half."""
    _begin(switch, channel, digit, duration_ms, direction)
    other = channel.other_half
    if other is not None:
        _begin(switch, other, digit, duration_ms, "Sent" if direction == "Received" else "Received")
    elif direction == "Received" and channel.bridge is not None and channel.bridge.type == "basic":
        for far in channel.bridge.others(channel):
            _begin(switch, far, digit, duration_ms, "Sent")


def _begin(switch: Switch, channel: Channel, digit: str, duration_ms: int, direction: str) -> None:
    if channel.gone:
        return
    headers = [("Digit", digit), ("Direction", direction)]
    switch.emit("dtmf", "DTMFBegin", channel.block(), headers)

    def end() -> None:
        if not channel.gone:
            headers.insert(1, ("DurationMs", str(duration_ms)))
            switch.emit("dtmf", "DTMFEnd", channel.block(), headers)

    switch.clock.at(duration_ms / 1000, end)
