"""The life of a channel: its beginning, what changes of it, its end, and the events of each (`ami.md` B.2).

Asterisk keeps a snapshot of each channel and says what is new when it takes the next one: the state first, then what is
executed, then the parties. `publish` is that step; what nobody has published yet does not show in events or lists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim import devices, dialing, executing, recording, spying
from amitop.sim.channel import DOWN, UP, Channel
from amitop.sim.event import escape, lines

if TYPE_CHECKING:
    from amitop.sim.endpoint import Endpoint
    from amitop.sim.switch import Switch

CAUSES = {
    0: "Unknown", 1: "Unallocated (unassigned) number", 2: "No route to specified transit network",
    3: "No route to destination", 6: "Channel unacceptable", 16: "Normal Clearing", 17: "User busy",
    18: "No user responding", 19: "User alerting, no answer", 20: "Subscriber absent", 21: "Call Rejected",
    22: "Number changed", 26: "Answered elsewhere", 27: "Destination out of order", 28: "Invalid number format",
    31: "Normal, unspecified", 34: "Circuit/channel congestion", 38: "Network out of order",
    41: "Temporary failure", 42: "Switching equipment congestion", 44: "Requested channel not available",
    58: "Bearer capability not available", 127: "Interworking, unspecified",
}  # fmt: skip
"""Cause-txt by Cause (causes.h)."""

UNKNOWN, NORMAL, BUSY, ELSEWHERE, INTERWORKING = 0, 16, 17, 26, 127

SIP_CODES = {1: 404, 3: 404, 17: 486, 18: 408, 19: 480, 20: 480, 21: 603, 27: 502, 34: 503, 38: 500, 127: 500}
"""TechCause of what a far end refuses, by Cause."""


def begin(
    switch: Switch,
    name: str,
    *,
    state: int = DOWN,
    caller: tuple[str, str] = ("", ""),
    place: tuple[str, str] = ("", "s"),
    linkedid: str = "",
    uniqueid: str = "",
    account: str = "",
    endpoint: Endpoint | None = None,
) -> Channel:
    """Make a channel and say Newchannel. `place` is context and extension, `linkedid` that of whom it belongs to."""
    uniqueid = uniqueid or switch.new_uniqueid()
    channel = Channel(name, uniqueid, linkedid or uniqueid, switch.clock.now)
    channel.state = state
    channel.caller_num, channel.caller_name = caller
    channel.context, channel.exten = place
    channel.account = account
    channel.endpoint = endpoint
    switch.channels[uniqueid] = channel
    switch.by_name[name] = channel
    switch.channels_by_device.setdefault(channel.device, {})[uniqueid] = channel
    if endpoint is not None:
        endpoint.channels.add(uniqueid)
    channel.show(channel.fields())
    switch.calls_processed += 1
    switch.emit("call", "Newchannel", channel.block())
    if state != DOWN:
        devices.look(switch, channel)
    return channel


def publish(switch: Switch, channel: Channel) -> None:
    """Take a snapshot of the channel, and say what is new since the last, in Asterisk's order (manager_channels.c)."""
    fields, old = channel.fields(), channel.published
    if fields == old or channel.gone:
        return
    channel.show(fields)
    emit, block = switch.emit, channel.block()
    if fields[1] != old[1]:
        emit("call", "Newstate", block)
    # A change of the application alone is none of the place: only the first one says Newexten (stasis_channels.c).
    if channel.application and (fields[8:11] != old[8:11] or not old[13]):
        _newexten(switch, channel)
    if fields[2:4] != old[2:4]:
        emit("call", "NewCallerid", block, b"CID-CallingPres: 0 (Presentation Allowed, Not Screened)\r\n")
    if fields[7] != old[7]:
        emit("call", "NewAccountCode", block, lines((("OldAccountCode", str(old[7])),)))
    if fields[4:6] != old[4:6]:
        emit("call", "NewConnectedLine", block)
    if fields[1] != old[1]:
        devices.look(switch, channel)


def _newexten(switch: Switch, channel: Channel) -> None:
    if "dialplan" in switch.wanted:
        switch.emit(
            "dialplan",
            "Newexten",
            channel.block(),
            (("Extension", channel.exten), ("Application", channel.application), ("AppData", channel.data)),
        )


def set_state(switch: Switch, channel: Channel, state: int) -> None:
    """Change its state, and publish."""
    if channel.state == state:
        return
    channel.state = state
    if state == UP and channel.answered is None:
        channel.answered = switch.clock.now
    publish(switch, channel)
    if state == UP:
        switch.note(lambda observer: observer.answered(channel))


