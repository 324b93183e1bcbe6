"""The file that shifts are kept in: SQLite in the user's state folder, written by a thread of its own.

Whatever is wrong with the file, counting goes on: `Ledger.problem` says it in one line, and nothing here raises.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import uuid
from queue import SimpleQueue
from typing import TYPE_CHECKING, NamedTuple

from amitop.shift.records import AgentRecord, QueueRecord, Record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEPT = 14 * 86400.0
"""Seconds for which the figures of a shift that is over are kept."""
LEASE = 30.0
"""Seconds after which one who keeps a PBX's shift and writes no more is taken to have ended."""
_BUSY = 2.0
"""Seconds to wait for another process that writes."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS shift (
    pbx TEXT, started REAL, watched_from REAL, saved REAL, PRIMARY KEY (pbx, started)
);
CREATE TABLE IF NOT EXISTS queue (
    pbx TEXT, started REAL, name TEXT, counts TEXT, answers BLOB, abandons BLOB, PRIMARY KEY (pbx, started, name)
);
CREATE TABLE IF NOT EXISTS agent (
    pbx TEXT, started REAL, device TEXT, counts TEXT, PRIMARY KEY (pbx, started, device)
);
CREATE TABLE IF NOT EXISTS keeper (pbx TEXT PRIMARY KEY, token TEXT, seen REAL);
"""
_VERSION = 1


class Span(NamedTuple):
    """When a shift that is kept began, and when it was written down last. Epoch seconds."""

    started: float
    saved: float


def default_path() -> Path:
    """Return where the platform keeps a user's state."""
    import platformdirs  # noqa: PLC0415  # not needed where the path is given

    return platformdirs.user_state_path("amitop") / "shift.sqlite3"


class Ledger:
    """Keeps the shifts of any number of PBXs in *path*."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem = ""
        """Why shifts are not kept, in one line; empty while they are."""
        self._token = uuid.uuid4().hex
        self._inbox: SimpleQueue[Record | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def shifts(self, pbx: str) -> list[Span]:
        """Return the shifts that are kept of *pbx*, the last one first; none where they cannot be read."""
        if not self.path.exists():
            return []
        with self._said(), contextlib.closing(self._open()) as base:
            found = base.execute("SELECT started, saved FROM shift WHERE pbx = ? ORDER BY started DESC", (pbx,))
            return [Span(*row) for row in found.fetchall()]
        return []

    def load(self, pbx: str, back: int = 0) -> Record | None:
        """Return the last shift that was kept of *pbx*, or the one that was *back* shifts before it.

        None where there is none or it cannot be read.
        """
        if not self.path.exists():
            return None
        with self._said(), contextlib.closing(self._open()) as base:
            found = base.execute(
                "SELECT started, watched_from, saved FROM shift WHERE pbx = ? ORDER BY started DESC LIMIT 1 OFFSET ?",
                (pbx, back),
            ).fetchone()
            if found is None:
                return None
            started, watched_from, saved = found
            key = (pbx, started)
            queues = base.execute(
                "SELECT name, counts, answers, abandons FROM queue WHERE pbx = ? AND started = ?", key
            ).fetchall()
            agents = base.execute("SELECT device, counts FROM agent WHERE pbx = ? AND started = ?", key).fetchall()
            return Record(
                pbx,
                started,
                watched_from,
                saved,
                tuple(QueueRecord(*row) for row in queues),
                tuple(AgentRecord(*row) for row in agents),
            )
        return None

    def save(self, record: Record) -> None:
        """Have *record* written soon, by another thread."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="shift ledger", daemon=True)
            self._thread.start()
        self._inbox.put(record)

    def close(self, timeout: float = 3.0) -> None:
        """Write what is left, for *timeout* seconds at most."""
        if self._thread is not None:
            self._inbox.put(None)
            self._thread.join(timeout)
            self._thread = None

    # -- the writing thread ---------------------------------------------------------------------------------------

    def _work(self) -> None:
        while (record := self._inbox.get()) is not None:
            with self._said():
                self._create()
                with contextlib.closing(self._open()) as base, base:
                    self._write(base, record)

    def _write(self, base: sqlite3.Connection, record: Record) -> None:
        base.executescript(_SCHEMA)
        base.execute("BEGIN IMMEDIATE")
        kept = base.execute("SELECT token, seen FROM keeper WHERE pbx = ?", (record.pbx,)).fetchone()
        if kept is not None and kept[0] != self._token and abs(record.saved - kept[1]) < LEASE:
            self.problem = f"{self.path}: another amitop keeps the figures of {record.pbx}"
            return
        self.problem = ""
        base.execute("INSERT OR REPLACE INTO keeper VALUES (?, ?, ?)", (record.pbx, self._token, record.saved))
        base.execute("INSERT OR REPLACE INTO shift VALUES (?, ?, ?, ?)", record[:4])
        key = (record.pbx, record.started)
        base.executemany("INSERT OR REPLACE INTO queue VALUES (?, ?, ?, ?, ?, ?)", [key + row for row in record.queues])
        base.executemany("INSERT OR REPLACE INTO agent VALUES (?, ?, ?, ?)", [key + row for row in record.agents])
        for (started,) in base.execute(
            "SELECT started FROM shift WHERE pbx = ? AND saved < ?", (record.pbx, record.saved - KEPT)
        ).fetchall():
            for table in ("shift", "queue", "agent"):
                base.execute(f"DELETE FROM {table} WHERE pbx = ? AND started = ?", (record.pbx, started))  # noqa: S608

    # -- the file -------------------------------------------------------------------------------------------------

    def _create(self) -> None:
        """Make the file, which nobody else may read: it holds names of people and what they did."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))

    def _open(self) -> sqlite3.Connection:
        base = sqlite3.connect(self.path, timeout=_BUSY, isolation_level=None)
        try:
            version = base.execute("PRAGMA user_version").fetchone()[0]
            if version > _VERSION:
                raise sqlite3.DatabaseError("written by a newer amitop")
            base.execute("PRAGMA journal_mode = WAL")
            base.execute("PRAGMA synchronous = NORMAL")
            base.execute(f"PRAGMA user_version = {_VERSION}")
        except sqlite3.Error:
            base.close()
            raise
        return base

    @contextlib.contextmanager
    def _said(self) -> Iterator[None]:
        """Turn what may be wrong with a file into `problem`."""
        try:
            yield
        except sqlite3.Error as error:
            self.problem = f"{self.path}: {error}; the shift's figures are not kept"
        except OSError as error:
            self.problem = f"{self.path}: {error.strerror or error}; the shift's figures are not kept"
