"""A recording in a file: the bytes that an AMI sent, and when they came, where that is known."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from amitop.cli.failure import ExitCode, Failure
from amitop.pbx.replay import Times, read_times

if TYPE_CHECKING:
    from pathlib import Path

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Recording:
    """What a recorder left."""

    name: str
    """The file's name without its endings."""
    data: bytes
    times: Times | None


def read_recording(path: Path) -> Recording:
    """Read *path*, gzip or not, and the `.times` beside it, if there is one.

    `x.ami.gz` has its times in `x.ami.times` or `x.times`, either of them gzip or not. Raises `Failure`.
    """
    data = _read(path)
    whole = path.name.removesuffix(".gz")
    short = whole.removesuffix(".ami")
    for stem in dict.fromkeys((whole, short)):
        for ending in (".times", ".times.gz"):
            beside = path.with_name(stem + ending)
            if beside.is_file():
                return Recording(short, data, _times(beside))
    return Recording(short, data, None)


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if data.startswith(_GZIP) else data
    except gzip.BadGzipFile as error:
        raise Failure(ExitCode.USAGE, f"{path}: not a whole gzip file: {error}") from None
    except (EOFError, zlib.error) as error:
        raise Failure(ExitCode.USAGE, f"{path}: not a whole gzip file: {error}") from None
    except OSError as error:
        raise Failure(ExitCode.USAGE, f"{path}: {error.strerror}") from None


def _times(path: Path) -> Times:
    try:
        return read_times(_read(path).decode("ascii"))
    except ValueError:  # and UnicodeDecodeError, which is one
        raise Failure(ExitCode.USAGE, f"{path}: its lines must be `epoch offset length`") from None
