"""The colours: dark, light, high contrast, and the terminal's own. Chooses glyphs too: what a terminal can show."""

import os
from collections.abc import Mapping
from typing import TextIO

from textual.theme import Theme

DARK = Theme(
    name="amitop-dark",
    primary="#6cb2f5",
    secondary="#8fa3b8",
    accent="#d2a8ff",
    success="#6fc276",
    warning="#e0b04c",
    error="#f47067",
    foreground="#d3dae2",
    background="#10151b",
    surface="#171d25",
    panel="#1e2630",
    dark=True,
    variables={
        "block-cursor-background": "#27517d",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "none",
        "border": "#3a4654",
        "border-blurred": "#2a333e",
        "footer-key-foreground": "#6cb2f5",
        "scrollbar": "#3a4654",
        "scrollbar-background": "#10151b",
    },
)

LIGHT = Theme(
    name="amitop-light",
    primary="#0b5cad",
    secondary="#51606f",
    accent="#7a3fa0",
    success="#176f32",
    warning="#8a5700",
    error="#b3261e",
    foreground="#1f2730",
    background="#fbfbf9",
    surface="#f1f2ee",
    panel="#e6e9e4",
    dark=False,
    variables={
        "block-cursor-background": "#bcd9f5",
        "block-cursor-foreground": "#0d1720",
        "block-cursor-text-style": "none",
        "border": "#b5bcc2",
        "border-blurred": "#d5d9dc",
        "footer-key-foreground": "#0b5cad",
        "scrollbar": "#b5bcc2",
        "scrollbar-background": "#fbfbf9",
    },
)

CONTRAST = Theme(
    name="amitop-contrast",
    primary="#00d7ff",
    secondary="#ffffff",
    accent="#ffaf00",
    success="#5fff5f",
    warning="#ffff00",
    error="#ff8787",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#262626",
    dark=True,
    text_alpha=1.0,
    variables={
        "block-cursor-background": "#ffff00",
        "block-cursor-foreground": "#000000",
        "block-cursor-text-style": "bold",
        "text-muted": "#e4e4e4",
        "text-disabled": "#bcbcbc",
        "border": "#ffffff",
        "border-blurred": "#bcbcbc",
        "footer-key-foreground": "#ffff00",
        "scrollbar": "#ffffff",
        "scrollbar-background": "#262626",
    },
)

THEMES = (DARK, LIGHT, CONTRAST)
ANSI = "ansi-dark"
"""Textual's theme that leaves the sixteen colours to the terminal."""

NAMES = {"dark": DARK.name, "light": LIGHT.name, "contrast": CONTRAST.name, "terminal": ANSI}
"""What a person calls a theme, and what Textual does."""


def theme_name(wanted: str | None, environ: Mapping[str, str] = os.environ) -> str:
    """Return the Textual name of the theme to start with; *wanted* is a key of `NAMES` or a Textual theme's name.

    Under NO_COLOR it is the terminal's own: any other would be drawn in greys or not at all (`style.md` 4.14). The
    Linux console has sixteen colours, so there the terminal's own are the default.
    """
    if "NO_COLOR" in environ:
        return ANSI
    if wanted:
        return NAMES.get(wanted, wanted)
    return ANSI if environ.get("TERM") == "linux" else DARK.name


def needs_ascii(stream: TextIO | None, environ: Mapping[str, str] = os.environ) -> bool:
    """Say whether only ASCII can be trusted: *stream* (where Textual draws: stderr) is not UTF-8, or a Linux console.

    The console's font has no sparkline blocks; elsewhere box characters come out as `\\u2500` (`style.md` 4.14).
    """
    if environ.get("TERM") == "linux":
        return True
    encoding = (getattr(stream, "encoding", None) or "").lower().replace("-", "").replace("_", "")
    return encoding not in {"utf8", "utf8sig"}
