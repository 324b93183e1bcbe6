"""From what a person typed to a complete `Profile`: which PBX, which user, which secret.

A secret comes from a file, AMITOP_SECRET, the profile, manager.conf or a prompt. Never from the command line, where
every user of the machine could read it.
"""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from amitop.ami.address import PORT, TLS_PORT, Address, TlsOptions
from amitop.ami.secret import Secret
from amitop.config import ConfigError, Profile, nearest
from amitop.managerconf import ManagerConf, manager_conf_path, read_manager_conf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from amitop.config import Config, SavedProfile

_READABLE_BY_ALL = 0o004


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the command line says about every TARGET."""

    secret_file: Path | None = None
    tls_ca: Path | None = None
    tls_fingerprint: str | None = None
    tls_verify: bool = True
    read_only: bool = False

    @property
    def tls(self) -> bool:
        """Whether any of them only makes sense with TLS, and therefore asks for it."""
        return self.tls_ca is not None or self.tls_fingerprint is not None or not self.tls_verify


@dataclass(frozen=True, slots=True)
class Target:
    """`[amis://][USER@]HOST[:PORT]`, taken apart."""

    host: str
    port: int | None
    user: str | None
    tls: bool


@dataclass(slots=True)
class _Plan:
    """A profile while it is being put together."""

    name: str
    address: Address
    origin: str
    user: str | None = None
    saved: SavedProfile | None = None
    manager: ManagerConf | None = None
    """The manager.conf that decides at `address`, once it has been read and is of use."""
    hint: str = ""
    """Why a better source of user and secret was of no use."""


def parse_target(text: str) -> Target:
    """Take a TARGET that is no profile's name apart. Raises `ConfigError`, which never repeats what may be a secret."""
    scheme, slashes, rest = text.partition("://")
    if not slashes:
        scheme, rest = "ami", text
    elif scheme.lower() not in {"ami", "amis"}:
        raise ConfigError("TARGET may start with amis:// for TLS, or ami://, and with no other ://")
    userinfo, at, place = rest.removesuffix("/").rpartition("@")
    if ":" in userinfo:
        raise ConfigError(
            "a secret does not belong in TARGET, where every user of this machine can read it: write USER@HOST and put "
            "the secret in AMITOP_SECRET, in a file for --secret-file, or in a profile"
        )
    if at and not userinfo:
        raise ConfigError("TARGET has no user before its @")
    host, port = _host_and_port(place)
    if not host or not host.isprintable() or any(c in host for c in " /\\?#"):
        raise ConfigError("TARGET is not a profile's name or [amis://][USER@]HOST[:PORT]")
    if any(not c.isprintable() for c in userinfo):
        raise ConfigError("TARGET's user has control characters in it")
    return Target(host, port, userinfo or None, scheme.lower() == "amis")


def _host_and_port(place: str) -> tuple[str, int | None]:
    """Split `host`, `host:port`, `[v6]`, `[v6]:port` or a bare IPv6 address."""
    if place.startswith("["):
        host, bracket, rest = place[1:].partition("]")
        if not bracket or not _is_ipv6(host) or (rest and not rest.startswith(":")):
            raise ConfigError("TARGET has brackets but not around an IPv6 address: [::1]:5038")
        return host, _port(rest[1:]) if rest else None
    if place.count(":") > 1 and _is_ipv6(place):
        return place, None
    host, colon, port = place.partition(":")
    return host, _port(port) if colon else None


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= 65535):
        # It is not repeated: somebody may have written USER:SECRET.
        raise ConfigError("what follows the : in TARGET must be a port, 1 to 65535")
    return int(text)


def resolve(
    target: str | None,
    config: Config,
    environ: Mapping[str, str] = os.environ,
    overrides: Overrides | None = None,
    *,
    ask: Callable[[str], str] | None = None,
    warn: Callable[[str], None] = lambda _: None,
) -> Profile:
    """Find out which PBX *target* means and everything needed to log in there.

    *ask* puts a question to the person and returns the answer without showing it; None where nobody is there to ask.
    *warn* takes one line each. Raises `ConfigError` when user or secret cannot be found or something is malformed.
    """
    resolver = _Resolver(config, environ, overrides or Overrides(), warn)
    return resolver.profile(resolver.plan(target), ask)


