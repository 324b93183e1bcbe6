"""Why nobody answers: one line for each member, whatever keeps it from ringing."""

from views.queue_worlds import (
    EPOCH,
    LISTED,
    answers,
    entry,
    floor,
    ignores,
    joins,
    listed,
    member,
    params,
    rings,
    status,
    support,
)

from amitop.pbx.store import Store
from amitop.thresholds import Level, Limit, QueueRules, Rules
from amitop.views.why import reasons, summary

RULES = Rules(default=QueueRules(wrapuptime=10), pauses={"lunch": Limit(1800, 2700)})


def why(store: Store, now: float = LISTED, queue: str = "support", rules: Rules = RULES) -> dict[str, str]:
    return {each.name: each.text for each in reasons(floor(store, now, rules), store.queues[queue])}


def levels(store: Store, now: float = LISTED, queue: str = "support") -> dict[str, Level]:
    return {each.name: each.level for each in reasons(floor(store, now, RULES), store.queues[queue])}


def waits(queue: str = "support", wait: int = 30):
    return entry(queue, 1, "7.1", wait)


def test_who_should_ring_stands_first_and_who_is_not_there_last() -> None:
    store = support()
    found = reasons(floor(store, LISTED, RULES), store.queues["support"])
    assert [each.line for each in found] == [
        "! Agent 01: Ready 1:00:00; should ring next",
        "Agent 06: On another call",
        "Agent 03: Wrap-up, 0:07 left",
        "! Agent 02: Paused lunch 31:07",
        "Agent 04: Phone unavailable",
        "! Agent 05: No such phone: PJSIP/agent05",
    ]
    assert [each.style for each in found] == ["warn", "", "", "warn", "dim", "warn"]
    assert found[0].key == ("pbx1", "support\nPJSIP/agent01")
    assert summary(floor(store, LISTED), store.queues["support"]) == "3 wait, longest 1:10; 2 of 6 agents free"


def test_a_wrap_up_counts_down_and_then_is_over() -> None:
    store = support()
    assert why(store, 106)["Agent 03"] == "Wrap-up, 0:01 left"
    assert why(store, 107)["Agent 03"] == "Ready 0:10; should ring next"
    assert why(store, 100, rules=Rules())["Agent 03"] == "Ready 0:03; should ring next", "nobody said how long it is"


def test_a_members_own_wrap_up_counts_where_nobody_told_the_queues() -> None:
    store = listed(params("support"), member("support", 1, Wrapuptime=20, LastCall=EPOCH + LISTED - 5), waits())
    assert why(store, rules=Rules())["Agent 01"] == "Wrap-up, 0:15 left"


def test_a_pause_over_its_budget_has_a_sign() -> None:
    store = support()
    assert levels(store)["Agent 02"] is Level.WARN
    assert levels(store, LISTED + 900)["Agent 02"] is Level.CRITICAL
    store = listed(params("support"), member("support", 1, Paused=1, LastPause=EPOCH + 40), waits())
    assert why(store) == {"Agent 01": "Paused 1:00"}
    assert levels(store)["Agent 01"] is Level.FINE


def test_a_pause_that_nobody_dated() -> None:
    store = listed(params("support"), member("support", 1, Paused=1, PausedReason="lunch"), waits())
    assert why(store) == {"Agent 01": "Paused lunch"}


def test_paused_in_this_queue_only() -> None:
    store = listed(
        params("support"),
        member("support", 1, Paused=1, LastPause=EPOCH + 40),
        waits(),
        params("sales"),
        member("sales", 1),
        waits("sales"),
    )
    assert why(store) == {"Agent 01": "Paused 1:00, in this queue only"}
    assert why(store, queue="sales") == {"Agent 01": "Ready 1:00:00; should ring next"}


def test_ringing_for_whom_and_others_who_wait_for_that() -> None:
    store = listed(params("support", Strategy="rrmemory"), member("support", 1), member("support", 2))
    joins(store, "support", "8.1", 101)
    rings(store, "support", "8.1", 1, 102)
    assert why(store, 106) == {
        "Agent 01": "Ringing 0:04 for Ann Lee +15551234567",
        "Agent 02": "Ready 1:00:06; Agent 01 is rung now",
    }
    assert summary(floor(store, 106), store.queues["support"]) == "1 waits, longest 0:05; 1 of 2 agents free"
    joins(store, "support", "8.2", 103, position=2, count=2)
    assert why(store, 106)["Agent 02"] == "Ready 1:00:06; should ring next", "nobody is rung for the second caller"


