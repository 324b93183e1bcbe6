"""The state of one PBX: what its events and lists have told, by key, and nothing that scans. No I/O, no clock.

Every moment is handed in, so the same packets at the same times give the same state.
"""

from __future__ import annotations

from collections import Counter, deque
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from amitop.pbx import channels, hints, queue_snapshot, registrations, snapshot
from amitop.pbx.conferences import Conferences
from amitop.pbx.drift import Drift
from amitop.pbx.endpoints import Endpoints
from amitop.pbx.model import Outage
from amitop.pbx.notes import Story
from amitop.pbx.parking import Parking
from amitop.pbx.queue_drift import QueueDrift
from amitop.pbx.queues import OUTCOME, Queues
from amitop.pbx.reducers import REDUCERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from amitop.ami.packet import Packet
    from amitop.pbx.endpoint_model import Endpoint
    from amitop.pbx.model import Bridge, Call, Channel, Dial, EndedCall, EndedChannel, Note
    from amitop.pbx.queue_model import Fact, Queue, QueueCaller
    from amitop.pbx.queue_snapshot import QueueDiff
    from amitop.pbx.registrations import Lister
    from amitop.pbx.room_model import Conference, ParkedCall
    from amitop.pbx.snapshot import SnapshotDiff

TOMBSTONE = 120.0
"""Seconds for which a Uniqueid that was hung up is not believed to be back (`ami.md` D.3)."""
ENDED_KEPT = 500
"""Ended channels and calls that are remembered."""

_CHANNEL_AGE = attrgetter("created", "order")
_CALL_AGE = attrgetter("started", "order")

PartT = TypeVar("PartT")


