"""Conferences and parked calls in the JSON document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from amitop.pbx.room_model import Conference, ParkedCall, Participant
    from amitop.pbx.store import Store

    Json = dict[str, Any]


def conferences(store: Store) -> list[Json]:
    """Return the rooms in the order of their beginning; who is in each, in the order in which they came."""
    return [_conference(store, room) for room in store.rooms.values()]


def parked_calls(store: Store, time: Callable[[float | None], str | None]) -> list[Json]:
    """Return the parked calls, who waits longest first. *time* makes text of a moment of the store's clock."""
    calls = sorted(store.parked.values(), key=lambda call: call.since)
    return [_parked(store, call, time) for call in calls]


def _conference(store: Store, room: Conference) -> Json:
    members = [_participant(store, person) for person in room.members.values()]
    return {"name": room.name, "locked": room.locked, "members": members}


def _participant(store: Store, person: Participant) -> Json:
    return {
        "uniqueid": person.uniqueid,
        "channel": store.channels[person.uniqueid].name,
        "admin": person.admin,
        "muted": person.muted,
        "talking": person.talking,
        "waiting": person.waiting,
    }


def _parked(store: Store, call: ParkedCall, time: Callable[[float | None], str | None]) -> Json:
    caller = store.channels[call.uniqueid].caller
    return {
        "lot": call.lot,
        "space": call.space,
        "uniqueid": call.uniqueid,
        "channel": store.channels[call.uniqueid].name,
        "caller": {"num": caller.num, "name": caller.name},
        "parker": call.parker,
        "since": time(call.since),
        "timeout": call.limit,  # in all, from `since` on; None is no limit
    }
