"""The verbs: all that phones, callers, agents and AMI actions can do to the exchange.

Each one has its whole effect, with all events, before it returns; what takes time is on the clock.
A verb on a channel that has ended does nothing. None of them may be called by a listener.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from amitop.sim.switch import Switch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amitop.sim.bridge import Bridge
    from amitop.sim.channel import Channel
    from amitop.sim.endpoint import Endpoint, Registration
    from amitop.sim.event import Header
    from amitop.sim.queue import Member, Queue
    from amitop.sim.room import Lot, Parked


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


class Exchange(Switch):
    """An exchange. `Exchange(Clock(), seed=1, system="lab")`, then `add_endpoint`, `add_queue`, `dialplan.add`, ..."""

    # --- building it (no events) ---

    def add_endpoint(
        self, name: str, number: str = "", caller_name: str = "", *, context: str = "internal", trunk: bool = False,
        uri: str = "", static: bool = True, reachable: bool = True, user_agent: str = "", hint: str = "",
    ) -> Endpoint:  # fmt: skip
        """Add a PJSIP endpoint with one contact (none when `uri` is "-"); `hint` is its extension in its context."""
        raise NotImplementedError

    def add_queue(self, name: str, strategy: str = "ringall", **settings: object) -> Queue:
        """Add a queue; `settings` are fields of `queue.Queue`."""
        raise NotImplementedError

    def add_static_member(
        self, queue: str, interface: str, name: str = "", penalty: int = 0, *, wrapup: int = 0
    ) -> Member:
        """Add a member as queues.conf does."""
        raise NotImplementedError

    def add_lot(
        self, name: str = "default", first: int = 701, last: int = 720, timeout: float = 45.0, exten: str = "700"
    ) -> Lot:
        """Add a parking lot, with its extensions (700 parks, 701.. fetch) in context `parkedcalls`."""
        raise NotImplementedError

    def add_registration(self, name: str, server_uri: str, client_uri: str, endpoint: str = "") -> Registration:
        """Add an outbound registration; it is tried at once when the clock runs."""
        raise NotImplementedError

    # --- looking ---

    def find(self, name_or_uniqueid: str) -> Channel | None:
        """Find a channel as AMI actions do: by its exact name, then by its Uniqueid."""
        raise NotImplementedError

    def device_state(self, device: str) -> str:
        """DEVSTATE of a device: NOT_INUSE, INUSE, RINGING, RINGINUSE, ONHOLD, BUSY, UNAVAILABLE, INVALID, UNKNOWN."""
        raise NotImplementedError

    # --- what phones and trunks do ---

    def call_in(self, endpoint: str, number: str, name: str, exten: str, *, context: str = "") -> Channel:
        """Have an endpoint call an extension: its channel executes the dialplan. Without a number: its own."""
        raise NotImplementedError

    def ring(self, leg: Channel) -> None:
        """Let a dialled leg's device say that it rings (180)."""
        raise NotImplementedError

    def progress(self, leg: Channel) -> None:
        """Let it say that the call goes on, with sound (183): DialState PROGRESS."""
        raise NotImplementedError

    def answer(self, leg: Channel) -> None:
        """Pick up a dialled leg."""
        raise NotImplementedError

    def reject(self, leg: Channel, cause: int = 17) -> None:
        """Refuse a dialled leg: 17 busy, 21 declined, 34 congestion, 1 unallocated number, 20 unavailable."""
        raise NotImplementedError

    def hang_up(self, channel: Channel, cause: int = 16) -> None:
        """Put the receiver down at the device's end (HangupRequest)."""
        raise NotImplementedError

    def hold(self, channel: Channel, music: str = "") -> None:
        """Put the far end on hold, by this channel's device."""
        raise NotImplementedError

    def unhold(self, channel: Channel) -> None:
        """Take it back."""
        raise NotImplementedError

    def press(self, channel: Channel, digit: str, duration_ms: int = 100) -> None:
        """Press a key on the channel's device (DTMFBegin, DTMFEnd, Received)."""
        raise NotImplementedError

    def talk(self, channel: Channel, talking: bool) -> None:
        """Start or stop talking in a conference that tells of it (ConfbridgeTalking)."""
        raise NotImplementedError

    def attended_transfer(self, first: Channel, second: Channel) -> str:
        """Join the parties of two calls of one phone by REFER with Replaces; the event's Result."""
        raise NotImplementedError

    # --- calls: what AMI actions do ---

    def hangup(self, channel: Channel, cause: int = 0) -> None:
        """Hang up as the action Hangup does (SoftHangupRequest)."""
        raise NotImplementedError

    def redirect(self, channel: Channel, context: str, exten: str, priority: int = 1) -> bool:
        """Move the leg itself to an extension. False when it cannot be moved."""
        raise NotImplementedError

    def redirect_both(
        self, channel: Channel, target: tuple[str, str, int], extra: Channel, extra_target: tuple[str, str, int]
    ) -> bool:
        """Move two legs at once, so that neither is hung up by the other's leaving."""
        raise NotImplementedError

    def blind_transfer(self, channel: Channel, exten: str, context: str = "") -> str:
        """Send the peer of `channel` to an extension; Result: Success, Fail, Invalid (not bridged), Not Permitted."""
        raise NotImplementedError

    def bridge(self, first: Channel, second: Channel) -> Bridge | None:
        """Join two channels out of whatever they were in."""
        raise NotImplementedError

    def originate(self, call: Call) -> str:
        """Start a call (Async): "" when it is queued, else Asterisk's error text. OriginateResponse is an event."""
        raise NotImplementedError

    def set_variable(self, channel: Channel | None, name: str, value: str) -> None:
        """Set a variable of a channel, or a global one."""
        raise NotImplementedError

    def get_variable(self, channel: Channel | None, name: str) -> str:
        """Read one; "" when it is not set. Knows CHANNEL(...) and CDR(...) of a few names."""
        raise NotImplementedError

    def play_dtmf(self, channel: Channel, digit: str, duration_ms: int = 100, *, receive: bool = False) -> None:
        """Send a digit to the device, or as if it came from there."""
        raise NotImplementedError

    def mute_audio(self, channel: Channel, direction: str, on: bool) -> None:
        """MuteAudio: `in`, `out` or `all`. Makes no event."""
        raise NotImplementedError

    def limit(self, channel: Channel, seconds: float) -> None:
        """AbsoluteTimeout: end it then; 0 takes the limit away."""
        raise NotImplementedError

    def start_recording(self, channel: Channel, file: str) -> str:
        """MixMonitor: its MixMonitorID."""
        raise NotImplementedError

    def stop_recording(self, channel: Channel, mixmonitor_id: str = "") -> bool:
        """StopMixMonitor, the first without an ID. False when there is none."""
        raise NotImplementedError

    def mute_recording(self, channel: Channel, direction: str, on: bool) -> bool:
        """MixMonitorMute (read, write, both). False when nothing is recorded."""
        raise NotImplementedError

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
        raise NotImplementedError

    # --- conferences: False when there is no such thing ---

    def conf_mute(self, conference: str, channel: str, on: bool) -> bool:
        """Mute or unmute a participant by channel name, `all` or `participants`."""
        raise NotImplementedError

    def conf_kick(self, conference: str, channel: str) -> bool:
        """Throw out a participant by channel name, `all` or `participants`."""
        raise NotImplementedError

    def conf_lock(self, conference: str, on: bool) -> bool:
        """Lock or unlock. Makes no event."""
        raise NotImplementedError

    def conf_record(self, conference: str, on: bool, file: str = "") -> bool:
        """Start or stop recording."""
        raise NotImplementedError

    # --- queues ---

    def pause_member(self, interface: str, paused: bool, *, queue: str = "", reason: str = "") -> int:
        """Pause in one queue or all; in how many it was found."""
        raise NotImplementedError

    def add_member(
        self, queue: str, interface: str, *, name: str = "", penalty: int = 0, paused: bool = False,
        state_interface: str = "", reason: str = "",
    ) -> str:  # fmt: skip
        """QueueAdd: "" when done, else `Unable to add interface: Already there` or `... to queue: No such queue`."""
        raise NotImplementedError

    def remove_member(self, queue: str, interface: str) -> str:
        """QueueRemove: "" when done, else Asterisk's error text."""
        raise NotImplementedError

    def set_penalty(self, interface: str, penalty: int, queue: str = "") -> int:
        """QueuePenalty: in how many queues."""
        raise NotImplementedError

    def set_ring_in_use(self, interface: str, on: bool, queue: str = "") -> int:
        """QueueMemberRingInUse: in how many queues."""
        raise NotImplementedError

    def withdraw(self, queue: str, channel: str, info: str = "") -> str:
        """QueueWithdrawCaller by channel name: "" when done, else `No such queue`, `No such caller`..."""
        raise NotImplementedError

    def change_priority(self, queue: str, channel: str, priority: int, *, immediate: bool = False) -> str:
        """QueueChangePriorityCaller: "" when done, else `No such queue`, `No such caller`."""
        raise NotImplementedError

    def reset_queue(self, queue: str = "") -> bool:
        """QueueReset of one or all. Makes no event."""
        raise NotImplementedError

    # --- endpoints and registrations ---

    def contact(self, endpoint: str, status: str, rtt_usec: int = 0) -> None:
        """Let an endpoint's contact become Reachable or Unreachable (ContactStatus, PeerStatus, device state)."""
        raise NotImplementedError

    def register_contact(self, endpoint: str, uri: str, user_agent: str = "", expires: float = 3600.0) -> None:
        """Let a phone register itself."""
        raise NotImplementedError

    def unregister_contact(self, endpoint: str, uri: str) -> None:
        """Let its registration end."""
        raise NotImplementedError

    def qualify(self, endpoint: str) -> None:
        """PJSIPQualify: asks each contact; the answer changes RoundtripUsec, and makes events only of a new status."""
        raise NotImplementedError

    def register(self, registration: str) -> None:
        """Try an outbound registration now (Registry)."""
        raise NotImplementedError

    def unregister(self, registration: str) -> None:
        """End an outbound registration."""
        raise NotImplementedError

    # --- the system ---

    def user_event(self, name: str, headers: Iterable[Header] = (), channel: Channel | None = None) -> None:
        """Say a UserEvent."""
        raise NotImplementedError

    def reload(self, module: str = "") -> None:
        """Reload a module or all (Reload): static members log in anew when app_queue is among them."""
        raise NotImplementedError

    def shut_down(self, *, restart: bool = False) -> None:
        """Say Shutdown, and end everything without a word. The server cuts its sessions then."""
        raise NotImplementedError

    def boot(self) -> None:
        """Begin anew after `shut_down`: another start time, empty, FullyBooted."""
        raise NotImplementedError
