"""Channels: from their first event to their Hangup (`ami.md` D.3).

`hear` is how every reducer reads a channel block: it brings the channel up to date and, for the events that may, makes
one that was not known.
"""

from __future__ import annotations

from sys import intern
from typing import TYPE_CHECKING

from amitop.ami.packet import NOTHING, unescape
from amitop.pbx import groups
from amitop.pbx.blocks import (
    CALLER,
    CONTEXT,
    LANGUAGE,
    LINKEDID,
    UNIQUEID,
    Fields,
    channel_fields,
    header,
    number,
    pattern,
    text_of,
    value,
)
from amitop.pbx.causes import in_words
from amitop.pbx.devices import Devices
from amitop.pbx.model import Channel, ChannelState, EndedChannel, Party, Position
from amitop.pbx.reducer import Reducer

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.pbx.store import Store

_STATES = {str(state.value): state for state in ChannelState if state is not ChannelState.UNKNOWN}
_UP, _RINGING, _BUSY, _DOWN = ChannelState.UP, ChannelState.RINGING, ChannelState.BUSY, ChannelState.DOWN
_TOLD = {_UP: "{} answers", _RINGING: "{} rings", _BUSY: "{} is busy"}
_ORIGINATED = "AppDial2"
_CALLED = {"AppDial", "AppDial2", "AppQueue"}
"""What stands as the application of a leg that is called: by Dial, by Originate or a call file, by a queue."""
_OUTGOING = {_DOWN: True, _RINGING: True, ChannelState.DIALING: True, ChannelState.RING: False}
"""Whether a channel that has just come is called or calls: Ring is the PBX's, Ringing the phone's."""
_APPLICATION = pattern("Application", "AppData")


def hear(store: Store, packet: Packet, now: float, prefix: str = "", *, create: bool = False) -> Channel | None:
    """Bring the channel of the block *prefix* up to date and return it.

    None when the packet has no such block, or when the channel is not known; with *create* an unknown one is made
    unless it was hung up a short while ago, because some events trail behind the Hangup (`ami.md` B.1).
    """
    fields = channel_fields(packet, prefix)
    if fields is None:
        return None
    channel = store.channels.get(fields[UNIQUEID])
    if channel is None:
        if fields[UNIQUEID] in store.tombstones:
            return None
        if not create:
            store.unknown[packet.name] += 1
            return None
        channel = begin(store, fields, now, partial=True)
    else:
        refresh(store, channel, fields, now)
    channel.heard = now
    channel.touched = store.version
    if b"ChanVariable" in packet.raw:
        for variable in packet.channel_variables(prefix):
            channel.variables[variable.name] = variable.value
    return channel


def begin(store: Store, fields: Fields, now: float, *, partial: bool) -> Channel:
    """Make the channel of a block that is not known yet, and put it into a call."""
    name, state, state_text, num, caller, connected_num, connected, language, account, context, exten, priority = (
        fields[:UNIQUEID]
    )
    uniqueid = fields[UNIQUEID]
    linkedid = fields[LINKEDID]
    channel = Channel(
        pbx=store.name,
        uniqueid=uniqueid,
        name=name,
        # Absent before 13.5 (`ami.md` B.1).
        linkedid=uniqueid if linkedid == uniqueid or linkedid in NOTHING else linkedid,
        state=_STATES.get(state, ChannelState.UNKNOWN),
        state_text=intern(state_text),
        caller=_party(num, caller),
        connected=_party(connected_num, connected),
        language=_word(language),
        account=_word(account),
        position=Position(_word(context), _none(exten), number(priority)),
        created=now,
        heard=now,
        partial=partial,
        block=fields,
        order=store.arrivals,
    )
    store.arrivals += 1
    if now < store.youngest:
        store.by_age = False
    else:
        store.youngest = now
    store.channels[uniqueid] = channel
    store.by_name[name] = uniqueid
    store.part(Devices).add(channel.device, uniqueid)
    groups.add(store, channel)
    return channel


