"""A simulated exchange that speaks AMI on a loopback port, and a client that says and reads bytes."""

import asyncio
from contextlib import asynccontextmanager, suppress

import pytest

from amitop.sim.clock import Clock
from amitop.sim.exchange import Exchange
from amitop.sim.server import Server
from amitop.sim.users import User

USERS = (
    User("admin", "s3cret"),
    User("watcher", "look", read="system,call,agent,reporting", write="reporting"),
    User("muzzled", "mute", read="call", write="call"),
    User("alone", "only", multiple=False),
)


class Client:
    """One connection, without any cleverness."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.banner = b""

    def send(self, data: str | bytes) -> None:
        self.writer.write(data.encode() if isinstance(data, str) else data)

    async def packet(self) -> str:
        """The next packet, its lines joined by ` | `."""
        async with asyncio.timeout(30):
            data = await self.reader.readuntil(b"\r\n\r\n")
        return data.decode().removeprefix("\r\n").removesuffix("\r\n\r\n").replace("\r\n", " | ")

    async def ask(self, action: str, **headers: str) -> str:
        """Send an action; the first packet of the answer, without its ActionID."""
        lines = [f"Action: {action}", *(f"{key}: {value}" for key, value in headers.items()), "ActionID: x"]
        self.send("\r\n".join(lines) + "\r\n\r\n")
        while not (packet := await self.packet()).startswith("Response: "):
            pass
        return packet.replace(" | ActionID: x", "")

    async def listing(self, action: str, **headers: str) -> list[str]:
        """Send an action whose answer is a list; its items and its last packet."""
        start = await self.ask(action, **headers)
        assert "EventList: start" in start, start
        packets = [await self.packet()]
        while "EventList: Complete" not in packets[-1]:
            packets.append(await self.packet())
        return packets

    async def at_end(self) -> bool:
        """Whether the server closes the connection, after whatever else it says."""
        async with asyncio.timeout(30):
            try:
                while await self.reader.read(65536):
                    pass
            except ConnectionResetError:
                pass
        return True

    async def close(self) -> None:
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()


@pytest.fixture
def exchange() -> Exchange:
    """Empty; a test module may have another one."""
    return Exchange(Clock(), seed=1, system="lab")


@pytest.fixture
async def server(exchange: Exchange):
    async with Server(exchange, USERS, penalty=0.01) as server:
        yield server
    assert not server.sessions


@pytest.fixture
async def connect(server: Server):
    """Connect, and log in unless told not to."""
    clients: list[Client] = []

    async def connect(user: str | None = "admin", secret: str = "s3cret", events: str = "on") -> Client:
        client = Client(*await asyncio.open_connection(server.host, server.port))
        clients.append(client)
        client.banner = await client.reader.readline()
        if user is not None:
            answer = await client.ask("Login", Username=user, Secret=secret, Events=events)
            assert answer == "Response: Success | Message: Authentication accepted"
        return client

    yield connect
    for client in clients:
        await client.close()
    await asyncio.sleep(0.01)


@pytest.fixture
def on(exchange: Exchange):
    """The exchange's time passes while the block runs."""

    @asynccontextmanager
    async def on(speed: float = 1.0):
        task = asyncio.create_task(exchange.clock.run(speed))
        try:
            yield
        finally:
            task.cancel()

    return on