def answer_it(switch: Switch, channel: Channel) -> bool:
    """Answer a channel that executes dialplan, if it is not Up: and `;1`, when it is the `;2` of a Local channel.

    False when that has ended it: whoever has dialled `;1` may do anything then.
    """
    if channel.state != UP:
        set_state(switch, channel, UP)
        other = channel.other_half
        if other is not None:
            dialing.answer(switch, other)
    return not channel.hanging


def set_connected(switch: Switch, channel: Channel, num: str, name: str) -> None:
    """Let it know who is at the other end, and publish."""
    channel.connected_num, channel.connected_name = num, name
    publish(switch, channel)


def set_variable(switch: Switch, channel: Channel | None, name: str, value: str) -> None:
    """Set a variable and say VarSet; without a channel a global one. "" takes it away."""
    variables = switch.variables if channel is None else channel.variables
    if value:
        variables[name] = value
    else:
        variables.pop(name, None)
    if "dialplan" in switch.wanted:
        switch.variables_said += 1
        block = b"Channel: none\r\nUniqueid: none\r\n" if channel is None else channel.block()
        switch.emit("dialplan", "VarSet", block, (("Variable", name), ("Value", escape(value))))


def drop(switch: Switch, channel: Channel, cause: int | None = None) -> None:
    """End a channel, and whoever is left alone by that. `cause` stays when one is known already."""
    waiting = [channel]
    while waiting:
        going = waiting.pop(0)
        if going.hanging:
            continue
        going.hanging = True
        if cause is not None and going is channel and not going.cause:
            going.cause = cause
        alone = release(switch, going, "hangup")
        if going.pbx:
            executing.finish(switch, going)
        end(switch, going)
        waiting += alone


def release(switch: Switch, channel: Channel, why: str) -> list[Channel]:
    """Take a channel out of what holds it; who is left alone by that, and must be dropped once it has moved on."""
    running, channel.running = channel.running, None
    if why == "taken" and channel.pbx:  # its dialplan stays with what has held it (masquerade)
        channel.pbx = False
        channel.application = channel.data = ""
    alone = running.interrupt(switch, channel, why) if running is not None else []
    if channel.pending is not None:
        channel.pending.cancel()
        channel.pending = None
    return alone


def end(switch: Switch, channel: Channel) -> None:
    """Say the Hangup, and forget the channel."""
    if channel.gone:
        return
    channel.hanging = True
    spying.ended(switch, channel)
    recording.ended(switch, channel)
    cause, other = channel.cause, channel.other_half
    if other is not None and not other.hanging:
        switch.emit("call", "HangupRequest", other.block(), (("Cause", str(cause)),))
    channel.show(channel.fields())
    headers = [("Cause", str(cause)), ("Cause-txt", CAUSES.get(cause, "Unknown"))]
    if channel.tech_cause:
        headers.append(("TechCause", str(channel.tech_cause)))
    switch.emit("call", "Hangup", channel.block(), headers)
    channel.gone = True
    _forget(switch, channel)
    devices.look(switch, channel)
    switch.note(lambda observer: observer.ended(channel))
    if other is not None:
        drop(switch, other, cause or NORMAL)


def _forget(switch: Switch, channel: Channel) -> None:
    del switch.channels[channel.uniqueid]
    if switch.by_name.get(channel.name) is channel:
        del switch.by_name[channel.name]
    device = switch.channels_by_device[channel.device]
    del device[channel.uniqueid]
    if not device:
        del switch.channels_by_device[channel.device]
    if channel.endpoint is not None:
        channel.endpoint.channels.discard(channel.uniqueid)
    if channel.limit is not None:
        channel.limit.cancel()


def hang_up(switch: Switch, channel: Channel, cause: int = NORMAL) -> None:
    """Let its device hang up: HangupRequest, and what follows.

    Only a leg that was dialled, or that Dial has answered, comes with a Cause here. Of others Asterisk has none until a
    bridge gives it one: the Hangup says `Cause 0` of whoever gives up waiting in a queue (seen in 22.10).
    """
    if channel.hanging:
        return
    if channel.incoming and channel.answered is not None and not channel.answered_by_dial:
        switch.emit("call", "HangupRequest", channel.block())
        drop(switch, channel, NORMAL if channel.bridge is not None else UNKNOWN)
        return
    if channel.answered is None and channel.incoming:
        cause = INTERWORKING  # a CANCEL has no cause of its own (res_pjsip.c)
    switch.emit("call", "HangupRequest", channel.block(), (("Cause", str(cause)),))
    drop(switch, channel, cause)
