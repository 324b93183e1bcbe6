"""What a person may set in a TOML file: profiles, looks, what is wanted of queues and trunks. Writes no file.

Heavy imports (`tomllib`, `platformdirs`, `difflib`) happen where they are used: `amitop --version` pays for none.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from amitop.ami.address import Address, TlsOptions
from amitop.ami.secret import Secret
from amitop.config_table import ConfigError, TableReader, nearest
from amitop.thresholds import Rules

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "COMMANDS",
    "THEMES",
    "Config",
    "ConfigError",
    "Profile",
    "SavedProfile",
    "Settings",
    "config_path",
    "load_config",
    "nearest",
]

COMMANDS = ("snapshot", "watch", "check", "report", "replay", "verify", "demo", "simulate")
"""Words that the command line keeps for itself, so no profile may be called one of them."""

THEMES = ("dark", "light", "contrast", "terminal")
"""Colours to choose from; `terminal` are the terminal's own."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One PBX to connect to, complete: who, where and with which secret."""

    name: str
    """What the screen calls it, and the first half of every row's key."""
    address: Address
    user: str
    secret: Secret
    read_only: bool = False
    origin: str = ""
    """Where user and secret came from, in words for messages: `profile "lab" in /home/ann/amitop.toml`. Empty when the
    person named them."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the dashboard looks and what it refuses, the same for every PBX on it."""

    theme: str | None = None
    """One of `THEMES`; None lets the dashboard choose."""
    ascii: bool = False
    mouse: bool = True
    read_only: bool = False
    refresh: float = 4.0
    """Frames per second at most."""


@dataclass(frozen=True, slots=True)
class SavedProfile:
    """A `[profiles.NAME]` table as written: what it leaves out is still to be found elsewhere."""

    name: str
    host: str
    port: int | None
    tls: TlsOptions | None
    user: str | None
    secret: Secret | None = field(default=None, repr=False)
    secret_file: Path | None = None
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Config:
    """The whole file; all defaults where there is none."""

    path: Path
    profiles: Mapping[str, SavedProfile] = field(default_factory=dict)
    default: str | None = None
    settings: Settings = field(default_factory=Settings)
    rules: Rules = field(default_factory=Rules)
    """Of queues, agents and trunks."""


def config_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Return where the configuration file is looked for: `AMITOP_CONFIG`, else the platform's place for it."""
    named = environ.get("AMITOP_CONFIG")
    if named:
        return Path(named).expanduser()
    import platformdirs  # noqa: PLC0415  # not needed where the path is given

    return platformdirs.user_config_path("amitop") / "config.toml"


def load_config(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Config:
    """Read the configuration file *path*, or the usual one, which need not exist.

    Raises `ConfigError` when the file cannot be read, is not TOML, or holds a key or value that amitop does not know.
    """
    must_exist = path is not None or bool(environ.get("AMITOP_CONFIG"))
    path = path if path is not None else config_path(environ)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if must_exist:
            raise ConfigError(f"{path}: there is no such file") from None
        return Config(path)
    except NotADirectoryError:
        if must_exist:
            raise ConfigError(f"{path}: there is no such file") from None
        return Config(path)
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not UTF-8 text") from None
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    import tomllib  # noqa: PLC0415  # most starts have no file to parse

    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from None
    return _Reader(path).config(document)


_TOP = {"default", "theme", "ascii", "mouse", "read_only", "refresh", "profiles"}
_PROFILE = {"host", "port", "tls", "user", "secret", "secret_file", "read_only"}
_TLS = {"ca_file", "fingerprint", "verify"}


class _Reader(TableReader):
    """Turns a parsed document into a `Config`."""

    def config(self, document: dict[str, object]) -> Config:
        from amitop import queue_config, trunk_config  # noqa: PLC0415  # as tomllib: only with a file

        self.known(document, _TOP | queue_config.TOP_KEYS | trunk_config.TOP_KEYS, "")
        tables = self.get(document, "profiles", dict, "", {})
        profiles = {name: self._profile(name, table) for name, table in tables.items()}
        default = self.get(document, "default", str, "", None)
        if default is not None and default not in profiles:
            near = nearest(default, profiles)
            raise self.error(
                "default", f'there is no profile "{default}"' + (f'; did you mean "{near}"?' if near else "")
            )
        refresh = self.get(document, "refresh", float, "", Settings().refresh)
        if not 0.2 <= refresh <= 30:
            raise self.error("refresh", "frames per second must be between 0.2 and 30")
        theme = self.get(document, "theme", str, "", None)
        if theme is not None and theme not in THEMES:
            raise self.error("theme", f"must be one of {', '.join(THEMES)}")
        settings = Settings(
            theme=theme,
            ascii=self.get(document, "ascii", bool, "", False),
            mouse=self.get(document, "mouse", bool, "", True),
            read_only=self.get(document, "read_only", bool, "", False),
            refresh=refresh,
        )
        rules = trunk_config.read_trunks(self, document, queue_config.read_rules(self, document))
        return Config(self.path, profiles, default, settings, rules)

    def _profile(self, name: str, table: object) -> SavedProfile:
        where = f"profiles.{name}"
        if not isinstance(table, dict):
            raise self.error(where, "must be a table, [profiles.NAME]")
        if name in COMMANDS:
            raise self.error(where, f'"{name}" is a command of amitop; give the profile another name')
        if not re.fullmatch(r"[^\s@:/\[\]-][^\s@:/\[\]]*", name) or not name.isprintable():
            raise self.error(where, "a profile's name is one word without @ : / [ ] and does not start with -")
        self.known(table, _PROFILE, where)
        if "secret" in table and "secret_file" in table:
            raise self.error(f"{where}.secret_file", "there is a secret as well; keep one of the two")
        secret = self.line(table, "secret", where)
        secret_file = self.line(table, "secret_file", where)
        port = self.get(table, "port", int, where, None)
        if port is not None and not 1 <= port <= 65535:
            raise self.error(f"{where}.port", "must be between 1 and 65535")
        return SavedProfile(
            name,
            self.line(table, "host", where) or "127.0.0.1",
            port,
            self._tls(table, where),
            self.line(table, "user", where),
            Secret(secret) if secret is not None else None,
            self._file(secret_file) if secret_file is not None else None,
            self.get(table, "read_only", bool, where, False),
        )

    def _tls(self, table: Mapping[str, object], where: str) -> TlsOptions | None:
        where = f"{where}.tls"
        value = table.get("tls", False)
        if isinstance(value, bool):
            return TlsOptions() if value else None
        if not isinstance(value, dict):
            raise self.error(where, "must be true, false or a table of ca_file, fingerprint and verify")
        self.known(value, _TLS, where)
        ca_file = self.line(value, "ca_file", where)
        try:
            return TlsOptions(
                self._file(ca_file) if ca_file is not None else None,
                self.line(value, "fingerprint", where),
                self.get(value, "verify", bool, where, True),
            )
        except ValueError as error:
            raise self.error(f"{where}.fingerprint", str(error)) from None

    def _file(self, name: str) -> Path:
        """Files named in the configuration lie beside it unless they say otherwise."""
        return self.path.parent / Path(name).expanduser()
