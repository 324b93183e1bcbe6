"""`check` and `report` against a scripted PBX; amitop in a process of its own."""

import asyncio
import json
import os
import re
import stat
import time
from datetime import datetime
from pathlib import Path

import pytest

from amitop.pbx.queue_model import Fact, Happening
from amitop.pbx.store import Store
from amitop.shift.ledger import Ledger
from amitop.shift.records import changes
from amitop.shift.tally import Tally
from fakes.server import FakeServer, listing, refuse, reply

COMMANDS = [(name, "synopsis  (Priv: system,all)") for name in ("CoreShowChannels", "QueueStatus")]


def queue(name: str = "support", callers: int = 0, wait: int = 5, service_level: int = 20):
    """The items of a queue with one member who is free."""
    yield "QueueParams", {
        "Queue": name, "Max": "0", "Strategy": "ringall", "Calls": str(callers), "Holdtime": "12", "TalkTime": "95",
        "Completed": "40", "Abandoned": "4", "ServiceLevel": str(service_level), "ServicelevelPerf": "75.0",
        "ServicelevelPerf2": "70.0", "Weight": "0",
    }  # fmt: skip
    yield "QueueMember", {
        "Queue": name, "Name": "Agent 01", "Location": "PJSIP/agent01", "StateInterface": "PJSIP/agent01",
        "Membership": "static", "Penalty": "0", "CallsTaken": "0", "LastCall": "0", "LastPause": "0", "LoginTime": "1",
        "InCall": "0", "Status": "1", "Paused": "0", "PausedReason": "", "Wrapuptime": "0",
    }  # fmt: skip
    for place in range(1, callers + 1):
        yield "QueueEntry", {
            "Queue": name, "Position": str(place), "Channel": f"PJSIP/trunk-{place}", "Uniqueid": f"{name}.{place}",
            "CallerIDNum": "1", "CallerIDName": "x", "ConnectedLineNum": "unknown", "ConnectedLineName": "unknown",
            "Wait": str(wait), "Priority": "0",
        }  # fmt: skip


def queues(*each) -> object:
    return listing("QueueStatus", [item for items in each for item in items])


@pytest.fixture
async def pbx():
    """A PBX with a queue in which two callers wait."""
    async with FakeServer() as server:
        server.answers |= {
            "ListCommands": reply(*COMMANDS),
            "CoreShowChannels": listing("CoreShowChannels", []),
            "QueueStatus": queues(queue(callers=2)),
        }
        yield server


@pytest.fixture
def config(tmp_path):
    """Write the configuration file; without words, nothing but the profile `lab`."""

    def write(pbx: FakeServer, *lines: str) -> None:
        path = tmp_path / ".config/amitop/config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([*lines, "[profiles.lab]", f"port = {pbx.port}", 'user = "admin"']))

    return write


@pytest.fixture
def ledger(tmp_path) -> Path:
    return tmp_path / ".local/state/amitop/shift.sqlite3"


def keep(ledger: Path, started: float, *facts: tuple[Happening, float, float | None], queue: str = "support") -> None:
    """Have a shift of the profile `lab` kept in which these happened: what, how long after its begin, the wait."""
    tally, store = Tally(started), Store("lab")
    for number, (what, after, wait) in enumerate(facts):
        for happening in (Happening.JOINED, what):
            fact = Fact(happening, after, queue, uniqueid=f"9.{number}", wait=wait if happening is what else None)
            tally.count(fact, store, started + after)
    writer = Ledger(ledger)
    writer.save(changes(tally, "lab", started + 600))
    writer.close()
    assert writer.problem == ""


ANSWERED = [(Happening.ANSWERED, second, 10.0) for second in range(6)]
GAVE_UP = [(Happening.ABANDONED, second, 30.0) for second in range(6)]


def one_line(text: str) -> str:
    (line,) = text.splitlines()
    return line


# -- check ------------------------------------------------------------------------------------------------------------


async def test_check_where_all_is_well(pbx, config, run):
    config(pbx)
    assert await run("check", "lab") == (0, "OK: 1 queue, 2 figures within limits\n", "")


@pytest.mark.parametrize(("limit", "word"), [("[2, 5]", "WARNING "), ("[1, 2]", "CRITICAL")])
async def test_check_exits_1_for_a_warning_and_for_worse(pbx, config, run, limit, word):
    config(pbx, "[queues.support]", f"waiting = {limit}")
    assert await run("check", "lab") == (1, f"{word} support: 2 wait, limit 2\n", "")


