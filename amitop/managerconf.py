"""The AMI users of an Asterisk on this machine, from its manager.conf and what that includes. Reads files, writes none.

Follows Asterisk's own reading (main/config.c): comments, templates, includes; `#exec` is never run.
"""

from __future__ import annotations

import glob
import ipaddress
import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from amitop.ami.address import PORT, TLS_PORT, Address
from amitop.ami.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MANAGER_CONF = Path("/etc/asterisk/manager.conf")
PREFERRED_USER = "amitop"
"""The user that the documentation tells people to add; it wins over stronger ones."""
_MAX_DEPTH = 10  # MAX_INCLUDE_LEVEL in main/config.c
_MAX_LINE = 8192  # characters; longer lines Asterisk itself would cut
_TRUE = {"yes", "true", "y", "t", "1", "on"}  # ast_true()
_ALL_CLASSES = 19  # how many the word `all` stands for (`ami.md` A.8)

Section = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ManagerUser:
    """One AMI user, as far as it matters for choosing one."""

    name: str
    secret: Secret | None
    read: frozenset[str]
    write: frozenset[str]
    access: tuple[tuple[bool, str], ...] = ()
    """Its permit (True) and deny (False) rules in order, as written."""

    def allows(self, source: str) -> bool:
        """Whether the rules let somebody from *source* in: the last rule that matches decides (main/acl.c).

        A *source* that is a name and no IP address passes: only the login will tell.
        """
        try:
            address = ipaddress.ip_address(source)
        except ValueError:
            return True
        allowed = True
        for permit, rule in self.access:
            for part in rule.split(","):
                text = part.strip()
                negated = text.startswith("!")
                try:
                    network = ipaddress.ip_network(text.lstrip("!").strip(), strict=False)
                except ValueError:
                    continue  # Asterisk refuses such a user altogether; the login would say so
                if address in network:
                    allowed = permit is not negated
        return allowed

    @property
    def rank(self) -> tuple[bool, bool, int, int]:
        """How useful it is to amitop: the documented name, then calls, then how much it may do."""
        return (
            self.name == PREFERRED_USER,
            bool({"call", "all"} & self.read),
            _ALL_CLASSES if "all" in self.write else len(self.write),
            _ALL_CLASSES if "all" in self.read else len(self.read),
        )


@dataclass(frozen=True, slots=True)
class ManagerConf:
    """What a manager.conf says, or why it could not be read."""

    path: Path
    enabled: bool = False
    port: int = PORT
    bindaddr: str = "0.0.0.0"  # noqa: S104  # Asterisk's default, read here and not bound
    tls_port: int | None = None
    """Where TLS is spoken; None where it is not."""
    users: tuple[ManagerUser, ...] = ()
    problem: str | None = None
    """Why it is of no use, without the path: "Permission denied", "AMI is off (enabled = no in [general])"."""

    @property
    def address(self) -> Address:
        """Where this machine reaches that Asterisk: the loopback, unless it listens on one address only."""
        try:
            bound = ipaddress.ip_address(self.bindaddr)
        except ValueError:
            return Address(self.bindaddr, self.port, None)
        return Address("127.0.0.1" if bound.is_unspecified else str(bound), self.port, None)

    def usable(self) -> ManagerUser | None:
        """Return the user that amitop does best with: it has a secret, may log in from here and may do something."""
        here = self.address.host  # a connection to an address of this machine comes from that same address
        users = [user for user in self.users if user.secret is not None and user.read | user.write]
        return max((user for user in users if user.allows(here)), key=lambda user: user.rank, default=None)

    def user(self, name: str) -> ManagerUser | None:
        """Return the user called *name*, which is compared with regard to case (`ami.md` A.7)."""
        return next((user for user in self.users if user.name == name), None)


def manager_conf_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Return where manager.conf is: `AMITOP_MANAGER_CONF`, or Asterisk's usual place."""
    named = environ.get("AMITOP_MANAGER_CONF")
    return Path(named).expanduser() if named else MANAGER_CONF


def read_manager_conf(path: Path = MANAGER_CONF) -> ManagerConf:
    """Read *path* and everything that it includes. Never raises: what is wrong is in `problem`."""
    reader = _Reader(path.parent)
    try:
        reader.read(path)
    except FileNotFoundError:
        return ManagerConf(path, problem="there is no such file")
    except OSError as error:
        return ManagerConf(path, problem=error.strerror or "cannot be read")
    general = dict(reader.sections.get("general", []))
    users = tuple(_user(name, section) for name, section in reader.sections.items() if name != "general")
    conf = ManagerConf(
        path,
        enabled=_true(general, "enabled"),
        port=_number(general.get("port", ""), PORT),
        bindaddr=general.get("bindaddr") or "0.0.0.0",  # noqa: S104  # read, not bound
        tls_port=_number(general.get("tlsbindaddr", "").rpartition(":")[2], TLS_PORT)
        if _true(general, "tlsenable")
        else None,
        users=users,
    )
    if not conf.enabled:
        return replace(conf, problem="AMI is off (enabled = no in [general])")
    if conf.usable() is None:
        unread = f"; {reader.unread[0]} could not be read" if reader.unread else ""
        return replace(conf, problem=f"no user with a secret may log in from here{unread}")
    return conf


