"""The dashboard's screen: head lines, views, details and keys, and the one tick that pulls the state into them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.reactive import var
from textual.screen import Screen
from textual.widgets import ContentSwitcher

from amitop.health import LinkState
from amitop.ui.alarm import Alarm
from amitop.ui.call_keys import ORIGINATE_KEY, Dialer
from amitop.ui.confirm import ConfirmScreen
from amitop.ui.detail_pane import DetailPane
from amitop.ui.key_bar import KeyBar
from amitop.ui.lean_compositor import LeanCompositor
from amitop.ui.line import Line, Piece
from amitop.ui.look import Looker
from amitop.ui.state_line import state_pieces
from amitop.ui.totals_line import TotalsLine, trunk_pieces
from amitop.ui.view_list import VIEW_KEYS, VIEWS
from amitop.ui.view_tabs import ViewTabs
from amitop.views.agents import agent_totals

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from amitop.ui.live_table import LiveTable
    from amitop.ui.queues_view import QueuesView
    from amitop.ui.table_view import TableView
    from amitop.ui.workplace import Workplace

KEYS = (
    *("hang_up", "transfer", "retry", "pause", "unpause", "head", "move", "take_out", "listen", "add", "remove"),
    *("register", "unregister", "qualify", "kick", "lock", "fetch"),
    *("why", "grid", "mark", "filter", "sort", "park", "record", "mute", "penalty", "columns", "freeze", "details"),
    *("...", "help", "quit"),
)
"""In which order the last line names the keys."""
OPENING = 0.03
"""Seconds between two looks whether there is something to show at last."""
ACTIONS = {"hang_up": "Hangup", "transfer": "Redirect"}
"""What acts on a PBX, and the AMI action that the login needs for it."""


class MainScreen(Screen[None]):
    """What is there all the time: the views of *place* and what is around them. *refresh* is frames a second."""

    BINDING_GROUP_TITLE = "Dashboard"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "hang_up", "Hang up", tooltip="Hang up the call, the leg, or what is marked", id="call.hang_up"),
        Binding("t", "transfer", "Transfer", tooltip="Send a party of the call to an extension", id="call.transfer"),
        Binding("R", "retry", "Reconnect", tooltip="Connect now instead of waiting", id="link.retry"),
        *VIEW_KEYS,
        ORIGINATE_KEY,
        Binding("ctrl+z", "undo", "Undo", show=False, tooltip="Take back what was done to agents", id="agent.undo"),
        Binding("w", "wallboard", "Wallboard", show=False, tooltip="Large figures for the room", id="wallboard"),
        Binding("A", "acknowledge", "Alerts", show=False, tooltip="Read and acknowledge alerts", id="alerts"),
        Binding("N", "new_shift", "New shift", show=False, tooltip="Begin to count a new shift", id="shift.new"),
        Binding("d,i", "details", "Details", tooltip="Show or hide what is known of the row", id="view.details"),
        Binding("D", "diagnostics", "Diagnostics", show=False, tooltip="How the link does", id="view.diagnostics"),
        Binding("question_mark,f1", "help", "Help", id="help"),
    ]

    view_name: var[str] = var("calls", init=False)
    """The view on show."""

    def __init__(self, place: Workplace, *, refresh: float = 4.0) -> None:
        super().__init__()
        self._compositor = LeanCompositor()
        self.place = place
        pbxs, glyphs = place.pbxs, place.glyphs
        self.pbxs = pbxs
        self.floors = place.floors
        self._operator = place.operator
        self._operations = place.operations
        self._work = place.queue_work
        self._dialer = Dialer(place)
        self._glyphs = glyphs
        self._refresh = refresh
        self._by_name = {pbx.name: pbx for pbx in pbxs}
        self._state = Line(glyphs, id="state")
        self._totals = TotalsLine(glyphs)
        self._entries = {entry.name: entry for entry in VIEWS}
        self.views: dict[str, TableView[Any]] = {self.view_name: self._entries[self.view_name].make(place)}
        """Those that have been shown."""
        self._tabs = ViewTabs([(entry.name, entry.title) for entry in VIEWS], glyphs)
        self.detail = DetailPane(glyphs)
        self._looker = Looker(lambda question: self.run_worker(question, group="look"))
        self.alarm = Alarm(self.floors, self._ring)
        self._details: dict[bool, bool] = {}
        """Whether a person wants the details, in views that usually have them and in others."""
        self._second: int | None = None
        self._begun = False
        """Whether there ever was a PBX that is known whole."""
        self._keys_that_work: object = None
        self._keys_of: object = None
        """The row for which that was found."""

    def compose(self) -> ComposeResult:
        """Lay out the picture of the design."""
        yield self._state
        yield self._totals
        yield self._tabs
        with ContentSwitcher(initial=self.view_name, id="views"):
            yield from self.views.values()
        yield self.detail
        yield KeyBar(KEYS, self._glyphs)

    def on_mount(self) -> None:
        """Start the tick."""
        self.view.table.focus()
        self.set_interval(1 / self._refresh, self.tick)
        self.call_after_refresh(self.tick)
        if not self._any_live():
            self._opening = self.set_interval(OPENING, self._open)

    def _any_live(self) -> bool:
        return any(pbx.link.state is LinkState.LIVE for pbx in self.pbxs)

    def _open(self) -> None:
        """Show the first state when it comes, and not with the next frame."""
        if self._any_live():
            self._opening.stop()
            self.tick(force=True)

    # -- the tick -------------------------------------------------------------------------------------------------

    @property
    def view(self) -> TableView[Any]:
        """The view on show."""
        return self.views[self.view_name]

    @property
    def now(self) -> float:
        """The time that the state describes. It stands still while no PBX is followed: nothing is known of it."""
        stale = [pbx.stale_since for pbx in self.pbxs]
        known = [since for since in stale if since is not None]
        return max(known) if len(known) == len(stale) else self.pbxs[0].clock()

    def tick(self, *, force: bool = False) -> None:
        """Pull what is on show out of the stores: at each frame, once a second while a dialog covers it."""
        clock = self.pbxs[0].clock()
        new_second = int(clock) != self._second or force
        covered = self.app.screen is not self
        if covered and not new_second:
            return
        self._second = int(clock)
        now = self.now
        self._show_rows(now, force=force)
        self._totals.look(self.pbxs)
        self._show_tabs()
        if new_second:
            self.alarm.watch(now)
            self._head_lines(now)
            self._show_details(now)
            self._look(now)
        if not covered and (new_second or self.view.worked_in.cursor_key != self._keys_of):
            self._note_keys()

    def _show_rows(self, now: float, *, force: bool = False) -> None:
        """Show them once there is a whole state: before, events tell of one call or two, where the cursor would go."""
        self._begun = self._begun or self._any_live()
        if self._begun:
            self.view.sync(now, force=force)

    def _show_tabs(self) -> None:
        hidden = [entry.name for entry in VIEWS if entry.why_hidden(self.pbxs)]
        self._tabs.show_view(self.view_name, self._notes(), hidden)

    def _ring(self) -> None:
        self.app.bell()

    def _head_lines(self, now: float) -> None:
        stale = all(pbx.stale_since is not None for pbx in self.pbxs)
        self.set_class(stale, "-stale")
        self._state.show(*state_pieces(self.pbxs))
        self._totals.renew(self.pbxs, now, [*self._staff(now), *trunk_pieces(self.floors.at(now))], self.alarm.piece())

    def _staff(self, now: float) -> list[Piece]:
        """Return how many agents could take a call, and why others cannot."""
        counts = {str(state).lower(): count for state, count, _ in agent_totals(self.floors.at(now))}
        words = [f"{counts[state]} {state}" for state in ("talking", "ready", "paused") if state in counts]
        return [Piece(f"Agents {' '.join(words)}", drop=3)] if words else []

    def _show_details(self, now: float) -> None:
        row = self.view.detail_row()
        live = row is not None and self._by_name[row.key[0]].applications_live
        self.detail.show(row, now, applications_live=live)

    def _look(self, now: float) -> None:
        """Have the PBX tell what the selected legs do, where its events do not."""
        row = self.view.worked_in.cursor_row
        if row is None or row.ended or not self.detail.display:
            return
        pbx = self._by_name[row.key[0]]
        if not pbx.applications_live and (target := self.view.target_of(row, now)) is not None:
            self._looker.look(pbx, row.key, target.legs, pbx.clock())

    def _notes(self) -> list[Piece]:
        """Return what is under way, and what is not as it usually is."""
        table = self.view.worked_in
        notes = self.view.notes()
        if words := self._operations.words:
            notes.append(Piece(f"{words}…", "bold $text-accent", drop=1))
        for spying in self._operator.supervision.under_way.values():
            words = f"{spying.plan.device}: {spying.plan.mode.lower()} {spying.plan.who}"
            notes.append(Piece(words, "bold $text-accent", drop=2, elastic=True))
        if table.marked:
            notes.append(Piece(f"{len(table.marked)} marked", "$text-accent", drop=2))
        if self.view.frozen_at is not None:
            words = f"frozen {self.pbxs[0].clock() - self.view.frozen_at:.0f} s"
            notes.append(
                Piece(f"{words}, {table.order.new} new" if table.order.new else words, "$text-warning", drop=2)
            )
        if table.follow:
            notes.append(Piece("following", "$text-accent", drop=3))
        notes += [
            Piece(pbx.notice, "$text-warning", drop=4, elastic=True)
            for pbx in self.pbxs
            if pbx.notice and pbx.link.state is LinkState.LIVE
        ]
        return notes

    # -- keys that work -------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide what read-only mode removes and what has no use now; None dims what this login may not do."""
        if action == "undo":
            return self._work.undoable
        if action == "originate":
            return self._dialer.offered(self._pbx_meant)
        if action == "retry":
            return any(pbx.link.state not in {LinkState.LIVE, LinkState.SYNCING} for pbx in self.pbxs)
        if action not in ACTIONS:
            return True
        if not self.view.on_the_phone or not any(self._operator.may_act(pbx.name) for pbx in self.pbxs):
            return False
        return True if self.why_not(action) is None else None

    def why_not(self, action: str) -> str | None:
        """Return why the key for *action* does nothing now, or None when it works."""
        if action == "originate":
            return self._dialer.why_not(self._pbx_meant)
        if action not in ACTIONS:
            return self.view.why_not(action)
        rows, now = self.view.chosen_rows(), self.now
        if not any(self.view.target_of(row, now) is not None for row in rows):
            return self.view.nobody
        reasons = (self._operator.why_not(pbx, ACTIONS[action]) for pbx in sorted({row.key[0] for row in rows}))
        return next((reason for reason in reasons if reason), None)

    def _note_keys(self) -> None:
        """Have the last line drawn again when another set of keys works: it costs too much to do it at each tick."""
        self._keys_of = self.view.worked_in.cursor_key
        own = tuple(self.check_action(action, ()) for action in (*ACTIONS, "retry", "undo", "originate"))
        working = own + self.view.working()
        if working != self._keys_that_work:
            self._keys_that_work = working
            self.refresh_bindings()

    def on_key(self, event: events.Key) -> None:
        """Say why a dimmed key does nothing."""
        active = self.active_bindings.get(event.key)
        if active is not None and not active.enabled:
            event.stop()
            self._operations.refuse(active.binding.description, self.why_not(active.binding.action) or "not now")

    # -- what keys do ---------------------------------------------------------------------------------------------

    def action_hang_up(self) -> None:
        """Hang up what is marked, else what the cursor is on."""
        if targets := self.view.targets(self.now):
            self._operations.hang_up(targets)

    def action_transfer(self) -> None:
        """Transfer the call that the cursor is on."""
        if (target := self.view.cursor_target(self.now)) is not None:
            self._operations.transfer(target)

    def action_originate(self) -> None:
        """Ask whom to call from the operator's phone: at first, whom the cursor is on."""
        self._dialer.dial(self._pbx_meant, self.view.cursor_target(self.now))

    @property
    def _pbx_meant(self) -> str:
        """The PBX of the row that the cursor is on, else the first one."""
        row = self.view.worked_in.cursor_row
        return self.pbxs[0].name if row is None else str(row.key[0])

    def action_retry(self) -> None:
        """Connect now, wherever a link waits."""
        for pbx in self.pbxs:
            if pbx.link.state is not LinkState.LIVE:
                pbx.retry_now()

    def action_undo(self) -> None:
        """Take back what was done to agents last."""
        self._work.agents.undo()

    def action_wallboard(self) -> None:
        """Show the wallboard: of the queue that has the whole screen, else of all."""
        if (why := self.floors.unavailable()) is not None:
            self._operations.refuse("Wallboard", why)
            return
        from amitop.ui.wallboard import WallboardScreen

        queue = cast("QueuesView", self.view).opened if self.view_name == "queues" else None
        self.app.push_screen(WallboardScreen(self.floors, self.alarm, self._glyphs, queue))

    def action_acknowledge(self) -> None:
        """Take note of the alerts."""
        title, text = self.alarm.acknowledge()
        self._operations.refuse(title, text)
        self.tick(force=True)

    def action_new_shift(self) -> None:
        """Ask, then count from now on."""
        shifts = [pbx.shift for pbx in self.pbxs if pbx.shift is not None]
        if not shifts:
            self._operations.refuse("New shift", "no shift is counted here")
            return

        def answered(yes: bool | None) -> None:
            if yes:
                for shift in shifts:
                    shift.begin(self.pbxs[0].clock())

        question = "Begin a new shift now? The figures begin at 0; those of the old shift are kept for the report."
        self.app.push_screen(ConfirmScreen(question, yes="Begin"), answered)

    async def action_view(self, name: str) -> None:
        """Show another view, or say why there is none."""
        entry = self._entries[name]
        if (why := entry.why_hidden(self.pbxs)) is not None:
            self._operations.refuse(entry.title, why)
            return
        if name not in self.views:
            self.views[name] = view = entry.make(self.place)
            view.display = False  # until the switch, which has it filled first
            await self.query_one("#views", ContentSwitcher).mount(view)
        self.view_name = name
        self.view.table.focus()  # also from the details of this view

    def watch_view_name(self, name: str) -> None:
        """Bring the view up to date as it comes."""
        self.query_one("#views", ContentSwitcher).current = name
        self._dress_details()
        self.detail.forget()
        self.view.table.focus()
        # The rows at once, for the next key may have been typed already; all else when the view has its size.
        self._show_rows(self.now, force=True)
        self.call_after_refresh(self.tick, force=True)

    def action_details(self, shown: bool | None = None) -> None:
        """Show the details or hide them; without a word, the one that is not so."""
        shown = not self.detail.display if shown is None else shown
        self._details[self.view.DETAILS] = shown
        self._dress_details()
        if not shown and self.detail.has_focus:
            self.view.table.focus()
        self.call_after_refresh(self.tick, force=True)

    def _dress_details(self) -> None:
        """Show the details in this view, or not: as a person wanted it in views of its kind, else as is usual."""
        # Classes and not `display`, for the height of the terminal decides until a person does.
        wanted = self._details.get(self.view.DETAILS)
        self.detail.set_class(wanted is True, "-shown")
        self.detail.set_class(wanted is False or (wanted is None and not self.view.DETAILS), "-hidden")

    def action_diagnostics(self) -> None:
        """Show how the links do."""
        from amitop.ui.diagnostics import DiagnosticsScreen

        self.app.push_screen(DiagnosticsScreen(self.pbxs))

    def action_help(self) -> None:
        """Show what the keys do here."""
        from amitop.ui.help import HelpScreen, groups_of

        self.app.push_screen(HelpScreen(groups_of(self.app, self.active_bindings, self.why_not)))

    # -- what the widgets tell ------------------------------------------------------------------------------------

    async def on_view_tabs_chosen(self, message: ViewTabs.Chosen) -> None:
        """Go to the view that was clicked."""
        message.stop()
        await self.action_view(message.name)

    def on_live_table_cursor_moved(self, message: LiveTable.CursorMoved) -> None:
        """Have the details follow at once; otherwise once a second is often enough."""
        message.stop()
        self._show_details(self.now)

    def on_live_table_marks_changed(self, message: LiveTable.MarksChanged) -> None:
        """Count the marks at once: a key that acts on them may come next."""
        message.stop()
        self._show_tabs()
        self._note_keys()

    def on_live_table_activated(self, message: LiveTable.Activated) -> None:
        """Enter on a row that has nothing beneath it goes to its details."""
        message.stop()
        self.action_details(shown=True)
        self.call_after_refresh(self.detail.focus)

    def on_detail_pane_left(self, message: DetailPane.Left) -> None:
        """Go back to the rows."""
        message.stop()
        self.view.table.focus()

    def on_table_view_stale(self, message: TableView.Stale) -> None:
        """Show what was just asked for without waiting for the frame."""
        message.stop()
        self.tick()

    def on_resize(self) -> None:
        """Fill the new width."""
        self.call_after_refresh(self.tick, force=True)
