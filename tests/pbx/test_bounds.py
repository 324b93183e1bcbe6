"""No growth, and no scan: what an event costs does not depend on how many channels there are."""

from __future__ import annotations

import sys
from collections import deque
from typing import TYPE_CHECKING

import pytest
from recorded import block, bridge_block, check, event
from thorough import THOROUGH

from amitop.pbx.notes import AFTER_END
from amitop.pbx.queues import Queues
from amitop.pbx.store import ENDED_KEPT, Store
from amitop.pbx.traffic import WINDOWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from amitop.ami.packet import Packet

MANY_EVENTS = 100_000 if THOROUGH else 25_000
"""The lesser number fills all that is kept for seconds and minutes, or up to a count; not the quarter of an hour."""
MANY_CHANNELS = 10_000 if THOROUGH else 2_000


def queue_call(n: int, *, end: bool = True) -> Iterator[Packet]:
    """Return the events of a call through a queue to one of three agents, as `ami.md` G.1 has them."""
    caller, agents = f"lab-1.{10 * n}", [f"lab-1.{10 * n + i}" for i in (1, 2, 3)]
    yield event("Newchannel", block(caller, state="Ring", Exten="600"))
    yield event("Newstate", block(caller))
    yield event("Newexten", block(caller), Application="Queue", AppData="support")
    yield event("QueueCallerJoin", block(caller), Queue=f"q{n % 7}", Position="1", Count="1")
    for uid in agents:
        yield event("Newchannel", block(uid, state="Down", linkedid=caller, Exten="s"))
        dest = block(uid, "Dest", state="Down", linkedid=caller)
        yield event("AgentCalled", block(caller), dest, **member(n, uid if not end else uid[-2:]))
        yield event("DialBegin", block(caller), dest, DialString=uid)
        yield event("Newstate", block(uid, state="Ringing", linkedid=caller))
    yield event("Newstate", block(agents[0], linkedid=caller))
    for uid, status in zip(agents, ("ANSWER", "CANCEL", "CANCEL"), strict=True):
        yield event("DialEnd", block(caller), block(uid, "Dest", linkedid=caller), DialStatus=status)
    yield event("QueueCallerLeave", block(caller), Queue=f"q{n % 7}", Position="1", Count="0")
    taken = member(n, agents[0] if not end else agents[0][-2:])
    yield event("AgentConnect", block(caller), block(agents[0], "Dest", linkedid=caller), **taken, HoldTime="4")
    yield event("QueueMemberStatus", **taken, Status="2", InCall="1", CallsTaken=str(n))
    bridge = bridge_block(f"bridge-{n}")
    yield event("BridgeCreate", bridge)
    yield event("BridgeEnter", bridge, block(agents[0], linkedid=caller))
    for uid in agents[1:]:
        yield event("Hangup", block(uid, linkedid=caller), Cause="26")
    yield event("BridgeEnter", bridge, block(caller))
    yield event("Hold", block(caller))
    yield event("MixMonitorStart", block(caller))
    yield event("ChanSpyStart", block(caller, "Spyer"), block(agents[0], "Spyee", linkedid=caller))
    if not end:
        return
    yield event("HangupRequest", block(caller))
    for uid in (caller, agents[0]):
        yield event("BridgeLeave", bridge, block(uid, linkedid=caller))
    yield event("BridgeDestroy", bridge)
    if n % 10:  # some ends are never told
        yield event("AgentComplete", **taken, HoldTime="4", TalkTime="9")
    for uid in (caller, agents[0]):
        yield event("Hangup", block(uid, linkedid=caller), Cause="16", Cause_txt="Normal Clearing")


def member(n: int, uid: str) -> dict[str, str]:
    """Return who is rung."""
    return {"Queue": f"q{n % 7}", "Interface": f"PJSIP/{uid}", "MemberName": "Ann"}


def sizes(store: Store) -> dict[str, int]:
    """Return how much each container of the store holds, those inside its parts too, but for the bounded ones."""
    found = {}
    holders = {"": store.__dict__, "story": store.story.__dict__, "drift": None}
    holders |= {kind.__name__: part.__dict__ for kind, part in store._parts.items()}
    for holder, names in holders.items():
        for name, held in (names or {}).items():
            if isinstance(held, dict | set | list) or (isinstance(held, deque) and held.maxlen is None):
                found[f"{holder}.{name}"] = len(held)
    return found


