"""A person at the keyboard of a real terminal, at a real Asterisk."""

import re
import signal

from e2e.program import Amitop
from e2e.terminal import ENTER, TAB

from rig.asterisk import Asterisk
from rig.sipp import Calls
from rig.waiting import until

CLEAR = "\x15"
LIVE = r"● live\b"
CLOCK = r"(\d+):(\d\d)"


def seconds(line: str) -> int:
    """The first duration in a line."""
    minutes, rest = re.search(CLOCK, line).groups()
    return int(minutes) * 60 + int(rest)


def table(text: str) -> str:
    """The screen without the details, which go on telling of a call after its row has gone."""
    return text.partition("─ details")[0]


def test_calls_appear_tick_and_end(pbx: Asterisk, amitop: Amitop):
    with amitop.dashboard() as terminal:
        terminal.wait_for(LIVE)
        pbx.calls(Calls(to="606", name="Mia Wong", number="+15553334444", talk=(4, 4)))
        terminal.wait_for("Mia Wong")
        first = seconds(terminal.line_with("Mia Wong"))
        terminal.wait_for(lambda _: seconds(terminal.line_with("Mia Wong")) >= first + 2, said="the duration ticks")
        terminal.wait_for("No calls now")
        assert pbx.channels() == []
        terminal.send("q")
        assert terminal.wait_exit() == 0


def test_a_call_hung_up_from_the_keyboard_is_gone_on_the_pbx(pbx: Asterisk, amitop: Amitop):
    pbx.calls(Calls(to="606", name="Pat Q", number="+15550001111", talk=(120, 120)))
    pbx.calls(Calls(to="606", name="Olga P.", number="+15550002222", talk=(120, 120)))
    until(lambda: len(pbx.channels()) == 2)
    with amitop.dashboard() as terminal:
        terminal.wait_for("Pat Q")
        terminal.wait_for("Olga P.")
        terminal.press("/", "Pat")
        terminal.wait_for(lambda text: "Olga" not in table(text), said="filtered out")
        terminal.press(ENTER, "k")
        terminal.wait_for(r"Hang up .*Pat Q.*\?")
        assert len(pbx.channels()) == 2, "nothing happens before the answer"
        terminal.send("y")
        until(lambda: [row.caller for row in pbx.channels()] == ["+15550002222"])
        terminal.wait_for("Hung up")


def test_a_transferred_party_is_where_it_was_sent(pbx: Asterisk, amitop: Amitop):
    pbx.phones(ring=(0.2, 0.2))
    pbx.calls(Calls(to="1003", name="Rae S", number="+15557778888", talk=(120, 120)))
    until(lambda: len([row for row in pbx.channels() if row.bridge]) == 2)
    with amitop.dashboard() as terminal:
        terminal.wait_for("Rae S.*1003")
        terminal.send("t")
        terminal.wait_for("Transfer Rae S")
        terminal.press("9000", TAB, CLEAR, "internal")
        terminal.wait_for(r"Extension +9000 +Context +internal")
        terminal.press(ENTER, ENTER)
        terminal.wait_for("went to 9000 in internal")
        assert [(row.context, row.exten, row.application) for row in pbx.channels()] == [("internal", "9000", "Wait")]


def test_the_dashboard_recovers_when_asterisk_is_stopped_and_started(pbx: Asterisk, amitop: Amitop):
    pbx.calls(Calls(to="606", name="Noor Ali", number="+15554443333", talk=(120, 120)))
    with amitop.dashboard() as terminal:
        terminal.wait_for("Noor Ali")
        pbx.shutdown()
        terminal.wait_for(r"stale|lost|waiting|retry", said="the lost link is told")
        terminal.line_with("Noor Ali")
        pbx.boot()
        terminal.wait_for(LIVE, 40)
        terminal.wait_for(lambda text: "Noor Ali" not in table(text), said="the calls of before are gone")
        pbx.calls(Calls(to="606", name="Iris O'Neil", number="+15556665555", talk=(120, 120)))
        terminal.wait_for("Iris O'Neil")


def test_a_crashed_asterisk_is_noticed_too(pbx: Asterisk, amitop: Amitop):
    with amitop.dashboard() as terminal:
        terminal.wait_for(LIVE)
        pbx.kill()
        terminal.wait_gone(LIVE)
        pbx.boot()
        terminal.wait_for(LIVE, 40)


def test_keys_that_the_login_may_not_use_say_which_right_is_missing(pbx: Asterisk, tmp_path):
    pbx.calls(Calls(to="606", name="Quinn R", number="+15559998888", talk=(120, 120)))
    with Amitop(pbx, tmp_path, "watcher").dashboard() as terminal:
        terminal.wait_for("Quinn R")
        terminal.send("k")
        terminal.wait_for(r"lacks write=.*call")
        assert len(pbx.channels()) == 1


def test_a_login_that_may_only_act_on_calls_still_can(pbx: Asterisk, tmp_path):
    pbx.calls(Calls(to="606", name="Sam T", number="+15551110000", talk=(120, 120)))
    with Amitop(pbx, tmp_path, "muzzled").dashboard() as terminal:
        terminal.wait_for(LIVE)
        terminal.wait_for("Sam T")
        terminal.press("k")
        terminal.wait_for(r"Hang up Sam T.*\?")
        terminal.press("y")
        until(lambda: pbx.channels() == [])
        terminal.wait_for("Hung up")


def test_read_only_takes_the_keys_away(pbx: Asterisk, amitop: Amitop):
    pbx.calls(Calls(to="606", name="Bob Stone", number="+15552223333", talk=(120, 120)))
    with amitop.dashboard("--read-only") as terminal:
        terminal.wait_for("Bob Stone")
        assert "Hang up" not in terminal.lines[-1]
        terminal.press("k", "y")
        assert "Bob Stone" in table(terminal.text)
        assert len(pbx.channels()) == 1


def test_a_terminal_that_vanishes_ends_the_program(pbx: Asterisk, amitop: Amitop):
    with amitop.dashboard() as terminal:
        terminal.wait_for(LIVE)
        terminal.hang_up()
        assert terminal.wait_exit(5) == 128 + signal.SIGHUP
        until(lambda: "admin" not in pbx.cli("manager show connected"))
