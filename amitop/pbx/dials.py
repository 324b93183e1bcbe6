"""Dials: who is calling whom and has no answer yet (`ami.md` B.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx import groups
from amitop.pbx.blocks import header, value
from amitop.pbx.channels import forget_application, hear
from amitop.pbx.model import ChannelState, Dial
from amitop.pbx.reducer import Reducer

if TYPE_CHECKING:
    from amitop.ami.packet import Packet
    from amitop.pbx.model import Channel, Outage
    from amitop.pbx.store import Store

_DIALLING = {"Dial", "RetryDial", "Page", "FollowMe", "Queue", "AgentRequest", "Originate"}
"""Applications that call."""
_ENDED = {
    "ANSWER": "is answered",
    "ABORT": "is given up",
    "BUSY": "is busy",
    "CANCEL": "is cancelled",
    "CHANUNAVAIL": "cannot be reached",
    "CONGESTION": "is congested",
    "CONTINUE": "goes on in the dialplan",
    "GOTO": "goes on in the dialplan",
    "NOANSWER": "is not answered",
}


def _dial_begin(store: Store, packet: Packet, now: float) -> None:
    dial = _dialling(store, packet, now)
    if dial is None:
        return
    dial.dial_string = value(packet, "DialString") or dial.dial_string
    store.note(dial.dest, packet.name, "{} is dialled", now, dial.dial_string or store.channels[dial.dest].name)


def _dial_state(store: Store, packet: Packet, now: float) -> None:
    dial = _dialling(store, packet, now)
    if dial is None:
        return
    dial.status = value(packet, "DialStatus") or dial.status
    forward = value(packet, "Forward")
    if forward is not None:
        store.note(dial.dest, packet.name, f"{store.channels[dial.dest].name} forwards to {forward}", now)


def _dialling(store: Store, packet: Packet, now: float) -> Dial | None:
    """Return the dial that the packet is about; made here where it began before amitop was there to see."""
    caller = hear(store, packet, now, create=True)  # absent when nobody dials: Originate, call files
    dest = hear(store, packet, now, "Dest", create=True)
    if dest is None:
        return None
    dial = store.dials.get(dest.uniqueid)
    if dial is None:
        dial = Dial(None, dest.uniqueid, None, now)
        if dest.state is not ChannelState.UP:  # its DialEnd came in a list's shadow (`ami.md` D.4)
            store.dials[dest.uniqueid] = dial
    if caller is not None:
        if dial.caller != caller.uniqueid:
            dial.caller = caller.uniqueid
            groups.link(store, caller.uniqueid, dest.uniqueid)
        if caller.application is not None and caller.application not in _DIALLING:
            forget_application(caller)  # its first step into the dialplan was not told (see `channels._newexten`)
    return dial


def _dial_end(store: Store, packet: Packet, now: float) -> None:
    """End a dial. Asterisk tells the end of a queue's losers twice (`ami.md` B.3): the second changes nothing."""
    caller = hear(store, packet, now)
    dest = hear(store, packet, now, "Dest")
    if dest is None:
        return
    status = header(packet, "DialStatus")
    dial = store.dials.pop(dest.uniqueid, None)
    if dial is not None:
        store.note(dest.uniqueid, packet.name, "{} {}", now, dest.name, _ENDED.get(status) or status.lower())
    if caller is not None and status != "ANSWER":
        groups.unlink(store, caller.uniqueid, dest.uniqueid)


def _gone(store: Store, channel: Channel, _now: float) -> None:
    store.dials.pop(channel.uniqueid, None)


def _doubt(store: Store, channel: Channel, outage: Outage) -> None:
    dial = store.dials.get(channel.uniqueid)
    if dial is not None and dial.begun <= outage.at and channel.state is ChannelState.UP:
        store.dials.pop(channel.uniqueid, None)


REDUCER: Reducer = Reducer(
    {"DialBegin": _dial_begin, "DialState": _dial_state, "DialEnd": _dial_end}, gone=_gone, doubt=_doubt
)
