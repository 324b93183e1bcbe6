"""The exchange of which the recording of 22.10 tells: twenty agents, a trunk, three queues, a conference, parking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.sim.clock import Clock
from amitop.sim.exchange import Exchange

if TYPE_CHECKING:
    from amitop.sim.event import Event


def lab(seed: int = 1, start: float = 1_795_400_000.0) -> Exchange:
    """Build it; agents ring 50 ms after they are called, and do nothing by themselves."""
    exchange = Exchange(Clock(start), seed, "lab")
    exchange.add_endpoint("trunk", context="from-trunk", trunk=True, uri="sip:trunk@127.0.0.1:5960")
    for number in range(1, 21):
        exchange.add_endpoint(f"agent{number:02}", f"10{number:02}", f"Agent {number:02}")
    exchange.add_queue("support", "leastrecent", timeout=15.0, retry=2.0, wrapup=5, service_level=20, weight=5)
    exchange.add_queue("sales", "ringall", timeout=12.0, retry=2.0, service_level=15, max_len=50)
    exchange.add_queue("billing", "rrmemory", timeout=15.0, retry=3.0, wrapup=10, service_level=30)
    for queue, first, last, penalty in (("support", 1, 8, 0), ("sales", 6, 14, 1), ("billing", 15, 20, 0)):
        for number in range(first, last + 1):
            exchange.add_static_member(queue, f"PJSIP/agent{number:02}", f"Agent {number:02}", penalty)
    plan = exchange.dialplan
    plan.add(
        "from-trunk", "600",
        "NoOp(support)", "Answer()", "Set(CHANNEL(accountcode)=support)", "Queue(support,,,,60)", "Hangup()",
    )  # fmt: skip
    plan.add("from-trunk", "601", "Answer()", "Queue(sales,,,,60)", "Hangup()")
    plan.add("from-trunk", "602", "Answer()", "Queue(billing,,,,60)", "Hangup()")
    plan.add("from-trunk", "603", "Answer()", "MusicOnHold(default,300)")
    plan.add("from-trunk", "604", "Answer()", "ConfBridge(8000)")
    plan.add("from-trunk", "605", "Answer()", "Park()")
    for context in ("from-trunk", "internal"):
        plan.add(context, "_1XXX", "Dial(PJSIP/agent${EXTEN:2},30)", "Hangup()")
    plan.include("internal", "parkedcalls")
    plan.add("internal", "_60X", "Goto(from-trunk,${EXTEN},1)")
    plan.add("internal", "8000", "Answer()", "ConfBridge(8000)")
    plan.add("internal", "9000", "Answer()", "Wait(3600)")
    plan.add("internal", "9001", "Answer()", "Echo()")
    plan.add("internal", "h", "NoOp(bye)")
    plan.add("load", "wait", "Answer()", "Wait(600)")
    plan.add("load", "talk", "Answer()", "Set(CDR(userfield)=load)", "Wait(2)", "Hangup()")
    exchange.add_lot(timeout=120.0)
    return exchange


def listen(exchange: Exchange) -> list[Event]:
    """Collect what is said from now on."""
    events: list[Event] = []
    exchange.listeners.append(events.append)
    return events


def names(events: list[Event]) -> list[str]:
    """Names of events, without variables and devices."""
    quiet = ("VarSet", "DeviceStateChange", "QueueMemberStatus")
    return [event.name for event in events if event.name not in quiet]
