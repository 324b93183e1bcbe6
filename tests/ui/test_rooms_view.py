"""The Rooms view: its frames, from keys to what would be done, rights, and text that means harm."""

import pytest
from ui.test_hostile import PAYLOADS, check

from amitop.control.outcome import Outcome, OutcomeKind
from amitop.pbx.model import Party
from amitop.pbx.room_lists import apply_parked, apply_room
from amitop.thresholds import Rules
from amitop.ui.confirm import ConfirmScreen
from amitop.ui.form import FormScreen
from amitop.ui.view_list import VIEWS
from fakes.events import block, event
from fakes.meeting import ANN, BOARD, CLASS, meeting_dashboard, meeting_pbx
from fakes.pbx import dashboard, screen_text
from fakes.rooms import person_items

SMALL, LARGE = (80, 24), (160, 45)
SIZE = (120, 40)
ROOMS = next(str(number) for number, entry in enumerate(VIEWS, 1) if entry.name == "rooms")
"""The view's key."""


async def said(app, pilot) -> str:
    """What the notices say."""
    await app.workers.wait_for_complete()
    await pilot.pause()
    return " | ".join(f"{n.title}: {n.message}" for n in app._notifications)


async def at(pilot, *keys: str) -> None:
    """Go to the view, and press keys."""
    await pilot.press(ROOMS, *keys)
    await pilot.pause()


# -- frames -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize(("name", "keys"), [("rooms", ("down",)), ("rooms-details", ("d", "down"))])
async def test_frames(golden, size, name, keys):
    app = meeting_dashboard()
    async with app.run_test(size=size) as pilot:
        await at(pilot, *keys)
        app.main.tick(force=True)
        await pilot.pause()
        golden(app, f"{name}-{size[0]}x{size[1]}")


@pytest.mark.parametrize(
    ("name", "keys"), [("kick", ("asterisk", "x")), ("record", ("end", "e")), ("fetch", ("tab", "F"))]
)
async def test_dialogs(golden, name, keys):
    app = meeting_dashboard(rules=Rules(device="PJSIP/9000"))
    async with app.run_test(size=SMALL) as pilot:
        await at(pilot, *keys)
        golden(app, f"rooms-{name}-80x24")


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (39, 10), (300, 90)])
async def test_no_size_is_too_small_or_too_large(size):
    app = meeting_dashboard()
    async with app.run_test(size=size) as pilot:
        for keys in ((), ("down", "d"), ("tab", "F"), ("escape", "x")):
            await at(pilot, *keys)
            assert len(screen_text(app).split("\n")) == size[1]


async def test_each_line_fits_and_ascii_is_enough():
    for size in (SMALL, LARGE):
        app = meeting_dashboard(ascii=True)
        async with app.run_test(size=size) as pilot:
            for keys in ((), ("d",), ("tab",)):
                await at(pilot, *keys)
                assert screen_text(app).isascii()
                assert {strip.cell_length for strip in app.screen._compositor.render_strips()} == {size[0]}


async def test_time_goes_by_and_people_come_and_go():
    app = meeting_dashboard()
    pbx = app.main.pbxs[0]
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot)
        assert "!! 0:04    702" in screen_text(app)
        pbx.now += 3
        app.main.tick()
        await pilot.pause()
        assert "!! 0:01    702" in screen_text(app)
        who = block("9.2", "PJSIP/trunk-00000007", prefix="Parkee")
        pbx.happen(event("ParkedCallTimeOut", who, "Parkinglot: default\nParkingSpace: 702\n"))
        pbx.happen(event("ConfbridgeLeave", "Conference: board\n", BOARD.bridge, block(ANN.uid, ANN.channel)))
        pbx.now += 1
        app.main.tick()
        await pilot.pause()
        text = screen_text(app)
        assert "702" not in text
        assert "2 rooms, 4 people" in text
        assert "parked 2" in text


async def test_while_it_is_shown_and_only_then_rooms_are_looked_at():
    app = meeting_dashboard()
    looks = []
    app.main.pbxs[0].room_sync.look = lambda: looks.append(1)
    async with app.run_test(size=SIZE) as pilot:
        app.main.tick(force=True)
        assert not looks
        await at(pilot)
        app.main.tick()
        assert looks
        await pilot.press("1")
        await pilot.pause()
        count = len(looks)
        app.main.tick(force=True)
        assert len(looks) == count


async def test_people_are_hidden_and_shown_again():
    app = meeting_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "enter")
        assert "▸ board" in screen_text(app)
        assert "Bob 1002" not in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
        assert "Bob 1002" in screen_text(app)
        await pilot.press("down", "down", "left")
        await pilot.pause()
        assert "▸ board" in screen_text(app)
        assert app.main.view.table.cursor_key == ("pbx1", "board")


