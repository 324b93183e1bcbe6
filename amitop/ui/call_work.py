"""From a key on a call or a leg to an outcome: which party is meant, what is asked, what is done, what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from amitop.control import call_fields, fields
from amitop.control.dtmf import DigitsPlan, plan_digits
from amitop.control.leg import neighbour
from amitop.control.limit import LimitPlan, plan_limit
from amitop.control.muting import Mute, MutePlan, plan_mute
from amitop.control.originate import DialPlan, plan_dial
from amitop.control.parking import ParkPlan, plan_park
from amitop.control.recording import RecordAct, RecordPlan, plan_record
from amitop.control.transfer import describe
from amitop.pbx.parking import Parking
from amitop.text import clean
from amitop.ui.form import Draft, Field, FormScreen
from amitop.ui.targets import channel_words

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.app import App

    from amitop.control.leg import LegPlan
    from amitop.control.operator import Operator
    from amitop.control.outcome import Outcome
    from amitop.live import LivePbx
    from amitop.pbx.model import Channel
    from amitop.thresholds import Rules
    from amitop.ui.operate import Operations
    from amitop.ui.targets import Target

PlanT = TypeVar("PlanT", bound="LegPlan")
AnyPlanT = TypeVar("AnyPlanT")

_RECORD = {
    RecordAct.START: "what they say and hear, to a file on the PBX",
    RecordAct.PAUSE: "silence from now on",
    RecordAct.RESUME: "sound again",
    RecordAct.STOP: "end the recording",
}
_MUTE = {
    Mute.UNHEARD: "the others do not hear them",
    Mute.DEAF: "they do not hear the others",
    Mute.BOTH: "neither hears the other",
    Mute.OFF: "heard and hearing again",
}


def parties(target: Target) -> list[Channel]:
    """Return the legs that can be meant, without the plumbing between them; those that have ended are none."""
    legs = [target.store.channels[uid] for uid in target.legs if uid in target.store.channels]
    return [leg for leg in legs if leg.local_other is None] or legs


class CallWork:
    """Asks and acts. *app* shows dialogs and does the work in its workers; *operations* tells what came of it."""

    def __init__(
        self, app: App[int], operator: Operator, operations: Operations, rules: Rules, pbxs: Sequence[LivePbx]
    ) -> None:
        self._app = app
        self._operator = operator
        self._operations = operations
        self._rules = rules
        self._pbxs = pbxs

    # -- what is asked ----------------------------------------------------------------------------------------------

    def park(self, target: Target) -> None:
        """Ask who, in which lot and for how long, then park them."""
        store = target.store
        ways: list[tuple[Channel, bool, str]] = []
        for leg in parties(target):
            if neighbour(store, leg) is None:
                ways.append((leg, False, channel_words(leg)))
                continue
            ways.append((leg, True, f"{describe(leg)}; the other party hears the space"))
            ways.append((leg, False, f"{describe(leg)}; nobody hears the space"))

        def work_out(way: int, lot: str, seconds: str) -> Draft[ParkPlan]:
            leg, announce, _ = ways[way]
            plan = plan_park(
                store,
                store.channels.get(leg.uniqueid),
                lot=call_fields.parking_lot(lot),
                seconds=call_fields.seconds(seconds) if seconds.strip() else None,
                announce=announce,
            )
            return self._draft(plan, plan.sentence)

        lots = [
            (lot.name, f"{lot.first} to {lot.last}" + (f", {lot.limit:.0f} s" if lot.limit else ""))
            for lot in store.part(Parking).lots.values()
        ]
        choices = [("", "the lot that Asterisk takes"), *lots] if lots else []
        lot = Field("Lot", choices, placeholder="the one that Asterisk takes")
        more = [Field("For", placeholder="as long as the lot allows, or 90, 10m, 1:30")]
        self._ask(
            "Park", target, work_out, self._operator.legs.park, scopes=[way[2] for way in ways], field=lot, more=more
        )

    def record(self, target: Target) -> None:
        """Ask which party and whether to begin, pause, resume or stop, then do it."""
        store, pbx = target.store, target.pbx
        recordings = self._operator.legs.recordings
        # A recording may also be of a half of a Local channel, where the dialplan began it.
        known = [store.channels[uid] for uid in target.legs if uid in store.channels]
        legs = [leg for leg in known if leg.recordings]
        legs += [leg for leg in parties(target) if leg not in legs]
        acts = list(RecordAct)
        if legs and legs[0].recordings:
            paused = legs[0].recording_muted
            acts = [RecordAct.RESUME if paused else RecordAct.PAUSE, RecordAct.STOP, RecordAct.START]

        def work_out(scope: int, text: str, name: str) -> Draft[RecordPlan]:
            leg = store.channels.get(legs[scope].uniqueid)
            act = next((each for each in RecordAct if each == text.strip().lower()), None)
            if act is None:
                raise ValueError("Start, pause, resume or stop?")
            plan = plan_record(
                store,
                leg,
                act,
                lambda action: self._operator.why_not(pbx, action),
                name=call_fields.recording_name(name) if act is RecordAct.START else "",
                by=recordings.recorder_of(pbx, legs[scope].uniqueid) if act is not RecordAct.START else None,
            )
            return self._draft(plan, plan.sentence)

        name = call_fields.usual_recording_name(legs[0].uniqueid if legs else "", self._moment(pbx))
        field = Field("Do", [(act, _RECORD[act]) for act in acts], placeholder="start, pause, resume or stop")
        self._ask(
            "Record",
            target,
            work_out,
            recordings.carry_out,
            scopes=[self._recorded(leg) for leg in legs],
            field=field,
            more=[Field("File", value=name)],
            yes="Do it",
        )

    @staticmethod
    def _recorded(leg: Channel) -> str:
        state = f", recorded{' (paused)' if leg.recording_muted else ''}" if leg.recordings else ""
        return channel_words(leg) + state

    def mute(self, target: Target) -> None:
        """Ask which party and how, then mute it."""
        store = target.store
        legs = parties(target)
        ways = [Mute.UNHEARD, Mute.DEAF, Mute.BOTH, Mute.OFF]
        if any(leg.unheard or leg.deaf for leg in legs):
            legs.sort(key=lambda leg: not (leg.unheard or leg.deaf))
            ways = [Mute.OFF, Mute.UNHEARD, Mute.DEAF, Mute.BOTH]

        def work_out(scope: int, text: str) -> Draft[MutePlan]:
            way = next((each for each in Mute if each == text.strip().lower()), None)
            if way is None:
                raise ValueError("Unheard, deaf, both or off?")
            plan = plan_mute(store, store.channels.get(legs[scope].uniqueid), way)
            return self._draft(plan, plan.sentence)

        field = Field("Mute", [(way, _MUTE[way]) for way in ways], placeholder="unheard, deaf, both or off")
        scopes = [channel_words(leg) + _muted(leg) for leg in legs]
        self._ask("Mute", target, work_out, self._operator.legs.mute, scopes=scopes, field=field, yes="Do it")

    def digits(self, target: Target) -> None:
        """Ask which digits, then send them."""
        store, legs = target.store, parties(target)

        def work_out(scope: int, text: str) -> Draft[DigitsPlan]:
            plan = plan_digits(store, store.channels.get(legs[scope].uniqueid), text)
            return self._draft(plan, plan.sentence)

        field = Field("Digits", placeholder="0-9 * # A-D; w is half a second")
        scopes = [f"{channel_words(leg)} hears them" for leg in legs]
        self._ask("Send digits", target, work_out, self._operator.legs.send_digits, scopes=scopes, field=field)

    def limit(self, target: Target) -> None:
        """Ask for how long, then set a limit or lift it."""
        store, legs = target.store, parties(target)
        legs.sort(key=lambda leg: leg.ends_at is None)

        def work_out(scope: int, text: str) -> Draft[LimitPlan]:
            seconds = None if text.strip().lower() in {"off", "0"} else call_fields.seconds(text)
            plan = plan_limit(store, store.channels.get(legs[scope].uniqueid), seconds)
            return self._draft(plan, plan.sentence)

        now = "off" if any(leg.ends_at is not None for leg in legs) else ""
        field = Field("Time", value=now, placeholder="90, 10m, 1h, 1:30 or off")
        scopes = [channel_words(leg) + (", limited" if leg.ends_at is not None else "") for leg in legs]
        self._ask("Limit", target, work_out, self._operator.legs.limit, scopes=scopes, field=field)

    @property
    def _device(self) -> str | None:
        return self._rules.device or self._rules.supervisor

    def originate(self, pbx: str, number: str) -> None:
        """Ask whom, *number* being what the cursor is on, then ring the operator's phone and call them."""
        context, shown = self._rules.dial_context, clean(number)
        try:
            value = fields.dialplan_word(shown, "extension") if shown == number else ""
        except ValueError:
            value = ""

        def work_out(_scope: int, text: str) -> Draft[DialPlan]:
            plan = plan_dial(pbx, self._device, text, context=context, caller_id=self._rules.dial_caller_id or "")
            return Draft(plan, plan.sentence, refusal=self._operator.why_not(pbx, plan.action))

        def answered(plan: DialPlan | None) -> None:
            if plan is not None:
                self._app.run_worker(self._carry_out("calling", self._operator.legs.dial, plan), group="operate")

        where = f" in {context}" if context else ""
        field = Field("Extension", value=value, placeholder=f"1003{where}, or 1003@context")
        self._app.push_screen(FormScreen(f"Call from {self._device}", work_out, yes="Call", field=field), answered)

    # -- from the question to the answer ----------------------------------------------------------------------------

    def _ask(
        self,
        what: str,
        target: Target,
        work_out: Callable[..., Draft[PlanT]],
        act: Callable[[PlanT], Awaitable[Outcome]],
        *,
        scopes: Sequence[str],
        field: Field,
        more: Sequence[Field] = (),
        yes: str = "",
    ) -> None:
        if not scopes:
            self._operations.refuse(what, f"{target.words}: it has ended")
            return

        def answered(plan: PlanT | None) -> None:
            if plan is not None:
                self._app.run_worker(self._carry_out(what.lower(), act, plan), group="operate")

        title = f"{what}: {target.words}"
        screen = FormScreen(title, work_out, yes=yes or what, scopes=scopes, field=field, more=more)
        self._app.push_screen(screen, answered)

    def _draft(self, plan: PlanT, sentence: str) -> Draft[PlanT]:
        return Draft(plan, sentence, refusal=self._operator.why_not(plan.pbx, plan.action))

    async def _carry_out(self, what: str, act: Callable[[AnyPlanT], Awaitable[Outcome]], plan: AnyPlanT) -> None:
        with self._operations.doing(what):
            outcome = await act(plan)
        self._operations.tell([outcome])

    def _moment(self, pbx: str) -> datetime:
        """Return the time of the day on the PBX called *pbx*, for names of files."""
        live = next(each for each in self._pbxs if each.name == pbx)
        return datetime.fromtimestamp(live.wall_of(live.clock()))


def _muted(leg: Channel) -> str:
    words = ("unheard" if leg.unheard else "", "deaf" if leg.deaf else "")
    return "".join(f", {word}" for word in words if word)
