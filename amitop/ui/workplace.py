"""What a view is given when it is made: the PBXs, how to draw, and who carries out what its keys ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import App

    from amitop.control.operator import Operator
    from amitop.live import LivePbx
    from amitop.thresholds import Rules
    from amitop.ui.floors import Floors
    from amitop.ui.memory import Memory
    from amitop.ui.operate import Operations
    from amitop.ui.queue_work import QueueWork
    from amitop.views.format import Glyphs


@dataclass(frozen=True, slots=True)
class Workplace:
    """One dashboard. Whoever acts for a view of their own is made from *app*, *operator*, *operations* and *rules*."""

    app: App[int]
    pbxs: Sequence[LivePbx]
    glyphs: Glyphs
    rules: Rules
    operator: Operator
    operations: Operations
    floors: Floors
    queue_work: QueueWork
    memory: Memory
