"""Carries out plans on conferences: checked again first, and judged by events, or by a fresh list where none comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.ami.errors import AmiError
from amitop.control import fields
from amitop.control.fetching import fetch
from amitop.control.outcome import Outcome, OutcomeKind, Stopped
from amitop.control.room_plan import RoomAct
from amitop.control.watch import Watch
from amitop.pbx.room_lists import apply_room, apply_rooms

if TYPE_CHECKING:
    from collections.abc import Callable

    from amitop.ami.session import Listing
    from amitop.control.fetching import FetchPlan
    from amitop.control.guard import Guard
    from amitop.control.room_plan import RoomPlan
    from amitop.live import LivePbx
    from amitop.pbx.room_model import Conference, Participant

TIMEOUT = 10.0
"""Seconds for a list: a person is waiting."""
_EVERYBODY = {"all", "participants"}
"""What the actions take for everybody, and for everybody but admins (`ami.md` E.5)."""
_RECORDED_ALREADY = "already being recorded"


class RoomActions:
    """Mutes, kicks, locks and records; fetches parked calls."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def fetch(self, plan: FetchPlan) -> Outcome:
        """Have a phone fetch a parked call."""
        return await fetch(self._guard, plan)

    async def carry_out(self, plan: RoomPlan) -> Outcome:
        """Do what *plan* says, if it still makes sense."""
        target = plan.room if plan.uniqueid is None else f"{plan.uniqueid} in {plan.room}"
        return await self._guard.on_record(plan.pbx, plan.act.action, target, self._carry_out(plan))

    async def _carry_out(self, plan: RoomPlan) -> Outcome:
        self._guard.check(plan.pbx, plan.act.action)
        live = self._guard.live(plan.pbx)
        room = _room(live, plan)
        if plan.act.of_person:
            return await self._to_person(live, plan, room)
        if plan.act in {RoomAct.LOCK, RoomAct.UNLOCK}:
            return await self._lock(live, plan)
        return await self._record(live, plan, room)

    async def _to_person(self, live: LivePbx, plan: RoomPlan, room: Conference) -> Outcome:
        person = _person(live, plan)
        headers = {"Conference": plan.room, "Channel": _name(live, room, person)}

        def done() -> bool:
            seat = _seat(live, plan)
            if plan.act is RoomAct.KICK or seat is None:
                return plan.act is RoomAct.KICK and seat is None
            return seat.muted is (plan.act is RoomAct.MUTE)

        if plan.act is not RoomAct.KICK and done():
            return Outcome(OutcomeKind.GONE, f"{plan.who} is {_state(person)} already.")
        if not await self._send(live, plan, headers, done):
            await _ask_people(live, plan.room)
        told = {
            RoomAct.MUTE: f"{plan.who} is muted in {plan.room}.",
            RoomAct.UNMUTE: f"{plan.who} is heard in {plan.room} again.",
            RoomAct.KICK: f"{plan.who} left {plan.room}.",
        }[plan.act]
        if done():
            return Outcome(OutcomeKind.DONE, told)
        if _seat(live, plan) is None:
            return Outcome(OutcomeKind.GONE, f"{plan.who} left {plan.room} meanwhile.")
        still = "still there" if plan.act is RoomAct.KICK else f"still {_state(_person(live, plan))}"
        return Outcome(OutcomeKind.NO_EFFECT, f"{plan.who}: accepted, but {still} in {plan.room}.")

    async def _lock(self, live: LivePbx, plan: RoomPlan) -> Outcome:
        """Lock or unlock, and see by the list of rooms whether it is so: no event tells (`ami.md` E.5)."""
        wanted = plan.act is RoomAct.LOCK
        word = "locked" if wanted else "not locked"
        await self._guard.send(plan.pbx, plan.act.action, {"Conference": plan.room})
        if not await _ask_rooms(live):
            text = f"{plan.room}: accepted; whether it is {word} now cannot be seen with this login."
            return Outcome(OutcomeKind.NO_EFFECT, text)
        room = live.store.rooms.get(plan.room)
        if room is None:
            return Outcome(OutcomeKind.GONE, f"{plan.room} ended meanwhile.")
        if room.locked is not wanted:
            return Outcome(OutcomeKind.NO_EFFECT, f"{plan.room}: accepted, but it is not {word}.")
        return Outcome(OutcomeKind.DONE, f"{plan.room} is {word} now.")

    async def _record(self, live: LivePbx, plan: RoomPlan, room: Conference) -> Outcome:
        wanted = plan.act is RoomAct.RECORD

        def done() -> bool:
            return live.store.rooms.get(plan.room) is room and room.recording is wanted

        if done():
            return Outcome(OutcomeKind.GONE, f"{plan.room} is {'' if wanted else 'not '}recorded already.")
        try:
            # Without a file's name: Asterisk makes one of the room and the time, in its own folder of recordings.
            await self._send(live, plan, {"Conference": plan.room}, done)
        except Stopped as stopped:
            if wanted and _RECORDED_ALREADY in stopped.message.lower():
                room.recording = True  # it began before amitop was there, and only this tells
            raise
        if done():
            return Outcome(OutcomeKind.DONE, f"{plan.room} is {'' if wanted else 'not '}recorded now.")
        if live.store.rooms.get(plan.room) is not room:
            return Outcome(OutcomeKind.GONE, f"{plan.room} ended meanwhile.")
        return Outcome(OutcomeKind.NO_EFFECT, f"{plan.room}: accepted, but no event told that it is so.")

    async def _send(self, live: LivePbx, plan: RoomPlan, headers: dict[str, str], done: Callable[[], bool]) -> bool:
        with Watch(live, lambda _packet: done() or plan.room not in live.store.rooms) as watch:
            await self._guard.send(plan.pbx, plan.act.action, headers)
            return await watch.seen(self._guard.patience.confirm)


