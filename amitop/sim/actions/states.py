"""States of devices, of extensions that have a hint, and of presence (`ami.md` B.7, C)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim.action import action

if TYPE_CHECKING:
    from amitop.sim.action import Ask
    from amitop.sim.exchange import Exchange

STATUS = {
    "NOT_INUSE": (0, "Idle"), "INUSE": (1, "InUse"), "BUSY": (2, "Busy"), "UNAVAILABLE": (4, "Unavailable"),
    "INVALID": (4, "Unavailable"), "RINGING": (8, "Ringing"), "RINGINUSE": (9, "InUse&Ringing"), "ONHOLD": (16, "Hold"),
}  # fmt: skip
"""Status and StatusText of an extension by its device's state."""


def _status(exchange: Exchange, device: str) -> tuple[int, str]:
    return STATUS.get(exchange.device_state(device), STATUS["UNAVAILABLE"])


@action("DeviceStateList", "call,reporting", "List the current known device states.", "res_manager_devicestate")
def device_state_list(ask: Ask) -> None:
    """List devices."""
    items = [
        ask.item("DeviceStateChange", [("Device", device), ("State", state)])
        for device, state in ask.exchange.device_states.items()
    ]
    ask.listing("Device State Changes will follow", "DeviceStateListComplete", items)


@action("ExtensionStateList", "call,reporting", "List the current known extension states.")
def extension_state_list(ask: Ask) -> None:
    """List the extensions that have a hint."""
    items = []
    for (context, exten), device in ask.exchange.hints.items():
        status, text = _status(ask.exchange, device)
        names = [("Exten", exten), ("Context", context), ("Hint", device)]
        items.append(ask.item("ExtensionStatus", [*names, ("Status", str(status)), ("StatusText", text)]))
    ask.listing("Extension Statuses will follow", "ExtensionStateListComplete", items)


@action("ExtensionState", "call,reporting", "Check Extension Status.")
def extension_state(ask: Ask) -> None:
    """Say the state of one extension."""
    exten, context = ask.get("Exten"), ask.get("Context") or "default"
    if not exten:
        ask.error("Extension not specified")
        return
    device = ask.exchange.hints.get((context, exten), "")
    status, text = _status(ask.exchange, device) if device else (-1, "Unknown")
    ask.ack(
        "Extension Status",
        [("Exten", exten), ("Context", context), ("Hint", device), ("Status", str(status)), ("StatusText", text)],
    )


@action("PresenceStateList", "call,reporting", "List the current known presence states.", "res_manager_presencestate")
def presence_state_list(ask: Ask) -> None:
    """List presence, of which there is none."""
    ask.listing("Presence State Changes will follow", "PresenceStateListComplete", [])
