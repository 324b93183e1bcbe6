"""The views, in the order of their keys. A new one is a module with `make(place)` and a line here.

A view is imported and made when it is first shown: whoever looks at calls all day does not pay for the others, neither
at the start nor in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from textual.binding import Binding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from amitop.live import LivePbx
    from amitop.ui.table_view import TableView
    from amitop.ui.workplace import Workplace


@dataclass(frozen=True, slots=True)
class ViewEntry:
    """One view: its *name* is the widget's id, *tooltip* says in the help what it shows.

    *needs* are AMI actions of which the PBX must have at least one for this login; without any, the view is hidden.
    """

    name: str
    tooltip: str
    needs: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What its tab says."""
        return self.name.capitalize()

    def load(self) -> ModuleType:
        """Import its module, `amitop.ui.<name>_view`, and return it."""
        return import_module(f"amitop.ui.{self.name}_view")

    def make(self, place: Workplace) -> TableView[Any]:
        """Return the view, to be mounted."""
        view: TableView[Any] = self.load().make(place)
        return view

    def why_hidden(self, pbxs: Sequence[LivePbx]) -> str | None:
        """Return why it has nothing to show on any of *pbxs*, None where it has."""
        if not self.needs or any(pbx.rights.may(action) for pbx in pbxs for action in self.needs):
            return None
        return next((pbx.rights.why_not(self.needs[0]) for pbx in pbxs), None)


VIEWS: tuple[ViewEntry, ...] = (
    ViewEntry("calls", "A row for every call"),
    ViewEntry("channels", "A row for every leg"),
    ViewEntry("queues", "A row for every queue", ("QueueStatus",)),
    ViewEntry("waiting", "Everyone who waits", ("QueueStatus",)),
    ViewEntry("agents", "Everyone who answers queues", ("QueueStatus",)),
    ViewEntry("endpoints", "A row for every device", ("PJSIPShowEndpoints", "SIPpeers", "IAXpeerlist")),
    ViewEntry("trunks", "A row for every trunk", ("PJSIPShowRegistrationsOutbound", "SIPshowregistry", "IAXregistry")),
    ViewEntry("rooms", "Conferences and parked calls", ("ConfbridgeListRooms", "ParkedCalls")),
    ViewEntry("quality", "How each leg sounds, the worst first"),
)

VIEW_KEYS = [
    Binding(str(key), f"view('{entry.name}')", entry.title, show=False, tooltip=entry.tooltip, id=f"view.{entry.name}")
    for key, entry in enumerate(VIEWS, 1)
]
