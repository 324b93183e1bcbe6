"""From a command's arguments to the profile that it connects with."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from amitop.cli.failure import ExitCode, Failure
from amitop.config import Config, ConfigError, Profile, load_config
from amitop.target import Overrides, resolve

if TYPE_CHECKING:
    import argparse


@dataclass(frozen=True, slots=True)
class Login:
    """The PBX that a command is about, and the configuration that it was looked up in."""

    profile: Profile
    config: Config


def login_of(args: argparse.Namespace) -> Login:
    """Return the login that *args* mean. Asks for a secret where one is missing and a terminal is there.

    Raises `Failure` with the one line to show.
    """
    overrides = Overrides(
        secret_file=args.secret_file,
        tls_ca=args.tls_ca,
        tls_fingerprint=args.tls_fingerprint,
        tls_verify=not args.tls_no_verify,
        read_only=getattr(args, "read_only", False),
    )
    try:
        config = load_config(args.config)
        ask = _ask if sys.stdin is not None and sys.stdin.isatty() else None
        return Login(resolve(args.target, config, os.environ, overrides, ask=ask, warn=_warn), config)
    except ConfigError as error:
        raise Failure(ExitCode.USAGE, str(error)) from None


def _ask(question: str) -> str:
    import getpass  # most logins have a secret already

    try:
        return getpass.getpass(question)
    except EOFError:
        return ""


def _warn(line: str) -> None:
    print(f"amitop: warning: {line}", file=sys.stderr)
