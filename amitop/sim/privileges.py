"""The classes of privileges as bits, and the ways in which masks of them are written (`ami.md` A.8)."""

from __future__ import annotations

BITS: dict[str, int] = {
    "system": 1 << 0,
    "call": 1 << 1,
    "log": 1 << 2,
    "verbose": 1 << 3,
    "command": 1 << 4,
    "agent": 1 << 5,
    "user": 1 << 6,
    "config": 1 << 7,
    "dtmf": 1 << 8,
    "reporting": 1 << 9,
    "cdr": 1 << 10,
    "dialplan": 1 << 11,
    "originate": 1 << 12,
    "agi": 1 << 13,
    "cc": 1 << 15,
    "aoc": 1 << 16,
    "test": 1 << 17,
    "security": 1 << 18,
    "message": 1 << 30,
}
"""In the order in which Asterisk names them."""

ALL = (1 << 31) - 1

_TRUE = {"yes", "true", "y", "t", "1", "on"}
_FALSE = {"no", "false", "n", "f", "0", "off"}


def is_true(text: str) -> bool:
    """Whether *text* means yes to Asterisk; what it does not know means no."""
    return text.lower() in _TRUE


def mask_of(words: str) -> int:
    """Return the bits of a comma list as in manager.conf. Blanks are not forgiven, unknown words are ignored."""
    mask = 0
    for word in words.split(","):
        mask |= ALL if word == "all" else BITS.get(word, 0)
    return mask


def event_mask(text: str) -> int | None:
    """Return the bits that an `Events` or `EventMask` header asks for; None when it is empty, which is an error."""
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(int(text), ALL)
    if text.lower() in _FALSE:
        return 0
    if text.lower() in _TRUE:
        return ALL
    return mask_of(text)


def words_of(mask: int) -> str:
    """Return what ListCommands says of an action with these bits: `system,call,all`, or `<none>`."""
    return ",".join([*(word for word, bit in BITS.items() if mask & bit), "all"]) if mask else "<none>"


def classes_of(mask: int) -> frozenset[str]:
    """Return the names of the classes in *mask*."""
    return frozenset(word for word, bit in BITS.items() if mask & bit)
