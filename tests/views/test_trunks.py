"""Trunks: which there are, whether they hold, their calls and what became of them, and when that is a worry."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from views.trunk_worlds import EPOCH, NOW, RULES, call, floor, item, peer, registration, registry, trunks
from views.worlds import HOSTILE

from amitop.pbx.endpoint_model import Technology
from amitop.pbx.endpoints import Endpoints
from amitop.pbx.registrations import Lister, Registrations
from amitop.pbx.store import Store
from amitop.thresholds import Level, Limit, Rules, Sense, TrunkRules
from amitop.views.check_text import check_lines, nagios_line
from amitop.views.columns import shown_columns
from amitop.views.document import dumps, iso
from amitop.views.format import ASCII, UNICODE, fit
from amitop.views.plain import table
from amitop.views.readings import Kind, Reading, alerts, readings
from amitop.views.trunk_detail import trunk_detail
from amitop.views.trunk_document import registrations
from amitop.views.trunk_row import TrunkRow, trunk_rows, trunk_totals
from amitop.views.trunks import TRUNK_COLUMNS


def rows(store: Store, now: float = NOW, rules: Rules = RULES) -> dict[str, TrunkRow]:
    return {row.name: row for row in trunk_rows([floor(store, now, rules)])}


def cells(row: TrunkRow, now: float = NOW) -> dict[str, str]:
    return {column.key: column.text(row, now) for column in TRUNK_COLUMNS}


def worries(store: Store, now: float = NOW, rules: Rules = RULES) -> list[Reading]:
    return [each for each in readings([floor(store, now, rules)]) if each.level]


def listed(*items: object, lister: Lister = Lister.PJSIP, at: float = 0.0) -> Store:
    store = Store("pbx1")
    store.apply_registrations(lister, items, at, first=True)
    return store


def test_what_a_row_says() -> None:
    found = rows(trunks())
    assert list(found) == ["backup", "carrier", "gateway"]
    assert cells(found["carrier"]) == {
        "trunk": "carrier",
        "state": "● Registered",
        "since": "~15:00",
        "next": "",
        "calls": "!! 4/4",
        "in": "1",
        "out": "3",
        "ans15": "53%",
        "ans5": "!! 27%",
        "ans1": "",
        "tries": "17",
        "failures": "User busy 5, Circuit/channel congestion 2, given up 1",
        "flaps": "",
        "server": "192.0.2.7",
        "client": "sip:carrier@192.0.2.7",
        "device": "PJSIP/carrier",
        "pbx": "pbx1",
    }
    backup = cells(found["backup"])
    assert [backup[key] for key in ("state", "since", "next", "calls", "flaps")] == [
        "✗ Rejected",
        "0:40",
        "0:20",
        "0",
        "1",
    ]
    gateway = cells(found["gateway"])
    assert [gateway[key] for key in ("state", "since", "calls", "device")] == ["● Reachable", "0:30", "0", "SIP/gw1"]


@pytest.mark.parametrize("width", [80, 160])
def test_a_table_of_them_fits(width: int) -> None:
    lines = table(trunk_rows([floor(trunks())]), shown_columns(TRUNK_COLUMNS), NOW, width)
    assert all(len(line) <= width for line in lines)
    assert "✗ Rejected" in lines[1]
    assert "!! 4/4" in lines[2]


def test_totals() -> None:
    assert trunk_totals([floor(trunks())]) == (2, 3, 1)
    assert trunk_totals([floor(Store("pbx1"), rules=Rules())]) == (0, 0, 0)
    unknown = Rules(trunks={"carrier": TrunkRules()})
    assert trunk_totals([floor(Store("pbx1"), rules=unknown)]) == (0, 1, 0)


def test_worries() -> None:
    found = worries(trunks())
    assert [(each.kind, each.subject, each.value, each.level, each.text) for each in found] == [
        (Kind.TRUNK, "backup", 0.0, Level.CRITICAL, "backup: is down: Rejected 0:40"),
        (Kind.CALLS, "carrier", 4, Level.CRITICAL, "carrier: 4 calls, 1 in and 3 out, limit 4"),
        (
            Kind.ANSWER_RATE,
            "carrier",
            pytest.approx(300 / 11),
            Level.CRITICAL,
            "carrier: 27% of 11 calls out answered, limit 40%",
        ),
    ]
    assert found[0].alert.key == ("pbx1", "trunk", "backup")
    assert found[0].row == ("pbx1", "backup")


def test_all_that_can_be_told_of_trunks_is_a_figure() -> None:
    found = readings([floor(trunks(), 2000.0)])
    assert [(each.kind, each.subject, each.value) for each in found] == [
        (Kind.TRUNK, "backup", 0.0),
        (Kind.TRUNK, "carrier", 1.0),
        (Kind.CALLS, "carrier", 4),
        (Kind.TRUNK, "gateway", 1.0),
    ]
    unknown = Rules(trunks={"carrier": TrunkRules()})
    assert readings([floor(Store("pbx1"), rules=unknown)]) == []


def test_what_is_to_be_ignored_is_no_worry_and_is_not_counted() -> None:
    rules = Rules(trunks={"backup": TrunkRules(ignore=True)})
    assert worries(trunks(), rules=rules) == []
    assert trunk_totals([floor(trunks(), rules=rules)]) == (1, 1, 0)
    assert "nobody is told" in repr(trunk_detail(rows(trunks(), rules=rules)["backup"], NOW))


def test_down_for_a_moment_is_no_worry() -> None:
    """PJSIPRegister leaves before it comes back."""
    store = listed(registration("carrier", "Registered"))
    store.apply(registry("carrier", "Unregistered"), 10.0)
    assert rows(store, 10.0)["carrier"].standing.up is False
    assert worries(store, 24.9) == []
    assert [each.text for each in worries(store, 25.0)] == ["carrier: is down: Unregistered 0:15"]
    store.apply(registry("carrier", "Registered"), 26.0)
    assert worries(store, 26.0) == []
    store.apply(registry("carrier", "Rejected"), 30.0)
    assert worries(store, 34.9) == []
    assert [each.text for each in worries(store, 35.0)] == ["carrier: is down: Rejected 0:05"]


def test_what_was_down_before_amitop_came_is_a_worry_at_once() -> None:
    store = listed(registration("carrier", "Rejected"), at=NOW)
    assert [each.text for each in worries(store, NOW)] == ["carrier: is down: Rejected"]
    assert [alert.level for alert in alerts([floor(store)])] == [Level.CRITICAL]


def test_few_calls_are_no_answer_rate() -> None:
    store = listed(registration("carrier", "Registered"))
    for n in range(9):
        call(store, f"1.{n}", 900.0, cause=34)
    assert worries(store) == []
    assert cells(rows(store)["carrier"])["ans5"] == "0%"
    call(store, "1.10", 900.0, cause=34)
    assert [each.kind for each in worries(store)] == [Kind.ANSWER_RATE]


def test_a_registration_and_its_endpoint_find_each_other() -> None:
    store = listed(
        registration("named", "Registered", Endpoint="line7"),
        registration("office-reg-0", "Registered"),
        registration("office-reg-1", "Rejected", "198.51.100.9"),
        registration("uplink", "Registered", "198.51.100.8"),
    )
    rules = Rules(trunks={"wan": TrunkRules(endpoint="PJSIP/line7"), "isp": TrunkRules(registration="uplink")})
    found = rows(store, rules=rules)
    assert {name: (row.device, [each.name for each in row.registrations]) for name, row in found.items()} == {
        "isp": ("PJSIP/uplink", ["uplink"]),
        "office": ("PJSIP/office", ["office-reg-0", "office-reg-1"]),
        "wan": ("PJSIP/line7", ["named"]),
    }
    assert cells(found["office"])["state"] == "● Registered 1/2"
    assert worries(store, rules=rules) == [], "one of two is enough to call over"
    assert cells(found["office"])["server"] == "192.0.2.7, 198.51.100.9"


def test_all_registrations_of_a_trunk_lost() -> None:
    store = listed(registration("o-reg-0", "Rejected"), registration("o-reg-1", "Rejected", "198.51.100.9"))
    assert cells(rows(store, rules=Rules())["o"])["state"] == "✗ Rejected 0/2"


def test_chan_sip_registers_without_a_peer() -> None:
    entry = item("RegistryEntry", Host="192.0.2.9", Port=5060, Username="me", Refresh=120, State="Registered")
    store = listed(entry, lister=Lister.SIP)
    call(store, "1.1", 900.0, device="SIP/gw1")
    alone = rows(store, rules=Rules())["me@192.0.2.9"]
    assert (alone.device, alone.calls.all, cells(alone)["state"]) == (None, 0, "● Registered")
    rules = Rules(trunks={"provider": TrunkRules("SIP/gw1", "me@192.0.2.9")})
    (named,) = rows(store, rules=rules).values()
    assert (named.name, named.device, named.calls.all) == ("provider", "SIP/gw1", 1)
    assert "name its endpoint" in repr(trunk_detail(alone, NOW))


def test_a_trunk_without_registration_is_what_its_endpoint_is() -> None:
    rules = Rules(trunks={"gw": TrunkRules("PJSIP/gw")})
    store = Store("pbx1")
    assert (rows(store, rules=rules)["gw"].standing.words, cells(rows(store, rules=rules)["gw"])["state"]) == (
        "Unknown",
        "· Unknown",
    )
    store.apply(peer("PJSIP/gw", "Reachable"), 10.0)
    assert rows(store, rules=rules)["gw"].standing.up is True
    store.apply(peer("PJSIP/gw", "Unreachable"), 900.0)
    assert [each.text for each in worries(store, rules=rules)] == ["gw: is down: Unreachable 1:40"]
    assert cells(rows(store, rules=rules)["gw"])["state"] == "✗ Unreachable"


def test_a_registered_trunk_whose_endpoint_does_not_answer_is_down() -> None:
    store = listed(registration("carrier", "Registered"))
    store.apply(peer("PJSIP/carrier", "Unreachable"), 900.0)
    assert [each.text for each in worries(store)] == ["carrier: is down: Unreachable 1:40"]
    store.apply(peer("PJSIP/carrier", "Reachable"), 950.0)
    assert worries(store) == []


def test_a_name_that_leads_to_no_endpoint_is_said_once_the_list_is_there() -> None:
    rules = Rules(trunks={"typo": TrunkRules("PJSIP/tpyo")})
    store = Store("pbx1")
    store.part(Endpoints).listed[Technology.PJSIP] = 5.0
    assert [each.text for each in worries(store, rules=rules)] == ["typo: is down: No such endpoint"]


def test_a_name_that_leads_to_no_registration_is_said_once_all_lists_are_there() -> None:
    rules = Rules(trunks={"typo": TrunkRules(registration="tpyo")})
    store = listed(registration("carrier", "Registered"))
    assert worries(store, rules=rules) == []
    store.part(Registrations).complete = True
    assert [each.text for each in worries(store, rules=rules)] == ["typo: is down: No registration"]


def test_where_no_endpoint_is_called_like_a_registration_the_details_say_what_to_do() -> None:
    store = listed(registration("carrier", "Registered"))
    assert "taken for it by its name" in repr(trunk_detail(rows(store)["carrier"], NOW))
    store.part(Endpoints).listed[Technology.PJSIP] = 5.0
    assert "name its endpoint in the configuration" in repr(trunk_detail(rows(store)["carrier"], NOW))


@pytest.mark.parametrize("payload", HOSTILE)
def test_text_that_means_harm(payload: str) -> None:
    store = trunks()
    for each in store.part(Registrations).known.values():
        each.client = each.server = each.address = each.status = each.endpoint = payload
        each.rename(payload)
    rules = Rules(trunks={"carrier": TrunkRules(registration=payload, limit=1)})
    for row in trunk_rows([floor(store, rules=rules)]):
        for column in TRUNK_COLUMNS:
            for glyphs in (UNICODE, ASCII):
                cell = fit(column.text(row, NOW), column.width, column.align, column.crop, glyphs)
                assert cell.isprintable()
                assert cell_len(cell) == column.width
        for section in trunk_detail(row, NOW):
            assert all(value.isprintable() for line in section.lines for value in line)
    found = readings([floor(store, rules=rules)])
    assert all(line.isprintable() for line in check_lines(found, 0))
    assert nagios_line(found, 0).isprintable()
    assert dumps({"registrations": registrations(store, NOW, lambda _: None)}).isascii()


def test_details() -> None:
    found = rows(trunks())
    sections = {section.title: dict(section.lines) for section in trunk_detail(found["carrier"], NOW)}
    assert list(sections)[:2] == ["Trunk", "Registration carrier"]
    assert list(sections)[2:] == ["The last 15 minutes", "The last 5 minutes", "The last minute"]
    assert sections["Trunk"]["Calls"] == "!! 4: 1 in, 3 out"
    assert sections["Trunk"]["Call limit"] == "3.2 warns, 4 is critical"
    assert sections["Trunk"]["Device"] == "PJSIP/carrier, taken for it by its name"
    assert sections["The last 15 minutes"]["Out"] == "9 of 17 answered (53%)"
    assert sections["The last 5 minutes"]["In"] == "1 of 1 answered (100%)"
    lost = {section.title: dict(section.lines) for section in trunk_detail(found["backup"], NOW)}
    assert lost["Registration backup"] == {
        "Status": "Rejected",
        "Since": "0:40",
        "Next try": "in 0:20",
        "Last try": "40 s ago",
        "Lost": "once in the last hour, 40 s ago",
        "Client": "sip:backup@198.51.100.1",
        "Server": "sip:198.51.100.1",
        "Technology": "PJSIP",
    }
    gateway = {section.title: dict(section.lines) for section in trunk_detail(found["gateway"], NOW)}
    assert gateway["Endpoint SIP/gw1"]["State"] == "Unknown"


def test_json() -> None:
    def time(moment: float | None) -> str | None:
        return iso(None if moment is None else EPOCH + moment)

    assert registrations(trunks(), NOW, time) == [
        {
            "name": "carrier",
            "technology": "PJSIP",
            "server": "sip:192.0.2.7",
            "client": "sip:carrier@192.0.2.7",
            "status": "Registered",
            "next": None,
        },
        {
            "name": "backup",
            "technology": "PJSIP",
            "server": "sip:198.51.100.1",
            "client": "sip:backup@198.51.100.1",
            "status": "Rejected",
            "next": time(1020.0),
        },
    ]


def test_a_limit_of_calls_of_its_own() -> None:
    rules = Rules(trunks={"carrier": TrunkRules(limit=30, calls=Limit(2, 10))})
    assert cells(rows(trunks(), rules=rules)["carrier"])["calls"] == "! 4/30"
    free = Rules(trunk_default=TrunkRules(answer_rate=Limit(90, 80, Sense.BELOW)))
    carrier = cells(rows(trunks(), rules=free)["carrier"])
    assert (carrier["calls"], carrier["ans5"]) == ("4", "!! 27%")
