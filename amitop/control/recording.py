"""Records one leg: what it says and what it hears. Starts, pauses, resumes and stops (`ami.md` E.3).

MixMonitor needs write=system to start; the old Monitor, gone since 21, needs write=call. The one is used that the login
may send. The command that MixMonitor can run afterwards is a shell's, and is never sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from amitop.control.leg import on_leg, require
from amitop.control.outcome import Outcome, OutcomeKind, Stopped
from amitop.control.transfer import describe
from amitop.control.watch import Watch
from amitop.pbx.model import ChannelState
from amitop.pbx.told import tell_paused

if TYPE_CHECKING:
    from collections.abc import Callable

    from amitop.ami.packet import Packet
    from amitop.control.guard import Guard
    from amitop.live import LivePbx
    from amitop.pbx.model import Channel
    from amitop.pbx.store import Store

_VARIABLE = "AMITOP_RECORDING"
"""Of the channel: MixMonitor tells a recording's number only to who names a variable for it."""


class RecordAct(StrEnum):
    """What to do."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


class Recorder(StrEnum):
    """What records."""

    MIXMONITOR = "MixMonitor"
    MONITOR = "Monitor"


ACTIONS = {
    (Recorder.MIXMONITOR, RecordAct.START): "MixMonitor",
    (Recorder.MIXMONITOR, RecordAct.PAUSE): "MixMonitorMute",
    (Recorder.MIXMONITOR, RecordAct.RESUME): "MixMonitorMute",
    (Recorder.MIXMONITOR, RecordAct.STOP): "StopMixMonitor",
    (Recorder.MONITOR, RecordAct.START): "Monitor",
    (Recorder.MONITOR, RecordAct.PAUSE): "PauseMonitor",
    (Recorder.MONITOR, RecordAct.RESUME): "UnpauseMonitor",
    (Recorder.MONITOR, RecordAct.STOP): "StopMonitor",
}
_CONFIRMED_BY = {
    RecordAct.START: frozenset({"MixMonitorStart", "MonitorStart"}),
    RecordAct.PAUSE: frozenset({"MixMonitorMute"}),
    RecordAct.RESUME: frozenset({"MixMonitorMute"}),
    RecordAct.STOP: frozenset({"MixMonitorStop", "MonitorStop"}),
}


@dataclass(frozen=True, slots=True)
class RecordPlan:
    """What to do with the recording of one leg."""

    pbx: str
    uniqueid: str
    who: str
    act: RecordAct
    recorder: Recorder
    sentence: str
    """What will happen, not cleaned."""
    name: str = ""
    """Of the file, to start one."""

    @property
    def action(self) -> str:
        """The AMI action."""
        return ACTIONS[self.recorder, self.act]

    def headers(self, number: str = "") -> dict[str, str]:
        """Return the action's headers; *number* names one recording of several."""
        leg = {"Channel": self.uniqueid}
        if self.act is RecordAct.STOP:
            return leg | ({"MixMonitorID": number} if number else {})
        if self.act is not RecordAct.START:
            state = "1" if self.act is RecordAct.PAUSE else "0"
            return leg if self.recorder is Recorder.MONITOR else leg | {"Direction": "both", "State": state}
        if self.recorder is Recorder.MONITOR:
            stem, _, ending = self.name.rpartition(".")
            return leg | {"File": stem, "Format": ending}
        # a: a file that is there already is added to; without it, it would be lost.
        return leg | {"File": self.name, "Options": f"ai({_VARIABLE})"}


