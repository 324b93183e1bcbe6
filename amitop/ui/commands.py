"""What the command palette (ctrl+p) can do: every action that has a key here, the views, and the looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from amitop.ui.theme import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.types import IgnoreReturnCallbackType


class AmitopCommands(Provider):
    """The actions of the screen below the palette, by the words of their bindings, and one theme each.

    A hit's words are ours; nothing of a PBX is ever in them.
    """

    def _commands(self) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        """Yield name, help and callback."""
        app = self.app
        done = set()
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if not active.enabled or not binding.description or binding.system or binding.action in done:
                continue
            if binding.action == "command_palette" or binding.action.startswith(("move", "page")):
                continue
            done.add(binding.action)
            node, action = active.node, binding.action

            async def run(node: object = node, action: str = action) -> None:
                await app.run_action(action, node)  # type: ignore[arg-type]

            yield binding.description, binding.tooltip or f"key {app.get_key_display(binding)}", run
        for name, theme in NAMES.items():

            def dress(theme: str = theme) -> None:
                app.theme = theme

            yield f"Colours: {name}", "another theme, until amitop ends", dress

    async def discover(self) -> Hits:
        """Offer everything before a word is typed."""
        for name, words, callback in self._commands():
            yield DiscoveryHit(Content(name), callback, text=name, help=words)

    async def search(self, query: str) -> Hits:
        """Offer what matches *query*."""
        matcher = self.matcher(query)
        for name, words, callback in self._commands():
            score = matcher.match(name)
            if score > 0:
                yield Hit(score, matcher.highlight(name), callback, text=name, help=words)
