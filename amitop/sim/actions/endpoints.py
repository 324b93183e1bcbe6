"""PJSIP endpoints, their AORs and contacts: lists, details, qualify (`ami.md` C, E.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim.action import action
from amitop.sim.actions.endpoint_defaults import AOR, DETAIL
from amitop.sim.endpoint import STATE_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amitop.sim.action import Ask
    from amitop.sim.endpoint import Contact, Endpoint
    from amitop.sim.event import Header
    from amitop.sim.exchange import Exchange

MODULE = "res_pjsip"


def _registers(endpoint: Endpoint) -> bool:
    """Whether its phone registers itself; else its contacts are configured."""
    return not all(contact.static for contact in endpoint.contacts)


def auth_of(exchange: Exchange, endpoint: Endpoint) -> tuple[str, str]:
    """Return the names of its objects for being asked for a password and for being the one who knows it."""
    outbound = any(each.endpoint == endpoint.name for each in exchange.registrations.values())
    return f"{endpoint.name}-auth" if _registers(endpoint) else "", f"{endpoint.name}-auth" if outbound else ""


def auth_detail(name: str, user: str) -> list[Header]:
    """Return the headers of AuthDetail, which has the password in clear: whoever reads it must drop it (`ami.md` C)."""
    return [
        ("ObjectType", "auth"),
        ("ObjectName", name),
        ("OauthSecret", ""),
        ("PasswordDigest", ""),
        ("SupportedAlgorithmsUas", "MD5"),
        ("RefreshToken", ""),
        ("Username", user),
        ("Md5Cred", ""),
        ("Realm", ""),
        ("AuthType", "userpass"),
        ("Password", f"{user}-s3cret"),
        ("SupportedAlgorithmsUac", "MD5"),
        ("NonceLifetime", "32"),
        ("OauthClientid", ""),
    ]


def _contacts(endpoint: Endpoint, end: str = ",") -> str:
    return "".join(f"{contact.aor}/{contact.uri}{end}" for contact in endpoint.contacts)


def _aor(endpoint: Endpoint) -> list[Header]:
    own = {
        "{MaxContacts}": "1" if _registers(endpoint) or not endpoint.contacts else "0",
        "{Contacts}": _contacts(endpoint, ",").rstrip(","),
        "{QualifyFrequency}": str(int(endpoint.qualify)),
    }
    return [("ObjectType", "aor"), ("ObjectName", endpoint.name), *((key, own.get(value, value)) for key, value in AOR)]


def _live(exchange: Exchange, endpoint: Endpoint) -> list[Header]:
    state = exchange.device_state(endpoint.device)
    return [("DeviceState", STATE_WORDS[state]), ("ActiveChannels", str(len(endpoint.channels)))]


@action("PJSIPShowEndpoints", "system", "Lists PJSIP endpoints.", MODULE)
def show_endpoints(ask: Ask) -> None:
    """List endpoints."""
    exchange = ask.exchange
    if not exchange.endpoints:
        ask.error("No endpoints found\n")
        return
    items = []
    for endpoint in exchange.endpoints.values():
        inbound, outbound = auth_of(exchange, endpoint)
        headers = [
            ("ObjectType", "endpoint"),
            ("ObjectName", endpoint.name),
            ("Transport", ""),
            ("Aor", endpoint.name),
            ("Auths", inbound),
            ("OutboundAuths", outbound),
            ("Contacts", _contacts(endpoint)),
        ]
        items.append(ask.item("EndpointList", headers, _live(exchange, endpoint)))
    ask.listing("A listing of Endpoints follows, presented as EndpointList events", "EndpointListComplete", items)


@action("PJSIPShowEndpoint", "system", "Detail listing of an endpoint and its objects.", MODULE)
def show_endpoint(ask: Ask) -> None:
    """List an endpoint and every object that belongs to it."""
    exchange, name = ask.exchange, ask.get("Endpoint")
    if not name:
        ask.error("PJSIPShowEndpoint requires an endpoint name\n")
        return
    endpoint = exchange.endpoints.get(name)
    if endpoint is None:
        ask.error(f"Unable to retrieve endpoint {name}\n")
        return
    mine = [("EndpointName", name)]
    inbound, outbound = auth_of(exchange, endpoint)
    items = [
        ask.item("EndpointDetail", [("ObjectType", "endpoint"), ("ObjectName", name), *_detail(exchange, endpoint)])
    ]
    items += [ask.item("AuthDetail", auth_detail(auth, name), mine) for auth in (inbound, outbound) if auth]
    registered = sum(not contact.static for contact in endpoint.contacts)
    totals = [("TotalContacts", str(len(endpoint.contacts))), ("ContactsRegistered", str(registered))]
    items.append(ask.item("AorDetail", _aor(endpoint), totals, mine))
    items += [ask.item("ContactStatusDetail", _status(endpoint, contact)) for contact in endpoint.contacts]
    if endpoint.trunk:
        items.append(ask.item("IdentifyDetail", _identify(endpoint), mine))
    message = "Following are Events for each object associated with the Endpoint"
    ask.listing(message, "EndpointDetailComplete", items)


def _detail(exchange: Exchange, endpoint: Endpoint) -> Iterable[Header]:
    inbound, outbound = auth_of(exchange, endpoint)
    callerid = f'"{endpoint.caller_name}" <{endpoint.number}>' if endpoint.number else "<unknown>"
    own = {
        "{Aors}": endpoint.name,
        "{Context}": endpoint.context,
        "{Callerid}": callerid,
        "{Auth}": inbound,
        "{OutboundAuth}": outbound,
        **{f"{{{key}}}": value for key, value in _live(exchange, endpoint)},
    }
    return ((key, own.get(value, value)) for key, value in DETAIL)


def _status(endpoint: Endpoint, contact: Contact) -> list[Header]:
    host = contact.uri.partition("@")[2].partition(";")[0]
    dynamic = [] if contact.static else [("ViaAddress", host), ("CallID", contact.id[-32:])]
    return [
        ("AOR", contact.aor),
        ("URI", contact.uri),
        ("UserAgent", contact.user_agent),
        ("RegExpire", str(int(contact.expires))),
        *dynamic,
        ("Status", contact.status),
        ("RoundtripUsec", _round_trip(contact)),
        ("EndpointName", endpoint.name),
        ("ID", contact.id),
        ("AuthenticateQualify", "0"),
        ("OutboundProxy", ""),
        ("Path", ""),
        ("QualifyFrequency", "0" if contact.static else str(int(endpoint.qualify))),
        ("QualifyTimeout", "3.000"),
        ("Qualify2xxOnly", "0"),
    ]


def _round_trip(contact: Contact) -> str:
    return "N/A" if contact.status in {"NonQualified", "Unknown"} else str(contact.rtt_usec)


def _identify(endpoint: Endpoint) -> list[Header]:
    host = endpoint.contacts[0].uri.partition("@")[2].partition(":")[0] if endpoint.contacts else "127.0.0.1"
    return [
        ("ObjectType", "identify"),
        ("ObjectName", endpoint.name),
        ("Match", f"{host}/255.255.255.255"),
        ("MatchRequestUri", ""),
        ("SrvLookups", "true"),
        ("Endpoint", endpoint.name),
        ("MatchHeader", ""),
    ]


@action("PJSIPShowAors", "system", "Lists PJSIP AORs.", MODULE)
def show_aors(ask: Ask) -> None:
    """List AORs."""
    items = [ask.item("AorList", _aor(endpoint)) for endpoint in ask.exchange.endpoints.values()]
    if items:
        ask.listing("A listing of AORs follows, presented as AorList events", "AorListComplete", items)
    else:
        ask.error("No AORs found\n")


def _registered(exchange: Exchange) -> list[tuple[Endpoint, Contact]]:
    """Return the contacts that registered: lists leave the others out (`ami.md` C)."""
    return [
        (endpoint, contact)
        for endpoint in exchange.endpoints.values()
        for contact in endpoint.contacts
        if not contact.static
    ]


@action("PJSIPShowContacts", "system", "Lists PJSIP Contacts.", MODULE)
def show_contacts(ask: Ask) -> None:
    """List the contacts that registered."""
    items = [ask.item("ContactList", _contact(*each)) for each in _registered(ask.exchange)]
    if items:
        ask.listing("A listing of Contacts follows, presented as ContactList events", "ContactListComplete", items)
    else:
        ask.error("No Contacts found\n")


def _contact(endpoint: Endpoint, contact: Contact) -> list[Header]:
    host, _, port = contact.uri.partition("@")[2].partition(";")[0].partition(":")
    return [
        ("ObjectType", "contact"),
        ("ObjectName", contact.id),
        ("ViaAddr", host),
        ("QualifyTimeout", "3.000000"),
        ("Qualify2xxOnly", "false"),
        ("CallId", contact.id[-32:]),
        ("RegServer", ""),
        ("PruneOnBoot", "no"),
        ("Path", ""),
        ("Endpoint", endpoint.name),
        ("ViaPort", port),
        ("AuthenticateQualify", "no"),
        ("Uri", contact.uri),
        ("QualifyFrequency", str(int(endpoint.qualify))),
        ("UserAgent", contact.user_agent),
        ("ExpirationTime", str(int(contact.expires))),
        ("OutboundProxy", ""),
        ("Status", contact.status),
        ("RoundtripUsec", _round_trip(contact)),
    ]


@action(
    "PJSIPShowRegistrationInboundContactStatuses",
    "system",
    "Lists ContactStatuses for PJSIP inbound registrations.",
    MODULE,
)
def show_contact_statuses(ask: Ask) -> None:
    """List the contacts that registered, with their status; none is no error here."""
    items = [ask.item("ContactStatusDetail", _status(*each)) for each in _registered(ask.exchange)]
    message = "Following are ContactStatusEvents for each Inbound registration"
    ask.listing(message, "ContactStatusDetailComplete", items)


@action("PJSIPShowRegistrationsInbound", "system", "Lists PJSIP inbound registrations.", MODULE)
def show_registrations_inbound(ask: Ask) -> None:
    """List AORs, each with a second header of its contacts."""
    items = []
    for endpoint in ask.exchange.endpoints.values():
        headers = [("Contact" if key == "Contacts" else key, value) for key, value in _aor(endpoint)]
        items.append(ask.item("InboundRegistrationDetail", headers, [("Contacts", _contacts(endpoint))]))
    message = "Following are Events for each Inbound registration"
    ask.listing(message, "InboundRegistrationDetailComplete", items)


@action("PJSIPQualify", "system,reporting", "Qualify a chan_pjsip endpoint.", MODULE)
def qualify(ask: Ask) -> None:
    """Ask an endpoint whether it is there; its answer is an event, or none if nothing changes."""
    name = ask.get("Endpoint")
    if not name:
        ask.error("Endpoint parameter missing.")
    elif name not in ask.exchange.endpoints:
        ask.error("Unable to retrieve endpoint\n")
    else:
        ask.ack("Endpoint found, will qualify")
        ask.exchange.qualify(name)
