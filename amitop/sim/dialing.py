"""Dialling: a leg is asked for, called, rings, and is answered or not (`ami.md` B.3); and the application Dial."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from amitop.sim import bridging, channels, devices, executing, local_channels
from amitop.sim.channel import DOWN, RING, RINGING, UP
from amitop.sim.running import Calling

if TYPE_CHECKING:
    from amitop.sim.channel import Channel
    from amitop.sim.clock import Timer
    from amitop.sim.running import Running
    from amitop.sim.switch import Switch

_STATUSES = {17: "BUSY", 34: "CONGESTION", 3: "CHANUNAVAIL", 20: "CHANUNAVAIL"}


def status_of(cause: int) -> str:
    """DialStatus of DialEnd, of a leg that has ended with that cause (ast_hangup_cause_to_dial_status)."""
    return _STATUSES.get(cause, "NOANSWER")


def request(
    switch: Switch, device: str, caller: Channel | None = None, *, uniqueid: str = "", other_uniqueid: str = ""
) -> Channel | None:
    """Make a leg to `PJSIP/agent05`, `PJSIP/+1555@trunk`, `Local/600@from-trunk/n`. None when that cannot be."""
    technology, _, data = device.partition("/")
    linkedid = caller.linkedid if caller is not None else ""
    if technology == "Local":
        return local_channels.request(switch, data, linkedid, uniqueid, other_uniqueid)
    number, _, name = data.rpartition("@") if "@" in data else ("", "", data.partition("/")[0])
    endpoint = switch.endpoints.get(name)
    if technology != "PJSIP" or endpoint is None or not endpoint.reachable:
        return None
    leg = channels.begin(
        switch,
        f"PJSIP/{name}-{switch.new_name('PJSIP')}",
        caller=(endpoint.number, endpoint.caller_name),
        place=(endpoint.context, "s"),
        linkedid=linkedid,
        uniqueid=uniqueid,
        account=endpoint.account,
        endpoint=endpoint,
    )
    leg.dnid, leg.dial_string = number, data
    return leg


def invite(switch: Switch, leg: Channel) -> None:
    """Send the call off; what comes back is on the clock."""
    if leg.other_half is not None:
        local_channels.meet(switch, leg)


def call(switch: Switch, leg: Channel, by: Calling) -> None:
    """Call the device of a leg. From now on it can ring, be answered, be refused."""
    leg.running = by
    if leg.other_half is not None:
        other = leg.other_half
        switch.clock.at(0.0, lambda: local_channels.run(switch, other))
        return
    switch.note(lambda observer: observer.invited(leg))
    after = leg.endpoint.ring_after if leg.endpoint is not None else None
    if after is not None:
        switch.clock.at(after, lambda: ring(switch, leg))


def _is_dialled(by: Running | None, leg: Channel) -> TypeGuard[Calling]:
    return isinstance(by, Calling) and by.dials(leg)


def ring(switch: Switch, leg: Channel) -> None:
    """Let the leg's device ring (180)."""
    by = leg.running
    if leg.gone or leg.hanging or leg.state != DOWN or not _is_dialled(by, leg):
        return
    channels.set_state(switch, leg, RINGING)
    by.rang(switch, leg)
    switch.note(lambda observer: observer.ringing(leg))


def progress(switch: Switch, leg: Channel, status: str = "PROGRESS") -> None:
    """Let it say that the call goes on (183)."""
    by = leg.running
    if not leg.gone and not leg.hanging and leg.state != UP and _is_dialled(by, leg):
        by.progressed(switch, leg, status)


def answer(switch: Switch, leg: Channel) -> None:
    """Let it be picked up."""
    by = leg.running
    if leg.gone or leg.hanging or leg.state == UP or not _is_dialled(by, leg):
        return
    # A queue hears of the device's state on another thread: before it has counted the answer, or after (`ami.md` D.6).
    late = switch.late_devices is None and switch.race(0.5)
    if late:
        switch.late_devices = []
    channels.set_state(switch, leg, UP)
    by.picked_up(switch, leg)
    if late:
        devices.catch_up(switch)


def reject(switch: Switch, leg: Channel, cause: int) -> None:
    """Let it refuse the call."""
    by = leg.running
    if leg.gone or leg.hanging or leg.state == UP or not _is_dialled(by, leg):
        return
    leg.cause = cause
    leg.tech_cause = channels.SIP_CODES.get(cause, 0)
    tech = (("TechCause", str(leg.tech_cause)),) if leg.tech_cause else ()
    switch.emit("call", "HangupRequest", leg.block(), (("Cause", str(cause)),), tech)
    by.refused(switch, leg)


