"""Booted or not, alive or not, gone and why; clocks."""

from __future__ import annotations

import asyncio
import gc
import time

import pytest

from amitop.ami.errors import ActionTimeout, AmiError, LinkLost, WireError
from amitop.ami.pulse import Pulse, beat
from amitop.ami.secret import Secret
from amitop.ami.session import STALL, Session
from fakes.server import FakeServer, Peer, Request, cut, raw, refuse, reply, silence


async def test_fully_booted_is_noted(pbx: FakeServer, connect) -> None:
    session = await connect()
    assert await session.wait_booted() is True
    assert session.booted is True
    assert session.fully_booted is not None
    assert session.fully_booted.get("Uptime") == "60"


async def test_a_login_that_may_not_read_system_does_not_wait_for_ever(pbx: FakeServer, connect) -> None:
    pbx.booted = False
    session = await connect()
    assert session.booted is None
    assert await session.wait_booted(0.02) is False
    assert session.booted is False
    pbx.event("FullyBooted", {"Status": "Fully Booted"}, "system,all")
    await session.ping()
    assert session.booted is True


async def test_waiting_for_boot_ends_with_the_session(pbx: FakeServer, connect) -> None:
    pbx.booted = False
    session = await connect()
    waiting = asyncio.ensure_future(session.wait_booted(60.0))
    await asyncio.sleep(0)
    pbx.cut()
    assert await asyncio.wait_for(waiting, 30.0) is False


async def test_ping_measures_the_way_and_the_clock(pbx: FakeServer, connect) -> None:
    pbx.clock_offset = 3600.0
    session = await connect()
    rtt = await session.ping()
    assert 0 < rtt < 30
    assert session.rtt is not None
    assert session.clock_offset == pytest.approx(3600.0, abs=15.0)


async def test_a_session_pings_by_itself(pbx: FakeServer, connect) -> None:
    await connect(ping_every=0.01)
    await pbx.request("Ping", 4)
    assert [request.name for request in pbx.requests[:3]] == ["Challenge", "Login", "Ping"]  # never before the login


def test_the_offset_is_the_median_of_five() -> None:
    pulse = Pulse()
    assert (pulse.rtt, pulse.clock_offset) == (None, None)
    for offset in (99.0, 1.0, 2.0, 3.0, 4.0, 50.0):  # the first is forgotten
        pulse.add(0.2, 1000.0, f"{1000.1 + offset:.6f}")
    assert pulse.rtt == 0.2
    assert pulse.clock_offset == pytest.approx(3.0, abs=1e-4)
    pulse.add(0.3, 1000.0, "")  # before 1.8 there is no time in the answer
    assert pulse.rtt == 0.3
    assert pulse.clock_offset == pytest.approx(3.0, abs=1e-4)


async def test_two_pings_without_an_answer_end_the_session(pbx: FakeServer, connect) -> None:
    ended: list[AmiError | None] = []
    pbx.answers["Ping"] = silence
    session = await connect(ping_every=0.01, ping_timeout=0.02, on_close=ended.append)
    error = await asyncio.wait_for(session.wait_closed(), 30.0)
    assert isinstance(error, LinkLost)
    assert str(error) == f"{pbx.address}: no answer for 0.04 s"
    assert ended == [error]
    assert len(pbx.asked("Ping")) == 2


async def test_one_missed_ping_is_forgiven_and_so_is_a_pbx_that_talks() -> None:
    heard = 0.0
    script = iter([ActionTimeout, None, ActionTimeout, "talks", ActionTimeout, ActionTimeout])
    asked = 0

    async def ping(*, timeout: float) -> float:
        nonlocal heard, asked
        asked += 1
        step = next(script)
        if step is None:
            return 0.001
        if step == "talks":
            heard += 1.0
        raise ActionTimeout("Ping", timeout)

    assert await beat(ping, lambda: heard, 0.0, 10.0) == 20.0
    assert asked == 6


async def test_a_refused_ping_is_an_answer(pbx: FakeServer, connect) -> None:
    pbx.answers["Ping"] = refuse("Asterisk is shutting down")
    session = await connect(ping_every=0.001)
    await pbx.request("Ping", 4)
    assert session.is_open


# -- the end ----------------------------------------------------------------------------------------------------------


async def test_everything_under_way_fails_when_the_link_is_lost(pbx: FakeServer, connect) -> None:
    pbx.answers |= {
        "A": silence,
        "L": raw(b"Response: Success\r\nActionID: @ID@\r\nEventList: start\r\n\r\n"),
        "C": cut,
    }
    session = await connect()
    results = await asyncio.gather(
        session.action("A"), session.listing("L"), session.action("C"), return_exceptions=True
    )
    assert [type(result) for result in results] == [LinkLost] * 3
    assert str(results[0]) == f"{pbx.address}: closed by the PBX"
    assert str(await session.wait_closed()) == str(results[0])
    assert not session.is_open
    with pytest.raises(LinkLost, match="has ended"):
        await session.action("A")


