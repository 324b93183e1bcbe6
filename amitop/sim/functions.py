"""A few of the dialplan's functions, as Getvar and Status ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.switch import Switch


def read(switch: Switch, channel: Channel, function: str, argument: str) -> str:
    """Read FUNCTION(argument) of a channel; "" of what is not known here."""
    what = argument.partition(",")[0]
    if function == "CHANNEL":
        return _channel(channel, argument)
    if function == "CALLERID":
        return {"num": channel.caller_num, "name": channel.caller_name}.get(what, "")
    if function == "CONNECTEDLINE":
        return {"num": channel.connected_num, "name": channel.connected_name}.get(what, "")
    if function == "CDR":
        answered = channel.answered or 0.0
        if what == "answer":
            return f"{answered:.6f}" if answered else ""
        if what == "start":
            return f"{channel.created:.6f}"
        if what == "duration":
            return str(int(switch.clock.now - channel.created))
        if what == "billsec":
            return str(int(switch.clock.now - answered)) if answered else "0"
    return ""


def _channel(channel: Channel, argument: str) -> str:
    known = {
        "accountcode": channel.account,
        "language": channel.language,
        "uniqueid": channel.uniqueid,
        "linkedid": channel.linkedid,
        "name": channel.name,
        "channeltype": channel.technology,
        "state": "Up" if channel.answered else "Down",
        "audioreadformat": "ulaw",
        "audiowriteformat": "ulaw",
        "pjsip,call-id": channel.call_id,
    }
    return known.get(argument, "")
