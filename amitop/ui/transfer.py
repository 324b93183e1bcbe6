"""The dialog of a transfer: which party goes, where to, and in words what becomes of everybody. Sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.widgets import Button, Input, Label, OptionList, Static

from amitop.control.transfer import TransferPlan, plan_transfer
from amitop.text import clean
from amitop.ui.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult

    from amitop.control.transfer import TransferChoice


class TransferScreen(Dialog[TransferPlan | None]):
    """Asks which of *choices* to take and where to, and dismisses with the plan, or None.

    *title* says whose call it is. *extens* and *contexts* complete what is typed (→ takes the rest of the word).
    *refusals* holds, for each choice that this login may not make, why; such a choice can be looked at, not made.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", id="transfer.cancel"),
    ]

    def __init__(
        self,
        title: str,
        pbx: str,
        choices: Sequence[TransferChoice],
        extens: Sequence[str],
        contexts: Sequence[str],
        *,
        refusals: Sequence[str | None] = (),
    ) -> None:
        super().__init__()
        self._heading = clean(title)
        self._pbx = pbx
        self._choices = choices
        self._refusals = list(refusals) or [None] * len(choices)
        # What cannot be shown as it is cannot be confirmed either, so it is not offered.
        self._extens = [each for each in extens if each == clean(each)]
        self._contexts = [each for each in contexts if each == clean(each)]
        self._chosen = 0

    def compose(self) -> ComposeResult:
        """Lay out the choices, the two fields, the sentence and the buttons."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_subtitle = "↑ ↓ go from field to field, → completes"
            yield Static(Content(f"Transfer {self._heading}"), classes="dialog-title", markup=False)
            yield OptionList(*(self._prompt(index) for index in range(len(self._choices))), id="who", compact=True)
            with Horizontal(classes="dialog-fields"):
                yield Label("Extension", markup=False)
                yield Input(id="exten", compact=True, suggester=SuggestFromList(self._extens), max_length=79)
                yield Label("Context", markup=False)
                yield Input(
                    self._default_context(),
                    id="context",
                    compact=True,
                    suggester=SuggestFromList(self._contexts),
                    max_length=79,
                )
            yield Static("", id="sentence", markup=False)
            with Horizontal(classes="dialog-buttons"):
                yield Button("Transfer", id="yes", compact=True)
                yield Button("Cancel (Esc)", id="no", compact=True)

    def on_mount(self) -> None:
        """Begin where there is something to type; where there is a choice it is one key up."""
        self.query_one(OptionList).highlighted = self._chosen
        self.query_one("#exten", Input).focus()
        self._say()

    def _prompt(self, index: int) -> Content:
        mark = "(•) " if index == self._chosen else "( ) "
        style = "dim" if self._refusals[index] else ""
        return Content.assemble((mark + clean(self._choices[index].label), style))

    def _default_context(self) -> str:
        """The context in which the leg itself stands, if that can be shown, else the most frequent one."""
        own = self._choices[self._chosen].leg.position.context or ""
        if own and own == clean(own):
            return own
        return self._contexts[0] if self._contexts else ""

    def _plan(self) -> TransferPlan:
        return plan_transfer(
            self._pbx,
            self._choices[self._chosen],
            self.query_one("#exten", Input).value,
            self.query_one("#context", Input).value,
        )

    def _say(self) -> None:
        """Tell what would happen now, or what is missing."""
        sentence = self.query_one("#sentence", Static)
        button = self.query_one("#yes", Button)
        refusal = self._refusals[self._chosen]
        try:
            words, possible = self._plan().sentence, True
        except ValueError as error:
            words, possible = f"{error} {self._choices[self._chosen].consequence}", False
        if refusal:
            words, possible = refusal, False
        sentence.set_class(bool(refusal), "-refused")
        sentence.update(Content(clean(words, 600)))
        button.disabled = not possible

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Take the choice that the cursor is on."""
        event.stop()
        before, self._chosen = self._chosen, event.option_index
        for index in {before, self._chosen}:
            event.option_list.replace_option_prompt_at_index(index, self._prompt(index))
        self._say()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go on to the extension."""
        event.stop()
        self.query_one("#exten", Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Keep the sentence true."""
        event.stop()
        self._say()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to the button, whose Enter then does it: the sentence is read in between."""
        event.stop()
        button = self.query_one("#yes", Button)
        if not button.disabled:
            button.focus()
        elif event.input.id == "exten" and event.value:
            self.query_one("#context", Input).focus()

    def on_key(self, event: events.Key) -> None:
        """Let the arrow keys leave a field: up to the choices, down to the buttons."""
        if event.key in {"up", "down"} and isinstance(self.focused, Input | Button):
            event.stop()
            (self.focus_previous if event.key == "up" else self.focus_next)()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Hand back the plan, or nothing."""
        event.stop()
        if event.button.id == "no":
            self.dismiss(None)
            return
        try:
            self.dismiss(self._plan())
        except ValueError:
            self._say()

    def action_cancel(self) -> None:
        """Leave everything as it is."""
        self.dismiss(None)
