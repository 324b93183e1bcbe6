"""What goes wrong between a PBX and its clients, on request: for tests of whoever must bear it."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

from amitop.sim.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from amitop.sim.exchange import Exchange
    from amitop.sim.server import Server

GARBAGE: tuple[bytes, ...] = (
    b"\r\n\r\n\r\n",
    b"Event: \r\n\r\n",
    b"Event: Newchannel\r\nChannel: PJSIP/half\r\n\r\n",
    b"no colon in this line\r\nEvent: Hangup\r\nUniqueid: nobody.1\r\n\r\n",
    b"Response: Success\r\nActionID: never-asked\r\nMessage: for somebody else\r\n\r\n",
    b"Event: UserEvent\r\nPrivilege: user,all\r\nUserEvent: \xff\xfe\x1b]0;owned\x07\r\n\r\n",
    b"Event: Newstate\r\nPrivilege: call,all\r\nUniqueid: lost.1\r\nChannelState: many\r\n\r\n",
    b"Event: VeryLong\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
)
"""Packets that Asterisk, a module of somebody else's, or a bad line might bring."""


def split(session: Session, at_most: int, pause: float = 0.0) -> None:
    """From now on send *session* pieces of at most so many bytes, *pause* seconds apart; 0 bytes ends that."""

    def pieces(data: bytes) -> Iterable[tuple[float, bytes]]:
        return [(pause, data[i : i + at_most]) for i in range(0, len(data), at_most)]

    session.outlet.spoil = pieces if at_most else None


def split_at_random(session: Session, seed: int = 1, longest: int = 600) -> None:
    """From now on send pieces of all lengths up to *longest*."""
    dice = random.Random(seed)  # noqa: S311 - a test that can be repeated

    def pieces(data: bytes) -> Iterable[tuple[float, bytes]]:
        start = 0
        while start < len(data):
            end = start + dice.randint(1, longest)
            yield 0.0, data[start:end]
            start = end

    session.outlet.spoil = pieces


def stall(sessions: Iterable[Session], seconds: float) -> None:
    """Say nothing for so long, to actions neither, as a PBX that hangs; then all at once."""
    for session in tuple(sessions):
        session.outlet.hold(seconds)


def cut(sessions: Iterable[Session]) -> None:
    """End connections without a word."""
    for session in tuple(sessions):
        session.abort()


def cut_inside_a_packet(session: Session) -> None:
    """Send half an event, and end the connection."""
    session.outlet.flush()
    session.say(b"Event: Newchannel\r\nPrivilege: call,all\r\nChannel: PJSIP/ha")
    session.close()


def garbage(session: Session, packets: Sequence[bytes] = GARBAGE) -> None:
    """Send what no client expects, between two packets."""
    for packet in packets:
        session.say(packet)


def flood(exchange: Exchange, callers: int, exten: str, endpoint: str = "trunk") -> None:
    """Let so many callers come at once."""
    for n in range(callers):
        exchange.call_in(endpoint, f"+1556{n:07}", f"Caller {n}", exten)


KINDS = ("split", "stall", "cut", "garbage", "restart", "flood")
"""What `trouble` knows."""


async def trouble(server: Server, kinds: Iterable[str], seed: int = 1, every: float = 10.0) -> None:
    """Have something of *kinds* go wrong about every so many seconds, until cancelled."""
    dice = random.Random(seed)  # noqa: S311 - trouble that can be repeated
    choice = sorted(kinds)
    while True:
        await asyncio.sleep(dice.expovariate(1 / every))
        kind = dice.choice(choice)
        sessions = sorted((each for each in server.sessions if each.user is not None), key=id)
        if kind == "restart":
            await restart(server)
        elif kind == "flood":
            flood(server.exchange, 1000, "600")
        elif kind == "stall":
            stall(sessions, dice.uniform(0.5, 8.0))
        for session in sessions:
            if kind == "split":
                split_at_random(session, dice.randrange(1 << 30))
            elif kind == "garbage":
                garbage(session)
            elif kind == "cut":
                dice.choice((cut_inside_a_packet, Session.abort))(session)


async def restart(
    server: Server, *, down: float = 1.0, loading: float = 0.5, afterwards: Callable[[], None] | None = None
) -> None:
    """Restart the exchange: Shutdown, nobody at the port for *down* seconds, then *loading* seconds without modules.

    What was built (endpoints, queues, dialplan) stays; calls, logins and figures are gone. *afterwards* is called then.
    """
    port = server.port
    server.exchange.shut_down(restart=True)
    server.shutting_down = True
    for session in tuple(server.sessions):
        session.close()
    await server.stop()
    server.shutting_down = False
    await asyncio.sleep(down)
    server.booted = False
    await server.start(port)
    await asyncio.sleep(loading)
    server.booted = True
    server.exchange.boot()
    if afterwards is not None:
        afterwards()
