"""The states of devices: what DeviceStateChange says, and what queues hear of it (`ami.md` B.7, chan_pjsip)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim.channel import BUSY, DIALING, RING, RINGING, UP
from amitop.sim.endpoint import MEMBER_STATUS

if TYPE_CHECKING:
    from amitop.sim.switch import Switch


def state_of(switch: Switch, device: str) -> str:
    """Work out a device's state from its channels, and from whether it can be reached."""
    technology, _, name = device.partition("/")
    channels = switch.channels_by_device.get(device, {})
    if technology == "PJSIP":
        endpoint = switch.endpoints.get(name)
        if endpoint is None:
            return "INVALID"
        ringing = used = held = busy = False
        for channel in channels.values():
            state = channel.state
            if channel.held:
                held = True
            elif state == RINGING:
                ringing = True
            elif state in (UP, RING, DIALING):
                used = True
            elif state == BUSY:
                busy = True
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
        return "INUSE" if channels else "NOT_INUSE"
    return switch.device_states.get(device, "UNKNOWN" if technology in ("Custom", "Agent") else "INVALID")


def changed(switch: Switch, device: str) -> None:
    """Look at a device again, and tell everybody when its state is another."""
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
