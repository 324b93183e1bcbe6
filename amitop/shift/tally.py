"""Everything that is counted of one PBX in one shift."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.agents import phone
from amitop.pbx.queue_model import Happening
from amitop.pbx.queues import Queues
from amitop.shift.agent_tally import AgentTally, doing
from amitop.shift.queue_tally import QueueTally, together

if TYPE_CHECKING:
    from collections.abc import Callable

    from amitop.pbx.queue_model import Fact
    from amitop.pbx.store import Store


class Tally:
    """Counts what the store tells; times are epoch seconds. *wrapup* gives a queue's wrap-up in seconds."""

    def __init__(self, started: float, wrapup: Callable[[str], int] = lambda _: 0) -> None:
        self.started = started
        """When the shift began."""
        self.watched_from = started
        """When it was first watched: amitop may have come later."""
        self.queues: dict[str, QueueTally] = {}
        self.agents: dict[str, AgentTally] = {}
        """By the agent's device: `Agent.device`."""
        self.changed_queues: set[str] = set()
        """Since they were last saved."""
        self.changed_agents: set[str] = set()
        self._devices: dict[str, str] = {}
        """By interface, as last known: a member who is removed takes its state interface along."""
        self.version = 0
        """Grows with every change."""
        self._wrapup = wrapup

    @property
    def changed(self) -> bool:
        """Whether there is anything to save."""
        return bool(self.changed_queues or self.changed_agents)

    def change_all(self) -> None:
        """Take it that nothing was saved."""
        self.changed_queues.update(self.queues)
        self.changed_agents.update(self.agents)

    def queue(self, name: str) -> QueueTally:
        """Return the counts of a queue, all zero where nothing happened."""
        return self.queues.get(name) or QueueTally()

    def agent(self, device: str) -> AgentTally:
        """Return the counts of an agent, all zero where nothing happened."""
        return self.agents.get(device) or AgentTally()

    def together(self) -> QueueTally:
        """Return the counts of all queues as of one."""
        return together(self.queues.values())

    # -- counting -------------------------------------------------------------------------------------------------

    def count(self, fact: Fact, store: Store, epoch: float) -> None:
        """Take one happening."""
        self.version += 1
        if fact.what not in {Happening.RANG, Happening.MISSED, Happening.MEMBER}:
            self.queues.setdefault(fact.queue, QueueTally()).count(fact, epoch)
            self.changed_queues.add(fact.queue)
        if fact.interface is not None:
            self._count_agent(fact, fact.interface, store, epoch)

    def _count_agent(self, fact: Fact, interface: str, store: Store, epoch: float) -> None:
        agent = self._turn(interface, fact.queue, store, epoch)
        if fact.what is Happening.ANSWERED:
            agent.answered += 1
        elif fact.what is Happening.MISSED:
            agent.missed += 1
        elif fact.what is Happening.COMPLETED:
            agent.completed += 1
            agent.talk += fact.talk or 0.0

    def _turn(self, interface: str, queue: str, store: Store, epoch: float) -> AgentTally:
        """Take what an interface does now, and return whose it is."""
        memberships = store.part(Queues).memberships.get(interface, {})
        before = self._devices.get(interface)
        device = phone(store, interface) if memberships or before is None else before
        if before is not None and before != device:  # a hint was learnt
            self.agents[before].turn(interface, None, epoch)
        self._devices[interface] = device
        agent = self.agents.setdefault(device, AgentTally())
        self.changed_agents.add(device)
        member = memberships.get(queue)
        own = member.wrapup if member is not None else 0
        agent.turn(interface, doing(memberships.values()) if memberships else None, epoch, own or self._wrapup(queue))
        agent.name = next((each.name for each in memberships.values() if each.name != each.interface), agent.name)
        return agent

    def carry(self, name: str, uniqueid: str, joined: float) -> None:
        """Take over a caller who waits since *joined*, before the shift began."""
        self.version += 1
        self.queues.setdefault(name, QueueTally()).carry(uniqueid, joined)
        self.changed_queues.add(name)

    # -- watching -------------------------------------------------------------------------------------------------

    def watch(self, store: Store, epoch: float) -> None:
        """Begin to watch, or go on after a pause: the state that *store* has is of now."""
        self.version += 1
        waiting = store.queued.keys() | store.part(Queues).departures.keys()
        for queue in self.queues.values():
            queue.forget(waiting)
        self.changed_queues.update(self.queues)
        for agent in self.agents.values():
            agent.now.clear()
            agent.since = epoch
        self._devices.clear()
        for interface, memberships in store.part(Queues).memberships.items():
            self._turn(interface, next(iter(memberships)), store, epoch)
        self.agents = {device: agent for device, agent in self.agents.items() if agent.now or agent.counted}
        self.changed_agents = set(self.agents)

    def rest(self, epoch: float) -> None:
        """Book what runs: from now on nobody watches, or the shift is over."""
        self.version += 1
        for agent in self.agents.values():
            agent.stop(epoch)
        self.changed_agents.update(self.agents)

    def book(self, epoch: float) -> None:
        """Book what runs, and go on: so that what is saved is up to date."""
        for agent in self.agents.values():
            if agent.since is not None:
                agent.settle(epoch)
        self.changed_agents.update(self.agents)
