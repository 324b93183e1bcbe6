"""Endpoints' contacts: reachable or not, registered or not, and their round trips (`ami.md` B.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim import devices
from amitop.sim.endpoint import Contact

if TYPE_CHECKING:
    from amitop.sim.endpoint import Endpoint
    from amitop.sim.switch import Switch


def _say(switch: Switch, endpoint: Endpoint, contact: Contact, status: str) -> None:
    switch.emit(
        "system",
        "ContactStatus",
        (
            ("URI", contact.uri), ("ContactStatus", status), ("AOR", contact.aor), ("EndpointName", endpoint.name),
            ("RoundtripUsec", str(contact.rtt_usec)),
        ),
    )  # fmt: skip


def _peer(switch: Switch, endpoint: Endpoint, was: bool) -> None:
    """Say what has become of the endpoint by one of its contacts."""
    if endpoint.reachable is not was:
        status = "Reachable" if endpoint.reachable else "Unreachable"
        switch.emit(
            "system", "PeerStatus", (("ChannelType", "PJSIP"), ("Peer", endpoint.device), ("PeerStatus", status))
        )
    devices.changed(switch, endpoint.device)


def set_status(switch: Switch, endpoint: Endpoint, contact: Contact, status: str, rtt_usec: int) -> None:
    """Change what a contact is; events when it is another status, none for another round trip alone."""
    was, before = endpoint.reachable, contact.status
    contact.rtt_usec = rtt_usec if status == "Reachable" else 0
    contact.status = status
    if status != before:
        _peer(switch, endpoint, was)
        _say(switch, endpoint, contact, status)


def change(switch: Switch, name: str, status: str, rtt_usec: int) -> None:
    """Change all contacts of an endpoint."""
    endpoint = switch.endpoints[name]
    for contact in endpoint.contacts:
        set_status(switch, endpoint, contact, status, rtt_usec)


def register(switch: Switch, name: str, uri: str, user_agent: str, expires: float) -> None:
    """Add a contact that has registered itself, or renew it."""
    endpoint = switch.endpoints[name]
    until = switch.clock.now + expires
    for contact in endpoint.contacts:
        if contact.uri == uri:
            contact.expires = until
            return
    was = endpoint.reachable
    contact = Contact(uri, name, "NonQualified", 0, user_agent, static=False, expires=until)
    endpoint.contacts.append(contact)
    _say(switch, endpoint, contact, "NonQualified")
    _peer(switch, endpoint, was)
    if endpoint.qualify:
        rtt = switch.random.randrange(300, 30_000)
        switch.clock.at(rtt / 1e6, lambda: _qualified(switch, endpoint, contact, rtt))


def _qualified(switch: Switch, endpoint: Endpoint, contact: Contact, rtt_usec: int) -> None:
    if contact in endpoint.contacts and contact.status == "NonQualified":
        set_status(switch, endpoint, contact, "Reachable", rtt_usec)


def unregister(switch: Switch, name: str, uri: str) -> None:
    """Take a registered contact away."""
    endpoint = switch.endpoints[name]
    for contact in list(endpoint.contacts):
        if contact.uri == uri and not contact.static:
            was = endpoint.reachable
            endpoint.contacts.remove(contact)
            contact.rtt_usec = 0
            _say(switch, endpoint, contact, "Removed")
            _peer(switch, endpoint, was)


def qualify(switch: Switch, name: str) -> None:
    """Ask each contact whether it is there: its round trip is another then."""
    endpoint = switch.endpoints[name]
    for contact in endpoint.contacts:
        if contact.status == "Reachable":
            about = 0.6 * contact.rtt_usec + 0.4 * endpoint.rtt * 1e6
            contact.rtt_usec = max(100, int(about * switch.random.uniform(0.85, 1.15)))
