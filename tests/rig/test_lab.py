import json
import subprocess
import sys

import pytest

from rig import lab
from rig.errors import RigError
from rig.waiting import until


@pytest.fixture
def note(tmp_path, monkeypatch):
    """The file in which a lab is noted, of a cache of its own."""
    monkeypatch.setenv("AMITOP_PBX_CACHE", str(tmp_path))
    return tmp_path / "lab-22.json"


BASE = 99900  # no port, so no lab of this machine
NOTES = {
    "now": json.dumps({"base": BASE}),
    "before": json.dumps({"here": f"/run/amitop-{BASE}", "pids": [1]}),
    "first": json.dumps({"folder": f"/cache/22/run/amitop-{BASE}"}),
}


@pytest.mark.parametrize("text", NOTES.values(), ids=NOTES)
def test_down_stops_what_is_left_whatever_wrote_the_note(note, text):
    note.write_text(text)
    command = [sys.executable, "-c", "import time; time.sleep(60)", f"/cache/22/run/amitop-{BASE}/phones.xml"]
    with subprocess.Popen(command) as phones:
        until(lambda: lab._processes(f"/run/amitop-{BASE}/"))
        lab.down("22")
        assert phones.wait(10) == -9
    assert not note.exists()


def test_env_says_that_a_lab_has_crashed(note):
    note.write_text(NOTES["now"])
    with pytest.raises(RigError, match="has ended without lab down"):
        lab.env("22")


def test_down_removes_a_note_that_tells_of_no_lab(note):
    note.write_text("{")
    with pytest.raises(RigError, match="no lab of Asterisk 22 is up"):
        lab.env("22")
    lab.down("22")
    assert not note.exists()
    with pytest.raises(RigError, match="no lab of Asterisk 22 is up"):
        lab.down("22")
