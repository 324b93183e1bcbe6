"""One outbound registration: whether it holds, since when, how often it was lost, when it is tried next."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amitop.pbx.model import Key

REGISTERED = "Registered"
UNREGISTERED = "Unregistered"
"""Also what PJSIP says of one that was asked to leave, and of one that was never tried."""
UNDECIDED = frozenset({"Request Sent", "Auth. Sent"})
"""In a list: a try is under way, be it the first or the one that keeps a good registration alive."""
HOUR = 3600.0
_OVERDUE = 3.0
"""Seconds after which a try that should have been is not awaited any more: the PBX has given up, or was never asked."""


@dataclass(slots=True, eq=False)
class Registration:
    """One login of the PBX at somebody else's."""

    pbx: str
    technology: str
    """`PJSIP`, `SIP`, `IAX2`."""
    name: str
    """Its name in pjsip.conf; `user@host` of the others, which give none."""
    client: str
    """Who logs in: a URI of PJSIP's, a user of the others'."""
    server: str
    """Where: a URI of PJSIP's, a host of the others'. With `client` it is what a Registry event names."""
    address: str = ""
    """Where, with the port, as a person reads it."""
    endpoint: str | None = None
    """The endpoint that it belongs to, which PJSIP knows where `line` is set."""
    status: str = ""
    """Asterisk's own word."""
    registered: bool = False
    since: float | None = None
    """When it was registered or ceased to be; None where that was before amitop was there to see."""
    seen: float = 0.0
    """Since when amitop has known it to be so."""
    tried: float | None = None
    """When an event last told how a try went."""
    interval: float | None = None
    """Seconds between the last two tries that went alike."""
    retry: float | None = None
    """Seconds from a failure to the next try, as configured."""
    refresh: float | None = None
    """Seconds from a success to the next, as configured: a server may grant less."""
    next_at: float | None = None
    """When the next try is due, as a list told."""
    flaps: deque[float] = field(default_factory=lambda: deque(maxlen=100))
    """When it was lost without being asked to go."""
    doubted: bool = False
    """The last list saw a try under way while it was registered."""
    key: Key = field(init=False)

    def __post_init__(self) -> None:
        """Name the row."""
        self.rename(self.name)

    def rename(self, name: str) -> None:
        """Give it the *name* that a list tells; an event does not know it."""
        self.name = name
        self.key = (self.pbx, f"{self.technology}/{name}")

    def hear(self, status: str, now: float) -> None:
        """Take what an event says of a try that just ended."""
        if self.tried is not None and status == self.status and now - self.tried >= 1.0:
            self.interval = now - self.tried
        elif status != self.status:
            self.interval = None
        self.tried, self.next_at, self.doubted = now, None, False
        self._become(status, now, now)

    def take(self, status: str, now: float, *, seen: bool) -> None:
        """Take what a list says. *seen* says whether events would have told of a change since the last list."""
        if status in UNDECIDED and self.registered and not self.doubted:
            self.doubted = True
            return
        self.doubted = False
        self._become(status, now, now if seen else None)

    def _become(self, status: str, now: float, since: float | None) -> None:
        registered = status == REGISTERED
        if self.status and registered != self.registered:
            # Leaving is asked for: by a person, or by a PJSIPRegister that begins with it.
            if self.registered and status != UNREGISTERED and since is not None:
                self.flaps.append(now)
            self.since, self.seen = since, now
        elif not self.status:
            self.seen = now
        self.registered, self.status = registered, status

    def next_try(self, now: float) -> float | None:
        """Return when it is tried next: as told, else as far from the last try as that was from the one before.

        None where nobody can tell, or where the time has passed: then the PBX has given up.
        """
        if self.next_at is not None and self.next_at > now:
            return self.next_at
        told = self.refresh if self.registered else self.retry
        period = told if self.interval is None else self.interval
        if self.tried is None or period is None or self.status == UNREGISTERED:
            return None
        return self.tried + period if self.tried + period > now - _OVERDUE else None

    def flapped(self, now: float, seconds: float = HOUR) -> int:
        """Return how often it was lost in the last *seconds*."""
        return sum(now - at < seconds for at in self.flaps)
