"""Which events to ask a PBX for: as few as show everything, found out by what really arrives."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from amitop.ami.errors import ActionError, ActionTimeout

if TYPE_CHECKING:
    from amitop.ami.session import Session
    from amitop.rights import ActionRights

EVENT_CLASSES = "system,call,agent,user"
"""What is asked for at login: no view reads the other classes, and they are over half of the traffic (`ami.md` G)."""

QUALITY_CLASS = "reporting"
"""Of the RTCP reports: four every 5 s for a call of two legs, so they are asked for only while somebody shows them."""

AWAITED = frozenset({"OriginateResponse"})
"""Events that no state is made of, and that whoever acts on the PBX waits for."""

FILTERS: tuple[dict[str, str], ...] = (
    {"Operation": "Add", "MatchCriteria": "action(exclude),name(VarSet)"},
    # Anchored at the packet's start: a caller named "Event: VarSet" must not become invisible by it.
    {"Operation": "Add", "Filter": "!^Event: VarSet[[:space:]]"},
)
"""Ways to say "not VarSet", cheapest for the PBX first: a comparison of names, a regex over every packet."""


class Subscription:
    """Has the dialplan's events come without the flood of VarSet, where the PBX can filter by name (`ami.md` A.8).

    A PBX says `Success` to a form of filter that it does not obey, so each form is judged by what still arrives, and
    when all have failed the dialplan class is left out.
    """

    def __init__(self, session: Session, rights: ActionRights) -> None:
        self._session = session
        self._untried = list(FILTERS) if rights.known and rights.may("Filter") else []
        self._tolerated = 0
        self.applications_live = False
        """Whether Newexten events come, so that every channel's application and position are of this moment."""
        self.quality_since: float | None = None
        """Since when reports on media come; None while nobody wants them."""

    async def begin(self) -> None:
        """Try the first filter. Raises `LinkLost` and `ActionTimeout`."""
        while self._untried:
            try:
                await self._session.action("Filter", self._untried.pop(0))
            except ActionError:
                continue  # this PBX does not know that form
            self._tolerated = self._seen()
            await self._set_events(dialplan=True)
            self.applications_live = True
            return
        if self.applications_live:
            await self._set_events(dialplan=False)
            self.applications_live = False

    async def check(self) -> None:
        """Go on to the next filter when the one in place lets VarSet through. Raises like `begin`."""
        if self.applications_live and self._seen() > self._tolerated:
            await self.begin()

    async def want_quality(self, wanted: bool, now: float) -> None:
        """Have reports on media come, or no longer. Raises `LinkLost`."""
        if wanted == (self.quality_since is not None):
            return
        self.quality_since = now if wanted else None
        # With `brokeneventsaction` Asterisk does as it is told and says nothing (`ami.md` A.8).
        with contextlib.suppress(ActionTimeout):
            await self._set_events(dialplan=self.applications_live)

    async def _set_events(self, *, dialplan: bool) -> None:
        more = {"dialplan": dialplan, QUALITY_CLASS: self.quality_since is not None}
        await self._session.set_events(",".join([EVENT_CLASSES, *(name for name, wanted in more.items() if wanted)]))

    def _seen(self) -> int:
        return self._session.counters.events["VarSet"]
