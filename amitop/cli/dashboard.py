"""`amitop [TARGET]`: the dashboard."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from amitop.ui.app import run_dashboard

if TYPE_CHECKING:
    import argparse

    from amitop.cli.login import Login


def run(args: argparse.Namespace, login: Login, *, keep: bool = True) -> int:
    """Hand over to the screen; *keep* False leaves no trace in this user's files."""
    saved = login.config.settings
    settings = replace(
        saved,
        theme=args.theme or saved.theme,
        ascii=args.ascii or saved.ascii,
        mouse=saved.mouse and not args.no_mouse,
        read_only=login.profile.read_only,
    )
    return run_dashboard([login.profile], settings, login.config.rules, keep=keep)
