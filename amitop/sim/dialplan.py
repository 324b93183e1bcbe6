"""The dialplan: a table of contexts, extensions and steps."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

Step = tuple[str, str]
"""Application and its arguments, in which `${EXTEN}`, `${EXTEN:2}` and variables of the channel are replaced."""

_STEP = re.compile(r"(\w+)(?:\((.*)\))?$", re.DOTALL)
_CLASSES = {"X": "[0-9]", "Z": "[1-9]", "N": "[2-9]", ".": ".+", "!": ".*"}


@dataclass(slots=True)
class Dialplan:
    """Steps by context and extension. Patterns as in extensions.conf: `_1XXX`, `_X.`.

    Applications: NoOp, Answer, Ringing, Progress, Set, Wait, Playback, Echo, MusicOnHold, Dial(PJSIP/x&PJSIP/y,30),
    Queue(name,options,,,timeout), Park, ParkedCall(lot,space), ConfBridge(name[,,profile]), ChanSpy, MixMonitor,
    StopMixMonitor, Goto, Hangup(cause), Busy, Congestion.
    """

    contexts: dict[str, dict[str, list[Step]]] = field(default_factory=dict)
    includes: dict[str, list[str]] = field(default_factory=dict)
    patterns: dict[str, list[tuple[re.Pattern[str], str]]] = field(default_factory=dict)
    """The patterns of a context, and the extension that each is."""

    def add(self, context: str, exten: str, *steps: Step | str) -> None:
        """Add an extension: `add("from-trunk", "600", "Answer()", "Queue(support,,,,60)")`, priorities from 1."""
        made: list[Step] = []
        for step in steps:
            if isinstance(step, str):
                match = _STEP.match(step)
                if match is None:
                    raise ValueError(f"not a step of a dialplan: {step}")
                made.append((match[1], match[2] or ""))
            else:
                made.append(step)
        self.contexts.setdefault(context, {})[exten] = made
        if exten.startswith("_"):
            pattern = "".join(_CLASSES.get(letter, re.escape(letter)) for letter in exten[1:])
            self.patterns.setdefault(context, []).append((re.compile(pattern + r"\Z", re.DOTALL), exten))

    def include(self, context: str, other: str) -> None:
        """Have what is not in `context` looked for in `other`."""
        self.includes.setdefault(context, []).append(other)

    def find(self, context: str, exten: str) -> list[Step] | None:
        """Find the steps of an extension; None when there is no such one."""
        table = self.contexts.get(context)
        if table is not None:
            steps = table.get(exten)
            if steps is not None:
                return steps
            for pattern, name in self.patterns.get(context, ()):
                if pattern.match(exten):
                    return table[name]
        for other in self.includes.get(context, ()):
            steps = self.find(other, exten)
            if steps is not None:
                return steps
        return None
