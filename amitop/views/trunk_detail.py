"""Everything that is known of the selected trunk: sections for the detail pane, as in `detail`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.views.detail import section
from amitop.views.format import ago, hms
from amitop.views.queue_row import percent
from amitop.views.trunk_row import FIVE, ONE, QUARTER, device_of, failures
from amitop.views.words import duration, signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from amitop.pbx.endpoint_model import Endpoint
    from amitop.pbx.registration_model import Registration
    from amitop.pbx.traffic import Fates
    from amitop.views.detail import Section
    from amitop.views.trunk_row import TrunkRow

    Lines = Iterator[tuple[str, str | None]]

_WINDOWS = {QUARTER: "15 minutes", FIVE: "5 minutes", ONE: "minute"}


def trunk_detail(row: TrunkRow, now: float) -> list[Section]:
    """Return the sections of a trunk."""
    sections = [section("Trunk", _trunk(row, now))]
    sections += [section(f"Registration {each.name}", _registration(each, now)) for each in row.registrations]
    if row.endpoint is not None:
        sections.append(section(f"Endpoint {row.endpoint.device}", _endpoint(row.endpoint, now)))
    for seconds, words in _WINDOWS.items():
        flow = row.flow(now, seconds)
        if flow.outgoing.tries or flow.incoming.tries or seconds == QUARTER:
            sections.append(section(f"The last {words}", _flow(flow.outgoing, flow.incoming)))
    return sections


def _trunk(row: TrunkRow, now: float) -> Lines:
    calls, limit = row.calls, row.rules.crowded
    yield "Name", row.name
    yield "State", row.standing.words
    yield "Since", duration(row.seconds(now), exact=row.exact)
    yield "Calls", f"{signed(str(calls.all), row.calls_level())}: {calls.incoming} in, {calls.outgoing} out"
    yield "Carries", f"{row.rules.limit} calls" if row.rules.limit else None
    yield "Call limit", f"{limit.warn:g} warns, {limit.critical:g} is critical" if limit is not None else None
    rate = row.rules.answer_rate
    yield "Answer limit", f"below {rate.warn:g}% warns, below {rate.critical:g}% is critical" if rate else None
    if row.device is None or row.no_endpoint:
        yield "Device", "not known: name its endpoint in the configuration to see its calls"
    else:
        guessed = row.rules.endpoint is None and not any(each.endpoint for each in row.registrations)
        yield "Device", f"{row.device}, taken for it by its name" if guessed and row.endpoint is None else row.device
    yield "Ignored", "yes, by the configuration: nobody is told when it is down" if row.rules.ignore else None
    yield "PBX", row.key[0]


def _registration(registration: Registration, now: float) -> Lines:
    since, exact = registration.since, registration.since is not None
    yield "Status", registration.status
    yield "Since", duration(now - (since if since is not None else registration.seen), exact=exact)
    at = registration.next_try(now)
    yield "Next try", None if at is None else f"in {hms(at - now)}"
    yield "Last try", None if registration.tried is None else ago(now - registration.tried)
    lost = registration.flapped(now)
    times = "once" if lost == 1 else f"{lost} times"
    yield "Lost", f"{times} in the last hour, {ago(now - registration.flaps[-1])}" if lost else None
    yield "Client", registration.client
    yield "Server", registration.server
    yield "Endpoint", device_of(registration) if registration.endpoint is not None else None
    yield "Technology", registration.technology


def _endpoint(endpoint: Endpoint, now: float) -> Lines:
    yield "State", str(endpoint.state)
    for contact in endpoint.contacts.values():
        trip = "" if contact.rtt is None else f", {1000 * contact.rtt:.1f} ms"
        yield "Contact", f"{contact.uri} {contact.status or ''}{trip}"
    yield "Notice", endpoint.notice
    heard = endpoint.listed_at
    yield "As of", ago(now - heard) if heard is not None else None


def _flow(out: Fates, into: Fates) -> Lines:
    yield "Out", _fates(out)
    yield "Not answered", failures(out) or None
    yield "In", _fates(into)
    yield "Not answered", failures(into) or None


def _fates(fates: Fates) -> str:
    if not fates.tries:
        return "no call"
    return f"{fates.answered} of {fates.tries} answered ({percent(fates.rate)})"
