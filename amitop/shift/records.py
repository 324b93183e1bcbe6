"""What a ledger holds of a tally: one record a queue and one an agent, and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from amitop.shift.agent_tally import AgentTally, Doing
from amitop.shift.queue_tally import COUNTS, QueueTally
from amitop.shift.waits import Waits

if TYPE_CHECKING:
    from amitop.shift.tally import Tally


class QueueRecord(NamedTuple):
    """A queue's counts as text, its waits as bytes."""

    name: str
    counts: str
    answers: bytes
    abandons: bytes


class AgentRecord(NamedTuple):
    """An agent's counts as text."""

    device: str
    counts: str


class Record(NamedTuple):
    """A shift of one PBX, or what has changed of it. Times are epoch seconds."""

    pbx: str
    started: float
    watched_from: float
    saved: float
    queues: tuple[QueueRecord, ...]
    agents: tuple[AgentRecord, ...]


def changes(tally: Tally, pbx: str, epoch: float) -> Record:
    """Return what has changed of *tally* since the last time, and take it as saved."""
    queues = tuple(_queue(name, tally.queues[name]) for name in sorted(tally.changed_queues))
    agents = tuple(_agent(device, tally.agents[device]) for device in sorted(tally.changed_agents))
    tally.changed_queues.clear()
    tally.changed_agents.clear()
    return Record(pbx, tally.started, tally.watched_from, epoch, queues, agents)


def restore(record: Record, tally: Tally) -> None:
    """Put a record into a new *tally*. Raises ValueError, KeyError or TypeError for what is no record."""
    tally.watched_from = record.watched_from
    tally.queues = {queue.name: _queue_of(queue) for queue in record.queues}
    tally.agents = {agent.device: _agent_of(agent) for agent in record.agents}


def _queue(name: str, queue: QueueTally) -> QueueRecord:
    counts = {count: getattr(queue, count) for count in COUNTS}
    rest = {"talk": queue.talk, "waiting": sorted(queue.waiting), "minutes": list(queue.minutes.items())}
    return QueueRecord(name, json.dumps(counts | rest), queue.answer_waits.dump(), queue.abandon_waits.dump())


def _queue_of(record: QueueRecord) -> QueueTally:
    counts = json.loads(record.counts)
    return QueueTally(
        **{count: int(counts[count]) for count in COUNTS},
        talk=float(counts["talk"]),
        answer_waits=Waits.load(record.answers),
        abandon_waits=Waits.load(record.abandons),
        waiting=set(map(str, counts["waiting"])),
        minutes={int(minute): int(count) for minute, count in counts["minutes"]},
    )


def _agent(device: str, agent: AgentTally) -> AgentRecord:
    counts = {
        "name": agent.name,
        "answered": agent.answered,
        "completed": agent.completed,
        "talk": agent.talk,
        "missed": agent.missed,
        "seconds": agent.seconds,
        "pauses": agent.pauses,
    }
    return AgentRecord(device, json.dumps(counts))


def _agent_of(record: AgentRecord) -> AgentTally:
    counts = json.loads(record.counts)
    return AgentTally(
        name=str(counts["name"]),
        answered=int(counts["answered"]),
        completed=int(counts["completed"]),
        talk=float(counts["talk"]),
        missed=int(counts["missed"]),
        seconds={Doing(what): float(seconds) for what, seconds in counts["seconds"].items()},
        pauses={str(reason): float(seconds) for reason, seconds in counts["pauses"].items()},
    )
