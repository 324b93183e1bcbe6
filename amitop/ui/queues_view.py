"""The Queues view: a row for every queue; below, who waits in the one under the cursor, who answers, and why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input

from amitop.text import clean
from amitop.ui.floor_view import ADD_KEY, AGENT_KEYS, CALLER_KEYS, QUEUE_KEYS, SPY_KEYS, FloorView, Kind, caller_target
from amitop.ui.live_table import LiveTable
from amitop.views.projection import project
from amitop.views.queue_parts import CALLER_COLUMNS, MEMBER_COLUMNS, caller_rows, member_rows
from amitop.views.queues import QUEUE_COLUMNS, queue_rows
from amitop.views.why import summary
from amitop.views.why_rows import WHY_COLUMNS, why_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult

    from amitop.live import LivePbx
    from amitop.pbx.queue_model import Queue
    from amitop.ui.detail_pane import AnyRow
    from amitop.ui.floors import Floors
    from amitop.ui.queue_work import QueueWork
    from amitop.ui.table_cursor import Key
    from amitop.ui.targets import Target
    from amitop.ui.workplace import Workplace
    from amitop.views.floor import Floor
    from amitop.views.format import Glyphs
    from amitop.views.queue_row import QueueRow

SHARE = 0.4
"""Of the view's lines that the queues get at most; their callers and members get the rest."""
WIDE = 120
"""Cells from which on callers and members stand side by side."""


