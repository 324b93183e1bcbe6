"""Where a PBX listens, and how far to trust who answers there. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PORT, TLS_PORT = 5038, 5039
"""Asterisk's defaults (`ami.md` A.1)."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class TlsOptions:
    """How to trust a PBX's certificate.

    *fingerprint* is the certificate's SHA-256 in hexadecimal, colons, case and a `SHA256:` before it ignored; with it
    nothing else is checked, for it says more than a signature does. *ca_file* replaces the system's authorities.
    *verify* False accepts anyone, which only a person may ask for. Raises ValueError for what is no fingerprint.
    """

    ca_file: Path | None = None
    fingerprint: str | None = None
    verify: bool = True

    def __post_init__(self) -> None:
        if self.fingerprint is not None:
            plain = self.fingerprint.strip().lower().removeprefix("sha256").lstrip(":= ").replace(":", "")
            if not _SHA256.fullmatch(plain):
                raise ValueError("a fingerprint is a SHA-256: 64 hexadecimal digits, colons allowed")
            object.__setattr__(self, "fingerprint", plain)


@dataclass(frozen=True, slots=True)
class Address:
    """Host and TCP port of a PBX; *tls* None means plain."""

    host: str
    port: int = PORT
    tls: TlsOptions | None = None

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
