"""What the views of queues and agents look at: one PBX, what is wanted of its queues, the shift's figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from amitop.thresholds import Rules

if TYPE_CHECKING:
    from amitop.pbx.store import Store


@dataclass(frozen=True, slots=True)
class Floor:
    """One PBX at one moment. The moment itself, in seconds of the store's clock, goes beside it as `now`."""

    store: Store
    server_now: float
    """The PBX's own time of day at `now`, in epoch seconds: what it says of members is in these."""
    rules: Rules = field(default_factory=Rules)
