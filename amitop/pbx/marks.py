"""What is marked on a channel: on hold, hearing music, being recorded, listened to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.blocks import header, value
from amitop.pbx.channels import hear
from amitop.pbx.reducer import Reducer

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.pbx.model import Channel, Outage
    from amitop.pbx.store import Store


def _hold(store: Store, packet: Packet, now: float) -> None:
    channel = hear(store, packet, now, create=True)
    if channel is None:
        return
    channel.hold_told = now
    if channel.held_at is None:
        channel.held_at = now
        store.note(channel.uniqueid, packet.name, f"{channel.name} holds", now)


def _unhold(store: Store, packet: Packet, now: float) -> None:
    """End a hold. It also comes without one, after a transfer (`ami.md` B.2)."""
    channel = hear(store, packet, now)
    if channel is None:
        return
    channel.hold_told = now
    if channel.held_at is not None:
        channel.held_at = None
        store.note(channel.uniqueid, packet.name, f"{channel.name} holds no more", now)


def _music_start(store: Store, packet: Packet, now: float) -> None:
    channel = hear(store, packet, now, create=True)
    if channel is not None:
        channel.music = value(packet, "Class") or "default"


def _music_stop(store: Store, packet: Packet, now: float) -> None:
    channel = hear(store, packet, now)
    if channel is not None:
        channel.music = None


def _recording_start(store: Store, packet: Packet, now: float) -> None:
    channel = hear(store, packet, now, create=True)
    if channel is not None:
        channel.recordings += 1
        store.note(channel.uniqueid, packet.name, "recording begins", now)


def _recording_stop(store: Store, packet: Packet, now: float) -> None:
    channel = hear(store, packet, now)
    if channel is not None and channel.recordings:
        channel.recordings -= 1
        if not channel.recordings:
            channel.recording_muted = False
        store.note(channel.uniqueid, packet.name, "recording ends", now)


def _recording_mute(store: Store, packet: Packet, now: float) -> None:
    channel = hear(store, packet, now, create=True)
    if channel is not None:
        channel.recording_muted = header(packet, "State") == "1"
        muted = "muted" if channel.recording_muted else "heard again"
        store.note(channel.uniqueid, packet.name, f"recording is {muted}", now)


def _spy_start(store: Store, packet: Packet, now: float) -> None:
    """Relate two channels; they stay two calls (`ami.md` D.2)."""
    spyer = hear(store, packet, now, "Spyer", create=True)
    spyee = hear(store, packet, now, "Spyee", create=True)
    if spyer is None or spyee is None:
        return
    _end_spying(store, spyer)  # one listens to one at a time
    spyer.spying_on = spyee.uniqueid
    spyee.spies |= {spyer.uniqueid}
    store.note(spyee.uniqueid, packet.name, f"{spyer.name} listens to {spyee.name}", now)


def _spy_stop(store: Store, packet: Packet, now: float) -> None:
    spyer = hear(store, packet, now, "Spyer")
    if b"\nSpyeeChannel:" in packet.raw:
        hear(store, packet, now, "Spyee")
    if spyer is not None and spyer.spying_on is not None:
        store.note(spyer.spying_on, packet.name, f"{spyer.name} listens no more", now)
        _end_spying(store, spyer)


def _end_spying(store: Store, spyer: Channel) -> None:
    spyee = store.channels.get(spyer.spying_on or "")
    if spyee is not None:
        spyee.spies -= {spyer.uniqueid}
    spyer.spying_on = None


def _gone(store: Store, channel: Channel, _now: float) -> None:
    _end_spying(store, channel)
    for uid in channel.spies:
        spyer = store.channels.get(uid)
        if spyer is not None and spyer.spying_on == channel.uniqueid:
            spyer.spying_on = None


def _doubt(_store: Store, channel: Channel, outage: Outage) -> None:
    """Forget what a missed event may have ended. A recording stays: nearly all last until the Hangup."""
    if channel.hold_told is not None and channel.hold_told <= outage.at:
        channel.held_at = channel.hold_told = None
    if channel.created <= outage.at:
        channel.missed = True
    if channel.touched <= outage.version:
        channel.music = None
        channel.hanging = False


REDUCER: Reducer = Reducer(
    {
        "Hold": _hold,
        "Unhold": _unhold,
        "MusicOnHoldStart": _music_start,
        "MusicOnHoldStop": _music_stop,
        "MixMonitorStart": _recording_start,
        "MixMonitorStop": _recording_stop,
        "MixMonitorMute": _recording_mute,
        "MonitorStart": _recording_start,
        "MonitorStop": _recording_stop,
        "ChanSpyStart": _spy_start,
        "ChanSpyStop": _spy_stop,
    },
    gone=_gone,
    doubt=_doubt,
)
