"""The state of one PBX as a JSON document, for programs. The schema has a version, and no key is ever left out.

Text is what the PBX sent, not cleaned: programs compare identities. `dumps` escapes whatever a terminal could act on.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from amitop.pbx.calls import call_queue, call_state, from_party, to_party
from amitop.views.endpoint_document import endpoints
from amitop.views.room_document import conferences, parked_calls
from amitop.views.trunk_document import registrations

if TYPE_CHECKING:
    from collections.abc import Callable

    from amitop.pbx.model import Bridge, Call, Channel, Party
    from amitop.pbx.queue_model import Member, Queue, QueueCaller
    from amitop.pbx.store import Store

SCHEMA = 1
"""Grows when a key changes its meaning or goes; new keys may come without that."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PbxFacts:
    """What is known of the PBX itself and of the link to it. What is unknown is None."""

    name: str
    host: str | None
    port: int | None
    link: str
    """`live`, `connecting`, ...: a `LinkState`'s value."""
    asterisk: str | None = None
    ami: str | None = None
    system: str | None = None
    started: float | None = None
    """Epoch seconds."""
    reloaded: float | None = None
    """Epoch seconds."""
    rtt: float | None = None
    """Seconds."""
    clock_offset: float | None = None
    """Seconds by which the PBX's clock is ahead of ours."""
    drift: int = 0
    """Differences that reconciling found so far."""


def document(store: Store, facts: PbxFacts, now: float, wall_of: Callable[[float], float]) -> Json:
    """Return the state at *now*; *wall_of* gives the epoch seconds of a time of the store's clock.

    Times are ISO 8601 UTC with milliseconds, durations are seconds, what is unknown is None. The lists of what amitop
    does not follow yet are there, and empty.
    """

    def time(moment: float | None) -> str | None:
        return None if moment is None else iso(wall_of(moment))

    told = _tells_recordings(facts.asterisk)
    return {
        "schema": SCHEMA,
        "at": time(now),
        "pbx": _pbx(facts),
        "channels": [_channel(channel, now, time, told) for channel in store.channels.values()],
        "calls": [_call(store, call, now, time) for call in store.calls.values()],
        "bridges": [_bridge(bridge) for bridge in store.bridges.values()],
        "queues": [_queue(queue, now, time) for queue in store.queues.values()],
        "endpoints": endpoints(store),
        "registrations": registrations(store, now, time),
        "conferences": conferences(store),
        "parked": parked_calls(store, time),
    }


def dumps(value: Json) -> str:
    """Return *value* as one line of ASCII JSON: a terminal that it is printed to finds nothing to act on."""
    return json.dumps(value, separators=(", ", ": ")).replace("\x7f", "\\u007f")


