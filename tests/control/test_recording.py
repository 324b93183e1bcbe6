"""Recording one party: by what the login may use, into a safe file, and told from what only looks like it."""

import asyncio
import json

import pytest
from control.legs import AGENT_LEG, ANN_LEG, gone, leg, legs, talking, told

from amitop.ami.packet import Packet
from amitop.control.audit import Audit
from amitop.control.outcome import OutcomeKind
from amitop.control.recording import RecordAct, Recorder, plan_record

START, PAUSE, RESUME, STOP = RecordAct
EVERYTHING = lambda _action: None  # noqa: E731
NAME = "ann.wav"


def no_mixmonitor(action):
    return None if "MixMonitor" not in action or action in {"StopMixMonitor", "MixMonitorMute"} else f"{action}: no"


class Pbx:
    """Records as app_mixmonitor and res_monitor do."""

    def __init__(self, live):
        self.live = live
        self.running: list[str] = []
        self.silent = False
        live.connection.on_action = self.act

    def act(self, name, headers):
        uid = headers["Channel"]
        if name in {"MixMonitor", "Monitor"}:
            self.running.append(f"0x{len(self.running) + 1}")
            self.tell(f"{name}Start", uid)
            return Packet(f"Response: Success\nMixMonitorID: {self.running[-1]}".encode())
        if name == "MixMonitorMute":
            self.tell("MixMonitorMute", uid, f"Direction: {headers['Direction']}\nState: {headers['State']}\n")
        if name == "StopMixMonitor":
            number = headers.get("MixMonitorID") or (self.running[0] if self.running else "")
            if number not in self.running:
                return "Could not stop monitoring channel"
            self.running.remove(number)
            self.tell("MixMonitorStop", uid)
        if name == "StopMonitor":
            self.tell("MonitorStop", uid)
        return None

    def tell(self, name, uid, extra=""):
        if not self.silent:
            self.live.happen(told(name, uid, extra))


def plan(live, act, uid=ANN_LEG, *, why_not=EVERYTHING, by=None, name=NAME):
    return plan_record(live.store, leg(live, uid), act, why_not, name=name if act is START else "", by=by)


async def test_a_recording_from_beginning_to_end(tmp_path):
    live = talking()
    Pbx(live)
    path = tmp_path / "audit.jsonl"
    recordings = legs(live, audit=Audit(path)).recordings
    texts = []
    for act in (START, PAUSE, RESUME, STOP):
        outcome = await recordings.carry_out(plan(live, act))
        assert outcome.kind is OutcomeKind.DONE, outcome
        texts.append(outcome.text)
        assert leg(live).recording_muted is (act is PAUSE)
    assert texts == [
        "Ann Lee +15551234567 is recorded to ann.wav.",
        "The recording of Ann Lee +15551234567 is paused.",
        "The recording of Ann Lee +15551234567 goes on.",
        "The recording of Ann Lee +15551234567 has been stopped.",
    ]
    assert live.sent == [
        ("MixMonitor", {"Channel": ANN_LEG, "File": NAME, "Options": "ai(AMITOP_RECORDING)"}),
        ("MixMonitorMute", {"Channel": ANN_LEG, "Direction": "both", "State": "1"}),
        ("MixMonitorMute", {"Channel": ANN_LEG, "Direction": "both", "State": "0"}),
        ("StopMixMonitor", {"Channel": ANN_LEG, "MixMonitorID": "0x1"}),
    ]
    assert all("Command" not in headers for _, headers in live.sent), "it is a shell's"
    assert leg(live).recordings == 0
    lines = [json.loads(line)["action"] for line in path.read_text().splitlines()]
    assert lines == ["MixMonitor ann.wav", "MixMonitorMute pause", "MixMonitorMute resume", "StopMixMonitor stop"]


async def test_the_dialplans_own_recording_is_not_stopped_for_ours():
    live = talking()
    pbx = Pbx(live)
    pbx.running.append("0x0")  # the dialplan's, which has a number of its own
    live.happen(told("MixMonitorStart"))
    recordings = legs(live).recordings
    assert "goes on" in plan(live, START).sentence
    await recordings.carry_out(plan(live, START))
    assert "the first of" in plan(live, STOP).sentence
    await recordings.carry_out(plan(live, STOP))
    assert pbx.running == ["0x0"]
    await recordings.carry_out(plan(live, STOP))
    assert pbx.running == [], "then the other one, which is meant as well by whoever asks again"


async def test_one_of_ours_that_somebody_else_has_stopped_is_no_obstacle():
    live = talking()
    pbx = Pbx(live)
    recordings = legs(live).recordings
    await recordings.carry_out(plan(live, START))
    pbx.running[:] = ["0x9"]
    outcome = await recordings.carry_out(plan(live, STOP))
    assert outcome.kind is OutcomeKind.DONE
    assert [headers.get("MixMonitorID") for name, headers in live.sent if name == "StopMixMonitor"] == ["0x1", None]


