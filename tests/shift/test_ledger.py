"""The file of the shifts: what is written comes back, and whatever is wrong with it is one line."""

import os
import sqlite3
import stat
import threading

import pytest

from amitop.pbx.queue_model import Fact, Happening
from amitop.shift import ledger as module
from amitop.shift.agent_tally import Doing, Now
from amitop.shift.ledger import KEPT, LEASE, Ledger, default_path
from amitop.shift.queue_tally import COUNTS, QueueTally
from amitop.shift.records import AgentRecord, Record, changes, restore
from amitop.shift.tally import Tally

EPOCH = 1_795_375_000.0


def counted(started: float = EPOCH) -> Tally:
    """A tally with a bit of everything in it."""
    tally = Tally(started)
    queue = tally.queues["support"] = QueueTally()
    for n, what in enumerate((Happening.ANSWERED, Happening.ABANDONED, Happening.TIMED_OUT, Happening.LEFT)):
        for each in (Happening.JOINED, what):
            queue.count(Fact(each, 0.0, "support", f"lab-{n}", wait=7.5), started + n)
    queue.count(Fact(Happening.JOINED, 0.0, "support", "waits"), started + 60)
    queue.count(Fact(Happening.COMPLETED, 0.0, "support", "lab-0", talk=31.0), started + 60)
    agent = tally.agents.setdefault("PJSIP/1", type(tally.agent("x"))(name="Gül [b]", answered=3, talk=31.0, missed=2))
    agent.turn("PJSIP/1", Now(Doing.PAUSE, "lunch"), started)
    agent.stop(started + 90)
    tally.change_all()
    return tally


def same(one: Tally, two: Tally) -> bool:
    """Whether two tallies hold the same."""

    def facts(tally: Tally) -> object:
        queues = {
            name: (
                [getattr(q, c) for c in COUNTS],
                q.talk,
                q.answer_waits.dump(),
                q.abandon_waits.dump(),
                q.waiting,
                q.minutes,
            )
            for name, q in tally.queues.items()
        }
        agents = {
            device: (a.name, a.answered, a.completed, a.talk, a.missed, a.seconds, a.pauses)
            for device, a in tally.agents.items()
        }
        return (tally.started, tally.watched_from, queues, agents)

    return facts(one) == facts(two)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "amitop" / "shift.sqlite3"


def kept(path, *records: Record) -> Ledger:
    """Write records and close the file."""
    ledger = Ledger(path)
    for record in records:
        ledger.save(record)
    ledger.close()
    return ledger


def loaded(path, pbx: str = "lab") -> Tally | None:
    record = Ledger(path).load(pbx)
    if record is None:
        return None
    tally = Tally(record.started)
    restore(record, tally)
    return tally


def test_shifts_are_counted_back_from_the_last(tmp_path):
    path = tmp_path / "shift.sqlite3"
    assert Ledger(path).shifts("lab") == []
    ledger = Ledger(path)
    for started in (EPOCH, EPOCH + 1000, EPOCH + 500):
        ledger.save(changes(counted(started), "lab", started + 100))
    ledger.close()
    shifts = Ledger(path).shifts("lab")
    assert [(each.started, each.saved) for each in shifts] == [
        (EPOCH + 1000, EPOCH + 1100),
        (EPOCH + 500, EPOCH + 600),
        (EPOCH, EPOCH + 100),
    ]
    assert [Ledger(path).load("lab", back).started for back in range(3)] == [each.started for each in shifts]
    assert len(Ledger(path).load("lab", 2).queues) == 1
    assert Ledger(path).load("lab", 3) is None
    assert Ledger(path).shifts("other") == []


def test_what_is_written_comes_back(path) -> None:
    ledger = kept(path, changes(counted(), "lab", EPOCH + 100))
    assert ledger.problem == ""
    assert same(loaded(path), counted())
    assert Ledger(path).load("lab").saved == EPOCH + 100


def test_only_what_has_changed_is_written_over(path) -> None:
    tally = counted()
    first = changes(tally, "lab", EPOCH + 100)
    assert changes(tally, "lab", EPOCH + 101).queues == ()
    tally.queues["sales"] = QueueTally(offered=4)
    tally.changed_queues.add("sales")
    second = changes(tally, "lab", EPOCH + 105)
    assert [queue.name for queue in second.queues] == ["sales"]
    assert second.agents == ()
    kept(path, first, second)
    assert same(loaded(path), tally)