def refresh(store: Store, channel: Channel, fields: Fields, now: float) -> None:
    """Write a newer block over what is known of *channel*. Most of it is as it was, so parts are compared first."""
    old = channel.block
    if fields == old:
        return
    channel.block = fields
    if fields[:CALLER] != old[:CALLER]:
        _refresh_state(store, channel, fields, now)
    if fields[CALLER:LANGUAGE] != old[CALLER:LANGUAGE]:
        _, _, _, num, name, connected_num, connected_name, *_ = fields
        channel.caller = _party(num, name)
        channel.connected = _party(connected_num, connected_name)
    if fields[LANGUAGE:CONTEXT] != old[LANGUAGE:CONTEXT]:
        language, account = fields[LANGUAGE:CONTEXT]
        channel.language = _word(language)
        channel.account = _word(account)
    if fields[CONTEXT:UNIQUEID] != old[CONTEXT:UNIQUEID]:
        context, exten, priority = fields[CONTEXT:UNIQUEID]
        channel.position = Position(_word(context), _none(exten), number(priority))
    linkedid = fields[LINKEDID]
    if linkedid != channel.linkedid and linkedid not in NOTHING:
        groups.relink(store, channel, linkedid)


def _refresh_state(store: Store, channel: Channel, fields: Fields, now: float) -> None:
    name, number_of_state, text = fields[:CALLER]
    if name != channel.name:
        rename(store, channel, name)
    channel.state_text = intern(text)
    state = _STATES.get(number_of_state, ChannelState.UNKNOWN)
    if state is channel.state:
        return
    channel.state = state
    if state is _UP:
        if channel.answered is None:
            channel.answered = now
        if channel.application == _ORIGINATED:
            forget_application(channel)


def rename(store: Store, channel: Channel, name: str) -> None:
    """Give *channel* another name, and the name to no other."""
    if store.by_name.get(channel.name) == channel.uniqueid:
        del store.by_name[channel.name]
    devices = store.part(Devices)
    devices.discard(channel.device, channel.uniqueid)
    channel.name = name
    store.by_name[name] = channel.uniqueid
    devices.add(channel.device, channel.uniqueid)


def forget_application(channel: Channel) -> None:
    """Take it that the application known of *channel* has ended, and that no event says what it runs now."""
    channel.application = channel.data = channel.application_at = None


def remove(
    store: Store, channel: Channel, now: float, cause: int | None, cause_text: str, *, lost: bool = False
) -> None:
    """Take *channel* out of everything. A lost one leaves no tombstone: an event may yet show that it lives."""
    uniqueid = channel.uniqueid
    call_id = store.call_by_uid[uniqueid].id
    seeds = groups.neighbours(store, channel)
    for gone in store.gone_hooks:
        gone(store, channel, now)
    del store.channels[uniqueid]
    if store.by_name.get(channel.name) == uniqueid:
        del store.by_name[channel.name]
    ended = EndedChannel(channel, call_id, now, cause, cause_text, lost)
    store.ended_channels.append(ended)
    groups.remove(store, ended, seeds)
    if not lost:
        store.bury(uniqueid, now)


def _party(num: str, name: str) -> Party:
    return Party(_none(num), None if name in NOTHING else unescape(name))


def _none(text: str) -> str | None:
    return None if text in NOTHING else text


def _word(text: str) -> str | None:
    """Return one of the few words that all channels share (a context, a language), kept once."""
    return None if text in NOTHING else intern(text)


# -- events -----------------------------------------------------------------------------------------------------------


def _newchannel(store: Store, packet: Packet, now: float) -> None:
    fields = channel_fields(packet)
    if fields is None:
        store.unknown[packet.name] += 1
        return
    if fields[UNIQUEID] in store.tombstones:
        return
    known = store.channels.get(fields[UNIQUEID])
    if known is None:
        channel = begin(store, fields, now, partial=False)
    else:  # a list was faster than its event (`ami.md` D.4)
        channel = known
        refresh(store, channel, fields, now)
        groups.began(store, channel, now)
    channel.heard = now
    channel.touched = store.version
    for variable in packet.channel_variables():
        channel.variables[variable.name] = variable.value
    channel.outgoing = _OUTGOING.get(channel.state)
    exten = channel.position.exten
    if channel.state is _DOWN or exten == "s":  # it is being called, and does not call
        store.note(channel.uniqueid, packet.name, "{} is called", now, channel.name)
    else:
        channel.dialled = exten
        store.note(channel.uniqueid, packet.name, "{} calls {}", now, channel.name, exten or "in")


