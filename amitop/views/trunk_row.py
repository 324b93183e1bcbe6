"""One row of the Trunks view: whether the trunk holds, its calls, how those of the last minutes went."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from amitop.pbx.causes import WORDS
from amitop.pbx.endpoint_model import TECHNOLOGIES, Reach
from amitop.pbx.endpoints import Endpoints
from amitop.pbx.registration_model import REGISTERED, UNREGISTERED
from amitop.pbx.registrations import Registrations
from amitop.pbx.traffic import WINDOWS, Traffic, in_progress
from amitop.thresholds import Level, level
from amitop.views.projection import natural
from amitop.views.queue_row import FEW, percent
from amitop.views.words import signed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amitop.pbx.endpoint_model import Endpoint
    from amitop.pbx.model import Key
    from amitop.pbx.registration_model import Registration
    from amitop.pbx.traffic import Fates, Flow, InProgress
    from amitop.thresholds import TrunkRules
    from amitop.views.floor import Floor

GRACE = 5.0
"""Seconds for which a trunk may be down before it is a worry."""
LEAVING = 15.0
"""The same for one that was asked to leave: PJSIPRegister does so, and comes back within eleven (see `control`)."""
QUARTER, FIVE, ONE = WINDOWS
"""Seconds of the windows."""
UNKNOWN = "Unknown"
_WIZARD = re.compile(r"-reg-\d+$")
"""What pjsip_wizard.conf appends to a trunk's name for its registrations (res_pjsip_config_wizard.c)."""
_CAUSES = {0: "no cause given", 16: "given up"}
"""A call that ends normally, and unanswered, was given up by whoever called."""


class Standing(NamedTuple):
    """How a trunk is."""

    words: str
    """In Asterisk's words where it has some; not cleaned."""
    up: bool | None
    """None where nobody can tell."""
    since: float | None = None
    seen: float | None = None
    """Since when it is known to be so, where `since` is not known."""


@dataclass(frozen=True, slots=True)
class TrunkRow:
    """A trunk: what the configuration names, and every outbound registration beside."""

    floor: Floor
    name: str
    rules: TrunkRules
    registrations: tuple[Registration, ...]
    device: str | None
    """`PJSIP/carrier`; None where nobody knows which endpoint its calls go over."""
    ended = False
    children = ()

    @property
    def key(self) -> Key:
        """(PBX, name)."""
        return (self.floor.store.name, self.name)

    @property
    def endpoint(self) -> Endpoint | None:
        """The endpoint, where a list or an event has told of it."""
        return None if self.device is None else self.floor.store.endpoints.get(self.device)

    @property
    def no_endpoint(self) -> bool:
        """Whether the PBX has no such endpoint."""
        technology = TECHNOLOGIES.get((self.device or "").partition("/")[0])
        return self.endpoint is None and technology in self.floor.store.part(Endpoints).listed

    # -- whether it holds -----------------------------------------------------------------------------------------

    @property
    def standing(self) -> Standing:
        """How it is: as its registrations are; as its endpoint is where it has none, or where that does not answer."""
        if not self.registrations:
            return self._reached()
        lost = [each for each in self.registrations if not each.registered]
        endpoint = self.endpoint
        if not lost and endpoint is not None and endpoint.reach is Reach.UNREACHABLE:
            return Standing(str(endpoint.reach), False, endpoint.reach_since)
        shown = max(lost or self.registrations, key=lambda each: each.seen)
        words = shown.status or UNKNOWN
        if len(self.registrations) > 1:
            held = len(self.registrations) - len(lost)
            words = f"{REGISTERED if held else words} {held}/{len(self.registrations)}"
        # One of several that holds is enough to call over.
        return Standing(words, len(lost) < len(self.registrations), shown.since, shown.seen)

    def _reached(self) -> Standing:
        """Return how the endpoint is."""
        endpoint = self.endpoint
        if self.rules.registration is not None:
            complete = self.floor.store.part(Registrations).complete
            return Standing("No registration", False) if complete else Standing(UNKNOWN, None)
        if endpoint is None:
            return Standing("No such endpoint", False) if self.no_endpoint else Standing(UNKNOWN, None)
        if endpoint.reach in {None, Reach.UNKNOWN, Reach.NON_QUALIFIED}:
            return Standing(str(endpoint.state), endpoint.online, endpoint.since)
        return Standing(str(endpoint.reach), endpoint.online, endpoint.reach_since)

    def seconds(self, now: float) -> float | None:
        """Return for how long it has been so; at least so long, where `exact` is False."""
        standing = self.standing
        since = standing.since if standing.since is not None else standing.seen
        return None if since is None else max(now - since, 0.0)

    @property
    def exact(self) -> bool:
        """Whether amitop saw it become so."""
        return self.standing.since is not None

    def down(self, now: float) -> bool:
        """Whether it is down, and not for a moment only."""
        standing = self.standing
        grace = LEAVING if standing.words == UNREGISTERED else GRACE
        return standing.up is False and (standing.since is None or now - standing.since >= grace)

    def next_try(self, now: float) -> float | None:
        """Return in how many seconds the next registration is tried, 0 where it is due; None where nobody can tell."""
        lost = [each for each in self.registrations if not each.registered] or self.registrations
        times = [at for each in lost if (at := each.next_try(now)) is not None]
        return max(min(times) - now, 0.0) if times else None

    def flaps(self, now: float) -> int:
        """Return how often it was lost in the last hour."""
        return sum(each.flapped(now) for each in self.registrations)

    def server(self) -> str:
        """Return where it leads to: where it registers, else the address of its endpoint."""
        if self.registrations:
            return ", ".join(dict.fromkeys(each.address for each in self.registrations))
        contact = self.endpoint.best if self.endpoint is not None else None
        return "" if contact is None else contact.address

    def client(self) -> str:
        """Return as whom it registers."""
        return ", ".join(dict.fromkeys(each.client for each in self.registrations))

    # -- its calls ------------------------------------------------------------------------------------------------

    @property
    def calls(self) -> InProgress:
        """The calls that it has now."""
        return in_progress(self.floor.store, [] if self.device is None else [self.device])

    def calls_text(self) -> str:
        """Return `12/30`, with the sign of its level."""
        count = self.calls.all
        text = f"{count}/{self.rules.limit}" if self.rules.limit else str(count)
        return signed(text, self.calls_level())

    def calls_level(self) -> Level:
        """Return how bad the number of calls is."""
        return level(self.rules.crowded, self.calls.all)

    def flow(self, now: float, seconds: float) -> Flow:
        """Return what became of its calls in the last *seconds*."""
        return self.floor.store.part(Traffic).flow(self.device or "", now, seconds)

    def rate(self, now: float, seconds: float) -> float | None:
        """Return the percentage of calls over it that was answered."""
        return self.flow(now, seconds).outgoing.rate

    def rate_text(self, now: float, seconds: float, *, judged: bool) -> str:
        """Return the answer rate, *judged* with the sign of its level; "" where there was no call."""
        rate = self.rate(now, seconds)
        if rate is None:
            return ""
        return signed(percent(rate), self.rate_level(now, seconds)) if judged else percent(rate)

    def rate_level(self, now: float, seconds: float = FIVE) -> Level:
        """Return how bad the answer rate is; fine while there were few calls."""
        fates = self.flow(now, seconds).outgoing
        return level(self.rules.answer_rate, fates.rate) if fates.tries >= FEW else Level.FINE

    def failures(self, now: float) -> str:
        """Return why calls over it failed in the last quarter of an hour: `User busy 3, given up 1`."""
        return failures(self.flow(now, QUARTER).outgoing)


