"""A checker for the JSON document, written from its description and not from the code that makes it."""

import re
from collections.abc import Callable, Iterator
from typing import Any

ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")

Check = Callable[[Any, str], Iterator[str]]


def _is(what: str, test: Callable[[Any], bool]) -> Check:
    def check(value: Any, path: str) -> Iterator[str]:
        if not test(value):
            yield f"{path}: {value!r} is not {what}"

    return check


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


string = _is("a string", lambda v: isinstance(v, str))
boolean = _is("true or false", lambda v: isinstance(v, bool))
integer = _is("an integer", lambda v: isinstance(v, int) and not isinstance(v, bool))
number = _is("a number", _number)
seconds = _is("seconds rounded to ms", lambda v: _number(v) and v >= 0 and v == round(v, 3))
moment = _is("a time", lambda v: isinstance(v, str) and ISO.fullmatch(v) is not None)
empty = _is("an empty list", lambda v: v == [])


def maybe(check: Check) -> Check:
    def either(value: Any, path: str) -> Iterator[str]:
        if value is not None:
            yield from check(value, path)

    return either


def many(check: Check) -> Check:
    def each(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{path}: not a list"
            return
        for index, item in enumerate(value):
            yield from check(item, f"{path}[{index}]")

    return each


def keys(**checks: Check) -> Check:
    def exactly(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{path}: not an object"
            return
        wanted = [key.rstrip("_") for key in checks]
        if list(value) != wanted:
            yield f"{path}: keys {list(value)}, not {wanted}"
            return
        for (key, item), check in zip(value.items(), checks.values(), strict=True):
            yield from check(item, f"{path}.{key}")

    return exactly


def words(*allowed: str) -> Check:
    return _is(f"one of {allowed}", lambda v: v in allowed)


party = keys(num=maybe(string), name=maybe(string))

DOCUMENT = keys(
    schema=_is("1", lambda v: v == 1),
    at=moment,
    pbx=keys(
        name=string,
        host=string,
        port=integer,
        link=string,
        asterisk=maybe(string),
        ami=maybe(string),
        system=maybe(string),
        started=maybe(moment),
        reloaded=maybe(moment),
        rtt=maybe(number),
        clock_offset=maybe(number),
        drift=integer,
    ),
    channels=many(
        keys(
            uniqueid=string,
            linkedid=string,
            name=string,
            state=string,
            caller=party,
            connected=party,
            context=maybe(string),
            exten=maybe(string),
            priority=maybe(integer),
            application=maybe(string),
            data=maybe(string),
            account=maybe(string),
            bridge=maybe(string),
            created=moment,
            answered=maybe(moment),
            duration=seconds,
            held=maybe(boolean),
            recording=maybe(boolean),
            partial=boolean,
        )
    ),
    calls=many(
        keys(
            id=string,
            legs=many(string),
            from_=party,
            to=party,
            state=words(
                "Dialing", "Ringing", "Waiting", "Talking", "On hold", "Conference", "Parked", "In app", "Ending"
            ),
            queue=maybe(string),
            started=moment,
            duration=seconds,
            talk=maybe(seconds),
        )
    ),
    bridges=many(
        keys(
            id=string,
            type=string,
            technology=string,
            creator=maybe(string),
            name=maybe(string),
            channels=many(string),
        )
    ),
    queues=many(
        keys(
            name=string,
            strategy=maybe(string),
            max=maybe(integer),
            weight=maybe(integer),
            service_level=maybe(integer),
            holdtime=maybe(integer),
            talktime=maybe(integer),
            completed=maybe(integer),
            abandoned=maybe(integer),
            sl_perf=maybe(number),
            sl_perf2=maybe(number),
            callers=many(
                keys(
                    position=integer,
                    uniqueid=string,
                    channel=string,
                    caller=party,
                    priority=maybe(integer),
                    joined=moment,
                    wait=seconds,
                )
            ),
            members=many(
                keys(
                    interface=string,
                    name=string,
                    state_interface=string,
                    membership=words("static", "dynamic", "realtime"),
                    penalty=integer,
                    calls_taken=integer,
                    last_call=maybe(moment),
                    in_call=boolean,
                    status=words(
                        "Unknown",
                        "Not in use",
                        "In use",
                        "Busy",
                        "Invalid",
                        "Unavailable",
                        "Ringing",
                        "Ring+Inuse",
                        "On Hold",
                    ),
                    paused=boolean,
                    pause_reason=maybe(string),
                    paused_since=maybe(moment),
                    wrapup=integer,
                    login=maybe(moment),
                )
            ),
        )
    ),
    endpoints=many(
        keys(
            name=string,
            technology=words("PJSIP", "SIP", "IAX2"),
            state=words(
                "Unknown",
                "Not in use",
                "In use",
                "Busy",
                "Invalid",
                "Unavailable",
                "Ringing",
                "Ring+Inuse",
                "On Hold",
            ),
            channels=many(string),
            contacts=many(
                keys(
                    uri=string,
                    aor=maybe(string),
                    status=maybe(words("Reachable", "Lagged", "NonQualified", "Unknown", "Unreachable")),
                    rtt=maybe(number),
                    user_agent=maybe(string),
                )
            ),
        )
    ),
    registrations=many(
        keys(
            name=string,
            technology=words("PJSIP", "SIP", "IAX2"),
            server=string,
            client=string,
            status=string,
            next=maybe(moment),
        )
    ),
    conferences=many(
        keys(
            name=string,
            locked=maybe(boolean),
            members=many(
                keys(
                    uniqueid=string,
                    channel=string,
                    admin=boolean,
                    muted=boolean,
                    talking=boolean,
                    waiting=maybe(boolean),
                )
            ),
        )
    ),
    parked=many(
        keys(
            lot=string,
            space=string,
            uniqueid=string,
            channel=string,
            caller=party,
            parker=maybe(string),
            since=moment,
            timeout=maybe(number),
        )
    ),
)


def faults(document: Any) -> list[str]:
    """Return what is wrong with *document*: its shape, its types, and references to what is not in it."""
    found = list(DOCUMENT(document, "document"))
    if found:
        return found
    uniqueids = [channel["uniqueid"] for channel in document["channels"]]
    legs = [leg for call in document["calls"] for leg in call["legs"]]
    if sorted(legs) != sorted(uniqueids):
        found.append("legs and channels are not the same")
    found += [f"no channel {leg}" for bridge in document["bridges"] for leg in set(bridge["channels"]) - set(uniqueids)]
    names = {channel["uniqueid"]: channel["name"] for channel in document["channels"]}
    held = [*document["parked"], *(member for room in document["conferences"] for member in room["members"])]
    found += [f"no channel {one['uniqueid']}" for one in held if names.get(one["uniqueid"]) != one["channel"]]
    of_endpoints = [uid for endpoint in document["endpoints"] for uid in endpoint["channels"]]
    found += [f"no channel {uid}" for uid in of_endpoints if uid not in uniqueids]
    bridges = {bridge["id"] for bridge in document["bridges"]}
    found += [f"no bridge {c['bridge']}" for c in document["channels"] if c["bridge"] and c["bridge"] not in bridges]
    return found