async def test_check_for_nagios(pbx, config, run):
    config(pbx, "[queues.support]", "waiting = [2, 5]", "longest_wait = []", "ready = [0, 0]")
    assert await run("check", "lab", "--nagios") == (
        1,
        "QUEUES WARNING - support: 2 wait, limit 2 | 'support_waiting'=2;2;5;0 'support_ready'=1;0:;0:;0\n",
        "",
    )


async def test_check_says_critical_to_nagios_and_exits_1_still(pbx, config, run):
    config(pbx, "[queues.support]", "waiting = [1, 1]")
    code, out, _ = await run("check", "lab", "--nagios")
    assert (code, out.partition(" - ")[0]) == (1, "QUEUES CRITICAL")


async def test_check_with_a_name_that_would_break_the_line(pbx, config, run):
    config(pbx)
    pbx.answers["QueueStatus"] = queues(queue("it's|'x'=9\x1b[2J\t王", callers=5))
    code, out, err = await run("check", "lab")
    assert (code, err) == (1, "")
    assert one_line(out) == "WARNING  it's|'x'=9\ufffd[2J\ufffd王: 5 wait, limit 5"
    code, out, err = await run("check", "lab", "--nagios")
    text, *data = out.split("|")
    assert text == "QUEUES WARNING - it's¦'x'=9\ufffd[2J\ufffd王: 5 wait, limit 5 "
    label = "it%27s%7C%27x%27%3D9%1B[2J%09王"
    (data,) = data
    assert re.sub(r"=\d+(\.\d)?s", "=5s", data) == f" '{label}_waiting'=5;5;10;0 '{label}_longest_wait'=5s;60;180;0\n"


async def test_check_judges_the_service_level_of_the_shift_that_is_kept(pbx, config, run, ledger):
    config(pbx)
    keep(ledger, time.time() - 700, *ANSWERED, *GAVE_UP)
    code, out, err = await run("check", "lab")
    assert (code, err) == (1, "")
    assert one_line(out).startswith("CRITICAL support: service level 50%")
    code, out, _ = await run("check", "lab", "--nagios")
    assert "'support_sl_percent'=50%;80:;60:;0;100" in out


@pytest.mark.parametrize("late", [{"started": -8 * 3600}, {"started": -700, "starts": 300}])
async def test_check_does_not_judge_a_shift_that_is_over(pbx, config, run, ledger, late):
    now = time.time()
    at = time.strftime("%H:%M", time.localtime(now - late["starts"])) if "starts" in late else None
    config(pbx, *([f'shift_starts = ["{at}"]'] if at else []))
    keep(ledger, now + late["started"], *GAVE_UP, *GAVE_UP)
    assert await run("check", "lab") == (0, "OK: 1 queue, 2 figures within limits\n", "")


async def test_check_goes_on_without_a_shift_that_cannot_be_read(pbx, config, run, ledger):
    config(pbx)
    ledger.parent.mkdir(parents=True)
    ledger.write_bytes(b"not a database" * 100)
    code, out, err = await run("check", "lab")
    assert (code, out) == (0, "OK: 1 queue, 2 figures within limits\n")
    assert "shift.sqlite3" in one_line(err)


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"ListCommands": reply(COMMANDS[0])}, "QueueStatus: this Asterisk has no such action"),
        ({"QueueStatus": refuse("Permission denied")}, "QueueStatus: Permission denied"),
    ],
)
async def test_what_cannot_be_checked_is_not_fine(pbx, config, run, answers, why):
    config(pbx)
    pbx.answers |= answers
    code, out, err = await run("check", "lab")
    assert (code, out) == (1, "")
    assert one_line(err).startswith(f"amitop: nothing can be checked: {why}")
    code, out, err = await run("check", "lab", "--nagios")
    assert (code, err) == (1, "")
    assert one_line(out).startswith(f"QUEUES UNKNOWN - nothing can be checked: {why}")


TRUNK = {
    "ObjectName": "carrier", "ClientUri": "sip:me@sip.example", "ServerUri": "sip:sip.example", "Status": "Rejected",
}  # fmt: skip
TRUNKS = ("PJSIPShowRegistrationsOutbound", "synopsis  (Priv: system,reporting,all)")


