"""A minute of three calls a second: queues are as `queue show` has them, and the shift's figures as in queue_log."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

import pytest
from e2e.acting import eventually
from e2e.queue_show import QueueLog, Shown, read

from amitop.ami.address import Address
from amitop.ami.secret import Secret
from amitop.config import Profile
from amitop.live import LivePbx
from amitop.pbx.store import Store
from amitop.shift.shift import Shift
from rig.asterisk import Asterisk
from rig.sipp import Calls

SECONDS = 60
LAG = 0.25
"""Seconds that an event takes from Asterisk to the state, when the machine has nothing else to do."""
PATIENCE = 3.0
"""Seconds after which the state is wrong, and not late.

Asterisk publishes an event while it changes what it is about, but another thread writes it, when it gets a core.
"""
SHORT_WAIT = "610"
"""An extension whose callers wait for so short a time that some have to go without an answer."""


def state(store: Store) -> dict[str, Shown]:
    """What is known, in the console's terms."""
    return {
        queue.name: Shown(
            {
                "waiting": str(queue.waiting),
                "strategy": queue.strategy,
                "holdtime": str(queue.holdtime),
                "talktime": str(queue.talktime),
                "weight": str(queue.weight),
                "completed": str(queue.completed),
                "abandoned": str(queue.abandoned),
                "sl_perf": f"{queue.sl_perf:.1f}",
                "sl_perf2": f"{queue.sl_perf2:.1f}",
                "service_level": str(queue.service_level),
            },
            tuple(caller.channel for caller in queue.callers),
            {
                member.interface: {
                    "name": member.name,
                    "status": member.status.words,
                    "in call": member.in_call,
                    "paused": member.paused,
                    "reason": member.pause_reason,
                    "taken": member.calls_taken,
                    "penalty": member.penalty,
                    "dynamic": member.membership == "dynamic",
                }
                for member in queue.members.values()
            },
        )
        for queue in store.queues.values()
    }


AVERAGES = {"holdtime", "talktime"}
"""Worked out between lists with times in whole seconds: a second more or less is rounding."""


@dataclass
class Comparison:
    """What Asterisk showed against what was known around that moment: it must have been so at some instant of it."""

    moments: int = 0
    compared: int = 0
    late: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    def add(self, shown: dict[str, Shown], soon: list[dict[str, Shown]], later: list[dict[str, Shown]]) -> None:
        """Hold one `queue show` against the states around it; what differs, against those of `PATIENCE` too."""
        once = Comparison()
        once.compare(shown, soon)
        if once.differences:
            self.late += once.differences
            once = Comparison()
            once.compare(shown, soon + later)
        self.moments += 1
        self.compared += once.compared
        self.differences += once.differences

    def compare(self, shown: dict[str, Shown], around: list[dict[str, Shown]]) -> None:
        """Hold one `queue show` against the states around it."""
        names = set.union(*({*known} for known in around))
        self._same("the queues", set(shown), [names])
        for name, queue in shown.items():
            known = [one[name] for one in around if name in one]
            self._same(f"{name}: callers", queue.callers, [one.callers for one in known])
            for fact, truth in queue.facts.items():
                told = {one.facts[fact] for one in known}
                near = {str(int(truth) + step) for step in (-1, 0, 1)} if fact in AVERAGES else {truth}
                self._same(f"{name}: {fact} {truth}, known {told}", True, [bool(told & near)])
            self._same(f"{name}: members", set(queue.members), [{*one.members} for one in known])
            for interface, member in queue.members.items():
                for fact, truth in member.items():
                    told = [one.members[interface][fact] for one in known if interface in one.members]
                    self._same(f"{name}: {interface} {fact}", truth, told)

    def _same(self, what: str, truth: object, known: list[object]) -> None:
        self.compared += 1
        if truth not in known:
            self.differences.append(f"{what}: {truth} shown, known {known[-1] if known else 'nothing'}")


class Watch:
    """A live PBX, and what it was like in the last seconds."""

    def __init__(self, pbx: Asterisk) -> None:
        address = Address(pbx.host, pbx.ports.ami, None)
        self.live = LivePbx(Profile("pbx1", address, "admin", Secret(pbx.users["admin"])))
        self.live.shift = self.shift = Shift(self.live.store, self.live.wall_of, self.live.clock())
        self._seen: deque[tuple[float, dict[str, Shown]]] = deque()

    async def __aenter__(self) -> "Watch":
        self._tasks = [asyncio.create_task(self.live.run()), asyncio.create_task(self._look())]
        await self.live.wait_live()
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _look(self) -> None:
        while True:
            self._seen.append((time.monotonic(), state(self.live.store)))
            while self._seen[0][0] < time.monotonic() - 2 * PATIENCE:
                self._seen.popleft()
            await asyncio.sleep(0.02)

    def between(self, begun: float, done: float) -> list[dict[str, Shown]]:
        """The states of a span of time."""
        return [known for at, known in self._seen if begun <= at <= done]