class Store:
    """What is known of the PBX called *name*.

    Everything public is for reading; only `apply` and its like change it, and each counts `version` up.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.channels: dict[str, Channel] = {}
        self.by_name: dict[str, str] = {}
        """Uniqueid of the channel that has a name now; names are given again, Uniqueids are not (`ami.md` D.2)."""
        self.by_linkedid: dict[str, dict[str, None]] = {}
        """Uniqueids by Linkedid, in order of arrival."""
        self.links: dict[str, set[str]] = {}
        """Pairs that belong together beside Linkedid and bridge: Local halves, caller and dialled leg."""
        self.bridges: dict[str, Bridge] = {}
        self.dials: dict[str, Dial] = {}
        """Legs that are being dialled, by the dialled leg's Uniqueid."""
        self.calls: dict[str, Call] = {}
        self.call_by_uid: dict[str, Call] = {}
        self.ended_channels: deque[EndedChannel] = deque(maxlen=ENDED_KEPT)
        self.ended_calls: deque[EndedCall] = deque(maxlen=ENDED_KEPT)
        self.version = 0
        self.arrivals = 0
        """Channels that were ever made, for their order."""
        self.youngest = float("-inf")
        """When the youngest channel ever made began."""
        self.by_age = True
        """Whether `channels` and `calls` stand in order of age, as they nearly always come; see `keep_order`."""
        self.unknown: Counter[str] = Counter()
        """By event name: events that could not be read, or spoke of something that is not known."""
        self.drift = Drift()
        self.queue_drift = QueueDrift()
        self.observers: list[Callable[[Fact], None]] = []
        """Are told what happens in queues, once each, while the state is brought up to date."""
        self.dialplan_seen = False
        """Whether Newexten came since the link is up: only then can a list's application differ by our fault."""
        self.outage: Outage | None = None
        """The link was lost since the last list: what only events tell has to be doubted."""
        self.story = Story()
        self.suspects: dict[str, int] = {}
        """Channels that the last list did not have, with `touched` at that time."""
        self.tombstones: dict[str, float] = {}
        self._buried: deque[tuple[float, str]] = deque()
        self._parts: dict[type, Any] = {
            reducer.part: reducer.part() for reducer in REDUCERS if reducer.part is not None
        }
        self.gone_hooks = tuple(reducer.gone for reducer in REDUCERS if reducer.gone is not None)
        self.expire_hooks = tuple(reducer.expire for reducer in REDUCERS if reducer.expire is not None)
        self.doubt_hooks = tuple(reducer.doubt for reducer in REDUCERS if reducer.doubt is not None)
        self._handlers = _table()
        self.wanted: frozenset[str] = frozenset(self._handlers)
        """Names of the events that are read; others change nothing and need not be parsed."""

    # -- reading --------------------------------------------------------------------------------------------------

    def part(self, kind: type[PartT]) -> PartT:
        """Return the state that the reducer of *kind* keeps. Raises KeyError for a kind that no reducer names."""
        part: PartT = self._parts[kind]
        return part

    @property
    def queues(self) -> Mapping[str, Queue]:
        """The queues, by name."""
        return self.part(Queues).queues

    @property
    def queued(self) -> Mapping[str, QueueCaller]:
        """Who waits in a queue, by Uniqueid."""
        return self.part(Queues).callers

    @property
    def dirty_queues(self) -> Mapping[str, float]:
        """Queues that have to be asked for again, and since when: something about them does not add up."""
        return self.part(Queues).dirty

    @property
    def parked(self) -> Mapping[str, ParkedCall]:
        """Who is parked, by Uniqueid."""
        return self.part(Parking).calls

    @property
    def rooms(self) -> Mapping[str, Conference]:
        """The conference rooms, by name."""
        return self.part(Conferences).rooms

    @property
    def endpoints(self) -> Mapping[str, Endpoint]:
        """The endpoints that are known, by device (`PJSIP/agent01`)."""
        return self.part(Endpoints).endpoints

    def queue_of(self, uniqueid: str) -> list[str]:
        """Return the names of the queues in which a channel waits: one or none, as a channel runs one Queue()."""
        caller = self.queued.get(uniqueid)
        return [] if caller is None else [caller.queue]

    def call_of(self, uniqueid: str) -> Call | None:
        """Return the call that a live channel belongs to."""
        return self.call_by_uid.get(uniqueid)

    def notes(self, call_id: str) -> Sequence[Note]:
        """Return the story of a call that lives or ended not long ago, oldest first."""
        return self.story.of(call_id)

    # -- changing -------------------------------------------------------------------------------------------------

    def apply(self, packet: Packet, now: float) -> None:
        """Take one event. What is not wanted, not readable or not known changes nothing."""
        handlers = self._handlers.get(packet.name)
        if handlers is None:
            return
        self.version += 1
        for handler in handlers:
            handler(self, packet, now)

    def apply_channels(
        self, items: Sequence[Packet], asked_at: float, now: float, *, first: bool = False
    ) -> SnapshotDiff:
        """Merge a complete CoreShowChannels (or Status) list that was asked for at *asked_at* (`ami.md` D.3, D.4).

        With *first* it replaces what was known but for what events told since *asked_at*; else each difference that
        was not in flight counts as drift, and a channel that two lists in a row do not have is removed.
        """
        self.version += 1
        return snapshot.apply_channels(self, items, asked_at, now, first=first)

    def apply_bridges(self, items: Iterable[Packet], now: float) -> None:
        """Take the items of a BridgeList: the kind of bridges that a list of channels only names."""
        self.version += 1
        snapshot.apply_bridges(self, items, now)

    def apply_status(self, packet: Packet, now: float) -> None:
        """Take one item of a Status list, asked for one channel: application, position, dialled number."""
        self.version += 1
        snapshot.apply_status(self, packet, now)

    def apply_queues(
        self, items: Sequence[Packet], asked_at: float, now: float, *, queue: str | None = None, first: bool = False
    ) -> QueueDiff:
        """Merge a complete QueueStatus list that was asked for at *asked_at*: of all queues, or of *queue* alone.

        *first* since the link is up: it replaces silently; else what no event explains is counted as drift.
        """
        self.version += 1
        return queue_snapshot.apply_queues(self, items, asked_at, now, queue=queue, first=first)

    def apply_hints(self, items: Iterable[Packet]) -> None:
        """Take an ExtensionStateList: which phone stands behind each extension that has a hint."""
        self.version += 1
        hints.apply_hints(self, items)

    def apply_registrations(self, lister: Lister, items: Iterable[Packet], now: float, *, first: bool = False) -> None:
        """Merge a complete list of registrations, which *lister* gave. It replaces what was known of its technology.

        *first* since the link is up: what differs then changed at a time that nobody saw.
        """
        self.version += 1
        registrations.apply_registrations(self, lister, items, now, first=first)

    def doubt_queue(self, name: str, now: float) -> None:
        """Note that something was done to a queue that no event tells: it has to be asked for again."""
        self.part(Queues).doubt(name, now)

    def tell(self, fact: Fact) -> None:
        """Tell the observers what happened in a queue."""
        for observer in self.observers:
            observer(fact)

    def keep_order(self) -> None:
        """Have `channels` and `calls` stand in order of age, where a list or a split call has changed that."""
        if self.by_age:
            return
        self.by_age = True
        channels = sorted(self.channels.values(), key=_CHANNEL_AGE)
        self.channels.clear()
        self.channels.update((channel.uniqueid, channel) for channel in channels)
        calls = sorted(self.calls.values(), key=_CALL_AGE)
        self.calls.clear()
        self.calls.update((call.id, call) for call in calls)

    def note(self, uniqueid: str, event: str, text: str, now: float, *words: str) -> None:
        """Add a line to the story of the call that *uniqueid* belongs to.

        With *words*, one or two, *text* is a pattern for them; they are put into it when somebody reads it.
        """
        call = self.call_by_uid.get(uniqueid)
        if call is None:
            return
        if words:
            self.story.add(call.id, (now, event, uniqueid, text, words[0], words[-1]))
        else:
            self.story.add(call.id, (now, event, uniqueid, text))

    def link_lost(self, now: float) -> None:
        """The events have stopped coming. The state stays as it is until the next list replaces it."""
        self.version += 1
        self.outage = Outage(now, self.version)
        self.dialplan_seen = False
        self.suspects.clear()
        self.drift.forget_pending()
        self.queue_drift.forget_pending()
        self.expire(now)

    def restart(self, now: float) -> None:
        """The PBX has started anew: nothing of before is there, and names begin again (`ami.md` D.9)."""
        self.version += 1
        for channel in list(self.channels.values()):
            channels.remove(self, channel, now, None, "the PBX restarted", lost=True)
        self.bridges.clear()
        self._let_go(now + OUTCOME)  # what was still expected will not come
        for reducer in REDUCERS:
            if reducer.part is not None:
                self._parts[reducer.part] = reducer.part()
        self.tombstones.clear()
        self._buried.clear()
        self.suspects.clear()
        self.drift.forget_pending()
        self.queue_drift.forget_pending()

    def bury(self, uniqueid: str, now: float) -> None:
        """Remember that *uniqueid* was hung up, so that a trailing event does not raise it."""
        self._exhume(now)
        if uniqueid not in self.tombstones:
            self._buried.append((now, uniqueid))
            self.tombstones[uniqueid] = now

    def expire(self, now: float) -> None:
        """Forget what is too old to matter: call it every second or so."""
        self._exhume(now)
        self.drift.settle(self, now)
        self.queue_drift.settle(self, now)
        self.story.expire(now)
        self._let_go(now)

    def _let_go(self, now: float) -> None:
        for expire in self.expire_hooks:
            expire(self, now)

    def _exhume(self, now: float) -> None:
        buried = self._buried
        while buried and now - buried[0][0] > TOMBSTONE:
            _, uniqueid = buried.popleft()
            self.tombstones.pop(uniqueid, None)


def _table() -> dict[str, tuple[Callable[[Store, Packet, float], None], ...]]:
    """Join the reducers' tables: an event may be read by several, in the order of the list that names them."""
    table: dict[str, tuple[Callable[[Store, Packet, float], None], ...]] = {}
    for reducer in REDUCERS:
        for event, handler in reducer.handlers.items():
            table[event] = (*table.get(event, ()), handler)
    return table
