"""Textual's painter, which passes over the widgets that nothing of a frame can show.

For a frame in which a few lines have changed, Textual renders every widget that touches the rectangle around all of
them: also containers, which lie wholly behind the table, and lines that stand between two that have changed. That was
half of what a frame cost. Which lines are then written, and how, is still Textual's own doing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual._compositor import Compositor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual._compositor import ChopsUpdate
    from textual.geometry import Region
    from textual.strip import Strip


class LeanCompositor(Compositor):
    """Renders for a partial update only what can be seen in it. A widget is opaque: what is in front of it wins."""

    def __init__(self) -> None:
        super().__init__()
        self._asked: list[Region] = []

    def render_partial_update(self) -> ChopsUpdate | None:
        """Note what has changed while Textual renders it."""
        self._asked = list(self._dirty_regions)
        try:
            return super().render_partial_update()
        finally:
            self._asked = []

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        """Return the lines of the widgets in *crop*, front to back, until all that has changed is covered."""
        if not self._asked:
            yield from super()._get_renders(crop)
            return
        left = self._asked
        for widget, (region, clip) in self.visible_widgets.items():  # front to back
            shown = region.intersection(clip)
            if not any(map(shown.overlaps, left)):
                continue
            yield region, clip, widget.render_lines(shown.translate((-region.x, -region.y)))
            left = [each for each in left if not shown.contains_region(each)]
            if not left:
                return