def do_things(pbx: Asterisk, second: int) -> None:
    """What a shift lead does meanwhile."""
    member = f"PJSIP/agent{second % 20 + 1:02d}"
    match second % 4:
        case 0:
            pbx.cli(f"queue pause member {member} reason lunch", check=False)
        case 1:
            pbx.cli(f"queue unpause member PJSIP/agent{(second - 1) % 20 + 1:02d}", check=False)
        case 2:
            pbx.cli(f"queue add member {member} to billing penalty 1 as Guest", check=False)
        case 3:
            pbx.cli(f"queue remove member PJSIP/agent{(second - 1) % 20 + 1:02d} from billing", check=False)


@pytest.fixture
def busy(pbx: Asterisk) -> Asterisk:
    """An Asterisk whose phones answer soon, and with an extension of short patience."""
    pbx.phones(ring=(0.5, 4))
    for step in ("1,Answer()", "2,Queue(sales,,,,4)", "3,Hangup()"):
        pbx.cli(f"dialplan add extension {SHORT_WAIT},{step} into from-trunk replace")
    return pbx


async def test_queues_are_as_the_console_has_them_and_figures_as_in_queue_log(busy: Asterisk):
    pbx = busy
    log = QueueLog(pbx.folder / "log" / "queue_log")
    found = Comparison()
    async with Watch(pbx) as watch:
        pbx.calls(Calls(rate=2.7, count=round(2.7 * SECONDS), talk=(3, 12)))
        pbx.calls(Calls(rate=0.3, count=round(0.3 * SECONDS), to=SHORT_WAIT, talk=(20, 20)))
        end = time.monotonic() + SECONDS
        second = 0
        shown: deque[tuple[float, float, dict[str, Shown]]] = deque()
        while shown or time.monotonic() < end:
            if time.monotonic() < end:
                begun = time.monotonic()
                text = await asyncio.to_thread(pbx.cli, "queue show")
                shown.append((begun, time.monotonic(), read(text)))
                await asyncio.to_thread(do_things, pbx, second)
                second += 1
            while shown and shown[0][1] < time.monotonic() - PATIENCE:
                begun, done, queues = shown.popleft()
                found.add(queues, watch.between(begun - 0.1, done + LAG), watch.between(done + LAG, done + PATIENCE))
            await asyncio.sleep(0.5)
        await asyncio.to_thread(pbx.hang_up_all)
        await eventually(lambda: not any(queue.callers for queue in watch.live.store.queues.values()))
        await asyncio.sleep(1.5)  # for what is written last
        live, tally = watch.live, watch.shift.tally
        print(f"\n{found.moments} moments, {found.compared} facts compared, {len(found.differences)} differed")
        print(f"{len(found.late)} were later than {LAG} s", *found.late, sep="\n")
        print(f"{live.queue_sync.lists} lists of queues, {live.store.queue_drift}")
        assert found.differences == []
        assert found.compared > 10_000
        assert live.store.queue_drift.differed == 0
        assert live.health.faults == 0
        counts = log.counts()
        for name, queue in tally.queues.items():
            figures = {
                "ENTERQUEUE": queue.offered,
                "CONNECT": queue.answered,
                "ABANDON": queue.abandoned,
                "EXITWITHTIMEOUT": queue.timed_out,
                "COMPLETECALLER": queue.completed - counts[name, "COMPLETEAGENT"],
            }
            print(name, figures, f"left {queue.left}, lost {queue.lost}")
            logged = {event: counts[name, event] for event in figures}
            # Who hangs up in the second in which their time is up is one or the other: no event tells which the queue
            # saw first.
            undecided = abs(figures["ABANDON"] - logged["ABANDON"])
            assert undecided <= 1
            for counted in (figures, logged):
                counted["GONE"] = counted.pop("ABANDON") + counted.pop("EXITWITHTIMEOUT")
            assert figures == logged
            assert (queue.carried, queue.left, queue.lost, queue.waiting) == (0, 0, 0, set())
        assert {name for name, event in counts if event == "ENTERQUEUE"} == {*tally.queues}
        assert tally.together().offered > 2 * SECONDS
        assert tally.queues["sales"].timed_out > 3
        names = {agent.name: agent for agent in tally.agents.values() if agent.answered or agent.missed}
        assert {name: agent.answered for name, agent in names.items() if agent.answered} == log.by_agent("CONNECT")
        assert {name: agent.missed for name, agent in names.items() if agent.missed} == log.by_agent("RINGNOANSWER")
