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
        "_blocks", "account", "answered", "application", "bridge", "caller_name", "caller_num", "cause",
        "connected_name", "connected_num", "context", "created", "data", "device", "dnid", "endpoint",
        "exten", "gone", "held", "incoming", "language", "limit", "linkedid", "muted", "name", "other_half",
        "outgoing_line", "pbx", "pending", "pickup", "priority", "recordings", "running", "spied_by",
        "state", "technology", "uniqueid", "variables",
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
        self.muted: set[str] = set()
        """`in`, `out`: directions that MuteAudio has silenced."""
        self.recordings: dict[str, str] = {}
        """File by MixMonitorID."""
        self.spied_by: list[Channel] = []
        self.pickup = ""
        self.limit: Timer | None = None
        """When its time is up (AbsoluteTimeout)."""
        self.variables: dict[str, str] = {}
        self.cause = 0
        """Q.850 cause of its end, as far as known."""
        self.gone = False
        """Whether its Hangup has been said."""
        self._blocks: dict[str, bytes] = {}

    def block(self, prefix: str = "") -> bytes:
        """Its headers as bytes (`event.channel_block`), kept until it changes."""
        block = self._blocks.get(prefix)
        if block is None:
            block = self._blocks[prefix] = channel_block(self, prefix)
        return block

    def touch(self) -> None:
        """Say that a field of its block has changed."""
        if self._blocks:
            self._blocks = {}

    def __repr__(self) -> str:
        return f"<{self.name} {self.uniqueid}>"
