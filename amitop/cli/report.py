"""`amitop report`: the shift that a dashboard counts, on paper."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from typing import TYPE_CHECKING

from amitop.cli.connection import connected
from amitop.cli.failure import ExitCode, Failure
from amitop.cli.kept import Kept, kept_shift, kept_shifts
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
    """Print a shift that was kept, with Asterisk's own figures if the PBX is there to tell them; or which are kept."""
    name = login.profile.name
    if args.form == "list":
        shifts = kept_shifts(name)
        if not shifts:
            raise _none_kept(name)
        places = len(str(len(shifts)))
        say(
            "\n".join(
                f"{at:{places}}  {_time(each.started)} to {_time(each.saved)}" for at, each in enumerate(shifts, 1)
            )
        )
        return ExitCode.FINE
    kept = kept_shift(name, args.shift - 1)
    if kept is None:
        raise _none_kept(name)
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


def _none_kept(name: str) -> Failure:
    """Return why there is no such shift."""
    count = len(kept_shifts(name))
    if not count:
        why = f"no shift of {name} is kept in {default_path()} yet: the dashboard counts one while it runs"
    else:
        shifts = "1 shift" if count == 1 else f"{count} shifts"
        why = f"only {shifts} of {name} {'is' if count == 1 else 'are'} kept in {default_path()}: --list names them"
    return Failure(ExitCode.BAD_NEWS, why)


def _time(epoch: float) -> str:
    """Return a moment as the report has it: in this machine's time."""
    return datetime.fromtimestamp(epoch).strftime("%Y-%m-%d %H:%M")


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
