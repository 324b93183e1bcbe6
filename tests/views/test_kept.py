"""Rows that are made once for each thing: none is anybody else's, and those of the gone do not pile up."""

from dataclasses import dataclass
from itertools import chain
from operator import itemgetter

from hypothesis import given
from hypothesis import strategies as st

from amitop.pbx.store import Store
from amitop.views.kept import KeptRows, by_age


@dataclass(eq=False)
class Thing:
    name: str


@dataclass(eq=False)
class ThingRow:
    store: Store
    thing: Thing


def test_a_row_is_made_once_and_in_the_order_asked_for():
    kept, store = KeptRows(ThingRow), Store("pbx1")
    one, two = Thing("one"), Thing("two")
    first = kept.of(store, [one, two])
    assert [row.thing for row in first] == [one, two]
    assert [id(row) for row in kept.of(store, [two, one])] == [id(row) for row in reversed(first)]


def test_things_that_only_look_alike_have_rows_of_their_own():
    kept, store = KeptRows(ThingRow), Store("pbx1")
    one, other = kept.of(store, [Thing("same"), Thing("same")])
    assert one is not other


def test_stores_of_one_name_have_rows_of_their_own():
    kept, thing = KeptRows(ThingRow), Thing("one")
    here, there = Store("pbx1"), Store("pbx1")
    (one,), (other,) = kept.of(here, [thing]), kept.of(there, [thing])
    assert (one.store, other.store) == (here, there)


def test_rows_of_the_gone_do_not_pile_up_and_those_of_the_living_stay():
    kept, store = KeptRows(ThingRow), Store("pbx1")
    stays = Thing("stays")
    (row,) = kept.of(store, [stays])
    for number in range(5000):
        assert kept.of(store, [stays, Thing(str(number))])[0] is row
    assert len(kept._made[store]) < 300


@given(
    st.lists(st.lists(st.integers(0, 30), max_size=20), min_size=1, max_size=3),
    st.lists(st.integers(0, 30), max_size=9),
)
def test_what_has_ended_stands_in_its_old_place(stores, ended):
    alive = [sorted((age, "lives") for age in ages) for ages in stores]
    gone = [(age, "ended") for age in ended]
    rows = by_age(alive, gone, itemgetter(0))
    assert [age for age, _ in rows] == sorted(age for age, _ in rows)
    assert sorted(rows) == sorted([*chain(*alive), *gone])
