"""Endpoints: the phones, gateways and trunks that a PBX knows by name, and where each can be reached.

Times and texts are as in `model`: seconds of the store's clock, and what the PBX sent, not cleaned. No password is ever
kept: what Asterisk sends of them in details is not read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from amitop.pbx.model import Key

HISTORY = 32
"""Round trips that are remembered of a contact."""
NEVER = float("-inf")
"""When that was heard of of which nothing was: before any question."""


class Technology(StrEnum):
    """A channel driver whose devices can be listed, spelled as in its channels' names."""

    PJSIP = "PJSIP"
    SIP = "SIP"
    """chan_sip; it left with Asterisk 21."""
    IAX2 = "IAX2"


TECHNOLOGIES = {str(technology): technology for technology in Technology}


class DeviceState(StrEnum):
    """What a device does, in Asterisk's own words (main/devicestate.c, `ast_devstate2str`)."""

    UNKNOWN = "Unknown"
    NOT_IN_USE = "Not in use"
    IN_USE = "In use"
    BUSY = "Busy"
    INVALID = "Invalid"
    UNAVAILABLE = "Unavailable"
    RINGING = "Ringing"
    RING_IN_USE = "Ring+Inuse"
    ON_HOLD = "On Hold"

    @classmethod
    def read(cls, text: str) -> DeviceState:
        """Return the state that *text* names, in words or as an event has it (`NOT_INUSE`)."""
        return _STATES.get(text) or _STATES.get(text.strip().lower().replace(", ", "+"), cls.UNKNOWN)


_STATES: dict[str, DeviceState] = {
    **{state.lower(): state for state in DeviceState},
    "UNKNOWN": DeviceState.UNKNOWN,
    "NOT_INUSE": DeviceState.NOT_IN_USE,
    "INUSE": DeviceState.IN_USE,
    "BUSY": DeviceState.BUSY,
    "INVALID": DeviceState.INVALID,
    "UNAVAILABLE": DeviceState.UNAVAILABLE,
    "RINGING": DeviceState.RINGING,
    "RINGINUSE": DeviceState.RING_IN_USE,
    "ONHOLD": DeviceState.ON_HOLD,
}


class Reach(StrEnum):
    """Whether a contact answers, in the words of ContactStatus; the most hopeful comes first."""

    REACHABLE = "Reachable"
    LAGGED = "Lagged"
    """Answers later than it should (chan_sip, chan_iax2)."""
    NON_QUALIFIED = "NonQualified"
    """Nobody asks it, so it is taken to be there."""
    UNKNOWN = "Unknown"
    UNREACHABLE = "Unreachable"

    @property
    def online(self) -> bool | None:
        """Whether it can be called; None where that is not known."""
        return None if self is Reach.UNKNOWN else self is not Reach.UNREACHABLE


_HOPE = {reach: rank for rank, reach in enumerate(Reach)}


class RoundTrip(NamedTuple):
    """One answer to a qualify: when it was heard of, and how many seconds it took."""

    at: float
    seconds: float


@dataclass(slots=True, eq=False)
class Contact:
    """An address at which an endpoint can be reached."""

    uri: str
    """`sip:agent01@10.0.0.7:5060`; of chan_sip and chan_iax2 the address and port."""
    aor: str
    """The address of record that it belongs to; "" where there is no such thing."""
    static: bool = False
    """Written in the configuration, not registered."""
    status: Reach | None = None
    """None until the PBX has told."""
    since: float | None = None
    """When `status` began; None when that was before amitop was there."""
    rtt: float | None = None
    """Seconds of the last round trip that is known of."""
    trips: list[RoundTrip] = field(default_factory=list)
    """The last `HISTORY` round trips, oldest first. Asterisk tells of few: at changes, and when it is asked."""
    user_agent: str | None = None
    expires: int | None = None
    """Epoch seconds of the PBX at which the registration ends."""
    heard: float = NEVER
    """When an event or list last told of it."""

    @property
    def address(self) -> str:
        """Host and port, without the scheme, the user and the parameters: what a person looks for."""
        rest = self.uri.partition(":")[2] if self.uri.startswith(("sip:", "sips:")) else self.uri
        rest = rest.rpartition("@")[2] or rest
        return rest.partition(";")[0]


@dataclass(slots=True, eq=False)
class Endpoint:
    """A device that the PBX knows by name."""

    pbx: str
    technology: Technology
    name: str
    state: DeviceState = DeviceState.UNKNOWN
    since: float | None = None
    """When `state` began; None when that was before amitop was there."""
    state_heard: float | None = None
    """When `state` was last told; None while nobody has."""
    contacts: dict[tuple[str, str], Contact] = field(default_factory=dict)
    """By (aor, uri)."""
    aors: tuple[str, ...] = ()
    description: str | None = None
    dynamic: bool = False
    """It registers by itself, so that having no contact means that it is not there (chan_sip, chan_iax2)."""
    told: Reach | None = None
    """What PeerStatus said of the whole endpoint: it counts where nothing is known of the contacts."""
    reach: Reach | None = None
    """The best of the contacts; None where there is none and nothing was told. Kept by `judge`."""
    reach_since: float | None = None
    """When `reach` began; None when that was before amitop was there."""
    notice: str = ""
    """The last thing that went wrong, in Asterisk's words: `Rejected: AUTH_PEER_NOT_FOUND`."""
    notice_at: float | None = None
    listed_at: float | None = None
    """When a list last had it; None for one that only events have told of."""
    heard: float = NEVER
    """When an event last told of it."""
    facts: tuple[tuple[str, str], ...] = ()
    """Its configuration as labels and values, once somebody looked at it. No password is among them."""
    facts_at: float | None = None
    key: Key = field(init=False)
    """The row's identity: (PBX, device)."""
    device: str = field(init=False)
    """`PJSIP/agent01`: what its channels' names begin with."""

    def __post_init__(self) -> None:
        """Name the row."""
        self.device = f"{self.technology}/{self.name}"
        self.key = (self.pbx, self.device)

    @property
    def online(self) -> bool | None:
        """Whether it can be called: by its contacts, else by its state; None where neither tells."""
        if self.reach is not None and self.reach is not Reach.UNKNOWN:
            return self.reach.online
        if self.state in {DeviceState.UNAVAILABLE, DeviceState.INVALID}:
            return False
        if self.state is not DeviceState.UNKNOWN:
            return True
        return False if self.listed_at is not None and not self.contacts else None

    @property
    def rtt(self) -> float | None:
        """Seconds of the last round trip to the contact that stands for the others."""
        contact = self.best
        return None if contact is None else contact.rtt

    @property
    def best(self) -> Contact | None:
        """The contact that stands for the others: the most hopeful, of those the nearest."""
        if len(self.contacts) < 2:
            return next(iter(self.contacts.values()), None)
        return min(self.contacts.values(), key=_standing)

    def judge(self, now: float, *, seen: bool = True) -> None:
        """Work out `reach` anew. Not *seen*: a list tells, so nobody knows since when."""
        known = [contact.status for contact in self.contacts.values() if contact.status is not None]
        reach = min(known, key=_HOPE.__getitem__) if known else self.told
        if reach is not self.reach:
            self.reach, self.reach_since = reach, now if seen else None


def _standing(contact: Contact) -> tuple[int, float]:
    rank = _HOPE[contact.status] if contact.status is not None else len(_HOPE)
    return rank, float("inf") if contact.rtt is None else contact.rtt
