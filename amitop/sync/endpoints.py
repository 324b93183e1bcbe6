"""Lists the endpoints of one PBX while somebody looks at them, over a session of their own that gets no events.

A list of thousands of endpoints blocks the session that asked (`ami.md` A.9, C): on the main one it would hold up every
event and every Ping. It is taken in bites, so that the screen and the events have their turn in between.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from amitop.ami.errors import ActionError, ActionTimeout, AmiError, LinkLost, LoginError
from amitop.ami.session import Session
from amitop.pbx.endpoint_detail import learn_endpoint, learn_peer, unknown_contacts
from amitop.pbx.endpoint_lists import EndpointMerge
from amitop.pbx.endpoint_model import Technology
from amitop.pbx.endpoints import Endpoints

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from amitop.ami.packet import Packet
    from amitop.config import Profile
    from amitop.health import Health
    from amitop.pbx.store import Store

EVERY = 30.0
"""Seconds between two rounds of lists: events tell of states, and round trips need not be younger."""
COST = 10.0
"""The PBX is left alone for at least this many times as long as the last round took ..."""
AT_MOST = 300.0
"""... and for no more seconds than this."""
LINGER = 60.0
"""Seconds for which the session stays when nobody looks any more: views are changed to and fro."""
RETRY = 15.0
"""Seconds until a session that could not be opened, or was lost, is tried again."""
TIMEOUT = 120.0
"""Seconds for one list: realtime endpoints come out of a database one by one."""
TICK = 0.5
BITE = 100
"""Items that are taken without a pause: 3 ms."""
DETAILS = 100
"""Endpoints that are asked for one by one in a round, for the contacts that no list has ..."""
DETAILS_SECONDS = 5.0
"""... and for how long at most."""

LISTS: dict[Technology, str] = {
    Technology.PJSIP: "PJSIPShowEndpoints",
    Technology.SIP: "SIPpeers",
    Technology.IAX2: "IAXpeerlist",
}
"""The action that lists a technology's endpoints. Where none of them may be sent, there is no such view."""
CONTACTS = ("PJSIPShowContacts", "PJSIPShowRegistrationInboundContactStatuses")
"""What lists registered contacts, the better one first: Asterisk 13 has the second alone."""


async def beside(profile: Profile) -> Session:
    """Log in once more without events. No tap: a recording is of one session, and this one sends details of logins.

    Raises `ConnectError` and `LoginError`.
    """
    return await Session.open(profile.address, profile.user, profile.secret, events="off", wanted=())