def inherit(leg: Channel, caller: Channel, line: str) -> None:
    """Give a leg what app_dial and app_queue give it; it shows when it is published."""
    if not leg.caller_num:
        leg.caller_num = leg.dnid or caller.exten
    leg.exten = caller.exten
    leg.connected_num, leg.connected_name = caller.caller_num, caller.caller_name
    leg.application, leg.data = line, "(Outgoing Line)"
    leg.outgoing_line = line


def say_begin(switch: Switch, caller: Channel | None, leg: Channel, dial_string: str) -> None:
    """Say DialBegin."""
    block = caller.block() if caller is not None else b""
    switch.emit("call", "DialBegin", block, leg.block("Dest"), (("DialString", dial_string),))


def say_state(switch: Switch, caller: Channel | None, leg: Channel, status: str) -> None:
    """Say DialState."""
    block = caller.block() if caller is not None else b""
    switch.emit("call", "DialState", block, leg.block("Dest"), (("DialStatus", status),))


def say_end(switch: Switch, caller: Channel | None, leg: Channel, status: str) -> None:
    """Say DialEnd. It shows the leg as it is, not as published."""
    block = caller.block() if caller is not None else b""
    switch.emit("call", "DialEnd", block, leg.fresh("Dest"), (("DialStatus", status),))


_EMPTY = (
    "DIALSTATUS", "DIALEDPEERNUMBER", "DIALEDPEERNAME", "ANSWEREDTIME", "ANSWEREDTIME_MS", "DIALEDTIME",
    "DIALEDTIME_MS", "RINGTIME", "RINGTIME_MS", "PROGRESSTIME", "PROGRESSTIME_MS",
)  # fmt: skip


def duration(switch: Switch, channel: Channel, name: str, seconds: float) -> None:
    """Set NAME and NAME_MS."""
    if "dialplan" in switch.wanted:
        channels.set_variable(switch, channel, name, str(int(seconds)))
        channels.set_variable(switch, channel, f"{name}_MS", str(int(seconds * 1000)))


