from views.worlds import hung_up, ringing, talking, waiting

from amitop.pbx.store import Store
from amitop.views.summary import Census, History, Totals, totals
from fakes.events import block, event


def test_nothing() -> None:
    assert totals([], 0) == Totals()
    assert totals([Store("pbx1")], 0).longest_wait is None


def test_counts_over_several_exchanges() -> None:
    assert totals([talking(), ringing(), waiting()], 112) == Totals(
        calls=4,
        channels=6,
        talking=1,
        ringing=1,
        waiting=1,
        longest_wait=12.0,
        in_app=1,
        started_last_minute=4,
    )


def test_the_last_minute() -> None:
    store = hung_up(at=131)
    assert totals([store], 140) == Totals(started_last_minute=1, ended_last_minute=1)
    assert totals([store], 160) == Totals(ended_last_minute=1)
    assert totals([store], 191) == Totals()
    store.apply(event("Newchannel", block("5.1", "PJSIP/agent04-00000009")), 190)
    assert totals([store], 191).started_last_minute == 1


def test_history_keeps_the_largest_of_each_slot() -> None:
    history = History(slots=3, seconds=10)
    assert history.values == []
    for now, value in ((100, 1), (101, 5), (109.9, 2), (110, 3)):
        history.feed(now, value)
    assert history.values == [5, 3]


def test_history_is_a_ring_and_does_not_invent_what_nobody_fed() -> None:
    history = History(slots=4, seconds=10)
    history.feed(100, 1)
    history.feed(125, 2)
    assert history.values == [1, None, 2]
    history.feed(131, 3)
    history.feed(141, 4)
    assert history.values == [None, 2, 3, 4]
    history.feed(100_000, 5)
    assert history.values == [None, None, None, 5]
    history.feed(99_000, 6)  # a clock that went back changes the present slot, no other
    assert history.values == [None, None, None, 6]


def test_who_waits_since_before_amitop_came_is_counted_and_the_longest_wait_is_not_guessed() -> None:
    store = waiting()
    early = block("6.1", "PJSIP/trunk-00000061")
    store.apply(event("Newchannel", early), 100)
    store.apply(event("Newexten", early, "Extension: 600\nApplication: Queue\nAppData: support,,,,60\n"), 100)
    counted = totals([store], 112)
    assert (counted.waiting, counted.longest_wait) == (2, None)


def test_many_calls_are_looked_at_in_parts_and_each_once() -> None:
    stores = [talking(), ringing(), waiting()]
    whole = totals(stores, 112)
    assert whole.calls > 2
    census = Census(part=1)
    for _ in range(whole.calls):
        assert totals(stores, 112, census) == whole, "before there was a round all are counted"
        census.look(stores)
    assert census.in_parts
    for _ in range(2 * whole.calls):
        census.look(stores)
        assert totals(stores, 112, census) == whole


def test_a_call_that_ends_during_a_round_counts_as_nothing() -> None:
    ends, stores = talking(), [talking(), ringing(), waiting()]
    census = Census(part=1)
    census.look([ends, *stores])
    for leg in list(ends.channels.values()):
        ends.apply(event("Hangup", block(leg.uniqueid, leg.name)), 113)
    assert not ends.calls
    while not census.in_parts:
        census.look([ends, *stores])
    assert census.states([ends, *stores]) == Census().states(stores)


def test_when_few_are_left_they_are_counted_whole_again() -> None:
    stores = [talking(), ringing(), waiting()]
    census = Census(part=1)
    for _ in range(5):
        census.look(stores)
    assert census.in_parts
    census.look([Store("pbx1")])
    assert not census.in_parts
    assert totals([Store("pbx1")], 112, census) == Totals()
