"""Short words for what a leg is, has and does: shared by the views, the detail pane and the tables of `snapshot`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.views.format import UNICODE, hms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amitop.pbx.model import Bridge, Channel, Position
    from amitop.pbx.store import Store


def duration(seconds: float | None, *, exact: bool = True) -> str:
    """Return a duration, with `~` before it where it began before amitop was there to see."""
    return hms(seconds) if exact or seconds is None else f"~{hms(seconds)}"


def resource(channel: Channel) -> str:
    """Return the device without its technology: `agent01` of `PJSIP/agent01-0000002a`."""
    return channel.device.partition("/")[2] or channel.device


def position(at: Position) -> str:
    """Return `exten@context:priority`, as much of it as is known."""
    place = "@".join(part for part in (at.exten, at.context) if part)
    return place if at.priority is None or not place else f"{place}:{at.priority}"


def application(channel: Channel) -> str:
    """Return `Application(data)`, or nothing."""
    name, data = channel.application, channel.data
    if not name:
        return ""
    return f"{name}({data})" if data else name


def flags(legs: Iterable[Channel]) -> str:
    """Return what is done to any of *legs* behind the parties' backs: held, recorded, listened to; sign and word."""
    held = recorded = muted = spied = spying = False
    for leg in legs:
        held |= leg.held_at is not None
        recorded |= leg.recordings > 0
        muted |= leg.recordings > 0 and leg.recording_muted
        spied |= bool(leg.spies)
        spying |= leg.spying_on is not None
    words = []
    if held:
        words.append(f"{UNICODE.hold} hold")
    if recorded:
        words.append(f"{UNICODE.record} rec{' muted' if muted else ''}")
    if spied:
        words.append(f"{UNICODE.spy} spied")
    if spying:
        words.append(f"{UNICODE.spy} spying")
    return " ".join(words)


def bridge_kind(bridge: Bridge) -> str:
    """Return what a bridge is when it is more than a call: `room 8001`, `parking`, `hold`; nothing for a call's."""
    if bridge.conference:
        return f"room {bridge.name}" if bridge.name else "room"
    if bridge.type == "parking":
        return "parking"
    if bridge.holding:
        return "hold"
    return ""


def company(store: Store, channel: Channel) -> str:
    """Return whom *channel* is with: the other's device, a room and its size, or nothing."""
    bridge = store.bridges.get(channel.bridge) if channel.bridge else None
    if bridge is None:
        return ""
    kind = bridge_kind(bridge)
    if kind:
        return f"{kind} ({len(bridge.members)})"
    others = [uniqueid for uniqueid in bridge.members if uniqueid != channel.uniqueid]
    if len(others) != 1:
        return f"{len(bridge.members)} together" if others else "alone"
    other = store.channels.get(others[0])
    return others[0] if other is None else other.device
