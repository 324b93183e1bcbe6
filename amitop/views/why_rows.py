"""Why is nobody answering, as rows of a table: a member and the reason why it is not ringing now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amitop.views.columns import Column
from amitop.views.projection import natural
from amitop.views.standing import STATE_ORDER
from amitop.views.why import Reason, reasons

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.pbx.agents import Agent
    from amitop.pbx.model import Key
    from amitop.pbx.queue_model import Queue
    from amitop.views.floor import Floor


class WhyRow:
    """A member and why it does not ring."""

    __slots__ = ("floor", "reason")
    ended = False
    children: Sequence[WhyRow] = ()

    def __init__(self, floor: Floor, reason: Reason) -> None:
        self.floor = floor
        self.reason = reason

    @property
    def key(self) -> Key:
        """The member's."""
        return self.reason.key

    @property
    def agent(self) -> Agent:
        """Who it is."""
        return self.floor.agent_of(self.reason.member)


def why_rows(floor: Floor, queue: Queue) -> list[WhyRow]:
    """Return a row for each member of *queue* while somebody waits in it, who should be ringing first; else none."""
    return [WhyRow(floor, reason) for reason in reasons(floor, queue)] if queue.waiting else []


WHY_COLUMNS: tuple[Column[WhyRow], ...] = (
    Column(
        key="agent",
        title="AGENT",
        width=14,
        priority=0,
        text=lambda row, _: row.reason.name,
        sort=lambda row, _: natural(row.reason.name),
        hint="The member's name",
    ),
    Column(
        key="why",
        title="WHY IT DOES NOT RING",
        width=24,
        flex=1,
        priority=0,
        text=lambda row, _: " ".join(each for each in (row.reason.level.sign, row.reason.text) if each),
        sort=lambda row, _: STATE_ORDER.index(row.reason.state),
        style=lambda row, _: row.reason.style,
        hint="What keeps the queue from ringing this member; ! where that is odd",
    ),
)
