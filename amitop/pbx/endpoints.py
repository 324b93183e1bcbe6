"""What events tell of endpoints: their states, their contacts, who registered (`ami.md` B.6, B.7, D.7).

Lists tell which endpoints there are (`endpoint_lists`). Where a login may not ask for these, those that PeerStatus and
ContactStatus name are all that is known. A device state alone makes none: whoever knocks at the door has one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.blocks import header, number, value
from amitop.pbx.endpoint_model import (
    HISTORY,
    TECHNOLOGIES,
    Contact,
    DeviceState,
    Endpoint,
    Reach,
    RoundTrip,
    Technology,
)
from amitop.pbx.reducer import Reducer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from amitop.ami.packet import Packet
    from amitop.pbx.store import Store

REACHES: dict[str, Reach] = {
    **{str(reach): reach for reach in Reach},
    "Created": Reach.UNKNOWN,  # Asterisk 13 to 15: registered, and not asked yet
    "Unqualified": Reach.NON_QUALIFIED,  # as the documentation spells it
}
"""By the word in which Asterisk says it; others say nothing about it (`Updated`, `Registered`)."""


class Endpoints:
    """The endpoints of one PBX."""

    def __init__(self) -> None:
        self.endpoints: dict[str, Endpoint] = {}
        """By device: `PJSIP/agent01`."""
        self.by_aor: dict[str, dict[str, None]] = {}
        """Devices of the endpoints that use an address of record."""
        self.listed: dict[Technology, float] = {}
        """When the list of a technology last came."""
        self.changes = 0
        """Grows whenever an endpoint comes or goes."""
        self.early: dict[str, tuple[DeviceState, float]] | None = None
        """Device states of endpoints that are not known, while a list is on its way that may name them."""

    def add(self, endpoint: Endpoint) -> None:
        """Keep a new endpoint."""
        self.changes += 1
        self.endpoints[endpoint.device] = endpoint
        for aor in endpoint.aors:
            self.by_aor.setdefault(aor, {})[endpoint.device] = None

    def remove(self, endpoint: Endpoint) -> None:
        """Forget an endpoint."""
        self.changes += 1
        self.endpoints.pop(endpoint.device, None)
        for aor in endpoint.aors:
            devices = self.by_aor.get(aor, {})
            devices.pop(endpoint.device, None)
            if not devices:
                self.by_aor.pop(aor, None)

    def name_aors(self, endpoint: Endpoint, aors: Iterable[str]) -> None:
        """Note which addresses of record *endpoint* uses."""
        aors = tuple(aors)
        if aors != endpoint.aors:
            self.remove(endpoint)
            endpoint.aors = aors
            self.add(endpoint)


def seconds(microseconds: str) -> float | None:
    """Return a RoundtripUsec in seconds; None for `N/A`, and for the 0 of one that does not answer."""
    told = number(microseconds)
    return told / 1e6 if told else None


def hear_contact(
    endpoint: Endpoint, contact: Contact, status: str, rtt: float | None, now: float, *, seen: bool = True
) -> None:
    """Note what was told of a contact. Not *seen*: a list tells, and nobody knows since when it is so."""
    reach = REACHES.get(status)
    if reach is not None and reach is not contact.status:
        contact.status, contact.since = reach, now if seen else None
    if rtt is not None and contact.status in {Reach.REACHABLE, Reach.LAGGED}:
        if rtt != contact.rtt:  # lists repeat the last one until there is a newer, and microseconds tell them apart
            contact.trips.append(RoundTrip(now, rtt))
            del contact.trips[:-HISTORY]
        contact.rtt = rtt
    elif contact.status is Reach.UNREACHABLE:
        contact.rtt = None
    contact.heard = now
    endpoint.judge(now, seen=seen)


def hear_state(endpoint: Endpoint, state: DeviceState, now: float, *, seen: bool = True) -> None:
    """Note what a device does. Not *seen*: a list tells, and nobody knows since when it is so."""
    if state is not endpoint.state:
        endpoint.state, endpoint.since = state, now if seen else None
    endpoint.state_heard = now


# -- events -----------------------------------------------------------------------------------------------------------


def _device_state(store: Store, packet: Packet, now: float) -> None:
    device = header(packet, "Device")
    if device.partition("/")[0] not in TECHNOLOGIES:
        return  # Queue:, Custom:, Local/ and the like: most of them
    part = store.part(Endpoints)
    endpoint = part.endpoints.get(device)
    state = DeviceState.read(header(packet, "State"))
    if endpoint is not None:
        hear_state(endpoint, state, now)
        endpoint.heard = now
    elif part.early is not None:
        part.early[device] = (state, now)


def _contact_status(store: Store, packet: Packet, now: float) -> None:
    uri, aor, status = value(packet, "URI"), header(packet, "AOR"), header(packet, "ContactStatus")
    if uri is None:
        store.unknown[packet.name] += 1
        return
    for endpoint in _of_contact(store, header(packet, "EndpointName"), aor):
        endpoint.heard = now
        if status == "Removed":
            endpoint.contacts.pop((aor, uri), None)
            endpoint.judge(now)
            continue
        contact = endpoint.contacts.get((aor, uri))
        if contact is None:
            contact = endpoint.contacts[aor, uri] = Contact(uri, aor)
        hear_contact(endpoint, contact, status, seconds(header(packet, "RoundtripUsec")), now)


def _of_contact(store: Store, name: str, aor: str) -> Iterator[Endpoint]:
    """Yield the endpoints of an address of record; one that is not known is made where the event names it."""
    part = store.part(Endpoints)
    devices = dict.fromkeys([f"{Technology.PJSIP}/{name}"] if name else [])
    devices |= part.by_aor.get(aor, {})
    for device in devices:
        endpoint = part.endpoints.get(device)
        if endpoint is None:
            endpoint = Endpoint(store.name, Technology.PJSIP, name, aors=(aor,) if aor else ())
            part.add(endpoint)
        yield endpoint


def _peer_status(store: Store, packet: Packet, now: float) -> None:
    peer, status = header(packet, "Peer"), header(packet, "PeerStatus")
    technology, _, name = peer.partition("/")
    if technology not in TECHNOLOGIES or not name:
        store.unknown[packet.name] += not name
        return
    part = store.part(Endpoints)
    endpoint = part.endpoints.get(peer)
    if endpoint is None:
        endpoint = Endpoint(store.name, TECHNOLOGIES[technology], name)
        part.add(endpoint)
    endpoint.heard = now
    if endpoint.technology is Technology.PJSIP:
        # Its contacts are told of one by one; whether any of them answers is all that this says.
        endpoint.told = REACHES.get(status, endpoint.told)
        endpoint.judge(now)
    else:
        _old_peer(endpoint, packet, status, now)


def _old_peer(endpoint: Endpoint, packet: Packet, status: str, now: float) -> None:
    """Read the PeerStatus of chan_sip or chan_iax2, whose peers have one address at most."""
    if status == "Registered":
        endpoint.dynamic = True
        address = value(packet, "Address")
        if address is not None and ("", address) not in endpoint.contacts:
            endpoint.contacts = {("", address): Contact(address, "", status=Reach.UNKNOWN, since=now, heard=now)}
        endpoint.told = Reach.UNKNOWN if endpoint.told in {None, Reach.UNREACHABLE} else endpoint.told
    elif status == "Unregistered":
        endpoint.contacts = {}
        endpoint.told = Reach.UNREACHABLE
    elif status == "Rejected":  # somebody's try to register: it says nothing about the one who is registered
        cause = value(packet, "Cause")
        endpoint.notice, endpoint.notice_at = f"{status}: {cause}" if cause else status, now
    else:
        endpoint.told = REACHES.get(status, endpoint.told)
        milliseconds = number(header(packet, "Time"))
        for contact in endpoint.contacts.values():
            hear_contact(endpoint, contact, status, milliseconds / 1e3 if milliseconds else None, now)
    endpoint.judge(now)


REDUCER: Reducer = Reducer(
    {
        "DeviceStateChange": _device_state,
        "ContactStatus": _contact_status,
        "PeerStatus": _peer_status,
    },
    part=Endpoints,
)
