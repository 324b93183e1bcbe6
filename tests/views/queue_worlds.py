"""Queues of known shape, as QueueStatus lists tell of them and events change them (`ami.md` B.5, C)."""

from __future__ import annotations

from amitop.ami.packet import Packet
from amitop.pbx.store import Store
from amitop.shift.shift import Shift
from amitop.thresholds import Rules
from amitop.views.floor import Floor
from fakes.events import ANN, block

EPOCH = 1_700_000_000
"""The PBX's time of day at 0 of the store's clock."""
LISTED = 100
"""When the lists of these worlds came."""
BOB = ("+15557654321", "王小明")


def item(name: str, **fields: object) -> Packet:
    """One item of a list."""
    return Packet("\n".join([f"Event: {name}", *(f"{key}: {value}" for key, value in fields.items())]).encode())


def params(queue: str, **changes: object) -> Packet:
    fields = {
        "Queue": queue,
        "Max": 0,
        "Strategy": "ringall",
        "Calls": 0,
        "Holdtime": 12,
        "TalkTime": 95,
        "Completed": 40,
        "Abandoned": 4,
        "ServiceLevel": 60,
        "ServicelevelPerf": "75.0",
        "ServicelevelPerf2": "70.0",
        "Weight": 0,
    }
    return item("QueueParams", **(fields | changes))


def member(queue: str, number: int, **changes: object) -> Packet:
    """Agent 0*number*, PJSIP/agent0*number*, static, free."""
    name = f"Agent {number:02}"
    device = f"PJSIP/agent{number:02}"
    fields = {
        "Queue": queue,
        "Name": name,
        "Location": device,
        "StateInterface": device,
        "Membership": "static",
        "Penalty": 0,
        "CallsTaken": 3,
        "LastCall": 0,
        "LastPause": 0,
        "LoginTime": EPOCH + LISTED - 3600,
        "InCall": 0,
        "Status": 1,
        "Paused": 0,
        "PausedReason": "",
        "Wrapuptime": 0,
    }
    return item("QueueMember", **(fields | changes))


def entry(
    queue: str, position: int, uid: str, wait: int, *, caller: tuple[str, str] = ANN, priority: int = 0
) -> Packet:
    return item(
        "QueueEntry",
        Queue=queue,
        Position=position,
        Channel=f"PJSIP/trunk-{position:08}",
        Uniqueid=uid,
        CallerIDNum=caller[0],
        CallerIDName=caller[1],
        ConnectedLineNum="unknown",
        ConnectedLineName="unknown",
        Wait=wait,
        Priority=priority,
    )


def listed(*items: Packet, at: float = LISTED, store: Store | None = None) -> Store:
    """Return a store that was told of queues by one list."""
    store = store or Store("pbx1")
    store.apply_queues(items, at, at, first=True)
    return store


def floor(store: Store, now: float, rules: Rules | None = None) -> Floor:
    """Look at *store* at *now*; the PBX's clock agrees."""
    return Floor(store, now, EPOCH + now, rules or Rules())


def event(name: str, *parts: str, **fields: object) -> Packet:
    """One event of class agent."""
    lines = "".join(f"{key}: {value}\n" for key, value in fields.items())
    return Packet(f"Event: {name}\nPrivilege: agent,all\n{''.join(parts)}{lines}".rstrip("\n").encode())


def status(queue: str, number: int, **changes: object) -> Packet:
    """A QueueMemberStatus: the whole record of a member."""
    device = f"PJSIP/agent{number:02}"
    fields = {
        "Queue": queue,
        "MemberName": f"Agent {number:02}",
        "Interface": device,
        "StateInterface": device,
        "Membership": "static",
        "Penalty": 0,
        "CallsTaken": 3,
        "LastCall": 0,
        "LastPause": 0,
        "LoginTime": EPOCH + LISTED - 3600,
        "InCall": 0,
        "Status": 1,
        "Paused": 0,
        "PausedReason": "",
        "Ringinuse": 0,
        "Wrapuptime": 0,
    }
    return event("QueueMemberStatus", **(fields | changes))


def caller_block(uid: str, caller: tuple[str, str] = ANN) -> str:
    return block(uid, f"PJSIP/trunk-{uid}", caller=caller)


def agent_block(uid: str, number: int, prefix: str = "Dest", state: int = 5) -> str:
    name = f"PJSIP/agent{number:02}-{uid}"
    return block(uid, name, prefix=prefix, state=state, caller=(f"10{number:02}", f"Agent {number:02}"), linkedid="9.9")


def joins(store: Store, queue: str, uid: str, at: float, *, position: int = 1, count: int = 1, caller=ANN) -> None:
    store.apply(event("QueueCallerJoin", caller_block(uid, caller), Queue=queue, Position=position, Count=count), at)


def rings(store: Store, queue: str, uid: str, number: int, at: float, *, caller=ANN) -> None:
    device = f"PJSIP/agent{number:02}"
    names = {"Queue": queue, "Interface": device, "MemberName": f"Agent {number:02}"}
    store.apply(event("AgentCalled", caller_block(uid, caller), agent_block(f"{uid}-{number}", number), **names), at)


