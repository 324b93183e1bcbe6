"""One PBX, kept true: a session and a store, joined. Connects, takes the first snapshot, reconciles, reconnects.

Nothing here knows of a screen. Whoever shows the state pulls it from `LivePbx.store`; whoever must see an event as it
happens (an action's confirmation) registers a listener.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from amitop.ami.errors import ActionError, ActionTimeout, AmiError, LinkLost, LoginError
from amitop.ami.link import Backoff, LinkState
from amitop.ami.session import Session
from amitop.health import Health, LinkStatus, PbxInfo
from amitop.introduction import learn_info, learn_rights
from amitop.pbx.store import Store
from amitop.rights import ActionRights
from amitop.subscription import AWAITED, EVENT_CLASSES, Subscription
from amitop.sync.endpoints import EndpointSync, beside
from amitop.sync.queues import QueueSync
from amitop.sync.registrations import RegistrationSync
from amitop.sync.rooms import RoomSync

if TYPE_CHECKING:
    from collections.abc import Callable

    from amitop.ami.packet import Packet
    from amitop.ami.pending import Listing
    from amitop.ami.session import Direction
    from amitop.config import Profile
    from amitop.shift.shift import Shift

RECONCILE_EVERY = 30.0
RECONCILE_AT_MOST = 60.0
RECONCILE_COST = 10.0
"""The PBX is left alone for at least this many times as long as its last list took (`ami.md` D.3)."""
SECOND_LOOK = 2.0
"""Seconds after the first snapshot until the next: it catches what was in the middle of a transition (`ami.md` D.4)."""
RELOAD_PAUSE = 1.0
QUEUES_WAIT = 3.0
"""Seconds that the first list of queues may hold up the first picture: realtime queues can be slow."""
POLL_EVERY = 3.0
"""Between lists where the login gets no call events at all (`ami.md` D.9)."""
CLOCK_JUMP = 5.0
"""Seconds by which wall and monotonic clock may part in a second before the machine must have slept (`ami.md` D.8)."""
QUALITY_LINGER = 10.0
"""Seconds for which reports on media still come when nobody shows them any more: views are changed to and fro."""
_CALL_EVENTS = ("Newchannel", "Newstate", "Hangup")


class LivePbx:
    """The state of one PBX and the link that feeds it.

    *profile* says where it is and who logs in. *clock* is monotonic seconds and *wall* epoch seconds; *tap*, if given,
    receives every byte sent and received with its time, secrets removed.
    """

    def __init__(
        self,
        profile: Profile,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        tap: Callable[[Direction, float, bytes], None] | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        self.profile = profile
        self.name = profile.name
        self.clock = clock
        self.wall = wall
        self.store = Store(profile.name)
        self.link = LinkStatus(since=clock())
        self.info = PbxInfo()
        self.health = Health()
        self.rights = ActionRights({})
        self.stale_since: float | None = None
        self.notice = ""
        """What this login cannot show, in one line; empty when it sees all."""
        self.listeners: set[Callable[[Packet], None]] = set()
        self.queue_sync = QueueSync(self.store, self.health, clock, self._may)
        self.endpoint_sync = EndpointSync(self.store, self.health, clock, self._may, lambda: beside(profile))
        self.registration_sync = RegistrationSync(self.store, self.health, clock, self._may)
        self.room_sync = RoomSync(self.store, self.health, clock, self._may)
        self._syncs = (self.queue_sync, self.endpoint_sync, self.registration_sync, self.room_sync)
        self.shift: Shift | None = None
        """The shift's own figures, where somebody wants them counted; then it is told each second how things are."""
        self._tap = tap
        self._backoff = backoff or Backoff()
        self._session: Session | None = None
        self._resync = asyncio.Event()
        self._retry = asyncio.Event()
        self._live = asyncio.Event()
        self._failed: AmiError | None = None
        self._polling = False
        self._list_action = "CoreShowChannels"
        self._startup: str | None = None
        self._subscription: Subscription | None = None
        self._quality_until: float | None = None

    @property
    def quality_since(self) -> float | None:
        """Since when reports on media come (`show_quality`); None while they do not."""
        if self._subscription is None or self.link.state is not LinkState.LIVE:
            return None
        return self._subscription.quality_since

    @property
    def applications_live(self) -> bool:
        """Whether applications and positions are of this moment; else they are as of the last list."""
        return self._subscription is not None and self._subscription.applications_live

    # -- what others ask ------------------------------------------------------------------------------------------

    @property
    def session(self) -> Session:
        """The session that is up. Raises `LinkLost` when there is none."""
        if self._session is None or self.link.state is not LinkState.LIVE:
            raise LinkLost(f"{self.name}: not connected")
        return self._session

    @property
    def stale_for(self) -> float | None:
        """Seconds since the state stopped following the PBX; None while it follows."""
        return None if self.stale_since is None else self.clock() - self.stale_since

    def wall_of(self, moment: float) -> float:
        """Return the PBX's epoch seconds at *moment* of the monotonic clock."""
        return self.wall() + (self.health.clock_offset or 0.0) - (self.clock() - moment)

    def why_not(self, action: str) -> str | None:
        """Return why *action* cannot be sent now, or None when it can."""
        if self.link.state is not LinkState.LIVE:
            return f"{self.name} is not connected"
        return self.rights.why_not(action)

    def retry_now(self) -> None:
        """Try to connect at once: a person asked, after a refusal or during a pause."""
        self._retry.set()

    def refresh(self) -> None:
        """Ask for a fresh snapshot soon."""
        self._resync.set()

    def show_quality(self) -> None:
        """Have reports on media come for some seconds more: whoever shows them says so again and again."""
        self._quality_until = self.clock() + QUALITY_LINGER

    async def wait_live(self, timeout: float = 15.0) -> None:
        """Wait for the first complete snapshot.

        Raises the `AmiError` that ended the last try (`ConnectError`, `LoginError`, ...), or `LinkLost` when *timeout*
        seconds passed.
        """
        waiter = asyncio.ensure_future(self._live.wait())
        try:
            deadline = self.clock() + timeout
            while not waiter.done():
                if self._failed is not None:
                    raise self._failed
                left = deadline - self.clock()
                if left <= 0:
                    raise LinkLost(f"{self.profile.address}: no answer within {timeout:.0f} s ({self.link.state})")
                await asyncio.wait({waiter}, timeout=min(left, 0.05))
        finally:
            waiter.cancel()

    async def fetch_status(self, uniqueid: str) -> None:
        """Ask for one channel's `Status`, which tells its application and position even without dialplan events.

        Raises `ActionError` (the channel has gone, or no right) and `LinkLost`.
        """

        def merge(listing: Listing) -> None:
            for item in listing.items:
                self.store.apply_status(item, self.clock())

        await self.session.listing("Status", {"Channel": uniqueid}, on_complete=merge)

    async def look_at(self, uniqueid: str) -> str | None:
        """`fetch_status` for a screen, which has nothing to do about a failure: return why it failed, or None."""
        try:
            await self.fetch_status(uniqueid)
        except AmiError as error:
            return str(error)
        return None

    def _may(self, action: str) -> bool:
        return self.rights.may(action)

    # -- the life of the link -------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Connect and stay connected until cancelled."""
        heart = asyncio.create_task(self._housekeeping(), name=f"{self.name}: housekeeping")
        try:
            while True:
                self._retry.clear()
                try:
                    await self._one_session()
                except LoginError as error:
                    # Never tried again by itself: a few wrong passwords and fail2ban locks the operator out
                    # (`ami.md` A.7).
                    self._down(error)
                    self._set_link(LinkState.REFUSED, str(error))
                    await self._retry.wait()
                except AmiError as error:
                    self._down(error)
                    pause = self._backoff.next_delay()
                    self._set_link(LinkState.WAITING, str(error), retry_at=self.clock() + pause)
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._retry.wait(), pause)
        finally:
            heart.cancel()
            if self.shift is not None:
                self.shift.close(self.clock())
            session, self._session = self._session, None
            if session is not None:
                await session.close()
            self._set_link(LinkState.CLOSED, "")

    def _down(self, error: AmiError) -> None:
        self._session = None
        now = self.clock()
        if self.stale_since is None and self._live.is_set():
            self.stale_since = now
        self.store.link_lost(now)
        self.health.end_session()
        self._failed = error

    def _set_link(self, state: LinkState, reason: str, retry_at: float | None = None) -> None:
        self.link.state, self.link.since, self.link.reason, self.link.retry_at = state, self.clock(), reason, retry_at

    async def _one_session(self) -> None:
        """Open, sync, and serve one session until it ends. Always raises the AmiError that ended it."""
        self.link.attempt += 1
        self._set_link(LinkState.CONNECTING, "")
        profile = self.profile
        session = await Session.open(
            profile.address,
            profile.user,
            profile.secret,
            events=EVENT_CLASSES,
            on_event=self._on_event,
            wanted=self.store.wanted | AWAITED,
            tap=self._tap,
            wall=self.wall,
        )
        self._session = session
        syncs: list[asyncio.Task[None]] = []
        try:
            self._set_link(LinkState.SYNCING, "")
            await self._learn(session)
            self._subscription = Subscription(session, self.rights)
            await self._subscription.begin()
            await self._snapshot(session, first=True)
            await self._learn_bridges(session)
            syncs += [asyncio.create_task(sync.run(session)) for sync in self._syncs]
            await asyncio.gather(*(sync.wait_first(QUEUES_WAIT) for sync in (self.queue_sync, self.room_sync)))
            self.stale_since = None
            self._set_link(LinkState.LIVE, self.notice)
            self._backoff.connected()
            self.link.attempt = 0
            self.link.reconnects += self._live.is_set()
            self._failed = None
            self._live.set()
            await self._serve(session)
        finally:
            for sync in syncs:
                sync.cancel()
            if self._session is session:
                self._session = None
            await session.close()
            await asyncio.gather(*syncs, return_exceptions=True)

    async def _serve(self, session: Session) -> None:
        """Reconcile until the session ends."""
        closed = asyncio.ensure_future(session.wait_closed())
        pause = SECOND_LOOK
        try:
            while True:
                resync = asyncio.ensure_future(self._resync.wait())
                done, _ = await asyncio.wait({closed, resync}, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
                resync.cancel()
                if closed in done:
                    raise closed.result() or LinkLost(f"{self.profile.address}: closed the connection")
                if self._resync.is_set():
                    # A reload tells module by module; one look after the last of them is enough.
                    await asyncio.sleep(RELOAD_PAUSE)
                    self._resync.clear()
                    await self._learn(session)
                    for sync in self._syncs:
                        sync.refresh()
                elif pause == SECOND_LOOK and not session.booted:
                    # This login is never told when the PBX has booted: what it may do is asked for once more.
                    await self._learn(session)
                await self._snapshot(session, first=False)
                pause = self._pause()
        finally:
            closed.cancel()

    def _pause(self) -> float:
        if self._polling:
            return max(POLL_EVERY, RECONCILE_COST * self.health.list_seconds)
        return max(RECONCILE_EVERY, min(RECONCILE_AT_MOST, RECONCILE_COST * self.health.list_seconds))

    # -- the parts of a sync --------------------------------------------------------------------------------------

    async def _learn(self, session: Session) -> None:
        """Ask what this login may do and who the PBX is."""
        self.rights = await learn_rights(session)
        info, startup = await learn_info(session, self.rights)
        if startup is not None:
            self._notice_restart(startup)
        info.started, info.reloaded = self.info.started, self.info.reloaded
        self.info = info

    def _notice_restart(self, startup: str) -> None:
        if self._startup is not None and startup != self._startup:
            self.store.restart(self.clock())
            self.info.started = self.info.reloaded = None
        self._startup = startup

    async def _snapshot(self, session: Session, *, first: bool) -> None:
        """Take the list of channels and merge it."""
        self._list_action = next((a for a in ("CoreShowChannels", "Status") if self.rights.may(a)), "")
        self.notice = self._what_is_missing()
        if not self._list_action:
            self.store.restart(self.clock()) if first else None
            return
        asked_at = self.clock()
        before = len(self.store.channels)

        def merge(listing: Listing) -> None:
            nonlocal before
            now = self.clock()
            self.health.list_seconds = now - asked_at
            self.health.lists += not first
            before = len(self.store.channels)
            silent = first or self._polling or self._deaf(session)  # it is no drift that nobody could hear of
            self.store.apply_channels(listing.items, asked_at, now, first=silent)

        try:
            await session.listing(self._list_action, on_complete=merge)
        except ActionTimeout as error:
            if first:
                raise  # nothing to show yet: better to say so and to connect again than to show an empty exchange
            self.notice = str(error)
            return
        except ActionError as error:
            self.notice = f"{self._list_action}: {error.message}"
            return
        if not first:
            self._judge_events(session, changed=before != len(self.store.channels))
            self._set_link(LinkState.LIVE, self.notice) if self.link.reason != self.notice else None

    async def _learn_bridges(self, session: Session) -> None:
        """Ask of which kind the bridges are: a list of channels only names them, and strangers share some kinds."""
        if self.rights.may("BridgeList") and any(bridge.partial for bridge in self.store.bridges.values()):
            with contextlib.suppress(ActionError):  # then their kind shows in the next event that tells of them
                await session.listing(
                    "BridgeList", on_complete=lambda listing: self.store.apply_bridges(listing.items, self.clock())
                )

    def _judge_events(self, session: Session, *, changed: bool) -> None:
        """Fall back to polling where lists change and no call event ever came: `read=call` is missing."""
        self._polling = self._deaf(session) and (self._polling or changed)
        self.notice = self._what_is_missing()

    @staticmethod
    def _deaf(session: Session) -> bool:
        """Whether no call event came yet."""
        return not any(session.counters.events[name] for name in _CALL_EVENTS)

    def _what_is_missing(self) -> str:
        if self._polling:
            return f"no call events for this login (read=call is missing): asking every {POLL_EVERY:.0f} s"
        if self.rights.known and not self.rights.may("CoreShowChannels"):
            if self.rights.may("Status"):
                return ""
            return (
                "cannot list channels (write=system, call or reporting is missing): only calls that begin now are shown"
            )
        return ""

    # -- events ---------------------------------------------------------------------------------------------------

    def _on_event(self, packet: Packet) -> None:
        try:
            self.store.apply(packet, self.clock())
        except Exception:  # noqa: BLE001 - one bad event must not end the link; it is counted and shown
            self.health.blame(packet.name)
        name = packet.name
        if name == "FullyBooted":
            self._on_booted(packet)
        elif name in {"Reload", "Load", "Unload"}:
            self._resync.set()
        for listener in tuple(self.listeners):
            listener(packet)

    def _on_booted(self, packet: Packet) -> None:
        server_now = self.wall() + (self.health.clock_offset or 0.0)
        uptime, reloaded = packet.get("Uptime"), packet.get("LastReload")
        if uptime.isdigit():
            self.info.started = server_now - int(uptime)
        if reloaded.isdigit():
            self.info.reloaded = server_now - int(reloaded)
        if self.link.state is LinkState.LIVE:  # it was still booting when the state was synced
            self._resync.set()

    async def _housekeeping(self) -> None:
        """Once a second: rates, expiry, a filter that does not filter, a machine that slept."""
        lag = self.wall() - self.clock()
        while True:
            await asyncio.sleep(1.0)
            now = self.clock()
            self.store.expire(now)
            if self.shift is not None:
                self.shift.tick(now, watching=self.stale_since is None and self.queue_sync.ready)
            session = self._session
            if session is not None:
                self.health.read(session, now)
                if self._subscription is not None and self.link.state is LinkState.LIVE:
                    with contextlib.suppress(AmiError):  # the link's own task reports a lost link
                        await self._subscription.check()
                        wanted = self._quality_until is not None and now < self._quality_until
                        await self._subscription.want_quality(wanted, now)
            if abs((self.wall() - now) - lag) > CLOCK_JUMP:
                self._resync.set()
            lag = self.wall() - now
