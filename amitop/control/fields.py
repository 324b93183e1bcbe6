"""What a person may type into an action, checked before anything is sent: one line each to say what is wrong with it.

Lengths are those of Asterisk's own buffers (apps/app_queue.c, `struct member`), in bytes without the ending NUL: it
cuts off what is longer without a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 79
"""Bytes of a reason, a member's name, an interface, an extension, a context."""
MOST_PENALTY = 1_000_000
_SEPARATORS = "|;"
"""What stands between the fields of queue_log, and of the database in which Asterisk keeps dynamic members."""


@dataclass(frozen=True, slots=True)
class Extension:
    """A place in the dialplan."""

    exten: str
    context: str

    def __str__(self) -> str:
        return f"{self.exten} in {self.context}"


def reason(text: str) -> str:
    """Return *text* as the reason of a pause; "" is none. Raises ValueError."""
    return _field(text, "reason", _SEPARATORS)


def member_name(text: str) -> str:
    """Return *text* as a member's name; "" is none. Raises ValueError."""
    return _field(text, "name", _SEPARATORS)


def queue_name(text: str) -> str:
    """Return *text* as a queue's name. Raises ValueError: without a name, many actions mean every queue."""
    return _needed(_field(text, "queue", _SEPARATORS), "queue")


def interface(text: str) -> str:
    """Return *text* as what a queue or a supervisor dials, like PJSIP/1001. Raises ValueError.

    Asterisk takes anything, and then waits for a device that does not exist.
    """
    text = _needed(_field(text, "interface", f"{_SEPARATORS},&"), "interface")
    if not re.fullmatch(r"[A-Za-z][\w.-]*/\S+", text):
        raise ValueError("An interface is a technology and a device, like PJSIP/1001.")
    return text


def penalty(text: str) -> int:
    """Return *text* as a penalty. Raises ValueError."""
    text = text.strip()
    if not re.fullmatch(r"[0-9]{1,7}", text) or int(text) > MOST_PENALTY:
        raise ValueError(f"A penalty is a whole number from 0 to {MOST_PENALTY}.")
    return int(text)


def extension(text: str) -> Extension:
    """Return what `601@from-trunk` names. Raises ValueError."""
    exten, at, context = text.partition("@")
    if not at:
        raise ValueError("An extension is written with its context, like 601@from-trunk.")
    return Extension(*(dialplan_word(value, what) for value, what in ((exten, "extension"), (context, "context"))))


def dialplan_word(text: str, what: str) -> str:
    """Return *text* as an extension or a context, as *what* says. Raises ValueError."""
    text = text.strip()
    if not text:
        raise ValueError(f"Which {what}?")
    if len(text.encode()) > LONGEST:
        raise ValueError(f"The {what} is longer than Asterisk's {LONGEST} characters.")
    if not text.isprintable() or any(c in text for c in " \t,"):
        raise ValueError(f"The {what} holds a character that no {what} has.")
    return text


def channel_name(name: str) -> str:
    """Return *name* for an action that takes no Uniqueid. Raises ValueError for one that names something else.

    A leading slash makes a regular expression over all channels of it (`ami.md` E.1).
    """
    if not name or name.startswith("/") or not name.isprintable():
        raise ValueError("This channel's name cannot be sent: it would mean something else.")
    return name


def _needed(text: str, what: str) -> str:
    if not text:
        raise ValueError(f"Which {what}?")
    return text


def _field(text: str, what: str, forbidden: str) -> str:
    text = text.strip()
    if len(text.encode()) > LONGEST:
        raise ValueError(f"The {what} is longer than Asterisk's {LONGEST} bytes.")
    if not text.isprintable():
        raise ValueError(f"The {what} holds a character that cannot be printed.")
    if any(character in text for character in forbidden):
        raise ValueError(f"The {what} must not hold any of {' '.join(forbidden)}: Asterisk puts them between fields.")
    return text
