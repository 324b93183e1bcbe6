"""Listening, whispering and barging in: the exact leg, the supervisor's own channel, and a line for the record."""

import asyncio
import json
import re

import pytest

from amitop.ami.errors import LinkLost
from amitop.control.audit import Audit
from amitop.control.operator import Operator
from amitop.control.outcome import OutcomeKind
from amitop.control.supervise import SpyMode, heard_leg, plan_spy, spied_leg
from amitop.control.watch import Patience
from fakes.acting import FakeLive
from fakes.events import AGENT, ANN, block, bridge, conversation, event

ANN_LEG, AGENT_LEG = "1.1", "1.2"
DEVICE = "PJSIP/9000"
NAME = "PJSIP/9000-00000009"
AGENT_NAME = "PJSIP/agent03-00000002"


class Phone:
    """The supervisor's phone: what Asterisk tells of it."""

    def __init__(self, live):
        self.live = live
        self.uid = ""
        live.connection.on_action = self.act

    def act(self, name, headers):
        if name == "Originate":
            self.uid = headers["ChannelId"]
            self.live.happen(event("Newchannel", block(self.uid, NAME, state=5)))
            self.rung()
        elif name == "Hangup":
            self.hang_up()

    def rung(self):
        self.pick_up()

    def pick_up(self):
        self.live.happen(self.response("Success", 4))
        spyer = block(self.uid, NAME, prefix="Spyer")
        self.live.happen(event("ChanSpyStart", spyer, block(AGENT_LEG, AGENT_NAME, prefix="Spyee")))

    def response(self, word, reason, uid=None):
        return event("OriginateResponse", f"Response: {word}\nReason: {reason}\nUniqueid: {uid or self.uid}\n")

    def hang_up(self):
        self.live.happen(event("Hangup", block(self.uid, NAME), "Cause: 16\nCause-txt: Normal Clearing\n"))


@pytest.fixture
def live():
    return FakeLive(*conversation())


@pytest.fixture
def phone(live):
    return Phone(live)


def operate(live, **facts):
    return Operator({"pbx1": live}, patience=Patience(confirm=0.05, ask_every=0.02, ring=0.05), **facts).supervision


def plan(live, mode=SpyMode.LISTEN):
    return plan_spy(live.store, live.store.channels.get(AGENT_LEG), mode, DEVICE)


@pytest.mark.parametrize(
    ("mode", "options", "heard"),
    [
        (SpyMode.LISTEN, "uqES", "Neither hears you, and nobody is told."),
        (SpyMode.WHISPER, "uqESw", "Only Agent 03 1003 hears you."),
        (SpyMode.BARGE, "uqESB", "Both hear you."),
    ],
)
async def test_the_leg_is_named_by_its_exact_uniqueid_and_the_phone_by_one_of_ours(live, phone, mode, options, heard):
    made = plan(live, mode)
    assert made.sentence == f"PJSIP/9000 rings; pick it up to hear Agent 03 1003 and Ann Lee +15551234567. {heard}"
    assert made.confirmations == 1
    outcome = await operate(live).start(made)
    assert (outcome.kind, outcome.text) == (
        OutcomeKind.DONE,
        f"{mode.value}: PJSIP/9000 is on the call of Agent 03 1003.",
    )
    ((name, headers),) = live.sent
    assert name == "Originate"
    assert re.fullmatch(r"amitop-[0-9a-f]{16}", headers.pop("ChannelId"))
    assert headers == {
        "Channel": DEVICE,
        "Application": "ChanSpy",
        "Data": f"1.2,{options}",
        "CallerID": f'"{mode.value} Agent 03 1003"',
        "Timeout": "50",
        "Async": "true",
    }


