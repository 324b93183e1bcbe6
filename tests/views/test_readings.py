"""Every figure that has a limit: what is a worry, in which words, and what the wallboard makes of the same."""

from views.queue_worlds import EPOCH, LISTED, counted, floor, listed, member, params, support

from amitop.pbx.store import Store
from amitop.thresholds import Level, Limit, QueueRules, Rules, Sense
from amitop.views.alerts import AlertBook
from amitop.views.board import Tile
from amitop.views.floor import Floor
from amitop.views.readings import Kind, alerts, readings
from amitop.views.wallboard import heading, wallboard

RULES = Rules(
    default=QueueRules(
        waiting=Limit(2, 3), longest_wait=Limit(60, 90), ready=Limit(2, 0, Sense.AT_MOST), service_level=5
    ),
    pauses={"lunch": Limit(1800, 2700)},
)


def test_every_figure_that_has_a_limit_is_read_worry_or_not() -> None:
    found = readings([floor(support(), LISTED, RULES)])
    assert [(each.kind, each.value, each.level, each.text) for each in found] == [
        (Kind.WAITING, 3, Level.CRITICAL, "support: 3 wait, limit 3"),
        (Kind.LONGEST_WAIT, 70.0, Level.WARN, "support: longest wait 1:10, limit 1:00"),
        (Kind.READY, 2, Level.WARN, "support: 2 ready of 6, limit 2"),
        (Kind.PAUSE, 1867.0, Level.WARN, "Agent 02: Paused lunch 31:07, limit 30:00"),
    ]
    assert [each.row for each in found] == [("pbx1", "support")] * 3 + [("pbx1", "PJSIP/agent02")]
    calm = readings([floor(listed(params("support"), member("support", 1)), LISTED, RULES)])
    assert [(each.value, each.text) for each in calm] == [
        (0, "support: 0 wait"),
        (0.0, "support: longest wait 0:00"),
        (1, "support: 1 ready of 1, limit 2"),
    ]


def test_what_nobody_set_a_limit_for_is_no_figure() -> None:
    rules = Rules(default=QueueRules(waiting=None, longest_wait=None, sl_percent=None))
    assert readings([counted(rules)]) == []
    assert alerts([floor(support(), LISTED, Rules(default=QueueRules(waiting=None, longest_wait=None)))]) == []


def test_the_service_level_names_its_formula() -> None:
    found = [each for each in readings([counted()]) if each.kind is Kind.SL_PERCENT]
    assert [(each.value, each.level, each.text) for each in found] == [
        (
            50.0,
            Level.CRITICAL,
            "support: service level 50% (answered in time / (offered - short abandons), 5 s), limit 60%",
        )
    ]


def test_only_worries_are_alerts_and_each_keeps_its_key_whatever_its_level() -> None:
    store = support()
    now = {alert.key: alert.level for alert in alerts([floor(store, LISTED, RULES)])}
    later = {alert.key: alert.level for alert in alerts([floor(store, LISTED + 1000, RULES)])}
    assert (
        now.keys()
        == later.keys()
        == {
            ("pbx1", "waiting", "support"),
            ("pbx1", "longest_wait", "support"),
            ("pbx1", "ready", "support"),
            ("pbx1", "pause", "PJSIP/agent02"),
        }
    )
    assert now["pbx1", "pause", "PJSIP/agent02"] is Level.WARN
    assert later["pbx1", "pause", "PJSIP/agent02"] is Level.CRITICAL
    book = AlertBook()
    assert book.update(alerts([floor(store, LISTED, RULES)]), LISTED).ring
    assert len(book.update(alerts([floor(store, LISTED + 1000, RULES)]), LISTED + 1000).raised) == 2


def test_a_pause_without_a_budget_or_in_one_queue_only_is_no_worry() -> None:
    paused = {"Paused": 1, "LastPause": EPOCH - 9000}
    store = listed(
        params("sales"), member("sales", 1), member("sales", 2, **paused, PausedReason="coffee"),
        params("support"), member("support", 1, **paused, PausedReason="lunch"),
    )  # fmt: skip
    assert [each for each in readings([floor(store, LISTED, RULES)]) if each.kind is Kind.PAUSE] == []
    everywhere = Rules(pauses={"default": Limit(60, 120)})
    found = [each.text for each in readings([floor(store, LISTED, everywhere)]) if each.kind is Kind.PAUSE]
    assert found == ["Agent 02: Paused coffee 2:31:40, limit 2:00"]


def tile(tiles: list[Tile], label: str) -> tuple[str, Level, str]:
    found = next(each for each in tiles if each.label == label)
    return found.value, found.level, found.style


def test_the_wallboard_of_one_queue() -> None:
    tiles = wallboard([counted()], ("pbx1", "support"))
    assert [(each.label, each.value) for each in tiles] == [
        ("Waiting", "1"),
        ("Longest wait", "0:05"),
        ("Ready", "2"),
        ("Talking", "0"),
        ("Service level %", "50"),
        ("Answered", "9"),
        ("Abandoned", "2"),
        ("Paused", "1"),
    ]
    assert tile(tiles, "Service level %")[1] is Level.CRITICAL
    words = "support · service level: answered in time / (offered - short abandons), 5 s"
    assert heading([counted()], ("pbx1", "support")) == words


def test_over_all_queues_an_agent_counts_once_and_the_worst_queue_gives_the_colour() -> None:
    store = support()
    listed(
        params("support"), *(member("support", number) for number in (1, 2)),
        params("sales"), *(member("sales", number) for number in (1, 2)), store=store,
    )  # fmt: skip
    tiles = wallboard([floor(store, LISTED, RULES)])
    assert tile(tiles, "Ready") == ("2", Level.WARN, "good")
    assert tile(tiles, "Waiting")[0] == "0"
    assert [each.label for each in tiles] == ["Waiting", "Longest wait", "Ready", "Talking", "Paused"]
    assert heading([floor(store, LISTED, RULES)]) == "All queues (2)"


def test_percentages_of_queues_are_weighed_by_their_calls() -> None:
    fl = counted()
    other = listed(params("support", ServiceLevel=100), store=Store("pbx2"))
    elsewhere = Floor(other, 200, EPOCH + 200, Rules(), counted().tally)
    tiles = wallboard([fl, elsewhere])
    # 5 of 10 within 5 s here, 9 of 10 within 100 s there.
    assert tile(tiles, "Service level %")[0] == "70"
    assert tile(tiles, "Answered")[0] == "18"
    assert heading([fl, elsewhere]).startswith("All queues (2) · service level: answered in time / (")


def test_a_wall_without_queues() -> None:
    assert [(each.label, each.value) for each in wallboard([floor(Store("pbx1"), LISTED)])] == [
        ("Waiting", "0"),
        ("Longest wait", "–"),
        ("Ready", "0"),
        ("Talking", "0"),
        ("Paused", "0"),
    ]
