"""From a key on a conference, on somebody in it or on a parked call to an outcome."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from amitop.control.fetching import parked_words, plan_fetch
from amitop.control.room_plan import RoomAct, plan_person, plan_room, toggle_lock, toggle_mute, toggle_recording
from amitop.ui.confirm import ConfirmScreen
from amitop.ui.form import Draft, Field, FormScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import App

    from amitop.control.fetching import FetchPlan
    from amitop.control.operator import Operator
    from amitop.control.room_plan import RoomPlan
    from amitop.pbx.room_model import Conference, ParkedCall, Participant
    from amitop.pbx.store import Store
    from amitop.thresholds import Rules
    from amitop.ui.operate import Operations


def mute_act(people: Sequence[Participant]) -> RoomAct:
    """Return what the mute key does to several: as long as one of them is heard, it mutes."""
    return RoomAct.MUTE if any(toggle_mute(person) is RoomAct.MUTE for person in people) else RoomAct.UNMUTE


class RoomWork:
    """Asks and acts. *app* shows dialogs and does the work in its workers; *operations* tells what came of it."""

    def __init__(self, app: App[int], operator: Operator, operations: Operations, rules: Rules) -> None:
        self._app = app
        self._operator = operator
        self._operations = operations
        self._rules = rules

    def mute(self, store: Store, people: Sequence[Participant]) -> None:
        """Mute people, or have them heard again; several are asked for first."""
        act = mute_act(people)
        meant = [person for person in people if toggle_mute(person) is act]
        plans = self._plans(act, store, meant)
        if len(plans) == 1:
            self._start(plans)
        elif plans:
            self._ask(f"{act} {len(plans)} people?", plans)

    def kick(self, store: Store, people: Sequence[Participant]) -> None:
        """Ask, then throw people out of their conference."""
        plans = self._plans(RoomAct.KICK, store, people)
        if plans:
            self._ask("Kick this person?" if len(plans) == 1 else f"Kick {len(plans)} people?", plans)

    def lock(self, store: Store, room: Conference) -> None:
        """Lock a room, or unlock it: the same key takes it back."""
        self._to_room(store, room, toggle_lock(room))

    def record(self, store: Store, room: Conference) -> None:
        """Ask, then begin or end a recording."""
        self._to_room(store, room, toggle_recording(room))

    def fetch(self, store: Store, call: ParkedCall) -> None:
        """Ask for a phone, then have it fetch a parked call."""
        uniqueid = call.uniqueid

        def work_out(_scope: int, text: str) -> Draft[FetchPlan]:
            plan = plan_fetch(store, uniqueid, text)
            return Draft(plan, plan.sentence)

        def answered(plan: FetchPlan | None) -> None:
            if plan is not None:
                self._app.run_worker(self._fetch(plan), group="operate")

        own = self._rules.device or self._rules.supervisor or ""
        field = Field("Phone", value=own, placeholder="PJSIP/1001")
        title = f"Fetch {parked_words(store, call)} from {call.space}"
        self._app.push_screen(FormScreen(title, work_out, yes="Ring the phone", field=field), answered)

    # -- from the question to the answer ----------------------------------------------------------------------------

    def _plans(self, act: RoomAct, store: Store, people: Sequence[Participant]) -> list[RoomPlan]:
        plans: list[RoomPlan] = []
        problem = ""
        for person in people:
            try:
                plans.append(plan_person(store, person.uniqueid, act))
            except ValueError as error:
                problem = str(error)
        if not plans:
            self._operations.refuse(act, problem or "nobody is there")
        return plans

    def _to_room(self, store: Store, room: Conference, act: RoomAct) -> None:
        try:
            plan = plan_room(store, room.name, act)
        except ValueError as error:
            self._operations.refuse(act, str(error))
            return
        if plan.confirmations:
            self._ask(f"{act}: {room.name}?", [plan])
        else:
            self._start([plan])

    def _ask(self, question: str, plans: Sequence[RoomPlan]) -> None:
        screen = ConfirmScreen(question, [plan.sentence for plan in plans], yes=plans[0].act)
        self._app.push_screen(screen, lambda yes: self._start(plans) if yes else None)

    def _start(self, plans: Sequence[RoomPlan]) -> None:
        self._app.run_worker(self._carry_out(plans), group="operate")

    async def _carry_out(self, plans: Sequence[RoomPlan]) -> None:
        act = plans[0].act
        with self._operations.doing(act.lower(), len(plans)):
            outcomes = await asyncio.gather(*map(self._operator.rooms.carry_out, plans))
        self._operations.tell(outcomes, done=f"{act}: {len(plans)} done.")

    async def _fetch(self, plan: FetchPlan) -> None:
        with self._operations.doing(f"ringing {plan.device}"):
            outcome = await self._operator.rooms.fetch(plan)
        self._operations.tell([outcome])
