"""What is remembered from one start of the screen to the next."""

import json

import pytest

from amitop.ui.memory import Memory


def test_a_choice_is_there_after_a_new_start(tmp_path):
    path = tmp_path / "state" / "screen.json"
    assert Memory(path).recall("x", True) is True
    Memory(path).keep("x", False)
    assert Memory(path).recall("x", True) is False
    assert json.loads(path.read_text()) == {"x": False}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"x": "no"}', "\x00"])
def test_a_broken_file_costs_the_choice_and_nothing_else(tmp_path, content):
    path = tmp_path / "screen.json"
    path.write_text(content)
    memory = Memory(path)
    assert memory.recall("x", True) is True
    memory.keep("x", False)
    assert Memory(path).recall("x", True) is False


def test_a_place_that_cannot_be_written_is_no_reason_to_stop(tmp_path):
    (tmp_path / "file").write_text("")
    memory = Memory(tmp_path / "file" / "screen.json")
    memory.keep("x", False)
    assert memory.recall("x", True) is False
