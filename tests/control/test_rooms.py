"""Conferences muted, kicked, locked and recorded, and parked calls fetched, as the PBX itself has them afterwards."""

import json

import pytest

from amitop.ami.errors import LinkLost
from amitop.control.audit import Audit
from amitop.control.fetching import plan_fetch
from amitop.control.operator import Operator
from amitop.control.outcome import OutcomeKind
from amitop.control.room_plan import RoomAct, plan_person, plan_room, toggle_lock, toggle_mute, toggle_recording
from amitop.control.watch import Patience
from fakes.events import block, event
from fakes.rooms import FakeParked, FakePerson, FakeRoom, FakeRooms

PATIENCE = Patience(confirm=0.05, ask_every=0.01, ring=0.05)
DONE, GONE, REFUSED = OutcomeKind.DONE, OutcomeKind.GONE, OutcomeKind.REFUSED
NO_EFFECT, FAILED = OutcomeKind.NO_EFFECT, OutcomeKind.FAILED


def make() -> FakeRooms:
    """Room 8000 with Ann, who is talking, and Bob, an admin; Ann Lee is parked at 701."""
    ann = FakePerson("1.1", "PJSIP/ann-00000001")
    bob = FakePerson("1.2", "PJSIP/bob-00000002", ("202", "Bob B"), admin=True)
    parked = FakeParked("2.1", "PJSIP/trunk-00000003", "701")
    return FakeRooms(FakeRoom("8000", [ann, bob]), parked=(parked,))


@pytest.fixture
def pbx():
    return make()


def operate(pbx, **facts):
    return Operator({"pbx1": pbx}, patience=PATIENCE, **facts).rooms


async def act(pbx, what, uid=None):
    plan = plan_room(pbx.store, "8000", what) if uid is None else plan_person(pbx.store, uid, what)
    return await operate(pbx).carry_out(plan)


# -- people -----------------------------------------------------------------------------------------------------------


async def test_mute_and_unmute(pbx):
    ann, bob = pbx.rooms["8000"].people
    outcome = await act(pbx, RoomAct.MUTE, "1.1")
    assert (outcome.kind, outcome.text) == (DONE, "Ann A 201 is muted in 8000.")
    assert (ann.muted, bob.muted) == (True, False)
    assert pbx.sent == [("ConfbridgeMute", {"Conference": "8000", "Channel": "PJSIP/ann-00000001"})]
    again = await operate(pbx).carry_out(plan_person(pbx.store, "1.1", RoomAct.MUTE))
    assert (again.kind, again.text) == (GONE, "Ann A 201 is muted already.")
    outcome = await act(pbx, RoomAct.UNMUTE, "1.1")
    assert (outcome.kind, outcome.text) == (DONE, "Ann A 201 is heard in 8000 again.")
    assert not ann.muted
    assert pbx.listed == [], "the events told"


async def test_kick(pbx):
    outcome = await act(pbx, RoomAct.KICK, "1.2")
    assert (outcome.kind, outcome.text) == (DONE, "Bob B 202 left 8000.")
    assert [one.uid for one in pbx.rooms["8000"].people] == ["1.1"]
    outcome = await act(pbx, RoomAct.KICK, "1.1")
    assert outcome.kind is DONE
    assert not pbx.rooms
    assert not pbx.store.rooms


async def test_where_no_event_comes_the_list_tells(pbx):
    pbx.mute = True
    for what in (RoomAct.MUTE, RoomAct.UNMUTE, RoomAct.KICK):
        assert (await act(pbx, what, "1.1")).kind is DONE
    assert pbx.listed == ["ConfbridgeList"] * 3


async def test_what_is_accepted_and_not_so_is_told(pbx):
    pbx.silent = True
    for what, words in ((RoomAct.MUTE, "still heard"), (RoomAct.KICK, "still there")):
        outcome = await act(pbx, what, "1.1")
        assert (outcome.kind, outcome.text) == (NO_EFFECT, f"Ann A 201: accepted, but {words} in 8000.")
    pbx.refusals["ConfbridgeList"] = "no right"
    pbx.listed.clear()
    assert (await act(pbx, RoomAct.MUTE, "1.1")).kind is NO_EFFECT
    assert pbx.listed == []


