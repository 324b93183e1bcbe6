"""The dialog of an action that asks for something: where, one field to type or choose, and before it whom it affects.

It knows nothing of what is asked: `work_out` makes a draft of every change, and the one on the screen is what is handed
back when it is confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.widgets import Button, Input, Label, OptionList, Static

from amitop.text import clean
from amitop.ui.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events
    from textual.app import ComposeResult

ResultT = TypeVar("ResultT")
LONGEST = 120
"""Characters that may be typed: more than any field of Asterisk takes, so that it is said and not cut off."""


@dataclass(frozen=True, slots=True)
class Draft(Generic[ResultT]):
    """What would be done, and in words; nothing of it is cleaned."""

    result: ResultT
    sentence: str
    lines: tuple[str, ...] = ()
    """Who is affected, one line each."""
    refusal: str | None = None
    """Why it cannot be done."""


@dataclass(frozen=True, slots=True)
class Field:
    """Something to type; *choices* are offered above it, as what is filled in and the words beside it."""

    label: str
    choices: Sequence[tuple[str, str]] = ()
    value: str = ""
    placeholder: str = ""
    suggestions: Sequence[str] = ()
    """What completes what is typed, beside the choices."""


class FormScreen(Dialog[ResultT | None], Generic[ResultT]):
    """Asks under *title* in which of *scopes* and for *field*, shows the draft, and dismisses with its result, or None.

    `work_out` is called with the number of the scope and the text, and raises ValueError, with a line for the person,
    where that makes no sense (yet). *more* are further fields, without choices of their own, whose texts it gets as
    well. *danger*: the focus begins on Cancel.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", id="form.cancel"),
        Binding("pagedown", "page(1)", "Who else is affected", show=False, priority=True),
        Binding("pageup", "page(-1)", "Who is affected", show=False, priority=True),
    ]

    def __init__(
        self,
        title: str,
        work_out: Callable[..., Draft[ResultT]],
        *,
        yes: str,
        scopes: Sequence[str] = (),
        field: Field | None = None,
        more: Sequence[Field] = (),
        danger: bool = False,
    ) -> None:
        super().__init__()
        self._heading = clean(title, 600)
        self._work_out = work_out
        self._yes = yes
        self._scopes = scopes
        self._field = field
        self._more = more
        # What cannot be shown as it is cannot be confirmed either, so it is not offered.
        self._choices = [each for each in field.choices if each[0] == clean(each[0])] if field else []
        self._danger = danger
        self._scope = 0
        self._draft: Draft[ResultT] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the question, what can be chosen, the field, the draft and the buttons."""
        with Vertical(classes="dialog -form -danger" if self._danger else "dialog -form") as dialog:
            if self._scopes or self._field:
                dialog.border_subtitle = "↑ ↓ Tab: part to part, PgDn: scroll the list"
            yield Static(Content(self._heading), classes="dialog-title", markup=False)
            if len(self._scopes) > 1:
                yield OptionList(*map(self._prompt, range(len(self._scopes))), id="scopes", compact=True)
            if self._field is not None:
                yield from self._compose_field(self._field)
            for number, each in enumerate(self._more):
                yield self._line(each, f"more-{number}")
            yield Static("", id="sentence", markup=False)
            with VerticalScroll(classes="dialog-lines -draft", can_focus=False):
                yield Static("", id="draft", markup=False)
            with Horizontal(classes="dialog-buttons"):
                yield Button(Content(self._yes), id="yes", compact=True)
                yield Button("Cancel (Esc)", id="no", compact=True)

    def _compose_field(self, field: Field) -> ComposeResult:
        if self._choices:
            options = [self._choice(text, words) for text, words in self._choices]
            yield OptionList(*options, id="choices", compact=True)
        yield self._line(field, "field", [text for text, _ in self._choices])

    @staticmethod
    def _line(field: Field, name: str, choices: Sequence[str] = ()) -> Horizontal:
        known = [*choices, *(each for each in field.suggestions if each == clean(each))]
        entry = Input(
            clean(field.value),
            id=name,
            compact=True,
            placeholder=field.placeholder,
            suggester=SuggestFromList(known),
            max_length=LONGEST,
        )
        return Horizontal(Label(Content(field.label), markup=False), entry, classes="dialog-fields -one")

    def _choice(self, text: str, words: str) -> Content:
        return Content.assemble(text or "(none)", (f"  {clean(words)}" if words else "", "$text-muted"))

    def _prompt(self, index: int) -> Content:
        return Content(("(•) " if index == self._scope else "( ) ") + clean(self._scopes[index]))

    def on_mount(self) -> None:
        """Begin where there is something to choose or to type."""
        if len(self._scopes) > 1:
            self.query_one("#scopes", OptionList).highlighted = 0
        if self._danger:
            self.query_one("#no", Button).focus()
        elif self._choices:
            self.query_one("#choices", OptionList).focus()
        elif self._field is not None:
            self.query_one("#field", Input).focus()
        elif len(self._scopes) > 1:
            self.query_one("#scopes", OptionList).focus()
        self._say()
        if self.focused is None:
            self.query_one("#yes", Button).focus()

    @property
    def _texts(self) -> list[str]:
        first = self.query_one("#field", Input).value if self._field is not None else ""
        return [first, *(self.query_one(f"#more-{number}", Input).value for number in range(len(self._more)))]

    def _say(self) -> None:
        """Work out the draft afresh and show it, or what is missing."""
        lines: tuple[str, ...] = ()
        refusal = ""
        self._draft = None
        try:
            draft = self._work_out(self._scope, *self._texts)
        except ValueError as error:
            sentence = str(error)
        else:
            sentence, lines, refusal = draft.sentence, draft.lines, draft.refusal or ""
            self._draft = None if refusal else draft
        words = self.query_one("#sentence", Static)
        words.set_class(bool(refusal), "-refused")
        words.update(Content(clean(refusal or sentence, 600)))
        self.query_one("#draft", Static).update(Content("\n".join(clean(line, 300) for line in lines)))
        shown = self.query_one(".-draft")
        shown.display = bool(lines)
        self.query_one("#yes", Button).disabled = self._draft is None

    # -- what is chosen and typed -----------------------------------------------------------------------------------

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Take what the cursor is on: the scope, or a word for the field."""
        event.stop()
        if event.option_list.id == "choices":
            if event.option_list.has_focus:
                self.query_one("#field", Input).value = self._choices[event.option_index][0]
            return
        before, self._scope = self._scope, event.option_index
        for index in {before, self._scope}:
            event.option_list.replace_option_prompt_at_index(index, self._prompt(index))
        self._say()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter goes on to what is next: from the scope to the field, from a word to the button."""
        event.stop()
        if event.option_list.id == "choices":
            self.query_one("#field", Input).value = self._choices[event.option_index][0]
            self._say()
            self._on_to_the_button()
        elif self._field is not None:
            self.query_one("#choices" if self._choices else "#field").focus()
        else:
            self._on_to_the_button()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Keep the draft true."""
        event.stop()
        self._say()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to the button, whose Enter then does it: the draft is read in between."""
        event.stop()
        self._on_to_the_button()

    def _on_to_the_button(self) -> None:
        button = self.query_one("#yes", Button)
        if not button.disabled:
            button.focus()

    def on_key(self, event: events.Key) -> None:
        """Let the arrow keys leave a field and a list's ends."""
        step = {"up": -1, "down": 1}.get(event.key)
        if step is None:
            return
        focused = self.focused
        if isinstance(focused, OptionList):
            last = 0 if step < 0 else focused.option_count - 1
            if focused.highlighted is not None and focused.highlighted != last:
                return
            if focused.highlighted is None and step > 0:
                return
        event.stop()
        event.prevent_default()
        (self.focus_previous if step < 0 else self.focus_next)()

    # -- the end ----------------------------------------------------------------------------------------------------

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Hand back what the draft said, or nothing."""
        event.stop()
        if event.button.id == "no":
            self.dismiss(None)
        elif self._draft is not None:
            self.dismiss(self._draft.result)

    def action_page(self, pages: int) -> None:
        """Scroll through those who are affected."""
        draft = self.query_one(".-draft", VerticalScroll)
        (draft.scroll_page_down if pages > 0 else draft.scroll_page_up)(animate=False)

    def action_cancel(self) -> None:
        """Leave everything as it is."""
        self.dismiss(None)