async def test_check_of_trunks(pbx, config, run):
    config(pbx)
    pbx.answers["ListCommands"] = reply(*COMMANDS, TRUNKS)
    pbx.answers[TRUNKS[0]] = listing(TRUNKS[0], [("OutboundRegistrationDetail", TRUNK)])
    assert await run("check", "lab") == (1, "CRITICAL carrier: is down: Rejected\n", "")
    code, out, _ = await run("check", "lab", "--nagios")
    text, _, data = one_line(out).partition(" | ")
    assert (code, text) == (1, "PBX CRITICAL - carrier: is down: Rejected")
    assert "'carrier_trunk'=0;1:;1:;0" in data.split()
    config(pbx, "[trunks.carrier]", "ignore = true")
    assert await run("check", "lab") == (0, "OK: 1 queue, 2 figures within limits\n", "")
    pbx.answers[TRUNKS[0]] = listing(TRUNKS[0], [("OutboundRegistrationDetail", TRUNK | {"Status": "Registered"})])
    config(pbx)
    assert await run("check", "lab") == (0, "OK: 1 queue, 1 trunk, 3 figures within limits\n", "")


async def test_an_exchange_without_queues_has_its_trunks(pbx, config, run):
    config(pbx)
    pbx.answers["ListCommands"] = reply(COMMANDS[0], TRUNKS)
    pbx.answers[TRUNKS[0]] = listing(TRUNKS[0], [("OutboundRegistrationDetail", TRUNK)])
    assert await run("check", "lab") == (1, "CRITICAL carrier: is down: Rejected\n", "")


async def test_check_waits_for_a_slow_list_of_queues(pbx, config, run):
    config(pbx, "[queues.default]", "waiting = [2, 5]")
    pbx.answers["QueueStatus"] = late_answer(queues(queue(callers=2)), 3.5)
    code, out, _ = await run("check", "lab")
    assert (code, out) == (1, "WARNING  support: 2 wait, limit 2\n")


def late_answer(answer, seconds: float):
    """The same answer, only later than the first picture of a dashboard would wait."""

    async def later(peer, request):
        await asyncio.sleep(seconds)
        return answer(peer, request)

    return later


async def test_check_where_nobody_is(pbx, config, run):
    config(pbx)
    await pbx.stop()
    code, out, err = await run("check", "lab")
    assert (code, out) == (3, "")
    assert f"127.0.0.1:{pbx.port}" in one_line(err)
    code, out, err = await run("check", "lab", "--nagios")
    assert (code, err) == (3, "")
    assert one_line(out).startswith(f"QUEUES UNKNOWN - 127.0.0.1:{pbx.port}: ")


async def test_check_with_a_wrong_secret(pbx, config, run):
    config(pbx)
    code, out, err = await run("check", "lab", "--nagios", secret="hunter2")
    assert (code, err) == (4, "")
    assert one_line(out).startswith("QUEUES UNKNOWN - ")
    assert "hunter2" not in out


# -- report -----------------------------------------------------------------------------------------------------------


async def test_report_without_a_shift(pbx, config, run, ledger):
    config(pbx)
    code, out, err = await run("report", "lab")
    assert (code, out) == (1, "")
    assert one_line(err) == f"amitop: no shift of lab is kept in {ledger} yet: the dashboard counts one while it runs"
    keep(ledger, time.time() - 700, *ANSWERED)
    code, out, err = await run("report", f"admin@127.0.0.1:{pbx.port}")
    assert (code, out) == (1, ""), "the shift of another PBX is none"
    assert f"no shift of 127.0.0.1:{pbx.port} is kept" in err


async def test_report_for_people(pbx, config, run, ledger):
    config(pbx)
    keep(ledger, time.time() - 700, *ANSWERED, *GAVE_UP)
    code, out, err = await run("report", "lab")
    assert (code, err) == (0, "")
    assert out.startswith("# Shift of lab\n")
    assert "| support | 12 | 6 | 6 | 0 | 0 | 0 | 0 | 50% | 0:10 |" in out
    assert "Asterisk's own figures" in out
    assert "| support | 40 | 4 | 75% | 70% | 0:12 | 1:35 |" in out
    assert out.endswith("\n")
    assert not out.endswith("\n\n")


