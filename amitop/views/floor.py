"""What the views of queues and agents look at: one PBX at one moment, and what is wanted of its queues."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from amitop.pbx.agents import Agent, agents
from amitop.thresholds import Rules

if TYPE_CHECKING:
    from amitop.pbx.model import Channel
    from amitop.pbx.queue_model import Member
    from amitop.pbx.store import Store
    from amitop.shift.tally import Tally


@dataclass(frozen=True)
class Floor:
    """One PBX at one moment. Made anew for each frame: what it works out holds for that frame."""

    store: Store
    now: float
    """Seconds of the store's clock."""
    server_now: float
    """The PBX's own time of day at `now`, in epoch seconds: it tells the times of members in these."""
    rules: Rules = field(default_factory=Rules)
    tally: Tally | None = None
    """The shift's own figures; None where nobody counts."""

    @cached_property
    def people(self) -> list[Agent]:
        """Every agent, by device."""
        return agents(self.store, self.server_now, self.now, self.rules.wrapup)

    @cached_property
    def _by_membership(self) -> dict[tuple[str, str], Agent]:
        return {(member.queue, member.interface): agent for agent in self.people for member in agent.memberships}

    def agent_of(self, member: Member) -> Agent:
        """Return the person who *member* is."""
        return self._by_membership[member.queue, member.interface]

    @cached_property
    def _by_device(self) -> dict[str, Channel]:
        return {channel.device: channel for channel in self.store.channels.values()}

    def channel_on(self, device: str) -> Channel | None:
        """Return a channel of *device*, `PJSIP/agent01`; the youngest where it has several."""
        return self._by_device.get(device)

    def epoch(self, now: float) -> float:
        """Return the PBX's time of day at *now*, in epoch seconds."""
        return self.server_now + now - self.now

    def moment(self, epoch: int | None) -> float | None:
        """Return the PBX's *epoch* seconds as a moment of the store's clock, never in the future; None for None."""
        return None if epoch is None else min(self.now, self.now - (self.server_now - epoch))