# -- who is meant -----------------------------------------------------------------------------------------------------


def _room(live: LivePbx, plan: RoomPlan) -> Conference:
    """Return the room. Raises `Stopped` when it has ended, or another has its name by now."""
    room = live.store.rooms.get(plan.room)
    if room is None:
        raise Stopped(OutcomeKind.GONE, f"{plan.room} has ended.")
    if plan.bridge is not None and room.bridge != plan.bridge:
        raise Stopped(OutcomeKind.GONE, f"{plan.room} has ended; another of that name has begun.")
    if not plan.room.isprintable():
        raise Stopped(OutcomeKind.REFUSED, "This conference's name cannot be sent: it would mean another.")
    return room


def _seat(live: LivePbx, plan: RoomPlan) -> Participant | None:
    room = live.store.rooms.get(plan.room)
    return None if room is None else room.members.get(plan.uniqueid or "")


def _person(live: LivePbx, plan: RoomPlan) -> Participant:
    """Return whom *plan* means. Raises `Stopped` for one who has left."""
    person = _seat(live, plan)
    if person is None:
        raise Stopped(OutcomeKind.GONE, f"{plan.who} has left {plan.room}.")
    return person


def _name(live: LivePbx, room: Conference, person: Participant) -> str:
    """Return the channel's name, where nobody else in the room is meant by it.

    ConfBridge takes any channel whose name begins with what it is given (apps/app_confbridge.c). Raises `Stopped`.
    """
    names = {uniqueid: live.store.channels[uniqueid].name for uniqueid in room.members}
    try:
        name = fields.channel_name(names.pop(person.uniqueid))
    except ValueError as error:
        raise Stopped(OutcomeKind.REFUSED, str(error)) from error
    if name.lower() in _EVERYBODY:
        raise Stopped(OutcomeKind.REFUSED, "This channel's name cannot be sent: it would mean everybody.")
    if any(other.lower().startswith(name.lower()) for other in names.values()):
        raise Stopped(OutcomeKind.REFUSED, f"{name}: another in {room.name} would be meant as well.")
    return name


def _state(person: Participant) -> str:
    return "muted" if person.muted else "heard"


# -- lists ------------------------------------------------------------------------------------------------------------


async def _ask_rooms(live: LivePbx) -> bool:
    """Bring the rooms up to date, and return whether the PBX answered."""
    return await _ask(live, "ConfbridgeListRooms", {}, lambda got: apply_rooms(live.store, got.items, live.clock()))


async def _ask_people(live: LivePbx, room: str) -> bool:
    """Bring the people of a room up to date, and return whether the PBX answered."""

    def merge(listing: Listing) -> None:
        apply_room(live.store, room, listing.items, live.clock())

    return await _ask(live, "ConfbridgeList", {"Conference": room}, merge)


async def _ask(live: LivePbx, action: str, headers: dict[str, str], merge: Callable[[Listing], None]) -> bool:
    if live.why_not(action) is not None:
        return False
    try:
        await live.session.listing(action, headers, timeout=TIMEOUT, on_complete=merge)
    except AmiError:
        return False
    return True
