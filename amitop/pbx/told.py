"""What an operator did to a leg and no event tells: it is muted, its time is limited. Kept for as long as it lives.

Asterisk has no way to ask whether a leg is muted (`ami.md` E.1), so that this is only what was done from here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amitop.pbx.store import Store


def tell_muted(store: Store, uniqueid: str, *, heard: bool, hears: bool, now: float) -> None:
    """Note that the PBX has muted a leg, or not: whether it is *heard* by the others, and *hears* them."""
    channel = store.channels.get(uniqueid)
    if channel is None:
        return
    channel.unheard, channel.deaf = not heard, not hears
    words = {
        (True, True): "is heard and hears again",
        (False, True): "is muted: nobody hears it",
        (True, False): "is muted: it hears nobody",
        (False, False): "is muted both ways",
    }[heard, hears]
    store.version += 1
    store.note(uniqueid, "MuteAudio", f"{channel.name} {words}", now)


def tell_limit(store: Store, uniqueid: str, ends_at: float | None, now: float) -> None:
    """Note when the PBX will hang up a leg, None for never."""
    channel = store.channels.get(uniqueid)
    if channel is None:
        return
    channel.ends_at = ends_at
    words = f"is hung up in {ends_at - now:.0f} s" if ends_at is not None else "has no time limit any more"
    store.version += 1
    store.note(uniqueid, "AbsoluteTimeout", f"{channel.name} {words}", now)


def tell_paused(store: Store, uniqueid: str, *, paused: bool, now: float) -> None:
    """Note that the PBX has paused what the old Monitor records of a leg, or goes on with it: no event tells that."""
    channel = store.channels.get(uniqueid)
    if channel is None:
        return
    channel.recording_muted = paused
    store.version += 1
    store.note(uniqueid, "PauseMonitor", f"recording is {'paused' if paused else 'resumed'}", now)