def test_each_pbx_has_its_own(path) -> None:
    kept(path, changes(counted(), "one", EPOCH), changes(counted(EPOCH + 5), "two", EPOCH))
    assert (loaded(path, "one").started, loaded(path, "two").started) == (EPOCH, EPOCH + 5)
    assert loaded(path, "three") is None


def test_the_last_shift_is_the_one_that_comes_back(path) -> None:
    kept(path, changes(counted(EPOCH + 800), "lab", EPOCH + 801), changes(counted(), "lab", EPOCH + 802))
    assert loaded(path).started == EPOCH + 800


def test_shifts_that_are_long_over_are_dropped(path) -> None:
    later = EPOCH + KEPT + 10
    kept(path, changes(counted(), "lab", EPOCH), changes(counted(later), "lab", later))
    with sqlite3.connect(path) as base:
        for table in ("shift", "queue", "agent"):
            assert base.execute(f"SELECT DISTINCT started FROM {table}").fetchall() == [(later,)]
    base.close()


def test_nobody_else_can_read_it(path) -> None:
    before = os.umask(0)
    try:
        kept(path, changes(counted(), "lab", EPOCH))
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_no_file_is_no_shift_and_no_problem(path) -> None:
    ledger = Ledger(path)
    assert ledger.load("lab") is None
    assert ledger.problem == ""
    assert not path.exists()
    ledger.close()


@pytest.mark.parametrize(
    "content", [b"this is no database, and long enough to be seen as none" * 50, b"SQLite format 3\0" * 99]
)
def test_a_file_that_is_no_database(path, content: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    ledger = Ledger(path)
    assert ledger.load("lab") is None
    assert str(path) in ledger.problem
    assert "not kept" in ledger.problem
    assert "\n" not in ledger.problem
    ledger = kept(path, changes(counted(), "lab", EPOCH))
    assert str(path) in ledger.problem
    assert path.read_bytes() == content  # it is somebody's; they may want to look


def test_a_file_of_a_newer_amitop_is_left_alone(path) -> None:
    kept(path, changes(counted(), "lab", EPOCH))
    with sqlite3.connect(path) as base:
        base.execute("PRAGMA user_version = 99")
    base.close()
    ledger = Ledger(path)
    assert ledger.load("lab") is None
    assert "newer amitop" in ledger.problem


def test_a_folder_that_may_not_be_written(path) -> None:
    path.parent.parent.mkdir()
    path.parent.write_text("a file where the folder should be")
    ledger = kept(path, changes(counted(), "lab", EPOCH))
    assert "not kept" in ledger.problem
    assert "\n" not in ledger.problem


def test_a_file_that_is_locked_is_tried_again(path, monkeypatch) -> None:
    monkeypatch.setattr(module, "_BUSY", 0.05)
    kept(path, changes(counted(), "lab", EPOCH))
    base = sqlite3.connect(path, isolation_level=None)
    base.execute("BEGIN EXCLUSIVE")
    ledger = kept(path, changes(counted(), "lab", EPOCH + LEASE))
    assert "locked" in ledger.problem
    base.execute("ROLLBACK")
    base.close()
    ledger.save(changes(counted(), "lab", EPOCH + LEASE))
    ledger.close()
    assert ledger.problem == ""


def test_records_that_cannot_be_read_are_no_tally() -> None:
    for counts in ("", "[]", "{}", '{"name": 1}'):
        record = Record("lab", EPOCH, EPOCH, EPOCH, (), (AgentRecord("PJSIP/1", counts),))
        with pytest.raises((ValueError, KeyError, TypeError)):
            restore(record, Tally(EPOCH))


def test_two_amitops_do_not_write_over_each_other(path) -> None:
    first, second = Ledger(path), Ledger(path)
    first.save(changes(counted(), "lab", EPOCH))
    first.close()
    other = counted()
    other.queues["support"].offered = 99
    second.save(changes(other, "lab", EPOCH + LEASE - 1))
    second.close()
    assert "another amitop" in second.problem
    assert loaded(path).queues["support"].offered == 5
    other.change_all()
    second.save(changes(other, "lab", EPOCH + LEASE + 1))  # the first writes no more
    second.close()
    assert second.problem == ""
    assert loaded(path).queues["support"].offered == 99


def test_writing_is_another_threads_work(path) -> None:
    ledger = Ledger(path)
    ledger.save(changes(counted(), "lab", EPOCH))
    assert "shift ledger" in {thread.name for thread in threading.enumerate()}
    ledger.close()
    assert "shift ledger" not in {thread.name for thread in threading.enumerate()}


def test_the_usual_place(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert default_path() == tmp_path / "amitop" / "shift.sqlite3"
