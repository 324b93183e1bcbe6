"""The parts of one queue: who waits in it and who answers for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.pbx.agents import latest
from amitop.views import caller_row, person_row
from amitop.views.caller_row import CallerRow
from amitop.views.columns import PBX, Column
from amitop.views.format import ago, hms
from amitop.views.person_row import PersonRow, seconds_since
from amitop.views.projection import natural
from amitop.views.standing import standing_in

if TYPE_CHECKING:
    from amitop.pbx.model import Key
    from amitop.pbx.queue_model import Member, Queue
    from amitop.views.floor import Floor


def caller_rows(floor: Floor, queue: Queue) -> list[CallerRow]:
    """Return a row for everyone who waits in *queue* and has been named, next one first."""
    if not queue.callers:
        return []
    ringing: dict[str, list[str]] = {}
    for member in queue.members.values():
        if member.ringing_for is not None:
            ringing.setdefault(member.ringing_for, []).append(member.name)
    return [CallerRow(floor, caller, ringing.get(caller.uniqueid, ())) for caller in queue.callers]


CALLER_COLUMNS: tuple[Column[CallerRow], ...] = (
    caller_row.POSITION,
    caller_row.WAIT,
    caller_row.LEFT,
    caller_row.CALLER,
    caller_row.RINGS,
    caller_row.PRIORITY,
    caller_row.JOINED_AT,
    caller_row.CHANNEL,
    caller_row.UNIQUEID,
    PBX,
)
"""Of one queue's callers."""


class MemberRow(PersonRow):
    """A member of one queue: a person, as far as this queue goes."""

    __slots__ = ("member",)

    def __init__(self, floor: Floor, member: Member) -> None:
        super().__init__(floor, floor.agent_of(member), standing_in(floor, member))
        self.member = member

    @property
    def key(self) -> Key:
        """(PBX, queue and interface)."""
        return self.member.key

    @property
    def name(self) -> str:
        """What the queue calls them."""
        return self.member.name

    def since_call(self, now: float) -> float | None:
        """Seconds since their last call of this queue ended; None for never."""
        return seconds_since(latest(self.member.completed_at, self.floor.moment(self.member.last_call)), now)

    def since_login(self, now: float) -> float | None:
        """Seconds since they became a member."""
        return seconds_since(self.floor.moment(self.member.login), now)

    def wrapup(self) -> int:
        """Seconds of wrap-up after a call; 0 for none, or where only the PBX knows."""
        return self.member.wrapup or self.floor.rules.wrapup(self.member.queue)


def member_rows(floor: Floor, queue: Queue) -> list[MemberRow]:
    """Return a row for every member of *queue*, by name."""
    rows = [MemberRow(floor, member) for member in queue.members.values()]
    rows.sort(key=lambda row: natural(row.member.name))
    return rows


def _yes(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


MEMBER_COLUMNS: tuple[Column[MemberRow], ...] = (
    person_row.NAME,
    person_row.STATE,
    person_row.TIME,
    person_row.WITH,
    Column(
        key="calls",
        title="CALLS",
        width=5,
        align="right",
        priority=3,
        text=lambda row, _: str(row.member.calls_taken),
        sort=lambda row, _: row.member.calls_taken,
        searched=False,
        number=True,
        hint="Asterisk: calls of this queue that they took since it was loaded or reset",
    ),
    Column(
        key="last",
        title="LAST CALL",
        width=10,
        align="right",
        priority=4,
        text=lambda row, now: ago(row.since_call(now)) if row.since_call(now) is not None else "never",
        sort=lambda row, now: row.since_call(now),
        searched=False,
        number=True,
        hint="Since their last call of this queue ended",
    ),
    person_row.IGNORED,
    Column(
        key="penalty",
        title="PENALTY",
        width=7,
        align="right",
        priority=4,
        text=lambda row, _: str(row.member.penalty),
        sort=lambda row, _: row.member.penalty,
        searched=False,
        number=True,
        hint="Who has a larger one is rung only while nobody with a smaller one is free",
    ),
    Column(
        key="membership",
        title="KIND",
        width=8,
        priority=6,
        text=lambda row, _: row.member.membership,
        sort=lambda row, _: row.member.membership,
        shown=False,
        hint="static, dynamic or realtime: only dynamic ones can be removed",
    ),
    Column(
        key="ringinuse",
        title="IN USE",
        width=6,
        priority=6,
        text=lambda row, _: _yes(row.member.ringinuse),
        sort=lambda row, _: _yes(row.member.ringinuse) or None,
        shown=False,
        searched=False,
        hint="Whether the queue rings them while they are on the phone (ringinuse); blank until the PBX has told",
    ),
    Column(
        key="wrapup",
        title="WRAP-UP",
        width=7,
        align="right",
        priority=6,
        text=lambda row, _: f"{row.wrapup()} s" if row.wrapup() else "",
        sort=lambda row, _: row.wrapup() or None,
        shown=False,
        searched=False,
        number=True,
        hint="After a call they are left alone for so long",
    ),
    Column(
        key="login",
        title="LOGIN",
        width=9,
        align="right",
        priority=6,
        text=lambda row, now: hms(row.since_login(now)),
        sort=lambda row, now: row.since_login(now),
        shown=False,
        searched=False,
        number=True,
        hint="A member since; of a static one, since the queue was loaded",
    ),
    Column(
        key="status",
        title="DEVICE STATE",
        width=12,
        priority=6,
        text=lambda row, _: row.member.status.words,
        sort=lambda row, _: row.member.status.words,
        shown=False,
        hint="Asterisk's word for the phone",
    ),
    Column(
        key="interface",
        title="INTERFACE",
        width=24,
        flex=1,
        priority=6,
        text=lambda row, _: row.member.interface,
        sort=lambda row, _: row.member.interface,
        shown=False,
        hint="What the queue dials",
    ),
    Column(
        key="device",
        title="DEVICE",
        width=18,
        priority=6,
        text=lambda row, _: row.agent.device,
        sort=lambda row, _: row.agent.device,
        shown=False,
        hint="The phone whose state counts",
    ),
    Column(
        key="queue",
        title="QUEUE",
        width=14,
        priority=6,
        text=lambda row, _: row.member.queue,
        sort=lambda row, _: row.member.queue,
        shown=False,
        hint="Of which queue this is a member",
    ),
    PBX,
)
"""Of one queue's members."""
