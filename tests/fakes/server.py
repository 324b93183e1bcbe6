"""An AMI server on the loopback that says what a test scripts, byte for byte where it matters.

It answers Challenge, Login, Ping, Logoff and Events as Asterisk does (`ami.md` A), any other action with "unknown
command", and all of them as `answers` says:

    async with FakeServer() as pbx:
        pbx.answers["CoreSettings"] = reply(("AsteriskVersion", "22.10.1"))
        pbx.answers["CoreShowChannels"] = listing("CoreShowChannels", [("CoreShowChannel", {"Uniqueid": "1.1"})])
        session = await Session.open(pbx.address, "admin", Secret("s3cret"), on_event=print)
        pbx.event("Newchannel", {"Uniqueid": "1.2"})      # to everyone who is logged in
        pbx.send(b"Event: Ne")                            # half a packet
        pbx.cut()                                         # and the connection is gone
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from amitop.ami.address import Address, TlsOptions

if TYPE_CHECKING:
    from fakes.certificate import Certificate

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
CHALLENGE = "840415273"

Headers = Mapping[str, str] | Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Request:
    """An action as it came: its raw bytes, and its headers in order."""

    raw: bytes
    headers: list[tuple[str, str]]

    @property
    def name(self) -> str:
        return self.get("Action")

    @property
    def action_id(self) -> str:
        return self.get("ActionID")

    def get(self, key: str, default: str = "") -> str:
        """The first value of *key*, as Asterisk would read it."""
        return next((value for name, value in self.headers if name.lower() == key.lower()), default)


Answer = Callable[["Peer", Request], bytes | Awaitable[bytes | None] | None]


def packet(headers: Headers) -> bytes:
    """The bytes of one packet."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return "".join(f"{key}: {value}\r\n" for key, value in pairs).encode() + b"\r\n"


def reply(*headers: tuple[str, str], response: str = "Success", message: str | None = None) -> Answer:
    """Answer with a response of these headers, in Asterisk's order."""

    def answer(peer: Peer, request: Request) -> bytes:
        said = [("Message", message)] if message is not None else []
        return packet([("Response", response), ("ActionID", request.action_id), *said, *headers])

    return answer


def refuse(message: str) -> Answer:
    """Answer with an error."""
    return reply(response="Error", message=message)


def listing(name: str, items: Iterable[tuple[str, Headers]], **extra: str) -> Answer:
    """Answer with a whole list: start, items of (event name, headers), complete."""
    rows = [(event, list(row.items() if isinstance(row, Mapping) else row)) for event, row in items]

    def answer(peer: Peer, request: Request) -> bytes:
        mark = ("ActionID", request.action_id)
        start = [("Response", "Success"), mark, ("EventList", "start"), ("Message", f"{name} will follow")]
        end = [("Event", f"{name}Complete"), mark, ("EventList", "Complete"), ("ListItems", str(len(rows)))]
        body = b"".join(packet([("Event", event), mark, *row]) for event, row in rows)
        return packet(start) + body + packet([*end, *extra.items()])

    return answer


def raw(data: bytes) -> Answer:
    """Answer with these bytes, `@ID@` in them replaced by the ActionID."""

    def answer(peer: Peer, request: Request) -> bytes:
        return data.replace(b"@ID@", request.action_id.encode())

    return answer


def silence(peer: Peer, request: Request) -> None:
    """Say nothing, ever."""


def cut(peer: Peer, request: Request) -> None:
    """Close the connection instead of answering."""
    peer.cut()


