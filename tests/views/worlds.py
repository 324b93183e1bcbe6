"""Small exchanges of known shape, and the payloads that a caller may choose as a name (`style.md` 4.9)."""

from amitop.pbx.store import Store
from fakes.events import AGENT, ANN, block, bridge, conversation, event

HOSTILE = (
    "[red]x[/red]",
    "[/foo]",
    "[@click=app.quit]hi[/]",
    "[b + c\\",
    "a\x1b[2Jb",
    "\x1b]0;title\x07",
    "\x9b31m",
    "nul\x00del\x7f",
    "rlo\u202etxt",
    "zero\u200bwidth\u200djoin",
    "bell\x07\x08\ttab",
    "line\u2028sep",
    "王小明王小明王小明王小明",
    "e\u0301" * 30 + "\u0301" * 200,
    "❤\ufe0f👩\u200d🚀",
    "x" * 3000,
)


def store_of(packets, start: float = 100.0, step: float = 0.0) -> Store:
    """Return a store that took *packets* from *start* on, *step* seconds apart."""
    store = Store("pbx1")
    for index, packet in enumerate(packets):
        store.apply(packet, start + index * step)
    return store


def talking() -> Store:
    """Ann Lee and Agent 03 talk since 100.8; the call began at 100.0."""
    return store_of(conversation(), step=0.1)


def hung_up(at: float = 131.0) -> Store:
    """As `talking`, until both hang up at *at*."""
    store = talking()
    ann = block("1.1", "PJSIP/trunk-00000001", caller=ANN, connected=AGENT, position=("from-trunk", "1003", 1))
    agent = block("1.2", "PJSIP/agent03-00000002", caller=AGENT, connected=ANN, linkedid="1.1")
    for packet in (
        event("BridgeLeave", bridge("b1", 1), agent),
        event("Hangup", agent, "Cause: 16\nCause-txt: Normal Clearing\n"),
        event("BridgeLeave", bridge("b1", 0), ann),
        event("BridgeDestroy", bridge("b1", 0)),
        event("Hangup", ann, "Cause: 16\nCause-txt: Normal Clearing\n"),
    ):
        store.apply(packet, at)
    return store


def ringing() -> Store:
    """1003 calls an outside number, which rings since 100.0."""
    out = ("+15559876543", "<unknown>")
    agent = block("2.1", "PJSIP/agent03-00000003", state=4, caller=AGENT, position=("internal", "+15559876543", 3))
    trunk = block("2.2", "PJSIP/trunk-00000004", state=5, caller=out, connected=AGENT, linkedid="2.1")
    dest = block("2.2", "PJSIP/trunk-00000004", prefix="Dest", state=5, caller=out, connected=AGENT, linkedid="2.1")
    return store_of(
        [
            event("Newchannel", agent),
            event("Newexten", agent, "Extension: +15559876543\nApplication: Dial\nAppData: PJSIP/x@trunk,60\n"),
            event("Newchannel", trunk),
            event("DialBegin", agent, dest, "DialString: x@trunk\n"),
            event("DialState", agent, dest, "DialStatus: RINGING\n"),
        ]
    )


def waiting() -> Store:
    """Ann Lee waits in queue support since 100.0, first of one; in Echo, since 100.0, is 1003."""
    ann = block("3.1", "PJSIP/trunk-00000005", caller=ANN, position=("from-trunk", "support", 4))
    agent = block("3.2", "PJSIP/agent03-00000006", caller=AGENT, position=("internal", "echo", 2))
    return store_of(
        [
            event("Newchannel", ann.replace("State: 6", "State: 4")),
            event("Newstate", ann),
            event("QueueCallerJoin", ann, "Queue: support\nPosition: 1\nCount: 1\n"),
            event("Newchannel", agent.replace("State: 6", "State: 4")),
            event("Newstate", agent),
            event("Newexten", agent, "Extension: echo\nApplication: Echo\nAppData: \n"),
        ]
    )


def hostile(payload: str) -> Store:
    """As `talking`, but Ann has chosen *payload* as everything that she can choose (line ends cannot be sent)."""
    ann = block(
        "1.1",
        f"PJSIP/{payload}-00000001",
        caller=(payload, payload),
        connected=(payload, payload),
        position=(payload, payload, 1),
    )
    agent = block("1.2", "PJSIP/agent03-00000002", caller=AGENT, connected=(payload, payload), linkedid="1.1")
    return store_of(
        [
            event("Newchannel", ann),
            event("Newexten", ann, f"Extension: {payload}\nApplication: {payload}\nAppData: {payload}\n"),
            event("Newchannel", agent),
            event("BridgeCreate", bridge("b1", 0)),
            event("BridgeEnter", bridge("b1", 1), ann),
            event("BridgeEnter", bridge("b1", 2), agent),
            event("QueueCallerJoin", ann, f"Queue: {payload}\nPosition: 1\nCount: 1\n"),
        ]
    )
