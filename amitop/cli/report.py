"""`amitop report`: the shift that a dashboard counts, on paper."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from amitop.cli.connection import connected
from amitop.cli.failure import ExitCode, Failure
from amitop.cli.kept import Kept, kept_shift
from amitop.cli.output import say
from amitop.pbx.store import Store
from amitop.shift.ledger import default_path
from amitop.text import clean
from amitop.views.document import dumps
from amitop.views.floor import Floor
from amitop.views.report import report
from amitop.views.report_text import csv_table, markdown

if TYPE_CHECKING:
    import argparse

    from amitop.cli.login import Login
    from amitop.views.document import Json


def run(args: argparse.Namespace, login: Login) -> int:
    """Print the last shift that was kept, with Asterisk's own figures if the PBX is there to tell them."""
    name = login.profile.name
    kept = kept_shift(name)
    if kept is None:
        raise Failure(
            ExitCode.BAD_NEWS,
            f"no shift of {name} is kept in {default_path()} yet: the dashboard counts one while it runs",
        )
    try:
        document = asyncio.run(_with_pbx(login, kept))
    except Failure as failure:
        print(
            f"amitop: warning: {clean(str(failure))}; the report is of what was kept, without Asterisk's own figures",
            file=sys.stderr,
        )
        document = _document(login, kept, Store(name), 0.0)
    say(_text(args.form, document).rstrip("\n"))
    return ExitCode.FINE


async def _with_pbx(login: Login, kept: Kept) -> Json:
    async with connected(login) as pbx:
        return _document(login, kept, pbx.store, pbx.clock())


def _document(login: Login, kept: Kept, store: Store, now: float) -> Json:
    """Return the report of what was counted up to when it was written down."""
    return report(Floor(store, now, kept.record.saved, login.config.rules), kept.tally)


def _text(form: str, document: Json) -> str:
    match form:
        case "json":
            return dumps(document)
        case "queues" | "agents":
            return csv_table(document, form)
        case _:
            return markdown(document)
