"""A PBX with conferences and parked calls, for the screen, and a spy on what would be done to them."""

from __future__ import annotations

from amitop.control.outcome import Outcome, OutcomeKind
from amitop.pbx.room_lists import apply_lots, apply_parked, apply_room, apply_rooms
from amitop.rights import ActionRights
from fakes.events import block, event
from fakes.pbx import ALL_RIGHTS, WATCHER, FakePbx, dashboard
from fakes.rooms import FakeParked, FakePerson, FakeRoom, parked_items, person_items, room_items

ROOM_RIGHTS = {
    "ConfbridgeKick": "x (Priv: call,all)",
    "ConfbridgeList": "x (Priv: reporting,all)",
    "ConfbridgeListRooms": "x (Priv: reporting,all)",
    "ConfbridgeLock": "x (Priv: call,all)",
    "ConfbridgeMute": "x (Priv: call,all)",
    "ConfbridgeStartRecord": "x (Priv: system,all)",
    "ConfbridgeStopRecord": "x (Priv: system,all)",
    "ConfbridgeUnlock": "x (Priv: call,all)",
    "ConfbridgeUnmute": "x (Priv: call,all)",
    "Originate": "x (Priv: originate,all)",
    "ParkedCalls": "x (Priv: call,all)",
    "Parkinglots": "x (Priv: call,all)",
}
READING = {"ConfbridgeList", "ConfbridgeListRooms"}
ANN, BOB, WIM, LI, EVE = (
    FakePerson("8.1", "PJSIP/agent01-00000001", ("1001", "Ann Lee"), admin=True, talking=True),
    FakePerson("8.2", "PJSIP/agent02-00000002", ("1002", "Bob"), muted=True),
    FakePerson("8.3", "PJSIP/trunk-00000003", ("+15557654321", "王小明"), answered=300),
    FakePerson("8.4", "PJSIP/agent04-00000004", ("1004", "Agent 04"), muted=True, waiting=True, wait_marked=True),
    FakePerson("8.5", "PJSIP/agent05-00000005", ("<unknown>", "<unknown>"), waiting=True, wait_marked=True),
)
BOARD = FakeRoom("board", [ANN, BOB, WIM], locked=True)
CLASS = FakeRoom("8100", [LI, EVE])
PARKED = (
    FakeParked("9.1", "PJSIP/trunk-00000006", "701", caller=("+15551234567", "Ann Lee"), left=48, been=72),
    FakeParked("9.2", "PJSIP/trunk-00000007", "702", caller=("+15550000001", "Quinn R"), left=4, been=116),
    FakeParked("9.3", "PJSIP/trunk-00000008", "751", lot="forever", parker="PJSIP/trunk", left=-600, been=600),
)


def meeting_pbx(now: float = 1000.0, *, rights: str = "all") -> FakePbx:
    """The board meets, locked and recorded; a class waits for its teacher; three calls are parked.

    *rights*: `all`; `watcher`, who may only look; `none`: an Asterisk without ConfBridge and parking.
    """
    pbx = FakePbx(now=now)
    if rights == "all":
        pbx.rights = ActionRights(ALL_RIGHTS | ROOM_RIGHTS)
    elif rights == "watcher":
        pbx.rights = ActionRights(WATCHER | {name: ROOM_RIGHTS[name] for name in READING})
    elif rights == "none":
        pbx.rights = ActionRights(ALL_RIGHTS)
    for place, one in enumerate((*BOARD.people, *CLASS.people)):
        pbx.now = now - 100 + place
        who = block(one.uid, one.channel, caller=one.caller)
        pbx.happen(event("Newchannel", who))
        room = BOARD if one in BOARD.people else CLASS
        if one is WIM:
            continue  # came before amitop did: only the list has them
        if one is room.people[0]:
            pbx.happen(event("ConfbridgeStart", f"Conference: {room.name}\n", room.bridge))
        told = f"Admin: {'Yes' if one.admin else 'No'}\nMuted: {'Yes' if one.muted else 'No'}\n"
        pbx.happen(event("ConfbridgeJoin", f"Conference: {room.name}\n", room.bridge, who, told))
    pbx.now = now - 20
    pbx.happen(event("ConfbridgeRecord", f"Conference: {BOARD.name}\n", BOARD.bridge))
    pbx.now = now
    for one in PARKED:
        pbx.happen(event("Newchannel", block(one.uid, one.channel, caller=one.caller)))
    apply_rooms(pbx.store, room_items([BOARD, CLASS]), now)
    for room in (BOARD, CLASS):
        apply_room(pbx.store, room.name, person_items(room), now)
    apply_parked(pbx.store, parked_items(PARKED), now)
    apply_lots(pbx.store, [])
    return pbx


class SpyRooms:
    """Notes plans instead of carrying them out; says that all was done."""

    def __init__(self) -> None:
        self.plans = []
        self.fetches = []

    async def carry_out(self, plan):
        self.plans.append((plan.act.name, plan.uniqueid or plan.room))
        return Outcome(OutcomeKind.DONE, plan.sentence)

    async def fetch(self, plan):
        self.fetches.append((plan.uniqueid, plan.device))
        return Outcome(OutcomeKind.DONE, plan.sentence)


def meeting_dashboard(*pbxs: FakePbx, **settings):
    """The dashboard over *pbxs*, with a spy for all that acts on conferences and parked calls."""
    app = dashboard(*(pbxs or (meeting_pbx(),)), **settings)
    app.spy.rooms = SpyRooms()
    return app
