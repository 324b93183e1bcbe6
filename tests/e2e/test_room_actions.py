"""Conferences and parked calls of a real Asterisk 16 and 22: acted upon, and seen in what its own console says."""

import asyncio
import json
import re

from e2e.acting import Desk, desk, eventually

from amitop.control.audit import Audit
from amitop.control.fetching import plan_fetch
from amitop.control.outcome import OutcomeKind
from amitop.control.room_plan import RoomAct, plan_person, plan_room
from rig.asterisk import Asterisk

DONE, GONE = OutcomeKind.DONE, OutcomeKind.GONE
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
JOIN, ADMIN, WAITS, MARKED, TALKS = "604", "620", "621", "622", "623"
"""Extensions that lead into room 8000 (WAITS and MARKED: 8100) as somebody ordinary, its admin, ..."""
PARK, PARK_SHORT, PARK_FOREVER = "605", "625", "626"


def confbridge_list(pbx: Asterisk, room: str) -> dict[str, str]:
    """Ask the console: flags by channel; A admin, M marked, W waits for marked, m muted, w waiting."""
    lines = [_COLOUR.sub("", line) for line in pbx.cli(f"confbridge list {room}").splitlines()]
    rows = [re.fullmatch(r"(\S+/\S+)\s+([A-Za-z]*)\s+(?:\w+_user)\s.*", line) for line in lines]
    return {row[1]: row[2] for row in rows if row}


def locked(pbx: Asterisk, room: str) -> bool | None:
    """Ask the console whether a room is locked; None where there is no such room."""
    found = re.search(rf"^{room}\s+\d+\s+\d+\s+(\w+)", _COLOUR.sub("", pbx.cli("confbridge list")), re.M)
    return None if found is None else found[1] in {"Yes", "locked"}


def parking_show(pbx: Asterisk, lot: str) -> dict[str, str]:
    """Ask the console: channel by space."""
    text = _COLOUR.sub("", pbx.cli(f"parking show {lot}"))
    return dict(re.findall(r"Space\s+:\s+(\d+)\s+Channel\s+:\s+(\S+)", text))


def known(at: Desk, room: str) -> dict[str, str]:
    """What amitop knows, in the console's terms."""
    people = at.live.store.rooms[room].members.values() if room in at.live.store.rooms else ()
    flags = [("A", "admin"), ("M", "marked"), ("W", "waits_for_marked"), ("m", "muted"), ("w", "waiting")]
    return {
        at.live.store.channels[one.uniqueid].name: "".join(flag for flag, name in flags if getattr(one, name))
        for one in people
    }


def known_parked(at: Desk, lot: str) -> dict[str, str]:
    return {call.space: call.channel for call in at.live.store.parked.values() if call.lot == lot}


async def bring(at: Desk, exten: str, name: str, *, application: str = "Milliwatt", data: str = "") -> str:
    """Have somebody call *exten*, and return the Uniqueid of the channel that arrives there."""
    uid = f"{name}-{at.live.clock():.3f}"
    headers = {"Channel": f"Local/{exten}@from-trunk/n", "Application": application, "Data": data, "Async": "true"}
    headers |= {"CallerID": f'"{name}" <{exten}>', "ChannelId": uid, "OtherChannelId": f"{uid}-there"}
    await at.live.session.action("Originate", headers)
    return f"{uid}-there"


async def agree(at: Desk, pbx: Asterisk, room: str, count: int) -> None:
    """Wait until so many are there and amitop knows of each what the console says."""
    await eventually(lambda: len(known(at, room)) == count)
    for _ in range(20):
        shown = confbridge_list(pbx, room)
        if known(at, room) == shown and len(shown) == count:
            return
        await asyncio.sleep(0.3)
    assert known(at, room) == confbridge_list(pbx, room)


async def test_people_join_are_muted_and_kicked(pbx: Asterisk, tmp_path):
    audit = Audit(tmp_path / "audit.jsonl")
    async with desk(pbx, audit) as at:
        store, rooms = at.live.store, at.operator.rooms
        ann, bob, tom = [await bring(at, *who) for who in ((JOIN, "Ann"), (ADMIN, "Bob"), (TALKS, "Tom"))]
        await agree(at, pbx, "8000", 3)
        names = {uid: store.channels[uid].name for uid in (ann, bob, tom)}
        assert confbridge_list(pbx, "8000")[names[bob]] == "A"
        await eventually(lambda: store.rooms["8000"].members[tom].talking)
        assert not store.rooms["8000"].members[ann].talking

        muted = await rooms.carry_out(plan_person(store, ann, RoomAct.MUTE))
        assert (muted.kind, muted.text) == (DONE, "Ann 604 is muted in 8000.")
        assert confbridge_list(pbx, "8000")[names[ann]] == "m"
        assert (await rooms.carry_out(plan_person(store, ann, RoomAct.MUTE))).kind is GONE
        await rooms.carry_out(plan_person(store, tom, RoomAct.MUTE))
        await eventually(lambda: not store.rooms["8000"].members[tom].talking)
        await agree(at, pbx, "8000", 3)
        heard = await rooms.carry_out(plan_person(store, ann, RoomAct.UNMUTE))
        assert heard.kind is DONE, heard
        assert confbridge_list(pbx, "8000")[names[ann]] == ""

        plan = plan_person(store, ann, RoomAct.KICK)
        kicked = await rooms.carry_out(plan)
        assert (kicked.kind, kicked.text) == (DONE, "Ann 604 left 8000.")
        await agree(at, pbx, "8000", 2)
        assert (await rooms.carry_out(plan)).text == "Ann 604 has left 8000."

        admin = await rooms.carry_out(plan_person(store, bob, RoomAct.KICK))
        assert admin.kind is DONE, admin
        last = await rooms.carry_out(plan_person(store, tom, RoomAct.KICK))
        assert last.kind is DONE, last
        await eventually(lambda: "8000" not in store.rooms)
        assert locked(pbx, "8000") is None
        assert at.live.health.faults == 0
    lines = [json.loads(line) for line in audit.path.read_text().splitlines()]
    assert [line["action"] for line in lines].count("ConfbridgeKick") == 4


