"""The command from outside: exit codes, one line of complaint, and what never happens."""

import os
import subprocess
import sys

import pytest

from amitop import __version__

TRACEBACK = "Traceback"


@pytest.fixture
def amitop(tmp_path):
    """Run `python -m amitop` in a clean environment without a terminal; returns the finished process."""
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "TERM": "xterm",
        "AMITOP_MANAGER_CONF": str(tmp_path / "manager.conf"),
        "AMITOP_CONFIG": "",
    }

    def run(*words: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "amitop", *words],
            env=environ | extra,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


def complaint(process: subprocess.CompletedProcess[str], code: int) -> str:
    """The one line on stderr of a process that ended with *code*."""
    assert process.returncode == code, process.stderr
    assert TRACEBACK not in process.stderr
    assert process.stdout == ""
    lines = process.stderr.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("amitop: ")
    return lines[0]


def test_version(amitop):
    done = amitop("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"amitop {__version__}\n", "")


@pytest.mark.parametrize("command", [None, "snapshot", "watch", "check", "report", "replay", "verify"])
def test_help_fits_a_terminal(amitop, command):
    done = amitop(*([command] if command else []), "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: amitop")
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "exit status" in done.stdout
    assert "==SUPPRESS==" not in done.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--ascci"], "no option --ascci; did you mean --ascii"),
        (["--theme", "drak"], "--theme: must be one of dark, light"),
        (["--secret", "hunter2", "pbx"], "no option --secret; did you mean --secret-file"),
        (["--secret=hunter2", "pbx"], "no option --secret; did you mean --secret-file"),
        (["pbx", "hunter2"], "one word too many"),
        (["snapshot", "ann:hunter2@pbx"], "does not belong in TARGET"),
        (["snapshot", "pbx:hunter2"], "must be a port"),
        (["watch", "pbx"], "--json"),
        (["watch", "pbx", "--json", "--every", "0"], "seconds above 0"),
        (["watch", "pbx", "--json", "--for", "nan"], "seconds above 0"),
        (["verify", "pbx", "--for", "-1"], "--for"),
        (["report", "pbx", "--csv", "--json"], "not allowed with argument --csv"),
        (["report", "pbx", "--list", "--json"], "not allowed with argument --list"),
        (["report", "pbx", "--shift", "0"], "--shift: must be a whole number, 1 or more"),
        (["check", "pbx", "--csv"], "no option --csv"),
        (["replay"], "FILE"),
        (["replay", "--read-only", "x"], "no option --read-only"),
        (["snapshot", "--config", "/no/such.toml"], "/no/such.toml: there is no such file"),
        (["--config", "/no/such.toml", "snapshot"], "/no/such.toml: there is no such file"),
        (["snapshot", "pbx"], "no AMI user for pbx:5038"),
        (["snapshot", "ann@pbx"], "no secret for ann@pbx:5038"),
        (["snapshot", "ann@pbx", "--secret-file", "/no/such"], "/no/such: the secret cannot be read"),
        (["snapshot", "ann@pbx", "--tls-fingerprint", "zz"], "--tls-fingerprint"),
        (["snapshot"], "manager.conf: there is no such file"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(amitop, words, expected):
    line = complaint(amitop(*words), 2)
    assert expected in line
    assert "hunter2" not in line


def test_the_dashboard_wants_a_terminal(amitop):
    line = complaint(amitop("pbx"), 2)
    assert "needs a terminal" in line
    assert "amitop snapshot" in line


@pytest.mark.parametrize("term", ["dumb", ""])
def test_the_dashboard_refuses_a_terminal_that_cannot_draw(tmp_path, term):
    pty, child = os.openpty()
    environ = os.environ | {"TERM": term, "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-m", "amitop", "u@h"], env=environ, stdin=child, stdout=child, stderr=child)
    os.close(child)
    shown = os.read(pty, 65536).decode()
    os.close(pty)
    assert done.returncode == 2
    assert f"TERM={term}" in shown
    assert "amitop snapshot" in shown
    assert "\x1b" not in shown


def test_a_config_with_a_mistake(amitop, tmp_path):
    (tmp_path / "c.toml").write_text('them = "dark"')
    line = complaint(amitop("snapshot", AMITOP_CONFIG=str(tmp_path / "c.toml")), 2)
    assert line == f'amitop: {tmp_path}/c.toml: them: unknown; did you mean "theme"?'


def test_nothing_in_a_complaint_reaches_the_terminal_raw(amitop):
    line = complaint(amitop("replay", "x\x1b[31m\ny"), 2)
    assert line.isprintable()


def test_what_is_slow_is_imported_only_where_it_is_used():
    code = "import sys; from amitop.cli.main import main\ntry: main(['--version'])\nexcept SystemExit: pass\n"
    code += (
        "print(*sorted({'textual', 'rich', 'asyncio', 'platformdirs', 'tomllib', 'ssl', 'socket'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1:] == [""]
