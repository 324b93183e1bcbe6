"""Items of a QueueStatus list in the recorded format, for the tests of queues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recorded import packets

from amitop.ami.packet import Packet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from amitop.pbx.store import Store


def play(version: str, store: Store) -> Iterator[tuple[float, Packet]]:
    """Feed a recording to *store*, of its lists of queues only the first, and yield each event after it was taken."""
    items: list[Packet] = []
    listed = False
    for at, packet in packets(version):
        if packet.name in {"QueueParams", "QueueMember", "QueueEntry"}:
            items.append(packet)
        elif packet.name == "QueueStatusComplete" and not listed:
            store.apply_queues(items, at, at, first=True)
            listed = True
        elif b"\nActionID: " not in packet.raw:
            store.apply(packet, at)
            yield at, packet


def params(
    queue: str, *, completed: int = 0, abandoned: int = 0, holdtime: int = 0, talktime: int = 0, **more
) -> Packet:
    """Return a QueueParams item. *more*: `sl`, `sl2` and `level`, the service level's percentages and seconds."""
    lines = ["Event: QueueParams", f"Queue: {queue}", "Max: 0", "Strategy: ringall", "Calls: 0"]
    lines += [f"Holdtime: {holdtime}", f"TalkTime: {talktime}", f"Completed: {completed}", f"Abandoned: {abandoned}"]
    lines += [f"ServiceLevel: {more.get('level', 20)}", f"ServicelevelPerf: {more.get('sl', '0.0')}"]
    lines += [f"ServicelevelPerf2: {more.get('sl2', '0.0')}", "Weight: 0", "ActionID: list-1"]
    return Packet("\n".join(lines).encode())


def member(queue: str, interface: str, *, name: str = "", status: int = 1, taken: int = 0, **more) -> Packet:
    """Return a QueueMember item. *more*: `in_call`, `paused`, `reason`, `state`, `wrapup`, `last`, `login`, `since`."""
    lines = ["Event: QueueMember", f"Queue: {queue}", f"Name: {name or interface}", f"Location: {interface}"]
    lines += [f"StateInterface: {more.get('state', interface)}", f"Membership: {more.get('membership', 'static')}"]
    lines += [f"Penalty: {more.get('penalty', 0)}", f"CallsTaken: {taken}", f"LastCall: {more.get('last', 0)}"]
    lines += [f"LastPause: {more.get('since', 0)}", f"LoginTime: {more.get('login', 0)}"]
    lines += [f"InCall: {more.get('in_call', 0)}", f"Status: {status}", f"Paused: {more.get('paused', 0)}"]
    lines += [f"PausedReason: {more.get('reason', '')}", f"Wrapuptime: {more.get('wrapup', 0)}", "ActionID: list-1"]
    return Packet("\n".join(lines).encode())


def entry(queue: str, uid: str, *, wait: int = 0, priority: int = 0, **more) -> Packet:
    """Return a QueueEntry item. *more*: `channel`, `num`, `name`."""
    lines = ["Event: QueueEntry", f"Queue: {queue}", "Position: 1"]
    lines += [f"Channel: {more.get('channel', f'PJSIP/{uid}-00000001')}", f"Uniqueid: {uid}"]
    lines += [f"CallerIDNum: {more.get('num', '+15551234567')}", f"CallerIDName: {more.get('name', 'Ann Lee')}"]
    lines += ["ConnectedLineNum: unknown", "ConnectedLineName: unknown", f"Wait: {wait}", f"Priority: {priority}"]
    return Packet("\n".join([*lines, "ActionID: list-1"]).encode())