async def test_a_room_is_locked_and_recorded(pbx: Asterisk):
    async with desk(pbx) as at:
        store, rooms = at.live.store, at.operator.rooms
        await bring(at, JOIN, "Ann")
        await agree(at, pbx, "8000", 1)

        async def act(what: RoomAct):
            return await rooms.carry_out(plan_room(store, "8000", what))

        assert (await act(RoomAct.LOCK)).kind is DONE
        assert locked(pbx, "8000") is True
        late = await bring(at, JOIN, "Late")
        await eventually(lambda: late in store.channels or late in store.tombstones)
        await asyncio.sleep(1)
        await agree(at, pbx, "8000", 1)
        assert (await act(RoomAct.UNLOCK)).kind is DONE
        assert locked(pbx, "8000") is False

        assert (await act(RoomAct.RECORD)).kind is DONE
        assert store.rooms["8000"].recording is True
        assert (await act(RoomAct.STOP_RECORDING)).kind is DONE
        assert store.rooms["8000"].recording is False

        # Somebody else's recording, of which a login that comes later is told by the refusal alone.
        await at.live.session.action("ConfbridgeStartRecord", {"Conference": "8000"})
        await eventually(lambda: store.rooms["8000"].recording)
        async with desk(pbx) as other:
            room = other.live.store.rooms["8000"]
            assert (room.recording, room.locked) == (None, False)
            refused = await other.operator.rooms.carry_out(plan_room(other.live.store, "8000", RoomAct.RECORD))
            assert refused.text == "The PBX says: Conference is already being recorded."
            stopped = await other.operator.rooms.carry_out(plan_room(other.live.store, "8000", RoomAct.STOP_RECORDING))
            assert stopped.kind is DONE, stopped
        await eventually(lambda: store.rooms["8000"].recording is False)


async def test_who_waits_for_somebody_who_is_marked(pbx: Asterisk):
    async with desk(pbx) as at:
        store = at.live.store
        wim = await bring(at, WAITS, "Wim")
        await agree(at, pbx, "8100", 1)
        assert store.rooms["8100"].members[wim].waiting is True
        mia = await bring(at, MARKED, "Mia")
        await eventually(lambda: mia in store.rooms["8100"].members)
        await eventually(lambda: store.rooms["8100"].members[wim].waiting is False)
        await agree(at, pbx, "8100", 2)
        left = await at.operator.hangup(("pbx", mia))
        assert left.kind is DONE, left
        await eventually(lambda: store.rooms["8100"].members[wim].waiting is True)
        await agree(at, pbx, "8100", 1)


async def test_a_lock_by_another_is_seen_while_somebody_looks(pbx: Asterisk):
    async with desk(pbx) as at:
        await bring(at, JOIN, "Ann")
        await agree(at, pbx, "8000", 1)
        pbx.cli("confbridge lock 8000")

        def seen() -> bool:
            at.live.room_sync.look()
            return at.live.store.rooms["8000"].locked is True

        await eventually(seen, 12)


