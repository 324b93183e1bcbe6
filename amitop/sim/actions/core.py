"""What the exchange says of itself, of its channels and of variables (`ami.md` C)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from amitop.sim.action import action

if TYPE_CHECKING:
    from amitop.sim.action import Ask
    from amitop.sim.channel import Channel
    from amitop.sim.event import Header

AMI_VERSION = "11.0.0"
ASTERISK_VERSION = "22.10.1"


@action("CoreSettings", "system,reporting", "Show PBX core settings (version etc).")
def core_settings(ask: Ask) -> None:
    """Say which Asterisk this is."""
    ask.ack(
        headers=[
            ("AMIversion", AMI_VERSION),
            ("AsteriskVersion", ASTERISK_VERSION),
            ("SystemName", ask.exchange.system),
            ("CoreMaxCalls", "0"),
            ("CoreMaxLoadAvg", "0.000000"),
            ("CoreRunUser", "asterisk"),
            ("CoreRunGroup", "asterisk"),
            ("CoreMaxFilehandles", "0"),
            ("CoreRealTimeEnabled", "No"),
            ("CoreCDRenabled", "Yes"),
            ("CoreHTTPenabled", "No"),
            ("SoundsSearchCustomDir", "No"),
        ]
    )


@action("CoreStatus", "system,reporting", "Show PBX core status variables.")
def core_status(ask: Ask) -> None:
    """Say since when it runs, in local time and without a zone, as Asterisk does (`ami.md` D.8)."""
    exchange = ask.exchange
    started, reloaded = time.localtime(exchange.started), time.localtime(exchange.reloaded)
    ask.ack(
        headers=[
            ("CoreStartupDate", time.strftime("%Y-%m-%d", started)),
            ("CoreStartupTime", time.strftime("%H:%M:%S", started)),
            ("CoreReloadDate", time.strftime("%Y-%m-%d", reloaded)),
            ("CoreReloadTime", time.strftime("%H:%M:%S", reloaded)),
            ("CoreCurrentCalls", str(len(exchange.channels))),
            ("CoreProcessedCalls", str(exchange.calls_processed)),
        ]
    )


@action("CoreShowChannels", "system,reporting", "List currently active channels.")
def core_show_channels(ask: Ask) -> None:
    """List all channels."""
    now = ask.exchange.clock.now
    items = [
        ask.item("CoreShowChannel", channel.block(), _shown(channel, now)) for channel in ask.exchange.channels.values()
    ]
    ask.listing("Channels will follow", "CoreShowChannelsComplete", items)


def _shown(channel: Channel, now: float) -> list[Header]:
    minutes, seconds = divmod(int(now - channel.created), 60)
    hours, minutes = divmod(minutes, 60)
    return [
        ("Application", str(channel.published[13])),
        ("ApplicationData", str(channel.published[14])),
        ("Duration", f"{hours:02}:{minutes:02}:{seconds:02}"),
        ("BridgeId", channel.bridge.uniqueid if channel.bridge is not None else ""),
    ]


@action("CoreShowChannelMap", "system,reporting", "List all channels connected to the specified channel.")
def core_show_channel_map(ask: Ask) -> None:
    """List who hears a channel."""
    ask.need("Channel", "CoreShowChannelMap requires a channel.\n")
    channel = ask.need_channel("Could not get channel snapshot\n")
    others = channel.bridge.others(channel) if channel.bridge is not None else []
    items = [ask.item("CoreShowChannelMap", [("ConnectedChannel", other.name)]) for other in others]
    ask.listing("Channel map will follow", "CoreShowChannelMapComplete", items)


@action("Status", "system,call,reporting", "List channel status.")
def status(ask: Ask) -> None:
    """Say all about one channel, or all of them."""
    channels = list(ask.exchange.channels.values())
    if ask.get("Channel"):
        channel = ask.channel()
        if channel is None:
            ask.error("No such channel")
            return
        channels = [channel]
    names = [name for name in ask.get("Variables").split(",") if name]
    items = [
        ask.marked_item(
            "Status",
            [("Privilege", "Call")],
            channel.block(),
            _status(channel, ask.exchange.clock.now),
            [("Variable", f"{name}={ask.exchange.get_variable(channel, name) or '(null)'}") for name in names],
        )
        for channel in channels
    ]
    ask.listing("Channel status will follow", "StatusComplete", items, [("Items", str(len(items)))])


def _status(channel: Channel, now: float) -> list[Header]:
    codec = "slin" if channel.technology == "Local" else "ulaw"
    return [
        ("Type", channel.technology),
        ("DNID", channel.dnid),
        ("EffectiveConnectedLineNum", channel.connected_num or "<unknown>"),
        ("EffectiveConnectedLineName", channel.connected_name or "<unknown>"),
        # Not the seconds that are left: the moment, in epoch seconds.
        ("TimeToHangup", str(int(channel.limit_at))),
        ("BridgeID", channel.bridge.uniqueid if channel.bridge is not None else ""),
        ("Application", channel.application),
        ("Data", channel.data),
        ("Nativeformats", f"({codec})"),
        ("Readformat", codec),
        ("Readtrans", ""),
        ("Writeformat", codec),
        ("Writetrans", ""),
        ("Callgroup", "0"),
        ("Pickupgroup", "0"),
        ("Seconds", str(int(now - channel.created))),
    ]


def _variable(ask: Ask) -> tuple[Channel | None, str]:
    """Return whose variable is meant, None for the exchange's, and its name. Raises `Refusal`."""
    name = ask.need("Variable", "No variable specified")
    return ask.need_channel("No such channel") if ask.get("Channel") else None, name


@action("Getvar", "call,reporting", "Gets a channel variable or function value.")
def getvar(ask: Ask) -> None:
    """Read a variable of a channel, or a global one."""
    channel, name = _variable(ask)
    ask.ack(headers=[("Variable", name), ("Value", ask.exchange.get_variable(channel, name))])


@action("Setvar", "call", "Sets a channel variable or function value.")
def setvar(ask: Ask) -> None:
    """Set a variable of a channel, or a global one."""
    channel, name = _variable(ask)
    ask.exchange.set_variable(channel, name, ask.get("Value"))
    ask.ack("Variable Set")


MODULES = ("app_confbridge", "app_mixmonitor", "app_queue", "chan_pjsip", "res_parking", "res_pjsip", "pbx_config")


@action("Reload", "system,config", "Send a reload event.")
def reload(ask: Ask) -> None:
    """Reload one module, or all."""
    module = ask.get("Module")
    if module and module.removesuffix(".so") not in MODULES:
        ask.error("No such module")
        return
    ask.ack("Module Reloaded")
    ask.exchange.reload(module)


@action("ModuleCheck", "system", "Check if module is loaded.")
def module_check(ask: Ask) -> None:
    """Say whether a module is loaded."""
    module = ask.get("Module").removesuffix(".so")
    if module in MODULES and ask.session.server.has(module):
        ask.ack(headers=[("Version", "")])
    else:
        ask.error("Module not loaded")
