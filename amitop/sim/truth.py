"""What is really so in an exchange, in the shape of amitop's JSON document, from the exchange's own objects.

Of a channel it says what is published: what nobody can know yet is not so yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from amitop.sim import devices
from amitop.sim.endpoint import STATE_WORDS
from amitop.sim.event import STATES

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.exchange import Exchange
    from amitop.sim.queue import Member, Queue
    from amitop.sim.room import Conference, Lot

_MEMBER_WORDS = (
    "Unknown", "Not in use", "In use", "Busy", "Invalid", "Unavailable", "Ringing", "Ring+Inuse", "On Hold",
)  # fmt: skip


def truth(exchange: Exchange) -> dict[str, Any]:
    """Say what is so now: `channels`, `bridges`, `queues`, `endpoints`, `registrations`, `conferences`, `parked`.

    Times are epoch seconds (numbers), durations and waits seconds; what a reader of AMI cannot know is left out.
    Calls are not in it: which channels belong together is what the reader works out.
    """
    return {
        "channels": [_channel(exchange, channel) for channel in exchange.channels.values()],
        "bridges": [
            {
                "id": bridge.uniqueid,
                "type": bridge.type,
                "technology": bridge.technology,
                "creator": bridge.creator,
                "name": bridge.name,
                "channels": list(bridge.channels),
            }
            for bridge in exchange.bridges.values()
        ],
        "queues": [_queue(exchange, queue) for queue in exchange.queues.values()],
        "endpoints": [
            {
                "name": endpoint.name,
                "technology": "PJSIP",
                "state": STATE_WORDS[devices.state_of(exchange, endpoint.device)],
                "channels": len(endpoint.channels),
                "contacts": [
                    {
                        "uri": contact.uri,
                        "aor": contact.aor,
                        "status": contact.status,
                        "rtt": contact.rtt_usec / 1e6 if contact.rtt_usec else None,
                        "user_agent": contact.user_agent,
                    }
                    for contact in endpoint.contacts
                ],
            }
            for endpoint in exchange.endpoints.values()
        ],
        "registrations": [
            {
                "name": each.name,
                "technology": "PJSIP",
                "server": each.server_uri,
                "client": each.client_uri,
                "status": each.status,
                "next": each.next_at if each.next_at > exchange.clock.now else None,
            }
            for each in exchange.registrations.values()
        ],
        "conferences": [_conference(each) for each in exchange.conferences.values()],
        "parked": [entry for lot in exchange.lots.values() for entry in _parked(lot)],
    }


def _party(num: object, name: object) -> dict[str, object]:
    return {"num": num, "name": name}


def _channel(exchange: Exchange, channel: Channel) -> dict[str, Any]:
    name, _, num, caller, conn_num, conn, _, account, context, exten, priority, uid, linkedid, app, data = (
        channel.published
    )
    return {
        "uniqueid": uid,
        "linkedid": linkedid,
        "name": name,
        "state": STATES[channel.published_state],
        "caller": _party(num, caller),
        "connected": _party(conn_num, conn),
        "context": context,
        "exten": exten,
        "priority": priority,
        "application": app,
        "data": data,
        "account": account,
        "bridge": channel.bridge.uniqueid if channel.bridge is not None else None,
        "created": channel.created,
        "answered": channel.answered,
        "duration": exchange.clock.now - channel.created,
        "held": channel.held,
        "recording": bool(channel.recordings),
    }


def _queue(exchange: Exchange, queue: Queue) -> dict[str, Any]:
    now = exchange.clock.now
    return {
        "name": queue.name,
        "strategy": queue.strategy,
        "max": queue.max_len,
        "weight": queue.weight,
        "service_level": queue.service_level,
        "holdtime": queue.hold_time,
        "talktime": queue.talk_time,
        "completed": queue.completed,
        "abandoned": queue.abandoned,
        "sl_perf": round(queue.sl_perf, 1),
        "sl_perf2": round(queue.sl_perf2, 1),
        "callers": [
            {
                "position": caller.position,
                "uniqueid": caller.channel.uniqueid,
                "channel": caller.channel.name,
                "caller": _party(caller.channel.caller_num, caller.channel.caller_name),
                "priority": caller.priority,
                "joined": caller.joined,
                "wait": now - caller.joined,
            }
            for caller in queue.callers
        ],
        "members": [_member(member) for member in queue.members.values()],
    }


def _member(member: Member) -> dict[str, Any]:
    return {
        "interface": member.interface,
        "name": member.name,
        "state_interface": member.state_interface,
        "membership": member.membership,
        "penalty": member.penalty,
        "calls_taken": member.calls_taken,
        "last_call": member.last_call or None,
        "in_call": member.in_call,
        "status": _MEMBER_WORDS[member.status],
        "paused": member.paused,
        "pause_reason": member.paused_reason if member.paused else "",
        "paused_since": member.last_pause if member.paused else None,
        "wrapup": member.wrapup,
        "login": member.login_time or None,
    }


def _conference(conference: Conference) -> dict[str, Any]:
    return {
        "name": conference.name,
        "locked": conference.locked,
        "members": [
            {
                "uniqueid": member.channel.uniqueid,
                "channel": member.channel.name,
                "admin": member.admin,
                "muted": member.muted,
                "talking": member.talking,
                "waiting": member.waiting,
            }
            for member in conference.members.values()
        ],
    }


def _parked(lot: Lot) -> list[dict[str, Any]]:
    return [
        {
            "lot": lot.name,
            "space": str(parked.space),
            "uniqueid": parked.channel.uniqueid,
            "channel": parked.channel.name,
            "caller": _party(parked.channel.caller_num, parked.channel.caller_name),
            "parker": parked.parker,
            "since": parked.since,
            "timeout": parked.limit or None,  # in all, from `since` on
        }
        for parked in lot.calls.values()
    ]
