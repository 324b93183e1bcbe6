"""A secret that no repr, traceback, log line or pickle can give away. Standard library only."""

from __future__ import annotations

import hashlib
import hmac
from typing import NoReturn

REDACTED = "***"
"""What stands wherever a secret would."""


class Secret:
    """A password, shown as `***` by everything but `reveal()`.

    Textual prints every frame's local variables when a program dies (`style.md` 4.17), so a plain string will not do.
    Code that reveals a secret does so inside one expression and keeps no name for the result.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """Return the secret itself. Never give the result a name."""
        return self.__value

    def answer(self, challenge: str) -> Secret:
        """Return the answer to an MD5 *challenge*: lower-case hex (`ami.md` A.7), itself a secret.

        Whoever has both the challenge and the answer can guess passwords at leisure.
        """
        # MD5 is what the protocol asks for; bytes that are not UTF-8 go back as the bytes they came from.
        return Secret(hashlib.md5(self._bytes(challenge), usedforsecurity=False).hexdigest())

    def _bytes(self, before: str = "") -> bytes:
        try:
            return (before + self.__value).encode(errors="surrogateescape")
        except UnicodeEncodeError:
            # Not an error to report from here: the exception would carry the text. No PBX will accept it anyway.
            return (before + self.__value).encode(errors="surrogatepass")

    def __repr__(self) -> str:
        return f"Secret({REDACTED!r})"

    def __str__(self) -> str:
        return REDACTED

    def __format__(self, spec: str) -> str:
        return format(REDACTED, spec)

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._bytes(), other._bytes())

    def __hash__(self) -> int:
        return hash((Secret, self.__value))

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not pickled")
