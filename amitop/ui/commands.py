"""What the command palette (ctrl+p) can do: every action that has a key here, and the colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from amitop.ui.help import ORDER
from amitop.ui.key_bar import key_name
from amitop.ui.theme import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.dom import DOMNode
    from textual.types import IgnoreReturnCallbackType

MOVES = ("move", "page", "first", "last", "activate", "collapse", "mark")
"""Actions that make no sense but from their keys."""


class AmitopCommands(Provider):
    """The actions of the screen below the palette, by the words of their bindings, and the themes.

    A hit's words are ours; nothing of a PBX is ever in them.
    """

    def _commands(self) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        """Yield name, help and callback."""
        app = self.app
        done = set()

        def rank(node: DOMNode) -> int:
            title = node.BINDING_GROUP_TITLE or ""
            return ORDER.index(title) if title in ORDER else len(ORDER)

        for active in sorted(self.screen.active_bindings.values(), key=lambda each: rank(each.node)):
            binding, node = active.binding, active.node
            if not active.enabled or not binding.description or binding.system or binding.action in done:
                continue
            if binding.action.partition("(")[0] in MOVES:
                continue
            done.add(binding.action)

            async def run(node: DOMNode = node, action: str = binding.action) -> None:
                await app.run_action(action, node)

            words = f"{binding.tooltip}, " if binding.tooltip else ""
            yield binding.description, f"{words}key {key_name(app, active)}", run
        for name, theme in NAMES.items():

            def dress(theme: str = theme) -> None:
                app.theme = theme

            yield f"Colours: {name}", "until amitop ends", dress

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