async def test_another_supervisors_start_is_not_ours(live, phone):
    phone.pick_up = lambda: live.happen(
        event("ChanSpyStart", block("7.7", "PJSIP/8000-1", prefix="Spyer"), block("1.2", AGENT_NAME, prefix="Spyee"))
    )
    outcome = await operate(live).start(plan(live))
    assert outcome.kind is OutcomeKind.NO_EFFECT
    assert live.sent[-1] == ("Hangup", {"Channel": phone.uid, "Cause": "16"}), "it must not begin later, unseen"
    assert phone.uid not in live.store.channels


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("0", "cannot be reached: not registered, or no such device"),
        ("3", "was not picked up"),
        ("5", "is busy"),
        ("17", "failed (reason 17)"),
    ],
)
@pytest.mark.parametrize("late", [False, True])
async def test_why_the_phone_was_not_picked_up_is_told(live, phone, reason, words, late):
    def fail():
        if late:  # the reason comes after the phone's Hangup
            phone.hang_up()
            asyncio.get_running_loop().call_later(0.005, live.happen, phone.response("Failure", reason))
        else:
            live.happen(phone.response("Failure", reason))

    phone.rung = fail
    outcome = await operate(live).start(plan(live))
    assert (outcome.kind, outcome.text) == (OutcomeKind.FAILED, f"PJSIP/9000 {words}.")


async def test_a_failure_without_our_uniqueid_is_known_by_the_actions_id(live, phone):
    def act(_name, _headers):
        live.happen(
            event("OriginateResponse", "ActionID: other-1\nResponse: Failure\nReason: 3\nUniqueid: <null>\n"),
            event("OriginateResponse", "ActionID: test-1\nResponse: Failure\nReason: 5\nUniqueid: <null>\n"),
        )

    live.connection.on_action = act
    outcome = await operate(live).start(plan(live))
    assert outcome.text == "PJSIP/9000 is busy."


async def test_a_call_that_ends_while_the_phone_rings_stops_the_ringing(live, phone):
    phone.rung = lambda: live.happen(event("Hangup", block(AGENT_LEG, AGENT_NAME), "Cause: 16\nCause-txt: x\n"))
    outcome = await operate(live).start(plan(live))
    assert (outcome.kind, outcome.text) == (
        OutcomeKind.GONE,
        "Agent 03 1003 hung up before PJSIP/9000 was on the call.",
    )
    assert live.sent[-1][0] == "Hangup"
    assert phone.uid not in live.store.channels


async def test_a_phone_that_is_picked_up_to_no_chanspy_is_told(live, phone):
    def no_spy():
        live.happen(phone.response("Success", 4))
        phone.hang_up()

    phone.rung = no_spy
    outcome = await operate(live).start(plan(live))
    assert (outcome.kind, outcome.text) == (
        OutcomeKind.FAILED,
        "PJSIP/9000 was picked up, but ChanSpy did not begin.",
    )


async def test_what_changed_while_the_dialog_was_open_rings_nobody(live, phone):
    made = plan(live)
    live.happen(event("BridgeLeave", bridge("b1", 1), block(ANN_LEG, "PJSIP/trunk-00000001", caller=ANN)))
    outcome = await operate(live).start(made)
    assert (outcome.kind, outcome.text) == (
        OutcomeKind.GONE,
        "Agent 03 1003 talks with somebody else by now; PJSIP/9000 was not rung.",
    )
    live.happen(event("Hangup", block(AGENT_LEG, AGENT_NAME), "Cause: 16\nCause-txt: Normal Clearing\n"))
    assert (await operate(live).start(made)).text == "Agent 03 1003 has hung up; PJSIP/9000 was not rung."
    assert live.sent == []


