"""The views of queues over recorded shifts: at every list the PBX sent, they say what the state holds and no more."""

import pytest
from recorded import VERSIONS, recording

from amitop.pbx.agents import AgentState
from amitop.pbx.replay import replay
from amitop.pbx.store import Store
from amitop.shift.shift import Shift
from amitop.thresholds import QueueRules, Rules
from amitop.views.agents import AGENT_COLUMNS, agent_rows, agent_totals
from amitop.views.floor import Floor
from amitop.views.plain import table
from amitop.views.queue_detail import floor_detail
from amitop.views.queue_parts import CALLER_COLUMNS, MEMBER_COLUMNS, caller_rows, member_rows
from amitop.views.queues import QUEUE_COLUMNS, queue_rows
from amitop.views.readings import Kind, readings
from amitop.views.report import report
from amitop.views.report_text import markdown
from amitop.views.standing import AVAILABLE
from amitop.views.waiting import WAITING_COLUMNS, waiting_rows
from amitop.views.wallboard import wallboard
from amitop.views.why import reasons

RULES = Rules(default=QueueRules(service_level=20, wrapuptime=5))


class Watcher:
    """Looks at every view whenever the recording holds a list of channels."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.shift: Shift | None = None
        self.states: set[AgentState] = set()
        self.looked = self.waited = 0
        self.floor: Floor | None = None

    def look(self, _items: object, now: float) -> None:
        if not self.store.queues:
            return
        if self.shift is None:
            self.shift = Shift(self.store, lambda moment: moment, now)  # a recording's clock is the time of day
        self.shift.tick(now, watching=True)
        self.floor = floor = Floor(self.store, now, now, RULES, self.shift.tally)
        self.looked += 1
        waiting = waiting_rows([floor])
        self.waited += len(waiting)
        left = [row.left(now) for row in waiting]
        assert left == sorted(left)
        assert {row.key[1] for row in waiting} == set(self.store.queued)
        for queue, row in zip(
            sorted(self.store.queues.values(), key=lambda q: q.name), queue_rows([floor]), strict=True
        ):
            assert row.queue is queue
            assert row.states.total() == len(queue.members) == len(reasons(floor, queue))
            callers = caller_rows(floor, queue)
            assert [each.caller.position for each in callers] == list(range(1 + queue.unseen, queue.waiting + 1))
            table(callers, CALLER_COLUMNS, now, 120)
            table(member_rows(floor, queue), MEMBER_COLUMNS, now, 120)
            floor_detail(row, now, applications_live=True)
        people = agent_rows([floor])
        self.states |= {row.standing.state for row in people}
        assert sum(count for _, count, _ in agent_totals([floor])) == len(people)
        for row in people:
            seconds = row.standing.seconds(now)
            assert seconds is None or 0 <= seconds < 86400 * 30
            floor_detail(row, now, applications_live=True)
        ready = next(tile.value for tile in wallboard([floor]) if tile.label == "Ready")
        assert int(ready) == sum(row.standing.state in AVAILABLE for row in people)
        for columns, rows in (
            (QUEUE_COLUMNS, queue_rows([floor])),
            (WAITING_COLUMNS, waiting),
            (AGENT_COLUMNS, people),
        ):
            table(rows, columns, now, 300)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_shift(version: str) -> None:
    store = Store("lab")
    watcher = Watcher(store)
    data, times = recording(version)
    replay(data, times, store, on_list=watcher.look)
    assert watcher.looked > 5
    assert watcher.waited > 0
    assert watcher.states >= {AgentState.TALKING, AgentState.RINGING, AgentState.READY, AgentState.PAUSED}
    floor = watcher.floor
    assert floor is not None
    assert floor.tally is not None
    document = report(floor, floor.tally)
    assert document["total"]["answered"] > 10
    assert document["total"]["answered"] == sum(agent["answered"] for agent in document["agents"])
    assert document["total"]["answered"] == sum(queue["answered"] for queue in document["queues"])
    assert 0 < document["total"]["service_level"]["percent"] <= 100
    assert f"| **All** | {document['total']['offered']} |" in markdown(document)
    assert {each.kind for each in readings([floor])} >= {Kind.WAITING, Kind.LONGEST_WAIT}
