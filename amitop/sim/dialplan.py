"""The dialplan: a table of contexts, extensions and steps."""

from __future__ import annotations

from dataclasses import dataclass, field

Step = tuple[str, str]
"""Application and its arguments, in which `${EXTEN}`, `${EXTEN:2}` and variables of the channel are replaced."""


@dataclass(slots=True)
class Dialplan:
    """Steps by context and extension. Patterns as in extensions.conf: `_1XXX`, `_X.`.

    Applications: NoOp, Answer, Ringing, Progress, Set, Wait, Playback, Echo, MusicOnHold, Dial(PJSIP/x&PJSIP/y,30),
    Queue(name,options,,,timeout), Park, ParkedCall(lot,space), ConfBridge(name[,,profile]), ChanSpy, MixMonitor,
    StopMixMonitor, Goto, Hangup(cause), Busy, Congestion.
    """

    contexts: dict[str, dict[str, list[Step]]] = field(default_factory=dict)
    includes: dict[str, list[str]] = field(default_factory=dict)

    def add(self, context: str, exten: str, *steps: Step | str) -> None:
        """Add an extension: `add("from-trunk", "600", "Answer()", "Queue(support,,,,60)")`, priorities from 1."""
        raise NotImplementedError

    def include(self, context: str, other: str) -> None:
        """Have what is not in `context` looked for in `other`."""
        raise NotImplementedError

    def find(self, context: str, exten: str) -> list[Step] | None:
        """Find the steps of an extension; None when there is no such one."""
        raise NotImplementedError
