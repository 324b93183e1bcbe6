"""Text from the PBX that means harm, in names of queues, members and callers, in reasons, and in the dialogs."""

import pytest
from ui.test_hostile import PAYLOADS, check

from amitop.control.outcome import Outcome, OutcomeKind
from amitop.pbx.model import Party
from amitop.thresholds import Limit, QueueRules, Rules
from fakes.floor import floor_dashboard, floor_pbx

RULES = Rules(default=QueueRules(waiting=Limit(1, 2), ready=Limit(9, 8)), pauses={"default": Limit(1, 2)})


def poisoned(text: str):
    """The floor with *text* wherever the PBX can put some."""
    pbx = floor_pbx()
    for queue in list(pbx.store.queues.values()):
        for member in queue.members.values():
            member.name = member.membership = member.state_interface = text
            member.pause_reason = text
            member.queue = text
        for caller in queue.callers:
            caller.caller, caller.channel = Party(text, text), text
            channel = pbx.store.channels[caller.uniqueid]
            channel.caller = channel.connected = Party(text, text)
            channel.name = text
        queue.strategy = text
    first = pbx.store.queues["support"]
    first.name = text
    pbx.store.queues[text] = first
    return pbx


@pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS.keys())
async def test_every_view_and_dialog_of_queues(text):
    app = floor_dashboard(poisoned(text), rules=RULES)
    async with app.run_test(size=(150, 50), notifications=True) as pilot:
        for keys in (
            ("3", "down"),
            ("d",),
            ("enter",),
            ("w",),
            ("right", "right"),
            ("escape", "A"),
            ("4",),
            ("m",),
            ("escape", "asterisk", "o"),
            ("escape", "5"),
            ("v",),
            ("asterisk", "p"),
            ("escape", "minus"),
            ("escape", "plus"),
        ):
            await pilot.press(*keys)
            await pilot.pause()
            check(app)
        await pilot.press("escape")
        app.operations.tell([Outcome(OutcomeKind.DONE, text), Outcome(OutcomeKind.FAILED, text)], done=text)
        await pilot.pause()
        check(app)
        assert app.is_running
        assert app.return_code is None