@pytest.mark.parametrize("what", [RoomAct.MUTE, RoomAct.UNMUTE, RoomAct.KICK])
async def test_one_who_left_is_not_acted_upon(pbx, what):
    plan = plan_person(pbx.store, "1.1", what)
    pbx.leave("8000", pbx.rooms["8000"].people[0])
    outcome = await operate(pbx).carry_out(plan)
    assert (outcome.kind, outcome.text) == (GONE, "Ann A 201 has left 8000.")
    pbx.leave("8000", pbx.rooms["8000"].people[0])
    assert (await operate(pbx).carry_out(plan)).text == "8000 has ended."
    assert pbx.sent == []
    with pytest.raises(ValueError, match="in no conference any more"):
        plan_person(pbx.store, "1.1", what)


async def test_a_room_of_the_same_name_is_another(pbx):
    plans = [plan_person(pbx.store, "1.1", RoomAct.KICK), plan_room(pbx.store, "8000", RoomAct.LOCK)]
    room = pbx.rooms["8000"]
    bridge = room.bridge.replace("bridge-8000", "other")
    pbx.happen(event("ConfbridgeStart", "Conference: 8000\n", bridge))
    for plan in plans:
        outcome = await operate(pbx).carry_out(plan)
        assert (outcome.kind, outcome.text) == (GONE, "8000 has ended; another of that name has begun.")
    assert pbx.sent == []


async def test_who_leaves_while_being_muted_is_told(pbx):
    pbx.connection.on_action = lambda *_: pbx.leave("8000", pbx.rooms["8000"].people[0])
    outcome = await act(pbx, RoomAct.MUTE, "1.1")
    assert (outcome.kind, outcome.text) == (GONE, "Ann A 201 left 8000 meanwhile.")


async def test_a_name_that_another_begins_with_is_not_sent(pbx):
    """ConfBridge takes whatever begins with what it is given: DAHDI/1-1 would mean DAHDI/1-10."""
    pbx.join("8000", FakePerson("3.1", "DAHDI/1-1"))
    pbx.join("8000", FakePerson("3.2", "dahdi/1-10", ("9", "Dan")))
    for what in (RoomAct.MUTE, RoomAct.KICK):
        outcome = await act(pbx, what, "3.1")
        assert (outcome.kind, outcome.text) == (REFUSED, "DAHDI/1-1: another in 8000 would be meant as well.")
    assert (await act(pbx, RoomAct.MUTE, "3.2")).kind is DONE
    assert [one.uid for one in pbx.rooms["8000"].people if one.muted] == ["3.2"]


@pytest.mark.parametrize("name", ["all", "Participants", "/.*/", "PJSIP/x\rAction: Reload", ""])
async def test_names_that_mean_something_else_are_not_sent(pbx, name):
    pbx.store.channels["1.1"].name = name
    for what in (RoomAct.MUTE, RoomAct.KICK):
        outcome = await act(pbx, what, "1.1")
        assert outcome.kind is REFUSED
        assert "cannot be sent" in outcome.text
    assert pbx.sent == []


async def test_a_rooms_name_that_cannot_be_sent(pbx):
    pbx.rooms["80\r00"] = room = FakeRoom("80\r00")
    pbx.happen(event("ConfbridgeStart", "Conference: 80\r00\n", room.bridge))
    outcome = await operate(pbx).carry_out(plan_room(pbx.store, "80\r00", RoomAct.LOCK))
    assert (outcome.kind, outcome.text) == (
        REFUSED,
        "This conference's name cannot be sent: it would mean another.",
    )
    assert pbx.sent == []


# -- rooms ------------------------------------------------------------------------------------------------------------


async def test_lock_and_unlock_are_seen_in_the_list(pbx):
    outcome = await act(pbx, RoomAct.LOCK)
    assert (outcome.kind, outcome.text) == (DONE, "8000 is locked now.")
    assert pbx.rooms["8000"].locked
    assert pbx.store.rooms["8000"].locked is True
    outcome = await act(pbx, RoomAct.UNLOCK)
    assert (outcome.kind, outcome.text) == (DONE, "8000 is not locked now.")
    assert pbx.store.rooms["8000"].locked is False
    assert pbx.listed == ["ConfbridgeListRooms"] * 2
    pbx.silent = True
    outcome = await act(pbx, RoomAct.LOCK)
    assert (outcome.kind, outcome.text) == (NO_EFFECT, "8000: accepted, but it is not locked.")


async def test_a_lock_that_cannot_be_seen_is_not_said_to_be_there(pbx):
    pbx.refusals["ConfbridgeListRooms"] = "no right"
    outcome = await act(pbx, RoomAct.LOCK)
    assert outcome.kind is NO_EFFECT
    assert "cannot be seen with this login" in outcome.text


