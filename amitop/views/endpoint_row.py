"""One row of the Endpoints view: what a device does, whether it answers, where, and how far away it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.devices import Devices
from amitop.pbx.endpoint_model import DeviceState, Reach
from amitop.views.format import UNICODE, sparkline

if TYPE_CHECKING:
    from amitop.pbx.endpoint_model import Contact, Endpoint
    from amitop.pbx.model import Key
    from amitop.pbx.store import Store
    from amitop.views.columns import Style

NO_CONTACT = "No contact"
"""Nobody has registered."""

_STATE_STYLES: dict[DeviceState, Style] = {
    DeviceState.NOT_IN_USE: "good",
    DeviceState.IN_USE: "accent",
    DeviceState.RINGING: "accent",
    DeviceState.RING_IN_USE: "accent",
    DeviceState.ON_HOLD: "warn",
    DeviceState.BUSY: "warn",
    DeviceState.UNAVAILABLE: "dim",
    DeviceState.INVALID: "bad",
    DeviceState.UNKNOWN: "dim",
}
_REACH_STYLES: dict[Reach, Style] = {
    Reach.REACHABLE: "good",
    Reach.LAGGED: "warn",
    Reach.NON_QUALIFIED: "",
    Reach.UNKNOWN: "dim",
    Reach.UNREACHABLE: "bad",
}
_RANK = {reach: rank for rank, reach in enumerate(reversed(Reach))}
"""The worst first."""


class EndpointRow:
    """An endpoint. It holds nothing of its own, so that one row serves for as long as its endpoint is there."""

    __slots__ = ("endpoint", "store")
    ended = False
    children: tuple[EndpointRow, ...] = ()

    def __init__(self, store: Store, endpoint: Endpoint) -> None:
        self.store = store
        self.endpoint = endpoint

    @property
    def key(self) -> Key:
        """(PBX, device)."""
        return self.endpoint.key

    @property
    def there(self) -> bool:
        """Whether the PBX still has it."""
        return self.store.endpoints.get(self.endpoint.device) is self.endpoint

    def calls(self) -> int:
        """How many channels it has now."""
        return self.store.part(Devices).count(self.endpoint.device)

    def state_age(self, now: float) -> float | None:
        """Seconds since its state changed; None where that was before amitop was there."""
        since = self.endpoint.since
        return None if since is None else max(now - since, 0.0)

    def state_style(self) -> Style:
        """What the state means."""
        return _STATE_STYLES[self.endpoint.state]

    def reach_text(self) -> str:
        """Whether it answers, in Asterisk's words; `2/3 Reachable` where only some of its contacts do."""
        endpoint = self.endpoint
        if endpoint.reach is None:
            return NO_CONTACT if not endpoint.contacts and endpoint.listed_at is not None else UNICODE.nothing
        if not endpoint.contacts and endpoint.reach is Reach.UNREACHABLE:
            return NO_CONTACT if endpoint.listed_at is not None else str(endpoint.reach)
        if len(endpoint.contacts) > 1:
            alike = sum(contact.status is endpoint.reach for contact in endpoint.contacts.values())
            return f"{alike}/{len(endpoint.contacts)} {endpoint.reach}"
        return str(endpoint.reach)

    def reach_rank(self) -> int:
        """What to sort by so that the worst comes first."""
        endpoint = self.endpoint
        return -1 if endpoint.reach is None or not endpoint.contacts else _RANK[endpoint.reach]

    def reach_style(self) -> Style:
        """What it means; an empty place is not bad by itself: phones are switched off at night."""
        endpoint = self.endpoint
        if endpoint.reach is None or not endpoint.contacts:
            return "dim"
        return _REACH_STYLES[endpoint.reach]

    def reach_age(self, now: float) -> float | None:
        """Seconds since it began to answer, or ceased to; None where that was before amitop was there."""
        since = self.endpoint.reach_since
        return None if since is None else max(now - since, 0.0)

    def address_text(self) -> str:
        """Where it is, and at how many places more."""
        contact = self.endpoint.best
        if contact is None:
            return ""
        more = len(self.endpoint.contacts) - 1
        return f"{contact.address} +{more}" if more else contact.address

    def user_agent(self) -> str:
        """What the device calls itself."""
        contact = self.endpoint.best
        return (contact.user_agent or "") if contact is not None else ""

    def trend(self, width: int) -> str:
        """The last round trips, against the longest of them; nothing for fewer than two."""
        contact = self.endpoint.best
        return "" if contact is None else trend(contact, width)


def trend(contact: Contact, width: int) -> str:
    """Return the last round trips to a contact as a sparkline; nothing for fewer than two."""
    return sparkline([trip.seconds for trip in contact.trips], width).lstrip() if len(contact.trips) > 1 else ""


def milliseconds(seconds: float | None) -> str:
    """Return a round trip: `0.57 ms`, `12 ms`, `1234 ms`; a dash for None. chan_sip knows whole milliseconds only."""
    if seconds is None:
        return UNICODE.nothing
    value = seconds * 1e3
    return f"{value:.0f} ms" if value >= 9.995 or abs(value - round(value)) < 1e-6 else f"{value:.2f} ms"
