"""A terminal that vanishes ends the program, and a crash says nothing that it should not."""

import threading

from amitop.ui.terminal import EXIT_HANGUP, TerminalWatch, crash_report


def watched(alive, orderly: bool):
    """Run a watch to its end; *orderly* says whether the program ends when it is asked to."""
    events = []
    killed = threading.Event()

    def leave():
        events.append("leave")
        if orderly:
            watch.stop()

    def kill(code):
        events.append(code)
        killed.set()

    watch = TerminalWatch(leave, alive=alive, kill=kill, every=0.001, grace=0.01)
    watch.start()
    return watch, events


def test_a_program_that_ends_in_order_is_not_killed():
    looks = iter([True, True, False])
    watch, events = watched(lambda: next(looks), orderly=True)
    watch.join(5)
    assert events == ["leave"]
    assert watch.gone


def test_a_program_that_hangs_on_a_dead_terminal_is_killed():
    watch, events = watched(lambda: False, orderly=False)
    watch.join(5)
    assert events == ["leave", EXIT_HANGUP]


def test_a_hangup_signal_counts_although_the_terminal_looks_alive():
    watch, events = watched(lambda: True, orderly=True)
    watch.hang_up()
    watch.join(5)
    assert events == ["leave"]


def test_the_end_of_the_program_ends_the_watch():
    watch, events = watched(lambda: True, orderly=True)
    watch.stop()
    watch.join(5)
    assert events == []
    assert not watch.gone


def crash(secret: str) -> str:
    password = secret  # a local that a traceback with locals would print
    try:
        raise RuntimeError(f"the peer \x1b[31m said {password!r}\x9b")
    except RuntimeError as error:
        return crash_report(error, [secret])


def test_a_crash_report_shows_neither_locals_nor_secrets_nor_control_characters():
    report = crash("hunter22")
    assert "RuntimeError" in report
    assert "in crash" in report
    assert "hunter22" not in report
    assert all(line.isprintable() for line in report.split("\n"))
