"""Writing without being stopped by who reads."""

import fcntl
import os
import sys
import threading

import pytest

from amitop.cli.failure import ExitCode, Failure
from amitop.cli.output import LineWriter, say


@pytest.fixture
def pipe():
    """A pipe of one page: (reading end, writing end)."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    yield reading, writing
    for fd in (reading, writing):
        try:
            os.close(fd)
        except OSError:
            continue  # the test has closed it


def test_lines_arrive_whole_and_in_order(pipe):
    reading, writing = pipe
    writer = LineWriter(writing)
    with os.fdopen(os.dup(reading), "rb") as lines:
        for number in range(3):
            assert writer.offer(f"line {number} é")
            assert lines.readline() == f"line {number} é\n".encode()
            while not writer._idle.is_set():
                pass
    writer.close()


def test_a_reader_that_stops_costs_lines_and_no_time(pipe):
    reading, writing = pipe
    writer = LineWriter(writing)
    assert writer.offer("x" * 10_000), "more than the pipe holds"
    assert not writer.offer("dropped"), "it does not wait"
    got = b""
    while len(got) < 10_001:
        got += os.read(reading, 65536)
    writer.close()
    assert got == b"x" * 10_000 + b"\n"


def test_a_reader_that_has_gone_is_a_broken_pipe(pipe):
    reading, writing = pipe
    os.close(reading)
    writer = LineWriter(writing)
    writer.offer("anything")
    with pytest.raises(BrokenPipeError):
        writer.close()
    with pytest.raises(BrokenPipeError):
        writer.offer("more")


def test_a_full_disk_is_one_line():
    with open("/dev/full", "wb") as full:
        writer = LineWriter(full.fileno())
        writer.offer("anything")
        with pytest.raises(Failure, match="the output cannot be written: No space left on device") as caught:
            writer.close()
    assert caught.value.code == ExitCode.BAD_NEWS


def test_closing_does_not_wait_for_a_blocked_pipe_for_ever(pipe):
    reading, writing = pipe
    writer = LineWriter(writing)
    writer.offer("x" * 10_000)
    writer.close(timeout=0.01)
    assert any(thread.name == "amitop-output" and thread.daemon for thread in threading.enumerate())
    os.read(reading, 20_000)


def test_say_survives_a_narrow_encoding(tmp_path, monkeypatch):
    with open(tmp_path / "out", "w", encoding="latin-1") as out:
        monkeypatch.setattr(sys, "stdout", out)
        say("王 Müller")
    assert (tmp_path / "out").read_text(encoding="latin-1") == "? Müller\n"
