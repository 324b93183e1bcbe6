import pytest
from rich.cells import cell_len
from views.worlds import hung_up, talking, waiting

from amitop.pbx.store import Store
from amitop.views.format import ASCII
from amitop.views.plain import snapshot_text

NARROW = """\
Calls 2  Channels 2  Talking 0  Ringing 0  Waiting 1, longest 0:12

    TIME STATE      FROM              TO                 VIA                TALK
    0:12 Waiting    Ann… +15551234567 support            queue suppo… #1       –
    0:12 In app     Agent 03 1003     echo               Echo                  –

    TIME STATE      CHANNEL                CALLER             APPLICATION
    0:12 Up         PJSIP/trunk-00000005   Ann … +15551234567
    0:12 Up         PJSIP/agent03-00000006 Agent 03 1003      Echo
"""


def test_eighty_columns() -> None:
    assert snapshot_text(waiting(), 112, 80) == NARROW


def test_an_idle_exchange() -> None:
    assert snapshot_text(Store("pbx1"), 0, 80) == (
        "Calls 0  Channels 0  Talking 0  Ringing 0  Waiting 0\n\nNo calls.\n\nNo channels.\n"
    )


def test_what_has_ended_is_not_in_a_snapshot() -> None:
    assert "Ended" not in snapshot_text(hung_up(at=131), 131.5, 80)


@pytest.mark.parametrize("width", [0, 1, 7, 20, 40, 80, 99, 100, 133, 200, 1000])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    store = talking()
    store.channels["1.1"].caller = store.channels["1.1"].caller._replace(name="王小明" * 30)
    for line in snapshot_text(store, 131, width).splitlines():
        if not line.startswith("No "):
            assert cell_len(line) <= width


def test_without_unicode() -> None:
    assert snapshot_text(waiting(), 112, 80, ASCII).isascii()
    assert "Ann> +15551234567" in snapshot_text(waiting(), 112, 80, ASCII)
