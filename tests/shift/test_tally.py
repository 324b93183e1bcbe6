"""A PBX's shift from its events: by recorded bytes, and what each interruption does to it."""

from collections import Counter

import pytest
from recorded import VERSIONS, block, event
from recorded_queues import member, params, play

from amitop.pbx.queue_model import Fact
from amitop.pbx.store import Store
from amitop.shift.agent_tally import Doing
from amitop.shift.tally import Tally

EPOCH = 1_795_375_000.0


class World:
    """A store of which a tally counts, at epoch seconds that go with the store's clock."""

    def __init__(self, *rows, wrapup: int = 0) -> None:
        self.store = Store("lab")
        self.tally = Tally(EPOCH, lambda _: wrapup)
        self.store.observers.append(self.observe)
        self.store.apply_queues(list(rows), 0.0, 0.0, first=True)
        self.tally.watch(self.store, EPOCH)

    def observe(self, fact: Fact) -> None:
        self.tally.count(fact, self.store, EPOCH + fact.at)

    def happen(self, name: str, at: float, *blocks, **headers: str) -> None:
        self.store.apply(event(name, *blocks, **headers), at)


def call(world: World, uid: str, at: float, *, wait: float = 5, talk: float = 20, queue: str = "q") -> None:
    """A call that is answered by PJSIP/1."""
    agent = {"Queue": queue, "Interface": "PJSIP/1", "MemberName": "Ann"}
    dest = block(f"{uid}-g", "Dest", linkedid=uid)
    world.happen("QueueCallerJoin", at, block(uid), Queue=queue, Position="1", Count="1")
    world.happen("AgentCalled", at + 1, block(uid), dest, **agent)
    world.happen("QueueCallerLeave", at + wait, block(uid), Queue=queue, Position="1", Count="0")
    world.happen("AgentConnect", at + wait, block(uid), dest, **agent, HoldTime=str(int(wait)))
    ended = at + wait + talk
    world.happen("AgentComplete", ended, block(uid), dest, **agent, HoldTime=str(int(wait)), TalkTime=str(int(talk)))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_shift_counts_what_its_events_say(version: str) -> None:
    """The events that stand for queue_log's lines, one for one: ENTERQUEUE, CONNECT, COMPLETE*, RINGNOANSWER."""
    store, tally = Store("lab"), Tally(EPOCH)
    store.observers.append(lambda fact: tally.count(fact, store, EPOCH + fact.at))
    events: Counter[tuple[str, str]] = Counter()
    answers: Counter[str] = Counter()
    found = Counter()
    last = 0.0
    for last, packet in play(version, store):  # noqa: B007
        events[packet.get("Queue"), packet.name] += 1
        answers[packet.get("Interface")] += packet.name == "AgentConnect"
        if not found and store.queues and all(queue.listed_at is not None for queue in store.queues.values()):
            found = Counter({name: queue.carried for name, queue in tally.queues.items()})
            found["watched"] = 1
    store.expire(last + 100)
    for name, queue in tally.queues.items():
        print(f"\n{version} {name}: offered {queue.offered} ({queue.carried} carried), answered {queue.answered}, ")
        assert queue.offered == events[name, "QueueCallerJoin"] + found[name]
        assert queue.answered == events[name, "AgentConnect"] == queue.answer_waits.count
        assert queue.completed == events[name, "AgentComplete"]
        assert queue.finished + queue.lost + len(queue.waiting) == queue.offered
        assert queue.waiting == {caller.uniqueid for caller in store.queues[name].callers}
        assert sum(queue.minutes.values()) == queue.offered
    assert {device: agent.answered for device, agent in tally.agents.items() if agent.answered} == +answers
    assert sum(agent.missed for agent in tally.agents.values()) == 1
    assert tally.together().offered > 120


@pytest.mark.parametrize("version", VERSIONS)
def test_each_second_of_a_recorded_agent_goes_into_one_thing(version: str) -> None:
    store, tally = Store("lab"), Tally(EPOCH, lambda _: 5)
    store.observers.append(lambda fact: tally.count(fact, store, EPOCH + fact.at))
    last = 0.0
    began = None
    for last, _ in play(version, store):
        if began is None and store.queues:
            began = last
            tally.watch(store, EPOCH + last)
    for agent in tally.agents.values():
        spent = sum(agent.spent(what, EPOCH + last) for what in Doing)
        assert spent == pytest.approx(last - began, abs=0.5)
    talked = sum(agent.spent(Doing.TALK, EPOCH + last) for agent in tally.agents.values())
    told = sum(agent.talk for agent in tally.agents.values())
    assert told > 100
    assert talked == pytest.approx(told, rel=0.35)  # talks that run still, and wraps of Asterisk's whole seconds


