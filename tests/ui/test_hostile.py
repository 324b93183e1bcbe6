"""Text of a PBX is data: nothing in it is interpreted, crashes, or reaches the terminal as control characters."""

import pytest
from thorough import THOROUGH

from amitop.control.outcome import Outcome, OutcomeKind
from amitop.health import LinkState
from amitop.pbx.model import Party, Position
from fakes.events import block, bridge, event
from fakes.pbx import FakePbx, dashboard, screen_text
from fakes.sound import report

APART = {
    "style": "[bold red]Bob[/]",
    "close": "Bob [/foo]",
    "click": "[@click=app.quit]Bob[/]",
    "click screen": "[@click=screen.hang_up]Bob[/]",
    "open": "[b + c",
    "backslash": "Bob\\",
    "escape": "Bob\x1b[2J\x1b]0;owned\x07",
    "c1": "Bob\x9b31m\x85",
    "nul": "Bob\x00\x08\x7f",
    "tab": "Bob\tLee\rX",
    "bidi": "Bob\u202egnihton\u2066",
    "zero width": "B\u200bo\u200db\ufeff",
    "separator": "Bob\u2028Lee\u2029",
    "surrogate": "Bob\udc80",
    "zalgo": "B" + "\u0301" * 500,
    "wide": "王小明" * 40,
    "emoji": "👩\u200d👩\u200d👧 ❤\ufe0f",
    "long": "x" * 5000,
    "dollar": "$name {0} %s",
    "link": "[link=https://example.org]Bob[/link]",
}
TOGETHER = {
    "markup": APART["close"] + APART["click"],
    "controls": "".join(f"{text} " for text in APART.values() if not text.isprintable()),
    "widths": APART["zalgo"] + APART["emoji"] + APART["wide"],
    "long": APART["long"],
}
"""What shows soonest that a text was read as markup, was not cleaned, or was measured wrong.

What becomes of each kind of text is tested where texts are cleaned and fitted (`tests/views/test_hostile.py`); here it
is whether they have been, on every way to the screen.
"""
PAYLOADS = APART if THOROUGH else TOGETHER


def exchange(*texts: str) -> FakePbx:
    """For each text a conversation, a queue and a dialled leg in which all that a PBX can say is that text.

    It is written into the state itself: some of it no packet could carry, and no view may count on that.
    """
    pbx = FakePbx()
    for number, text in enumerate(texts):
        uids = [f"{number}.{leg}" for leg in (1, 2, 3)]
        names = [f"PJSIP/{uid}" for uid in uids]
        a, b, c = (block(uid, name, linkedid=uids[0]) for uid, name in zip(uids, names, strict=True))
        dest = block(uids[2], names[2], prefix="Dest", state=5, linkedid=uids[0])
        pbx.happen(
            event("Newchannel", a),
            event("Newchannel", b),
            event("Newchannel", c.replace("State: 6", "State: 5")),
            event("DialBegin", a, dest, "DialString: x\n"),
            event("Newexten", a, "Extension: x\nApplication: x\nAppData: x\n"),
            event("BridgeCreate", bridge(f"b{number}", 0)),
            event("BridgeEnter", bridge(f"b{number}", 1), a),
            event("BridgeEnter", bridge(f"b{number}", 2), b),
            event("QueueCallerJoin", c, f"Queue: q{number}\nPosition: 1\nCount: 1\n"),
            report("RTCPSent", a, loss=5.0),
            report("RTCPReceived", a, loss=9.0),
        )
        for uid in uids:
            poison(pbx.store.channels[uid], text)
        poison(pbx.store.bridges[f"b{number}"], text, ("technology", "creator", "name"))
        poison(pbx.store.dials[uids[2]], text, ("dial_string", "status"))
        for note in pbx.store.notes(pbx.store.call_of(uids[0]).id):
            object.__setattr__(note, "text", text)
            object.__setattr__(note, "event", text)
        pbx.health.events[text] += 3
        pbx.store.unknown[text] += 1
    pbx.info.asterisk = pbx.info.system = pbx.info.ami = texts[0]
    pbx.notice = pbx.health.last_fault = texts[0]
    pbx.health.faults = 1
    return pbx


def poison(
    thing, text: str, fields=("name", "state_text", "dialled", "application", "data", "account", "music")
) -> None:
    """Put *text* wherever *thing* holds text that is shown."""
    for field in fields:
        setattr(thing, field, text)
    if hasattr(thing, "caller") and hasattr(thing, "connected"):
        thing.caller = thing.connected = Party(text, text)
        thing.position = Position(text, text, 1)
        thing.variables = {text: text}
        thing.language = text


def check(app) -> None:
    """Nothing on the screen, or behind it, is anything but text."""
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            assert segment.text.isprintable(), repr(segment.text)
            meta = segment.style.meta if segment.style else {}
            assert "@click" not in meta
            assert segment.style is None or segment.style.link is None


async def test_every_view():
    app = dashboard(exchange(*PAYLOADS.values()))
    async with app.run_test(size=(150, 60)) as pilot:
        for keys in (
            ("asterisk",),
            ("c",),
            ("escape", "s"),
            ("escape", "2"),
            ("question_mark",),
            ("escape", "D"),
            ("end",),
        ):
            await pilot.press(*keys)
            check(app)
        await pilot.press("escape", "ctrl+p")
        check(app)
        assert app.is_running


@pytest.mark.parametrize("view", ["calls", "channels", "quality"])
@pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS.keys())
async def test_the_dialogs_and_the_details(text, view):
    app = dashboard(exchange(text))
    app.spy.outcome = Outcome(OutcomeKind.FAILED, f"It said {text}")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await app.main.action_view(view)
        await pilot.press("enter")
        check(app)
        app.main.action_transfer()
        await pilot.pause()
        check(app)
        app.screen.dismiss(None)
        await pilot.pause()
        app.main.action_hang_up()
        await pilot.pause()
        check(app)
        app.screen.dismiss(True)
        await app.workers.wait_for_complete()
        await pilot.pause()
        check(app)
        assert app.is_running
        assert app.return_code is None


@pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS.keys())
async def test_the_head_lines_and_the_diagnostics(text):
    pbx = exchange(text)
    app = dashboard(pbx)
    async with app.run_test(size=(120, 40)) as pilot:
        app.main.action_diagnostics()
        await pilot.pause()
        check(app)
        pbx.lose(LinkState.WAITING, text, retry_in=3)
        app.screen.renew()
        await pilot.pause()
        check(app)
        app.screen.dismiss()
        app.main.tick(force=True)
        await pilot.pause()
        check(app)
        assert app.is_running


async def test_the_filter_takes_anything():
    app = dashboard(exchange("[/foo]"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash")
        for text in PAYLOADS.values():
            app.main.view.filter_bar._input.value = text
            await pilot.pause()
            check(app)
            assert app.is_running


async def test_a_name_is_shown_as_it_was_sent():
    app = dashboard(exchange("[@click=app.quit]Bob[/]"))
    async with app.run_test(size=(200, 45)) as pilot:
        await pilot.pause()
        assert "[@click=app.quit]Bob[/]" in screen_text(app)
        await pilot.press("k")
        await pilot.pause()
        assert "Hang up [@click=app.quit]Bob[/]" in screen_text(app)
