"""An operator at a PBX on which Ann Lee (1.1) and Agent 03 (1.2) talk; what the tests of actions on legs begin with."""

from amitop.control.operator import Operator
from amitop.control.watch import Patience
from fakes.acting import FakeLive
from fakes.events import AGENT, ANN, block, conversation, event

ANN_LEG, AGENT_LEG = "1.1", "1.2"
ANN_NAME, AGENT_NAME = "PJSIP/trunk-00000001", "PJSIP/agent03-00000002"
WHO = {ANN_LEG: "Ann Lee +15551234567", AGENT_LEG: "Agent 03 1003"}
NO_WAIT = Patience(confirm=0.05, ask_every=0.02, ring=0.05, digit_gap=0.0, digit_pause=0.0)
CALLERS = {ANN_LEG: (ANN_NAME, ANN), AGENT_LEG: (AGENT_NAME, AGENT)}


def talking() -> FakeLive:
    """The PBX."""
    return FakeLive(*conversation())


def legs(live: FakeLive, **facts):
    """What acts on legs."""
    return Operator({"pbx1": live}, patience=NO_WAIT, **facts).legs


def leg(live: FakeLive, uid: str = ANN_LEG):
    """A channel, None once it has gone."""
    return live.store.channels.get(uid)


def told(name: str, uid: str = ANN_LEG, extra: str = "", prefix: str = ""):
    """An event about a leg."""
    channel, caller = CALLERS[uid]
    return event(name, block(uid, channel, caller=caller, prefix=prefix, linkedid=ANN_LEG), extra)


def gone(uid: str = ANN_LEG):
    """A Hangup."""
    return told("Hangup", uid, "Cause: 16\nCause-txt: Normal Clearing\n")
