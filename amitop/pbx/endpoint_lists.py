"""What lists tell of endpoints, item by item, so that a list of thousands is taken in small bites (`ami.md` C, D.7).

The lists come over a session of their own, so they are in no order with the events: what an event told after a list was
asked for stays, and the rest is as the list has it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from amitop.pbx.blocks import number
from amitop.pbx.endpoint_model import TECHNOLOGIES, Contact, DeviceState, Endpoint, Reach, Technology
from amitop.pbx.endpoints import Endpoints, hear_contact, hear_state, seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from amitop.ami.packet import Packet
    from amitop.pbx.store import Store

_NEXT_CONTACT = re.compile(r",(?=[^/,]+/)")
"""What stands between two contacts: a comma of an URI's own is not followed by an address of record."""
_PEER = re.compile(r"(OK|LAGGED|UNREACHABLE|UNKNOWN|Unmonitored|UNMONITORED)(?: \((\d+) ms\))?")
_PEER_REACH = {
    "OK": Reach.REACHABLE,
    "LAGGED": Reach.LAGGED,
    "UNREACHABLE": Reach.UNREACHABLE,
    "UNKNOWN": Reach.UNKNOWN,
    "UNMONITORED": Reach.NON_QUALIFIED,
}
ENDPOINT_LISTS = frozenset(
    {
        "ContactListComplete",
        "ContactStatusDetailComplete",
        "DeviceStateListComplete",
        "EndpointListComplete",
        "PeerlistComplete",
    }
)
"""What ends the lists that `EndpointMerge` takes."""
NO_ADDRESS = {"", "-none-", "(null)", "(Unspecified)", "0.0.0.0"}  # noqa: S104  an address that is read, not bound to


class EndpointMerge:
    """Takes the lists of one round, asked for at *asked_at*, into *store*."""

    def __init__(self, store: Store, asked_at: float) -> None:
        self._store = store
        self._part = store.part(Endpoints)
        self._asked_at = asked_at
        self._listed: dict[Technology, set[str]] = {}
        self._registered: set[tuple[str, str]] = set()
        if self._part.early is None:
            self._part.early = {}

    def take(self, items: Iterable[Packet], now: float) -> None:
        """Take items of any of the lists, in any order but PJSIP's endpoints before their contacts."""
        self._store.version += 1
        for item in items:
            kind = item.name
            if kind == "EndpointList":
                self._endpoint(item, now)
            elif kind in {"ContactList", "ContactStatusDetail"}:
                self._contact(item, now)
            elif kind == "PeerEntry":
                self._peer(item, now)
            elif kind == "DeviceStateChange":
                self._state(item.get("Device"), DeviceState.read(item.get("State")), now)

    def end(self, technology: Technology, now: float) -> None:
        """The list of *technology* is complete: what it does not have has gone, unless an event told of it since."""
        listed = self._listed.get(technology, set())
        self._store.version += 1
        for endpoint in list(self._part.endpoints.values()):
            if endpoint.technology is technology and endpoint.device not in listed and self._old(endpoint.heard):
                self._part.remove(endpoint)
        self._part.listed[technology] = now

    def end_contacts(self) -> None:
        """PJSIPShowContacts is complete: it has the contacts that registered, and the others are configured."""
        self._store.version += 1
        for endpoint in self._part.endpoints.values():
            if endpoint.technology is Technology.PJSIP and endpoint.listed_at is not None:
                for contact in endpoint.contacts.values():
                    contact.static = (contact.aor, contact.uri) not in self._registered

    def close(self) -> None:
        """The round has ended, whatever came of it."""
        self._part.early = None

    def _old(self, heard: float) -> bool:
        return heard < self._asked_at

    # -- items ----------------------------------------------------------------------------------------------------

    def _find(self, technology: Technology, name: str, now: float) -> Endpoint:
        device = f"{technology}/{name}"
        endpoint = self._part.endpoints.get(device)
        if endpoint is None:
            endpoint = Endpoint(self._store.name, technology, name)
            self._part.add(endpoint)
            early = self._part.early.get(device) if self._part.early is not None else None
            if early is not None:
                hear_state(endpoint, *early)
        endpoint.listed_at = now
        self._listed.setdefault(technology, set()).add(device)
        return endpoint

    def _endpoint(self, item: Packet, now: float) -> None:
        name = item.value("ObjectName")
        if name is None:
            return
        endpoint = self._find(Technology.PJSIP, name, now)
        self._part.name_aors(endpoint, _names(item.get("Aor")))
        self._state(endpoint.device, DeviceState.read(item.get("DeviceState")), now)
        named = set(contacts(item.get("Contacts")))
        for aor, uri in named:
            if (aor, uri) not in endpoint.contacts:
                endpoint.contacts[aor, uri] = Contact(uri, aor)
        for key, contact in list(endpoint.contacts.items()):
            if key not in named and self._old(contact.heard):
                del endpoint.contacts[key]
        endpoint.judge(now, seen=False)

    def _contact(self, item: Packet, now: float) -> None:
        uri, aor = item.value("Uri"), item.get("AOR") or item.get("ObjectName").partition(";@")[0]
        if uri is None:
            return
        self._registered.add((aor, uri))
        hear_listed_contact(self._part, item, (aor, uri), self._asked_at, now)

    def _state(self, device: str, state: DeviceState, now: float) -> None:
        endpoint = self._part.endpoints.get(device)
        if endpoint is not None and (endpoint.state_heard is None or self._old(endpoint.state_heard)):
            hear_state(endpoint, state, now, seen=endpoint.state_heard is not None)

    def _peer(self, item: Packet, now: float) -> None:
        """Read a peer of chan_sip or chan_iax2; a `user` of these only calls, and nobody can call it."""
        technology = TECHNOLOGIES.get({"IAX": "IAX2"}.get(item.get("Channeltype"), item.get("Channeltype")))
        name = item.value("ObjectName")
        if technology is None or name is None:
            return
        endpoint = self._find(technology, name, now)
        endpoint.description = item.value("Description")
        endpoint.dynamic = item.get("Dynamic").lower() == "yes"
        reach, rtt = read_peer_status(item.get("Status"))
        if not self._old(endpoint.heard):
            return  # an event has told since
        host, port = item.get("IPaddress"), item.get("IPport") or item.get("Port")
        address = None if host in NO_ADDRESS else f"{host}:{port}"
        hear_peer(endpoint, address, reach, rtt, now)