async def test_how_long_is_written_down_and_it_can_be_stopped(live, phone, tmp_path):
    path = tmp_path / "audit.jsonl"
    supervision = operate(live, audit=Audit(path))
    await supervision.start(plan(live, SpyMode.WHISPER))
    assert list(supervision.under_way) == [phone.uid]
    live.now += 31
    outcome = await supervision.stop(phone.uid)
    assert outcome.kind is OutcomeKind.DONE
    assert live.sent[-1] == ("Hangup", {"Channel": phone.uid, "Cause": "16"})
    assert not supervision.under_way
    assert not live.listeners
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(line["action"], line["target"]) for line in lines] == [
        ("Originate ChanSpy uqESw", "1.2 from PJSIP/9000"),
        ("ChanSpy ended", "1.2 from PJSIP/9000"),
        ("Hangup", phone.uid),
    ]
    assert lines[1]["text"] == "Whisper Agent 03 1003 ended after 32 s."
    assert (await supervision.stop(phone.uid)).kind is OutcomeKind.GONE


async def test_the_end_is_known_by_chanspystop_too(live, phone):
    supervision = operate(live)
    await supervision.start(plan(live))
    live.happen(event("ChanSpyStop", block("7.7", "PJSIP/8000-1", prefix="Spyer")))
    assert supervision.under_way
    live.happen(event("ChanSpyStop", block(phone.uid, NAME, prefix="Spyer")))
    assert not supervision.under_way


async def test_who_asked_is_on_record_even_if_amitop_ends_meanwhile(live, phone, tmp_path):
    ringing = asyncio.Event()
    phone.rung = ringing.set
    path = tmp_path / "audit.jsonl"
    patience = Patience(ring=60.0)
    supervision = Operator({"pbx1": live}, audit=Audit(path), patience=patience).supervision
    task = asyncio.create_task(supervision.start(plan(live)))
    await ringing.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert json.loads(path.read_text())["text"] == "amitop ended while it rang."
    assert not live.listeners


async def test_it_is_guarded(live, phone):
    made = plan(live)
    assert (await operate(live, read_only=True).start(made)).text == "pbx1 is read-only here"
    live.refusals["Originate"] = "Originate: this login lacks write=originate in manager.conf"
    assert (await operate(live).start(made)).text == live.refusals.pop("Originate")
    assert live.sent == []
    live.connection.on_action = lambda _name, _headers: "Originate Access Forbidden: app or data blacklisted"
    assert (await operate(live).start(made)).kind is OutcomeKind.REFUSED

    def cut(_name, _headers):
        raise LinkLost("pbx1: connection lost")

    live.connection.on_action = cut
    assert (await operate(live).start(made)).kind is OutcomeKind.FAILED


@pytest.mark.parametrize(
    ("device", "complaint"),
    [
        (None, "names no supervisor's phone"),
        ("9000", "a technology and a device"),
        ("PJSIP/agent03", "the supervisor's own phone"),
        ("PJSIP/9000\r\nApplication: System", "cannot be printed"),
    ],
)
def test_a_device_that_cannot_listen_is_refused(live, device, complaint):
    with pytest.raises(ValueError, match=complaint):
        plan_spy(live.store, live.store.channels[AGENT_LEG], SpyMode.LISTEN, device)


def test_a_leg_that_cannot_be_listened_to_is_refused(live):
    with pytest.raises(ValueError, match="no call to listen to"):
        plan_spy(live.store, None, SpyMode.LISTEN, DEVICE)
    live.happen(event("Newchannel", block("3.1", "PJSIP/agent07-00000003", state=5)))
    with pytest.raises(ValueError, match="does not talk yet"):
        plan_spy(live.store, live.store.channels["3.1"], SpyMode.LISTEN, DEVICE)
    live.happen(event("Newchannel", block("4,q(x)", "PJSIP/agent08-00000004")))
    with pytest.raises(ValueError, match="cannot be given to ChanSpy"):
        plan_spy(live.store, live.store.channels["4,q(x)"], SpyMode.LISTEN, DEVICE)


async def test_a_name_cannot_leave_the_caller_ids_quotes(live, phone):
    evil = ("1003", 'A" <1>, "B|x')
    live.happen(event("NewCallerid", block(AGENT_LEG, AGENT_NAME, caller=evil), "CID-CallingPres: 0\n"))
    await operate(live).start(plan(live))
    assert live.sent[0][1]["CallerID"] == '"Listen A   1    B x 1003"'


