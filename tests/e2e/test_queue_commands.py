"""What amitop prints of queues without a screen is what a real Asterisk's console and queue_log say."""

import json
import re
from pathlib import Path

import pytest
from e2e.program import Amitop
from e2e.queue_show import QueueLog, Shown, read

from rig.asterisk import Asterisk
from rig.sipp import Calls
from rig.waiting import until

PATIENT = (60, 60)


@pytest.fixture
def deaf(pbx: Asterisk) -> Asterisk:
    """An Asterisk whose agents do not pick up, so that callers wait."""
    pbx.phones(ring=(60, 60))
    return pbx


def shown(pbx: Asterisk) -> dict[str, Shown]:
    return read(pbx.cli("queue show"))


def wait_in(pbx: Asterisk, count: int) -> tuple[str, ...]:
    """Have one more call support, until *count* wait; return their channels."""
    pbx.calls(Calls(to="600", talk=PATIENT))
    return until(lambda: callers if len(callers := shown(pbx)["support"].callers) == count else None)


def configure(home: Path, *lines: str) -> None:
    path = home / ".config/amitop/config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines))


def test_the_document_has_the_queues_as_the_console_has_them(deaf: Asterisk, amitop: Amitop):
    deaf.cli("queue pause member PJSIP/agent07 queue support reason lunch")
    try:
        wait_in(deaf, 1)
        callers = wait_in(deaf, 2)
        watched = amitop.run("watch", "TARGET", "--json", "--every", "0.5", "--for", "1")
        assert watched.returncode == 0, watched.stderr
        console = shown(deaf)
        for document in (amitop.snapshot(), json.loads(watched.stdout.splitlines()[-1])):
            queues = {queue["name"]: queue for queue in document["queues"]}
            assert queues.keys() == console.keys()
            for name, queue in queues.items():
                truth = console[name]
                facts = ("strategy", "completed", "abandoned", "weight", "service_level")
                assert {fact: str(queue[fact]) for fact in facts} == {fact: truth.facts[fact] for fact in facts}
                assert [caller["channel"] for caller in queue["callers"]] == list(truth.callers)
                assert {
                    member["interface"]: (member["name"], member["paused"], member["pause_reason"], member["penalty"])
                    for member in queue["members"]
                } == {
                    interface: (member["name"], member["paused"], member["reason"], member["penalty"])
                    for interface, member in truth.members.items()
                }
            assert [caller["channel"] for caller in queues["support"]["callers"]] == list(callers)
    finally:
        deaf.cli("queue unpause member PJSIP/agent07 queue support")


def test_check_follows_the_line_of_callers(deaf: Asterisk, amitop: Amitop, tmp_path: Path):
    # Nobody answers the registrations of this Asterisk.
    configure(
        tmp_path, "[trunks.default]", "ignore = true", "[queues.support]", "waiting = [2, 3]", "longest_wait = []"
    )
    wait_in(deaf, 1)
    fine = amitop.run("check", "TARGET")
    assert (fine.returncode, fine.stdout[:4], fine.stderr) == (0, "OK: ", "")
    wait_in(deaf, 2)
    warning = amitop.run("check", "TARGET")
    assert (warning.returncode, warning.stdout) == (1, "WARNING  support: 2 wait, limit 2\n")
    wait_in(deaf, 3)
    critical = amitop.run("check", "TARGET", "--nagios")
    text, _, data = critical.stdout.partition(" | ")
    assert (critical.returncode, text) == (1, "QUEUES CRITICAL - support: 3 wait, limit 3")
    assert "'support_waiting'=3;2;3;0" in data.split()
    assert "'sales_waiting'=0;5;10;0" in data.split()


def test_the_report_of_what_a_dashboard_counted_is_what_queue_log_has(pbx: Asterisk, amitop: Amitop, tmp_path: Path):
    log = QueueLog(pbx.folder / "log" / "queue_log")
    assert amitop.run("report", "TARGET").returncode == 1, "there is no shift yet"
    pbx.phones(ring=(0.2, 0.5))
    with amitop.dashboard() as terminal:
        terminal.wait_for(r"● live\b")
        # More than there are agents for, and nobody waits for longer than 5 s: some are answered, some give up.
        pbx.calls(Calls(to="600", rate=4, count=12, talk=(5, 5)))
        until(lambda: log.counts()["support", "ENTERQUEUE"] == 12, timeout=40)
        until(lambda: not pbx.channels(), timeout=40)
        terminal.send("q")
        assert terminal.wait_exit() == 0

    done = amitop.run("report", "TARGET", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    support = next(queue for queue in report["queues"] if queue["name"] == "support")
    counts = log.counts()
    assert counts["support", "CONNECT"], "some are answered, and some are not"
    assert counts["support", "ABANDON"]
    assert {"ENTERQUEUE": support["offered"], "CONNECT": support["answered"], "ABANDON": support["abandoned"]} == {
        event: counts["support", event] for event in ("ENTERQUEUE", "CONNECT", "ABANDON")
    }
    answered = {agent["name"]: agent["answered"] for agent in report["agents"] if agent["answered"]}
    assert answered == log.by_agent("CONNECT")
    assert support["service_level"]["seconds"] == 20

    level = support["service_level"]["percent"]
    nagios = amitop.run("check", "TARGET", "--nagios").stdout
    found = re.search(r"'support_sl_percent'=([\d.]+)%;80:;60:;0;100", nagios)
    assert found, nagios
    assert float(found[1]) == level

    refused = Amitop(pbx, tmp_path, secret="hunter2").run("report", "TARGET")
    assert refused.returncode == 0
    assert refused.stdout.startswith(f"# Shift of 127.0.0.1:{pbx.ports.ami}\n")
    assert f"| support | 12 | {support['answered']} | {support['abandoned']} |" in refused.stdout
    assert "amitop: warning: " in refused.stderr
    assert "hunter2" not in refused.stdout + refused.stderr
