"""The rig keeps what it promises."""

from rig.asterisk import Asterisk
from rig.sipp import Calls


def test_a_call_from_sipp_is_answered_and_ends(asterisk: Asterisk):
    calls = asterisk.calls(Calls(to="606", talk=(0.5, 0.5)))
    assert calls.wait(10) == 0
    assert asterisk.channels() == []


def test_two_of_a_version_run_side_by_side_and_leave_nothing(asterisk22: Asterisk):
    with Asterisk("22") as other:
        assert other.ports.base != asterisk22.ports.base
        other.calls(Calls(to="606", talk=(60, 60)))
        while not other.channels():
            pass
        assert asterisk22.channels() == []
    assert not other.folder.exists()
    assert asterisk22.folder.exists()
