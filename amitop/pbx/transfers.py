"""Transfers and pickups, told in the story only: bridges, Hangups and Linkedids carry their effect (`ami.md` B.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.blocks import header
from amitop.pbx.channels import hear
from amitop.pbx.reducer import Reducer

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.pbx.store import Store


def _blind_transfer(store: Store, packet: Packet, now: float) -> None:
    result = header(packet, "Result")
    where = f"{header(packet, 'Extension')} in {header(packet, 'Context')}"
    text = f"{header(packet, 'TransfererChannel')} transfers to {where}"
    if result != "Success":
        text += f": {result.lower()}"
    _note(store, packet, "TransfererUniqueid", text, now)


def _attended_transfer(store: Store, packet: Packet, now: float) -> None:
    result = header(packet, "Result")
    text = f"{header(packet, 'OrigTransfererChannel')} hands over after asking"
    if result != "Success":
        text += f": {result.lower()}"
    _note(store, packet, "OrigTransfererUniqueid", text, now)


def _pickup(store: Store, packet: Packet, now: float) -> None:
    picker = hear(store, packet, now, create=True)
    target = hear(store, packet, now, "Target", create=True)
    if picker is not None and target is not None:
        store.note(target.uniqueid, packet.name, f"{picker.name} picks up {target.name}", now)


def _note(store: Store, packet: Packet, who: str, text: str, now: float) -> None:
    uniqueid = header(packet, who)
    if uniqueid in store.channels:
        store.note(uniqueid, packet.name, text, now)
    else:
        store.unknown[packet.name] += 1


REDUCER: Reducer = Reducer(
    {"BlindTransfer": _blind_transfer, "AttendedTransfer": _attended_transfer, "Pickup": _pickup},
)
