"""What can be done with somebody who waits in a queue, in words and figures, before anything is sent. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from amitop.control.transfer import party_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.control.fields import Extension
    from amitop.pbx.queue_model import QueueCaller
    from amitop.pbx.store import Store

MOST_PRIORITY = 2**31 - 1
"""Asterisk keeps a priority as an int."""


class CallerAct(StrEnum):
    """What to do with a caller."""

    HEAD = "Move to the head"
    UP = "Move up"
    TO_QUEUE = "Move to another queue"
    SEND = "Send to an extension"
    WITHDRAW = "Take out of the queue"
    HANG_UP = "Hang up"

    @property
    def action(self) -> str:
        """The AMI action that does it."""
        return _ACTIONS[self]


_ACTIONS = {
    CallerAct.HEAD: "QueueChangePriorityCaller",
    CallerAct.UP: "QueueChangePriorityCaller",
    CallerAct.TO_QUEUE: "Redirect",
    CallerAct.SEND: "Redirect",
    CallerAct.WITHDRAW: "QueueWithdrawCaller",
    CallerAct.HANG_UP: "Hangup",
}
_CONFIRMED = {CallerAct.TO_QUEUE, CallerAct.SEND, CallerAct.WITHDRAW, CallerAct.HANG_UP}


@dataclass(frozen=True, slots=True)
class CallerPlan:
    """What is to be done with one caller. It holds for as long as the caller waits in that queue."""

    pbx: str
    act: CallerAct
    queue: str
    uniqueid: str
    who: str
    """The caller in words, not cleaned."""
    sentence: str
    """What will happen, not cleaned."""
    to_queue: str = ""
    extension: Extension | None = None

    @property
    def confirmations(self) -> int:
        """How often to ask before: where the caller loses their place."""
        return int(self.act in _CONFIRMED)


def plan_caller(
    store: Store, uniqueid: str, act: CallerAct, *, to_queue: str = "", extension: Extension | None = None
) -> CallerPlan:
    """Return the plan that does *act* with a caller.

    *extension* is where to send them: for another queue, *to_queue*, the one that the configuration names for it.
    Raises ValueError, with one line for the person at the keyboard, when that cannot be.
    """
    caller = store.queued.get(uniqueid)
    if caller is None:
        raise ValueError("They do not wait in a queue any more.")
    who, queue = caller_words(caller), caller.queue
    here = f"{who}, #{caller.position} in {queue},"
    if act in {CallerAct.HEAD, CallerAct.UP}:
        if caller.position == 1:
            raise ValueError(f"{who} is at the head of {queue} already.")
        raised = [one for one in priorities(caller.line.callers, uniqueid, act) if one.uniqueid != uniqueid]
        others = f" The priority of {len(raised)} in front is raised to stay in front." if raised else ""
        sentence = f"{here} moves {'to the head' if act is CallerAct.HEAD else 'up'}.{others}"
    elif act is CallerAct.TO_QUEUE:
        if to_queue == queue:
            raise ValueError(f"{who} waits in {queue} already.")
        if extension is None:
            raise ValueError(f"The configuration names no extension that leads to {to_queue}.")
        sentence = f"{here} moves to {to_queue}, by way of {extension}, and waits there from the end."
    elif act is CallerAct.SEND:
        if extension is None:
            raise ValueError("Which extension?")
        sentence = f"{here} goes to {extension} and loses their place."
    elif act is CallerAct.WITHDRAW:
        sentence = f"{here} leaves the queue: what the dialplan has after Queue() happens next."
    else:
        sentence = f"{here} is hung up."
    return CallerPlan(store.name, act, queue, uniqueid, who, sentence, to_queue, extension)


def caller_words(caller: QueueCaller) -> str:
    """Who waits: the caller ID, else the channel. Not cleaned."""
    return party_words(caller.caller) or caller.channel


# -- priorities -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Priority:
    """One caller's priority, to be changed. *moves*: at once, and with it the place."""

    uniqueid: str
    before: int
    after: int
    moves: bool


def priorities(line: Sequence[QueueCaller], uniqueid: str, act: CallerAct) -> list[Priority]:
    """Return the changes that move a caller of *line*, in the order in which to make them.

    Asterisk puts a caller before the first one with a lower priority (apps/app_queue.c,
    change_priority_caller_on_queue). So going to the head takes a priority above all in front; going up by one takes
    one above the next in front, and those further ahead have to be given as much to stay there.
    """
    place = next(i for i, caller in enumerate(line) if caller.uniqueid == uniqueid)
    ahead, me = line[:place], line[place]
    if not ahead:
        return []
    top = max(_priority(caller) for caller in (ahead if act is CallerAct.HEAD else ahead[-1:]))
    mine = max(min(top + 1, MOST_PRIORITY), _priority(me))
    raised = [] if act is CallerAct.HEAD else [caller for caller in ahead[:-1] if _priority(caller) < mine]
    return [
        *(Priority(caller.uniqueid, _priority(caller), mine, moves=False) for caller in raised),
        Priority(uniqueid, _priority(me), mine, moves=True),
    ]


def _priority(caller: QueueCaller) -> int:
    return caller.priority or 0