def _true(section: Mapping[str, str], key: str) -> bool:
    return section.get(key, "no").lower() in _TRUE


def _number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and text.isascii() else default


def _user(name: str, section: Section) -> ManagerUser:
    secret = None
    classes = {"read": frozenset[str](), "write": frozenset[str]()}
    access: list[tuple[bool, str]] = []
    for key, value in section:
        if key == "secret":
            secret = Secret(value) if value else None
        elif key in classes:
            classes[key] = frozenset(word for word in re.split(r"[,\s]+", value.lower()) if word and word != "none")
        elif key in {"permit", "deny"}:
            access.append((key == "permit", value))
    return ManagerUser(name, secret, classes["read"], classes["write"], tuple(access))


@dataclass(slots=True)
class _Reader:
    """Reads one configuration and what it includes into sections, as main/config.c does."""

    base: Path
    """Asterisk's configuration folder: every relative include starts there, whoever includes it."""
    sections: dict[str, Section] = field(default_factory=dict)
    unread: list[Path] = field(default_factory=list)
    _templates: dict[str, Section] = field(default_factory=dict)
    _current: Section | None = None

    def read(self, path: Path, within: tuple[Path, ...] = ()) -> None:
        """Read one file, which the files *within* include one another down to. Raises OSError."""
        within = (*within, path)
        for line in uncommented(path.read_text(encoding="utf-8", errors="replace")):
            if line.startswith("["):
                self._open(line)
            elif line.startswith("#"):
                self._directive(line, within)
            elif self._current is not None and "=" in line:
                key, _, value = line.partition("=")
                self._current.append((key.strip().lower(), value.removeprefix(">").strip()))

    def _open(self, line: str) -> None:
        """Begin the section of a line `[name]`, `[name](!)`, `[name](template,...)` or `[name](+)`."""
        match = re.match(r"\[([^\]]*)\]\s*(?:\(([^)]*)\))?", line)
        if match is None:
            self._current = None
            return
        name = match[1].strip()
        options = [option.strip() for option in (match[2] or "").split(",") if option.strip()]
        if "!" in options:
            self._current = self._templates.setdefault(name, [])
        elif "+" in options and name not in self.sections and name in self._templates:
            self._current = self._templates[name]
        else:
            # A section that comes twice goes on where it ended: manager.c sets the user's fields again, in order.
            self._current = self.sections.setdefault(name, [])
        for option in options:
            if option[0] not in "!+":
                self._current.extend(self._templates.get(option) or self.sections.get(option) or [])

    def _directive(self, line: str, within: tuple[Path, ...]) -> None:
        """Follow `#include` and `#tryinclude`; `#exec` would run a program, so it is ignored."""
        word, _, rest = line[1:].partition(" ")
        if word.lower() not in {"include", "tryinclude"} or len(within) > _MAX_DEPTH:
            return
        name = rest.strip().strip('"<>').strip()
        if not name:
            return
        for found in sorted(glob.glob(str(self.base / name))):
            if Path(found) in within:
                continue  # Asterisk would read on until its limit, to the same end
            try:
                self.read(Path(found), within)
            except OSError:
                self.unread.append(Path(found))


def uncommented(text: str) -> Iterator[str]:
    """Yield the lines of a configuration that say something, without comments and outer blanks.

    `;` begins a comment unless a backslash precedes it; `;--` begins one that ends at `--;`, over lines if need be, and
    may hold others (main/config.c).
    """
    nested = 0
    for line in text.splitlines():
        kept, nested = _strip_comments(line[:_MAX_LINE], nested)
        if kept:
            yield kept


def _strip_comments(line: str, nested: int) -> tuple[str, int]:
    """Return what *line* says, and how many block comments are open after it. *nested* are open before it."""
    kept: list[str] = []
    start = position = 0
    while (semicolon := line.find(";", position)) >= 0:
        closes = nested and semicolon - position >= 2 and line[semicolon - 2 : semicolon] == "--"
        position = semicolon + 1
        if semicolon and line[semicolon - 1] == "\\":
            if not nested:
                kept.append(line[start : semicolon - 1])
                start = semicolon
        elif line.startswith("--", position) and not line.startswith("-", position + 2):
            if not nested:
                kept.append(line[start:semicolon])
            nested += 1
            position += 2
        elif closes:
            nested -= 1
            start = position
        elif not nested:
            return ("".join(kept) + line[start:semicolon]).strip(), 0
    if not nested:
        kept.append(line[start:])
    return "".join(kept).strip(), nested
