"""Whatever is wrong with an action, the simulation says what Asterisk 22.10 says, byte for byte.

`answers-22.10.txt` has two lines for each: the action with its headers, and the answer. Where a real Asterisk is at
hand, the file is put to the test too.
"""

import asyncio
from pathlib import Path

import pytest

from amitop.sim.action import ACTIONS

LINES = Path(__file__).with_name("answers-22.10.txt").read_text().splitlines()
ANSWERS = [(LINES[i], LINES[i + 1].strip()) for i in range(0, len(LINES), 2)]


def asked(line: str) -> bytes:
    name, *headers = line.split(" | ")
    return "".join(f"{each}\r\n" for each in [f"Action: {name}", *headers, "ActionID: x", ""]).encode()


def written(data: bytes) -> str:
    return data.decode().replace("\r\n", "<CRLF>").replace("\n", "<LF>")


async def answer(reader: asyncio.StreamReader) -> str:
    """What comes until the answer to the Ping behind it."""
    data = b""
    async with asyncio.timeout(30):
        while b"Ping: Pong" not in data:
            data += await reader.read(65536)
    start = data.rindex(b"Response: Success\r\nActionID: end\r\nPing: Pong")
    return written(data[:start])


async def differences(reader, writer) -> list[str]:
    found = []
    for line, expected in ANSWERS:
        writer.write(asked(line) + b"Action: Ping\r\nActionID: end\r\n\r\n")
        said = await answer(reader)
        if said != expected:
            found.append(f"{line}\n  said     {said}\n  expected {expected}")
    return found


async def test_the_simulation_answers_like_asterisk(exchange, connect):
    exchange.add_endpoint("agent01", "1001", "Agent 01", hint="1001")
    exchange.add_endpoint("trunk", context="from-trunk", trunk=True)
    exchange.add_queue("support")
    exchange.add_static_member("support", "PJSIP/agent01", "Agent 01")
    exchange.add_lot()
    exchange.dialplan.add("internal", "9001", "Answer()", "Echo()")
    client = await connect(events="off")
    found = await differences(client.reader, client.writer)
    assert not found, "\n".join(found)


async def test_that_is_what_asterisk_answers(asterisk22):
    reader, writer = await asyncio.open_connection("127.0.0.1", asterisk22.ports.ami)
    try:
        await reader.readline()
        writer.write(b"Action: Login\r\nUsername: admin\r\nSecret: s3cret\r\nEvents: off\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        found = await differences(reader, writer)
    finally:
        writer.close()
    assert not found, "\n".join(found)


def test_most_actions_are_asked_something():
    names = {line.partition(" | ")[0].lower() for line, _ in ANSWERS}
    assert len(names & set(ACTIONS)) > 50


@pytest.mark.parametrize("action", sorted(ACTIONS))
async def test_no_action_fails_at_nothing(connect, action):
    """An action without a header is answered, and the session lives on."""
    client = await connect(events="off")
    if action == "logoff":
        return
    assert (await client.ask(action)).startswith("Response: ")
    while "Ping: Pong" not in await client.ask("Ping"):
        pass
