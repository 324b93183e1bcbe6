"""What went through a session, for a diagnostics screen. No I/O."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amitop.ami.connection import Connection


class SessionCounters:
    """What went through a session, for a diagnostics screen."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.taken: Counter[str] = Counter()
        """Events that were passed on, by name."""
        self.unknown = 0
        """Packets that are neither event nor response, and responses that nobody waits for."""
        self.damaged = 0
        """Packets that were read and had lines that are no headers, or that lost their end."""
        self.items = 0
        """Items of lists."""
        self.failures = 0
        """Exceptions raised by the owner's callbacks."""

    @property
    def packets(self) -> int:
        """Packets received in all, skipped ones among them."""
        return self._connection.framer.counters.packets

    @property
    def resynced(self) -> int:
        """Packets that were cut where the next one began, because they had lost their end."""
        return self._connection.framer.counters.resynced

    @property
    def bytes_in(self) -> int:
        """Bytes received, after TLS."""
        return self._connection.bytes_in

    @property
    def bytes_out(self) -> int:
        """Bytes sent, before TLS."""
        return self._connection.bytes_out

    @property
    def skipped(self) -> int:
        """Events that were dropped by their first line."""
        return self._connection.framer.skipped.total()

    @property
    def events(self) -> Counter[str]:
        """Events by name, skipped ones among them, list items not."""
        return self.taken + self._connection.framer.skipped
