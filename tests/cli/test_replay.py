"""`amitop replay`: what a recording ends in, and every way in which a file is none."""

import gzip
import json
from pathlib import Path

import pytest

from amitop.cli.failure import ExitCode, Failure
from amitop.cli.main import main
from amitop.cli.recording import read_recording
from fakes.events import conversation

RECORDINGS = Path(__file__).parent.parent / "recordings"
CALL = b"Asterisk Call Manager/11.0.0\r\n" + b"".join(
    packet.raw.replace(b"\n", b"\r\n") + b"\r\n\r\n" for packet in conversation()
)


@pytest.fixture
def call(tmp_path) -> Path:
    """A recording of one call, without times."""
    path = tmp_path / "call.ami"
    path.write_bytes(CALL)
    return path


def test_as_json(call, capsys):
    assert main(["replay", str(call), "--json"]) == 0
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 1
    document = json.loads(out)
    assert document["pbx"] == document["pbx"] | {"name": "call", "host": None, "link": "recording", "ami": "11.0.0"}
    assert {row["uniqueid"] for row in document["channels"]} == {"1.1", "1.2"}
    assert [row["state"] for row in document["calls"]] == ["Talking"]


def test_for_people(call, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    assert main(["replay", str(call)]) == 0
    out = capsys.readouterr().out
    first, second = out.splitlines()[:2]
    assert first.startswith("call  Asterisk ?  0:00  (no .times beside it: durations are rough)")
    assert second.startswith("9 packets, 9 events, 0 lists of channels: 0 rows compared")
    assert "Ann Lee +15551234567" in out


def test_gzip_by_its_magic_and_times_beside_it(tmp_path, capsys):
    path = tmp_path / "call.ami.gz"
    path.write_bytes(gzip.compress(CALL))
    half = len(CALL) // 2
    times = f"1795375000.5 0 {half}\n1795375042.5 {half} {len(CALL) - half}\n"
    (tmp_path / "call.times.gz").write_bytes(gzip.compress(times.encode()))
    assert main(["replay", str(path), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["at"] == "2026-11-22T19:17:22.500Z"
    assert document["calls"][0]["duration"] == 42
    assert main(["replay", str(path)]) == 0
    assert "  0:42  until 2026-11-22 " in capsys.readouterr().out


@pytest.mark.parametrize("beside", ["x.ami.times", "x.ami.times.gz", "x.times", "x.times.gz"])
@pytest.mark.parametrize("name", ["x.ami", "x.ami.gz"])
def test_where_times_are_looked_for(tmp_path, name, beside):
    (tmp_path / name).write_bytes(b"")
    assert read_recording(tmp_path / name).times is None
    (tmp_path / beside).write_bytes(b"1.5 0 10\n")
    assert read_recording(tmp_path / name).times == [(1.5, 0, 10)]
    assert read_recording(tmp_path / name).name == "x"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        (b"", "no AMI event"),
        (b"root:x:0:0:root:/root:/bin/bash\n", "no AMI event"),
        (b"\x1f\x8b\x08\x00", "not a whole gzip file"),
        (gzip.compress(CALL)[:-20], "not a whole gzip file"),
        (b"\x1f\x8bplain", "not a whole gzip file"),
        (bytes(17 << 20), "not a recording of an AMI"),
    ],
    ids=["missing", "empty", "text", "cut header", "cut", "no gzip", "endless packet"],
)
def test_a_file_that_is_no_recording(tmp_path, capsys, content, words):
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)
    assert main(["replay", str(path)]) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"amitop: {path}: ")
    assert words in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("times", [b"1.5 0\n", b"x 0 10\n", b"1.5 0 ten\n", b"\xff"])
def test_times_that_are_none(call, times):
    beside = call.with_name("call.ami.times")
    beside.write_bytes(times)
    with pytest.raises(Failure, match="epoch offset length") as caught:
        read_recording(call)
    assert str(beside) in str(caught.value)


def test_a_folder_is_one_line(tmp_path, capsys):
    assert main(["replay", str(tmp_path)]) == ExitCode.USAGE
    assert capsys.readouterr().err == f"amitop: {tmp_path}: Is a directory\n"


@pytest.mark.parametrize("version", ["16.28", "22.10"])
def test_a_whole_recording_agrees_with_every_list_in_it(capsys, version):
    assert main(["replay", str(RECORDINGS / f"asterisk-{version}.ami.gz")]) == 0
    first, second = capsys.readouterr().out.splitlines()[:2]
    assert f"Asterisk {version}" in first
    assert second.endswith("drift 0")
