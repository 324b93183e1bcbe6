"""Everything that is known of the selected endpoint: sections for the detail pane, as in `detail`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.devices import Devices
from amitop.pbx.endpoint_model import Reach
from amitop.views.detail import section
from amitop.views.endpoint_row import milliseconds, trend
from amitop.views.format import ago, hms, party
from amitop.views.words import duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from amitop.pbx.endpoint_model import Contact, Endpoint
    from amitop.views.detail import Section
    from amitop.views.endpoint_row import EndpointRow

    Lines = Iterator[tuple[str, str | None]]

CONTACTS_SHOWN = 8
"""Contacts that have a section; a device has one or two."""
TREND = 24


def endpoint_detail(row: EndpointRow, now: float) -> list[Section]:
    """Return all that is known of the endpoint that *row* shows."""
    endpoint = row.endpoint
    contacts = list(endpoint.contacts.values())
    sections = [section("Endpoint", _endpoint(row, now))]
    sections += [section("Contact", _contact(contact, now)) for contact in contacts[:CONTACTS_SHOWN]]
    sections.append(section("Channels", _channels(row, now)))
    sections.append(section("Configuration", _facts(endpoint, now)))
    return [each for each in sections if each.lines]


def _endpoint(row: EndpointRow, now: float) -> Lines:
    endpoint = row.endpoint
    yield "Name", endpoint.name
    yield "Technology", str(endpoint.technology)
    age = row.state_age(now)
    yield "State", str(endpoint.state) + (f", for {hms(age)}" if age is not None else "")
    age = row.reach_age(now)
    yield "Contact", row.reach_text() + (f", for {hms(age)}" if age is not None else "")
    yield (
        "Contacts",
        f"{len(endpoint.contacts)}, the first {CONTACTS_SHOWN} are shown"
        if (len(endpoint.contacts) > CONTACTS_SHOWN)
        else None,
    )
    yield "Calls now", str(row.calls() or "none")
    yield "AOR", ", ".join(endpoint.aors)
    yield "Description", endpoint.description
    if endpoint.notice and endpoint.notice_at is not None:
        yield "Trouble", f"{endpoint.notice}, {ago(now - endpoint.notice_at)}"
    if endpoint.listed_at is None:
        yield "Known from", "events only: this login may not list it"
    yield "PBX", endpoint.pbx


def _contact(contact: Contact, now: float) -> Lines:
    yield "Address", contact.address
    status = "not told yet" if contact.status is None else str(contact.status)
    yield "Status", f"{status}, for {hms(now - contact.since)}" if contact.since is not None else status
    if contact.rtt is not None:
        at = contact.trips[-1].at if contact.trips else None
        yield "Round trip", milliseconds(contact.rtt) + (f", {ago(now - at)}" if at is not None else "")
    trips = [trip.seconds for trip in contact.trips]
    if len(trips) > 1:
        yield "Round trips", f"{milliseconds(min(trips))} to {milliseconds(max(trips))}  {trend(contact, TREND)}"
    elif contact.status is Reach.NON_QUALIFIED:
        yield "Round trip", "unknown: nobody asks it (qualify_frequency is 0)"
    yield "User agent", contact.user_agent
    yield "URI", contact.uri
    yield "AOR", contact.aor
    yield "Comes from", "the configuration" if contact.static else "a registration"


def _channels(row: EndpointRow, now: float) -> Lines:
    for uniqueid in row.store.part(Devices).of(row.endpoint.device):
        channel = row.store.channels[uniqueid]
        age = duration(now - channel.created, exact=not channel.partial)
        yield channel.name, f"{channel.state_text}  {age}  {party(channel.caller)}"


def _facts(endpoint: Endpoint, now: float) -> Lines:
    yield from endpoint.facts
    if endpoint.facts_at is not None:
        yield "As of", ago(now - endpoint.facts_at)