@dataclass(frozen=True, slots=True)
class _Resolver:
    """Everything that a profile can be put together from."""

    config: Config
    environ: Mapping[str, str]
    overrides: Overrides
    warn: Callable[[str], None]

    def plan(self, target: str | None) -> _Plan:
        """Decide on the PBX, before anything about users and secrets."""
        if target is None:
            return self._plan_without_target()
        if target in self.config.profiles:
            return self._saved(self.config.profiles[target])
        parsed = parse_target(target)
        address = self._address(parsed.host, parsed.port, TlsOptions() if parsed.tls else None)
        hint = ""
        if self.config.profiles and parsed.user is None and parsed.port is None:
            near = nearest(target, self.config.profiles)
            hint = f'did you mean the profile "{near}"?' if near else self._profiles_hint()
        # Two PBXs on one host are two: what is kept of one shift must not pass for the other's.
        name = parsed.host if address.port in {PORT, TLS_PORT} else str(address)
        return _Plan(name, address, "", parsed.user, hint=hint)

    def profile(self, plan: _Plan, ask: Callable[[str], str] | None) -> Profile:
        """Complete *plan* with a user and a secret."""
        saved = plan.saved
        user = plan.user or self.environ.get("AMITOP_USER") or (saved.user if saved else None)
        secret = self._secret(plan, user)
        origin = plan.origin
        if user is None or secret is None:
            manager = plan.manager or self._manager_conf_at(plan)
            entry = None
            if manager is not None:
                entry = manager.usable() if user is None else manager.user(user)
            if manager is not None and entry is not None:
                user, secret, origin = entry.name, secret or entry.secret, f"user {entry.name} in {manager.path}"
        hint = f" ({plan.hint})" if plan.hint else ""
        if user is None:
            raise ConfigError(
                f"no AMI user for {plan.address}: write USER@HOST, set AMITOP_USER, "
                f"or make a profile in {self.config.path}{hint}"
            )
        if secret is None:
            secret = _ask(f"{user}@{plan.address}", ask, hint)
        read_only = self.overrides.read_only or self.config.settings.read_only or bool(saved and saved.read_only)
        return Profile(plan.name, plan.address, user, secret, read_only, origin)

    def _plan_without_target(self) -> _Plan:
        """The default profile; else this machine's own Asterisk."""
        profiles = self.config.profiles
        if self.config.default is not None:
            return self._saved(profiles[self.config.default])
        if len(profiles) == 1:
            return self._saved(next(iter(profiles.values())))
        name = os.uname().nodename.partition(".")[0] or "pbx"
        manager = read_manager_conf(manager_conf_path(self.environ))
        if manager.problem is None and not self.overrides.tls:
            return _Plan(name, manager.address, str(manager.path), manager=manager)
        hints = [f"{manager.path}: {manager.problem}"] if manager.problem else []
        if profiles:
            hints.append(self._profiles_hint())
        return _Plan(name, self._address("127.0.0.1", None, None), "", hint="; ".join(hints))

    def _saved(self, saved: SavedProfile) -> _Plan:
        address = self._address(saved.host, saved.port, saved.tls)
        return _Plan(saved.name, address, f'profile "{saved.name}" in {self.config.path}', saved=saved)

    def _profiles_hint(self) -> str:
        return f"profiles are {', '.join(self.config.profiles)}"

    def _address(self, host: str, port: int | None, tls: TlsOptions | None) -> Address:
        """Apply the command line's TLS options, which turn TLS on where it was not."""
        overrides = self.overrides
        if overrides.tls and tls is None:
            tls = TlsOptions()
        if tls is not None and overrides.tls_ca is not None:
            tls = replace(tls, ca_file=overrides.tls_ca)
        if tls is not None and overrides.tls_fingerprint is not None:
            try:
                tls = replace(tls, fingerprint=overrides.tls_fingerprint)
            except ValueError as error:
                raise ConfigError(f"--tls-fingerprint: {error}") from None
        if tls is not None and not overrides.tls_verify:
            tls = replace(tls, verify=False)
        return Address(host, port or (PORT if tls is None else TLS_PORT), tls)

    def _manager_conf_at(self, plan: _Plan) -> ManagerConf | None:
        """Return this machine's manager.conf if it is the one that decides at the plan's address, and can be used."""
        if not _is_here(plan.address.host):
            return None
        manager = read_manager_conf(manager_conf_path(self.environ))
        if manager.problem is not None:
            plan.hint = plan.hint or f"{manager.path}: {manager.problem}"
            return None
        return manager if plan.address.port in {manager.port, manager.tls_port} else None

    def _secret(self, plan: _Plan, user: str | None) -> Secret | None:
        """Return the secret that somebody wrote down for this login, if anybody did."""
        if self.overrides.secret_file is not None:
            return _read_secret(self.overrides.secret_file, self.warn)
        if self.environ.get("AMITOP_SECRET"):
            return Secret(self.environ["AMITOP_SECRET"])
        saved = plan.saved
        if saved is None or (saved.user is not None and saved.user != user):
            return None  # a profile's secret is its own user's
        if saved.secret_file is not None:
            return _read_secret(saved.secret_file, self.warn)
        if saved.secret is not None:
            _warn_if_public(self.config.path, self.config.path.stat().st_mode, self.warn)
        return saved.secret


def _is_here(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _read_secret(path: Path, warn: Callable[[str], None]) -> Secret:
    """Read the first line of *path*."""
    try:
        with path.open(encoding="utf-8") as file:
            _warn_if_public(path, os.fstat(file.fileno()).st_mode, warn)
            line = file.readline().rstrip("\r\n")
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: the secret in it is not UTF-8 text") from None
    except OSError as error:
        raise ConfigError(f"{path}: the secret cannot be read: {error.strerror}") from None
    if not line or "\0" in line:
        raise ConfigError(f"{path}: its first line must be the secret")
    return Secret(line)


def _warn_if_public(path: Path, mode: int, warn: Callable[[str], None]) -> None:
    """Warn of a file with a secret that every user of the machine can read."""
    if mode & _READABLE_BY_ALL:
        warn(f"{path} holds a secret and every user of this machine can read it: chmod 600 {path}")


def _ask(where: str, ask: Callable[[str], str] | None, hint: str) -> Secret:
    if ask is None:
        raise ConfigError(f"no secret for {where}: set AMITOP_SECRET, give --secret-file, or put it in a profile{hint}")
    answer = ask(f"AMI secret of {where}: ")
    if not answer:
        raise ConfigError(f"no secret for {where}: nothing was typed")
    return Secret(answer)
