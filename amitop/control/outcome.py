"""What came of an action."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OutcomeKind(StrEnum):
    """How an action ended."""

    DONE = "done"
    REFUSED = "refused"
    """The server, a missing privilege or read-only mode said no."""
    NO_EFFECT = "no effect"
    """Accepted, and then nothing that confirms it was seen."""
    GONE = "gone"
    """What was confirmed was not so any more when it was to be sent."""
    FAILED = "failed"
    """The link broke, or the PBX says that it did not work."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an action: *text* is one line for the person who asked, not cleaned."""

    kind: OutcomeKind
    text: str

    @property
    def done(self) -> bool:
        """Whether it worked."""
        return self.kind is OutcomeKind.DONE


class Stopped(Exception):
    """An action cannot go on; `outcome` says why.

    `message` holds the server's own words, "" where it was not asked.
    """

    def __init__(self, kind: OutcomeKind, text: str, message: str = "") -> None:
        super().__init__(text)
        self.outcome = Outcome(kind, text)
        self.message = message