async def test_nothing_is_there():
    pbx = meeting_pbx()
    pbx.store.restart(pbx.now)
    app = meeting_dashboard(pbx)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await at(pilot)
        text = screen_text(app)
        assert "No conferences now" in text
        assert "No calls are parked" in text
        assert "0 rooms, 0 people" in text
        await pilot.press("x")
        assert "Kick: no conference is selected" in await said(app, pilot)


# -- keys -------------------------------------------------------------------------------------------------------------


async def test_mute_takes_one_without_asking_and_the_same_key_takes_it_back():
    app = meeting_dashboard()
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await at(pilot, "down", "down", "m")
        assert "Done: Ann Lee 1001, an admin, is not heard in board any more." in await said(app, pilot)
        await pilot.press("down", "m")
        await app.workers.wait_for_complete()
    assert app.spy.rooms.plans == [("MUTE", "8.1"), ("UNMUTE", "8.2")]


async def test_mute_on_a_room_asks_and_leaves_admins_alone():
    app = meeting_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "m")
        await app.workers.wait_for_complete()
        assert app.spy.rooms.plans == [("MUTE", "8.3")], "one is heard who is no admin"
        await pilot.press("asterisk", "m")
        await pilot.pause()
        assert isinstance(app.screen, ConfirmScreen)
        assert "Mute 3 people?" in screen_text(app)
        await pilot.press("n")
        await app.workers.wait_for_complete()
    assert app.spy.rooms.plans == [("MUTE", "8.3")]


async def test_kick_asks_and_a_stray_enter_does_nothing():
    app = meeting_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "down", "x")
        assert "王小明 +15557654321 leaves board" in screen_text(app)
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        assert app.spy.rooms.plans == []
        await pilot.press("x", "y")
        await app.workers.wait_for_complete()
        assert app.spy.rooms.plans == [("KICK", "8.3")]
        await pilot.press("up", "x")
        await pilot.pause()
        assert "Kick 3 people?" in screen_text(app)
        await pilot.press("y")
        await app.workers.wait_for_complete()
    assert app.spy.rooms.plans[1:] == [("KICK", "8.3"), ("KICK", "8.1"), ("KICK", "8.2")]


async def test_lock_and_record_are_of_the_room_whoever_the_cursor_is_on():
    app = meeting_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "down", "L")
        await app.workers.wait_for_complete()
        await pilot.press("e")
        await pilot.pause()
        assert "Stop recording: board?" in screen_text(app)
        await pilot.press("y")
        await app.workers.wait_for_complete()
        await pilot.press("end", "L", "e", "y")
        await app.workers.wait_for_complete()
    assert app.spy.rooms.plans == [
        ("UNLOCK", "board"),
        ("STOP_RECORDING", "board"),
        ("LOCK", "8100"),
        ("RECORD", "8100"),
    ]


async def test_several_rooms_are_not_locked_at_once():
    app = meeting_dashboard()
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await at(pilot, "asterisk", "L")
        assert "Lock: these are several conferences: one at a time" in await said(app, pilot)
    assert app.spy.rooms.plans == []


async def test_fetch_asks_for_the_phone():
    app = meeting_dashboard()
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await at(pilot, "tab", "F")
        assert isinstance(app.screen, FormScreen)
        await pilot.press(*"PJSIP/1001", "enter")
        await pilot.pause()
        assert "PJSIP/1001 rings; pick it up to have Quinn R" in screen_text(app)
        await pilot.press("enter")
        assert "Done: PJSIP/1001 rings" in await said(app, pilot)
        await pilot.press("F", "escape")
        await app.workers.wait_for_complete()
    assert app.spy.rooms.fetches == [("9.2", "PJSIP/1001")]


@pytest.mark.parametrize("rules", [Rules(device="PJSIP/9000", supervisor="PJSIP/1"), Rules(supervisor="PJSIP/9000")])
async def test_the_phone_of_the_configuration_is_offered(rules):
    app = meeting_dashboard(rules=rules)
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "tab", "F", "enter", "enter")
        await app.workers.wait_for_complete()
    assert app.spy.rooms.fetches == [("9.2", "PJSIP/9000")]


async def test_keys_of_the_other_part_are_hidden():
    app = meeting_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot)
        view = app.main.view
        assert [view.check_action(name, ()) for name in ("mute", "kick", "lock", "record", "fetch")] == [
            *[True] * 4,
            False,
        ]
        await pilot.press("tab")
        assert [view.check_action(name, ()) for name in ("mute", "kick", "lock", "record", "fetch")] == [
            *[False] * 4,
            True,
        ]
        await pilot.press("escape")
        assert view.worked_in is view.table


