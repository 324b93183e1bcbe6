"""Recording by MixMonitor (`ami.md` B.2, E.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim import channels

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.switch import Switch


def start(switch: Switch, channel: Channel, file: str) -> str:
    """Begin to record; the MixMonitorID."""
    number = f"0x{switch.random.getrandbits(44):012x}"
    channels.set_variable(switch, channel, "MIXMONITOR_FILENAME", file)
    channel.recordings[number] = file
    switch.emit("call", "MixMonitorStart", channel.block())
    return number


def stop(switch: Switch, channel: Channel, number: str = "") -> bool:
    """End a recording, the first one without a number."""
    if not channel.recordings or (number and number not in channel.recordings):
        return False
    del channel.recordings[number or next(iter(channel.recordings))]
    switch.emit("call", "MixMonitorStop", channel.block())
    if not channel.recordings:
        channel.muted_recording = False
    return True


def mute(switch: Switch, channel: Channel, direction: str, on: bool) -> bool:
    """Silence the recordings' `read`, `write` or `both`."""
    if not channel.recordings:
        return False
    channel.muted_recording = on
    switch.emit("call", "MixMonitorMute", channel.block(), (("Direction", direction), ("State", "1" if on else "0")))
    return True


def ended(switch: Switch, channel: Channel) -> None:
    """End what is recorded of a channel that ends."""
    while channel.recordings:
        stop(switch, channel)
