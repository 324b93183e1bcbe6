"""What every view with a table does: a filter above it, rows pulled from the stores when something has changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from amitop.health import LinkState
from amitop.ui.filter_bar import FilterBar
from amitop.ui.live_table import LiveTable
from amitop.views.columns import Row
from amitop.views.filters import EVERYTHING
from amitop.views.projection import project
from amitop.views.sound import QUALITY_KEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from amitop.live import LivePbx
    from amitop.ui.detail_pane import AnyRow
    from amitop.ui.line import Piece
    from amitop.ui.targets import Target
    from amitop.views.columns import Column
    from amitop.views.format import Glyphs

RowT = TypeVar("RowT", bound=Row)


class TableView(Vertical, Generic[RowT]):
    """A table of *columns* over *pbxs*. A view is a subclass that says where its rows come from and whom they mean."""

    NAME: ClassVar[str]
    """The widget's id, and what the keys and tabs call the view."""
    WORD: ClassVar[str]
    """What its rows are: `calls`."""
    DETAILS: ClassVar[bool] = True
    """Whether the pane below tells of the row under the cursor, unless a person wants it otherwise."""
    STEADY: ClassVar[bool] = False
    """Whether rows come in an order that never changes for those that stay: by age."""
    BINDING_GROUP_TITLE = "View"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", tooltip="Show only rows with these words", id="view.filter"),
        Binding("escape", "clear_filter", "Show all rows again", show=False, id="view.clear_filter"),
    ]

    def __init__(self, pbxs: Sequence[LivePbx], columns: Sequence[Column[RowT]], glyphs: Glyphs) -> None:
        super().__init__(id=self.NAME)
        self.pbxs = pbxs
        self.glyphs = glyphs
        self.table: LiveTable[RowT] = LiveTable(columns, glyphs=glyphs, clock=pbxs[0].clock)
        self.table.steady = self.STEADY
        self.filter_bar = FilterBar(columns)
        self.frozen_at: float | None = None
        """When the person froze the order, in seconds of the clock; None while it is free."""
        self._seen: object = None

    def compose(self) -> ComposeResult:
        """Lay out the filter and the table."""
        yield self.filter_bar
        yield self.table

    def on_mount(self) -> None:
        """Note when the order is frozen."""
        self.watch(self.table, "frozen", self._froze, init=False)

    def _froze(self, frozen: bool) -> None:
        self.frozen_at = self.pbxs[0].clock() if frozen else None
        self.again()

    # -- what a view adds -----------------------------------------------------------------------------------------

    def source(self, now: float) -> Sequence[RowT]:
        """Return every row that there is at *now*."""
        raise NotImplementedError

    def target_of(self, row: RowT, now: float) -> Target | None:
        """Return whom an action on *row* means; None where that is nobody with a channel."""
        raise NotImplementedError

    @property
    def worked_in(self) -> LiveTable[Any]:
        """The table that the keys are about: a view may have several."""
        return self.table

    @property
    def what(self) -> str:
        """What the cursor stands on: `call`."""
        return self.WORD.removesuffix("s")

    @property
    def on_the_phone(self) -> bool:
        """Whether the rows are of somebody who may be hung up and transferred."""
        return True

    @property
    def nobody(self) -> str:
        """Why a key that needs somebody on the phone does nothing where there is nobody."""
        return f"no {self.what} is selected"

    def detail_row(self) -> AnyRow | None:
        """Return whose details the pane shows: the row under the cursor."""
        row: AnyRow | None = self.worked_in.cursor_row
        return row

    def why_not(self, action: str) -> str | None:
        """Return why the key for one of the view's own actions does nothing now, or None when it works."""
        return None

    @property
    def shows_quality(self) -> bool:
        """Whether it shows how legs sound: the reports that tell it come only while somebody asks for them."""
        asked = self.table.asked
        wanted = {*self.table.chosen, asked.sort, *(term.column for term in asked.filter.terms)}
        return QUALITY_KEY in wanted

    def working(self) -> tuple[bool | None, ...]:
        """Return which of the view's own actions there are now: when it differs, the last line is drawn again."""
        return ()

    def notes(self) -> list[Piece]:
        """Return what is not as it usually is, for the line of views."""
        return []

    # -- the tick -------------------------------------------------------------------------------------------------

    def sync(self, now: float, *, force: bool = False) -> None:
        """Show the rows of *now* if anything can have changed since the last time, or a second has passed."""
        if self.shows_quality:
            for pbx in self.pbxs:
                pbx.show_quality()
        seen = (tuple(pbx.store.version for pbx in self.pbxs), int(now), self.table.asked)
        if seen == self._seen and not force:
            return
        self._seen = seen
        rows = self.source(now)
        self.table.empty = self._why_empty(bool(rows))
        self.table.show(project(rows, self.table.columns, self.table.asked, now), now)

    def _why_empty(self, any_rows: bool) -> str:
        if any_rows:
            return f"No {self.WORD} match the filter (Esc shows all)" if self.table.asked.filter else ""
        if any(pbx.link.state is LinkState.LIVE for pbx in self.pbxs):
            return f"No {self.WORD} now"
        return ""  # nothing is known yet, or any more: the lines above say why

    def targets(self, now: float) -> list[Target]:
        """Return whom the marked rows mean, else the cursor's row; nobody where that has ended."""
        targets = (self.target_of(row, now) for row in self.chosen_rows())
        return [target for target in targets if target is not None]

    def chosen_rows(self) -> list[Any]:
        """Return the marked rows of the table that is worked in, else the cursor's; none that have ended."""
        table = self.worked_in
        marked = table.marked
        if marked:
            return [row for row in table.rows if row.key in marked]
        row = table.cursor_row
        return [] if row is None or row.ended else [row]

    def cursor_target(self, now: float) -> Target | None:
        """Return whom the cursor's row means; None where there is none or it has ended."""
        row = self.worked_in.cursor_row
        return None if row is None or row.ended else self.target_of(row, now)

    # -- the filter -----------------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Type a filter."""
        self.filter_bar.open()

    def action_clear_filter(self) -> None:
        """Show every row again."""
        self.filter_bar.clear()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape is for a filter that is there, and a slash that is typed into the filter is a slash.

        Textual takes a printable key from a focused Input's ancestors, but does not know `slash` for one.
        """
        if action == "filter":
            return not isinstance(self.screen.focused, Input)
        return action != "clear_filter" or bool(self.filter_bar.text)

    def on_filter_bar_changed(self, message: FilterBar.Changed) -> None:
        """Follow each key."""
        message.stop()
        self.table.asked = replace(self.table.asked, filter=message.filter or EVERYTHING)
        self.again()

    def on_filter_bar_closed(self, message: FilterBar.Closed) -> None:
        """Go back to the rows."""
        message.stop()
        self.table.focus()

    def on_live_table_sort_changed(self, message: LiveTable.SortChanged) -> None:
        """Show the new order at once."""
        message.stop()
        self.again()

    def again(self) -> None:
        """Show the rows at once: a person has changed what they want to see."""
        self._seen = None
        self.post_message(self.Stale())

    class Stale(Message):
        """What the person wants to see has changed: the next tick should be now."""