async def test_a_room_that_ends_while_it_is_locked(pbx):
    def ends(*_):
        for one in list(pbx.rooms["8000"].people):
            pbx.leave("8000", one)

    pbx.connection.on_action = ends
    outcome = await act(pbx, RoomAct.LOCK)
    assert (outcome.kind, outcome.text) == (GONE, "8000 ended meanwhile.")
    with pytest.raises(ValueError, match="8000 has ended"):
        plan_room(pbx.store, "8000", RoomAct.LOCK)


async def test_record_and_stop(pbx):
    outcome = await act(pbx, RoomAct.RECORD)
    assert (outcome.kind, outcome.text) == (DONE, "8000 is recorded now.")
    assert pbx.rooms["8000"].recording
    assert pbx.sent[-1] == ("ConfbridgeStartRecord", {"Conference": "8000"}), "the file's name is Asterisk's to choose"
    assert (await act(pbx, RoomAct.RECORD)).text == "8000 is recorded already."
    outcome = await act(pbx, RoomAct.STOP_RECORDING)
    assert (outcome.kind, outcome.text) == (DONE, "8000 is not recorded now.")
    assert not pbx.rooms["8000"].recording


async def test_a_recording_that_began_before_is_told_by_the_refusal(pbx):
    pbx.rooms["8000"].recording = True
    pbx.store.rooms["8000"].recording = None
    outcome = await act(pbx, RoomAct.RECORD)
    assert (outcome.kind, outcome.text) == (REFUSED, "The PBX says: Conference is already being recorded.")
    assert toggle_recording(pbx.store.rooms["8000"]) is RoomAct.STOP_RECORDING
    assert (await act(pbx, RoomAct.STOP_RECORDING)).kind is DONE


async def test_a_recording_of_which_no_event_tells(pbx):
    pbx.mute = True
    outcome = await act(pbx, RoomAct.RECORD)
    assert (outcome.kind, outcome.text) == (NO_EFFECT, "8000: accepted, but no event told that it is so.")


async def test_what_the_keys_do_depends_on_what_is_so(pbx):
    room = pbx.store.rooms["8000"]
    ann = room.members["1.1"]
    assert (toggle_mute(ann), toggle_lock(room), toggle_recording(room)) == (
        RoomAct.MUTE,
        RoomAct.LOCK,
        RoomAct.RECORD,
    )
    ann.muted = room.locked = room.recording = True
    assert (toggle_mute(ann), toggle_lock(room), toggle_recording(room)) == (
        RoomAct.UNMUTE,
        RoomAct.UNLOCK,
        RoomAct.STOP_RECORDING,
    )


def test_what_hurts_is_asked_before(pbx):
    people = {what: plan_person(pbx.store, "1.2", what) for what in RoomAct if what.of_person}
    rooms = {what: plan_room(pbx.store, "8000", what) for what in RoomAct if not what.of_person}
    assert [what.name for what, plan in (people | rooms).items() if plan.confirmations] == [
        "KICK",
        "RECORD",
        "STOP_RECORDING",
    ]
    assert people[RoomAct.KICK].sentence.startswith("Bob B 202, an admin, leaves 8000; ")
    assert rooms[RoomAct.RECORD].sentence == "8000 is recorded on the PBX, 2 people are in it. Asterisk tells nobody."


# -- fetching ---------------------------------------------------------------------------------------------------------


async def fetch(pbx, device="PJSIP/1001"):
    return await operate(pbx).fetch(plan_fetch(pbx.store, "2.1", device))


async def test_fetch(pbx):
    plan = plan_fetch(pbx.store, "2.1", " PJSIP/1001 ")
    assert plan.sentence == "PJSIP/1001 rings; pick it up to have Ann Lee +15551234567, parked at 701 (default)."
    outcome = await fetch(pbx)
    assert (outcome.kind, outcome.text) == (DONE, "PJSIP/1001 has Ann Lee +15551234567.")
    ((name, headers),) = pbx.sent
    assert name == "Originate"
    assert (headers["Channel"], headers["Application"], headers["Data"]) == ("PJSIP/1001", "ParkedCall", "default,701")
    assert headers["CallerID"] == '"Parked Ann Lee +15551234567" <701>'
    assert not pbx.parked
    assert not pbx.store.parked


async def test_as_long_as_nobody_picks_up_the_call_is_safe(pbx):
    pbx.picks_up = False
    outcome = await fetch(pbx)
    assert (outcome.kind, outcome.text) == (FAILED, "PJSIP/1001 was not picked up.")
    assert list(pbx.store.parked) == ["2.1"]


