"""Endpoints in the JSON document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from amitop.pbx.devices import Devices

if TYPE_CHECKING:
    from amitop.pbx.endpoint_model import Contact, Endpoint
    from amitop.pbx.store import Store

    Json = dict[str, Any]


def endpoints(store: Store) -> list[Json]:
    """Return the endpoints by technology and name, and the Uniqueids of the channels that each has."""
    devices = store.part(Devices)
    return [
        _endpoint(store.endpoints[device], list(devices.of(device)))
        for device in sorted(store.endpoints, key=lambda device: device.partition("/")[::2])
    ]


def _endpoint(endpoint: Endpoint, channels: list[str]) -> Json:
    return {
        "name": endpoint.name,
        "technology": str(endpoint.technology),
        "state": str(endpoint.state),
        "channels": channels,
        "contacts": [_contact(contact) for contact in endpoint.contacts.values()],
    }


def _contact(contact: Contact) -> Json:
    return {
        "uri": contact.uri,
        "aor": contact.aor or None,
        "status": None if contact.status is None else str(contact.status),
        "rtt": None if contact.rtt is None else round(contact.rtt, 6),
        "user_agent": contact.user_agent,
    }
