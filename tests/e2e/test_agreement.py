"""For a minute of calls, what `amitop watch` prints is what the PBX's own console lists at the same moments.

Both are taken while calls come and go, so a list is held against the documents from just before it to just after it:
what they agree upon must be what the list says.
"""

import json
import subprocess
import threading
import time
from dataclasses import dataclass, field

from e2e.program import COMMAND, Amitop

from rig.asterisk import Asterisk, Row
from rig.sipp import Calls

SECONDS = 60
EVERY = 0.1
INTERNAL = ("Announcer/", "CBAnn/", "CBRec/", "Recorder/", "Surrogate/")
"""Channels that Asterisk keeps for itself (AST_CHAN_TP_INTERNAL): its console lists them, AMI never tells of them."""
LAG = 0.25
"""Seconds that an event takes from Asterisk through amitop to a line of JSON, on a machine with nothing else to do."""
PATIENCE = 3.0
"""Seconds after which a document is wrong, and not late: Asterisk's events wait for a thread, and that for a core."""


@dataclass
class Documents:
    """What `watch` has printed, each with the time at which it was read."""

    lines: list[tuple[float, dict]] = field(default_factory=list)

    def read(self, process: subprocess.Popen[bytes]) -> None:
        """Collect until the end."""
        for line in process.stdout:
            self.lines.append((time.monotonic(), json.loads(line)))

    def around(self, begun: float, done: float, lag: float) -> list[dict]:
        """From the last document before `begun` to the first that is `lag` later than `done`; channels by Uniqueid."""
        first = max(i for i, (at, _) in enumerate(self.lines) if at < begun)
        last = min(i for i, (at, _) in enumerate(self.lines) if at > done + lag)
        return [{one["uniqueid"]: one for one in document["channels"]} for _, document in self.lines[first : last + 1]]


def facts(channel: dict) -> dict[str, str]:
    """What both sides know of a channel."""
    return {
        "name": channel["name"],
        "state": channel["state"],
        "bridge": channel["bridge"] or "",
        "caller": channel["caller"]["num"] or "",
        "account": channel["account"] or "",
    } | ({} if channel["application"] is None else {"application": channel["application"]})


def listed(row: Row) -> dict[str, str]:
    """The same of the console's list."""
    return {
        "name": row.name,
        "state": row.state,
        "bridge": row.bridge,
        "caller": row.caller,
        "account": row.account,
        "application": row.application,
    }


def differences(rows: list[Row], around: list[dict]) -> list[str]:
    """Where what stood in all of these documents is not what the list has."""
    there = {row.uniqueid: row for row in rows if not row.name.startswith(INTERNAL)}
    always = set.intersection(*map(set, around))
    ever = set.union(*map(set, around))
    found = [f"{uid} is in all documents and not listed" for uid in always - there.keys()]
    found += [f"{uid} is listed and in no document: {there[uid]}" for uid in there.keys() - ever]
    for uid in always & there.keys():
        told = [facts(document[uid]) for document in around]
        for key, truth in listed(there[uid]).items():
            values = {each.get(key) for each in told}
            if len(values) == 1 and not values & {None, truth}:
                found.append(f"{uid} {key}: {values} in all documents, {truth!r} listed")
    return found


def test_watch_agrees_with_the_console_for_a_minute(pbx: Asterisk, amitop: Amitop):
    pbx.phones(ring=(0.5, 5))
    pbx.calls(Calls(rate=2, count=2 * SECONDS + 20, talk=(3, 15)))
    command = [*COMMAND, "watch", amitop.target, "--json", "--every", str(EVERY)]
    documents, lists = Documents(), []
    with subprocess.Popen(command, env=amitop.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as watch:
        reader = threading.Thread(target=documents.read, args=[watch])
        reader.start()
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            begun = time.monotonic()
            rows = pbx.channels()
            lists.append((begun, rows, time.monotonic()))
            time.sleep(0.5)
        time.sleep(PATIENCE + 1)  # for the document after the last list
        watch.terminate()
        reader.join(10)
    assert watch.returncode == 0
    lists = [one for one in lists if one[0] > documents.lines[0][0]]
    late = [one for one in lists if differences(one[1], documents.around(one[0], one[2], LAG))]
    found = [line for begun, rows, done in late for line in differences(rows, documents.around(begun, done, PATIENCE))]
    compared = sum(len(rows) for _, rows, _ in lists)
    print(f"{len(lists)} lists, {compared} rows, {len(documents.lines)} documents, {len(found)} differences")
    print(f"{len(late)} lists had what came later than {LAG} s")
    assert compared > 200
    assert not found, "\n".join(found[:20])
