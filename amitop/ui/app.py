"""The dashboard as a program: builds it, runs it beside the links to its PBXs, and ends it in order. Wiring only."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.filter import ANSIToTruecolor

from amitop.control.audit import Audit
from amitop.control.operator import Operator
from amitop.health import LinkState
from amitop.live import LivePbx
from amitop.shift.ledger import Ledger, default_path
from amitop.shift.shift import Shift
from amitop.text import clean
from amitop.thresholds import Rules
from amitop.ui.ascii import AsciiFilter
from amitop.ui.commands import AmitopCommands
from amitop.ui.floors import Floors
from amitop.ui.key_gate import KeyGate
from amitop.ui.main_screen import MainScreen
from amitop.ui.memory import Memory, memory_path
from amitop.ui.operate import Operations
from amitop.ui.queue_work import QueueWork
from amitop.ui.terminal import (
    EXIT_CRASH,
    EXIT_HANGUP,
    EXIT_TERMINATED,
    TerminalWatch,
    crash_report,
    forget_terminal,
    signals,
)
from amitop.ui.theme import NAMES, THEMES, needs_ascii, theme_name
from amitop.ui.view_list import VIEWS
from amitop.ui.workplace import Workplace
from amitop.views.format import ASCII, UNICODE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.command import Provider
    from textual.filter import LineFilter

    from amitop.config import Profile, Settings

EXIT_NO_CONNECTION, EXIT_REFUSED = 3, 4


class AmitopApp(App[int]):
    """Wires *pbxs*, the *operator* that acts on them and the screen together."""

    TITLE = "amitop"
    CSS_PATH = "app.tcss"
    BINDING_GROUP_TITLE = "amitop"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-normal")]  # noqa: RUF012 (as Textual types it)
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012 (as Textual types it)
    COMMANDS: ClassVar[set[type[Provider]]] = {AmitopCommands}  # type: ignore[assignment]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "Quit", id="quit"),
        # What every other top does; Textual's own ctrl+c only explains itself.
        Binding("ctrl+c", "quit", "Quit", show=False, id="quit.ctrl_c"),
    ]

    def __init__(
        self,
        pbxs: Sequence[LivePbx],
        operator: Operator,
        settings: Settings,
        environ: Mapping[str, str] = os.environ,
        *,
        rules: Rules | None = None,
        memory: Memory | None = None,
    ) -> None:
        # Without ansi_color, NO_COLOR still means greys (`style.md` 4.14).
        super().__init__(ansi_color=True if "NO_COLOR" in environ else None)
        self.pbxs = pbxs
        ascii_only = settings.ascii or needs_ascii(sys.__stderr__, environ)
        self._glyphs = ASCII if ascii_only else UNICODE
        self._ascii = AsciiFilter(enabled=ascii_only)
        self.set_class(ascii_only, "-ascii")
        for theme in THEMES:
            self.register_theme(theme)
        wanted = theme_name(settings.theme, environ)
        self._no_such_theme = wanted if wanted not in self.available_themes else ""
        self.theme = theme_name(None, environ) if self._no_such_theme else wanted
        self.operations = Operations(self, operator)
        rules = rules or Rules()
        place = Workplace(
            app=self,
            pbxs=pbxs,
            glyphs=self._glyphs,
            rules=rules,
            operator=operator,
            operations=self.operations,
            floors=Floors(pbxs, rules),
            queue_work=QueueWork(self, operator, self.operations, rules),
            memory=memory or Memory(None),
        )
        self.main = MainScreen(place, refresh=settings.refresh)
        self._gate = KeyGate(self, super().on_event)
        self.crashed = False
        self.was_live = False
        """Whether there ever was a state to show."""

    def on_mount(self) -> None:
        """Show the dashboard."""
        self.push_screen(self.main)
        self._settling = self.set_interval(0.5, self._settle)
        if self._no_such_theme:
            known = ", ".join(NAMES)
            self.notify(f"There is no theme {clean(self._no_such_theme)}; there are {known}", markup=False)

    def _settle(self) -> None:
        """Once there is a state, take what was made until now out of the garbage collector's sight.

        Its full collections take 25 to 45 ms, and are the longest waits between a key and its effect (`style.md` 0.9).
        """
        if any(pbx.link.state is LinkState.LIVE for pbx in self.pbxs):
            self.was_live = True
            self._settling.stop()
            for view in VIEWS:  # so that their first key is answered at once
                view.load()
            gc.collect()
            gc.freeze()

    async def on_event(self, event: events.Event) -> None:
        """Let keys in one at a time."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self._gate.take(event)
        else:
            await super().on_event(event)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Add the last door for a terminal that knows only ASCII; leave out the one for colours that no theme here has.

        Textual translates the sixteen ANSI colours in every line that it paints: a tenth of what a frame costs.
        """
        filters = [each for each in super().get_line_filters() if not isinstance(each, ANSIToTruecolor)]
        return [*filters, self._ascii] if self._ascii.enabled else filters

    def crash(self, error: Exception) -> None:
        """End the program because of *error*, which came from outside Textual."""
        self._handle_exception(error)

    def _fatal_error(self) -> None:
        """Print what happened when the terminal is restored; Textual's own report would show every local variable."""
        self.crashed = True
        error = self._exception
        if error is not None:
            secrets = [pbx.profile.secret.reveal() for pbx in self.pbxs]
            self.panic(Text(crash_report(error, secrets)))


