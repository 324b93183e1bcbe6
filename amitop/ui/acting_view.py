"""What views have in common whose own keys change something on a PBX: when such a key is there, dimmed, or works."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from textual.widgets import Input

from amitop.ui.table_view import TableView
from amitop.views.columns import Row

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from amitop.control.operator import Operator
    from amitop.live import LivePbx
    from amitop.views.columns import Column
    from amitop.views.format import Glyphs

RowT = TypeVar("RowT", bound=Row)


class ActingView(TableView[RowT], Generic[RowT]):
    """A view with keys that *operator* carries out, or refuses."""

    DEEDS: ClassVar[Collection[str]]
    """The names of the actions that those keys are bound to."""

    def __init__(
        self, pbxs: Sequence[LivePbx], columns: Sequence[Column[RowT]], glyphs: Glyphs, operator: Operator
    ) -> None:
        super().__init__(pbxs, columns, glyphs)
        self.operator = operator

    # -- what a view adds -----------------------------------------------------------------------------------------

    def has_use(self, action: str) -> bool:
        """Whether the key of one of `DEEDS` has to do with the rows of the table that is worked in."""
        return True

    def obstacle(self, action: str) -> str | None:
        """Return why the key of one of `DEEDS` does nothing now, or None when it works."""
        raise NotImplementedError

    # -- keys that work -------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide keys that have no use here and those that read-only mode removes; dim what cannot be done now."""
        if action not in self.DEEDS:
            return super().check_action(action, parameters)
        if isinstance(self.screen.focused, Input) or not self.has_use(action):
            return False
        if not any(self.operator.may_act(pbx.name) for pbx in self.pbxs):
            return False
        return True if self.obstacle(action) is None else None

    def why_not(self, action: str) -> str | None:
        """Return why the key for *action* does nothing now."""
        return self.obstacle(action) if action in self.DEEDS else super().why_not(action)

    def working(self) -> tuple[bool | None, ...]:
        """Return which keys work."""
        return tuple(self.check_action(action, ()) for action in self.DEEDS)


def several_pbxs(rows: Iterable[Row]) -> str | None:
    """Return why what is done on one PBX cannot be done with *rows*, None where they are all of one."""
    names = {row.key[0] for row in rows}
    return f"these are on {len(names)} PBXs: mark those of one" if len(names) > 1 else None
