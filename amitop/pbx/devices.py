"""Which channels a device has now: `PJSIP/agent01` -> their Uniqueids.

A channel's name begins with its device (`Channel.device`), so endpoints and trunks count their calls here and nobody
scans all channels for them. Kept by `channels.begin`, `channels.rename` and the hook for those that have gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.reducer import Reducer

if TYPE_CHECKING:
    from collections.abc import Collection

    from amitop.pbx.model import Channel
    from amitop.pbx.store import Store


class Devices:
    """The devices that have channels, by name as the channels spell it: `PJSIP/agent01`, `IAX2/branch`."""

    def __init__(self) -> None:
        self.channels: dict[str, dict[str, None]] = {}
        """Uniqueids by device, in order of arrival; a device without channels is not in it."""

    def of(self, device: str) -> Collection[str]:
        """Return the Uniqueids of the channels that *device* has now, oldest first; none where it has none."""
        return self.channels.get(device, ())

    def count(self, device: str) -> int:
        """Return how many channels *device* has now."""
        return len(self.channels.get(device, ()))

    def add(self, device: str, uniqueid: str) -> None:
        """Note that *device* has the channel *uniqueid*."""
        self.channels.setdefault(device, {})[uniqueid] = None

    def discard(self, device: str, uniqueid: str) -> None:
        """Note that *device* has the channel *uniqueid* no more, if it had."""
        uniqueids = self.channels.get(device)
        if uniqueids is not None:
            uniqueids.pop(uniqueid, None)
            if not uniqueids:
                del self.channels[device]


def _gone(store: Store, channel: Channel, _now: float) -> None:
    store.part(Devices).discard(channel.device, channel.uniqueid)


REDUCER: Reducer = Reducer({}, gone=_gone, part=Devices)