async def test_report_as_json_is_of_when_it_was_kept(pbx, config, run, ledger):
    config(pbx)
    started = 1_700_000_000.0
    keep(ledger, started, *ANSWERED)
    code, out, err = await run("report", "lab", "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert (found["schema"], found["pbx"]) == (1, "lab")
    assert (found["shift"]["started"], found["at"]) == ("2023-11-14T22:13:20.000Z", "2023-11-14T22:23:20.000Z")
    (support,) = found["queues"]
    assert (support["name"], support["offered"], support["answered"]) == ("support", 6, 6)
    assert support["service_level"]["seconds"] == 20, "which the PBX tells"
    assert support["asterisk"]["completed"] == 40


async def test_report_without_a_pbx_is_what_was_kept(pbx, config, run, ledger):
    config(pbx, "[queues.support]", "service_level = 5")
    keep(ledger, time.time() - 700, *ANSWERED)
    await pbx.stop()
    code, out, err = await run("report", "lab", "--json")
    assert code == 0
    assert one_line(err).startswith(f"amitop: warning: 127.0.0.1:{pbx.port}: ")
    (support,) = json.loads(out)["queues"]
    assert (support["answered"], support["asterisk"]) == (6, None)
    assert support["service_level"]["percent"] == 0, "by the time that the configuration sets"


async def test_report_for_a_spreadsheet(pbx, config, run, ledger):
    config(pbx)
    keep(ledger, time.time() - 700, *ANSWERED, queue='=HYPERLINK("x")')
    code, out, err = await run("report", "lab", "--csv")
    assert (code, err) == (0, "")
    titles, *rows = out.splitlines()
    assert titles.startswith("name,offered,answered,")
    assert rows[0].startswith(""""'=HYPERLINK(""x"")",6,6,0,""")
    assert rows[1].startswith("support,0,0,0,"), "the queue that the PBX has"
    code, out, err = await run("report", "lab", "--csv-agents")
    assert (code, err) == (0, "")
    assert one_line(out) == "" or out.startswith("device,name")


async def test_report_of_a_shift_before_the_last_one(pbx, config, run, ledger):
    config(pbx)
    keep(ledger, 1_700_000_000.0, *GAVE_UP)
    keep(ledger, 1_700_030_000.0, *ANSWERED)
    for options, started, answered in (
        ([], "2023-11-15T06:33:20.000Z", 6),
        (["--shift", "1"], "2023-11-15T06:33:20.000Z", 6),
        (["--shift", "2"], "2023-11-14T22:13:20.000Z", 0),
    ):
        code, out, err = await run("report", "lab", "--json", *options)
        assert (code, err) == (0, "")
        found = json.loads(out)
        assert (found["shift"]["started"], found["queues"][0]["answered"]) == (started, answered)
    code, out, err = await run("report", "lab", "--shift", "3")
    assert (code, out) == (1, "")
    assert one_line(err) == f"amitop: only 2 shifts of lab are kept in {ledger}: --list names them"


async def test_the_shifts_that_are_kept_are_listed_without_a_connection(pbx, config, run, ledger):
    config(pbx)
    await pbx.stop()
    code, out, err = await run("report", "lab", "--list")
    assert (code, out) == (1, "")
    assert "no shift of lab is kept" in one_line(err)
    keep(ledger, 1_700_000_000.0, *GAVE_UP)
    keep(ledger, 1_700_030_000.0, *ANSWERED)
    code, out, err = await run("report", "lab", "--list")
    assert (code, err) == (0, "")
    times = [datetime.fromtimestamp(epoch).strftime("%Y-%m-%d %H:%M") for epoch in (1_700_030_000, 1_700_030_600)]
    last, before = out.splitlines()
    assert last == f"1  {times[0]} to {times[1]}"
    assert before.startswith("2  ")


async def test_report_of_a_ledger_that_cannot_be_read(pbx, config, run, ledger):
    config(pbx)
    ledger.parent.mkdir(parents=True)
    ledger.write_bytes(b"not a database" * 100)
    code, out, err = await run("report", "lab")
    assert (code, out) == (1, "")
    assert str(ledger) in one_line(err)


async def test_reading_writes_nothing(pbx, config, run, ledger):
    """Whoever keeps the shift goes on undisturbed."""
    config(pbx)
    keep(ledger, time.time() - 700, *ANSWERED)
    before = Ledger(ledger).load("lab")
    await run("report", "lab")
    await run("check", "lab")
    assert Ledger(ledger).load("lab") == before
    assert stat.S_IMODE(os.stat(ledger).st_mode) == 0o600
