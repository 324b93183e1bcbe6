"""Outbound registrations: the list, and trying or ending one (`ami.md` C, E.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim.action import Refusal, action
from amitop.sim.actions.endpoints import auth_detail

if TYPE_CHECKING:
    from amitop.sim.action import Ask
    from amitop.sim.endpoint import Registration
    from amitop.sim.event import Header

MODULE = "res_pjsip"
EVERY = "*all"


@action("PJSIPShowRegistrationsOutbound", "system,reporting", "Lists PJSIP outbound registrations.", MODULE)
def show_registrations(ask: Ask) -> None:
    """List registrations, each followed by its password; the count is of the registrations alone."""
    registrations, now = ask.exchange.registrations.values(), ask.exchange.clock.now
    items = []
    for each in registrations:
        item = ask.item("OutboundRegistrationDetail", _detail(each, now))
        if each.endpoint:
            item += ask.item("AuthDetail", auth_detail(f"{each.endpoint}-auth", each.endpoint))
        items.append(item)
    registered = sum(each.status == "Registered" for each in registrations)
    ask.listing(
        "Following are Events for each Outbound registration",
        "OutboundRegistrationDetailComplete",
        items,
        [("Registered", str(registered)), ("NotRegistered", str(len(items) - registered))],
    )


def _detail(each: Registration, now: float) -> list[Header]:
    return [
        ("ObjectType", "registration"),
        ("ObjectName", each.name),
        ("MaxRetries", "10"),
        ("ClientUri", each.client_uri),
        ("SecurityNegotiation", "no"),
        ("AuthRejectionPermanent", "true"),
        ("ServerUri", each.server_uri),
        ("MaxRandomInitialDelay", "10"),
        ("SupportPath", "false"),
        ("RetryInterval", str(int(each.retry))),
        ("ContactHeaderParams", ""),
        ("Expiration", str(int(each.expiration))),
        ("Transport", ""),
        ("Line", "true" if each.endpoint else "false"),
        ("ContactUser", ""),
        ("Endpoint", each.endpoint),
        ("UserAgent", ""),
        ("ForbiddenRetryInterval", "0"),
        ("OutboundAuth", f"{each.endpoint}-auth" if each.endpoint else ""),
        ("OutboundProxy", ""),
        ("FatalRetryInterval", "0"),
        ("SupportOutbound", "no"),
        ("Status", each.status),
        ("NextReg", str(max(0, int(each.next_at - now)) if each.next_at else 0)),
    ]


def _each(ask: Ask) -> list[str]:
    """Return the registrations that are asked for. Raises `Refusal`."""
    name = ask.need("Registration", "Registration parameter missing.")
    if name == EVERY:
        return list(ask.exchange.registrations)
    if name not in ask.exchange.registrations:
        raise Refusal("Unable to retrieve registration entry\n")
    return [name]


@action("PJSIPRegister", "system,reporting", "Register an outbound registration.", MODULE)
def register(ask: Ask) -> None:
    """Try a registration now, or all."""
    names = _each(ask)
    ask.ack("Reregistrations queued." if ask.get("Registration") == EVERY else "Reregistration sent")
    for name in names:
        ask.exchange.register(name)


@action("PJSIPUnregister", "system,reporting", "Unregister an outbound registration.", MODULE)
def unregister(ask: Ask) -> None:
    """End a registration, or all."""
    names = _each(ask)
    ask.ack("Unregistrations queued." if ask.get("Registration") == EVERY else "Unregistration sent")
    for name in names:
        ask.exchange.unregister(name)
