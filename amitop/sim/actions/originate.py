"""Originate (`ami.md` E.2)."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from amitop.sim.action import action
from amitop.sim.exchange import Call
from amitop.sim.privileges import BITS, is_true

if TYPE_CHECKING:
    from amitop.sim.action import Ask
    from amitop.sim.event import Event, Header

UNIQUEID_MAX = 149
_DANGEROUS = ("agi", "dbdeltree", "exec", "externalivr", "mixmonitor", "originate", "reload", "system")
_FUNCTIONS = ("CURL", "DB", "EVAL", "FILE", "ODBC", "REALTIME", "SHELL")
_CALLERID = re.compile(r'^\s*"?([^"<]*?)"?\s*(?:<([^>]*)>)?\s*$')


@action("Originate", "originate", "Originate a call.")
async def originate(ask: Ask) -> None:
    """Start a call. Without Async the session waits for its outcome, and with it everybody's Ping."""
    complaint = _complaint(ask)
    if complaint:
        ask.error(complaint)
        return
    call = _call(ask)
    if is_true(ask.get("Async")):
        error = ask.exchange.originate(call)
        if error:
            ask.error(error)
        else:
            ask.ack("Originate successfully queued")
        return
    answered = await _outcome(ask, call)
    if answered:
        ask.ack("Originate successfully queued")
    else:
        ask.error("Originate failed")


def _complaint(ask: Ask) -> str:
    """Return what Asterisk has against it; empty if nothing."""
    channel, exten, context = ask.get("Channel"), ask.get("Exten"), ask.get("Context")
    if not channel:
        return "Channel not specified"
    priority = _priority(ask)
    if ask.get("Priority") and priority < 1:
        return "Invalid priority"
    if ask.get("Timeout") and not re.match(r"\s*-?\d", ask.get("Timeout")):
        return "Invalid timeout"
    if "/" not in channel:
        return "Invalid channel"
    if max(len(ask.get("ChannelId")), len(ask.get("OtherChannelId"))) > UNIQUEID_MAX:
        return f"Uniqueid length exceeds maximum of {UNIQUEID_MAX}\n"
    if ask.get("Application"):
        return "Originate Access Forbidden: app or data blacklisted" if _forbidden(ask) else ""
    if not (exten and context and priority > 0):
        return "Originate with 'Exten' requires 'Context' and 'Priority'"
    if ask.exchange.dialplan.find(context, exten) is None:
        return "Extension does not exist."
    return ""


def _priority(ask: Ask) -> int:
    found = re.match(r"\s*(\d+)", ask.get("Priority"))
    return int(found[1]) if found else 0


def _forbidden(ask: Ask) -> bool:
    user = ask.session.user
    if user is None or user.write_mask & BITS["system"]:
        return False
    application, data = ask.get("Application").lower(), ask.get("Data")
    if application == "queue" and data.count(",") >= 5 and data.split(",")[5]:
        return True  # its sixth argument is an AGI program
    return any(word in application for word in _DANGEROUS) or any(word in data for word in _FUNCTIONS)


def _call(ask: Ask) -> Call:
    caller = _CALLERID.match(ask.get("CallerID"))
    name, number = (caller[1] or "", caller[2] or "") if caller else ("", "")
    if name and not number and re.fullmatch(r"[+\d]+", name):
        name, number = "", name
    timeout = re.match(r"\s*(\d+)", ask.get("Timeout"))
    return Call(
        ask.get("Channel"),
        context=ask.get("Context"),
        exten=ask.get("Exten"),
        priority=_priority(ask) or 1,
        application=ask.get("Application"),
        data=ask.get("Data"),
        timeout=int(timeout[1]) / 1000 if timeout else 30.0,
        caller_num=number,
        caller_name=name,
        account=ask.get("Account"),
        variables=_variables(ask),
        channel_id=ask.get("ChannelId"),
        other_channel_id=ask.get("OtherChannelId"),
        early_media=is_true(ask.get("EarlyMedia")),
        action_id=ask.request.action_id,
    )


def _variables(ask: Ask) -> list[Header]:
    """Each Variable header may hold several, with commas between."""
    pairs = [word.partition("=") for value in ask.request.getall("Variable") for word in value.split(",")]
    return [(name, value) for name, equals, value in pairs if equals]


async def _outcome(ask: Ask, call: Call) -> bool:
    """Start *call* and wait for the event that says what became of it."""
    exchange = ask.exchange
    outcome: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    mark = call.action_id = call.action_id or f"sync-{id(outcome):x}"

    def hear(event: Event) -> None:
        if event.name == "OriginateResponse" and not outcome.done():
            headers = dict(event.headers)
            if headers.get("ActionID") == mark:
                outcome.set_result(headers.get("Response") == "Success")

    exchange.listeners.append(hear)
    ask.session.server.masks_changed()
    try:
        return not exchange.originate(call) and await outcome
    finally:
        exchange.listeners.remove(hear)
        ask.session.server.masks_changed()
