"""What PJSIPShowEndpoint and SIPshowpeer tell of one endpoint: its static contacts, and configuration worth reading.

Only what is named here is kept. Of AuthDetail that is who logs in and never with what (`ami.md` C).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.blocks import number
from amitop.pbx.endpoint_lists import NO_ADDRESS, hear_listed_contact, hear_peer, read_peer_status
from amitop.pbx.endpoint_model import Technology
from amitop.pbx.endpoints import Endpoints

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from amitop.ami.packet import Packet
    from amitop.pbx.store import Store

_STATIC = "@@"
"""Stands in the ID of a configured contact; in that of a registered one it is `;@` (res_pjsip/location.c)."""

_ENDPOINT = {
    "Callerid": "Caller ID",
    "Context": "Context",
    "Accountcode": "Account",
    "Allow": "Codecs",
    "DtmfMode": "DTMF",
    "DirectMedia": "Direct media",
    "MediaEncryption": "Encryption",
    "IceSupport": "ICE",
    "Transport": "Transport",
    "OutboundProxy": "Outbound proxy",
    "Auth": "Auth",
    "OutboundAuth": "Outbound auth",
    "IdentifyBy": "Identified by",
    "FromUser": "From user",
    "FromDomain": "From domain",
    "Acl": "ACL",
    "Mailboxes": "Mailboxes",
    "Language": "Language",
    "NamedCallGroup": "Call group",
    "NamedPickupGroup": "Pickup group",
    "DeviceStateBusyAt": "Busy at",
    "MessageContext": "Messages to",
    "StirShaken": "STIR/SHAKEN",
}
_AOR = {"MaxContacts": "Contacts at most", "QualifyFrequency": "Qualified every", "MaximumExpiration": "Expires within"}
_AUTH = {"Username": "Logs in as", "Realm": "Realm"}
_IDENTIFY = {"Match": "Known by address", "MatchHeader": "Known by header"}
_OF_ITEM: Mapping[str, Mapping[str, str]] = {
    "EndpointDetail": _ENDPOINT,
    "AorDetail": _AOR,
    "AuthDetail": _AUTH,
    "IdentifyDetail": _IDENTIFY,
}
_SECONDS = {"QualifyFrequency", "MaximumExpiration"}
_PEER = {
    "Callerid": "Caller ID",
    "Context": "Context",
    "Accountcode": "Account",
    "Codecs": "Codecs",
    "SIP-DTMFmode": "DTMF",
    "SIP-DirectMedia": "Direct media",
    "SIP-Encryption": "Encryption",
    "Dynamic": "Registers",
    "ToHost": "Host",
    "Default-Username": "Calls as",
    "Reg-Contact": "Registered as",
    "RegExpire": "Expires in",
    "QualifyFreq": "Qualified every",
    "ACL": "ACL",
    "Call-limit": "Calls at most",
    "Busy-level": "Busy at",
    "VoiceMailbox": "Mailboxes",
    "Language": "Language",
    "Callgroup": "Call group",
    "Pickupgroup": "Pickup group",
    "Parkinglot": "Parking lot",
    "Description": "Description",
}
_UNSET = {"0", "no", "No", "false", "off", "N", '"" <>', "<unknown>", "(null)", "none", "-1 seconds", "auto"}
"""How Asterisk writes an option that nobody has set: not worth a line."""


def learn_endpoint(store: Store, device: str, items: Sequence[Packet], asked_at: float, now: float) -> None:
    """Take the answer to PJSIPShowEndpoint for *device*, asked for at *asked_at*."""
    part = store.part(Endpoints)
    endpoint = part.endpoints.get(device)
    if endpoint is None:
        return
    store.version += 1
    facts: list[tuple[str, str]] = []
    for item in items:
        if item.name == "ContactStatusDetail":
            uri = item.value("URI")
            if uri is None:
                continue
            key = (item.get("AOR"), uri)
            hear_listed_contact(part, item, key, asked_at, now)
            contact = endpoint.contacts.get(key)
            if contact is not None:
                contact.static = _STATIC in item.get("ID")
        elif item.name in _OF_ITEM:
            facts += _facts(item, _OF_ITEM[item.name])
    endpoint.facts, endpoint.facts_at = tuple(dict.fromkeys(facts)), now


def learn_peer(store: Store, device: str, answer: Packet, asked_at: float, now: float) -> None:
    """Take the answer to SIPshowpeer for *device*, asked for at *asked_at*."""
    endpoint = store.part(Endpoints).endpoints.get(device)
    if endpoint is None or endpoint.technology is not Technology.SIP:
        return
    store.version += 1
    endpoint.facts, endpoint.facts_at = tuple(_facts(answer, _PEER)), now
    host = answer.get("Address-IP")
    if endpoint.heard < asked_at:
        address = None if host in NO_ADDRESS else f"{host}:{answer.get('Address-Port')}"
        hear_peer(endpoint, address, *read_peer_status(answer.get("Status")), now)
    for contact in endpoint.contacts.values():
        contact.user_agent = answer.value("SIP-Useragent") or contact.user_agent


def unknown_contacts(store: Store, at_most: int) -> list[str]:
    """Return up to *at_most* PJSIP devices with contacts of which no list tells, because they are configured.

    Those that nothing is known of come first, then the ones told of longest ago.
    """
    waiting: list[tuple[bool, float, str]] = []
    for endpoint in store.part(Endpoints).endpoints.values():
        if endpoint.technology is not Technology.PJSIP or endpoint.listed_at is None:
            continue
        static = [contact for contact in endpoint.contacts.values() if contact.static or contact.status is None]
        if static:
            waiting.append((all(c.status is not None for c in static), min(c.heard for c in static), endpoint.device))
    return [device for _, _, device in sorted(waiting)[:at_most]]


def _facts(item: Packet, labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for header, label in labels.items():
        value = item.value(header)
        if value is not None and value not in _UNSET:
            yield label, f"{value} s" if header in _SECONDS and number(value) is not None else value
