"""Commands against a PBX: a scripted one in this process, amitop in its own."""

import asyncio
import fcntl
import json
import os
import signal
import sys
import termios
import time
from contextlib import asynccontextmanager

import pytest

from amitop.pbx.drift import GRACE
from fakes.events import ANN, block
from fakes.server import FakeServer, cut, listing, packet, refuse, reply, silence

COMMANDS = reply(
    *((name, "synopsis  (Priv: system,reporting,all)") for name in ("CoreSettings", "CoreStatus", "CoreShowChannels")),
)
SETTINGS = reply(("AMIversion", "11.0.0"), ("AsteriskVersion", "22.10.1"), ("SystemName", "lab"))


def headers(text: str) -> list[tuple[str, str]]:
    """The lines of a block as pairs."""
    return [tuple(line.split(": ", 1)) if ": " in line else (line.rstrip(":"), "") for line in text.splitlines()]


def channel(uid: str = "1.1", state: int = 6, application: str = "Queue"):
    """An item of CoreShowChannels."""
    name = f"PJSIP/trunk-{uid}"
    more = [("Application", application), ("ApplicationData", "x"), ("Duration", "00:00:42"), ("BridgeId", "")]
    return "CoreShowChannel", [*headers(block(uid, name, state=state, caller=ANN)), *more]


def channels(*rows) -> object:
    return listing("CoreShowChannels", rows)


@pytest.fixture
async def pbx():
    """A PBX with one call on it."""
    async with FakeServer() as server:
        server.answers |= {"ListCommands": COMMANDS, "CoreSettings": SETTINGS, "CoreShowChannels": channels(channel())}
        yield server


def target(pbx: FakeServer, user: str = "admin") -> str:
    return f"{user}@127.0.0.1:{pbx.port}"


def complaint(done: tuple[int, str, str], code: int) -> str:
    """The one line of a command that failed."""
    assert (done[0], done[1]) == (code, ""), done[2]
    assert len(done[2].splitlines()) == 1
    assert done[2].startswith("amitop: ")
    return done[2]


async def document(process: asyncio.subprocess.Process) -> dict:
    """The next line of `watch`."""
    async with asyncio.timeout(30):
        return json.loads(await process.stdout.readline())


# -- snapshot ---------------------------------------------------------------------------------------------------------


async def test_snapshot_as_json(pbx, run):
    code, out, err = await run("snapshot", target(pbx), "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["schema"] == 1
    assert (found["pbx"]["link"], found["pbx"]["port"], found["pbx"]["asterisk"]) == ("live", pbx.port, "22.10.1")
    (row,) = found["channels"]
    assert (row["uniqueid"], row["state"], row["caller"]) == ("1.1", "Up", {"num": ANN[0], "name": ANN[1]})
    assert 42 <= row["duration"] < 60
    assert [call["legs"] for call in found["calls"]] == [["1.1"]]
    assert await pbx.request("Logoff"), "it leaves as it should"


async def test_snapshot_for_people(pbx, run):
    code, out, err = await run("snapshot", target(pbx))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert f"127.0.0.1:{pbx.port}" in lines[0]
    assert "Asterisk 22.10.1" in lines[0]
    assert "Calls 1  Channels 1" in out
    assert ANN[1] in out
    assert max(map(len, lines)) <= 160


async def test_snapshot_says_what_this_login_cannot_see(pbx, run):
    pbx.answers["ListCommands"] = reply(("Ping", "Keepalive command.  (Priv: <none>)"))
    code, out, err = await run("snapshot", target(pbx), "--json")
    assert code == 0
    assert json.loads(out)["channels"] == []
    assert "amitop: warning: cannot list channels" in err
    assert len(err.splitlines()) == 1


async def test_a_secret_by_file_and_by_profile(pbx, run, tmp_path):
    file = tmp_path / "secret"
    file.write_text("s3cret\n")
    file.chmod(0o600)
    assert (await run("snapshot", target(pbx), "--secret-file", str(file), secret=""))[0] == 0
    config = tmp_path / "c.toml"
    config.write_text(f'[profiles.lab]\nport = {pbx.port}\nuser = "admin"\nsecret = "s3cret"\n')
    config.chmod(0o644)
    code, out, err = await run("snapshot", "lab", "--config", str(config), "--json", secret="")
    assert (code, json.loads(out)["pbx"]["name"]) == (0, "lab")
    assert (
        err
        == f"amitop: warning: {config} holds a secret and every user of this machine can read it: chmod 600 {config}\n"
    )


async def test_a_refused_login(pbx, run):
    line = complaint(await run("snapshot", target(pbx), secret="hunter2"), 4)
    assert "Authentication failed" in line
    assert f"127.0.0.1:{pbx.port}" in line
    assert "hunter2" not in line
    assert len(pbx.asked("Login")) == 1, "a login is never tried twice"


@pytest.mark.parametrize("command", [["snapshot"], ["watch", "--json"], ["verify"]])
async def test_nobody_there(pbx, run, command):
    await pbx.stop()
    line = complaint(await run(*command, target(pbx)), 3)
    assert f"127.0.0.1:{pbx.port}" in line


async def test_too_many_there(pbx, run):
    pbx.authlimit = True
    assert "authlimit" in complaint(await run("snapshot", target(pbx)), 3)


async def test_a_name_that_does_not_resolve_may_be_a_mistyped_profile(pbx, run, tmp_path):
    config = tmp_path / "c.toml"
    config.write_text("[profiles.office]\nhost = 'x'\n")
    line = complaint(await run("snapshot", "admin@ofice.invalid", "--config", str(config)), 3)
    assert "office" in line


async def test_the_link_that_breaks_during_the_first_list(pbx, run):
    pbx.answers["CoreShowChannels"] = cut
    complaint(await run("snapshot", target(pbx)), 3)


async def test_an_interrupted_connect_is_quiet(pbx, start):
    pbx.answers["ListCommands"] = silence
    async with start("snapshot", target(pbx)) as process, asyncio.timeout(30):
        await pbx.request("ListCommands")
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
    assert (process.returncode, out, err) == (130, b"", b"")


@asynccontextmanager
async def at_a_terminal(tmp_path, *words: str):
    """Run amitop with a terminal of its own for stdin; yields the process and the terminal's other end."""
    terminal, child = os.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "amitop",
        *words,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "AMITOP_MANAGER_CONF": str(tmp_path / "none")},
        stdin=child,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    try:
        yield process, terminal
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
        os.close(terminal)
        os.close(child)


