"""The Rooms view: conferences with their people beneath them, and parked calls."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from amitop.control.room_plan import RoomAct, toggle_lock, toggle_recording
from amitop.health import LinkState
from amitop.ui.acting_view import ActingView, several_pbxs
from amitop.ui.line import Piece
from amitop.ui.live_table import LiveTable
from amitop.ui.targets import Target
from amitop.views.format import hms
from amitop.views.parked import PARKED_COLUMNS, ParkedRow, parked_rows
from amitop.views.projection import project
from amitop.views.rooms import ROOM_COLUMNS, PersonRow, RoomRow, people_words, room_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult

    from amitop.pbx.room_model import Participant
    from amitop.pbx.store import Store
    from amitop.ui.room_work import RoomWork
    from amitop.ui.workplace import Workplace

WIDE = 150
"""Cells from which rooms and parked calls stand side by side."""
SHARE = 0.4
"""Of the view's lines that parked calls get at most where they stand below the rooms."""
_NO_CALL = "no parked call is selected (Tab goes to them)"


class RoomsView(ActingView[Any]):
    """Conferences and parked calls of *place*. Rows of its tables are rooms, people and parked calls."""

    NAME = "rooms"
    WORD = "conferences"
    DEEDS = ("mute", "kick", "lock", "record", "fetch")
    DETAILS: ClassVar[bool] = False  # the parked calls are in their place
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "mute", "Mute", tooltip="Mute the person, or have them heard; of a room, all", id="room.mute"),
        Binding("x", "kick", "Kick", tooltip="Throw the person out; of a room, everybody", id="room.kick"),
        Binding("L", "lock", "Lock", tooltip="Let nobody else join the room, or everybody again", id="room.lock"),
        Binding("e", "record", "Record", tooltip="Record the room on the PBX, or stop that", id="room.record"),
        Binding("F", "fetch", "Fetch", tooltip="Have a phone ring and fetch the parked call", id="parked.fetch"),
        Binding("tab", "next_part", "Next part", show=False, tooltip="Go to the parked calls", id="room.next"),
        Binding("shift+tab", "next_part", "Part before", show=False, id="room.before"),
    ]

    def __init__(self, place: Workplace) -> None:
        super().__init__(place.pbxs, ROOM_COLUMNS, place.glyphs, place.operator)
        self._place = place
        self.parked: LiveTable[Any] = LiveTable(
            PARKED_COLUMNS, glyphs=place.glyphs, clock=place.pbxs[0].clock, id="parked"
        )
        self._folded: set[tuple[str, ...]] = set()
        """Rooms whose people are not shown."""
        self._height = 0

    @cached_property
    def work(self) -> RoomWork:
        """Who does what, imported when the first key asks for it."""
        from amitop.ui.room_work import RoomWork

        return RoomWork(self._place.app, self._place.operator, self._place.operations, self._place.rules)

    def compose(self) -> ComposeResult:
        """Lay out rooms and parked calls."""
        yield self.filter_bar
        with Horizontal(id="room-parts"):
            yield self.table
            yield self.parked

    @property
    def worked_in(self) -> LiveTable[Any]:
        """The table that has the focus; while a filter is typed, the rooms."""
        focused = self.screen.focused if self.is_attached else None
        return self.parked if focused is self.parked else self.table

    @property
    def what(self) -> str:
        """What the cursor stands on."""
        if self.worked_in is self.parked:
            return "parked call"
        return "person" if isinstance(self.table.cursor_row, PersonRow) else "conference"

    @property
    def on_the_phone(self) -> bool:
        """Whether the row is of somebody who may be hung up and transferred."""
        return self.worked_in is self.parked or isinstance(self.table.cursor_row, PersonRow)

    # -- rows -----------------------------------------------------------------------------------------------------

    def source(self, now: float) -> Sequence[RoomRow]:
        """Return every room."""
        rows = room_rows(self._stores, self._folded)
        self._folded.intersection_update([row.key for row in rows])
        return rows

    @property
    def _stores(self) -> list[Store]:
        return [pbx.store for pbx in self.pbxs]

    def sync(self, now: float, *, force: bool = False) -> None:
        """Show rooms and parked calls, and have their lists come often enough: no event tells of a lock."""
        for pbx in self.pbxs:
            pbx.room_sync.look()
        before = self._seen
        super().sync(now, force=force)
        if self._seen == before and not force:
            return
        rows = parked_rows(self._stores)
        live = any(pbx.link.state is LinkState.LIVE for pbx in self.pbxs)
        self.parked.empty = "No calls are parked" if live else ""
        self.parked.show(project(rows, self.parked.columns, self.parked.asked, now), now)
        self.table.border_title = f" {people_words(self._stores)} "
        self.parked.border_title = f" parked {len(rows)} "
        self._fit()

    def _fit(self) -> None:
        """Give parked calls the lines that they need, up to their share."""
        height = max(4, min(len(self.parked.rows) + 2, int(self.size.height * SHARE)))
        if height != self._height:
            self._height = height
            self.parked.styles.height = height if self.has_class("-stacked") else "100%"

    def on_resize(self, event: events.Resize) -> None:
        """Put the parts side by side, or one above the other."""
        self.set_class(event.size.width < WIDE, "-stacked")
        self._height = 0
        self._fit()

    def notes(self) -> list[Piece]:
        """Say why lists do not come."""
        return [
            Piece(pbx.room_sync.notice, "$text-warning", drop=3, elastic=True)
            for pbx in self.pbxs
            if pbx.room_sync.notice
        ]

    def target_of(self, row: Any, now: float) -> Target | None:  # noqa: ANN401  # rows of two tables
        """Return the channel of somebody in a room, or of a parked call; a room is nobody's."""
        if isinstance(row, RoomRow) or row.channel is None:
            return None
        if isinstance(row, PersonRow):
            words = f"{row.text}, in {row.room.name} for {hms(now - row.since)}"
        else:
            words = f"{row.text}, parked at {row.call.space} for {hms(now - row.call.since)}"
        return Target(row.store, row.channel.key, (row.channel.uniqueid,), words, whole=False)

    # -- keys that work -------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape goes back to the rooms; Tab is for a filter while that is typed."""
        if action == "next_part":
            return not isinstance(self.screen.focused, Input)
        if action == "clear_filter":
            return bool(self.filter_bar.text) or self.worked_in is not self.table
        return super().check_action(action, parameters)

    def has_use(self, action: str) -> bool:
        """Whether it is for the rows of the table that is worked in."""
        return (action == "fetch") == (self.worked_in is self.parked)

    def obstacle(self, action: str) -> str | None:
        """Return why nothing can be done to the rooms, the people or the parked call that are meant."""
        rows = self.chosen_rows()
        if not rows or isinstance(rows[0], ParkedRow) != (action == "fetch"):
            return _NO_CALL if action == "fetch" else "no conference is selected"
        if reason := several_pbxs(rows):
            return reason
        if action in {"lock", "record"} and len({row.room.name for row in rows}) > 1:
            return "these are several conferences: one at a time"
        if action == "fetch" and len(rows) > 1:
            return "these are several calls: one at a time (U unmarks)"
        return self.operator.why_not(rows[0].key[0], self._needs(action, rows))

    def _needs(self, action: str, rows: Sequence[Any]) -> str:
        """Return the AMI action that a key stands for now."""
        if action == "fetch":
            return "Originate"
        if action == "kick":
            return RoomAct.KICK.action
        if action == "mute":
            muted = all(person.muted for person in _people(rows))
            return (RoomAct.UNMUTE if muted else RoomAct.MUTE).action
        room = rows[0].room
        return (toggle_lock(room) if action == "lock" else toggle_recording(room)).action

    # -- what keys do ---------------------------------------------------------------------------------------------

    def action_mute(self) -> None:
        """Mute, or have heard again, whom the key means."""
        if rows := self._chosen("mute"):
            self.work.mute(rows[0].store, _people(rows))

    def action_kick(self) -> None:
        """Ask, then throw out whom the key means."""
        if rows := self._chosen("kick"):
            self.work.kick(rows[0].store, _people(rows, admins=True))

    def action_lock(self) -> None:
        """Lock the room, or unlock it."""
        if rows := self._chosen("lock"):
            self.work.lock(rows[0].store, rows[0].room)

    def action_record(self) -> None:
        """Ask, then record the room, or stop."""
        if rows := self._chosen("record"):
            self.work.record(rows[0].store, rows[0].room)

    def action_fetch(self) -> None:
        """Ask for a phone, then fetch the call."""
        if rows := self._chosen("fetch"):
            self.work.fetch(rows[0].store, rows[0].call)

    def _chosen(self, action: str) -> list[Any]:
        """Return the rows that a key means, none where it does nothing."""
        return [] if self.why_not(action) is not None else self.chosen_rows()

    def action_next_part(self) -> None:
        """Move the focus to the other table."""
        (self.parked if self.worked_in is self.table else self.table).focus()

    def action_clear_filter(self) -> None:
        """Go back: from the parked calls to the rooms, from what a filter shows to everything."""
        if self.worked_in is not self.table:
            self.table.focus()
        else:
            super().action_clear_filter()

    def on_live_table_activated(self, message: LiveTable.Activated) -> None:
        """Show a room's people, or do not; from others, go to their details."""
        if message.table is self.table and isinstance(self.table.cursor_row, RoomRow):
            message.stop()
            self._folded ^= {message.key}
            self.again()

    def on_live_table_collapsed(self, message: LiveTable.Collapsed) -> None:
        """Do not show a room's people."""
        message.stop()
        if message.table is self.table:
            self._folded.add(message.key)
            self.again()


def _people(rows: Sequence[RoomRow | PersonRow], *, admins: bool = False) -> list[Participant]:
    """Return whom *rows* mean, each once: of a room everybody, admins only where *admins* says so."""
    found: dict[str, Participant] = {}
    for row in rows:
        people = [row.person] if isinstance(row, PersonRow) else row.room.members.values()
        for person in people:
            if admins or isinstance(row, PersonRow) or not person.admin:
                found[person.uniqueid] = person
    return list(found.values())


def make(place: Workplace) -> RoomsView:
    """Return the view for *place*."""
    return RoomsView(place)
