"""Originate: a device is called, and then goes to an extension or an application (`ami.md` E.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from amitop.sim import channels, dialing, executing
from amitop.sim.applications import set_value
from amitop.sim.running import Calling

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.clock import Timer
    from amitop.sim.event import Header
    from amitop.sim.switch import Switch


@dataclass(slots=True)
class Call:
    """What Originate asks for: `channel` is dialled, and then goes to an extension or an application."""

    channel: str
    context: str = ""
    exten: str = ""
    priority: int = 1
    application: str = ""
    data: str = ""
    timeout: float = 30.0
    caller_num: str = ""
    caller_name: str = ""
    account: str = ""
    variables: list[Header] = field(default_factory=list)
    channel_id: str = ""
    other_channel_id: str = ""
    early_media: bool = False
    action_id: str = ""


class Origin(Calling):
    """A leg that is called for Originate."""

    def __init__(self, call: Call, leg: Channel) -> None:
        self.call = call
        self.leg = leg
        self.timer: Timer | None = None

    def begin(self, switch: Switch) -> None:
        """Call it."""
        call, leg = self.call, self.leg
        leg.account = call.account or leg.account
        leg.application, leg.data = "AppDial2", "(Outgoing Line)"
        channels.publish(switch, leg)
        if call.caller_num or call.caller_name:
            leg.caller_num, leg.caller_name = call.caller_num, call.caller_name
            channels.publish(switch, leg)
            channels.set_connected(switch, leg, call.caller_num, call.caller_name)
        for name, value in call.variables:
            set_value(switch, leg, name, value)
        dialing.invite(switch, leg)
        dialing.say_begin(switch, None, leg, call.channel.partition("/")[2])
        self.timer = switch.clock.at(call.timeout, lambda: self._timed_out(switch))
        dialing.call(switch, leg, self)

    def dials(self, channel: Channel) -> bool:
        """Whether that is its leg."""
        return channel is self.leg

    def rang(self, switch: Switch, leg: Channel) -> None:
        """Say so."""
        dialing.say_state(switch, None, leg, "RINGING")

    def progressed(self, switch: Switch, leg: Channel, status: str) -> None:
        """Say so."""
        dialing.say_state(switch, None, leg, status)

    def picked_up(self, switch: Switch, leg: Channel) -> None:
        """Let it go where it was to go."""
        self._stop()
        call = self.call
        dialing.say_end(switch, None, leg, "ANSWER")
        respond(switch, call, leg, 4)
        leg.running = None
        if not call.application:
            executing.start(switch, leg, call.context, call.exten, call.priority)
            return
        leg.application, leg.data = call.application, call.data
        channels.publish(switch, leg)
        if executing.execute(switch, leg, call.application, call.data) and not leg.hanging:
            channels.drop(switch, leg, channels.NORMAL)

    def refused(self, switch: Switch, leg: Channel) -> None:
        """Give up."""
        self._stop()
        status = dialing.status_of(leg.cause)
        dialing.say_end(switch, None, leg, status)
        leg.running = None
        channels.drop(switch, leg)
        respond(switch, self.call, leg, {"BUSY": 5, "CONGESTION": 8, "NOANSWER": 3}.get(status, 0))

    def _timed_out(self, switch: Switch) -> None:
        leg = self.leg
        self.timer = None
        if leg.gone:
            return
        dialing.say_end(switch, None, leg, "NOANSWER")
        leg.running = None
        channels.drop(switch, leg, channels.UNKNOWN)
        respond(switch, self.call, leg, 3)

    def _stop(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def interrupt(self, switch: Switch, channel: Channel, why: str) -> list[Channel]:
        """Give up, when it is hung up or moved before the answer."""
        self._stop()
        if why == "hangup":
            dialing.say_end(switch, None, channel, "CANCEL")
            respond(switch, self.call, channel, 1)
        return []


def respond(switch: Switch, call: Call, leg: Channel | None, reason: int) -> None:
    """Say OriginateResponse."""
    where = (
        [("Application", call.application), ("Data", call.data)]
        if call.application
        else [("Context", call.context), ("Exten", call.exten)]
    )
    switch.emit(
        "call",
        "OriginateResponse",
        [("ActionID", call.action_id)] if call.action_id else (),
        [
            ("Response", "Success" if reason == 4 else "Failure"),
            ("Channel", leg.name if leg is not None and reason == 4 else call.channel),
            *where,
            ("Reason", str(reason)),
            ("Uniqueid", leg.uniqueid if leg is not None and reason == 4 else call.channel_id or "<null>"),
            ("CallerIDNum", call.caller_num or "<unknown>"),
            ("CallerIDName", call.caller_name or "<unknown>"),
        ],
    )


def originate(switch: Switch, call: Call) -> str:
    """Queue a call; "" or the error text."""
    if "/" not in call.channel:
        return "Invalid channel"
    if not call.application and switch.dialplan.find(call.context, call.exten) is None:
        return "Extension does not exist."
    switch.clock.at(0.0, lambda: _begin(switch, call))
    return ""


def _begin(switch: Switch, call: Call) -> None:
    leg = dialing.request(switch, call.channel, uniqueid=call.channel_id, other_uniqueid=call.other_channel_id)
    if leg is None:
        respond(switch, call, None, 0)
        return
    Origin(call, leg).begin(switch)