@pytest.mark.filterwarnings("error")
def test_many_thousands_of_events_leave_nothing_behind() -> None:
    store = Store("lab")
    clean = sizes(store)
    for uid in ("stays-1", "stays-2"):
        store.apply(event("Newchannel", block(uid)), 0.0)
    now = 0.0
    count = 0
    peak: dict[str, int] = {}
    n = 0
    while count < MANY_EVENTS:
        for packet in queue_call(n):
            store.apply(packet, now)
            count += 1
        n += 1
        now += 0.5
        if n % 200 == 0:
            store.expire(now)
            peak = {name: max(peak.get(name, 0), size) for name, size in sizes(store).items()}
    check(store)
    assert list(store.channels) == ["stays-1", "stays-2"]
    assert len(store.ended_channels) == len(store.ended_calls) == ENDED_KEPT
    assert peak[".tombstones"] <= 120 / 0.5 * 4 + 10  # two minutes of hangups
    assert peak["story._calls"] <= AFTER_END / 0.5 + 110
    for name in (
        "Traffic._devices",
        "Traffic._all",
    ):  # each call has devices of its own here: a quarter of an hour of them
        assert peak.pop(name) <= (WINDOWS[0] + 110) / 0.5 * 4
    assert all(size < 3000 for size in peak.values()), peak
    for uid in ("stays-1", "stays-2"):
        store.apply(event("Hangup", block(uid), Cause="16"), now)
    store.expire(now + 1000)
    assert store.part(Queues).queues.keys() == store.part(Queues).dirty.keys() == {f"q{n}" for n in range(7)}
    store.apply_queues([], now, now)  # queues stay until a list does not have them
    left = {name: size for name, size in sizes(store).items() if size != clean[name]}
    assert left == {}


def work(run: Callable[[], None]) -> int:
    """Return how many bytecodes of the package *run* executes."""
    steps = 0

    def trace(frame: FrameType, what: str, _arg: object) -> Callable[..., object] | None:
        nonlocal steps
        if what == "call":
            if "amitop" not in frame.f_code.co_filename:
                return None
            frame.f_trace_opcodes = True
            frame.f_trace_lines = False
        elif what == "opcode":
            steps += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run()
    finally:
        sys.settrace(before)
    return steps


def test_an_event_costs_the_same_at_100_and_at_thousands_of_channels() -> None:
    cost = {}
    for channels in (100, MANY_CHANNELS):
        store = Store("lab")
        for n in range(channels // 2):
            for packet in queue_call(1000 + n, end=False):
                if packet.name not in {"QueueCallerJoin", "QueueCallerLeave", "ChanSpyStart"}:
                    store.apply(packet, 0.0)
        assert len(store.channels) == channels
        events = list(queue_call(1))
        assert len(events) > 25

        def run(store: Store = store, events: list[Packet] = events) -> None:
            for packet in events:
                store.apply(packet, 1.0)

        cost[channels] = work(run)
    assert cost[100] > 1000
    assert cost[MANY_CHANNELS] <= cost[100] * 1.01, cost


def test_a_queue_that_rings_hundreds_costs_each_leg_the_same() -> None:
    """Neither the losers' DialEnds nor their Hangups walk over the legs of the call."""
    cost = {}
    for legs in (20, 400):
        store = Store("lab")
        store.apply(event("Newchannel", block("a")), 0.0)
        uids = [f"g{n}" for n in range(legs)]
        for uid in uids:
            store.apply(event("Newchannel", block(uid, state="Down", linkedid="a")), 0.0)
            store.apply(event("DialBegin", block("a"), block(uid, "Dest", state="Down", linkedid="a")), 0.0)
        ends = [
            event("DialEnd", block("a"), block(uid, "Dest", state="Down", linkedid="a"), DialStatus="CANCEL")
            for uid in uids
        ] + [event("Hangup", block(uid, state="Down", linkedid="a"), Cause="26") for uid in uids]

        def run(store: Store = store, ends: list[Packet] = ends) -> None:
            for packet in ends:
                store.apply(packet, 1.0)

        cost[legs] = work(run) / legs
        check(store)
        assert list(store.channels) == ["a"]
    assert cost[400] <= cost[20] * 1.05, cost