async def shown(terminal: int, words: bytes) -> bytes:
    """What the terminal shows, up to *words*."""
    text = b""
    async with asyncio.timeout(30):
        while words not in text:
            text += await asyncio.to_thread(os.read, terminal, 1024)
    return text


async def test_a_secret_is_asked_for_at_a_terminal_and_not_shown(pbx, tmp_path):
    async with at_a_terminal(tmp_path, "snapshot", target(pbx), "--json") as (process, terminal):
        assert f"AMI secret of {target(pbx)}: ".encode() in await shown(terminal, b": ")
        os.write(terminal, b"s3cret\n")
        out, err = await process.communicate()
        after = await shown(terminal, b"\n")
    assert (process.returncode, err) == (0, b"")
    assert json.loads(out)["pbx"]["link"] == "live"
    assert b"s3cret" not in after


@pytest.mark.parametrize(("typed", "code"), [(b"\x03", 130), (b"\x04", 2), (b"\n", 2)])
async def test_no_secret_at_the_prompt(pbx, tmp_path, typed, code):
    async with at_a_terminal(tmp_path, "snapshot", target(pbx)) as (process, terminal):
        await shown(terminal, b": ")
        ended = asyncio.ensure_future(process.communicate())
        while not ended.done():
            os.write(terminal, typed)  # Python forgets a Ctrl-C in the instant before it reads, until the next
            await asyncio.wait({ended}, timeout=1.0)
        out, err = ended.result()
    assert (process.returncode, out) == (code, b"")
    assert b"Traceback" not in err
    assert (b"nothing was typed" in err) is (code == 2)


# -- watch ------------------------------------------------------------------------------------------------------------


async def test_watch_follows_the_events(pbx, start):
    async with start("watch", target(pbx), "--json", "--every", "0.05") as process:
        first = await document(process)
        assert [row["uniqueid"] for row in first["channels"]] == ["1.1"]
        pbx.event("Newchannel", headers(block("2.1", "PJSIP/x-2", state=4)))
        async with asyncio.timeout(30):
            while len((later := await document(process))["channels"]) < 2:
                continue
    assert {row["uniqueid"] for row in later["channels"]} == {"1.1", "2.1"}
    assert later["at"] > first["at"]
    assert len(pbx.asked("CoreShowChannels")) <= 2, "never a fresh snapshot"


async def test_watch_ends_by_itself(pbx, run):
    begun = time.monotonic()
    code, out, err = await run("watch", target(pbx), "--json", "--every", "0.2", "--for", "0.5")
    assert (code, err) == (0, "")
    assert time.monotonic() - begun >= 0.5
    assert 1 <= len(out.splitlines()) <= 3, "a busy machine leaves out what is overdue"


async def test_watch_goes_on_when_the_link_is_lost(pbx, start):
    async with start("watch", target(pbx), "--json", "--every", "0.05") as process, asyncio.timeout(60):
        await document(process)
        await pbx.stop()
        while (stale := await document(process))["pbx"]["link"] == "live":
            continue
        assert [row["uniqueid"] for row in stale["channels"]] == ["1.1"], "the last state stays"
        pbx.answers["CoreShowChannels"] = channels(channel("9.1"))
        await pbx.start(pbx.port)
        while (again := await document(process))["pbx"]["link"] != "live":
            continue
        assert [row["uniqueid"] for row in again["channels"]] == ["9.1"], "and is replaced"