async def test_vector_17_half_a_packet_at_the_end_is_dropped(pbx: FakeServer, connect) -> None:
    heard: list[str] = []
    session = await connect(on_event=lambda event: heard.append(event.name))
    pbx.event("Newchannel")
    pbx.send(b"Event: Hangup\r\nUniqueid: 1.1\r\n")
    pbx.cut()
    assert isinstance(await session.wait_closed(), LinkLost)
    assert heard == ["FullyBooted", "Newchannel"]


async def test_vector_16_a_packet_without_end_ends_the_session(pbx: FakeServer, connect) -> None:
    session = await connect()
    for _ in range(17):
        pbx.send(b"x" * (1 << 20))
    error = await asyncio.wait_for(session.wait_closed(), 60.0)
    assert isinstance(error, WireError)
    assert "more than 16777216 bytes" in str(error)


async def test_a_shutdown_is_told(pbx: FakeServer, connect) -> None:
    session = await connect()
    pbx.event("Shutdown", {"Shutdown": "Cleanly", "Restart": "True"}, "system,all")
    pbx.cut()
    error = await session.wait_closed()
    assert str(error) == f"{pbx.address}: the PBX was shut down (closed by the PBX)"


async def test_close_logs_off_and_tells_the_owner_once(pbx: FakeServer, connect) -> None:
    ended: list[AmiError | None] = []
    session = await connect(on_close=ended.append)
    await session.close()
    await session.close()
    assert len(pbx.asked("Logoff")) == 1
    assert await session.wait_closed() is None
    assert ended == [None]


async def test_close_does_not_wait_for_a_pbx_that_is_silent(pbx: FakeServer, connect) -> None:
    pbx.answers |= {"Logoff": silence, "A": silence}
    session = await connect()
    asking = asyncio.ensure_future(session.action("A", timeout=60.0))
    await pbx.request("A")
    await asyncio.wait_for(session.close(), 30.0)
    with pytest.raises(LinkLost):
        await asking


async def test_who_is_cancelled_as_the_link_is_lost_leaves_no_complaint(pbx: FakeServer) -> None:
    """The heart is stopped with its Ping under way; asyncio would write on the terminal that nobody took the error."""
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    pbx.answers["Ping"] = silence
    session = await Session.open(pbx.address, "admin", Secret("s3cret"))
    await pbx.request("Ping")
    pbx.cut()
    await session.wait_closed()
    await session.close()
    del session
    await asyncio.sleep(0)
    gc.collect()
    assert complaints == []


async def test_an_action_may_be_cancelled(pbx: FakeServer, connect) -> None:
    pbx.answers["L"] = silence
    session = await connect()
    asking = asyncio.ensure_future(session.listing("L"))
    await pbx.request("L")
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await session.ping() >= 0


async def test_a_pbx_comes_back_under_the_same_address(pbx: FakeServer, connect) -> None:
    first = await connect()
    await pbx.stop()
    assert isinstance(await first.wait_closed(), LinkLost)
    await pbx.start(pbx.port)
    second = await connect()
    assert await second.ping() >= 0


async def test_a_list_that_keeps_coming_is_not_idle(pbx: FakeServer, connect) -> None:
    """`idle` counts from the last item, not from the question."""

    async def trickle(peer: Peer, request: Request) -> bytes:
        mark = f"ActionID: {request.action_id}\r\n".encode()
        peer.send(b"Response: Success\r\n" + mark + b"EventList: start\r\n\r\n")
        for _ in range(6):
            await asyncio.sleep(0.1)
            peer.send(b"Event: X\r\n" + mark + b"\r\n")
        return b"Event: XComplete\r\n" + mark + b"EventList: Complete\r\n\r\n"

    pbx.answers["L"] = trickle
    session = await connect()
    assert len((await session.listing("L", idle=0.4)).items) == 6
    pbx.answers["L"] = reply(("EventList", "start"))
    with pytest.raises(ActionTimeout):
        await session.listing("L", idle=0.05)


async def test_time_in_which_this_program_slept_does_not_count(pbx: FakeServer, connect) -> None:
    """A terminal that stops reading stops the loop; the answer lies in the socket all the while."""
    pbx.answers["A"] = reply(message="here")
    session = await connect()
    asking = asyncio.ensure_future(session.action("A", timeout=0.1))
    await asyncio.sleep(0)  # it is sent
    time.sleep(STALL + 0.2)  # noqa: ASYNC251  this is the stall
    assert (await asking).get("Message") == "here"
