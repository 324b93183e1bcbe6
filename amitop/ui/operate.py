"""From a key to an outcome: asks, has the Operator do it, and shows what the events said. Owns no widget."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from amitop.control.outcome import Outcome, OutcomeKind
from amitop.text import clean
from amitop.ui.confirm import ConfirmScreen
from amitop.ui.transfer import TransferScreen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.app import App

    from amitop.control.operator import Operator
    from amitop.control.transfer import TransferPlan
    from amitop.ui.targets import Target

AT_ONCE = 20
"""Hang-ups under way at a time: a PBX takes one action after another anyway."""
LISTED = 8
"""Lines of failures that one notice holds."""
SHORT, LONG = 5.0, 15.0
"""Seconds for which a notice stays: a failure for long enough to be read from the next desk."""
Severity = Literal["information", "warning", "error"]
_SEVERITY: dict[OutcomeKind, Severity] = {
    OutcomeKind.DONE: "information",
    OutcomeKind.GONE: "warning",
    OutcomeKind.NO_EFFECT: "warning",
    OutcomeKind.REFUSED: "error",
    OutcomeKind.FAILED: "error",
}
_TITLE = {
    OutcomeKind.DONE: "Done",
    OutcomeKind.GONE: "Too late",
    OutcomeKind.NO_EFFECT: "No effect",
    OutcomeKind.REFUSED: "Refused",
    OutcomeKind.FAILED: "Failed",
}


def left_out(how: str, problems: Sequence[str], of: int) -> list[str]:
    """Return in lines why some of *of* rows are left out of what is done: `3 not asked: ...`; none without *problems*.

    For the question, where one is asked: a notice beside it would lie over its buttons. Else for `leave_out`.
    """
    lines = list(dict.fromkeys(problems))[:LISTED]
    if lines and of > 1:
        lines[0] = f"{len(problems)} {how}: {lines[0]}"
    return lines


class Operations:
    """What is under way. *app* shows dialogs and notices, and does the work in its workers."""

    def __init__(self, app: App[int], operator: Operator) -> None:
        self._app = app
        self._operator = operator
        self.under_way: Counter[str] = Counter()
        """What is being done now, in words, and how often."""

    @property
    def words(self) -> str:
        """What is under way, in one line: `hanging up 3`."""
        return ", ".join(f"{what} {count}" if count > 1 else what for what, count in self.under_way.items() if count)

    def hang_up(self, targets: Sequence[Target]) -> None:
        """Ask; then hang up and tell."""
        one = len(targets) == 1
        what = "calls" if all(target.whole for target in targets) else "channels"
        question = f"Hang up {targets[0].words}?" if one else f"Hang up {len(targets)} {what}?"
        lines = [] if one else [target.words for target in targets]

        def answered(yes: bool | None) -> None:
            if yes:
                self._app.run_worker(self._hang_up(targets), group="operate")

        # Pushed here and not in the worker: the next key must find the dialog.
        self._app.push_screen(ConfirmScreen(question, lines, yes="Hang up"), answered)

    async def _hang_up(self, targets: Sequence[Target]) -> None:
        turn = asyncio.Semaphore(AT_ONCE)

        async def hang_up_one(target: Target) -> Outcome:
            async with turn:
                return await self._operator.hangup(target.key, target.legs)

        with self.doing("hanging up", len(targets)):
            outcomes = await asyncio.gather(*map(hang_up_one, targets))
        self.tell(outcomes, done=f"Hung up {len(outcomes)}.")

    def transfer(self, target: Target) -> None:
        """Ask who goes where; then transfer and tell."""
        choices = target.choices()
        if not choices:
            self.tell([Outcome(OutcomeKind.GONE, f"{target.words}: it has ended.")])
            return
        extens, contexts = target.destinations()
        refusals = [self._operator.why_not(target.pbx, choice.action) for choice in choices]

        def answered(plan: TransferPlan | None) -> None:
            if plan is not None:
                self._app.run_worker(self._transfer(plan), group="operate")

        screen = TransferScreen(target.words, target.pbx, choices, extens, contexts, refusals=refusals)
        self._app.push_screen(screen, answered)

    async def _transfer(self, plan: TransferPlan) -> None:
        with self.doing("transferring"):
            outcome = await self._operator.transfer(plan)
        self.tell([outcome])

    @contextmanager
    def doing(self, what: str, count: int = 1) -> Iterator[None]:
        """Have *what* named as under way meanwhile."""
        self.under_way[what] += count
        try:
            yield
        finally:
            self.under_way[what] -= count

    def tell(self, outcomes: Sequence[Outcome], done: str = "", besides: str = "") -> None:
        """Show what came of it: one notice for all, failures in the PBX's own words.

        *done* is what to say when all went well with several; *besides* is said after everything.
        """
        if len(outcomes) == 1:
            outcome = outcomes[0]
            self._notify(outcome.text + besides, _TITLE[outcome.kind], _SEVERITY[outcome.kind])
            return
        counts = Counter(outcome.kind for outcome in outcomes)
        failed = [outcome for outcome in outcomes if outcome.kind is not OutcomeKind.DONE]
        severity = max((_SEVERITY[kind] for kind in counts), key=("information", "warning", "error").index)
        lines = list(dict.fromkeys(outcome.text for outcome in failed))
        more = [f"and {len(lines) - LISTED} more"] if len(lines) > LISTED else []
        title = ", ".join(f"{_TITLE[kind]} {count}" for kind, count in counts.most_common())
        words = "\n".join([*lines[:LISTED], *more]) or done
        self._notify(words + besides, title, severity)

    def refuse(self, what: str, why: str) -> None:
        """Say why the key for *what* does nothing."""
        # One line is read at once, and whoever pressed the key waits to go on.
        self._notify(why, what, "warning", seconds=LONG if "\n" in why else SHORT)

    def leave_out(self, what: str, problems: Sequence[str]) -> None:
        """Say whom *what* leaves out, in lines of `left_out`, if anybody."""
        if problems:
            self.refuse(what, "\n".join(problems))

    def _notify(self, text: str, title: str, severity: Severity, seconds: float | None = None) -> None:
        lines = [clean(line, 300) for line in text.split("\n")]
        seconds = seconds or (SHORT if severity == "information" else LONG)
        self._app.notify("\n".join(lines), title=title, severity=severity, timeout=seconds, markup=False)
