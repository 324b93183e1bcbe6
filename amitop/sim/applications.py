"""The applications of the dialplan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim import channels, conferences, dialing, executing, parking, queues, recording, spying
from amitop.sim.running import Idle

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.switch import Switch

_IDLE = Idle()
_PLAYED = 3.0
"""Seconds that a sound lasts."""


def _nothing(_switch: Switch, _channel: Channel, _arguments: str) -> bool:
    return True


def _answer(switch: Switch, channel: Channel, _arguments: str) -> bool:
    return channels.answer_it(switch, channel)


def _ringing(switch: Switch, channel: Channel, _arguments: str) -> bool:
    if channel.other_half is not None:
        dialing.ring(switch, channel.other_half)
    return True


def _progress(switch: Switch, channel: Channel, _arguments: str) -> bool:
    if channel.other_half is not None:
        dialing.progress(switch, channel.other_half)
    return True


def _set(switch: Switch, channel: Channel, arguments: str) -> bool:
    name, _, value = arguments.partition("=")
    set_value(switch, channel, name, value)
    return True


def set_value(switch: Switch, channel: Channel, name: str, value: str) -> None:
    """Set a variable, or what a few functions set: accountcode and language of CHANNEL, num and name of CALLERID."""
    function, _, rest = name.partition("(")
    if not rest:
        channels.set_variable(switch, channel, name, value)
        return
    what = (function, rest.rstrip(")"))
    if what == ("CHANNEL", "accountcode"):
        channel.account = value
    elif what == ("CHANNEL", "language"):
        channel.language = value
    elif what == ("CALLERID", "num"):
        channel.caller_num = value
    elif what == ("CALLERID", "name"):
        channel.caller_name = value
    channels.publish(switch, channel)


def _for(switch: Switch, channel: Channel, seconds: float) -> bool:
    channel.running = _IDLE
    executing.hold_for(switch, channel, seconds)
    return False


def _wait(switch: Switch, channel: Channel, arguments: str) -> bool:
    return _for(switch, channel, float(arguments or 0))


def _playback(switch: Switch, channel: Channel, arguments: str) -> bool:
    if not channels.answer_it(switch, channel):
        return False
    return _for(switch, channel, _PLAYED * (arguments.count("&") + 1))


def _music(switch: Switch, channel: Channel, arguments: str) -> bool:
    music, _, seconds = arguments.partition(",")
    channel.music = music or "default"
    switch.emit("call", "MusicOnHoldStart", channel.block(), (("Class", channel.music),))
    channel.running = _IDLE
    if seconds:
        executing.hold_for(switch, channel, float(seconds))
    return False


def _echo(_switch: Switch, channel: Channel, _arguments: str) -> bool:
    channel.running = _IDLE
    return False


def _goto(_switch: Switch, channel: Channel, arguments: str) -> bool:
    *place, priority = arguments.split(",")
    context, exten = [*[channel.context, channel.exten][: 2 - len(place)], *place]
    channel.goto = (context, exten, int(priority))
    return True


def _hangup(switch: Switch, channel: Channel, arguments: str) -> bool:
    channels.drop(switch, channel, int(arguments) if arguments else channels.NORMAL)
    return False


def _busy(switch: Switch, channel: Channel, arguments: str) -> bool:
    channel.cause = channels.BUSY
    return _for_end(switch, channel, arguments)


def _congestion(switch: Switch, channel: Channel, arguments: str) -> bool:
    channel.cause = 34
    return _for_end(switch, channel, arguments)


def _for_end(switch: Switch, channel: Channel, arguments: str) -> bool:
    channel.running = _IDLE
    channel.pending = switch.clock.at(float(arguments or 10), lambda: channels.drop(switch, channel))
    return False


def _mix_monitor(switch: Switch, channel: Channel, arguments: str) -> bool:
    recording.start(switch, channel, arguments.partition(",")[0])
    return True


def _stop_mix_monitor(switch: Switch, channel: Channel, _arguments: str) -> bool:
    recording.stop(switch, channel)
    return True


executing.APPLICATIONS.update(
    {
        "NoOp": _nothing,
        "Verbose": _nothing,
        "Answer": _answer,
        "Ringing": _ringing,
        "Progress": _progress,
        "Set": _set,
        "Wait": _wait,
        "Playback": _playback,
        "MusicOnHold": _music,
        "Echo": _echo,
        "Goto": _goto,
        "Hangup": _hangup,
        "Busy": _busy,
        "Congestion": _congestion,
        "MixMonitor": _mix_monitor,
        "StopMixMonitor": _stop_mix_monitor,
        "Dial": dialing.dial,
        "Queue": queues.queue,
        "Park": parking.park_here,
        "ParkedCall": parking.parked_call,
        "ConfBridge": conferences.conf_bridge,
        "ChanSpy": spying.chan_spy,
    }
)