def iso(epoch: float | None) -> str | None:
    """Return epoch seconds as `2026-11-22T20:13:05.123Z`, None as None."""
    if epoch is None:
        return None
    return datetime.fromtimestamp(round(epoch, 3), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _seconds(duration: float | None) -> float | None:
    return None if duration is None else round(max(duration, 0.0), 3)


def _pbx(facts: PbxFacts) -> Json:
    return {
        "name": facts.name,
        "host": facts.host,
        "port": facts.port,
        "link": facts.link,
        "asterisk": facts.asterisk,
        "ami": facts.ami,
        "system": facts.system,
        "started": iso(facts.started),
        "reloaded": iso(facts.reloaded),
        # Microseconds: a round trip on the PBX itself takes less than a millisecond. Adding 0 makes 0.0 of -0.0.
        "rtt": None if facts.rtt is None else round(facts.rtt, 6),
        "clock_offset": None if facts.clock_offset is None else round(facts.clock_offset, 6) + 0.0,
        "drift": facts.drift,
    }


def _party(who: Party) -> Json:
    return {"num": who.num, "name": who.name}


def _tells_recordings(version: str | None) -> bool:
    """Whether an Asterisk sends MixMonitorStart: 16 from 16.17 on, 17 not, 18 from 18.3 on (`ami.md` B.2)."""
    found = re.search(r"(\d+)\.(\d+)", version or "")
    if found is None:
        return True  # a build from git, mostly: newer than these
    release = int(found[1]), int(found[2])
    return (16, 17) <= release < (17, 0) or release >= (18, 3)


def _channel(channel: Channel, now: float, time: Callable[[float | None], str | None], told: bool) -> Json:
    return {
        "uniqueid": channel.uniqueid,
        "linkedid": channel.linkedid,
        "name": channel.name,
        "state": channel.state_text,
        "caller": _party(channel.caller),
        "connected": _party(channel.connected),
        "context": channel.position.context,
        "exten": channel.position.exten,
        "priority": channel.position.priority,
        "application": channel.application,
        "data": channel.data,
        "account": channel.account,
        "bridge": channel.bridge,
        "created": time(channel.created),
        "answered": time(channel.answered),
        "duration": _seconds(now - channel.created),
        "held": channel.held,
        "recording": channel.recorded if told or channel.recordings else None,
        "partial": channel.partial,
    }


def _call(store: Store, call: Call, now: float, time: Callable[[float | None], str | None]) -> Json:
    return {
        "id": call.id,
        "legs": [leg.uniqueid for leg in call.legs],
        "from": _party(from_party(call)),
        "to": _party(to_party(call)),
        "state": str(call_state(call, store)),
        "queue": call_queue(call),
        "started": time(call.started),
        "duration": _seconds(now - call.started),
        "talk": _seconds(None if call.talk_since is None else now - call.talk_since),
    }


def _bridge(bridge: Bridge) -> Json:
    return {
        "id": bridge.uniqueid,
        "type": bridge.type,
        "technology": bridge.technology,
        "creator": bridge.creator,
        "name": bridge.name,
        "channels": list(bridge.members),
    }


def _queue(queue: Queue, now: float, time: Callable[[float | None], str | None]) -> Json:
    told = queue.listed_at is not None
    return {
        "name": queue.name,
        "strategy": queue.strategy,
        "max": queue.max if told else None,
        "weight": queue.weight if told else None,
        "service_level": queue.service_level if told else None,
        "holdtime": queue.holdtime if told else None,
        "talktime": queue.talktime if told else None,
        "completed": queue.completed if told else None,
        "abandoned": queue.abandoned if told else None,
        "sl_perf": round(queue.sl_perf, 1) if told else None,
        "sl_perf2": round(queue.sl_perf2, 1) if told and queue.sl_perf2 is not None else None,
        "callers": [_caller(caller, now, time) for caller in queue.callers],
        "members": [_member(member, time) for member in queue.members.values()],
    }


def _caller(caller: QueueCaller, now: float, time: Callable[[float | None], str | None]) -> Json:
    return {
        "position": caller.position,
        "uniqueid": caller.uniqueid,
        "channel": caller.channel,
        "caller": _party(caller.caller),
        "priority": caller.priority,
        "joined": time(caller.joined),
        "wait": _seconds(now - caller.joined),
    }


def _member(member: Member, time: Callable[[float | None], str | None]) -> Json:
    return {
        "interface": member.interface,
        "name": member.name,
        "state_interface": member.state_interface,
        "membership": member.membership,
        "penalty": member.penalty,
        "calls_taken": member.calls_taken,
        "last_call": iso(member.last_call),
        "in_call": member.in_call,
        "status": member.status.words,
        "paused": member.paused,
        "pause_reason": member.pause_reason,
        "paused_since": _paused_since(member, time),
        "wrapup": member.wrapup,
        "login": iso(member.login),
    }


def _paused_since(member: Member, time: Callable[[float | None], str | None]) -> str | None:
    """Return when the pause began: as the PBX has it, else when it was seen to (Asterisk 13 does not tell)."""
    if not member.paused:
        return None
    return iso(member.last_pause) or time(member.paused_since)