def plan_record(
    store: Store,
    leg: Channel | None,
    act: RecordAct,
    why_not: Callable[[str], str | None],
    *,
    name: str = "",
    by: Recorder | None = None,
) -> RecordPlan:
    """Return the plan that does *act* with the recording of *leg*.

    *why_not* tells of an action why it cannot be sent; *name* is as `call_fields.recording_name` returns it; *by* is
    what records already, where that is known. Raises ValueError, with one line for the person at the keyboard.
    """
    leg, who = require(leg)
    recorder = by or _recorder(act, why_not)
    if act is RecordAct.START:
        if leg.state is not ChannelState.UP:
            raise ValueError(f"{who} is not on the phone yet.")
        stem, _, ending = name.rpartition(".")
        file = name if recorder is Recorder.MIXMONITOR else f"{stem}-in.{ending} and {stem}-out.{ending}"
        besides = " Another recording of them is under way, and goes on." if leg.recordings else ""
        sentence = f"What {who} says and hears is recorded to {file} on the PBX. Nobody is told.{besides}"
        return RecordPlan(store.name, leg.uniqueid, who, act, recorder, sentence, name)
    if not leg.recordings:
        _is_another_recorded(store, leg, who)
    doubt = "" if leg.recordings else f" amitop has seen no recording of {who} begin."
    if act is RecordAct.STOP:
        several = " the first of" if leg.recordings > 1 else ""
        sentence = f"Stop{several} the recording of {who}; what was recorded stays on the PBX.{doubt}"
    elif act is RecordAct.PAUSE:
        if leg.recordings and leg.recording_muted:
            raise ValueError(f"The recording of {who} is paused already.")
        sentence = f"The recording of {who} is silent until it is resumed.{doubt}"
    else:
        sentence = f"The recording of {who} goes on with sound.{doubt}"
    return RecordPlan(store.name, leg.uniqueid, who, act, recorder, sentence)


def _recorder(act: RecordAct, why_not: Callable[[str], str | None]) -> Recorder:
    """Return the first one that may do *act* here; where none may, MixMonitor, which the refusal then speaks of."""
    return next((each for each in Recorder if not why_not(ACTIONS[each, act])), Recorder.MIXMONITOR)


def _is_another_recorded(store: Store, leg: Channel, who: str) -> None:
    """Raise ValueError where another leg of the call is recorded, which would go on as it is."""
    call = store.call_of(leg.uniqueid)
    recorded = [each for each in (call.legs if call is not None else ()) if each.recordings and each is not leg]
    if recorded:
        raise ValueError(f"The recording is of {describe(recorded[0])} ({recorded[0].name}), not of {who}.")


@dataclass(frozen=True, slots=True)
class Recording:
    """One that was started from here."""

    recorder: Recorder
    number: str
    """`MixMonitorID`; "" where it has none."""


