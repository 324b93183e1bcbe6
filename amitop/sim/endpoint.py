"""What an endpoint, its contacts and an outbound registration are."""

from __future__ import annotations

from dataclasses import dataclass, field

STATE_WORDS = {
    "UNKNOWN": "Unknown", "NOT_INUSE": "Not in use", "INUSE": "In use", "BUSY": "Busy", "INVALID": "Invalid",
    "UNAVAILABLE": "Unavailable", "RINGING": "Ringing", "RINGINUSE": "Ring, Inuse", "ONHOLD": "On Hold",
}  # fmt: skip
"""DeviceState of PJSIPShowEndpoints by the State of DeviceStateChange."""

MEMBER_STATUS = {
    "UNKNOWN": 0, "NOT_INUSE": 1, "INUSE": 2, "BUSY": 3, "INVALID": 4, "UNAVAILABLE": 5,
    "RINGING": 6, "RINGINUSE": 7, "ONHOLD": 8,
}  # fmt: skip
"""Status of a queue's member by its device's state (`ami.md` B.1 `<M>`)."""


@dataclass(slots=True)
class Contact:
    """Where an endpoint is reached."""

    uri: str
    aor: str
    status: str = "Reachable"
    """Reachable, Unreachable, NonQualified, Unknown, as Asterisk says it."""
    rtt_usec: int = 0
    user_agent: str = ""
    static: bool = True
    """Written in pjsip.conf, not registered: PJSIPShowContacts leaves it out (`ami.md` C)."""
    expires: float = 0.0
    """Epoch seconds at which a registered one ends, else 0."""

    @property
    def id(self) -> str:
        """What ContactStatusDetail calls ID, and ContactList ObjectName; a registered one is written with `;@`."""
        mark = "@@" if self.static else ";@"
        return f"{self.aor}{mark}{sum(ord(c) * 31**i for i, c in enumerate(self.uri)) % 16**32:032x}"


@dataclass(slots=True)
class Endpoint:
    """A PJSIP endpoint: a phone, or a trunk."""

    name: str
    number: str = ""
    caller_name: str = ""
    """Its callerid in pjsip.conf."""
    context: str = "internal"
    trunk: bool = False
    account: str = ""
    contacts: list[Contact] = field(default_factory=list)
    qualify: float = 15.0
    ring_after: float | None = 0.05
    """Seconds until it says Ringing when it is called; None leaves it to whoever watches (`Observer.invited`)."""
    rtt: float = 0.02
    """Seconds that media takes there and back."""
    jitter: float = 2.0
    """Milliseconds."""
    loss: float = 0.0
    """The part of its packets that is lost, 0 to 1."""
    channels: set[str] = field(default_factory=set)
    """Uniqueids of its channels."""

    @property
    def device(self) -> str:
        """`PJSIP/agent05`."""
        return f"PJSIP/{self.name}"

    @property
    def reachable(self) -> bool:
        """Whether a call can reach it: some contact answers, or nobody asks whether it does."""
        return any(contact.status in ("Reachable", "NonQualified") for contact in self.contacts)


@dataclass(slots=True)
class Registration:
    """An outbound registration (PJSIPShowRegistrationsOutbound, Registry)."""

    name: str
    server_uri: str
    client_uri: str
    endpoint: str = ""
    status: str = "Unregistered"
    """Registered, Unregistered, Rejected."""
    expiration: int = 3600
    retry: int = 10
    next_at: float = 0.0
    """Epoch seconds of the next try, 0 when none is planned."""
    accepted: bool = True
    """What the far end answers to the next try."""
    tries: int = 0
    answers: bool = True
    """Whether the far end answers at all."""
