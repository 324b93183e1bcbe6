"""Rows, columns and an app for tests of the table: a dozen made-up calls, a clock that a test turns by hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from textual.app import App, ComposeResult

from amitop.ui.live_table import LiveTable
from amitop.views.columns import Column
from amitop.views.format import UNICODE, Glyphs, hms
from amitop.views.projection import project


@dataclass(frozen=True)
class Row:
    id: str
    state: str = "Talking"
    caller: str = ""
    callee: str = ""
    via: str = ""
    started: float = 0.0
    ended: bool = False
    children: tuple[Row, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        return ("pbx1", self.id)


STYLES = {"Talking": "good", "Ringing": "warn", "Congested": "bad", "Ended": "dim"}

COLUMNS: tuple[Column[Row], ...] = (
    Column(
        key="time",
        title="TIME",
        width=8,
        text=lambda row, now: hms(now - row.started),
        sort=lambda row, now: now - row.started,
        align="right",
        priority=0,
        number=True,
        searched=False,
        hint="since the first leg began",
    ),
    Column(
        key="state",
        title="STATE",
        width=10,
        text=lambda row, now: row.state,
        sort=lambda row, now: row.state,
        priority=0,
        style=lambda row, now: STYLES.get(row.state, ""),  # type: ignore[arg-type]
        hint="what the call is doing",
    ),
    Column(
        key="from",
        title="FROM",
        width=14,
        flex=1,
        text=lambda row, now: row.caller,
        sort=lambda row, now: row.caller,
        crop="inside",
        priority=0,
        hint="who began it",
    ),
    Column(
        key="to",
        title="TO",
        width=14,
        flex=1,
        text=lambda row, now: row.callee,
        sort=lambda row, now: row.callee or None,
        priority=1,
        hint="who it is for",
    ),
    Column(
        key="via",
        title="VIA",
        width=16,
        text=lambda row, now: row.via,
        sort=lambda row, now: row.via,
        priority=2,
        hint="queue, trunk or application",
    ),
    Column(
        key="id",
        title="UNIQUEID",
        width=18,
        text=lambda row, now: row.id,
        sort=lambda row, now: row.id,
        priority=3,
        shown=False,
        hint="Asterisk's name for the first leg",
    ),
)

NAMES = ["Ann Lee", "王小明", "Zoë Müller", "Bob", "Agent Seven", "Čeněk", "Dr. Very Long Name Indeed", "O'Neil"]


def calls(count: int = 12) -> list[Row]:
    """Rows whose start times fall as their numbers rise: the first is the oldest."""
    states = ["Talking", "Waiting", "Ringing", "Congested"]
    return [
        Row(
            id=f"1700000{n:03}.{n}",
            state=states[n % 4],
            caller=f"{NAMES[n % len(NAMES)]} +1555{n:07}",
            callee=f"Agent {n % 9:02} 10{n % 9:02}" if n % 5 else "support",
            via=f"queue support #{n}" if n % 3 else "trunk",
            started=n * 37.0,
        )
        for n in range(count)
    ]


def ended(row: Row) -> Row:
    return replace(row, state="Ended", ended=True)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def tick(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Log:
    """What the table said."""

    messages: list[object] = field(default_factory=list)

    def of(self, kind: type) -> list:
        return [each for each in self.messages if isinstance(each, kind)]


class TableApp(App[None]):
    """Owns the rows as a view does: projects with what the table asks, and shows."""

    def __init__(self, rows: list[Row] | None = None, *, glyphs: Glyphs = UNICODE, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.rows = calls() if rows is None else rows
        self.clock = Clock()
        self.log_of = Log()
        self.table: LiveTable[Row] = LiveTable(COLUMNS, glyphs=glyphs, clock=self.clock, id="calls")

    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.call_after_refresh(self.tick)

    def tick(self) -> None:
        now = self.clock.now
        self.table.show(project(self.rows, COLUMNS, self.table.asked, now), now)

    def on_live_table_cursor_moved(self, message: LiveTable.CursorMoved) -> None:
        self.log_of.messages.append(message)

    def on_live_table_activated(self, message: LiveTable.Activated) -> None:
        self.log_of.messages.append(message)

    def on_live_table_collapsed(self, message: LiveTable.Collapsed) -> None:
        self.log_of.messages.append(message)

    def on_live_table_marks_changed(self, message: LiveTable.MarksChanged) -> None:
        self.log_of.messages.append(message)

    def on_live_table_columns_changed(self, message: LiveTable.ColumnsChanged) -> None:
        self.log_of.messages.append(message)

    def on_live_table_sort_changed(self, message: LiveTable.SortChanged) -> None:
        self.log_of.messages.append(message)
        self.tick()

    @property
    def lines(self) -> list[str]:
        """What the table shows, without the blanks at the ends."""
        return [self.table.render_line(y).text.rstrip() for y in range(self.table.size.height)]

    @property
    def ids(self) -> list[str]:
        """The rows in the order on the screen."""
        return [row.id for row in self.table.rows]