class Recordings:
    """Recordings, with those that were started here by the Uniqueid of their leg."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._ours: dict[tuple[str, str], list[Recording]] = {}

    def recorder_of(self, pbx: str, uniqueid: str) -> Recorder | None:
        """Return what records a leg, None where it was not started here."""
        ours = self._ours.get((pbx, uniqueid))
        return ours[-1].recorder if ours else None

    async def carry_out(self, plan: RecordPlan) -> Outcome:
        """Do what *plan* says, and see by the event that it was done."""

        async def work(live: LivePbx, leg: Channel) -> Outcome:
            watched = _Watched(live, plan)
            with watched.watch:
                response = await self._send(plan)
                await watched.watch.seen(self._guard.patience.confirm if watched.expected else 0)
            if watched.confirmed or not watched.expected:
                self._remember(live, plan, response)
            return watched.outcome(recorded=bool(leg.recordings))

        what = f"{plan.action} {plan.name}" if plan.name else f"{plan.action} {plan.act}"
        return await on_leg(self._guard, plan, work, what)

    async def _send(self, plan: RecordPlan) -> Packet:
        """Send the action; to stop, for the recording that was started here, else for the first one."""
        ours = self._ours.get((plan.pbx, plan.uniqueid), [])
        if plan.act is RecordAct.STOP and plan.recorder is Recorder.MIXMONITOR:
            while ours:
                number = ours.pop().number
                if not number:
                    continue
                try:
                    return await self._guard.send(plan.pbx, plan.action, plan.headers(number))
                except Stopped as stopped:
                    if not stopped.message or "no such channel" in stopped.message.lower():
                        raise
                    # It has ended by itself, or somebody else stopped it: the next one, in the end any.
        return await self._guard.send(plan.pbx, plan.action, plan.headers())

    def _remember(self, live: LivePbx, plan: RecordPlan, response: Packet) -> None:
        key = (plan.pbx, plan.uniqueid)
        self._ours = {each: ours for each, ours in self._ours.items() if each[0] != plan.pbx or self._there(live, each)}
        if plan.act is RecordAct.START:
            number = response.get("MixMonitorID")
            known = number if re.fullmatch(r"\w{1,32}", number, re.ASCII) else ""
            self._ours.setdefault(key, []).append(Recording(plan.recorder, known))
        elif plan.act is RecordAct.STOP and not self._ours.get(key):
            self._ours.pop(key, None)
        elif plan.recorder is Recorder.MONITOR and plan.act is not RecordAct.STOP:
            tell_paused(live.store, plan.uniqueid, paused=plan.act is RecordAct.PAUSE, now=live.clock())

    @staticmethod
    def _there(live: LivePbx, key: tuple[str, str]) -> bool:
        return key[1] in live.store.channels


class _Watched:
    """What the events tell of a recording."""

    def __init__(self, live: LivePbx, plan: RecordPlan) -> None:
        self._live = live
        self._plan = plan
        self.confirmed = False
        self.watch = Watch(live, self._look)

    @property
    def expected(self) -> bool:
        """Whether an event tells at all: of a pause of the old Monitor none does (res/res_monitor.c)."""
        return self._plan.recorder is Recorder.MIXMONITOR or self._plan.act in {RecordAct.START, RecordAct.STOP}

    def _look(self, packet: Packet | None) -> bool:
        plan = self._plan
        if packet is not None and packet.name in _CONFIRMED_BY[plan.act] and packet.get("Uniqueid") == plan.uniqueid:
            state = {RecordAct.PAUSE: "1", RecordAct.RESUME: "0"}.get(plan.act)
            self.confirmed = self.confirmed or state is None or packet.get("State") == state
        return self.confirmed or plan.uniqueid not in self._live.store.channels

    def outcome(self, *, recorded: bool) -> Outcome:
        """Return what came of it; *recorded*: amitop had seen a recording of that leg begin."""
        plan = self._plan
        if not self.confirmed and plan.uniqueid not in self._live.store.channels:
            return Outcome(OutcomeKind.GONE, f"{plan.who} hung up meanwhile.")
        if not self.confirmed and self.expected:
            text = f"{plan.who}: accepted, but no event told of it (before 16.17 and 18.3 Asterisk has none)."
            return Outcome(OutcomeKind.NO_EFFECT, text)
        done = {
            RecordAct.START: f"{plan.who} is recorded to {plan.name}.",
            RecordAct.PAUSE: f"The recording of {plan.who} is paused.",
            RecordAct.RESUME: f"The recording of {plan.who} goes on.",
            RecordAct.STOP: f"The recording of {plan.who} has been stopped.",
        }[plan.act]
        if not self.expected:
            # Asterisk says Success as well where nothing records.
            told = "Asterisk has accepted it, and tells nobody whether it works."
            kind = OutcomeKind.DONE if recorded else OutcomeKind.NO_EFFECT
            return Outcome(kind, f"{done} {told}" if recorded else f"{plan.who}: {told}")
        if plan.act in {RecordAct.PAUSE, RecordAct.RESUME} and not recorded:
            # The event also comes where nothing records (apps/app_mixmonitor.c, manager_mute_mixmonitor).
            return Outcome(OutcomeKind.NO_EFFECT, f"{plan.who}: accepted, but no recording was seen to begin.")
        return Outcome(OutcomeKind.DONE, done)
