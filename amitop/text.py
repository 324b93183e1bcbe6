"""The one door for text from a PBX on its way to a screen. Standard library only."""

LIMIT = 256
"""Characters kept of one field: combining marks stay, so their number must end somewhere."""


def clean(text: str, limit: int = LIMIT) -> str:
    """Return *text* with everything that a terminal could act on replaced by U+FFFD.

    A caller chooses their own name. `str.isprintable` is false for C0, C1, DEL, bidirectional overrides, zero-width
    characters, lone surrogates and line separators, which is exactly what may not reach a terminal (`style.md` 4.9).
    Line feeds become "⏎", because multi-line values are legitimate and should stay readable.
    """
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "⏎" if c == "\n" else " " if c == "\xa0" else "\ufffd" for c in text)
