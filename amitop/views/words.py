"""Short words for what a leg is, has and does: shared by the views, the detail pane and the tables of `snapshot`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.thresholds import Level
from amitop.views.format import UNICODE, hms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amitop.pbx.model import Bridge, Channel, Position
    from amitop.pbx.store import Store
    from amitop.views.columns import Style

LEVEL_STYLE: dict[Level, Style] = {Level.FINE: "", Level.WARN: "warn", Level.CRITICAL: "bad"}
"""How a figure looks that is so bad."""


def signed(text: str, level: Level) -> str:
    """Return a figure with the sign of its level before it, so that figures still stand below one another."""
    return f"{level.sign} {text}" if level else text


def duration(seconds: float | None, *, exact: bool = True) -> str:
    """Return a duration, with `~` before it where it began before amitop was there to see."""
    return hms(seconds) if exact or seconds is None else f"~{hms(seconds)}"


def resource(channel: Channel) -> str:
    """Return the device without its technology: `agent01` of `PJSIP/agent01-0000002a`."""
    return channel.device.partition("/")[2] or channel.device


def position(at: Position) -> str:
    """Return `exten@context:priority`, as much of it as is known."""
    context, exten, priority = at
    place = f"{exten}@{context}" if exten and context else exten or context or ""
    return f"{place}:{priority}" if place and priority is not None else place


def application(channel: Channel) -> str:
    """Return `Application(data)`, or nothing."""
    name, data = channel.application, channel.data
    if not name:
        return ""
    return f"{name}({data})" if data else name


def flags(legs: Iterable[Channel]) -> str:
    """Return what is done to any of *legs* behind the parties' backs: held, recorded, muted, ...; sign and word."""
    held = recorded = muted = spied = spying = unheard = deaf = limited = False
    for leg in legs:
        held = held or leg.held_at is not None
        if leg.recordings:
            recorded, muted = True, muted or leg.recording_muted
        spied = spied or bool(leg.spies)
        spying = spying or leg.spying_on is not None
        unheard, deaf = unheard or leg.unheard, deaf or leg.deaf
        limited = limited or leg.ends_at is not None
    if not (held or recorded or spied or spying or unheard or deaf or limited):
        return ""
    words = (
        f"{UNICODE.hold} hold" if held else "",
        f"{UNICODE.record} rec{' muted' if muted else ''}" if recorded else "",
        f"{UNICODE.spy} spied" if spied else "",
        f"{UNICODE.spy} spying" if spying else "",
        f"{UNICODE.cross} muted" if unheard else "",
        f"{UNICODE.cross} deaf" if deaf else "",
        f"{UNICODE.down} limit" if limited else "",
    )
    return " ".join(word for word in words if word)


def marked(text: str, legs: Iterable[Channel]) -> str:
    """Return *text* behind the sign that a leg is muted: whoever did it has to see it in every table."""
    unheard = deaf = False
    for leg in legs:
        unheard, deaf = unheard or leg.unheard, deaf or leg.deaf
    if not (unheard or deaf):
        return text
    return f"{UNICODE.cross} {'muted' if unheard else 'deaf'} {text}".rstrip()


def time_left(legs: Iterable[Channel], now: float) -> float | None:
    """Return the seconds until a limit set from here hangs up the first of *legs*; None where there is none."""
    ends = [leg.ends_at for leg in legs if leg.ends_at is not None]
    return max(0.0, min(ends) - now) if ends else None


def bridge_kind(bridge: Bridge) -> str:
    """Return what a bridge is when it is more than a call: `room 8001`, `parking`, `hold`; nothing for a call's."""
    if bridge.connects:
        return ""
    if bridge.conference:
        return f"room {bridge.name}" if bridge.name else "room"
    return "parking" if bridge.type == "parking" else "hold"


def company(store: Store, channel: Channel) -> str:
    """Return whom *channel* is with: the other's device, a room and its size, or nothing."""
    bridge = store.bridges.get(channel.bridge) if channel.bridge else None
    if bridge is None:
        return ""
    size = len(bridge.members)
    if kind := bridge_kind(bridge):
        return f"{kind} ({size})"
    if size != 2:
        return f"{size} together" if size > 2 else "alone"
    one, two = bridge.members
    other = two if one == channel.uniqueid else one
    known = store.channels.get(other)
    return other if known is None else known.device