class Dial(Calling):
    """The application Dial: it calls one device or several at once, and talks to who answers first."""

    def __init__(self, caller: Channel) -> None:
        self.caller = caller
        self.legs: list[Channel] = []
        self.began = 0.0
        self.single = True
        self.status = "CHANUNAVAIL"
        self.timer: Timer | None = None

    def begin(self, switch: Switch, devices: list[str], timeout: float) -> bool:
        """Call them; False when the dialplan goes on later."""
        caller = self.caller
        self.began = switch.clock.now
        if "dialplan" in switch.wanted:
            for name in _EMPTY:
                channels.set_variable(switch, caller, name, "")
        for device in devices:
            leg = request(switch, device, caller)
            if leg is None:
                continue
            channels.set_variable(switch, leg, "DIALEDPEERNUMBER", device.partition("/")[2])
            inherit(leg, caller, "AppDial")
            leg.account = caller.account or leg.account
            channels.publish(switch, leg)
            self.legs.append(leg)
        if not self.legs:
            caller.cause, caller.tech_cause = 3, 404  # what a refused request leaves (seen in 22.10)
            channels.set_variable(switch, caller, "DIALSTATUS", self.status)
            return True
        self.single = len(self.legs) == 1
        caller.running = self
        for leg in self.legs:
            invite(switch, leg)
            say_begin(switch, caller, leg, leg.dial_string)
            if self.single:
                channels.set_connected(switch, caller, leg.caller_num, leg.caller_name)
            call(switch, leg, self)
        if timeout > 0:
            self.timer = switch.clock.at(timeout, lambda: self._timed_out(switch))
        return False

    def dials(self, channel: Channel) -> bool:
        """Whether it has dialled that."""
        return channel in self.legs

    def rang(self, switch: Switch, leg: Channel) -> None:
        """Let the caller hear it ring."""
        caller = self.caller
        if not caller.variables.get("RINGTIME_MS"):
            duration(switch, caller, "RINGTIME", switch.clock.now - self.began)
        say_state(switch, caller, leg, "RINGING")
        self._pass_on(switch, caller)

    def _pass_on(self, switch: Switch, caller: Channel) -> None:
        if caller.other_half is not None and caller.state == RING:
            ring(switch, caller.other_half)

    def progressed(self, switch: Switch, leg: Channel, status: str) -> None:
        """Let the caller hear what is said before an answer."""
        say_state(switch, self.caller, leg, status)

    def picked_up(self, switch: Switch, leg: Channel) -> None:
        """Connect the caller with who answered."""
        caller = self.caller
        self._stop()
        channels.set_variable(switch, caller, "DIALSTATUS", "ANSWER")
        channels.set_variable(switch, caller, "DIALEDPEERNAME", leg.name)
        channels.set_variable(switch, caller, "DIALEDPEERNUMBER", leg.device.partition("/")[2])
        leg.exten = ""
        say_end(switch, caller, leg, "ANSWER")
        losers = [other for other in self.legs if other is not leg]
        self.legs = []
        for loser in losers:
            say_end(switch, caller, loser, "CANCEL")
        for loser in losers:
            loser.running = None
            channels.drop(switch, loser, channels.ELSEWHERE)
        if not self.single:
            channels.set_connected(switch, caller, leg.caller_num, leg.caller_name)
        if caller.state != UP:
            caller.answered_by_dial = True
            channels.set_state(switch, caller, UP)
            if caller.other_half is not None:
                answer(switch, caller.other_half)
        if caller.hanging or caller.running is not self:  # whoever was told of the answer has taken the caller away
            leg.running = None
            channels.drop(switch, leg, channels.NORMAL)
            return
        answered = switch.clock.now
        talk = bridging.join(switch, caller, leg)
        if caller.variables.get("BLINDTRANSFER"):
            channels.set_variable(switch, caller, "BLINDTRANSFER", "")

        def over() -> None:
            duration(switch, caller, "ANSWEREDTIME", switch.clock.now - answered)
            duration(switch, caller, "DIALEDTIME", switch.clock.now - self.began)
            channels.set_variable(switch, caller, "DIALSTATUS", "ANSWER")

        talk.on_over = over

    def refused(self, switch: Switch, leg: Channel) -> None:
        """Go on without that leg, or give up with its status when it was the last."""
        self.legs.remove(leg)
        say_end(switch, self.caller, leg, status_of(leg.cause))
        self.status = {16: "NOANSWER", 19: "NOANSWER"}.get(leg.cause) or _STATUSES.get(leg.cause, "CHANUNAVAIL")
        cause, tech = leg.cause, leg.tech_cause
        leg.running = None
        channels.drop(switch, leg, channels.NORMAL)
        if not self.legs:
            if not self.caller.cause:
                self.caller.cause, self.caller.tech_cause = cause, tech
            self._give_up(switch)

    def _timed_out(self, switch: Switch) -> None:
        self.timer = None
        if self.caller.gone:
            return
        self.status = "NOANSWER"
        legs, self.legs = self.legs, []
        for leg in legs:
            say_end(switch, self.caller, leg, "NOANSWER")
        for leg in legs:
            leg.running = None
            channels.drop(switch, leg, channels.NORMAL)
        self._give_up(switch)

    def _give_up(self, switch: Switch) -> None:
        self._stop()
        channels.set_variable(switch, self.caller, "DIALSTATUS", self.status)
        executing.go_on(switch, self.caller)

    def _stop(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def interrupt(self, switch: Switch, channel: Channel, _why: str) -> list[Channel]:
        """Cancel all legs when the caller goes; go on without a leg that is taken away."""
        if channel is not self.caller:
            if channel in self.legs:
                self.legs.remove(channel)
                self.status = status_of(channel.cause)
                say_end(switch, self.caller, channel, self.status)
                if not self.legs:
                    switch.clock.at(0.0, lambda: self._lonely(switch))
            return []
        self._stop()
        legs, self.legs = self.legs, []
        for leg in legs:
            say_end(switch, self.caller, leg, "CANCEL")
            leg.running = None
            leg.cause = channels.NORMAL
        channels.set_variable(switch, self.caller, "DIALSTATUS", "CANCEL")
        return legs

    def _lonely(self, switch: Switch) -> None:
        if not self.legs and self.caller.running is self:
            self._give_up(switch)


def dial(switch: Switch, caller: Channel, arguments: str) -> bool:
    """Execute Dial(PJSIP/a&PJSIP/b,30)."""
    devices, _, rest = arguments.partition(",")
    seconds = rest.partition(",")[0]
    return Dial(caller).begin(switch, devices.split("&"), float(seconds) if seconds else 0.0)