def _newstate(store: Store, packet: Packet, now: float) -> None:
    channel = hear(store, packet, now, create=True)
    if channel is not None and channel.state in _TOLD:
        store.note(channel.uniqueid, packet.name, _TOLD[channel.state], now, channel.name)


def _refreshed(store: Store, packet: Packet, now: float) -> None:
    hear(store, packet, now, create=True)


def _newexten(store: Store, packet: Packet, now: float) -> None:
    store.dialplan_seen = True
    known = store.channels.get(header(packet, "Uniqueid"))
    was = known.position if known is not None else None
    channel = hear(store, packet, now, create=True)
    if channel is None:
        return
    match = _APPLICATION.search(text_of(packet))
    application, data = match.groups() if match else (header(packet, "Application"), header(packet, "AppData"))
    if application in _CALLED and channel.state is _UP and channel.position.exten is not None:
        # It was called, and is now sent into the dialplan: this still names what called it, and what it runs first
        # is not told, because Newexten comes when context, extension or priority change and not for an application.
        forget_application(channel)
    elif (
        was is not None
        and was[:2] != channel.position[:2]
        and (channel.application, channel.data) == (_none(application), _none(data))
    ):
        # It was sent elsewhere (Redirect, a transfer, out of parking), and this still names what it ran before.
        forget_application(channel)
    else:
        channel.application, channel.data, channel.application_at = _none(application), _none(data), now
    if channel.dialled is None and not channel.partial and channel.state is ChannelState.RING:
        channel.dialled = channel.position.exten  # overlap dialling: its Newchannel knew no extension


def _hangup_request(store: Store, packet: Packet, now: float) -> None:
    channel = hear(store, packet, now)
    if channel is None or channel.hanging:
        return
    channel.hanging = True
    text = "{} hangs up" if packet.name == "HangupRequest" else "{} is being hung up"
    store.note(channel.uniqueid, packet.name, text, now, channel.name)


def _hangup(store: Store, packet: Packet, now: float) -> None:
    fields = channel_fields(packet)
    if fields is None:
        store.unknown[packet.name] += 1
        return
    channel = store.channels.get(fields[UNIQUEID])
    if channel is None:
        # Of one that was never known as well: its Newchannel may trail behind, and must not raise it.
        store.unknown[packet.name] += fields[UNIQUEID] not in store.tombstones
        store.bury(fields[UNIQUEID], now)
        return
    refresh(store, channel, fields, now)
    channel.heard = now
    cause = number(header(packet, "Cause"))
    text = in_words(cause, value(packet, "Cause-txt"), value(packet, "TechCause"), channel.technology)
    store.note(channel.uniqueid, packet.name, "{} hung up: {}", now, channel.name, text)
    remove(store, channel, now, cause, text)


def _originate_response(store: Store, packet: Packet, now: float) -> None:
    """Read which application an originated channel runs: Asterisk sends no Newexten for it.

    It comes from another thread and may be late (`ami.md` B.1), so it makes no channel and overrides no application.
    """
    channel = store.channels.get(header(packet, "Uniqueid"))
    if channel is None:
        return
    channel.heard = now
    channel.touched = store.version
    application = value(packet, "Application")
    if header(packet, "Response") == "Success" and application and channel.application in {None, _ORIGINATED}:
        channel.application, channel.data, channel.application_at = application, value(packet, "Data"), now


def _rename(store: Store, packet: Packet, now: float) -> None:
    channel = store.channels.get(header(packet, "Uniqueid"))
    name = value(packet, "Newname")
    if channel is None or name is None:
        store.unknown[packet.name] += 1
        return
    rename(store, channel, name)
    channel.block = ()  # the next block is compared with nothing, and read whole
    channel.heard = now
    channel.touched = store.version


REDUCER: Reducer = Reducer(
    {
        "Newchannel": _newchannel,
        "Newstate": _newstate,
        "NewCallerid": _refreshed,
        "NewConnectedLine": _refreshed,
        "NewAccountCode": _refreshed,
        "Newexten": _newexten,
        "HangupRequest": _hangup_request,
        "SoftHangupRequest": _hangup_request,
        "Hangup": _hangup,
        "OriginateResponse": _originate_response,
        "Rename": _rename,
    }
)
