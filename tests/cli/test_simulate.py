"""`amitop simulate` and `amitop demo` as programs: what they say, what they end with, and what they leave behind."""

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from e2e.terminal import Terminal

LISTENS = re.compile(r"A simulated Asterisk listens on 127\.0\.0\.1:(\d+); user amitop, secret (\S+)\.")


async def port_of(process) -> int:
    async with asyncio.timeout(30):
        line = (await process.stdout.readline()).decode()
    found = LISTENS.match(line)
    assert found, line
    return int(found[1])


async def test_any_client_can_look_at_it_until_it_is_told_to_stop(start, run):
    async with start(
        "simulate", "--port", "0", "--calls-per-minute", "600", "--agents", "6", "--queues", "2"
    ) as process:
        port = await port_of(process)
        assert b"AMITOP_SECRET=... amitop amitop@127.0.0.1:" in await process.stdout.readline(), (
            "its secret is not printed"
        )
        code, out, err = await run("snapshot", "--json", f"amitop@127.0.0.1:{port}")
        assert (code, err) == (0, "")
        document = json.loads(out)
        assert document["pbx"]["asterisk"] == "22.10.1"
        assert {queue["name"] for queue in document["queues"]} == {"support", "sales"}
        assert len({member["interface"] for queue in document["queues"] for member in queue["members"]}) == 6

        code, out, err = await run("verify", "--for", "4", "--every", "1", f"amitop@127.0.0.1:{port}")
        assert (code, err) == (0, ""), "what events tell is what the lists say"
        assert out.count("drift 0\n") == 2  # what is in flight when a list is made differs, and is none

        code, _, err = await run("snapshot", f"amitop@127.0.0.1:{port}", secret="wrong")
        assert code == 4
        assert len(err.splitlines()) == 1

        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            assert await process.wait() == 0


async def test_a_port_that_is_taken_is_one_line(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, out, err = await run("simulate", "--port", str(port))
    assert (code, out) == (2, "")
    assert err == f"amitop: cannot listen on 127.0.0.1:{port}: address already in use; see --port\n"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("simulate", "--port", "70000"), "argument --port: must be a port, 0 to 65535"),
        (("simulate", "--agents", "-1"), "argument --agents: must be a whole number, 0 or more"),
        (("simulate", "--calls-per-minute", "many"), "argument --calls-per-minute: must be a number, 0 or more"),
        (("simulate", "--speed", "0"), "argument --speed: must be a number of seconds above 0"),
        (("simulate", "--misbehave", "badly"), "argument --misbehave: must be of split, stall, cut, garbage, restart"),
        (("simulate", "somewhere"), "there is one word too many"),
        (("demo", "somewhere"), "there is one word too many"),
        (("demo", "--port", "1"), "there is no option --port"),
    ],
)
async def test_a_wrong_word_is_one_line(run, words, complaint):
    code, out, err = await run(*words)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert complaint in err


async def test_without_a_terminal_there_is_no_demo(run):
    code, out, err = await run("demo")
    assert (code, out) == (2, "")
    assert err == "amitop: the dashboard needs a terminal and stdin is none; `amitop snapshot` prints instead\n"


# -- the demo on a terminal ---------------------------------------------------------------------------------------


@pytest.fixture
def demo(tmp_path: Path):
    """The demo on a terminal, with a home of its own and a configuration that must not be read."""
    (tmp_path / "amitop.toml").write_text("this is not TOML")
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "AMITOP_CONFIG": str(tmp_path / "amitop.toml")}
    words = [sys.executable, "-m", "amitop", "demo", "--calls-per-minute", "600", "--agents", "8", "--queues", "2"]
    with Terminal(words, environ, columns=120, rows=30) as terminal:
        terminal.wait_for("demo . live .*Asterisk 22", 40)
        yield terminal


def children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True)
    return [int(word) for word in found.stdout.split()]


def listening(pid: int) -> bool:
    """Whether process *pid* is there; its port is nobody else's."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


def wait_gone(pid: int, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while listening(pid):
        assert time.monotonic() < deadline, f"{pid} is still there"
        time.sleep(0.05)


def test_the_demo_shows_calls_and_leaves_nothing_behind(demo, tmp_path):
    demo.wait_for("Talking|Waiting", 40)
    (pbx,) = children(demo.process.pid)
    demo.send("q")
    assert demo.wait_exit() == 0
    assert not listening(pbx), "it has been waited for"
    assert [path.name for path in tmp_path.rglob("*")] == ["amitop.toml"], "nothing is written down"


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_the_pbx_ends_however_the_dashboard_ends(demo, ending):
    (pbx,) = children(demo.process.pid)
    os.kill(demo.process.pid, ending)
    wait_gone(pbx)


def test_a_pbx_that_dies_is_told_of_on_the_way_out(demo):
    (pbx,) = children(demo.process.pid)
    os.kill(pbx, signal.SIGKILL)
    demo.wait_for("retry|no connection|stale", 40)
    demo.send("q")
    assert demo.wait_exit() == 1
    demo.wait_for(lambda text: "the simulated PBX ended by itself (-9)" in text, 40)
