"""The verbs: all that phones, callers, agents and AMI actions can do to the exchange.

Each one has its whole effect, with all events, before it returns; what takes time is on the clock.
A verb on a channel that has ended does nothing. None of them may be called by a listener.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from amitop.sim import (
    bridging,
    channels,
    conferences,
    contacts,
    devices,
    dialing,
    digits,
    executing,
    functions,
    members,
    originating,
    parking,
    queues,
    recording,
    registrations,
    rtcp,
    transfers,
    turns,
)
from amitop.sim.applications import set_value
from amitop.sim.channel import RING
from amitop.sim.endpoint import Contact, Endpoint, Registration
from amitop.sim.originating import Call
from amitop.sim.queue import Member, Queue
from amitop.sim.room import Lot, Parked
from amitop.sim.switch import Switch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amitop.sim.bridge import Bridge
    from amitop.sim.channel import Channel
    from amitop.sim.clock import Clock
    from amitop.sim.event import Header

__all__ = ["Call", "Exchange"]

_SETTINGS = {field.name for field in fields(Queue)} - {"name", "strategy", "members", "callers"}


class Exchange(Switch):
    """An exchange. `Exchange(Clock(), seed=1, system="lab")`, then `add_endpoint`, `add_queue`, `dialplan.add`, ..."""

    def __init__(self, clock: Clock, seed: int = 1, system: str = "") -> None:
        super().__init__(clock, seed, system)
        self.on_member_state = lambda device, status: members.state_changed(self, device, status)
        self.on_member_free = lambda member: turns.member_free(self, member)
        rtcp.start(self)

    # --- building it (no events) ---

    def add_endpoint(
        self, name: str, number: str = "", caller_name: str = "", *, context: str = "internal", trunk: bool = False,
        uri: str = "", static: bool = True, reachable: bool = True, user_agent: str = "", hint: str = "",
    ) -> Endpoint:  # fmt: skip
        """Add a PJSIP endpoint with one contact (none when `uri` is "-"); `hint` is its extension in its context."""
        endpoint = Endpoint(name, number, caller_name, context, trunk)
        if uri != "-":
            status = "Reachable" if reachable else "Unreachable"
            rtt = self.random.randrange(300, 30_000) if reachable else 0
            uri = uri or f"sip:{name}@192.0.2.{len(self.endpoints) % 250 + 1}:5060"
            endpoint.contacts.append(Contact(uri, name, status, rtt, user_agent, static))
        self.endpoints[name] = endpoint
        self.device_states[endpoint.device] = devices.state_of(self, endpoint.device)
        if hint:
            self.hints[context, hint] = endpoint.device
            self.hints_by_device.setdefault(endpoint.device, []).append((context, hint))
        return endpoint

    def add_queue(self, name: str, strategy: str = "ringall", **settings: object) -> Queue:
        """Add a queue; `settings` are fields of `queue.Queue`."""
        queue = Queue(name, strategy)
        for field, value in settings.items():
            if field not in _SETTINGS:
                raise ValueError(f"queues have no {field}")
            setattr(queue, field, value)
        self.queues[name] = queue
        self.device_states[f"Queue:{name}"] = "NOT_INUSE"
        self.device_states[f"Queue:{name}_avail"] = "INUSE"
        return queue

    def add_static_member(
        self, queue: str, interface: str, name: str = "", penalty: int = 0, *, wrapup: int = 0
    ) -> Member:
        """Add a member as queues.conf does."""
        member = members.add(self, self.queues[queue], interface, name, penalty=penalty, membership="static")
        member.wrapup = wrapup
        self.device_states[f"Queue:{queue}_pause_{interface}"] = "NOT_INUSE"
        if members.available(self, self.queues[queue], member):
            self.device_states[f"Queue:{queue}_avail"] = "NOT_INUSE"
        return member

    def add_lot(
        self, name: str = "default", first: int = 701, last: int = 720, timeout: float = 45.0, exten: str = "700"
    ) -> Lot:
        """Add a parking lot, with its extensions (700 parks, 701.. fetch) in context `parkedcalls`."""
        context = "parkedcalls"
        lot = self.lots[name] = Lot(name, first, last, timeout, exten, context)
        self.dialplan.add(context, exten, f"Park({name})")
        for space in range(first, last + 1):
            self.dialplan.add(context, str(space), f"ParkedCall({name},{space})")
        return lot

    def add_registration(self, name: str, server_uri: str, client_uri: str, endpoint: str = "") -> Registration:
        """Add an outbound registration; it is tried at once when the clock runs."""
        registration = Registration(name, server_uri, client_uri, endpoint)
        self.registrations[name] = registration
        self.clock.at(0.0, lambda: registrations.attempt(self, registration))
        return registration

    # --- looking ---

    def find(self, name_or_uniqueid: str) -> Channel | None:
        """Find a channel as AMI actions do: by its exact name, then by its Uniqueid."""
        return self.by_name.get(name_or_uniqueid) or self.channels.get(name_or_uniqueid)

    def device_state(self, device: str) -> str:
        """DEVSTATE of a device: NOT_INUSE, INUSE, RINGING, RINGINUSE, ONHOLD, BUSY, UNAVAILABLE, INVALID, UNKNOWN."""
        return devices.state_of(self, device)

    # --- what phones and trunks do ---

    def call_in(self, endpoint: str, number: str, name: str, exten: str, *, context: str = "") -> Channel:
        """Have an endpoint call an extension: its channel executes the dialplan. Without a number: its own."""
        found = self.endpoints[endpoint]
        caller = (number, name) if number else (found.number, name or found.caller_name)
        context = context or found.context
        channel = channels.begin(
            self, f"PJSIP/{endpoint}-{self.new_name('PJSIP')}", state=RING, caller=caller, place=(context, exten),
            account=found.account, endpoint=found,
        )  # fmt: skip
        channel.incoming = True
        channel.dnid = exten
        channels.set_variable(self, channel, "SIPDOMAIN", "127.0.0.1")
        executing.start(self, channel, context, exten)
        return channel

    def ring(self, leg: Channel) -> None:
        """Let a dialled leg's device say that it rings (180)."""
        dialing.ring(self, leg)

    def progress(self, leg: Channel) -> None:
        """Let it say that the call goes on, with sound (183): DialState PROGRESS."""
        dialing.progress(self, leg)

    def answer(self, leg: Channel) -> None:
        """Pick up a dialled leg."""
        dialing.answer(self, leg)

    def reject(self, leg: Channel, cause: int = 17) -> None:
        """Refuse a dialled leg: 17 busy, 21 declined, 34 congestion, 1 unallocated number, 20 unavailable."""
        dialing.reject(self, leg, cause)

    def hang_up(self, channel: Channel, cause: int = 16) -> None:
        """Put the receiver down at the device's end (HangupRequest)."""
        channels.hang_up(self, channel, cause)

    def hold(self, channel: Channel, music: str = "") -> None:
        """Put the far end on hold, by this channel's device."""
        bridging.hold(self, channel, music)

    def unhold(self, channel: Channel) -> None:
        """Take it back."""
        bridging.unhold(self, channel)

    def press(self, channel: Channel, digit: str, duration_ms: int = 100) -> None:
        """Press a key on the channel's device (DTMFBegin, DTMFEnd, Received)."""
        digits.press(self, channel, digit, duration_ms, "Received")

    def talk(self, channel: Channel, talking: bool) -> None:
        """Start or stop talking in a conference that tells of it (ConfbridgeTalking)."""
        conferences.talk(self, channel, talking)

    def attended_transfer(self, first: Channel, second: Channel) -> str:
        """Join the parties of two calls of one phone by REFER with Replaces; the event's Result."""
        return transfers.attended_transfer(self, first, second)

    # --- calls: what AMI actions do ---

    def hangup(self, channel: Channel, cause: int = 0) -> None:
        """Hang up as the action Hangup does (SoftHangupRequest)."""
        channels.drop(self, channel, cause)

    def redirect(self, channel: Channel, context: str, exten: str, priority: int = 1) -> bool:
        """Move the leg itself to an extension. False when it cannot be moved."""
        return transfers.redirect(self, channel, (context, exten, priority))

    def redirect_both(
        self, channel: Channel, target: tuple[str, str, int], extra: Channel, extra_target: tuple[str, str, int]
    ) -> bool:
        """Move two legs at once, so that neither is hung up by the other's leaving."""
        return transfers.redirect_both(self, channel, target, extra, extra_target)

    def blind_transfer(self, channel: Channel, exten: str, context: str = "") -> str:
        """Send the peer of `channel` to an extension; Result: Success, Fail, Invalid (not bridged), Not Permitted."""
        return transfers.blind_transfer(self, channel, exten, context)

    def bridge(self, first: Channel, second: Channel) -> Bridge | None:
        """Join two channels out of whatever they were in."""
        return transfers.bridge(self, first, second)

    def originate(self, call: Call) -> str:
        """Start a call (Async): "" when it is queued, else Asterisk's error text. OriginateResponse is an event."""
        return originating.originate(self, call)

    def set_variable(self, channel: Channel | None, name: str, value: str) -> None:
        """Set a variable of a channel, or a global one."""
        if channel is None:
            channels.set_variable(self, None, name, value)
        elif not channel.gone:
            set_value(self, channel, name, value)

    def get_variable(self, channel: Channel | None, name: str) -> str:
        """Read one; "" when it is not set. Knows CHANNEL(...) and CDR(...) of a few names."""
        if channel is None:
            return self.variables.get(name, "")
        function, _, rest = name.partition("(")
        if rest:
            return functions.read(self, channel, function, rest.rstrip(")"))
        return channel.variables.get(name, self.variables.get(name, ""))

    def play_dtmf(self, channel: Channel, digit: str, duration_ms: int = 100, *, receive: bool = False) -> None:
        """Send a digit to the device, or as if it came from there."""
        digits.press(self, channel, digit, duration_ms, "Received" if receive else "Sent")

    def mute_audio(self, channel: Channel, direction: str, on: bool) -> None:
        """MuteAudio: `in`, `out` or `all`. Makes no event."""
        ways = {"in", "out"} if direction == "all" else {direction}
        channel.muted = channel.muted | ways if on else channel.muted - ways

    def limit(self, channel: Channel, seconds: float) -> None:
        """AbsoluteTimeout: end it then; 0 takes the limit away."""
        if channel.limit is not None:
            channel.limit.cancel()
        channel.limit_at = self.clock.now + seconds if seconds else 0.0
        channel.limit = self.clock.at(seconds, lambda: channels.drop(self, channel, 0)) if seconds else None

    def start_recording(self, channel: Channel, file: str) -> str:
        """MixMonitor: its MixMonitorID."""
        return recording.start(self, channel, file)

    def stop_recording(self, channel: Channel, mixmonitor_id: str = "") -> bool:
        """StopMixMonitor, the first without an ID. False when there is none."""
        return recording.stop(self, channel, mixmonitor_id)

    def mute_recording(self, channel: Channel, direction: str, on: bool) -> bool:
        """MixMonitorMute (read, write, both). False when nothing is recorded."""
        return recording.mute(self, channel, direction, on)

    # --- parking ---

    def park(
        self,
        channel: Channel,
        *,
        lot: str = "",
        space: int = 0,
        timeout: float = 0.0,
        timeout_channel: Channel | None = None,
    ) -> Parked | None:
        """Park a leg as the action does (`ami.md` D.6 for queues). None when the lot is full."""
        return parking.park(self, channel, lot, wanted=space, timeout=timeout or None, parker=timeout_channel)

    # --- conferences: False when there is no such thing ---

    def conf_mute(self, conference: str, channel: str, on: bool) -> bool:
        """Mute or unmute a participant by channel name, `all` or `participants`."""
        return conferences.mute(self, conference, channel, on)

    def conf_kick(self, conference: str, channel: str) -> bool:
        """Throw out a participant by channel name, `all` or `participants`."""
        return conferences.kick(self, conference, channel)

    def conf_lock(self, conference: str, on: bool) -> bool:
        """Lock or unlock. Makes no event."""
        return conferences.lock(self, conference, on)

    def conf_record(self, conference: str, on: bool, file: str = "") -> bool:
        """Start or stop recording."""
        return conferences.record(self, conference, on, file)

    # --- queues ---

    def pause_member(self, interface: str, paused: bool, *, queue: str = "", reason: str = "") -> int:
        """Pause in one queue or all; in how many it was found."""
        return members.pause(self, interface, paused, queue, reason)

    def add_member(
        self, queue: str, interface: str, *, name: str = "", penalty: int = 0, paused: bool = False,
        state_interface: str = "", reason: str = "",
    ) -> str:  # fmt: skip
        """QueueAdd: "" when done, else `Unable to add interface: Already there` or `... to queue: No such queue`."""
        found = self.queues.get(queue)
        if found is None:
            return "Unable to add interface to queue: No such queue"
        if interface in found.members:
            return "Unable to add interface: Already there"
        member = members.add(
            self, found, interface, name, penalty=penalty, membership="dynamic", state_interface=state_interface
        )
        if paused:
            member.paused, member.paused_reason, member.last_pause = True, reason, int(self.clock.now)
        devices.say(self, f"Queue:{queue}_pause_{interface}", "INUSE" if paused else "NOT_INUSE")
        members.say(self, "QueueMemberAdded", member)
        members.say_available(self, found)
        self.on_member_free(member)
        return ""

    def remove_member(self, queue: str, interface: str) -> str:
        """QueueRemove: "" when done, else Asterisk's error text."""
        found = self.queues.get(queue)
        if found is None:
            return "Unable to remove interface from queue: No such queue"
        member = found.members.get(interface)
        if member is None:
            return "Unable to remove interface: Not there"
        if member.membership != "dynamic":
            return "Member not dynamic"
        members.remove(self, found, member)
        members.say(self, "QueueMemberRemoved", member)
        members.say_available(self, found)
        return ""

    def set_penalty(self, interface: str, penalty: int, queue: str = "") -> int:
        """QueuePenalty: in how many queues."""
        return members.set_penalty(self, interface, penalty, queue)

    def set_ring_in_use(self, interface: str, on: bool, queue: str = "") -> int:
        """QueueMemberRingInUse: in how many queues."""
        return members.set_ring_in_use(self, interface, on, queue)

    def withdraw(self, queue: str, channel: str, info: str = "") -> str:
        """QueueWithdrawCaller by channel name: "" when done, else `No such queue`, `No such caller`..."""
        return queues.withdraw(self, queue, channel, info)

    def change_priority(self, queue: str, channel: str, priority: int, *, immediate: bool = False) -> str:
        """QueueChangePriorityCaller: "" when done, else `No such queue`, `No such caller`."""
        return queues.change_priority(self, queue, channel, priority, immediate)

    def reset_queue(self, queue: str = "") -> bool:
        """QueueReset of one or all. Makes no event."""
        chosen = [each for each in self.queues.values() if queue in ("", each.name)]
        for each in chosen:
            queues.reset(each)
        return bool(chosen)

    # --- endpoints and registrations ---

    def contact(self, endpoint: str, status: str, rtt_usec: int = 0) -> None:
        """Let an endpoint's contact become Reachable or Unreachable (ContactStatus, PeerStatus, device state)."""
        contacts.change(self, endpoint, status, rtt_usec)

    def register_contact(self, endpoint: str, uri: str, user_agent: str = "", expires: float = 3600.0) -> None:
        """Let a phone register itself."""
        contacts.register(self, endpoint, uri, user_agent, expires)

    def unregister_contact(self, endpoint: str, uri: str) -> None:
        """Let its registration end."""
        contacts.unregister(self, endpoint, uri)

    def qualify(self, endpoint: str) -> None:
        """PJSIPQualify: asks each contact; the answer changes RoundtripUsec, and makes events only of a new status."""
        contacts.qualify(self, endpoint)

    def register(self, registration: str) -> None:
        """Try an outbound registration now (Registry)."""
        registrations.attempt(self, self.registrations[registration])

    def unregister(self, registration: str) -> None:
        """End an outbound registration."""
        registrations.end(self, self.registrations[registration])

    # --- the system ---

    def user_event(self, name: str, headers: Iterable[Header] = (), channel: Channel | None = None) -> None:
        """Say a UserEvent."""
        block = channel.block() if channel is not None else b""
        self.emit("user", "UserEvent", block, (("UserEvent", name),), list(headers))

    def reload(self, module: str = "") -> None:
        """Reload a module or all (Reload): static members log in anew when app_queue is among them."""
        self.emit("system", "Reload", (("Module", module or "All"), ("Status", "0")))
        self.reloaded = self.clock.now
        if module in ("", "app_queue.so", "app_queue"):
            for queue in self.queues.values():
                for member in queue.members.values():
                    if member.membership == "static":
                        member.login_time = int(self.clock.now)

    def shut_down(self, *, restart: bool = False) -> None:
        """Say Shutdown, and end everything without a word. The server cuts its sessions then."""
        how = "Uncleanly" if self.channels else "Cleanly"
        self.emit("system", "Shutdown", (("Shutdown", how), ("Restart", "True" if restart else "False")))
        self.down = True
        self.forget()

    def boot(self) -> None:
        """Begin anew after `shut_down`: another start time, empty, FullyBooted."""
        self.down = False
        self.started = self.reloaded = self.clock.now
        self.emit(
            "system", "FullyBooted", (("Uptime", "0"), ("LastReload", "0"), ("Status", "Fully Booted")),
        )  # fmt: skip
        for registration in self.registrations.values():
            registrations.attempt(self, registration)