async def test_watch_ends_when_the_login_is_refused_later(pbx, start):
    async with start("watch", target(pbx), "--json", "--every", "0.05") as process, asyncio.timeout(60):
        await document(process)
        pbx.users["admin"] = "changed"
        pbx.cut()
        _, err = await process.communicate()
    assert process.returncode == 4
    assert b"login as 'admin' refused" in err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_watch_in_order(pbx, start, number):
    async with start("watch", target(pbx), "--json") as process, asyncio.timeout(30):
        await document(process)
        process.send_signal(number)
        out, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert out == b"" or out.endswith(b"}\n")
    assert pbx.asked("Logoff")


async def test_a_reader_that_goes_ends_watch_quietly(pbx, start):
    async with start("watch", target(pbx), "--json", "--every", "0.05") as process, asyncio.timeout(30):
        await document(process)
        process._transport.get_pipe_transport(1).close()
        err = await process.stderr.read()
        await process.wait()
    assert (process.returncode, err) == (141, b"")


async def test_a_reader_that_stops_does_not_stop_the_link(pbx, start):
    """`| less`: the pipe is full, and amitop still reads what the PBX sends."""
    pbx.answers["CoreShowChannels"] = channels(*(channel(f"{n}.1") for n in range(300)))
    async with start("watch", target(pbx), "--json", "--every", "0.02") as process:
        await document(process)  # from here on it ends in order when it is told to
        output = process._transport.get_pipe_transport(1)
        output.pause_reading()
        try:
            noise = packet([("Event", "Noise"), ("Privilege", "call,all"), ("Value", "x" * 8000)]) * 16
            async with asyncio.timeout(60):
                for _ in range(16 << 20 >> 17):  # 16 MiB: more than all buffers on the way hold
                    pbx.send(noise)
                    await pbx.peers[-1].writer.drain()
                process.send_signal(signal.SIGTERM)
        finally:
            output.resume_reading()
        async with asyncio.timeout(30):
            await process.communicate()
    assert process.returncode == 0


# -- verify -----------------------------------------------------------------------------------------------------------


async def test_verify_without_drift(pbx, run):
    code, out, err = await run("verify", target(pbx), "--every", "0.1", "--for", "0.3")
    assert (code, err) == (0, "")
    (line,) = out.splitlines()
    assert line.endswith("rows compared, 0 differed (0 in flight), drift 0")
    assert int(line.split()[0]) >= 4


async def test_verify_reports_every_difference(pbx, run):
    def changing(peer, request):
        asked = len(pbx.asked("CoreShowChannels"))
        return channels(channel("1.1", state=6 if asked < 3 else 4), channel("2.1"))(peer, request)

    pbx.answers["CoreShowChannels"] = changing
    code, out, err = await run("verify", target(pbx), "--every", "0.1", "--for", "0.3")
    assert (code, err) == (1, "")
    *lines, last = out.splitlines()
    assert last.endswith("drift 1")
    (line,) = lines
    assert "PJSIP/trunk-1.1: state Up, listed Ring" in line
    assert line[2] == line[5] == ":", "with its time"


async def test_verify_finds_an_event_that_explains(pbx, run):
    def changing(peer, request):
        asked = len(pbx.asked("CoreShowChannels"))
        if asked == 3:
            asyncio.get_running_loop().call_later(
                GRACE / 4, pbx.event, "Newstate", headers(block("1.1", "PJSIP/trunk-1.1", state=4, caller=ANN))
            )
        return channels(channel("1.1", state=6 if asked < 3 else 4))(peer, request)

    pbx.answers["CoreShowChannels"] = changing
    code, out, _ = await run("verify", target(pbx), "--every", "0.1", "--for", "0.2")
    assert code == 0
    assert out.endswith("1 differed (1 in flight), drift 0\n")


async def test_verify_holds_queues_against_the_pbx_too(pbx, run):
    def changing(peer, request):
        status = "1" if len(pbx.asked("QueueStatus")) < 3 else "2"
        member = {"Queue": "support", "Name": "Agent 01", "Location": "PJSIP/agent01", "Penalty": "0", "Status": status}
        rows = [("QueueParams", {"Queue": "support", "Strategy": "ringall"}), ("QueueMember", member)]
        return listing("QueueStatus", rows)(peer, request)

    pbx.answers["ListCommands"] = reply(*[(name, "x (Priv: <none>)") for name in ("CoreShowChannels", "QueueStatus")])
    pbx.answers["QueueStatus"] = changing
    code, out, err = await run("verify", target(pbx), "--every", "0.1", "--for", "0.3")
    assert (code, err) == (1, "")
    line, _, last = out.splitlines()
    assert line.endswith("queue support: member PJSIP/agent01: status 1, listed 2")
    assert last.startswith("queues: ")
    assert last.endswith("rows compared, 1 differed (0 in flight), drift 1")


async def test_verify_without_the_right_to_list_is_bad_news(pbx, run):
    pbx.answers["ListCommands"] = reply(("Ping", "Keepalive command.  (Priv: <none>)"))
    pbx.answers["Status"] = refuse("Permission denied")
    code, out, err = await run("verify", target(pbx), "--every", "0.1", "--for", "0.1")
    assert code == 1
    assert "Permission denied" in out
    assert "nothing can be verified: cannot list channels" in err
