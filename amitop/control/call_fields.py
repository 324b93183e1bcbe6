"""What a person may type about a call: digits, durations, a parking lot, a recording's name; checked before sending.

Lengths are those of `control.fields`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from amitop.control.fields import LONGEST

if TYPE_CHECKING:
    from datetime import datetime

MOST_DIGITS = 64
"""Each takes a third of a second, and the session hears nothing else meanwhile."""
DAY = 86_400
FORMATS = ("wav", "WAV", "gsm", "ulaw", "alaw", "sln", "g722")
"""Endings of a recording's name that Asterisk takes for a format (res and formats/*.c); wav is everywhere."""
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


def digits(text: str) -> str:
    """Return *text* as what a telephone's keys send, `w` being half a second of silence. Raises ValueError.

    Asterisk says Success to any character (apps/app_senddtmf.c), and plays nothing for what is none of these.
    """
    found = re.sub(r"[\s().-]", "", text).upper().replace("W", "w")
    if not found.strip("w"):
        raise ValueError("Which digits? 0 to 9, * # A to D, and w for half a second of silence.")
    if not re.fullmatch(r"[0-9*#A-Dw]+", found):
        raise ValueError("A telephone sends 0 to 9, * # and A to D; w is half a second of silence.")
    if len(found) > MOST_DIGITS:
        raise ValueError(f"That is more than {MOST_DIGITS} digits.")
    return found


def seconds(text: str) -> int:
    """Return a duration in whole seconds: `90`, `90s`, `10m`, `1h`, `1:30` or `1:00:00`. Raises ValueError."""
    text = text.strip().lower()
    found = re.fullmatch(r"([0-9]{1,6})\s*([smh]?)", text)
    clock = re.fullmatch(r"(?:([0-9]{1,2}):)?([0-9]{1,3}):([0-5][0-9])", text)
    if found:
        total = int(found[1]) * _UNITS[found[2]]
    elif clock:
        total = int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + int(clock[3])
    else:
        raise ValueError("How long? Write 90, 10m, 1h or 1:30.")
    if not 1 <= total <= DAY:
        raise ValueError("That is not between a second and a day.")
    return total


def parking_lot(text: str) -> str:
    """Return *text* as the name of a parking lot; "" is the one that Asterisk takes. Raises ValueError."""
    text = text.strip()
    if len(text.encode()) > LONGEST:
        raise ValueError(f"The lot's name is longer than Asterisk's {LONGEST} bytes.")
    if not text.isprintable() or any(character in text for character in " ,;|"):
        raise ValueError("The lot's name holds a character that no lot's name has.")
    return text


def recording_name(text: str) -> str:
    """Return *text* as the name of a recording in Asterisk's own folder. Raises ValueError.

    Nothing in it can be a path or a second argument: the action puts it before a comma, behind which options and a
    shell's command stand (apps/app_mixmonitor.c, manager_mixmonitor).
    """
    text = text.strip()
    if not text:
        raise ValueError("Under which name?")
    if len(text.encode()) > LONGEST:
        raise ValueError(f"The name is longer than {LONGEST} bytes.")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", text) or ".." in text:
        raise ValueError("The name may hold letters, digits, - _ and . only: it becomes a file on the PBX.")
    stem, dot, ending = text.rpartition(".")
    if not dot:
        return f"{text}.wav"
    if ending not in FORMATS or not stem:
        raise ValueError(f"The name may end in {', '.join('.' + each for each in FORMATS)}.")
    return text


def usual_recording_name(uniqueid: str, at: datetime) -> str:
    """Return a name that no other recording has: the moment, and the leg."""
    leg = re.sub(r"[^A-Za-z0-9]+", "-", uniqueid).strip("-")[:40]
    return f"amitop-{at:%Y%m%d-%H%M%S}-{leg or 'call'}.wav"