async def test_where_only_the_old_monitor_may_be_used_it_is(tmp_path):
    live = talking()
    Pbx(live)
    recordings = legs(live).recordings
    begun = plan(live, START, why_not=no_mixmonitor)
    assert "to ann-in.wav and ann-out.wav on the PBX" in begun.sentence
    assert (await recordings.carry_out(begun)).kind is OutcomeKind.DONE
    by = recordings.recorder_of("pbx1", ANN_LEG)
    assert by is Recorder.MONITOR
    paused = await recordings.carry_out(plan(live, PAUSE, by=by))
    assert paused.kind is OutcomeKind.DONE
    assert "tells nobody whether it works" in paused.text
    assert leg(live).recording_muted
    await recordings.carry_out(plan(live, RESUME, by=by))
    assert not leg(live).recording_muted
    assert (await recordings.carry_out(plan(live, STOP, by=by))).kind is OutcomeKind.DONE
    assert live.sent == [
        ("Monitor", {"Channel": ANN_LEG, "File": "ann", "Format": "wav"}),
        ("PauseMonitor", {"Channel": ANN_LEG}),
        ("UnpauseMonitor", {"Channel": ANN_LEG}),
        ("StopMonitor", {"Channel": ANN_LEG}),
    ]


async def test_success_without_an_event_is_no_recording():
    live = talking()
    Pbx(live).silent = True
    recordings = legs(live).recordings
    for act in (START, PAUSE):
        outcome = await recordings.carry_out(plan(live, act))
        assert outcome.kind is OutcomeKind.NO_EFFECT
        assert "no event told of it" in outcome.text
    assert recordings.recorder_of("pbx1", ANN_LEG) is None


async def test_a_pause_where_nothing_records_is_not_told_as_done_though_asterisk_sends_the_event():
    live = talking()
    Pbx(live)
    paused = plan(live, PAUSE)
    assert "has seen no recording of Ann Lee +15551234567 begin" in paused.sentence
    outcome = await legs(live).recordings.carry_out(paused)
    assert outcome.kind is OutcomeKind.NO_EFFECT


async def test_an_event_of_the_other_state_or_leg_confirms_nothing():
    live = talking()
    live.happen(told("MixMonitorStart"))

    def act(_name, _headers):
        live.happen(
            told("MixMonitorMute", ANN_LEG, "Direction: both\nState: 0\n"),
            told("MixMonitorMute", AGENT_LEG, "Direction: both\nState: 1\n"),
        )

    live.connection.on_action = act
    assert (await legs(live).recordings.carry_out(plan(live, PAUSE))).kind is OutcomeKind.NO_EFFECT


@pytest.mark.parametrize("act", [PAUSE, RESUME, STOP])
def test_a_leg_that_is_not_the_recorded_one_is_refused(act):
    """Somebody who reads out a card number relies on the pause."""
    live = talking()
    live.happen(told("MixMonitorStart", AGENT_LEG))
    with pytest.raises(ValueError, match=r"recording is of Agent 03 1003 \(PJSIP/agent03-00000002\), not of Ann Lee"):
        plan(live, act)


def test_what_makes_no_sense_is_refused():
    live = talking()
    live.happen(told("MixMonitorStart"), told("MixMonitorMute", ANN_LEG, "Direction: both\nState: 1\n"))
    with pytest.raises(ValueError, match="paused already"):
        plan(live, PAUSE)
    leg(live, AGENT_LEG).state = leg(live).state.RINGING
    with pytest.raises(ValueError, match="not on the phone yet"):
        plan(live, START, AGENT_LEG)
    with pytest.raises(ValueError, match="has ended"):
        plan_record(live.store, None, STOP, EVERYTHING)


async def test_who_hangs_up_meanwhile_is_told():
    live = talking()
    live.connection.on_action = lambda _name, _headers: live.happen(gone())
    outcome = await legs(live).recordings.carry_out(plan(live, START))
    assert (outcome.kind, outcome.text) == (OutcomeKind.GONE, "Ann Lee +15551234567 hung up meanwhile.")


async def test_numbers_of_recordings_go_with_their_legs():
    live = talking()
    Pbx(live)
    recordings = legs(live).recordings
    await recordings.carry_out(plan(live, START))
    live.happen(gone())
    await recordings.carry_out(plan(live, START, AGENT_LEG))
    assert list(recordings._ours) == [("pbx1", AGENT_LEG)]


async def test_a_number_that_is_more_than_one_is_not_sent_back():
    live = talking()
    pbx = Pbx(live)

    def act(name, headers):
        answer = pbx.act(name, headers)
        return Packet(b"Response: Success\nMixMonitorID: 0x1 \xc2\xb9; x") if name == "MixMonitor" else answer

    live.connection.on_action = act
    recordings = legs(live).recordings
    await recordings.carry_out(plan(live, START))
    await recordings.carry_out(plan(live, STOP))
    assert live.sent[-1] == ("StopMixMonitor", {"Channel": ANN_LEG})


async def test_who_asked_is_on_record_even_if_amitop_ends_meanwhile(tmp_path):
    live = talking()
    sent = asyncio.Event()
    live.connection.on_action = lambda _name, _headers: sent.set()
    path = tmp_path / "audit.jsonl"
    task = asyncio.create_task(legs(live, audit=Audit(path)).recordings.carry_out(plan(live, START)))
    await sent.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert json.loads(path.read_text())["text"] == "amitop ended before the outcome."
    assert not live.listeners
