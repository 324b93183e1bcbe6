"""Everything that can go wrong with a PBX, one line each, in words for the person at the keyboard. No I/O."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.ami.packet import Packet


class Reason(StrEnum):
    """Why there is no session."""

    UNRESOLVED = "name does not resolve"
    NO_ROUTE = "no route"
    REFUSED = "connection refused"
    TIMEOUT = "timed out"
    CLOSED_AT_ONCE = "closed at once"
    NOT_AMI = "not an AMI"
    TLS_UNTRUSTED = "certificate not trusted"
    TLS_PIN = "certificate has another fingerprint"
    TLS_ABSENT = "peer speaks no TLS"
    TLS_WANTED = "peer wants TLS"
    TLS_FAILED = "TLS failed"
    SHUTTING_DOWN = "shutting down"
    LOST = "connection lost during login"


_WORTH_RETRYING = frozenset(
    {
        Reason.UNRESOLVED,
        Reason.NO_ROUTE,
        Reason.REFUSED,
        Reason.TIMEOUT,
        Reason.CLOSED_AT_ONCE,
        Reason.SHUTTING_DOWN,
        Reason.LOST,
    }
)


class AmiError(Exception):
    """Any failure of the protocol layer. `str()` is one line that names the address or action concerned.

    `retry` says whether trying again by itself can help; where a person has to change something it is False.
    """

    retry: bool = False


class ConnectError(AmiError):
    """No session came about; `reason` says why, and the text what to do."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.retry = reason in _WORTH_RETRYING


class LoginError(AmiError):
    """The PBX refused the login; `message` is its own text.

    Never retried by itself: an address that fails a few times is banned by fail2ban (`ami.md` A.7).
    """

    def __init__(self, message: str, text: str) -> None:
        super().__init__(text)
        self.message = message


class LinkLost(AmiError):
    """The session ended while it was in use. Every action that was under way fails with it."""

    retry = True


class ActionError(AmiError):
    """The PBX refused an action.

    `message` is its own text, verbatim; `response` the packet; `partial` the items of a list that ended so.
    """

    def __init__(self, action: str, response: Packet, partial: Sequence[Packet] = ()) -> None:
        self.action = action
        self.response = response
        self.message = response.get("Message").strip()
        self.partial = list(partial)
        super().__init__(f"{action}: {self.message or response.name}")


class ActionTimeout(AmiError):
    """No answer to an action, or none in full, within its time. `partial` holds the list items that did come."""

    retry = True

    def __init__(self, action: str, seconds: float, partial: Sequence[Packet] = ()) -> None:
        self.action = action
        self.partial = list(partial)
        super().__init__(f"{action}: no answer within {seconds:g} s")


class WireError(AmiError):
    """The bytes that came cannot be AMI, such as a packet without an end."""

    retry = True
