"""How a channel executes dialplan: step after step until something holds it, and how it ends (pbx.c)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from amitop.sim import channels

if TYPE_CHECKING:
    from collections.abc import Callable

    from amitop.sim.channel import Channel
    from amitop.sim.switch import Switch

_VARIABLE = re.compile(r"\$\{(\w+)(?::(\d+))?\}")

APPLICATIONS: dict[str, Callable[[Switch, Channel, str], bool]] = {}
"""By name; `applications` fills it. Each executes with its arguments: True when it is done at once, False when it holds
the channel (`Channel.running`) or has ended it."""

LONG = 10_000
"""Steps without a pause after which a dialplan is taken for one that goes round in circles."""


def start(switch: Switch, channel: Channel, context: str, exten: str, priority: int = 1) -> None:
    """Let a channel execute dialplan from there on."""
    channel.pbx = True
    channel.context, channel.exten, channel.priority = context, exten, priority
    run(switch, channel)


def go_on(switch: Switch, channel: Channel) -> None:
    """Go on after the application that held the channel."""
    channel.running = None
    if channel.hanging or channel.gone:
        return
    if not channel.pbx:  # it was called for one application only (Originate)
        channels.drop(switch, channel, channels.NORMAL)
        return
    if channel.goto is not None:
        channel.context, channel.exten, channel.priority = channel.goto
        channel.goto = None
    elif channel.exten or channel.priority:
        channel.priority += 1
    run(switch, channel)


def run(switch: Switch, channel: Channel) -> None:
    """Execute from where the channel is until something holds it, or it is over."""
    for _ in range(LONG):
        steps = switch.dialplan.find(channel.context, channel.exten)
        if steps is None or not 1 <= channel.priority <= len(steps):
            # Off the end: Asterisk hangs up by itself (autofallthrough), where no cause is known.
            channels.drop(switch, channel, channel.cause)
            return
        application, arguments = steps[channel.priority - 1]
        channel.application, channel.data = application, substitute(switch, channel, arguments)
        channels.publish(switch, channel)
        if not execute(switch, channel, application, channel.data):
            return
        if channel.gone or channel.hanging:
            return
        if channel.goto is not None:
            channel.context, channel.exten, channel.priority = channel.goto
            channel.goto = None
        else:
            channel.priority += 1
    raise RuntimeError(f"the dialplan goes round in circles at {channel.context},{channel.exten}")


def execute(switch: Switch, channel: Channel, application: str, arguments: str) -> bool:
    """Execute one application; an unknown one ends the channel, as in Asterisk."""
    call = APPLICATIONS.get(application)
    if call is None:
        channels.drop(switch, channel)
        return False
    return call(switch, channel, arguments)


def hold_for(switch: Switch, channel: Channel, seconds: float) -> None:
    """Go on in that many seconds, unless something comes between."""
    channel.pending = switch.clock.at(seconds, lambda: _wake(switch, channel))


def soon(switch: Switch, channel: Channel) -> None:
    """Go on as the next thing."""
    hold_for(switch, channel, 0.0)


def _wake(switch: Switch, channel: Channel) -> None:
    channel.pending = None
    running = channel.running
    if running is not None:
        running.interrupt(switch, channel, "over")
    go_on(switch, channel)


def finish(switch: Switch, channel: Channel) -> None:
    """End its execution: SoftHangupRequest (16 is APPUNLOAD, a flag and no cause), then the extension `h`."""
    switch.emit("call", "SoftHangupRequest", channel.block(), b"Cause: 16\r\n")
    steps = switch.dialplan.find(channel.context, "h")
    if steps is None:
        return
    channel.exten = "h"
    for number, (application, arguments) in enumerate(steps, 1):
        channel.priority = number
        channel.application, channel.data = application, substitute(switch, channel, arguments)
        channels.publish(switch, channel)
        if application == "Set":
            execute(switch, channel, application, channel.data)
    channel.priority = len(steps) + 1


def substitute(switch: Switch, channel: Channel, text: str) -> str:
    """Replace `${...}` in arguments; functions come out empty."""
    if "$" not in text:
        return text

    def value(match: re.Match[str]) -> str:
        name, skip = match[1], int(match[2] or 0)
        known = {
            "EXTEN": channel.exten,
            "CONTEXT": channel.context,
            "CHANNEL": channel.name,
            "UNIQUEID": channel.uniqueid,
        }
        return (known.get(name) or channel.variables.get(name) or switch.variables.get(name, ""))[skip:]

    return _VARIABLE.sub(value, text)
