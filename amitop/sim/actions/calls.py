"""What changes calls: hanging up, moving, transferring, joining, time limits (`ami.md` E.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from amitop.sim.action import Refusal, action

if TYPE_CHECKING:
    from amitop.sim.action import Ask
    from amitop.sim.channel import Channel
    from amitop.sim.exchange import Exchange

UP = 6


@action("Hangup", "system,call", "Hangup channel.")
def hangup(ask: Ask) -> None:
    """Hang up a channel, or all whose names match `/regex/`."""
    name = ask.need("Channel", "No channel specified")
    cause = ask.get("Cause")
    cause_number = int(cause) if cause.isascii() and cause.isdigit() and int(cause) <= 127 else 0
    if name.startswith("/"):
        _hang_up_many(ask, name, cause_number)
        return
    channel = ask.need_channel("No such channel")
    ask.ack("Channel Hungup")
    ask.exchange.hangup(channel, cause_number)


def _hang_up_many(ask: Ask, name: str, cause: int) -> None:
    if len(name) < 2 or not name.endswith("/"):
        ask.error("Regex format invalid, Channel param should be /regex/")
        return
    try:
        pattern = re.compile(name[1:-1])
    except re.error:
        ask.error(f"Regex compile failed on: {name}")
        return
    channels = [channel for channel in ask.exchange.channels.values() if pattern.search(channel.name)]
    items = [ask.item("ChannelHungup", [("Channel", channel.name)]) for channel in channels]
    ask.listing("Channels hung up will follow", "ChannelsHungupListComplete", items)
    for channel in channels:
        ask.exchange.hangup(channel, cause)


@action("PJSIPHangup", "system,call", "Hangup an incoming PJSIP channel with a SIP response code", "chan_pjsip")
def pjsip_hangup(ask: Ask) -> None:
    """Hang up by a SIP answer; what it means as a cause is what a phone's answer would mean."""
    ask.need("Channel", "No channel specified")
    channel = ask.need_channel("No such channel")
    ask.ack("Channel Hungup")
    ask.exchange.hangup(channel, {"404": 1, "480": 19, "486": 17, "503": 34, "603": 21}.get(ask.get("Cause"), 16))


@action("Redirect", "call", "Redirect (transfer) a call.")
def redirect(ask: Ask) -> None:
    """Move a leg to an extension, or two at once."""
    for header in ("Channel", "Context", "Exten", "Priority"):
        ask.need(header, f"{header} not specified")
    target = _target(ask, "")
    channel = ask.need_channel(f"Channel does not exist: {ask.get('Channel')}")
    if ask.get("ExtraChannel"):
        _redirect_both(ask, channel, target)
    elif channel.state != UP and not channel.pbx:
        ask.error("Redirect failed, channel not up.")
    elif ask.exchange.redirect(channel, *target):
        ask.ack("Redirect successful")
    else:
        ask.error("Redirect failed")


def _redirect_both(ask: Ask, channel: Channel, target: tuple[str, str, int]) -> None:
    extra = ask.need_channel(f"ExtraChannel does not exist: {ask.get('ExtraChannel')}", "ExtraChannel")
    extra_target = target
    if ask.get("ExtraExten") or ask.get("ExtraContext") or ask.get("ExtraPriority"):
        for header in ("ExtraContext", "ExtraExten", "ExtraPriority"):
            ask.need(header, f"{header} not specified")
        extra_target = _target(ask, "Extra")
    if ask.exchange.redirect_both(channel, target, extra, extra_target):
        ask.ack("Dual Redirect successful")
    else:
        ask.error("Redirect failed")


def _target(ask: Ask, prefix: str) -> tuple[str, str, int]:
    """Return context, extension and priority. Raises `Refusal`."""
    priority = ask.get(f"{prefix}Priority")
    if not (priority.isascii() and priority.isdigit() and int(priority) > 0):
        raise Refusal(f"{prefix}Priority is invalid")
    return ask.get(f"{prefix}Context"), ask.get(f"{prefix}Exten"), int(priority)


@action("BlindTransfer", "call", "Blind transfer channel(s) to the given destination")
def blind_transfer(ask: Ask) -> None:
    """Send the peer of a channel to an extension."""
    ask.need("Channel", "No channel specified")
    ask.need("Exten", "No extension specified")
    channel = ask.need_channel("Channel specified does not exist")
    result = ask.exchange.blind_transfer(channel, ask.get("Exten"), ask.get("Context"))
    answers = {"Not Permitted": "Transfer not permitted", "Invalid": "Transfer invalid", "Fail": "Transfer failed"}
    if result in answers:
        ask.error(answers[result])
    else:
        ask.ack("Transfer succeeded")


@action("Atxfer", "call", "Attended transfer.")
def attended_transfer(ask: Ask) -> None:
    """Refuse: features.conf of this exchange has no code for it."""
    ask.need("Channel", "No channel specified")
    ask.need("Exten", "No extension specified")
    ask.need_channel("Channel specified does not exist")
    ask.error("No attended transfer feature code found")


@action("CancelAtxfer", "call", "Cancel an attended transfer.")
def cancel_attended_transfer(ask: Ask) -> None:
    """Agree: there is none to cancel."""
    ask.need("Channel", "No channel specified")
    ask.need_channel("Channel specified does not exist")
    ask.ack("CancelAtxfer successfully queued")


@action("Bridge", "call", "Bridge two channels already in the PBX.")
def bridge(ask: Ask) -> None:
    """Join two channels. Asterisk takes the first whose name begins so."""
    names = ask.get("Channel1"), ask.get("Channel2")
    if not all(names):
        ask.error("Missing channel parameter in request")
        return
    found = []
    for number, name in enumerate(names, 1):
        channel = ask.exchange.find(name) or _beginning(ask.exchange, name)
        if channel is None:
            ask.error(f"Channel{number} does not exist: {name}")
            return
        found.append(channel)
    if ask.exchange.bridge(*found) is None:
        ask.error("Unable to create bridge\n")
    else:
        ask.ack("Channels have been bridged")


def _beginning(exchange: Exchange, name: str) -> Channel | None:
    return next((channel for full, channel in exchange.by_name.items() if full.startswith(name)), None)


@action("AbsoluteTimeout", "system,call", "Set absolute timeout.")
def absolute_timeout(ask: Ask) -> None:
    """Limit how long a channel lives from now. There is no way to take a limit back: 0 is no time to Asterisk."""
    ask.need("Channel", "No channel specified")
    found = re.match(r"\s*\+?(\d+)", ask.get("Timeout"))
    if found is None or not int(found[1]):
        ask.error("No timeout specified")
        return
    channel = ask.need_channel("No such channel")
    ask.exchange.limit(channel, int(found[1]))
    ask.ack("Timeout Set")


@action("LocalOptimizeAway", "system,call", "Optimize away a local channel when possible.")
def local_optimize_away(ask: Ask) -> None:
    """Agree: what can be optimized away here is already."""
    ask.need("Channel", "'Channel' not specified.")
    ask.need_channel("Channel does not exist.")
    ask.ack("Queued channel to be optimized away")


@action(
    "SendText",
    "call",
    "Sends a text message to channel. A content type\tcan be optionally specified. If not set it is set to an empty "
    "string allowing a custom handler to default it as it sees fit.",
)
def send_text(ask: Ask) -> None:
    """Send words to a phone's display."""
    ask.need("Channel", "No channel specified")
    ask.need("Message", "No Message specified")
    ask.need_channel("No such channel")
    ask.ack("Success")
