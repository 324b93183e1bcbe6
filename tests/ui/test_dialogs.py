"""What all dialogs have in common."""

import inspect
from importlib import import_module
from pkgutil import iter_modules

from textual.screen import ModalScreen
from textual.widgets import Label

import amitop.ui
from amitop.control.outcome import Outcome, OutcomeKind
from amitop.ui.dialog import Dialog
from amitop.ui.operate import LONG, SHORT
from fakes.floor import floor_dashboard


async def test_a_dialog_clears_old_notices_whatever_it_does_when_it_comes():
    """On a small screen they lay over its buttons."""
    done = []

    class Question(Dialog[None]):
        def compose(self):
            yield Label("?")

        def on_mount(self):
            done.append("of its own")

    app = floor_dashboard()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.notify("Done")
        app.push_screen(Question())
        await pilot.pause()
        assert not app._notifications
    assert done == ["of its own"]


def test_whatever_lies_over_the_dashboard_is_such_a_dialog():
    modules = [import_module(f"amitop.ui.{each.name}") for each in iter_modules(amitop.ui.__path__)]
    classes = {each for module in modules for _, each in inspect.getmembers(module, inspect.isclass)}
    dialogs = {each for each in classes if issubclass(each, ModalScreen) and each.__module__.startswith("amitop.")}
    assert len(dialogs) > 5
    assert {each for each in dialogs if not issubclass(each, Dialog)} == set()


async def test_why_a_key_does_nothing_is_shown_for_less_long_than_a_failure():
    app = floor_dashboard()
    async with app.run_test(notifications=True) as pilot:
        app.operations.refuse("Move", "no caller is there")
        app.operations.refuse("Alerts", "one\ntwo")
        app.operations.tell([Outcome(OutcomeKind.FAILED, "It did not come.")])
        app.operations.tell([Outcome(OutcomeKind.DONE, "Hung up.")])
        await pilot.pause()
        assert [notice.timeout for notice in app._notifications] == [SHORT, LONG, LONG, SHORT]