def test_a_call() -> None:
    world = World(params("q"), member("q", "PJSIP/1", name="Ann"), wrapup=10)
    call(world, "a", 100.0)
    queue, agent = world.tally.queue("q"), world.tally.agent("PJSIP/1")
    assert (queue.offered, queue.answered, queue.completed, queue.mean_talk) == (1, 1, 1, 20.0)
    assert (agent.name, agent.answered, agent.completed, agent.talk) == ("Ann", 1, 1, 20.0)
    at = EPOCH + 140
    assert {what: agent.spent(what, at) for what in (Doing.RING, Doing.TALK, Doing.WRAP_UP, Doing.IDLE)} == {
        Doing.RING: pytest.approx(4),
        Doing.TALK: pytest.approx(20),
        Doing.WRAP_UP: pytest.approx(10),
        Doing.IDLE: pytest.approx(101 + 5),
    }


def test_a_transfer_to_another_queue_is_a_call_of_each() -> None:
    world = World(params("q"), member("q", "PJSIP/1"), params("r"), member("r", "PJSIP/1"))
    call(world, "a", 100.0)
    call(world, "a", 200.0, queue="r")
    assert [(q.offered, q.answered) for q in (world.tally.queue("q"), world.tally.queue("r"))] == [(1, 1), (1, 1)]
    assert world.tally.agent("PJSIP/1").answered == 2


def test_events_that_come_twice_count_once() -> None:
    world = World(params("q"), member("q", "PJSIP/1"))
    apply = world.store.apply

    def twice(packet, now) -> None:
        apply(packet, now)
        apply(packet, now)

    world.store.apply = twice
    call(world, "a", 100.0)
    queue, agent = world.tally.queue("q"), world.tally.agent("PJSIP/1")
    assert (queue.offered, queue.answered, queue.completed, agent.answered, agent.completed) == (1, 1, 1, 1, 1)


def test_missed_rings() -> None:
    world = World(params("q"), member("q", "PJSIP/1"))
    world.happen("AgentRingNoAnswer", 5.0, block("a"), Queue="q", Interface="PJSIP/1", RingTime="3000")
    assert world.tally.agent("PJSIP/1").missed == 1


def test_a_member_who_was_removed_stays_the_same_person() -> None:
    """The state interface, by which a person is known, goes with the membership."""
    interface = "Local/1001@from-queue/n"
    world = World(params("q"), member("q", interface, state="PJSIP/1001"))
    world.happen("QueueMemberRemoved", 50.0, Queue="q", Interface=interface)
    assert world.tally.agents.keys() == {"PJSIP/1001"}
    agent = world.tally.agent("PJSIP/1001")
    assert (agent.spent(Doing.IDLE, EPOCH + 90), agent.spent(Doing.AWAY, EPOCH + 90)) == (50, 40)


def test_a_hint_that_is_learnt_later_moves_the_person() -> None:
    interface = "Local/1001@from-queue/n"
    world = World(params("q"), member("q", interface, state="hint:1001@ext-local"))
    world.happen("ExtensionStatus", 1.0, Exten="1001", Context="ext-local", Hint="PJSIP/1001")
    world.happen(
        "QueueMemberStatus", 2.0, Queue="q", Interface=interface, StateInterface="hint:1001@ext-local", Status="2"
    )
    assert world.tally.agent("PJSIP/1001").current.doing is Doing.BUSY
    assert world.tally.agent("1001").current.doing is Doing.AWAY


def test_while_nobody_watches_no_time_is_booked_and_callers_who_went_are_lost() -> None:
    world = World(params("q"), member("q", "PJSIP/1"))
    world.happen("QueueCallerJoin", 10.0, block("a"), Queue="q", Position="1", Count="1")
    world.store.link_lost(20.0)
    world.tally.rest(EPOCH + 20)
    world.store.apply_channels([], 300.0, 300.0, first=True)
    world.store.apply_queues([params("q"), member("q", "PJSIP/1", status=2)], 300.0, 300.0, first=True)
    world.tally.watch(world.store, EPOCH + 300)
    queue, agent = world.tally.queue("q"), world.tally.agent("PJSIP/1")
    assert (queue.offered, queue.lost, queue.waiting) == (1, 1, set())
    assert (agent.spent(Doing.IDLE, EPOCH + 310), agent.spent(Doing.BUSY, EPOCH + 310)) == (20, 10)


def test_agents_of_whom_nothing_was_counted_are_dropped() -> None:
    world = World(params("q"), member("q", "PJSIP/1"))
    world.store.apply_queues([params("q"), member("q", "PJSIP/2")], 0.0, 0.0, first=True)
    world.tally.watch(world.store, EPOCH)
    assert world.tally.agents.keys() == {"PJSIP/2"}


def test_what_has_changed_is_known() -> None:
    world = World(params("q"), member("q", "PJSIP/1"), params("r"))
    world.tally.changed_queues.clear()
    world.tally.changed_agents.clear()
    assert not world.tally.changed
    version = world.tally.version
    world.happen("QueueCallerJoin", 10.0, block("a"), Queue="q", Position="1", Count="1")
    assert (world.tally.changed_queues, world.tally.changed_agents) == ({"q"}, set())
    assert world.tally.version > version
