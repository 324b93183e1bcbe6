"""A session with one PBX: login, actions and their answers, lists, events, liveness.

Nothing here reconnects. A session lives once; what becomes of its state when it ends is for the layers above.
"""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING

from amitop.ami.connection import Connection
from amitop.ami.counters import SessionCounters
from amitop.ami.errors import ActionError, ActionTimeout, AmiError, LinkLost, WireError
from amitop.ami.login import ami_version, log_in
from amitop.ami.packet import Kind, Packet
from amitop.ami.pending import Listing, Pending, PendingActions
from amitop.ami.pulse import PING_EVERY, PING_TIMEOUT, Pulse, beat
from amitop.ami.tap import Direction, Tap
from amitop.ami.wire import MAX_NAMES, OTHERS

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

    from amitop.ami.address import Address
    from amitop.ami.secret import Secret

    Headers = Mapping[str, str | Secret] | Iterable[tuple[str, str | Secret]]

__all__ = ["DEFAULT_EVENTS", "Direction", "Listing", "Session", "SessionCounters", "Tap"]

DEFAULT_EVENTS = "system,call,agent"
"""The classes that a state of calls and queues is made of: the others are over half of the traffic (`ami.md` G.1)."""
LOGOFF_TIMEOUT = 1.0
STALL = 0.5
"""Seconds by which a timer may be late before it means that this program, not the PBX, was asleep."""
GRACE = 2.0
"""Seconds to read what came in during such a sleep."""

_ALWAYS = frozenset({"FullyBooted", "Shutdown", "Reload", "Load", "Unload"})
"""Events that a session or its owner cannot do without, whatever is wanted."""


class _Wanted:
    """The names that an owner wants, and those that nobody can do without."""

    def __init__(self, names: Container[str]) -> None:
        self._names = names

    def __contains__(self, name: object) -> bool:
        return name in _ALWAYS or name in self._names


