"""`amitop replay FILE`: the state that a recording ends in, and how well it agreed with the lists in it."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from amitop.ami.errors import WireError
from amitop.cli.failure import ExitCode, Failure
from amitop.cli.output import say
from amitop.cli.recording import Recording, read_recording
from amitop.cli.tables import tables
from amitop.pbx.replay import ReplayResult, replay
from amitop.pbx.store import Store
from amitop.text import clean
from amitop.views.document import PbxFacts, document, dumps
from amitop.views.format import hms

if TYPE_CHECKING:
    import argparse


def run(args: argparse.Namespace) -> int:
    """Replay, and print the end as tables or as one JSON document."""
    recording = read_recording(args.file)
    store = Store(recording.name)
    try:
        result = replay(recording.data, recording.times, store)
    except WireError as error:
        raise Failure(ExitCode.USAGE, f"{args.file}: not a recording of an AMI: {error}") from None
    if not result.events and not result.lists:
        raise Failure(ExitCode.USAGE, f"{args.file}: there is no AMI event in it")
    if args.json:
        # The times of a recording are epoch seconds already.
        say(dumps(document(store, _facts(recording, store), result.ended, lambda moment: moment)))
    else:
        say(f"{_summary(recording, store, result)}\n\n{tables(store, result.ended)}")
    return ExitCode.FINE


def _facts(recording: Recording, store: Store) -> PbxFacts:
    """Return what the recording says of the PBX that it is of."""
    return PbxFacts(
        name=recording.name,
        host=None,
        port=None,
        link="recording",
        asterisk=_header(recording, rb"AsteriskVersion: *"),
        ami=_header(recording, rb"Asterisk Call Manager/"),
        system=_header(recording, rb"SystemName: *"),
        drift=store.drift.differed + store.queue_drift.differed,
    )


def _header(recording: Recording, key: bytes) -> str | None:
    """Return what follows *key* at the first beginning of a line that has it."""
    found = re.search(rb"^" + key + rb"([^\r\n]+)", recording.data, re.MULTILINE)
    return found[1].decode(errors="replace") if found else None


def _summary(recording: Recording, store: Store, result: ReplayResult) -> str:
    """Return two lines: what was recorded, and how the lists in it agreed with the state at their time."""
    drift = store.drift
    asterisk = _header(recording, rb"AsteriskVersion: *") or "?"
    first = f"{recording.name}  Asterisk {asterisk}  {hms(result.ended - result.began)}"
    if recording.times is None:
        first += "  (no .times beside it: durations are rough)"
    if result.ended:
        first += time.strftime("  until %Y-%m-%d %H:%M:%S", time.localtime(result.ended))
    return (
        f"{clean(first)}\n{result.packets} packets, {result.events.total()} events, {result.lists} lists of channels: "
        f"{drift.compared} rows compared, {drift.differed + drift.in_flight} differed "
        f"({drift.in_flight} in flight), drift {drift.differed}"
    )