def test_on_a_call_of_this_queue_and_of_another() -> None:
    store = listed(params("support"), member("support", 1), params("sales"), member("sales", 1))
    joins(store, "sales", "8.1", 101)
    rings(store, "sales", "8.1", 1, 102)
    assert why(store, 103, "support") == {"Agent 01": "Ringing 0:01 for Ann Lee +15551234567, queue sales"}
    answers(store, "sales", "8.1", 1, 104)
    assert why(store, 110, "sales") == {"Agent 01": "Talking 0:06 with Ann Lee +15551234567"}
    assert why(store, 110, "support") == {"Agent 01": "Talking 0:06 with Ann Lee +15551234567, queue sales"}
    store.apply(status("support", 1, Status=2, Ringinuse=1), 111)
    assert why(store, 111, "support")["Agent 01"].endswith(", queue sales; may ring all the same (ringinuse=yes)")


def test_who_talks_and_is_paused_stays_away_afterwards() -> None:
    store = listed(params("support"), member("support", 1))
    joins(store, "support", "8.1", 101)
    answers(store, "support", "8.1", 1, 104)
    store.apply(status("support", 1, Status=2, InCall=1, Paused=1, PausedReason="lunch", LastPause=EPOCH + 105), 105)
    assert why(store, 110) == {"Agent 01": "Talking 0:06 with Ann Lee +15551234567; then paused lunch"}


def test_busy_elsewhere() -> None:
    store = listed(params("support"), member("support", 1), waits())
    store.apply(status("support", 1, Status=2, Ringinuse=0), 101)
    assert why(store, 110) == {"Agent 01": "On another call 0:09; not rung meanwhile (ringinuse=no)"}
    store.apply(status("support", 1, Status=2, Ringinuse=1), 102)
    assert why(store, 110) == {"Agent 01": "On another call 0:09; may ring all the same (ringinuse=yes)"}


def test_penalty() -> None:
    store = listed(
        params("support"),
        member("support", 1, Penalty=5),
        member("support", 2),
        member("support", 3, Penalty=2),
        member("support", 4, Penalty=1, Paused=1),
        waits(),
    )
    found = why(store)
    assert found["Agent 01"] == "Ready 1:00:00; penalty 5 comes after 2 free with 0 to 2"
    assert found["Agent 03"] == "Ready 1:00:00; penalty 2 comes after 1 free with 0"
    assert found["Agent 02"] == "Ready 1:00:00; should ring next"
    store.apply(status("support", 2, Status=2), 101)
    store.apply(status("support", 3, Status=2), 101)
    assert why(store, 102)["Agent 01"] == "Ready 1:00:02; should ring next", "those with a smaller one are busy"


def test_a_heavier_queue_goes_first() -> None:
    def world(weight: int = 10) -> Store:
        return listed(
            params("support"),
            member("support", 1),
            waits(),
            params("vip", Weight=weight),
            member("vip", 1),
            entry("vip", 1, "7.9", 3),
        )

    assert why(world()) == {"Agent 01": "Ready 1:00:00; queue vip goes first (weight 10)"}
    assert why(world(), queue="vip") == {"Agent 01": "Ready 1:00:00; should ring next"}
    assert why(world(weight=0)) == {"Agent 01": "Ready 1:00:00; should ring next"}
    enough = listed(
        params("support"), member("support", 1), waits(), params("vip", Weight=10),
        member("vip", 1), member("vip", 2), entry("vip", 1, "7.9", 3),
    )  # fmt: skip
    assert why(enough) == {"Agent 01": "Ready 1:00:00; should ring next"}, "vip has more agents free than callers"


def test_ignored_rings() -> None:
    store = listed(params("support"), member("support", 1))
    joins(store, "support", "8.1", 101)
    for at in (102, 122):
        rings(store, "support", "8.1", 1, at)
        ignores(store, "support", "8.1", 1, at + 15)
        store.apply(status("support", 1, Status=1), at + 15)
        expected = "last ring" if at == 102 else "last 2 rings"
        assert why(store, at + 16)["Agent 01"].endswith(f"; ignored the {expected}")
    assert levels(store, 138)["Agent 01"] is Level.WARN


def test_an_unknown_phone_is_taken_for_free() -> None:
    store = listed(params("support"), member("support", 1, Status=0), waits())
    assert why(store) == {"Agent 01": "Phone's state unknown, taken for free; should ring next"}


def test_a_fresh_caller_or_a_phone_that_was_just_hung_up_is_not_odd() -> None:
    store = listed(params("support"), member("support", 1))
    joins(store, "support", "8.1", 101)
    assert levels(store, 103)["Agent 01"] is Level.FINE
    assert levels(store, 107)["Agent 01"] is Level.WARN
    store.apply(status("support", 1, Status=2), 107)
    store.apply(status("support", 1, Status=1), 108)
    assert levels(store, 109)["Agent 01"] is Level.FINE


def test_nobody_waits_and_nobody_is_there() -> None:
    store = listed(params("support"), member("support", 1), params("empty"))
    assert why(store) == {"Agent 01": "Ready 1:00:00; nobody waits"}
    assert summary(floor(store, LISTED), store.queues["support"]) == "0 wait; 1 of 1 agents free"
    assert why(store, queue="empty") == {}
    assert summary(floor(store, LISTED), store.queues["empty"]) == "0 wait; the queue has no members"
