"""`amitop snapshot`: connect, sync, print, leave."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING

from amitop.cli.connection import ENDPOINTS_WAIT, connected, facts
from amitop.cli.failure import ExitCode
from amitop.cli.output import say
from amitop.cli.tables import tables
from amitop.text import clean
from amitop.views.document import document, dumps
from amitop.views.format import hms

if TYPE_CHECKING:
    import argparse

    from amitop.cli.login import Login
    from amitop.live import LivePbx


def run(args: argparse.Namespace, login: Login) -> int:
    """Print the state of this moment, as tables or as one JSON document."""
    text, notice = asyncio.run(_take(login, as_json=args.json))
    if notice:
        print(f"amitop: warning: {clean(notice)}", file=sys.stderr)
    say(text)
    return ExitCode.FINE


async def _take(login: Login, *, as_json: bool) -> tuple[str, str]:
    """Return what to print, and what this login could not see."""
    async with connected(login) as pbx:
        if as_json:
            await pbx.endpoint_sync.wait_first(ENDPOINTS_WAIT)
            notice = "; ".join(filter(None, (pbx.notice, pbx.endpoint_sync.notice)))
            return dumps(document(pbx.store, facts(pbx), pbx.clock(), pbx.wall_of)), notice
        now = pbx.clock()
        return f"{_headline(pbx, now)}\n{tables(pbx.store, now)}", pbx.notice


def _headline(pbx: LivePbx, now: float) -> str:
    """Say which PBX this is and what time it is there."""
    at = pbx.wall_of(now)
    where = str(pbx.profile.address)
    parts = [where if pbx.name == where else f"{pbx.name} ({where})", f"Asterisk {pbx.info.asterisk or '?'}"]
    if pbx.info.started is not None:
        parts.append(f"up {hms(at - pbx.info.started)}")
    parts.append(time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at)))
    return "  ".join(clean(part) for part in parts)