class Session:
    """A session that is logged in. Made by `Session.open`; usable as `async with await Session.open(...)`."""

    def __init__(
        self,
        address: Address,
        *,
        on_event: Callable[[Packet], None],
        on_close: Callable[[AmiError | None], None] | None,
        on_error: Callable[[Exception, str], None] | None,
        wanted: Container[str] | None,
        tap: Tap | None,
        wall: Callable[[], float],
    ) -> None:
        self.address = address
        self.booted: bool | None = None
        """True when FullyBooted came; False when it was waited for in vain; None while that is open (`ami.md` A.7)."""
        self.fully_booted: Packet | None = None
        self.shutting_down = False
        """Whether the PBX said that it is stopping."""
        self._on_event, self._on_close, self._on_error = on_event, on_close, on_error
        self._clock, self._wall = asyncio.get_running_loop().time, wall
        self._connection = Connection(
            self._take,
            wanted=None if wanted is None else _Wanted(wanted),
            tap=tap,
            on_error=self._report,
            wall=wall,
        )
        self.counters = SessionCounters(self._connection)
        # Short and never a number: some servers cut long ones off with their line end, some clients compare numbers
        # (`ami.md` A.4, F 1).
        self._prefix = f"amitop-{os.urandom(4).hex()}-"
        self._numbers = count(1)
        self._pending = PendingActions(self._prefix)
        self._pulse = Pulse()
        self._boot = asyncio.Event()
        self._closing = False
        self._logged_in = False
        self._heart: asyncio.Task[None] | None = None
        self._closed: asyncio.Future[AmiError | None] = asyncio.get_running_loop().create_future()
        self._connection.lost.add_done_callback(self._ended)

    @classmethod
    async def open(
        cls,
        address: Address,
        user: str,
        secret: Secret,
        *,
        events: str = DEFAULT_EVENTS,
        challenge: bool = True,
        on_event: Callable[[Packet], None] = lambda packet: None,
        on_close: Callable[[AmiError | None], None] | None = None,
        on_error: Callable[[Exception, str], None] | None = None,
        wanted: Container[str] | None = None,
        tap: Tap | None = None,
        connect_timeout: float = 10.0,
        ping_every: float = PING_EVERY,
        ping_timeout: float = PING_TIMEOUT,
        wall: Callable[[], float] = time.time,
    ) -> Session:
        """Connect, log in and return the session.

        *events* is the event mask (`ami.md` A.8). *challenge* False sends the secret itself, which otherwise happens
        only where the PBX has no Challenge. *on_event* gets every event that no list asked for, as it comes; it must
        return soon, and what it raises goes to *on_error* with the name of the callback (by default to the loop's
        exception handler). *wanted* names the events that are of interest, None means all; the rest are dropped after
        their first line. *on_close* is called once when an open session ends, with None where `close` ended it.
        *tap* sees all bytes, secrets removed. *connect_timeout* seconds are for everything until the login is answered.

        Raises `ConnectError`, and `LoginError` where trying again by itself would be a mistake.
        """
        session = cls(
            address,
            on_event=on_event,
            on_close=on_close,
            on_error=on_error,
            wanted=wanted,
            tap=tap,
            wall=wall,
        )
        try:
            await log_in(
                session,
                session._connection,
                user,
                secret,
                events=events,
                challenge=challenge,
                timeout=connect_timeout,
            )
        except BaseException:
            session._closing = True
            session._connection.abort()
            raise
        session._logged_in = True
        session._heart = asyncio.create_task(session._watch(ping_every, ping_timeout), name=f"ping {address}")
        return session

    async def __aenter__(self) -> Session:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    # -- what is known --------------------------------------------------------------------------------------------

    @property
    def banner(self) -> str:
        """The first line that the peer sent, as it came: it may be anything."""
        return self._connection.framer.banner or ""

    @property
    def banner_version(self) -> str:
        """The AMI version of the banner, "" where it names none; not Asterisk's own (`ami.md` A.1)."""
        return ami_version(self.banner) or ""

    @property
    def rtt(self) -> float | None:
        """Seconds that the last Ping took."""
        return self._pulse.rtt

    @property
    def clock_offset(self) -> float | None:
        """Seconds that the PBX's wall clock is ahead of ours, the median of the last five Pings."""
        return self._pulse.clock_offset

    @property
    def is_open(self) -> bool:
        """Whether actions can be sent."""
        return self._connection.is_open

    async def wait_closed(self) -> AmiError | None:
        """Wait for the end of the session; return what ended it, None where `close` did."""
        return await asyncio.shield(self._closed)

    async def wait_booted(self, timeout: float = 2.0) -> bool:
        """Wait up to *timeout* seconds for FullyBooted, which never comes to a login that may not read `system`."""
        try:
            async with asyncio.timeout(timeout):
                await self._boot.wait()
        except TimeoutError:
            if self.booted is None:
                self.booted = False
        return self.booted is True

    # -- what can be asked ----------------------------------------------------------------------------------------

    async def action(
        self,
        name: str,
        headers: Headers | None = None,
        *,
        timeout: float = 10.0,
    ) -> Packet:
        """Send an action and return its response.

        Raises `ActionError` with the PBX's own words, `ActionTimeout` after *timeout* seconds, `LinkLost`, and
        ValueError for headers that cannot be sent.
        """
        pending = self._send(name, headers, collects=False)
        return await self._answer(pending, timeout)

    async def listing(
        self,
        name: str,
        headers: Headers | None = None,
        *,
        timeout: float = 60.0,
        idle: float = 10.0,
        on_complete: Callable[[Listing], None] | None = None,
    ) -> Listing:
        """Send an action that is answered with a list and return the list, which may be empty.

        *on_complete* gets the list at its place in the stream. By the time that the caller goes on, events that the PBX
        sent after the list may have been taken, and the list is the older of the two.
        Raises like `action`; *idle* is the longest silence in seconds between two items. Where the list was cut short,
        the error's `partial` has the items that came.
        """
        pending = self._send(name, headers, collects=True)
        pending.on_complete = on_complete
        return pending.listing(await self._answer(pending, timeout, idle))

    async def command(self, line: str, *, timeout: float = 10.0) -> list[str]:
        """Run a command of Asterisk's CLI and return the lines that it printed.

        A command that failed has printed why. Raises `ActionError` where it was not run at all.
        """
        pending = self._send("Command", {"Command": line}, collects=False)
        try:
            response = await self._answer(pending, timeout)
        except ActionError as error:
            if "Output" not in error.response:
                raise
            response = error.response
        return response.getall("Output")

    async def ping(self, *, timeout: float = PING_TIMEOUT) -> float:
        """Send a Ping and return the round trip in seconds. Raises like `action`."""
        sent, sent_wall = self._clock(), self._wall()
        pending = self._send("Ping", None, collects=False)
        response = await self._answer(pending, timeout)
        rtt = (self._clock() if pending.answered is None else pending.answered) - sent
        self._pulse.add(rtt, sent_wall, response.get("Timestamp"))
        return rtt

    async def set_events(self, mask: str) -> None:
        """Change the event mask; what `read=` does not grant stays away (`ami.md` A.8). Raises like `action`."""
        await self.action("Events", {"EventMask": mask})

    async def filter_out(self, event_name: str) -> bool:
        """Ask the PBX not to send an event any more; False where this login may not ask that.

        True does not mean that it obeys: a filter is judged by its effect (`ami.md` A.8). Anchored at the packet's
        start, so that a caller who names themselves after an event does not make their own calls invisible.
        """
        try:
            await self.action("Filter", {"Operation": "Add", "Filter": f"!^Event: {event_name}[[:space:]]"})
        except ActionError:
            return False
        return True

    async def close(self) -> None:
        """Log off and end the session. Does nothing to one that has ended."""
        self._closing = True
        if self._heart is not None:
            self._heart.cancel()
        if self._connection.is_open and self._logged_in:
            with suppress(AmiError):  # it is over either way
                await self.action("Logoff", timeout=LOGOFF_TIMEOUT)
        self._connection.abort()
        await self.wait_closed()

    # -- answers --------------------------------------------------------------------------------------------------

    def _send(
        self,
        name: str,
        headers: Headers | None,
        *,
        collects: bool,
    ) -> Pending:
        action_id = f"{self._prefix}{next(self._numbers)}"
        self._connection.send(name, headers or (), action_id)
        answer: asyncio.Future[Packet] = asyncio.get_running_loop().create_future()
        pending = Pending(name, action_id, answer, collects, heard=self._clock())
        self._pending.add(pending)
        self._expect()
        return pending

    def _expect(self) -> None:
        """Tell the connection what is awaited."""
        self._connection.framer.keep_lists = self._pending.collecting
        self._connection.answer_awaited = self._pending.any

    async def _answer(self, pending: Pending, timeout: float, idle: float | None = None) -> Packet:
        """Wait for the end of an action: *timeout* seconds in all, *idle* between two signs of life."""
        deadline = self._clock() + timeout
        quiet_since = self._clock()
        try:
            while not pending.answer.done():
                now = self._clock()
                quiet_since = max(quiet_since, pending.heard)
                end = deadline if idle is None else min(deadline, quiet_since + idle)
                if now >= end:
                    raise ActionTimeout(pending.action, timeout if end == deadline else idle or 0.0, pending.items)
                await asyncio.wait({pending.answer}, timeout=end - now)
                now = self._clock()
                if now - end > STALL:
                    # The answer may have come while nobody here was able to read it.
                    deadline, quiet_since = max(deadline, now + GRACE), now
            return pending.answer.result()
        finally:
            self._pending.forget(pending)
            self._expect()

    def _take(self, packets: list[Packet]) -> None:
        """Give each packet to whom it belongs. Runs inside the read; nothing in it waits."""
        pending, counters = self._pending, self.counters
        taken, on_event = counters.taken, self._on_event
        for packet in packets:
            if packet.kind is Kind.EVENT:
                if pending.watching and pending.take_item(packet, self._connection.heard):
                    counters.items += 1
                    continue
                name = packet.name
                taken[name if name in taken or len(taken) < MAX_NAMES else OTHERS] += 1
                if name in _ALWAYS:
                    self._note(packet)
                try:
                    on_event(packet)
                except Exception as error:  # noqa: BLE001  one event that the owner cannot read must not end the session
                    self._report(error, "on_event")
            elif packet.kind is Kind.OTHER or not pending.respond(packet, self._connection.heard):
                counters.unknown += 1
            if packet.damaged:
                counters.damaged += 1

    def _note(self, packet: Packet) -> None:
        if packet.name == "FullyBooted":
            self.booted = True
            self.fully_booted = packet
            self._boot.set()
        elif packet.name == "Shutdown":
            self.shutting_down = True

    def _report(self, error: Exception, where: str) -> None:
        """Say that a callback of the owner failed: to the owner, else to the loop."""
        self.counters.failures += 1
        if self._on_error is not None:
            self._on_error(error, where)
            return
        asyncio.get_running_loop().call_exception_handler({"message": f"{where} of {self.address}", "exception": error})

    # -- life and death -------------------------------------------------------------------------------------------

    async def _watch(self, every: float, timeout: float) -> None:
        """End the session when Pings go unanswered."""
        silence = await beat(self.ping, lambda: self._connection.heard, every, timeout)
        if silence is not None:
            self._connection.abort(LinkLost(f"no answer for {silence:g} s"))

    def _ended(self, lost: asyncio.Future[LinkLost | WireError | None]) -> None:
        """Tell everyone who waits. Runs once, when the connection has ended."""
        cause = lost.result()
        error: AmiError | None = None
        if not self._closing:
            why = "closed by the PBX" if cause is None else str(cause)
            if self.shutting_down:
                why = f"the PBX was shut down ({why})"
            error = type(cause or LinkLost())(f"{self.address}: {why}")
        if self._heart is not None:
            self._heart.cancel()
        self._boot.set()
        self._pending.fail_all(f"{self.address}: the session has ended" if error is None else str(error))
        if not self._closed.done():
            self._closed.set_result(error)
        if self._logged_in and self._on_close is not None:
            try:
                self._on_close(error)
            except Exception as failure:  # noqa: BLE001  as for on_event
                self._report(failure, "on_close")