async def test_people_and_parked_calls_are_hung_up_and_rooms_are_not():
    app = meeting_dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "k")
        assert not isinstance(app.screen, ConfirmScreen)
        await pilot.press("down", "down", "k")
        await pilot.pause()
        assert "Hang up Ann Lee 1001, in board for 1:40?" in screen_text(app)
        await pilot.press("y")
        await app.workers.wait_for_complete()
        await pilot.press("tab", "k")
        await pilot.pause()
        assert "Hang up Quinn R +15550000001, parked at 702 for 1:56?" in screen_text(app)
        await pilot.press("y")
        await app.workers.wait_for_complete()
    assert [(key, legs) for key, legs in app.spy.hung_up] == [
        (("pbx1", "8.1"), ("8.1",)),
        (("pbx1", "9.2"), ("9.2",)),
    ]


async def test_one_who_left_while_the_question_was_open_is_told():
    app = meeting_dashboard()
    pbx = app.main.pbxs[0]
    del app.spy.rooms  # the real one judges
    from amitop.control.rooms import RoomActions

    app.spy.rooms = RoomActions(app.spy._guard)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await at(pilot, "down", "x")
        apply_room(pbx.store, "board", person_items(BOARD)[:2], pbx.now)
        await pilot.press("y")
        assert "Too late: 王小明 +15557654321 has left board." in await said(app, pilot)


# -- rights -----------------------------------------------------------------------------------------------------------


async def test_who_may_only_look_is_told_why():
    app = meeting_dashboard(meeting_pbx(rights="watcher"))
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await at(pilot)
        assert "2 rooms, 5 people" in screen_text(app)
        view = app.main.view
        assert [view.check_action(name, ()) for name in ("mute", "kick", "lock", "record")] == [None] * 4
        await pilot.press("x")
        assert "Kick: ConfbridgeKick: this login lacks write=call in manager.conf" in await said(app, pilot)
        assert view.why_not("record") == "ConfbridgeStopRecord: this login lacks write=system in manager.conf"
    assert app.spy.rooms.plans == []


async def test_read_only_takes_the_keys_away():
    app = meeting_dashboard(read_only=True)
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot)
        assert [app.main.view.check_action(name, ()) for name in ("mute", "kick", "lock", "record")] == [False] * 4
        await pilot.press("x", "m", "L")
        assert not isinstance(app.screen, ConfirmScreen)


async def test_without_conferences_and_parking_there_is_no_such_view():
    app = dashboard(meeting_pbx(rights="none"))
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        assert "Rooms" not in screen_text(app)
        await pilot.press(ROOMS)
        told = await said(app, pilot)
        assert "Rooms: ConfbridgeListRooms: this" in told
        assert app.main.view_name == "calls"


async def test_lists_that_do_not_come_are_told():
    app = meeting_dashboard()
    app.main.pbxs[0].room_sync.notice = "ParkedCalls: Permission denied"
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot)
        app.main.tick(force=True)
        await pilot.pause()
        assert "ParkedCalls: Permission denied" in screen_text(app)


# -- text that means harm ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS.keys())
async def test_hostile_text(text):
    pbx = meeting_pbx()
    for uid in [*(one.uid for one in (*BOARD.people, *CLASS.people)), *pbx.store.parked]:
        channel = pbx.store.channels[uid]
        channel.caller = channel.connected = Party(text, text)
        channel.name = f"PJSIP/{text}-{uid}"
    for room in pbx.store.rooms.values():
        room.bridge = text
    board = pbx.store.rooms["board"]
    part = pbx.store.rooms
    part[text] = part.pop("board")
    board.name, board.key = text, (pbx.name, text)
    for person in board.members.values():
        person.room = text
    from dataclasses import replace

    for uid, call in list(pbx.store.parked.items()):
        pbx.store.parked[uid] = replace(call, lot=text, space=text, parker=text, caller=Party(text, text), channel=text)
    app = meeting_dashboard(pbx)
    async with app.run_test(size=(150, 50), notifications=True) as pilot:
        for keys in (
            (ROOMS,),
            ("d", "down"),
            ("x",),
            ("escape", "end", "x"),
            ("escape", "e"),
            ("escape", "asterisk", "m"),
            ("escape", "U", "tab", "F"),
            ("escape", "k"),
            ("escape", "t"),
            ("escape", "c"),
        ):
            await pilot.press(*keys)
            await pilot.pause()
            check(app)
        await pilot.press("escape")
        app.operations.tell([Outcome(OutcomeKind.FAILED, text)])
        await pilot.pause()
        check(app)
        assert app.is_running
        assert app.return_code is None


async def test_a_list_that_changes_under_the_cursor_never_moves_it():
    app = meeting_dashboard()
    pbx = app.main.pbxs[0]
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "down", "down", "down")
        assert app.main.view.table.cursor_key == ("pbx1", "board", "8.2")
        apply_room(pbx.store, "board", person_items(BOARD)[1:], pbx.now)
        apply_parked(pbx.store, [], pbx.now)
        app.main.tick(force=True)
        await pilot.pause()
        assert app.main.view.table.cursor_key == ("pbx1", "board", "8.2")
