"""Everything that is known of the selected call or channel: sections of labels and values, for the detail pane.

Values are cleaned here, with more room than a cell gives them; the pane wraps, it need not clean again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from amitop.text import clean
from amitop.views.call_row import CallRow
from amitop.views.format import UNICODE, ago, hms, party
from amitop.views.sound import leg_words, media_lines
from amitop.views.words import application, bridge_kind, duration, flags, position, resource, time_left

if TYPE_CHECKING:
    from collections.abc import Iterator

    from amitop.pbx.model import Bridge, Channel
    from amitop.pbx.store import Store
    from amitop.views.channels import ChannelRow

VALUE_LIMIT = 1024
"""Characters of one value: data of an application can be long, and is what an admin came to read."""
NOTES_SHOWN = 40
"""Lines of a call's story, the last ones."""


class Section(NamedTuple):
    """A title and what stands beneath it."""

    title: str
    lines: tuple[tuple[str, str], ...]
    """(label, value), cleaned."""


def detail(row: CallRow | ChannelRow, now: float, *, applications_live: bool) -> list[Section]:
    """Return all that is known of what *row* shows.

    *applications_live* says whether events tell of every application as it starts (`ami.md` A.8); if not, its age is
    given. A leg beneath a call is shown as the channel that it is.
    """
    if isinstance(row, CallRow):
        return _call(row, now, applications_live)
    return _channel(row, now, applications_live)


def freshness(channel: Channel, now: float, *, applications_live: bool) -> str:
    """Return how far a channel's application and position may be trusted: `live`, `as of 23 s ago`, `never told`."""
    if channel.application_at is None:
        return "never told"
    return "live" if applications_live else f"as of {ago(now - channel.application_at)}"


def section(title: str, lines: Iterator[tuple[str, str | None]]) -> Section:
    """Clean, and leave out what is not known."""
    return Section(title, tuple((clean(label), clean(value, VALUE_LIMIT)) for label, value in lines if value))


def _call(row: CallRow, now: float, live: bool) -> list[Section]:
    store, call = row.store, row.call
    sections = [section("Call", _call_lines(row, now)), section("Legs", _legs(row, now, live))]
    at = now if row.end is None else row.end.at
    media = ((resource(leg), leg_words(store, leg, at)) for leg in row.legs)
    sections.append(section("Media", media))
    bridges = dict.fromkeys(leg.bridge for leg in call.legs if leg.bridge)
    sections += [
        section("Bridge", _bridge_lines(store, store.bridges[each], now)) for each in bridges if each in store.bridges
    ]
    sections.append(section("Events", _story(store, call.id, now)))
    return [section for section in sections if section.lines]


def _call_lines(row: CallRow, now: float) -> Iterator[tuple[str, str | None]]:
    yield "State", str(row.call_state())
    if row.end is not None:
        yield "Ended", _ended(row.end.cause, row.end.cause_text, now - row.end.at)
    yield "Looks stuck", row.stuck(now)
    yield "From", party(row.caller)
    yield "To", party(row.called)
    yield "Via", None if row.ended else row.via()
    yield "Time", duration(row.age(now), exact=row.exact)
    yield "Talk", row.talk_text(now)
    yield "Queue", row.queue()
    yield "Flags", flags(row.legs)
    left = time_left(row.legs, now) if row.end is None else None
    yield "Time limit", f"hung up in {hms(left)}" if left is not None else None
    yield "ID", row.call.id
    yield "PBX", row.call.pbx


def _legs(row: CallRow, now: float, live: bool) -> Iterator[tuple[str, str | None]]:
    for leg in row.legs:
        age = (now if row.end is None else row.end.at) - leg.created
        words = [leg.state_text, duration(age, exact=not leg.partial), party(leg.caller)]
        if leg.application:
            words.append(application(leg))
            if not live:
                words.append(f"({freshness(leg, now, applications_live=live)})")
        yield leg.name, "  ".join(word for word in words if word)


def _channel(row: ChannelRow, now: float, live: bool) -> list[Section]:
    store, channel = row.store, row.channel
    sections = [
        section("Channel", _channel_lines(row, now)),
        section("Dialplan", _dialplan_lines(channel, now, live)),
        section("Media", media_lines(store, channel, now if row.end is None else row.end.at)),
    ]
    bridge = store.bridges.get(channel.bridge) if channel.bridge else None
    if bridge is not None:
        sections.append(section("Bridge", _bridge_lines(store, bridge, now, channel)))
    call = store.call_of(channel.uniqueid)
    call_id = call.id if call is not None else row.end.call_id if row.end is not None else None
    if call is not None:
        others = ((leg.name, leg.state_text) for leg in call.legs if leg is not channel)
        sections.append(section("Other legs of the call", others))
    if channel.variables:
        sections.append(section("Variables", ((name, value) for name, value in channel.variables.items())))
    if call_id is not None:
        sections.append(section("Events", _story(store, call_id, now)))
    return [section for section in sections if section.lines]