def apply_list(store: Store, complete: str, items: Sequence[Packet], asked_at: float, now: float) -> None:
    """Take a whole list that the event *complete* ended, as a recording has it: what was asked is not in there."""
    merge = EndpointMerge(store, asked_at)
    merge.take(items, now)
    if complete == "EndpointListComplete":
        merge.end(Technology.PJSIP, now)
    elif complete == "PeerlistComplete" and items:
        merge.end(Technology.IAX2 if items[0].get("Channeltype").startswith("IAX") else Technology.SIP, now)
    elif complete == "ContactListComplete":
        merge.end_contacts()
    merge.close()


def hear_peer(endpoint: Endpoint, address: str | None, reach: Reach | None, rtt: float | None, now: float) -> None:
    """Note where a peer of chan_sip or chan_iax2 is, and whether it answers there."""
    if address is None:
        endpoint.contacts = {}
        # `UNKNOWN` is what a peer without an address has: it never registered.
        endpoint.told = Reach.UNREACHABLE if endpoint.dynamic else reach
    else:
        contact = endpoint.contacts.get(("", address)) or Contact(address, "")
        endpoint.contacts = {("", address): contact}
        contact.static = not endpoint.dynamic
        hear_contact(endpoint, contact, str(reach) if reach is not None else "", rtt, now, seen=False)
        endpoint.told = reach
    endpoint.judge(now, seen=False)


def hear_listed_contact(part: Endpoints, item: Packet, key: tuple[str, str], asked_at: float, now: float) -> None:
    """Take a ContactList or a ContactStatusDetail: what it says of one contact, (aor, uri), of whoever uses it."""
    aor, uri = key
    name = item.get("Endpoint") or item.get("EndpointName")
    devices = dict.fromkeys(part.by_aor.get(aor, ()))
    if name:
        devices.setdefault(f"{Technology.PJSIP}/{name}")
    for device in devices:
        endpoint = part.endpoints.get(device)
        if endpoint is None:
            continue
        contact = endpoint.contacts.get(key)
        if contact is None:
            contact = endpoint.contacts[key] = Contact(uri, aor)
        contact.user_agent = item.value("UserAgent") or contact.user_agent
        contact.expires = number(item.get("ExpirationTime") or item.get("RegExpire")) or None
        if contact.heard < asked_at:
            seen = contact.status is not None
            hear_contact(endpoint, contact, item.get("Status"), seconds(item.get("RoundtripUsec")), now, seen=seen)


def contacts(text: str) -> Iterator[tuple[str, str]]:
    """Yield what the `Contacts` of an endpoint names: `agent01/sip:agent01@10.0.0.7:5060,` as (aor, uri)."""
    for each in _NEXT_CONTACT.split(text.strip().rstrip(",")):
        aor, slash, uri = each.partition("/")
        if slash and uri:
            yield aor, uri


def read_peer_status(text: str) -> tuple[Reach | None, float | None]:
    """Return what the status of a chan_sip or chan_iax2 peer says: `OK (12 ms)`."""
    match = _PEER.match(text)
    if match is None:
        return None, None
    milliseconds = number(match[2] or "")
    return _PEER_REACH[match[1].upper()], None if milliseconds is None else milliseconds / 1e3


def _names(text: str) -> list[str]:
    return [name for part in text.split(",") if (name := part.strip())]
