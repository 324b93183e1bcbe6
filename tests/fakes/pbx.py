"""A PBX without a link, for the screen: a real LivePbx that is never run, a clock that is turned by hand, and a spy."""

from __future__ import annotations

from amitop.ami.address import Address
from amitop.ami.secret import Secret
from amitop.config import Profile, Settings
from amitop.control.operator import Operator
from amitop.control.outcome import Outcome, OutcomeKind
from amitop.health import LinkState
from amitop.live import LivePbx
from amitop.rights import ActionRights
from amitop.ui.app import AmitopApp
from fakes.events import block, bridge, conversation, event

EPOCH = 1_795_352_400.0  # 2026-11-22 13:00:00 UTC
ALL_RIGHTS = {
    name: f"synopsis (Priv: {classes},all)"
    for name, classes in {
        "BlindTransfer": "call",
        "Command": "command",
        "CoreShowChannels": "system,reporting",
        "Hangup": "system,call",
        "Redirect": "call",
        "Reload": "system",
        "Status": "system,call,reporting",
        "AbsoluteTimeout": "system,call",
        "Getvar": "call,reporting",
        "MixMonitor": "system",
        "MixMonitorMute": "system,call",
        "MuteAudio": "system",
        "Park": "call",
        "PlayDTMF": "call",
        "StopMixMonitor": "system,call",
    }.items()
}
WATCHER = {"CoreShowChannels": "synopsis (Priv: system,reporting,all)", "Extra": "x (Priv: reporting,all)"}
"""What `ListCommands` tells a login with write=reporting."""


class FakePbx(LivePbx):
    """Live, synced and empty; `now` is what its clock says."""

    def __init__(self, name: str = "pbx1", *, now: float = 1000.0) -> None:
        self.now = now
        address = Address("127.0.0.1", 5038, None)
        profile = Profile(name=name, address=address, user="admin", secret=Secret("s3cret"))
        super().__init__(profile, clock=lambda: self.now, wall=lambda: EPOCH + self.now)
        self.link.state = LinkState.LIVE
        self.link.since = now
        self.rights = ActionRights(ALL_RIGHTS)
        self.info.asterisk, self.info.ami, self.info.system = "22.10.1", "11.0.0", "lab"
        self.info.started = EPOCH + now - 1_051_860
        self.health.rtt, self.health.clock_offset = 0.0004, 0.0
        self.retried = 0
        self.looked_at: list[str] = []
        self.quality_asked: float | None = None
        """When reports on media were asked for last."""
        self.reports_since: float | None = None

    def happen(self, *packets) -> None:
        """Let events come in now."""
        for packet in packets:
            self.store.apply(packet, self.now)

    def lose(self, state: LinkState, reason: str, *, retry_in: float | None = None) -> None:
        """Lose the link."""
        self.link.state, self.link.since, self.link.reason = state, self.now, reason
        self.link.retry_at = None if retry_in is None else self.now + retry_in
        self.stale_since = self.now
        self.store.link_lost(self.now)

    @property
    def quality_since(self) -> float | None:
        """Since when reports on media come."""
        return self.reports_since

    def show_quality(self) -> None:
        """Note it, and have them come."""
        self.quality_asked = self.now
        self.reports_since = self.now if self.reports_since is None else self.reports_since

    def retry_now(self) -> None:
        """Count instead of connecting."""
        self.retried += 1

    async def look_at(self, uniqueid: str) -> str | None:
        """Note who was asked about."""
        self.looked_at.append(uniqueid)
        return None


class SpyOperator(Operator):
    """Judges like the real one, and notes what it would have sent."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.hung_up: list[tuple[tuple[str, str], tuple[str, ...]]] = []
        self.transferred = []
        self.outcome = Outcome(OutcomeKind.DONE, "Hung up Ann Lee +15551234567.")

    async def hangup(self, key, legs=None):
        self.hung_up.append((key, tuple(legs)))
        return self.outcome

    async def transfer(self, plan):
        self.transferred.append(plan)
        return self.outcome


def dashboard(*pbxs: FakePbx, read_only: bool = False, environ=None, rules=None, memory=None, **settings) -> AmitopApp:
    """Return the dashboard over *pbxs* (one quiet PBX, if none is given), with a spy for its operator."""
    pbxs = pbxs or (FakePbx(),)
    operator = SpyOperator({pbx.name: pbx for pbx in pbxs}, read_only=read_only)
    environ = environ or {"TERM": "xterm-256color"}
    app = AmitopApp(pbxs, operator, Settings(read_only=read_only, **settings), environ, rules=rules, memory=memory)
    app.spy = operator
    return app


def talking(now: float = 1000.0) -> FakePbx:
    """A PBX on which Ann Lee and Agent 03 talk since 31 seconds, a queue caller waits and 1004 is being rung."""
    pbx = FakePbx(now=now - 42)
    first, rest = conversation()[:-3], conversation()[-3:]
    pbx.happen(*first)
    pbx.now = now - 31
    pbx.happen(*rest)
    pbx.now = now - 12
    wang = block("2.1", "PJSIP/trunk-00000005", caller=("+15557654321", "王小明"), position=("queues", "support", 3))
    pbx.happen(
        event("Newchannel", wang),
        event("QueueCallerJoin", wang, "Queue: support\nPosition: 2\nCount: 2\n"),
    )
    pbx.now = now - 4
    caller = block("3.1", "PJSIP/1004-00000006", state=4, caller=("1004", "Agent 04"), position=("internal", "1007", 1))
    rung = {"state": 5, "caller": ("1007", "Agent 07"), "linkedid": "3.1", "position": ("internal", "1007", 1)}
    pbx.happen(
        event("Newchannel", caller),
        event("Newchannel", block("3.2", "PJSIP/agent07-00000007", **rung)),
        event(
            "DialBegin", caller, block("3.2", "PJSIP/agent07-00000007", prefix="Dest", **rung), "DialString: agent07\n"
        ),
    )
    pbx.now = now
    return pbx


def screen_text(app: AmitopApp) -> str:
    """Return what is on the terminal, line by line. The one place that knows Textual's name for it."""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())


__all__ = ["EPOCH", "WATCHER", "FakePbx", "SpyOperator", "bridge", "dashboard", "screen_text", "talking"]
