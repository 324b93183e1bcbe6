"""Queues of a PBX that acts: keeps its own members and callers, and tells of them as Asterisk does (`ami.md` B.5, E.4).

What is compared with it is its own state, never what amitop made of its events.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field

from amitop.ami.packet import Packet
from fakes.acting import FakeLive
from fakes.events import block, event


@dataclass
class FakeMember:
    """A member as app_queue keeps it."""

    interface: str
    name: str = ""
    state_interface: str = ""
    membership: str = "dynamic"
    penalty: int = 0
    paused: bool = False
    reason: str = ""
    ringinuse: bool = False
    wrapup: int = 0
    status: int = 1
    in_call: bool = False


@dataclass
class FakeCaller:
    """A caller as app_queue keeps it."""

    uid: str
    channel: str
    priority: int = 0


@dataclass
class FakeQueue:
    """A queue as app_queue keeps it."""

    name: str
    members: dict[str, FakeMember] = field(default_factory=dict)
    callers: list[FakeCaller] = field(default_factory=list)
    completed: int = 0


class FakeQueues(FakeLive):
    """A LivePbx whose other end is these queues. `immediate`: as from 18.20 on; `reasons`: as from 18 on."""

    def __init__(self, *queues: FakeQueue, immediate: bool = True, reasons: bool = True):
        super().__init__()
        self.queues = {queue.name: queue for queue in queues}
        self.immediate, self.reasons = immediate, reasons
        self.silent = False
        """Says Success and does nothing."""
        self.mute = False
        """Sends no events: read=agent is missing."""
        self.doors: dict[str, str] = {}
        """Queues by the extension that leads to each."""
        self.connection.on_action = self._act
        self.connection.on_listing = self._list
        for queue in queues:
            for caller in queue.callers:
                self.happen(event("Newchannel", block(caller.uid, caller.channel)))
        self.store.apply_queues(self._list("QueueStatus", {}), 0.0, self.now, first=True)

    def truth(self) -> dict[str, FakeQueue]:
        """Return a copy of everything."""
        return deepcopy(self.queues)

    def line(self, queue: str) -> list[str]:
        """Return who waits, next one first."""
        return [caller.uid for caller in self.queues[queue].callers]

    # -- actions --------------------------------------------------------------------------------------------------

    def _act(self, name, headers):
        if self.silent:
            return None
        handler = getattr(self, f"_{name.lower()}", None)
        return f"Invalid/unknown command: {name}" if handler is None else handler(headers)

    def _memberships(self, headers):
        return [
            (queue, queue.members[headers["Interface"]])
            for queue in self.queues.values()
            if headers.get("Queue") in (None, queue.name) and headers["Interface"] in queue.members
        ]

    def _queuepause(self, headers):
        found = self._memberships(headers)
        for queue, member in found:
            member.paused = headers["Paused"] == "true"
            member.reason = headers.get("Reason", "") if member.paused else ""
            told = headers.get("Reason", "") if self.reasons else member.reason
            self._tell("QueueMemberPause", queue, member, f"PausedReason: {told}\n")
        return None if found else "Interface not found"

    def _queuepenalty(self, headers):
        for queue, member in self._memberships(headers):
            member.penalty = int(headers["Penalty"])
            self._tell("QueueMemberPenalty", queue, member)

    def _queuememberringinuse(self, headers):
        for queue, member in self._memberships(headers):
            member.ringinuse = headers["RingInUse"] == "yes"
            self._tell("QueueMemberRinginuse", queue, member)

    def _queueadd(self, headers):
        queue = self.queues.get(headers["Queue"])
        interface = headers["Interface"]
        if queue is None:
            return "Unable to add interface to queue: No such queue"
        if interface in queue.members:
            return "Unable to add interface: Already there"
        member = queue.members[interface] = FakeMember(
            interface,
            headers.get("MemberName", interface),
            headers.get("StateInterface", interface),
            penalty=int(headers.get("Penalty", 0)),
            paused=headers.get("Paused") == "true",
            reason=headers.get("Reason", "") if self.reasons else "",
            wrapup=int(headers.get("Wrapuptime", 0)) if self.reasons else 0,
            status=4 if interface.endswith("nobody") else 1,
        )
        self._tell("QueueMemberAdded", queue, member)
        return None

    def _queueremove(self, headers):
        queue = self.queues[headers["Queue"]]
        member = queue.members.get(headers["Interface"])
        if member is None:
            return "Unable to remove interface: Not there"
        if member.membership != "dynamic":
            return "Member not dynamic"
        del queue.members[member.interface]
        self._tell("QueueMemberRemoved", queue, member)
        return None

    def _queuechangeprioritycaller(self, headers):
        queue = self.queues[headers["Queue"]]
        caller = next((one for one in queue.callers if one.channel == headers["Caller"]), None)
        if caller is None:
            return "Unable to change priority caller on queue: No such caller"
        caller.priority = int(headers["Priority"])
        if self.immediate and headers.get("Immediate") == "yes":
            queue.callers.remove(caller)
            others = (i for i, one in enumerate(queue.callers) if caller.priority > one.priority)
            queue.callers.insert(next(others, len(queue.callers)), caller)
        return None

    def _queuewithdrawcaller(self, headers):
        queue = self.queues[headers["Queue"]]
        caller = next((one for one in queue.callers if one.channel == headers["Caller"]), None)
        if caller is None:
            return "Unable to request withdraw from queue: No such caller"
        self.leave(queue.name, caller.uid)
        return None

    def _redirect(self, headers):
        uid, exten = headers["Channel"], headers["Exten"]
        name = next(name for name in self.queues if uid in self.line(name))
        channel = next(one.channel for one in self.queues[name].callers if one.uid == uid)
        self.leave(name, uid)
        where = block(uid, channel, position=(headers["Context"], exten, 1))
        if exten in self.doors:
            self.join(self.doors[exten], uid, channel)
        elif exten == "nowhere":
            self.happen(event("Hangup", where, "Cause: 0\nCause-txt: Unknown\n"))
        else:
            self.happen(event("Newexten", where, f"Extension: {exten}\nApplication: Wait\nAppData: 9\n"))

    def _hangup(self, headers):
        uid = headers["Channel"]
        for name in self.queues:
            if uid in self.line(name):
                channel = next(one.channel for one in self.queues[name].callers if one.uid == uid)
                self.leave(name, uid)
                self.happen(event("Hangup", block(uid, channel), "Cause: 16\nCause-txt: Normal Clearing\n"))
                return None
        return "No such channel"

    def _queuereset(self, headers):
        for queue in self.queues.values():
            if headers.get("Queue") in (None, queue.name):
                queue.completed = 0

    # -- what it tells --------------------------------------------------------------------------------------------

    def leave(self, name: str, uid: str, *, abandons: bool = True) -> None:
        """Let a caller leave; one who is answered does not abandon."""
        queue = self.queues[name]
        position = self.line(name).index(uid) + 1
        caller = queue.callers.pop(position - 1)
        who = block(uid, caller.channel)
        if abandons:
            rest = f"Queue: {name}\nPosition: {position}\nOriginalPosition: {position}\nHoldTime: 3\n"
            self.happen(event("QueueCallerAbandon", who, rest))
        rest = f"Queue: {name}\nCount: {len(queue.callers)}\nPosition: {position}\n"
        self.happen(event("QueueCallerLeave", who, rest))

    def join(self, name: str, uid: str, channel: str) -> None:
        """Let a caller join at the end."""
        queue = self.queues[name]
        queue.callers.append(FakeCaller(uid, channel))
        count = len(queue.callers)
        self.happen(
            event("QueueCallerJoin", block(uid, channel), f"Queue: {name}\nPosition: {count}\nCount: {count}\n")
        )

    def _tell(self, name, queue, member, last=""):
        if not self.mute:
            self.happen(member_event(name, queue.name, member, last))

    def _list(self, _name, headers):
        found = []
        for queue in self.queues.values():
            if headers.get("Queue") in (None, queue.name):
                found.append(
                    _item(
                        "QueueParams",
                        f"Queue: {queue.name}\nMax: 0\nStrategy: rrmemory\n"
                        f"Calls: {len(queue.callers)}\nHoldtime: 0\nTalkTime: 0\nCompleted: {queue.completed}\n"
                        "Abandoned: 0\nServiceLevel: 0\nServicelevelPerf: 0.0\nServicelevelPerf2: 0.0\nWeight: 0",
                    )
                )
                for m in queue.members.values():
                    membership = "dynamic" if m.membership == "dynamic" else "static"
                    found.append(
                        _item(
                            "QueueMember",
                            f"Queue: {queue.name}\nName: {m.name}\nLocation: {m.interface}\n"
                            f"StateInterface: {m.state_interface}\nMembership: {membership}\n"
                            f"Penalty: {m.penalty}\nCallsTaken: 0\nLastCall: 0\nLastPause: 0\nLoginTime: 1\n"
                            f"InCall: {int(m.in_call)}\nStatus: {m.status}\nPaused: {int(m.paused)}\n"
                            f"PausedReason: {m.reason}\nWrapuptime: {m.wrapup}",
                        )
                    )
                for place, c in enumerate(queue.callers, 1):
                    found.append(
                        _item(
                            "QueueEntry",
                            f"Queue: {queue.name}\nPosition: {place}\nChannel: {c.channel}\n"
                            f"Uniqueid: {c.uid}\nCallerIDNum: unknown\nCallerIDName: unknown\n"
                            f"ConnectedLineNum: unknown\nConnectedLineName: unknown\nWait: 9\n"
                            f"Priority: {c.priority}",
                        )
                    )
        return found


def member_event(name: str, queue: str, m: FakeMember, last: str = "") -> Packet:
    """An event about a member, `<M>`; *last* stands for its PausedReason."""
    return event(
        name,
        f"Queue: {queue}\nMemberName: {m.name}\nInterface: {m.interface}\nStateInterface: {m.state_interface}\n"
        f"Membership: {m.membership}\nPenalty: {m.penalty}\nCallsTaken: 0\nLastCall: 0\nLastPause: 0\nLoginTime: 1\n"
        f"InCall: {int(m.in_call)}\nStatus: {m.status}\nPaused: {int(m.paused)}\n"
        f"{last or f'PausedReason: {m.reason}' + chr(10)}Ringinuse: {int(m.ringinuse)}\nWrapuptime: {m.wrapup}\n",
    )


def agent(number: int, **facts) -> FakeMember:
    """A member named Agent 3 at PJSIP/agent03."""
    device = f"PJSIP/agent{number:02d}"
    return FakeMember(device, f"Agent {number}", device, **facts)


def queue(name: str, *members: FakeMember, callers: int = 0, completed: int = 0) -> FakeQueue:
    """A queue with these members, and callers with Uniqueids 1.1, 1.2, ... in order."""
    line = [FakeCaller(f"1.{i}", f"PJSIP/trunk-0000000{i}") for i in range(1, callers + 1)]
    return FakeQueue(name, {member.interface: member for member in members}, line, completed)


def _item(name: str, fields: str) -> Packet:
    return Packet(f"Event: {name}\n{fields}".encode())
