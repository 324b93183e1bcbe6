"""When a shift begins, ends, is kept and goes on."""

import time as clock
from datetime import datetime, time

import pytest
from recorded import block, event
from recorded_queues import entry, member, params

from amitop.pbx.store import Store
from amitop.shift.agent_tally import Doing
from amitop.shift.ledger import Ledger
from amitop.shift.records import changes
from amitop.shift.shift import SAVE_EVERY, UNWATCHED, Shift, last_start
from amitop.shift.tally import Tally

TWO_SHIFTS = (time(6, 0), time(14, 0))


def at(hour: int, minute: int = 0, day: int = 22) -> float:
    return datetime(2026, 11, day, hour, minute).timestamp()


@pytest.fixture(autouse=True)
def berlin(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    clock.tzset()
    yield
    monkeypatch.undo()
    clock.tzset()


class Lab:
    """A PBX with one queue, one agent and one shift after another."""

    def __init__(self, path=None, **options) -> None:
        self.path = path
        self.options = options
        self.store = Store("lab")
        self.start(0.0)

    def start(self, now: float) -> None:
        """Start amitop."""
        self.store = Store("lab")
        self.ledger = Ledger(self.path) if self.path is not None else None
        self.noon = at(12)
        self.shift = Shift(self.store, lambda moment: self.noon + moment, now, ledger=self.ledger, **self.options)

    def list(self, now: float, *callers: str) -> None:
        """Take a list, as at a connect, and watch."""
        rows = [params("q"), member("q", "PJSIP/1", name="Ann"), *(entry("q", uid) for uid in callers)]
        self.store.apply_queues(rows, now, now, first=True)
        self.shift.tick(now, watching=True)

    def join(self, uid: str, now: float) -> None:
        count = str(self.store.queues["q"].waiting + 1)
        self.store.apply(event("QueueCallerJoin", block(uid), Queue="q", Position=count, Count=count), now)

    def stop(self, now: float) -> None:
        """End amitop."""
        self.shift.close(now)
        if self.ledger is not None:
            self.ledger.close()

    @property
    def queue(self):
        return self.shift.tally.queue("q")


@pytest.mark.parametrize(
    ("now", "began"),
    [
        ((6, 0), (6, 0)),
        ((13, 59), (6, 0)),
        ((14, 0), (14, 0)),
        ((23, 0), (14, 0)),
        ((5, 59), (14, 0, 21)),
    ],
)
def test_the_last_start(now: tuple[int, ...], began: tuple[int, ...]) -> None:
    assert last_start(TWO_SHIFTS, at(*now)) == at(*began)


def test_without_times_no_shift_begins_by_itself() -> None:
    assert last_start((), at(6)) is None


def test_a_start_in_an_hour_that_the_clock_leaves_out() -> None:
    """On 29 March 2026 it goes from 02:00 to 03:00."""
    began = last_start((time(2, 30),), datetime(2026, 3, 29, 12, 0).timestamp())
    assert datetime.fromtimestamp(began).hour in {1, 3}


def test_a_shift_counts_from_when_amitop_came() -> None:
    lab = Lab(starts=TWO_SHIFTS)
    lab.list(1.0)
    lab.join("a", 2.0)
    assert (lab.shift.tally.started, lab.shift.tally.watched_from) == (at(6), at(12))
    assert (lab.queue.offered, lab.queue.carried) == (1, 0)


def test_a_new_shift_begins_at_its_time_with_those_who_wait() -> None:
    lab = Lab(starts=TWO_SHIFTS)
    lab.list(1.0)
    lab.join("a", 2.0)
    lab.join("b", 7190.0)
    lab.shift.tick(7199.0, watching=True)
    old = lab.shift.tally
    lab.shift.tick(7200.5, watching=True)
    assert (lab.shift.tally.started, lab.queue.offered, lab.queue.carried) == (at(14), 2, 2)
    assert lab.queue.waiting == {"a", "b"}
    lab.store.apply(event("HangupRequest", block("a")), 7210.0)
    lab.store.apply(event("QueueCallerAbandon", block("a"), Queue="q", Position="1", HoldTime="7208"), 7210.0)
    assert (old.queue("q").offered, old.queue("q").finished) == (2, 0)
    assert (lab.queue.offered, lab.queue.abandoned) == (2, 1)
    agent = lab.shift.tally.agent("PJSIP/1")
    assert (agent.name, agent.spent(Doing.IDLE, at(14) + 60)) == ("Ann", 60)
    assert old.agent("PJSIP/1").spent(Doing.IDLE, at(15)) == pytest.approx(7199)


def test_a_person_begins_a_shift() -> None:
    lab = Lab()
    lab.list(1.0)
    lab.join("a", 2.0)
    lab.shift.begin(60.0)
    assert (lab.shift.tally.started, lab.queue.carried) == (at(12, 1), 1)


def test_a_shift_goes_on_after_a_restart(tmp_path) -> None:
    lab = Lab(tmp_path / "s.sqlite3", starts=TWO_SHIFTS)
    lab.list(1.0)
    lab.join("a", 2.0)
    lab.join("b", 3.0)
    lab.stop(61.0)
    assert lab.shift.problem == ""
    lab.start(120.0)
    assert (lab.queue.offered, lab.queue.waiting) == (2, {"a", "b"})
    lab.list(121.0, "b", "c")
    assert (lab.queue.offered, lab.queue.carried, lab.queue.lost) == (3, 1, 1)
    assert lab.queue.waiting == {"b", "c"}
    agent = lab.shift.tally.agent("PJSIP/1")
    assert agent.spent(Doing.IDLE, at(12) + 131) == pytest.approx(60 + 10)
    assert lab.shift.tally.watched_from == at(12)


def test_a_shift_goes_on_after_a_restart_of_the_pbx(tmp_path) -> None:
    lab = Lab(tmp_path / "s.sqlite3")
    lab.list(1.0)
    lab.join("a", 2.0)
    lab.shift.tick(10.0, watching=False)
    lab.store.restart(30.0)
    lab.list(31.0)
    lab.join("b", 32.0)
    assert (lab.queue.offered, lab.queue.lost, lab.queue.waiting) == (2, 1, {"b"})


def test_a_shift_that_is_over_does_not_go_on(tmp_path) -> None:
    lab = Lab(tmp_path / "s.sqlite3", starts=TWO_SHIFTS)
    lab.list(1.0)
    lab.join("a", 2.0)
    lab.stop(3.0)
    lab.start(2 * 3600 + 60.0)
    assert (lab.shift.tally.started, lab.queue.offered) == (at(14), 0)


@pytest.mark.parametrize(("pause", "goes_on"), [(UNWATCHED - 10, True), (UNWATCHED + 10, False)])
def test_without_times_a_shift_that_nobody_watched_for_hours_is_over(tmp_path, pause: float, goes_on: bool) -> None:
    lab = Lab(tmp_path / "s.sqlite3")
    lab.list(1.0)
    lab.join("a", 2.0)
    lab.stop(3.0)
    lab.start(3.0 + pause)
    assert lab.shift.tally.started == (at(12) if goes_on else at(12) + 3 + pause)
    assert lab.queue.offered == int(goes_on)


def test_a_shift_of_the_future_is_none(tmp_path) -> None:
    """The machine's clock was wrong, and has been set."""
    lab = Lab(tmp_path / "s.sqlite3")
    lab.list(1.0)
    lab.stop(2.0)
    lab.start(-7200.0)
    assert lab.shift.tally.started == at(10)


def test_writing_is_put_together(tmp_path) -> None:
    lab = Lab(tmp_path / "s.sqlite3")
    saved = []
    lab.ledger.save = saved.append
    lab.list(0.5)
    for n in range(40):
        now = 1.0 + n / 4
        lab.join(f"c{n}", now)
        lab.shift.tick(now, watching=True)
    assert len(saved) == 2  # in ten seconds
    assert [queue.name for queue in saved[-1].queues] == ["q"]
    for now in range(20, 60):
        lab.shift.tick(float(now), watching=True)
    assert len(saved) == 3  # and nothing while nothing happens


def test_what_could_not_be_written_is_written_later(tmp_path) -> None:
    lab = Lab(tmp_path / "s.sqlite3")
    saved = []
    lab.ledger.save = saved.append
    lab.list(0.0)
    lab.shift.tick(SAVE_EVERY, watching=True)
    lab.ledger.problem = "locked"
    assert lab.shift.problem == "locked"
    lab.shift.tick(2 * SAVE_EVERY, watching=True)
    assert [len(record.agents) for record in saved] == [1, 1]


def test_a_file_that_cannot_be_read_is_told_and_counting_goes_on(tmp_path) -> None:
    ledger = Ledger(tmp_path / "s.sqlite3")
    record = changes(Tally(at(11)), "lab", at(11, 59))
    ledger.save(record._replace(agents=(("PJSIP/1", "{}"),)))
    ledger.close()
    lab = Lab(tmp_path / "s.sqlite3")
    assert "cannot be read" in lab.shift.problem
    lab.list(1.0)
    lab.join("a", 2.0)
    assert (lab.shift.tally.started, lab.queue.offered) == (at(12), 1)


def test_what_is_closed_counts_no_more() -> None:
    lab = Lab()
    lab.list(1.0)
    lab.shift.close(2.0)
    lab.join("a", 3.0)
    assert lab.queue.offered == 0
    assert lab.store.observers == []
    lab.shift.close(4.0)