def _channel_lines(row: ChannelRow, now: float) -> Iterator[tuple[str, str | None]]:
    store, channel = row.store, row.channel
    yield "Channel", channel.name
    yield "State", f"{channel.state_text} ({int(channel.state)})" + (", hanging up" if channel.hanging else "")
    if row.end is not None:
        yield "Lost" if row.end.lost else "Ended", _ended(row.end.cause, row.end.cause_text, now - row.end.at)
    yield "Looks stuck", row.stuck(now)
    yield "Caller", party(channel.caller)
    yield "Connected", party(channel.connected)
    yield "Dialled", channel.dialled
    yield "Time", duration(row.age(now), exact=not channel.partial)
    if channel.answered is not None:
        yield "Answered", ago(now - channel.answered)
    elif channel.state_text == "Up":
        yield "Answered", "before amitop was there"
    if channel.partial:
        yield "First heard of", "in the middle of its life"
    unknown = [word for word, known in (("on hold", channel.held), ("recorded", channel.recorded)) if known is None]
    if unknown and row.end is None:
        meanwhile = ", since the link was lost" if channel.missed else ""
        yield "Not known", f"whether it is {' or '.join(unknown)}{meanwhile}"
    dial = store.dials.get(channel.uniqueid)
    if dial is not None:
        yield "Dialled as", f"{dial.dial_string or '?'}, {dial.status or 'no answer yet'}, {ago(now - dial.begun)}"
    yield from _waiting_lines(store, channel, now)
    if channel.held_at is not None:
        yield "On hold", f"for {hms(now - channel.held_at)}"
    yield "Music on hold", channel.music
    if channel.recordings:
        yield "Recorded", f"{channel.recordings} recording(s)" + (", muted" if channel.recording_muted else "")
    if channel.unheard or channel.deaf:
        words = ("is not heard" if channel.unheard else "", "does not hear" if channel.deaf else "")
        yield "Muted from here", " and ".join(word for word in words if word)
    left = time_left((channel,), now) if row.end is None else None
    yield "Time limit", f"hung up in {hms(left)}" if left is not None else None
    if channel.spies:
        yield "Listened to by", ", ".join(sorted(_name(store, each) for each in channel.spies))
    if channel.spying_on:
        yield "Listens to", _name(store, channel.spying_on)
    if channel.local_other:
        yield "Other half", _name(store, channel.local_other)
    yield "Account", channel.account
    yield "Language", channel.language
    yield "Uniqueid", channel.uniqueid
    yield "Linkedid", channel.linkedid
    yield "PBX", channel.pbx
    if row.end is None:
        yield "Last heard of", ago(now - channel.heard)


def _waiting_lines(store: Store, channel: Channel, now: float) -> Iterator[tuple[str, str | None]]:
    place = store.queued.get(channel.uniqueid)
    if place is not None:
        yield "Waits in queue", f"{place.queue}, position {place.position}, for {hms(now - place.joined)}"
    parked = store.parked.get(channel.uniqueid)
    if parked is not None:
        yield "Parked", f"{parked.space} in {parked.lot}, {ago(now - parked.since)}"


def _dialplan_lines(channel: Channel, now: float, live: bool) -> Iterator[tuple[str, str | None]]:
    yield "Position", position(channel.position)
    yield "Application", channel.application
    yield "Data", channel.data
    if channel.application or position(channel.position):
        yield "Freshness", freshness(channel, now, applications_live=live)


def _bridge_lines(
    store: Store, bridge: Bridge, now: float, of: Channel | None = None
) -> Iterator[tuple[str, str | None]]:
    yield "Kind", bridge_kind(bridge)
    yield "Type", ", ".join(part for part in (bridge.type, bridge.technology) if part)  # neither, in a list of channels
    yield "Name", bridge.name
    yield "Made by", bridge.creator
    if of is not None:
        entered = bridge.members.get(of.uniqueid)
        yield "Entered", ago(now - entered) if entered is not None else "before amitop was there"
    yield "Exists", duration(now - bridge.created, exact=not bridge.partial)
    yield "Members", ", ".join(_name(store, each) for each in bridge.members)
    yield "ID", bridge.uniqueid


def _story(store: Store, call_id: str, now: float) -> Iterator[tuple[str, str | None]]:
    for note in list(store.notes(call_id))[-NOTES_SHOWN:]:
        name = _name(store, note.uniqueid)
        words = note.text if name in note.text else f"{name}: {note.text}" if note.text else name
        yield ago(now - note.at), f"{note.event}  {words}"


def _name(store: Store, uniqueid: str) -> str:
    """Return the channel's name, or its Uniqueid when it has gone."""
    channel = store.channels.get(uniqueid)
    if channel is None:
        ended = (end.channel for end in reversed(store.ended_channels))
        channel = next((each for each in ended if each.uniqueid == uniqueid), None)
    return uniqueid if channel is None else channel.name


def _ended(cause: int | None, text: str, seconds: float) -> str:
    code = f" ({cause})" if cause is not None else ""
    return f"{ago(seconds)}: {text or UNICODE.nothing}{code}"