async def test_who_takes_the_space_next_is_not_fetched(pbx):
    """The call gives up while the phone rings, and another is parked in its place: the phone stops ringing."""

    def rung(name, headers):
        if name == "Hangup":
            return pbx._hangup(headers)
        pbx.happen(event("Newchannel", block(headers["ChannelId"], "PJSIP/1001-00000099", state=5)))
        pbx.unpark(pbx.parked["2.1"], "ParkedCallGiveUp")
        return None

    pbx.connection.on_action = rung
    outcome = await fetch(pbx)
    assert outcome.kind is GONE
    assert outcome.text == "Ann Lee +15551234567 left the parking lot before PJSIP/1001 had the call."
    assert [name for name, _ in pbx.sent] == ["Originate", "Hangup"]
    assert pbx.sent[1][1]["Channel"] == pbx.sent[0][1]["ChannelId"]


async def test_a_call_that_has_left_is_not_fetched(pbx):
    plan = plan_fetch(pbx.store, "2.1", "PJSIP/1001")
    pbx.unpark(pbx.parked["2.1"], "ParkedCallTimeOut")
    outcome = await operate(pbx).fetch(plan)
    assert (outcome.kind, outcome.text) == (
        GONE,
        "Ann Lee +15551234567 is not parked there any more; PJSIP/1001 was not rung.",
    )
    assert pbx.sent == []
    with pytest.raises(ValueError, match="not parked any more"):
        plan_fetch(pbx.store, "2.1", "PJSIP/1001")


@pytest.mark.parametrize(
    ("device", "words"),
    [("", "Which phone"), (None, "Which phone"), ("1001", "technology and a device"), ("PJSIP/1&PJSIP/2", "must not")],
)
def test_phones_that_cannot_be_rung(pbx, device, words):
    with pytest.raises(ValueError, match=words):
        plan_fetch(pbx.store, "2.1", device)


def test_a_lot_whose_name_would_be_another_argument():
    pbx = FakeRooms(parked=(FakeParked("2.1", "PJSIP/trunk-00000003", "701", lot="a,b"),))
    with pytest.raises(ValueError, match="name of this parking lot cannot be sent"):
        plan_fetch(pbx.store, "2.1", "PJSIP/1001")


# -- all --------------------------------------------------------------------------------------------------------------


async def test_a_refusal_is_told_in_its_own_words(pbx):
    pbx.refusals["ConfbridgeKick"] = "ConfbridgeKick: this login lacks write=call in manager.conf"
    outcome = await act(pbx, RoomAct.KICK, "1.1")
    assert (outcome.kind, outcome.text) == (REFUSED, pbx.refusals["ConfbridgeKick"])
    pbx.refusals.clear()
    pbx.connection.on_action = lambda *_: "Permission denied"
    for outcome in (await act(pbx, RoomAct.LOCK), await act(pbx, RoomAct.MUTE, "1.1"), await fetch(pbx)):
        assert (outcome.kind, outcome.text) == (REFUSED, "The PBX says: Permission denied")


async def test_read_only_sends_nothing(pbx):
    rooms = operate(pbx, read_only=True)
    plans = [plan_person(pbx.store, "1.1", RoomAct.KICK), plan_room(pbx.store, "8000", RoomAct.LOCK)]
    outcomes = [await rooms.carry_out(plan) for plan in plans]
    outcomes.append(await rooms.fetch(plan_fetch(pbx.store, "2.1", "PJSIP/1001")))
    assert {outcome.text for outcome in outcomes} == {"pbx1 is read-only here"}
    assert pbx.sent == []


async def test_a_lost_link_is_a_failure(pbx):
    def lost(*_):
        raise LinkLost("gone")

    pbx.connection.on_action = lost
    assert (await act(pbx, RoomAct.MUTE, "1.1")).kind is FAILED
    assert (await act(pbx, RoomAct.LOCK)).kind is FAILED


async def test_everything_is_written_down(pbx, tmp_path):
    audit = Audit(tmp_path / "audit.jsonl")
    rooms = operate(pbx, audit=audit)
    await rooms.carry_out(plan_person(pbx.store, "1.1", RoomAct.KICK))
    await rooms.carry_out(plan_room(pbx.store, "8000", RoomAct.LOCK))
    await rooms.fetch(plan_fetch(pbx.store, "2.1", "PJSIP/1001"))
    lines = [json.loads(line) for line in audit.path.read_text().splitlines()]
    assert [(line["action"], line["target"], line["outcome"]) for line in lines] == [
        ("ConfbridgeKick", "1.1 in 8000", "done"),
        ("ConfbridgeLock", "8000", "done"),
        ("Originate ParkedCall", "2.1 at 701 (default) to PJSIP/1001", "done"),
    ]
