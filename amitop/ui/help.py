"""The keys, grouped by what they act on, written from the bindings themselves so that it cannot be out of date."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from amitop.text import clean
from amitop.ui.dialog import Dialog
from amitop.ui.key_bar import key_name
from amitop.ui.line import wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from textual.app import App, ComposeResult
    from textual.binding import ActiveBinding

KEY_WIDTH = 14
ROOM = 55
"""Cells for words beside the keys in a terminal of 80."""
ORDER = ("Dashboard", "View", "Rows", "Details", "amitop")

NOT_OURS = frozenset({"app.focus_next", "app.focus_previous", "screen.copy_text"})
"""What Textual binds on every screen: it works, and says nothing about amitop."""

FILTER_WORDS = (
    ("ann 1004", "rows that hold both words, anywhere"),
    ("!queue", "rows without that word"),
    ("state:ringing", "the word in one column"),
    ("time:>2m", "durations: < <= > >= =, as 90, 2m, 1h or 1:30"),
    ('"two words"', "words that stand together"),
)

Group = tuple[str, list[tuple[str, str, str]]]
"""A title, and keys, words and (where it does not work now) the reason."""


def groups_of(
    app: App[object], active: Mapping[str, ActiveBinding], why: Callable[[str], str | None] = lambda _action: None
) -> list[Group]:
    """Return the keys of *active* by the kind of widget that they belong to, several keys of one action together.

    *why* gives the reason for an action that is there and not enabled.
    """
    titled: dict[str, dict[str, tuple[list[str], str, str]]] = {}
    for each in active.values():
        binding = each.binding
        if not binding.description or binding.system or binding.action in NOT_OURS:
            continue
        title = each.node.BINDING_GROUP_TITLE or "Here"
        reason = "" if each.enabled else why(binding.action) or "not now"
        words = _named(binding.description, binding.tooltip)
        keys, _, _ = titled.setdefault(title, {}).setdefault(binding.action, ([], words, reason))
        keys.append(key_name(app, each))
    # From the dashboard down to the program, then what has the focus: as one reads it, not as Textual looks for a key.
    order = sorted(titled, key=lambda title: ORDER.index(title) if title in ORDER else len(ORDER))
    return [
        (title, [(" ".join(keys), words, reason) for keys, words, reason in titled[title].values()]) for title in order
    ]


def _named(name: str, words: str) -> str:
    """Return what a key does, after the *name* by which the last line and the tabs call it."""
    if not words or words.casefold().startswith(name.casefold()):
        return words or name
    return f"{name}: {words[0].lower()}{words[1:]}"


def help_text(groups: Sequence[Group]) -> Content:
    """Return the whole help."""
    return Content("\n").join(_lines(groups))


def _lines(groups: Sequence[Group]) -> Iterable[Content]:
    for title, rows in groups:
        yield Content.styled(title, "bold $primary")
        for keys, words, reason in rows:
            style = "dim" if reason else ""
            first, *more = wrap(words, ROOM)
            yield Content.assemble((f"  {keys:<{KEY_WIDTH}} ", style or "bold"), (first, style))
            lines = [(line, style) for line in more]
            if reason:
                lines += [(line, "$text-warning") for line in wrap(f"({clean(reason)})", ROOM)]
            for line, dress in lines:
                yield Content.styled(f"{'':<{KEY_WIDTH + 3}}{line}", dress)
        yield Content("")
    yield Content.styled("What a filter can say", "bold $primary")
    for example, words in FILTER_WORDS:
        yield Content.assemble((f"  {example:<{KEY_WIDTH}} ", "bold"), words)


class HelpScreen(Dialog[None]):
    """Shows *groups* until it is closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "close", "Back", id="help.close"),
    ]

    def __init__(self, groups: Sequence[Group]) -> None:
        super().__init__()
        self._groups = groups

    def compose(self) -> ComposeResult:
        """Lay out the text, which may scroll."""
        with VerticalScroll(classes="dialog -help") as scroll:
            scroll.border_title = "Keys"
            scroll.border_subtitle = "Esc goes back"
            yield Static(help_text(self._groups), markup=False)

    def on_mount(self) -> None:
        """Let the arrow keys scroll."""
        self.query_one(VerticalScroll).focus()

    def action_close(self) -> None:
        """Go back."""
        self.dismiss()
