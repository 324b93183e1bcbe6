from amitop.thresholds import Level
from amitop.views.alerts import COOLDOWN, SETTLE, Alert, AlertBook


def alert(name: str = "support", level: Level = Level.WARN) -> Alert:
    return Alert(("pbx1", "waiting", name), level, f"{name}: {level.name}", ("pbx1", name))


CRITICAL = Level.CRITICAL


def names(raised) -> list[str]:
    return [each.alert.key[-1] for each in raised]


def test_an_alert_is_news_once_and_rings_once() -> None:
    book = AlertBook()
    first = book.update([alert()], 100)
    assert (names(first.raised), first.ring) == (["support"], True)
    again = book.update([alert()], 101)
    assert (again.raised, again.cleared, again.ring) == ((), (), False)
    assert names(book.open) == ["support"]
    assert book.open[0].since == 100
    assert (book.count(Level.WARN), book.count(CRITICAL)) == (1, 0)


def test_what_becomes_critical_is_news_again_and_rings_at_once() -> None:
    book = AlertBook()
    book.update([alert()], 100)
    worse = book.update([alert(level=CRITICAL)], 101)
    assert (names(worse.raised), worse.ring) == (["support"], True)
    assert book.open[0].since == 100, "it is the same alert"
    book.update([alert()], 102)
    up_again = book.update([alert(level=CRITICAL)], 103)
    assert (up_again.raised, up_again.ring) == ((), False)
    assert book.count(CRITICAL) == 1


def test_it_is_over_only_when_its_reason_has_stayed_away() -> None:
    book = AlertBook()
    book.update([alert()], 100)
    assert book.update([], 100 + SETTLE / 2).cleared == ()
    assert names(book.open) == ["support"]
    book.update([alert()], 102)
    assert book.update([], 102 + SETTLE - 0.1).cleared == ()
    over = book.update([], 102 + SETTLE)
    assert (names(over.cleared), over.ring) == (["support"], False)
    assert book.open == []
    (kept,) = book.history
    assert (kept.since, kept.cleared, kept.worst) == (100, 102 + SETTLE, Level.WARN)


def test_what_comes_and_goes_rings_no_more_often_than_the_cooldown_allows() -> None:
    book = AlertBook()
    rings = []
    for second in range(100, 100 + int(3 * COOLDOWN)):
        # Ten seconds there, ten seconds gone.
        news = book.update([alert()] if second // 10 % 2 == 0 else [], second)
        if news.ring:
            rings.append(second)
    assert rings == [100, 100 + COOLDOWN, 100 + 2 * COOLDOWN]


def test_each_alert_has_a_cooldown_of_its_own() -> None:
    book = AlertBook()
    book.update([alert("support")], 100)
    assert book.update([alert("support"), alert("sales")], 101).ring


def test_taking_note_silences_until_it_is_over_or_worse() -> None:
    book = AlertBook()
    book.update([alert("support"), alert("sales")], 100)
    assert book.acknowledge(("pbx1", "waiting", "support")) == 1
    assert book.acknowledge(("pbx1", "waiting", "support")) == 0, "it has been taken note of already"
    assert names(book.open) == ["sales", "support"], "nobody's first"
    assert book.count(Level.WARN) == 1
    book.update([alert("support", CRITICAL), alert("sales")], 101)
    assert (book.count(Level.WARN), book.count(CRITICAL)) == (1, 1)
    assert book.acknowledge() == 2
    assert [each.quiet for each in book.open] == [True, True]
    book.update([], 110)
    assert book.update([alert("support")], 300).ring, "a new one is nobody's"
    assert book.count(Level.WARN) == 1


def test_a_critical_one_that_was_noted_stays_noted_when_it_gets_better_and_worse() -> None:
    book = AlertBook()
    book.update([alert(level=CRITICAL)], 100)
    book.acknowledge()
    book.update([alert()], 101)
    news = book.update([alert(level=CRITICAL)], 102)
    assert (news.ring, book.count(CRITICAL)) == (False, 0)


def test_the_worst_stand_first_then_the_oldest() -> None:
    book = AlertBook()
    book.update([alert("a"), alert("b")], 100)
    book.update([alert("a"), alert("b"), alert("c", CRITICAL), alert("d")], 101)
    assert names(book.open) == ["c", "a", "b", "d"]


def test_what_is_over_does_not_pile_up() -> None:
    book = AlertBook()
    for second in range(2000):
        book.update([alert(str(second))], second * 100)
    assert len(book.history) == 500
    assert len(book.open) == 1
    assert len(book._rang) <= 2
