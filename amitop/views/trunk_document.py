"""Outbound registrations as a part of the JSON document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from amitop.pbx.registrations import Registrations

if TYPE_CHECKING:
    from collections.abc import Callable

    from amitop.pbx.registration_model import Registration
    from amitop.pbx.store import Store


def registrations(store: Store, now: float, time: Callable[[float | None], str | None]) -> list[dict[str, Any]]:
    """Return the registrations at *now*; *time* gives the time of a moment of the store's clock."""
    return [_registration(each, now, time) for each in store.part(Registrations).known.values()]


def _registration(registration: Registration, now: float, time: Callable[[float | None], str | None]) -> dict[str, Any]:
    return {
        "name": registration.name,
        "technology": registration.technology,
        "server": registration.server,
        "client": registration.client,
        "status": registration.status,
        "next": time(registration.next_try(now)),
    }
