"""The socket is read in breaths while nothing is asked, and at once when something is."""

import asyncio

import pytest

from amitop.ami import connection
from amitop.ami.secret import Secret
from amitop.ami.session import Session
from fakes.server import FakeServer, reply


async def test_a_stream_of_single_events_is_read_in_breaths_and_none_is_lost(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connection, "REST", 0.5)
    reads = []
    seen = []
    async with FakeServer() as pbx:
        session = await Session.open(
            pbx.address,
            "admin",
            Secret("s3cret"),
            on_event=lambda packet: seen.append(packet.get("N")),
            tap=lambda way, at, data: reads.append(data) if b"Event: X" in data else None,
        )
        for number in range(100):
            pbx.event("X", {"N": str(number)})
            await asyncio.sleep(0.001)
        async with asyncio.timeout(30):
            while seen[-1:] != ["99"]:  # noqa: ASYNC110 - the session tells of events, not of the last one
                await asyncio.sleep(0.01)
        await session.close()
    assert [n for n in seen if n] == [str(n) for n in range(100)]
    assert len(reads) < 50


async def test_an_answer_does_not_wait_for_the_next_breath(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connection, "REST", 20.0)
    async with FakeServer() as pbx:
        pbx.answers["CoreSettings"] = reply(("AsteriskVersion", "22"))
        session = await Session.open(pbx.address, "admin", Secret("s3cret"), on_event=lambda packet: None)
        async with asyncio.timeout(30):
            for _ in range(20):
                pbx.event("X", {"N": "1"})
                await asyncio.sleep(0.002)
                await session.ping()
        await session.close()


async def test_the_end_is_noticed_while_the_reader_rests(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connection, "REST", 0.5)
    async with FakeServer() as pbx:
        session = await Session.open(pbx.address, "admin", Secret("s3cret"), on_event=lambda packet: None)
        pbx.event("X", {"N": "1"})
        await asyncio.sleep(0.005)
        pbx.cut()
        async with asyncio.timeout(30):
            await session.wait_closed()
