"""The one way from an operator to the wire: what may be sent is asked last of all, and what was done is written down.

The read-only guard stands here, at the last step, so that no dialog that was opened earlier and no key that was bound
by mistake gets past it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from amitop.ami.errors import ActionError, AmiError
from amitop.control.outcome import Outcome, OutcomeKind, Stopped
from amitop.control.watch import Patience

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Mapping

    from amitop.ami.packet import Packet
    from amitop.control.audit import Audit
    from amitop.live import LivePbx


class Guard:
    """Stands before *pbxs*. *read_only* names the PBXs on which nothing may be done, or is True for all."""

    def __init__(
        self,
        pbxs: Mapping[str, LivePbx],
        *,
        read_only: bool | Iterable[str] = False,
        audit: Audit | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._pbxs = pbxs
        self._read_only = frozenset(pbxs) if read_only is True else frozenset(read_only or ())
        self._audit = audit
        self.patience = patience or Patience()

    def live(self, pbx: str) -> LivePbx:
        """Return the PBX of that name. Raises KeyError."""
        return self._pbxs[pbx]

    def may_act(self, pbx: str) -> bool:
        """Whether *pbx* is not read-only."""
        return pbx not in self._read_only

    def why_not(self, pbx: str, action: str) -> str | None:
        """Return why *action* cannot be done on *pbx* now, in one line, or None when it can."""
        if not self.may_act(pbx):
            return f"{pbx} is read-only here"
        return self._pbxs[pbx].why_not(action)

    def check(self, pbx: str, action: str) -> None:
        """Raise `Stopped` when *action* cannot be done on *pbx* now."""
        refusal = self.why_not(pbx, action)
        if refusal:
            raise Stopped(OutcomeKind.REFUSED, refusal)

    async def send(self, pbx: str, action: str, headers: Mapping[str, str]) -> Packet:
        """Send *action* and return the response, which only means accepted.

        Raises `Stopped` when it may not be sent, the server refuses it, or the link breaks.
        """
        self.check(pbx, action)
        try:
            return await self._pbxs[pbx].session.action(action, headers)
        except ActionError as error:
            words = error.message or str(error)
            raise Stopped(OutcomeKind.REFUSED, f"The PBX says: {words}", words) from error
        except AmiError as error:
            raise Stopped(OutcomeKind.FAILED, str(error)) from error
        except ValueError as error:  # a header that cannot be sent: too long, or a line feed in it (`ami.md` A.10)
            raise Stopped(OutcomeKind.REFUSED, f"{action} cannot be sent: {error}") from error

    async def on_record(
        self, pbx: str, action: str, target: str, work: Awaitable[Outcome], *, interrupted: str = ""
    ) -> Outcome:
        """Have *work* done and return what came of it, `Stopped` too, written down as *action* on *target*.

        *interrupted* is what is written where amitop ends before the work does, if the PBX may go on with it: who asked
        for it has to be on record all the same.
        """
        try:
            outcome = await work
        except Stopped as stopped:
            outcome = stopped.outcome
        except asyncio.CancelledError:
            if interrupted:
                self.report(pbx, action, target, Outcome(OutcomeKind.NO_EFFECT, interrupted))
            raise
        return self.report(pbx, action, target, outcome)

    def report(self, pbx: str, action: str, target: str, outcome: Outcome) -> Outcome:
        """Write the action to the audit log and return *outcome*, with the log's problem if it has one."""
        if self._audit is None:
            return outcome
        problem = self._audit.write(
            pbx=pbx,
            login=self._pbxs[pbx].profile.user,
            action=action,
            target=target,
            outcome=outcome.kind.value,
            text=outcome.text,
        )
        return Outcome(outcome.kind, f"{outcome.text} ({problem})") if problem else outcome