class Peer:
    """One client's connection."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.logged_in = False
        self.events = ""
        """The event mask that the login asked for."""
        self.gone = asyncio.Event()
        """Set once the connection has ended, by whichever side."""

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        if not self.writer.is_closing():
            self.writer.write(data)

    def cut(self) -> None:
        """Close the connection after what was sent."""
        self.writer.close()


@dataclass
class FakeServer:
    """A scripted AMI server; see the module. Everything may be changed while it runs."""

    users: dict[str, str] = field(default_factory=lambda: {"admin": "s3cret"})
    banner: bytes | None = BANNER
    """None says nothing at all."""
    authlimit: bool = False
    """Close each connection at once, without a banner."""
    booted: bool = True
    """Send FullyBooted after a login, as Asterisk does to whoever may read `system`."""
    clock_offset: float = 0.0
    """Seconds that this server's clock is ahead."""
    certificate: Certificate | None = None
    answers: dict[str, Answer] = field(default_factory=dict)
    """By action name, case ignored; they replace what the server would say."""
    requests: list[Request] = field(default_factory=list)
    peers: list[Peer] = field(default_factory=list)
    """Everyone who ever connected, in order."""

    def __post_init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._came = asyncio.Condition()

    async def __aenter__(self) -> FakeServer:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; *port* 0 takes a free one."""
        context = self.certificate.context() if self.certificate is not None else None
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, ssl=context)
        self.port: int = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and cut everyone; `start(self.port)` brings the same address back."""
        if self._server is not None:
            self._server.close()
        for peer in self.peers:
            # Python before 3.11.4 forgets the protocol of a TLS transport that is closed twice.
            with contextlib.suppress(AttributeError):
                peer.writer.transport.abort()
        tasks, self._tasks = list(self._tasks), set()
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception) and not isinstance(result, OSError):
                raise result  # a script that failed must not pass for a server that was silent

    @property
    def address(self) -> Address:
        """Where it listens, without TLS options."""
        return Address("127.0.0.1", self.port)

    def tls_address(self, options: TlsOptions | None = None) -> Address:
        """Where it listens, with TLS options; by default those that trust its own certificate."""
        assert self.certificate is not None
        return Address("localhost", self.port, options or TlsOptions(ca_file=self.certificate.file))

    # -- what the PBX does by itself ------------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """Send bytes as they are to everyone who is logged in."""
        for peer in self.peers:
            if peer.logged_in:
                peer.send(data)

    def event(self, name: str, headers: Headers = (), privilege: str = "call,all") -> None:
        """Send an event to everyone who is logged in."""
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        self.send(packet([("Event", name), ("Privilege", privilege), *pairs]))

    def cut(self) -> None:
        """Close every connection."""
        for peer in self.peers:
            peer.cut()

    def asked(self, name: str) -> list[Request]:
        """All actions of that name that came."""
        return [request for request in self.requests if request.name.lower() == name.lower()]

    async def request(self, name: str, nth: int = 1, timeout: float = 5.0) -> Request:
        """Wait for the *nth* action of that name."""
        async with asyncio.timeout(timeout), self._came:
            await self._came.wait_for(lambda: len(self.asked(name)) >= nth)
        return self.asked(name)[nth - 1]

    # -- the wire -------------------------------------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        peer = Peer(writer)
        self.peers.append(peer)
        try:
            if self.authlimit:
                return
            if self.banner is not None:
                peer.send(self.banner)
            lines: list[bytes] = []
            while line := await reader.readline():
                if line.rstrip(b"\r\n"):
                    lines.append(line)
                elif lines:
                    await self._handle(peer, lines)
                    lines = []
        except (ConnectionError, asyncio.CancelledError):
            pass  # `stop` cancels, and asyncio's own callback cannot bear a task that says so
        finally:
            peer.logged_in = False
            peer.gone.set()
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _handle(self, peer: Peer, lines: list[bytes]) -> None:
        pairs = [line.decode(errors="surrogateescape").rstrip("\r\n").partition(":") for line in lines]
        request = Request(b"".join(lines), [(key, value.strip(" ")) for key, _, value in pairs])
        self.requests.append(request)
        async with self._came:
            self._came.notify_all()
        scripted = {name.lower(): answer for name, answer in self.answers.items()}
        said = scripted.get(request.name.lower(), self._answer)(peer, request)
        said = await said if isinstance(said, Awaitable) else said
        if said is not None:
            peer.send(said)

    def _answer(self, peer: Peer, request: Request) -> bytes | None:
        """What Asterisk says."""
        name = request.name.lower()
        if name == "challenge":
            return reply(("Challenge", CHALLENGE))(peer, request)
        if name == "login":
            return self._login(peer, request)
        if not peer.logged_in:
            return refuse("Permission denied")(peer, request)
        if name == "ping":
            return reply(("Ping", "Pong"), ("Timestamp", f"{time.time() + self.clock_offset:.6f}"))(peer, request)
        if name == "events":
            peer.events = request.get("EventMask")
            return reply(("Events", "On"))(peer, request)
        if name == "logoff":
            peer.send(reply(response="Goodbye", message="Thanks for all the fish.")(peer, request))
            peer.cut()
            return None
        unknown = f"Invalid/unknown command: {request.name}. Use Action: ListCommands to show available commands."
        return refuse(unknown)(peer, request)

    def _login(self, peer: Peer, request: Request) -> bytes | None:
        secret = self.users.get(request.get("Username"))
        if request.get("AuthType").upper() == "MD5":
            key = hashlib.md5(f"{CHALLENGE}{secret}".encode(errors="surrogateescape")).hexdigest()
            good = secret is not None and request.get("Key") == key
        else:
            good = secret is not None and request.get("Secret") == secret
        if not good:
            peer.send(refuse("Authentication failed")(peer, request))
            peer.cut()
            return None
        peer.logged_in = True
        peer.events = request.get("Events")
        said = reply(message="Authentication accepted")(peer, request)
        if self.booted:
            booted = {"Event": "FullyBooted", "Privilege": "system,all", "Uptime": "60", "LastReload": "60"}
            said += packet({**booted, "Status": "Fully Booted"})
        return said