class EndpointSync:
    """Asks for endpoints while they are wanted. *may* tells whether this login may send an action.

    *open_session* logs in once more, without events. A PBX that allows a user one login only (`allowmultiplelogin`) is
    asked over the main session.
    """

    def __init__(
        self,
        store: Store,
        health: Health,
        clock: Callable[[], float],
        may: Callable[[str], bool],
        open_session: Callable[[], Awaitable[Session]],
    ) -> None:
        self.notice = ""
        """Why endpoints are not as they should be, in one line; empty when they are."""
        self.rounds = 0
        """Rounds of lists that ended, in all sessions."""
        self.seconds = 0.0
        """How long the last one took."""
        self._store = store
        self._health = health
        self._clock = clock
        self._may = may
        self._open_session = open_session
        self._wanted_at: float | None = None
        self._wake = asyncio.Event()
        self._first = asyncio.Event()
        self._due = 0.0
        self._session: Session | None = None
        self._main: Session | None = None
        self._alone = True
        """Whether there is to be a session beside the main one."""

    # -- what others ask ------------------------------------------------------------------------------------------

    def want(self) -> None:
        """Somebody looks at endpoints now: called with every frame, so that nobody has to say when they stop."""
        if not self.wanted:
            self._wake.set()
        self._wanted_at = self._clock()

    @property
    def wanted(self) -> bool:
        """Whether somebody looked a short while ago."""
        return self._wanted_at is not None and self._clock() - self._wanted_at < LINGER

    @property
    def ready(self) -> bool:
        """Whether the lists have come since the link is up, or were tried in vain."""
        return self._first.is_set()

    async def wait_first(self, timeout: float) -> None:
        """Want endpoints, and wait until the first lists have come or failed, for *timeout* seconds at most."""
        self.want()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._first.wait(), timeout)

    def refresh(self) -> None:
        """Ask again soon: a module was reloaded, or an action may have changed something."""
        self._due = 0.0
        self._wake.set()

    async def look_at(self, device: str) -> str | None:
        """Ask for everything about one endpoint; return why that failed, or None."""
        endpoint = self._store.endpoints.get(device)
        if endpoint is None:
            return f"{device} is not there any more"
        action = {Technology.PJSIP: "PJSIPShowEndpoint", Technology.SIP: "SIPshowpeer"}.get(endpoint.technology)
        if action is None or not self._may(action):
            return f"{endpoint.technology}: nothing more can be asked for"
        try:
            await self._detail(await self._reach(), device, action)
        except (AmiError, ValueError) as error:  # ValueError: a name that cannot be sent
            return error.message if isinstance(error, ActionError) else str(error)
        return None

    # -- the session ----------------------------------------------------------------------------------------------

    async def run(self, main: Session) -> None:
        """Keep asking while endpoints are wanted, until the session *main* ends or this is cancelled."""
        self._main, self._alone = main, True
        self._first.clear()
        self._due = 0.0
        try:
            while main.is_open:
                await self.turn()
                self._wake.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), TICK if self.wanted else None)
        finally:
            self._main = None
            self._first.clear()
            await self._leave()

    async def turn(self) -> None:
        """Do what is due."""
        if not self.wanted:
            await self._leave()
            return
        if self._clock() < self._due:
            return
        began = self._clock()
        try:
            if any(self._may(action) for action in LISTS.values()):
                session = await self._reach()
                await self._lists(session)
                await self._static_contacts(session)
                self.rounds += 1
            self.seconds = self._clock() - began
            self._due = self._clock() + max(EVERY, min(AT_MOST, COST * self.seconds))
        except AmiError as error:
            self.notice = f"endpoints are not up to date: {error}"
            self._due = self._clock() + RETRY
            await self._leave()
        except Exception:  # noqa: BLE001 - one bad list must not end the link; it is counted and shown
            self._health.blame("endpoints")
            self._due = self._clock() + EVERY
        self._first.set()

    async def _reach(self) -> Session:
        """Return the session to ask on, opened if need be. Raises an `AmiError`."""
        main = self._main
        if main is None or not main.is_open:
            raise LinkLost("not connected")
        if not self._alone:
            return main
        if self._session is None or not self._session.is_open:
            try:
                self._session = await self._open_session()
            except LoginError:
                # This very login has just worked: a second one is what the PBX does not allow.
                self._alone = False
                return main
        return self._session

    async def _leave(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    # -- a round of lists -----------------------------------------------------------------------------------------

    async def _lists(self, session: Session) -> None:
        self.notice = ""
        merge = EndpointMerge(self._store, self._clock())
        try:
            for technology, action in LISTS.items():
                if not self._may(action):
                    if technology in self._store.part(Endpoints).listed:  # its module was unloaded
                        merge.end(technology, self._clock())
                elif await self._list(session, action, merge):
                    merge.end(technology, self._clock())
            contacts = next((action for action in CONTACTS if self._may(action)), None)
            if contacts and self._may(LISTS[Technology.PJSIP]) and await self._list(session, contacts, merge):
                merge.end_contacts()
            # The lists of peers do not tell what these do.
            old = any(endpoint.technology is not Technology.PJSIP for endpoint in self._store.endpoints.values())
            if old and self._may("DeviceStateList"):
                await self._list(session, "DeviceStateList", merge)
        finally:
            merge.close()

    async def _list(self, session: Session, action: str, merge: EndpointMerge) -> bool:
        """Take one list; return whether it came whole."""
        try:
            listing = await session.listing(action, timeout=TIMEOUT, idle=TIMEOUT)
        except ActionTimeout as error:
            self.notice = f"endpoints are not up to date: {error}"
            return False
        except ActionError as error:
            self.notice = f"{action}: {error.message}"
            return False
        await self._bite(listing.items, merge)
        return True

    async def _bite(self, items: Sequence[Packet], merge: EndpointMerge) -> None:
        for start in range(0, len(items), BITE):
            merge.take(items[start : start + BITE], self._clock())
            await asyncio.sleep(0)

    async def _static_contacts(self, session: Session) -> None:
        """Ask for some of the endpoints whose contacts no list tells of, one after the other."""
        if not self._may("PJSIPShowEndpoint"):
            return
        end = self._clock() + DETAILS_SECONDS
        for device in unknown_contacts(self._store, DETAILS):
            with contextlib.suppress(ActionError, ValueError):  # it has gone since the list, or cannot be asked for
                await self._detail(session, device, "PJSIPShowEndpoint")
            if self._clock() > end or not self.wanted:
                break

    async def _detail(self, session: Session, device: str, action: str) -> None:
        asked_at, name = self._clock(), device.partition("/")[2]
        if action == "SIPshowpeer":
            answer = await session.action(action, {"Peer": name})
            learn_peer(self._store, device, answer, asked_at, self._clock())
        else:
            listing = await session.listing(action, {"Endpoint": name})
            learn_endpoint(self._store, device, listing.items, asked_at, self._clock())
