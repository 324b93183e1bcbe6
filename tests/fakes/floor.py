"""A PBX with queues, for the screen: who waits, who answers, and a spy on what would be done to them."""

from __future__ import annotations

from views.queue_worlds import BOB, entry, member, params

from amitop.control.member_plan import undo_plan
from amitop.control.outcome import Outcome, OutcomeKind
from amitop.control.queueing import Changed
from amitop.rights import ActionRights
from fakes.events import block, event
from fakes.pbx import ALL_RIGHTS, EPOCH, WATCHER, FakePbx, dashboard

QUEUE_RIGHTS = {
    "QueueAdd": "x (Priv: agent,all)",
    "QueueChangePriorityCaller": "x (Priv: <none>)",
    "QueueMemberRingInUse": "x (Priv: agent,all)",
    "QueuePause": "x (Priv: agent,all)",
    "QueuePenalty": "x (Priv: agent,all)",
    "QueueRemove": "x (Priv: agent,all)",
    "QueueReset": "x (Priv: <none>)",
    "QueueStatus": "x (Priv: <none>)",
    "QueueWithdrawCaller": "x (Priv: <none>)",
    "Originate": "x (Priv: originate,all)",
}
FREE = {"QueueStatus", "QueueReset", "QueueChangePriorityCaller", "QueueWithdrawCaller"}


def floor_pbx(now: float = 1000.0, *, rights: str = "all") -> FakePbx:
    """Support: three wait, six members, each in a state of its own. Sales: nobody waits, Agent 01 and 07 answer.

    *rights*: `all`; `watcher`, who may only look; `none`: an Asterisk without app_queue.
    """
    pbx = FakePbx(now=now)
    if rights == "all":
        pbx.rights = ActionRights(ALL_RIGHTS | QUEUE_RIGHTS)
    elif rights == "watcher":
        pbx.rights = ActionRights(WATCHER | {name: QUEUE_RIGHTS[name] for name in FREE})
    at = {"LoginTime": int(EPOCH + now - 3600)}
    for place in (1, 2, 3):
        who = BOB if place == 2 else ("+15551234567", "Ann Lee")
        name = f"PJSIP/trunk-{place:08}"
        pbx.happen(event("Newchannel", block(f"7.{place}", name, caller=who, position=("from-trunk", "600", 3))))
    pbx.store.apply_queues(
        [
            params("support", Strategy="rrmemory"),
            member("support", 1, **at),
            member("support", 2, Paused=1, PausedReason="lunch", LastPause=int(EPOCH + now - 1867), **at),
            member("support", 3, Status=2, Membership="dynamic", **at),
            member("support", 4, Status=5, **at),
            member("support", 5, Status=4, **at),
            member("support", 6, Penalty=2, **at),
            entry("support", 1, "7.1", 50),
            entry("support", 2, "7.2", 20, caller=BOB),
            entry("support", 3, "7.3", 7),
            params("sales", ServiceLevel=20),
            member("sales", 1, **at),
            member("sales", 7, Membership="dynamic", **at),
        ],
        now,
        now,
        first=True,
    )
    return pbx


class SpyMembers:
    """Notes plans instead of carrying them out; says that all was done."""

    def __init__(self, members) -> None:
        self._members = members
        self.plans = []

    def why_not(self, plan):
        return self._members.why_not(plan)

    async def carry_out(self, plan):
        self.plans.append(plan)
        done = tuple(Outcome(OutcomeKind.DONE, f"{step.words}.") for step in plan.changing)
        return Changed(done, undo_plan(plan, [(step, step.before, step.after) for step in plan.changing]))


class SpyCallers:
    """Notes plans instead of carrying them out."""

    def __init__(self) -> None:
        self.plans = []

    async def carry_out(self, plan):
        self.plans.append(plan)
        return Outcome(OutcomeKind.DONE, plan.sentence)


class SpySupervision:
    """Notes plans instead of ringing anybody."""

    def __init__(self) -> None:
        self.plans = []
        self.under_way = {}

    async def start(self, plan):
        self.plans.append(plan)
        return Outcome(OutcomeKind.DONE, plan.sentence)


def floor_dashboard(*pbxs: FakePbx, **settings):
    """The dashboard over *pbxs*, with spies for all that acts on queues."""
    app = dashboard(*(pbxs or (floor_pbx(),)), **settings)
    app.spy.members = SpyMembers(app.spy.members)
    app.spy.callers = SpyCallers()
    app.spy.supervision = SpySupervision()
    app.spy.resets = []

    async def reset(plan, confirmed):
        app.spy.resets.append((plan.queue, confirmed))
        return Outcome(OutcomeKind.DONE, plan.sentence)

    app.spy.reset = reset
    return app