def run_dashboard(
    profiles: Sequence[Profile], settings: Settings, rules: Rules | None = None, *, keep: bool = True
) -> int:
    """Run the dashboard over *profiles* until a person leaves it, and return the exit code.

    With *keep* False nothing is written down, nor what was written down read: no shift, no choices, no audit log.
    0; 3 or 4 when it was left without ever having had a connection, or with a login refused; 70 when amitop failed; 128
    and the signal's number when the terminal vanished or it was terminated.
    """
    code = asyncio.run(_run(profiles, settings, rules, keep=keep))
    if code == EXIT_HANGUP:
        forget_terminal()
    return code


async def _run(profiles: Sequence[Profile], settings: Settings, rules: Rules | None, *, keep: bool) -> int:
    pbxs = [LivePbx(profile) for profile in profiles]
    read_only = [p.name for p in profiles if settings.read_only or p.read_only]
    operator = Operator({pbx.name: pbx for pbx in pbxs}, read_only=read_only, audit=Audit() if keep else None)
    app = AmitopApp(pbxs, operator, settings, rules=rules, memory=Memory(memory_path() if keep else None))
    _count_shifts(pbxs, rules or Rules(), Ledger(default_path()) if keep else None)
    loop = asyncio.get_running_loop()
    watch = TerminalWatch(lambda: loop.call_soon_threadsafe(app.exit, EXIT_HANGUP))
    links = [asyncio.create_task(pbx.run(), name=pbx.name) for pbx in pbxs]
    for link in links:
        link.add_done_callback(lambda task: _link_ended(app, task))
    watch.start()
    try:
        with signals(watch, lambda: loop.call_soon_threadsafe(app.exit, EXIT_TERMINATED)):
            result = await app.run_async(mouse=settings.mouse)
        return _exit_code(app, watch, result)
    finally:
        for link in links:
            link.cancel()
        await asyncio.gather(*links, return_exceptions=True)
        watch.stop()


def _count_shifts(pbxs: Sequence[LivePbx], rules: Rules, ledger: Ledger | None) -> None:
    """Have the shift of each PBX counted, and kept where there is a *ledger*."""
    for pbx in pbxs:
        pbx.shift = Shift(
            pbx.store, pbx.wall_of, pbx.clock(), starts=rules.shift_starts, wrapup=rules.wrapup, ledger=ledger
        )


def _link_ended(app: AmitopApp, link: asyncio.Task[None]) -> None:
    """A link's task never ends by itself: an exception in it is a fault of amitop, and is not kept quiet."""
    if not link.cancelled() and isinstance(error := link.exception(), Exception):
        app.crash(error)


def _exit_code(app: AmitopApp, watch: TerminalWatch, result: int | None) -> int:
    """Return the exit code; the links are still as they were when the person left."""
    if app.crashed:
        return EXIT_CRASH
    if watch.gone:
        return EXIT_HANGUP
    if result:
        return result
    if any(pbx.link.state is LinkState.REFUSED for pbx in app.pbxs):
        return EXIT_REFUSED
    return 0 if app.was_live or any(pbx.link.state is LinkState.LIVE for pbx in app.pbxs) else EXIT_NO_CONNECTION
