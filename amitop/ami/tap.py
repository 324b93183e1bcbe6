"""What a recorder may see of a session's bytes. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

from amitop.ami.secret import REDACTED


class Direction(StrEnum):
    """Which way bytes went."""

    IN = "in"
    OUT = "out"


Tap = Callable[[Direction, float, bytes], None]
"""Receives bytes with the wall-clock seconds at which they went by, secrets replaced by `***`."""

# PJSIP's AuthDetail and AuthList send passwords in the clear (`ami.md` C), GetConfig whole lines of configuration, and
# security events what a password can be guessed from. Digits that are sent to a leg may be a PIN.
_SECRET = re.compile(
    rb"""^( [\w-]* (?:password(?:digest)?|passwd|secret|md5|md5cred|token|receivedhash|expectedresponse|digit)
            [ ]*:[ ]*+
          | line-\d+-\d+ [ ]*:[ ]* [\w-]* (?:password|passwd|secret|md5cred|token) [ ]* =>? [ ]*+
          ) [^\r\n]+""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_REPLACED = rb"\g<1>" + REDACTED.encode()


def conceal(data: bytes) -> bytes:
    """Return whole lines with every secret in them replaced by `***`."""
    return _SECRET.sub(_REPLACED, data)


class Redactor:
    """Removes secrets from a stream of bytes, line by line.

    A line is held back until it is whole, so that a password split between two reads is not missed; all other bytes
    pass unchanged.
    """

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes and return all lines that are now whole."""
        end = data.rfind(b"\n") + 1
        if not end:
            self._held.append(data)
            return b""
        whole = b"".join((*self._held, data[:end]))
        self._held = [data[end:]] if data[end:] else []
        return conceal(whole)

    def flush(self) -> bytes:
        """Return what is left when the stream has ended."""
        rest, self._held = b"".join(self._held), []
        return conceal(rest)