async def test_calls_are_parked_fetched_and_their_time_is_up(pbx: Asterisk, tmp_path):
    pbx.phones(ring=(0.2, 0.2))
    audit = Audit(tmp_path / "audit.jsonl")
    async with desk(pbx, audit) as at:
        store, rooms = at.live.store, at.operator.rooms
        ann = await bring(at, PARK, "Ann", application="Wait", data="600")
        eve = await bring(at, PARK_FOREVER, "Eve", application="Wait", data="600")
        await eventually(lambda: {ann, eve} <= store.parked.keys())
        assert known_parked(at, "default") == parking_show(pbx, "default")
        assert known_parked(at, "forever") == parking_show(pbx, "forever")
        assert (store.parked[ann].limit, store.parked[eve].limit) == (120.0, None)

        # One who comes later knows the same from the lists.
        async with desk(pbx) as other:
            there = other.live.store.parked
            assert {(c.lot, c.space, c.channel, c.parker, c.limit) for c in there.values()} == {
                (c.lot, c.space, c.channel, c.parker, c.limit) for c in store.parked.values()
            }
            assert abs(there[ann].left(other.live.clock()) - store.parked[ann].left(at.live.clock())) < 2

        sam = await bring(at, PARK_SHORT, "Sam", application="Wait", data="600")
        await eventually(lambda: sam in store.parked)
        assert store.parked[sam].limit == 5.0
        await eventually(lambda: sam not in store.parked, 12)
        assert parking_show(pbx, "short") == {}
        assert any(note.text.endswith("was parked for too long") for note in store.notes(store.call_of(sam).id))

        fetched = await rooms.fetch(plan_fetch(store, ann, "PJSIP/agent07"))
        assert (fetched.kind, fetched.text) == (DONE, "PJSIP/agent07 has Ann 605.")
        assert parking_show(pbx, "default") == {}
        phone = next(channel for channel in store.channels.values() if channel.device == "PJSIP/agent07")
        await eventually(lambda: phone.bridge is not None and store.channels[ann].bridge == phone.bridge)

        plan = plan_fetch(store, eve, "PJSIP/agnet07")
        nobody = await rooms.fetch(plan)
        assert (nobody.kind, eve in store.parked) == (OutcomeKind.FAILED, True), nobody
        assert "PJSIP/agnet07 cannot be reached" in nobody.text
        assert (await at.operator.hangup(("pbx", eve))).kind is DONE
        await eventually(lambda: eve not in store.parked)
        assert (await rooms.fetch(plan)).kind is GONE
        assert at.live.health.faults == 0
    lines = [json.loads(line) for line in audit.path.read_text().splitlines()]
    assert [line["outcome"] for line in lines if line["action"] == "Originate ParkedCall"] == ["done", "failed", "gone"]


async def test_a_call_that_leaves_while_the_phone_rings_is_not_replaced_by_the_next(pbx: Asterisk):
    pbx.phones(ring=(60, 60))
    try:
        async with desk(pbx) as at:
            store = at.live.store
            ann = await bring(at, PARK, "Ann", application="Wait", data="600")
            await eventually(lambda: ann in store.parked)
            fetching = asyncio.create_task(at.operator.rooms.fetch(plan_fetch(store, ann, "PJSIP/agent08")))
            await eventually(lambda: any(c.device == "PJSIP/agent08" for c in store.channels.values()))
            await at.operator.hangup(("pbx", ann))
            bob = await bring(at, PARK, "Bob", application="Wait", data="600")
            outcome = await fetching
            assert outcome.kind is GONE, outcome
            await eventually(lambda: not any(c.device == "PJSIP/agent08" for c in store.channels.values()))
            await eventually(lambda: bob in store.parked)
            assert store.parked[bob].space == "701", "in Ann's place, and still there"
    finally:
        pbx.phones()


async def test_a_login_that_may_only_look(pbx: Asterisk):
    """The watcher: write=reporting. Rooms are listed, parked calls only told of by events."""
    async with desk(pbx) as at:
        ann = await bring(at, JOIN, "Ann")
        await bring(at, PARK, "Pam", application="Wait", data="600")
        await agree(at, pbx, "8000", 1)
        await eventually(lambda: at.live.store.parked)
        async with desk(pbx, user="watcher") as other:
            assert known(other, "8000") == known(at, "8000")
            assert not other.live.store.parked
            eve = await bring(at, PARK_FOREVER, "Eve", application="Wait", data="600")
            await eventually(lambda: eve in other.live.store.parked)
            assert other.operator.why_not("pbx", "ConfbridgeKick") == (
                "ConfbridgeKick: this login lacks write=call in manager.conf"
            )
            outcome = await other.operator.rooms.carry_out(plan_person(other.live.store, ann, RoomAct.KICK))
            assert outcome.kind is OutcomeKind.REFUSED
        assert len(confbridge_list(pbx, "8000")) == 1


async def test_a_login_that_may_act_but_not_list(pbx: Asterisk):
    """The muzzled: write=call. Parked calls are listed, rooms only told of by events."""
    async with desk(pbx) as at:
        await bring(at, JOIN, "Ann")
        await bring(at, PARK, "Pam", application="Wait", data="600")
        await agree(at, pbx, "8000", 1)
        await eventually(lambda: at.live.store.parked)
        async with desk(pbx, user="muzzled") as other:
            store = other.live.store
            assert known_parked(other, "default") == parking_show(pbx, "default") != {}
            assert store.rooms == {}
            bob = await bring(at, JOIN, "Bob")
            await eventually(lambda: "8000" in store.rooms)
            assert list(store.rooms["8000"].members) == [bob]
            assert store.rooms["8000"].locked is None
            locked_now = await other.operator.rooms.carry_out(plan_room(store, "8000", RoomAct.LOCK))
            assert locked_now.kind is OutcomeKind.NO_EFFECT
            assert "cannot be seen with this login" in locked_now.text
            assert locked(pbx, "8000") is True
            kicked = await other.operator.rooms.carry_out(plan_person(store, bob, RoomAct.KICK))
            assert kicked.kind is DONE, kicked
        await agree(at, pbx, "8000", 1)