class QueuesView(FloorView[Any]):
    """Queues of *floors*. Rows of its tables are queues, callers and members."""

    NAME = "queues"
    WORD = "queues"
    DETAILS: ClassVar[bool] = False  # the parts are in their place
    BINDINGS: ClassVar[list[BindingType]] = [
        *CALLER_KEYS,
        *AGENT_KEYS,
        ADD_KEY,
        *SPY_KEYS,
        *QUEUE_KEYS,
        Binding(
            "tab", "next_part", "Next part", show=False, tooltip="Go to the callers, to the members", id="queue.next"
        ),
        Binding("shift+tab", "previous_part", "Part before", show=False, id="queue.before"),
        Binding("y", "why", "Why", tooltip="Why is nobody answering? A reason for each member", id="queue.why"),
    ]

    def __init__(self, pbxs: Sequence[LivePbx], glyphs: Glyphs, floors: Floors, work: QueueWork) -> None:
        super().__init__(pbxs, QUEUE_COLUMNS, glyphs, floors, work)
        clock = pbxs[0].clock
        self.callers: LiveTable[Any] = LiveTable(CALLER_COLUMNS, glyphs=glyphs, clock=clock, id="callers")
        self.members: LiveTable[Any] = LiveTable(MEMBER_COLUMNS, glyphs=glyphs, clock=clock, id="members")
        self.why: LiveTable[Any] = LiveTable(WHY_COLUMNS, glyphs=glyphs, clock=clock, id="why")
        self.opened: Key | None = None
        """The queue that has the whole screen."""
        self._shown: Key | None = None
        self._titles: dict[str, str] = {}
        self._height = 0

    def compose(self) -> ComposeResult:
        """Lay out the queues above the parts of one."""
        yield from super().compose()
        with Horizontal(id="parts"):
            yield self.callers
            with Vertical(id="agents-part"):
                yield self.members
                yield self.why

    @property
    def parts(self) -> tuple[LiveTable[Any], ...]:
        """The tables, in the order in which Tab goes through them."""
        return (self.table, self.callers, self.members, self.why)

    @property
    def worked_in(self) -> LiveTable[Any]:
        """The table that has the focus; while a filter is typed, the queues."""
        focused = self.screen.focused if self.is_attached else None
        return next((part for part in self.parts if part is focused), self.table)

    @property
    def kind(self) -> Kind:
        """What the rows are where the focus is."""
        table = self.worked_in
        if table is self.table:
            return Kind.QUEUE
        return Kind.CALLER if table is self.callers else Kind.AGENT

    @property
    def queue_meant(self) -> str | None:
        """The queue whose parts are shown."""
        return None if self._shown is None else self._shown[1]

    # -- rows -----------------------------------------------------------------------------------------------------

    def source(self, now: float) -> Sequence[QueueRow]:
        """Return every queue; while one has the whole screen, that one."""
        rows = queue_rows(self.floors.at(now))
        if self.opened is None:
            return rows
        one = [row for row in rows if row.key == self.opened]
        if not one:
            self._close()
        return one or rows

    def sync(self, now: float, *, force: bool = False) -> None:
        """Show the queues, and the parts of the one under the cursor."""
        before = self._seen
        super().sync(now, force=force)
        key = self.opened or self.table.cursor_key
        if self._seen == before and key == self._shown and not force:
            return
        self._fit_queues()
        found = self._queue(key, now)
        if key != self._shown:
            self._shown = key
            for part in (self.callers, self.members, self.why):
                part.start_over()
        self._show_parts(found, now)

    def _queue(self, key: Key | None, now: float) -> tuple[Floor, Queue] | None:
        if key is None:
            return None
        floor = self.floors.of(key[0], now)
        queue = floor.store.queues.get(key[1])
        return None if queue is None else (floor, queue)

    def _show_parts(self, found: tuple[Floor, Queue] | None, now: float) -> None:
        if found is None:
            rows: tuple[Sequence[Any], ...] = ((), (), ())
            self._title(self.callers, "callers")
            self._title(self.members, "members")
            self._title(self.why, "why is nobody answering")
        else:
            floor, queue = found
            rows = (caller_rows(floor, queue), member_rows(floor, queue), why_rows(floor, queue))
            unseen = f", {queue.unseen} of them not known yet" if queue.unseen else ""
            self._title(self.callers, f"{queue.name}: callers {queue.waiting}{unseen}")
            self._title(self.members, f"{queue.name}: members {len(queue.members)}")
            why = f"why is nobody answering? {summary(floor, queue)}" if queue.waiting else "nobody waits"
            self._title(self.why, why)
        self.callers.empty = "Nobody waits"
        self.members.empty = "No members" if found else ""
        self.why.empty = ""
        for part, part_rows in zip((self.callers, self.members, self.why), rows, strict=True):
            part.show(project(part_rows, part.columns, part.asked, now), now)

    def _title(self, part: LiveTable[Any], title: str) -> None:
        """Write *title*, which may hold a queue's name, into the line above *part* if it is another one."""
        title = f" {clean(title)} "
        if self._titles.get(part.id or "") != title:
            self._titles[part.id or ""] = title
            part.border_title = Content(self.glyphs.plain(title))

    def _fit_queues(self) -> None:
        """Give the queues the lines that they need, up to their share."""
        most = max(int(self.size.height * SHARE), 4)
        height = 2 if self.opened is not None else min(len(self.table.rows) + 1, most)
        if height != self._height:
            self._height = height
            self.table.styles.height = max(height, 2)

    def on_resize(self, event: events.Resize) -> None:
        """Put the parts side by side, or one above the other."""
        self.set_class(event.size.width < WIDE, "-stacked")
        self._fit_queues()

    # -- whom a key means -----------------------------------------------------------------------------------------

    def target_of(self, row: Any, now: float) -> Target | None:  # noqa: ANN401  # rows of three tables
        """Return the caller's channel; a queue and a member have none."""
        return caller_target(row, self.floors, now) if self.kind is Kind.CALLER else None

    def detail_row(self) -> AnyRow | None:
        """Return the row under the cursor; of a reason, the member."""
        row = self.worked_in.cursor_row
        if self.worked_in is self.why and row is not None:
            return next((member for member in self.members.rows if member.key == row.key), None)
        return super().detail_row()

    def chosen_rows(self) -> list[Any]:
        """Return what is marked or under the cursor. Of queues only the cursor's: nobody resets several at once."""
        if self.kind is not Kind.QUEUE:
            return super().chosen_rows()
        row = self.table.cursor_row
        return [] if row is None else [row]

    # -- what keys do ---------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape closes a queue that has the whole screen; Tab is for a filter while that is typed."""
        if action in {"next_part", "previous_part", "why"}:
            return not isinstance(self.screen.focused, Input)
        if action == "clear_filter":
            return bool(self.filter_bar.text) or self.opened is not None or self.worked_in is not self.table
        return super().check_action(action, parameters)

    def action_clear_filter(self) -> None:
        """Go back: from a part to the queues, from one queue to all, from what a filter shows to everything."""
        if self.worked_in is not self.table and self.opened is None:
            self.table.focus()
        elif self.opened is not None:
            self._close()
            self.again()
        else:
            super().action_clear_filter()

    def action_next_part(self, step: int = 1) -> None:
        """Move the focus to the next part that is on the screen."""
        parts = [part for part in self.parts if part.display]
        here = parts.index(self.worked_in) if self.worked_in in parts else 0
        parts[(here + step) % len(parts)].focus()

    def action_previous_part(self) -> None:
        """Move the focus to the part before."""
        self.action_next_part(-1)

    def action_why(self) -> None:
        """Show the reasons: on a narrow screen in place of the members."""
        if self.has_class("-stacked"):
            self.toggle_class("-why")
            focused = self.worked_in
            after = self.why if self.has_class("-why") else self.members
            if focused in {self.why, self.members}:
                after.focus()
        else:
            self.why.focus()

    def action_add(self) -> None:
        """Add somebody to the queue that is shown."""
        if self._shown is not None:
            store = next(pbx.store for pbx in self.pbxs if pbx.name == self._shown[0])
            self.work.agents.add_to(store, self._shown[1])

    def action_reset(self) -> None:
        """Have Asterisk forget the figures of the queue under the cursor."""
        row = self.table.cursor_row
        if row is not None:
            self.work.callers.reset(row.floor.store, row.queue.name)

    def _open(self, key: Key) -> None:
        self.opened = key
        self.add_class("-opened")
        self.callers.focus()
        self.again()

    def _close(self) -> None:
        self.opened = None
        self.remove_class("-opened")
        self.table.focus()

    def on_live_table_activated(self, message: LiveTable.Activated) -> None:
        """Give a queue the whole screen, or take it back."""
        message.stop()
        if message.table is self.table:
            if self.opened is None:
                self._open(message.key)
            else:
                self._close()
                self.again()

    def on_live_table_cursor_moved(self, message: LiveTable.CursorMoved) -> None:
        """Have the parts follow the cursor at once."""
        if message.table is self.table:
            message.stop()
            self.again()


def make(place: Workplace) -> QueuesView:
    """Return the view for *place*."""
    return QueuesView(place.pbxs, place.glyphs, place.floors, place.queue_work)
