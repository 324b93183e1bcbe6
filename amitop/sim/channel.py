"""What a channel is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim.event import channel_block

if TYPE_CHECKING:
    from amitop.sim.bridge import Bridge
    from amitop.sim.clock import Timer
    from amitop.sim.endpoint import Endpoint
    from amitop.sim.running import Running

DOWN, RSRVD, OFFHOOK, DIALING, RING, RINGING, UP, BUSY = range(8)
"""ChannelState: RING is an incoming leg before it is answered, RINGING an outgoing one whose device rings."""


class Channel:
    """One leg. Read it freely; change it by the verbs only: they say the events and keep `block` true."""

    __slots__ = (
        "_blocks", "account", "answered", "answered_by_dial", "application", "bridge", "call_id",
        "caller_name", "caller_num", "cause", "connected_name", "connected_num", "context", "created",
        "data", "device", "dial_string", "dnid", "endpoint", "exten", "gone", "goto", "hanging", "held",
        "incoming", "kind", "language", "limit", "limit_at", "linkedid", "music", "muted", "muted_recording",
        "name", "other_half", "outgoing_line", "pbx", "pending", "priority", "published", "recordings",
        "running", "spied_by", "state", "tech_cause", "technology", "uniqueid", "variables",
    )  # fmt: skip

    def __init__(self, name: str, uniqueid: str, linkedid: str, created: float) -> None:
        self.name = name
        self.uniqueid = uniqueid
        self.linkedid = linkedid
        self.created = created
        self.answered: float | None = None
        """When it went Up, in epoch seconds."""
        self.state = DOWN
        self.caller_num = ""
        self.caller_name = ""
        """The party at this end; empty is what events call `<unknown>`."""
        self.connected_num = ""
        self.connected_name = ""
        """The party at the other end."""
        self.language = "en"
        self.account = ""
        self.context = ""
        self.exten = ""
        self.priority = 1
        self.application = ""
        self.data = ""
        """What it executes and with which arguments (CoreShowChannel Application, ApplicationData)."""
        self.technology = name.partition("/")[0]
        self.device = name.rpartition("-")[0]
        """What device state and queues know it as: `PJSIP/agent05`, `Local/9001@internal`."""
        self.endpoint: Endpoint | None = None
        self.dnid = ""
        """The number that was dialled on the way in (Status DNID)."""
        self.dial_string = ""
        """What Dial calls it by: `agent05`, `+1555@trunk`, `9001@internal/n`."""
        self.incoming = False
        """Whether its device called us, and not we it."""
        self.bridge: Bridge | None = None
        self.running: Running | None = None
        """What holds it at present: an application, a dial, a bridge after a dial."""
        self.pbx = False
        """Whether it executes dialplan (an incoming leg, an originated one); a dialled leg does not."""
        self.outgoing_line = ""
        """`AppDial` or `AppQueue` of a leg that was dialled."""
        self.pending: Timer | None = None
        """The next step of its dialplan, when one is to come."""
        self.other_half: Channel | None = None
        """Of a Local channel: `;2` of `;1` and the other way round."""
        self.held = False
        """Whether its device has put the other end on hold."""
        self.kind = ""
        """What it counts for in its device's state (`devices`)."""
        self.music = ""
        """The class of the music that it hears by MusicOnHold()."""
        self.muted: set[str] = set()
        """`in`, `out`: directions that MuteAudio has silenced."""
        self.recordings: dict[str, str] = {}
        """File by MixMonitorID."""
        self.muted_recording = False
        self.spied_by: list[Channel] = []
        self.limit: Timer | None = None
        self.limit_at = 0.0
        """When its time is up (AbsoluteTimeout), in epoch seconds; 0: never."""
        self.call_id = f"{uniqueid}@127.0.0.1"
        """The SIP Call-ID that BRIDGEPVTCALLID shows to the other end."""
        self.variables: dict[str, str] = {}
        self.cause = 0
        """Q.850 cause of its end, as far as known."""
        self.tech_cause = 0
        """The SIP code with which its device refused (TechCause), else 0."""
        self.goto: tuple[str, str, int] | None = None
        """Where its dialplan goes on, instead of at the next priority."""
        self.answered_by_dial = False
        """Whether Dial answered it, and not Answer(): its HangupRequest then has a Cause (seen in 22.10)."""
        self.hanging = False
        """Whether its end has begun."""
        self.gone = False
        """Whether its Hangup has been said."""
        self.published: tuple[object, ...] = ()
        """Its fields as events have shown them last, in the order of the block."""
        self._blocks: dict[str, bytes] = {}

    def fields(self) -> tuple[object, ...]:
        """Its fields as they are now, in the order of the block, and then what it executes."""
        return (
            self.name, self.state, self.caller_num, self.caller_name, self.connected_num, self.connected_name,
            self.language, self.account, self.context, self.exten, self.priority, self.uniqueid, self.linkedid,
            self.application, self.data,
        )  # fmt: skip

    @property
    def published_state(self) -> int:
        """ChannelState as last published."""
        return int(str(self.published[1]))

    def block(self, prefix: str = "") -> bytes:
        """Its headers as bytes, as last published (`channels.publish`): Asterisk's events show its cache of channels.

        Made once per publication and prefix.
        """
        block = self._blocks.get(prefix)
        if block is None:
            block = self._blocks[prefix] = channel_block(self.published, prefix)
        return block

    def fresh(self, prefix: str = "") -> bytes:
        """Its headers as they are now, published or not: what a few events show."""
        return channel_block(self.fields(), prefix)

    def show(self, fields: tuple[object, ...]) -> None:
        """Take note of what is published now."""
        self.published = fields
        self._blocks = {}

    def __repr__(self) -> str:
        return f"<{self.name} {self.uniqueid}>"
