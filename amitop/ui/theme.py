"""The colours: dark, light, high contrast, and the terminal's own. Chooses glyphs too: what a terminal can show."""

import os
from collections.abc import Mapping
from typing import TextIO

from textual.theme import Theme

# Over SSH true colour is seldom known of (COLORTERM is not passed on), so most of these are colours of the
# 256 that every terminal has: others are rounded, and a calm dark grey becomes navy blue.
DARK = Theme(
    name="amitop-dark",
    primary="#5fafff",
    secondary="#87afd7",
    accent="#afafff",
    success="#87d787",
    warning="#d7af5f",
    error="#ff8787",
    foreground="#d0d0d0",
    background="#121212",
    surface="#1c1c1c",
    panel="#262626",
    dark=True,
    variables={
        "text-muted": "#8a8a8a",
        "text-disabled": "#626262",
        "text-primary": "#5fafff",
        "text-accent": "#afafff",
        "text-success": "#87d787",
        "text-warning": "#d7af5f",
        "text-error": "#ff8787",
        "block-cursor-background": "#005f87",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#303030",
        "block-cursor-blurred-foreground": "#d0d0d0",
        "border": "#4e4e4e",
        "border-blurred": "#3a3a3a",
        "footer-key-foreground": "#5fafff",
        "scrollbar": "#4e4e4e",
        "scrollbar-background": "#1c1c1c",
    },
)

LIGHT = Theme(
    name="amitop-light",
    primary="#005faf",
    secondary="#5f5f87",
    accent="#5f5faf",
    success="#005f00",
    warning="#875f00",
    error="#af0000",
    foreground="#262626",
    background="#ffffff",
    surface="#f5f5f5",
    panel="#e4e4e4",
    dark=False,
    variables={
        "text-muted": "#626262",
        "text-disabled": "#949494",
        "text-primary": "#005faf",
        "text-accent": "#5f5faf",
        "text-success": "#005f00",
        "text-warning": "#875f00",
        "text-error": "#af0000",
        "block-cursor-background": "#afd7ff",
        "block-cursor-foreground": "#000000",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#dadada",
        "block-cursor-blurred-foreground": "#262626",
        "border": "#a8a8a8",
        "border-blurred": "#c6c6c6",
        "footer-key-foreground": "#005faf",
        "scrollbar": "#a8a8a8",
        "scrollbar-background": "#eeeeee",
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
        "text-primary": "#00d7ff",
        "text-accent": "#ffaf00",
        "text-success": "#5fff5f",
        "text-warning": "#ffff00",
        "text-error": "#ff8787",
        "block-cursor-blurred-background": "#444444",
        "block-cursor-blurred-foreground": "#ffffff",
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
