"""Hints: which device stands behind an extension, for members of queues that are named by one (`ami.md` B.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.blocks import header, value
from amitop.pbx.reducer import Reducer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amitop.ami.packet import Packet
    from amitop.pbx.store import Store


class Hints:
    """The devices that hints name."""

    def __init__(self) -> None:
        self.devices: dict[str, str] = {}
        """`PJSIP/1001` by `1001@ext-local`, and by `1001`, which a Local channel names in another context."""

    def learn(self, exten: str, context: str, hint: str) -> None:
        """Take what *hint* says of *exten*: `PJSIP/1001&Custom:DND1001`, of which the first is a phone."""
        device = next((part for part in hint.split("&") if "/" in part and not part.startswith("Local/")), None)
        for name in (f"{exten}@{context}", exten):
            if device is None:
                self.devices.pop(name, None)
            else:
                self.devices[name] = device


def apply_hints(store: Store, items: Iterable[Packet]) -> None:
    """See `Store.apply_hints`."""
    hints = store.part(Hints)
    for item in items:
        hints.learn(item.get("Exten"), item.get("Context"), item.get("Hint"))


def device(store: Store, interface: str) -> str:
    """Return the phone behind a member's state interface.

    FreePBX names members `Local/1001@from-queue/n` and their state `hint:1001@ext-local`. Where no hint tells, the
    extension itself stands for the phone, so that both spellings are one person.
    """
    if interface.startswith("hint:"):
        name = interface.removeprefix("hint:")
    elif interface.startswith("Local/"):
        name = interface.removeprefix("Local/").partition("/")[0]
    else:
        return interface
    devices = store.part(Hints).devices
    exten = name.partition("@")[0]
    return devices.get(name) or devices.get(exten) or exten


def _extension_status(store: Store, packet: Packet, _now: float) -> None:
    exten, hint = value(packet, "Exten"), value(packet, "Hint")
    if exten is not None and hint is not None:
        store.part(Hints).learn(exten, header(packet, "Context"), hint)


REDUCER: Reducer = Reducer({"ExtensionStatus": _extension_status}, part=Hints)
