"""What goes wrong on request, and what must not go wrong because of a client."""

import asyncio
import time

import pytest
from sim.lab import lab

from amitop.sim import misbehave
from amitop.sim.exchange import Exchange
from amitop.sim.users import User

SLOW = User("slow", "s", write_timeout=0.1)


@pytest.fixture
def exchange() -> Exchange:
    return lab()


async def until(what, seconds: float = 30.0) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not what():  # noqa: ASYNC110 - what is waited for is a fact, not a signal
            await asyncio.sleep(0.005)


async def packets(client, number: int) -> list[str]:
    return [await client.packet() for _ in range(number)]


async def test_who_stops_reading_is_cut_off_and_holds_nobody_up(server, exchange, connect):
    server.users["slow"] = SLOW
    slow, reads = await connect("slow", "s"), await connect()
    slow.writer.transport.pause_reading()
    (stalled,) = [session for session in server.sessions if session.user is SLOW]
    before = asyncio.create_task(reads.at_end())
    longest = 0.0
    for _ in range(400):  # some megabytes a turn, until the sockets' buffers are full
        if stalled.closed:
            break
        start = time.thread_time()  # a write that waited for the reader would wait for ever
        for n in range(300):
            exchange.user_event("Flood", [("Number", str(n)), ("Filler", "x" * 900)])
        longest = max(longest, time.thread_time() - start)
        await asyncio.sleep(0.01)
    await until(lambda: stalled.closed)
    assert longest < 0.5, "saying it to somebody who does not read takes no longer"
    assert [session.user.name for session in server.sessions if not session.closed] == ["admin"]
    assert not before.done()
    before.cancel()


@pytest.mark.parametrize("at_most", [1, 7, 100])
async def test_packets_in_pieces_are_the_same_packets(server, exchange, connect, at_most):
    whole, pieces = await connect(events="call"), await connect(events="call")
    session = next(
        each
        for each in server.sessions
        if each.outlet._transport.get_extra_info("peername") == pieces.writer.get_extra_info("sockname")
    )
    misbehave.split(session, at_most)
    exchange.call_in("trunk", "+1555", "Ann", "603")
    exchange.clock.advance(1.0)
    first = await packets(whole, 3)
    assert await packets(pieces, 3) == first
    misbehave.split(session, 0)
    assert (await pieces.ask("Ping")).startswith("Response: Success")


async def test_pieces_of_all_lengths(server, connect):
    client = await connect(events="off")
    (session,) = server.sessions
    misbehave.split_at_random(session)
    listed = await client.ask("ListCommands")
    assert "QueueStatus: Show queue status." in listed


async def test_a_pbx_that_hangs_and_goes_on(server, connect):
    client = await connect(events="off")
    start = time.monotonic()
    misbehave.stall(server.sessions, 0.2)
    await client.ask("Ping")
    assert time.monotonic() - start > 0.15


async def test_half_a_packet_and_the_end(server, connect):
    client = await connect()
    await client.packet()
    (session,) = server.sessions
    misbehave.cut_inside_a_packet(session)
    assert (await client.reader.read()).endswith(b"Channel: PJSIP/ha")


async def test_garbage_comes_between_packets(server, connect):
    client = await connect(events="off")
    (session,) = server.sessions
    misbehave.garbage(session)
    client.send("Action: Ping\r\nActionID: after\r\n\r\n")
    async with asyncio.timeout(30):
        data = b""
        while b"ActionID: after\r\n" not in data:
            data += await client.reader.read(65536)
    assert b"Event: VeryLong" in data


async def test_a_cut_is_without_a_word(server, connect):
    client = await connect()
    misbehave.cut(server.sessions)
    assert await client.at_end()


async def test_thousands_of_callers_at_once(exchange, connect):
    client = await connect(events="agent")
    misbehave.flood(exchange, 2000, "601")
    exchange.clock.advance(1.0)
    queue = exchange.queues["sales"]
    assert len(queue.callers) == 50, "as many as its maxlen lets in"
    items = await client.listing("QueueStatus", Queue="sales")
    assert sum(item.startswith("Event: QueueEntry") for item in items) == 50


async def test_a_restart(server, exchange, connect):
    client = await connect()
    await client.packet()
    exchange.call_in("trunk", "+1555", "Ann", "603")
    exchange.clock.advance(1.0)
    port = server.port
    restarting = asyncio.create_task(misbehave.restart(server, down=0.05, loading=0.1))
    async with asyncio.timeout(30):
        said = await client.reader.read()
    assert (
        b"Event: Shutdown\r\nPrivilege: system,all\r\nSystemName: lab\r\nShutdown: Uncleanly\r\nRestart: True\r\n"
        in said
    )
    await until(lambda: server._server is not None)
    assert server.port == port
    again = await connect()
    assert "Invalid/unknown command: QueueStatus." in await again.ask("QueueStatus"), "its modules are not loaded yet"
    async with asyncio.timeout(30):
        while "Event: FullyBooted" not in await again.packet():
            pass
    await restarting
    assert not exchange.channels
    assert len(await again.listing("QueueSummary")) == 4


async def test_trouble_now_and_then(server, exchange, connect):
    client = await connect()
    troubled = asyncio.create_task(misbehave.trouble(server, ["cut"], every=0.01))
    assert await client.at_end()
    troubled.cancel()


@pytest.mark.parametrize("kind", misbehave.KINDS)
async def test_every_kind_of_trouble_can_be_asked_for(server, exchange, connect, monkeypatch, kind):
    happened = []
    for name in ("split_at_random", "stall", "cut_inside_a_packet", "garbage", "restart", "flood"):
        monkeypatch.setattr(misbehave, name, _noting(happened, name))
    client = await connect()
    troubled = asyncio.create_task(misbehave.trouble(server, [kind], every=0.002))
    await until(lambda: happened or not server.sessions)
    troubled.cancel()
    assert kind == "cut" or kind in happened[0]
    await client.close()


def _noting(happened: list[str], name: str):
    def note(*args):
        happened.append(name)
        return asyncio.sleep(0) if name == "restart" else None

    return note
