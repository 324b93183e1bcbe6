"""What changes what is heard and kept of a call: digits, muting, recording (`ami.md` E.1, E.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim.action import action
from amitop.sim.privileges import is_true

if TYPE_CHECKING:
    from amitop.sim.action import Ask
    from amitop.sim.channel import Channel


@action("PlayDTMF", "call", "Play DTMF signal on a specific channel.")
def play_dtmf(ask: Ask) -> None:
    """Send a digit, the first of what is given."""
    channel = ask.need_channel("Channel not found")
    digit, duration = ask.get("Digit"), ask.get("Duration")
    if not digit:
        ask.error("No digit specified")
        return
    if duration and not (duration.isascii() and duration.isdigit()):
        ask.error("Could not convert Duration parameter")
        return
    ask.ack("DTMF successfully queued")
    ask.exchange.play_dtmf(channel, digit[0], int(duration or 100), receive=is_true(ask.get("Receive")))


@action("SendFlash", "call", "Send a hook flash on a specific channel.")
def send_flash(ask: Ask) -> None:
    """Send a flash, which no phone here understands."""
    ask.need_channel("Channel not found")
    ask.ack("Flash successfully queued")


@action("MuteAudio", "system", "Mute an audio stream.", "res_mutestream")
def mute_audio(ask: Ask) -> None:
    """Silence what a channel says, hears, or both. There is no event of it."""
    for header in ("Channel", "State", "Direction"):
        ask.need(header, f"{header} not specified")
    channel = ask.need_channel("No such channel")
    direction = ask.get("Direction").lower()
    if direction not in {"in", "out", "all"}:
        ask.error("Failed to mute/unmute stream")
        return
    ask.exchange.mute_audio(channel, direction, is_true(ask.get("State")))
    ask.ack()


def _recorded(ask: Ask) -> Channel:
    """Return the channel. Raises `Refusal` where there is none."""
    ask.need("Channel", "No channel specified")
    return ask.need_channel("No such channel")


@action(
    "MixMonitor",
    "system",
    "Record a call and mix the audio during the recording.  Use of StopMixMonitor is required to guarantee the audio "
    "file is available for processing during dialplan execution.",
    "app_mixmonitor",
)
def mix_monitor(ask: Ask) -> None:
    """Record a channel. No file is written."""
    channel = _recorded(ask)
    ask.need("File", "Could not start monitoring channel")
    ask.ack()
    ask.exchange.start_recording(channel, ask.get("File"))


@action(
    "StopMixMonitor",
    "system,call",
    "Stop recording a call through MixMonitor, and free the recording's file handle.",
    "app_mixmonitor",
)
def stop_mix_monitor(ask: Ask) -> None:
    """End one recording of a channel."""
    channel = _recorded(ask)
    if ask.exchange.stop_recording(channel, ask.get("MixMonitorID")):
        ask.ack()
    else:
        ask.error("Could not stop monitoring channel")


@action("MixMonitorMute", "system,call", "Mute / unMute a Mixmonitor recording.", "app_mixmonitor")
def mix_monitor_mute(ask: Ask) -> None:
    """Pause the recordings of a channel, or go on with them."""
    direction, state = ask.get("Direction"), ask.get("State")
    if not direction:
        ask.error("No direction specified. Must be read, write or both")
    elif direction.lower() not in {"read", "write", "both"}:
        ask.error("Invalid direction specified. Must be read, write or both")
    elif not state:
        ask.error("No state specified")
    else:
        ask.exchange.mute_recording(_recorded(ask), direction.lower(), is_true(state))
        ask.ack()  # also where nothing is recorded