def answers(store: Store, queue: str, uid: str, number: int, at: float, *, wait: int = 5, caller=ANN) -> None:
    device = f"PJSIP/agent{number:02}"
    names = {"Queue": queue, "Interface": device, "MemberName": f"Agent {number:02}"}
    who = caller_block(uid, caller)
    leave = event("QueueCallerLeave", who, Queue=queue, Position=1, Count=len(store.queues[queue].callers) - 1)
    store.apply(leave, at)
    leg = agent_block(f"{uid}-{number}", number, state=6)
    store.apply(event("AgentConnect", who, leg, HoldTime=wait, RingTime=2, **names), at)
    store.apply(status(queue, number, Status=2, InCall=1), at)


def ignores(store: Store, queue: str, uid: str, number: int, at: float, *, caller=ANN) -> None:
    device = f"PJSIP/agent{number:02}"
    names = {"Queue": queue, "Interface": device, "MemberName": f"Agent {number:02}"}
    legs = (caller_block(uid, caller), agent_block(f"{uid}-{number}", number))
    store.apply(event("AgentRingNoAnswer", *legs, RingTime=15000, **names), at)


def support(**changes: object) -> Store:
    """Queue support: six members, each in a state of its own, and three callers; the first has waited for 0:50.

    Agent 01 is free, 02 is paused for lunch since 31:07, 03 ended a call 3 s ago, 04's phone is not there, 05's does
    not exist, 06 is on a call that is not of the queue. Service level 60 s.
    """
    return listed(
        params("support", **changes),
        member("support", 1),
        member("support", 2, Paused=1, PausedReason="lunch", LastPause=EPOCH + LISTED - 1867),
        member("support", 3, LastCall=EPOCH + LISTED - 3),
        member("support", 4, Status=5),
        member("support", 5, Status=4),
        member("support", 6, Status=2),
        entry("support", 1, "7.1", 50),
        entry("support", 2, "7.2", 20, caller=BOB),
        entry("support", 3, "7.3", 70),
    )


def leaves(store: Store, queue: str, uid: str, at: float, *, wait: int) -> None:
    """The caller hangs up: QueueCallerAbandon comes before QueueCallerLeave (`ami.md` B.5)."""
    who = caller_block(uid)
    store.apply(event("HangupRequest", who, Cause=16), at)
    store.apply(event("QueueCallerAbandon", who, Queue=queue, Position=1, OriginalPosition=1, HoldTime=wait), at)
    store.apply(event("QueueCallerLeave", who, Queue=queue, Position=1, Count=len(store.queues[queue].callers) - 1), at)


def completes(store: Store, queue: str, uid: str, number: int, at: float, *, talk: int, wait: int = 5) -> None:
    device = f"PJSIP/agent{number:02}"
    names = {"Queue": queue, "Interface": device, "MemberName": f"Agent {number:02}"}
    legs = (caller_block(uid), agent_block(f"{uid}-{number}", number, state=6))
    store.apply(event("AgentComplete", *legs, HoldTime=wait, TalkTime=talk, Reason="caller", **names), at)
    store.apply(status(queue, number, LastCall=EPOCH + int(at), CallsTaken=4), at)


def shift(store: Store, at: float = LISTED) -> Shift:
    """Begin to count what *store* tells from *at* on."""
    found = Shift(store, lambda moment: EPOCH + moment, at)
    found.tick(at, watching=True)
    return found


def counted(rules: Rules | None = None) -> Floor:
    """An hour's work of queue support in a minute, looked at at 200.

    Agents 01 to 03. Twelve callers came: nine were answered after 1 to 9 s and talked for 3 s, one gave up after 1 s
    and one after 30 s, and the last waits since 195. Agent 02 ignored one ring; agent 03 is paused for lunch since 150.
    """
    store = listed(params("support", ServiceLevel=5), *(member("support", number) for number in (1, 2, 3)))
    counting = shift(store)
    for number in range(1, 10):
        uid, at = f"8.{number}", 100 + number
        joins(store, "support", uid, at, count=len(store.queues["support"].callers) + 1)
        rings(store, "support", uid, 1, at)
        answers(store, "support", uid, 1, at + number, wait=number)
        completes(store, "support", uid, 1, at + number + 3, talk=3, wait=number)
    joins(store, "support", "8.10", 130)
    leaves(store, "support", "8.10", 131, wait=1)
    joins(store, "support", "8.11", 140)
    rings(store, "support", "8.11", 2, 145)
    ignores(store, "support", "8.11", 2, 160)
    store.apply(status("support", 2), 160)
    leaves(store, "support", "8.11", 170, wait=30)
    store.apply(status("support", 3, Paused=1, PausedReason="lunch", LastPause=EPOCH + 150), 150)
    joins(store, "support", "8.12", 195)
    return Floor(store, 200, EPOCH + 200, rules or Rules(), counting.tally)