def members(live, leg_uid, leg_name):
    """Agent 3 is a member of support, and the queue has connected Ann with the leg."""
    facts = (
        "Queue: support\nMemberName: Agent 3\nInterface: Local/1003@agents/n\nStateInterface: PJSIP/agent03\n"
        "Membership: static\nPenalty: 0\nCallsTaken: 0\nLastCall: 0\nInCall: 0\nStatus: 1\nPaused: 0\n"
    )
    connect = "Queue: support\nInterface: Local/1003@agents/n\nMemberName: Agent 3\nHoldTime: 1\nRingTime: 1\n"
    ann = block(ANN_LEG, "PJSIP/trunk-00000001", caller=ANN)
    live.happen(event("QueueMemberAdded", facts))
    live.happen(event("AgentConnect", ann, block(leg_uid, leg_name, prefix="Dest", linkedid="1.1"), connect))
    return live.store.queues["support"].members["Local/1003@agents/n"]


def test_the_leg_of_a_member_is_the_phones_own(live):
    assert spied_leg(live.store, members(live, AGENT_LEG, AGENT_NAME)).uniqueid == AGENT_LEG


def test_behind_a_local_channel_the_phone_is_found():
    live = FakeLive()
    ends = {
        ANN_LEG: ("PJSIP/trunk-00000001", "b1"),
        "1.5": ("Local/1003@agents-00000000;1", "b1"),
        "1.6": ("Local/1003@agents-00000000;2", "b2"),
        AGENT_LEG: (AGENT_NAME, "b2"),
    }
    for uid, (name, _) in ends.items():
        live.happen(event("Newchannel", block(uid, name, caller=AGENT, linkedid="1.1")))
    one, two = (block(uid, ends[uid][0], prefix=p) for uid, p in (("1.5", "LocalOne"), ("1.6", "LocalTwo")))
    live.happen(event("LocalBridge", one, two, "Context: agents\nExten: 1003\nLocalOptimization: No\n"))
    for uid, (name, bridge_id) in ends.items():
        live.happen(event("BridgeEnter", bridge(bridge_id, 2), block(uid, name, linkedid="1.1")))
    member = members(live, "1.5", "Local/1003@agents-00000000;1")
    assert spied_leg(live.store, member).uniqueid == AGENT_LEG


def test_a_member_who_does_not_talk_has_no_leg(live):
    member = members(live, AGENT_LEG, AGENT_NAME)
    member.leg = member.talking_to = None
    assert spied_leg(live.store, member) is None


def test_of_a_call_that_is_not_of_a_queue_the_phones_only_answered_leg_is_heard(live):
    member = members(live, AGENT_LEG, AGENT_NAME)
    member.state_interface = "PJSIP/agent03"
    member.leg = member.talking_to = None
    assert heard_leg(live.store, [member]).uniqueid == AGENT_LEG
    live.happen(event("Newchannel", block("3.1", "PJSIP/agent03-00000003", state=5)))
    assert heard_leg(live.store, [member]).uniqueid == AGENT_LEG, "another call rings"
    live.happen(event("Newstate", block("3.1", "PJSIP/agent03-00000003")))
    with pytest.raises(ValueError, match="is on 2 calls"):
        heard_leg(live.store, [member])
    member.leg = AGENT_LEG  # it is told which one is of the queue
    member.talking_to = ANN_LEG
    assert heard_leg(live.store, [member]).uniqueid == AGENT_LEG


def test_a_phone_that_is_not_on_a_call_is_not_heard(live):
    member = members(live, AGENT_LEG, AGENT_NAME)
    member.state_interface = "PJSIP/agent09"
    member.leg = member.talking_to = None
    assert heard_leg(live.store, [member]) is None