def failures(fates: Fates) -> str:
    """Return the causes, the most frequent first."""
    causes = sorted(fates.failed.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{_CAUSES.get(cause) or WORDS.get(cause, f'cause {cause}')} {count}" for cause, count in causes)


def device_of(registration: Registration) -> str | None:
    """Return the device of a registration's calls.

    PJSIP tells the endpoint where `line` is set; else it is taken for the one of the same name, as pjsip_wizard.conf
    and FreePBX name them. chan_sip and chan_iax2 register without a peer.
    """
    if registration.endpoint is not None:
        return f"{registration.technology}/{registration.endpoint}"
    if registration.technology != "PJSIP":
        return None
    return f"PJSIP/{_WIZARD.sub('', registration.name)}"


def trunk_rows(floors: Iterable[Floor]) -> list[TrunkRow]:
    """Return a row for every trunk, by name."""
    rows = [row for floor in floors for row in _of_floor(floor)]
    rows.sort(key=lambda row: (natural(row.name), row.key))
    return rows


def _of_floor(floor: Floor) -> list[TrunkRow]:
    left = dict(floor.store.part(Registrations).known)
    rows = []
    for name, rules in floor.rules.trunks.items():
        device = rules.endpoint or f"PJSIP/{name}"
        wanted = rules.registration or name
        mine = [key for key, each in left.items() if each.name == wanted]
        if not mine and rules.registration is None:
            mine = [key for key, each in left.items() if device_of(each) == device]
        registrations = tuple(left.pop(key) for key in mine)
        if rules.endpoint is None and registrations:
            device = device_of(registrations[0]) or device
        rows.append(TrunkRow(floor, name, rules, registrations, device))
    rows += _named_by_nobody(floor, left.values())
    return rows


def _named_by_nobody(floor: Floor, registrations: Iterable[Registration]) -> list[TrunkRow]:
    """Return the rows of *registrations*: those of one endpoint are one trunk."""
    rows: list[TrunkRow] = []
    of_device: dict[str, list[Registration]] = {}
    rules = floor.rules.trunk_default
    for each in registrations:
        device = device_of(each)
        if device is None:
            rows.append(TrunkRow(floor, each.name, rules, (each,), None))
        else:
            of_device.setdefault(device, []).append(each)
    for device, several in of_device.items():
        name = several[0].name if len(several) == 1 else device.partition("/")[2]
        rows.append(TrunkRow(floor, name, rules, tuple(several), device))
    return rows


def needs_endpoints(floor: Floor) -> bool:
    """Whether there is a trunk whose endpoint alone tells how it is."""
    return bool(floor.rules.trunks) and any(not row.registrations for row in _of_floor(floor))


class TrunkTotals(NamedTuple):
    """How many trunks hold, of how many."""

    up: int
    all: int
    down: int
    """Those that do not; of the others nobody can tell."""


def trunk_totals(floors: Iterable[Floor]) -> TrunkTotals:
    """Count all that are not to be ignored."""
    ups = [row.standing.up for row in trunk_rows(floors) if not row.rules.ignore]
    return TrunkTotals(ups.count(True), len(ups), ups.count(False))
