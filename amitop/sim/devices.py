"""The states of devices: what DeviceStateChange says, and what queues hear of it (`ami.md` B.7, chan_pjsip)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim.channel import BUSY, DOWN, RINGING, RSRVD
from amitop.sim.endpoint import MEMBER_STATUS

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.switch import Switch


def state_of(switch: Switch, device: str) -> str:
    """Work out a device's state from what its channels do, and from whether it can be reached."""
    technology, _, name = device.partition("/")
    tally = switch.tallies.get(device)
    if technology == "PJSIP":
        endpoint = switch.endpoints.get(name)
        if endpoint is None:
            return "INVALID"
        if tally:
            used, ringing, held, busy = (tally.get(kind, 0) for kind in (USED, RINGS, HELD, IS_BUSY))
            if ringing:
                return "RINGINUSE" if used or held else "RINGING"
            if used:
                return "INUSE"
            if held:
                return "ONHOLD"
            if busy:
                return "BUSY"
        return "NOT_INUSE" if endpoint.reachable else "UNAVAILABLE"
    if technology == "Local":
        return "INUSE" if switch.channels_by_device.get(device) else "NOT_INUSE"
    return switch.device_states.get(device, "UNKNOWN" if technology in ("Custom", "Agent") else "INVALID")


USED, RINGS, HELD, IS_BUSY, NOTHING = "used", "rings", "held", "busy", ""


def _kind(channel: Channel) -> str:
    """What a channel makes of its device (ast_state_chan2dev)."""
    if channel.gone or channel.state in (DOWN, RSRVD):
        return NOTHING
    if channel.held:
        return HELD
    return RINGS if channel.state == RINGING else IS_BUSY if channel.state == BUSY else USED


def look(switch: Switch, channel: Channel) -> None:
    """Look at a channel's device again, since the channel's state is another. A trunk has thousands: no scan."""
    kind, old = _kind(channel), channel.kind
    device = channel.device
    if kind != old:
        channel.kind = kind
        tally = switch.tallies.setdefault(device, {})
        if old:
            tally[old] -= 1
            if not tally[old]:
                del tally[old]
        if kind:
            tally[kind] = tally.get(kind, 0) + 1
        elif not tally:
            del switch.tallies[device]
    changed(switch, device)


def catch_up(switch: Switch) -> None:
    """Tell of the devices that were put off."""
    late, switch.late_devices = switch.late_devices or [], None
    for device in late:
        changed(switch, device)


def changed(switch: Switch, device: str) -> None:
    """Look at a device again, and tell everybody when its state is another."""
    if switch.late_devices is not None:
        switch.late_devices.append(device)
        return
    say(switch, device, state_of(switch, device))


def say(switch: Switch, device: str, state: str) -> None:
    """Tell everybody of a device's state, if it is news."""
    if switch.device_states.get(device) == state:
        return
    switch.device_states[device] = state
    if "call" in switch.wanted:
        switch.emit("call", "DeviceStateChange", (("Device", device), ("State", state)))
    for hint in switch.hints_by_device.get(device, ()):
        status, words = _EXTENSION[state]
        switch.emit(
            "call",
            "ExtensionStatus",
            (
                ("Exten", hint[1]),
                ("Context", hint[0]),
                ("Hint", device),
                ("Status", str(status)),
                ("StatusText", words),
            ),
        )
    if device in switch.members_by_device:
        switch.on_member_state(device, MEMBER_STATUS[state])


_EXTENSION = {
    "UNKNOWN": (0, "Idle"), "NOT_INUSE": (0, "Idle"), "INUSE": (1, "InUse"), "BUSY": (2, "Busy"),
    "INVALID": (4, "Unavailable"), "UNAVAILABLE": (4, "Unavailable"), "RINGING": (8, "Ringing"),
    "RINGINUSE": (9, "InUse&Ringing"), "ONHOLD": (16, "Hold"),
}  # fmt: skip
