"""Which Debian mirror this machine's apt uses, from the two formats in which apt is configured."""

import contextlib
import platform
import re
from pathlib import Path

from rig.errors import RigError

Source = tuple[str, str]
"""(URI, suite)"""

OTHER_NAMES = ("stable", "testing", "unstable", "sid")
"""Suites that a Debian machine may name instead of its release's codename."""


def one_line_sources(text: str) -> list[Source]:
    """The binary sources of a sources.list: `deb [options] URI suite component...`."""
    return [(m[1], m[2]) for m in re.finditer(r"^[ \t]*deb[ \t]+(?:\[[^]\n]*\][ \t]+)?(\S+)[ \t]+(\S+)", text, re.M)]


def deb822_sources(text: str) -> list[Source]:
    """The binary sources of a .sources file: stanzas of fields, each with any number of URIs and suites."""
    found: list[Source] = []
    text = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for stanza in re.split(r"\n\s*\n", text):
        joined = re.sub(r"\n[ \t]+", " ", stanza)  # a field goes on in lines that begin with a blank
        pairs = (line.partition(":") for line in joined.splitlines())
        fields = {key.strip().lower(): value.strip() for key, _, value in pairs}
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() in ("no", "false"):
            continue
        suites = fields.get("suites", "").split()
        found += [(uri, suite) for uri in fields.get("uris", "").split() for suite in suites]
    return found


def sources(apt: Path = Path("/etc/apt")) -> list[Source]:
    """Every binary source in this machine's apt configuration."""
    found: list[Source] = []
    for file in [apt / "sources.list", *sorted((apt / "sources.list.d").glob("*"))]:
        reader = deb822_sources if file.suffix == ".sources" else one_line_sources
        if file.suffix in (".list", ".sources"):
            with contextlib.suppress(OSError, UnicodeDecodeError):
                found += reader(file.read_text())
    return found


def mirror(apt: Path = Path("/etc/apt")) -> str:
    """The first source of this machine's own release. Raises RigError if there is none that debootstrap can read."""
    codename = ""
    with contextlib.suppress(OSError):
        codename = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    for uri, suite in sources(apt):
        if suite in (codename, *OTHER_NAMES) and uri.startswith(("http://", "https://", "file:")):
            return uri
    raise RigError("apt's configuration names no Debian mirror that debootstrap can read (http, https or file)")
