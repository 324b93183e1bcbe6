"""The figures of the head lines: how many calls there are and what they do, and how that went in the last minutes."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from amitop.pbx.calls import call_state
from amitop.pbx.model import CallState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from amitop.pbx.model import Call
    from amitop.pbx.store import Store

MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts over one PBX or several."""

    calls: int = 0
    channels: int = 0
    talking: int = 0
    """Two parties or more have each other, on hold or in a room too."""
    ringing: int = 0
    """Dialling or ringing: somebody is being called."""
    waiting: int = 0
    """Callers in queues."""
    longest_wait: float | None = None
    """Seconds of the caller who waits longest; None when nobody waits, or when it is not known of all who do."""
    parked: int = 0
    in_app: int = 0
    """Alone with the dialplan."""
    started_last_minute: int = 0
    ended_last_minute: int = 0


_TALKING = (CallState.TALKING, CallState.HELD, CallState.CONFERENCE)
_RINGING = (CallState.DIALING, CallState.RINGING)


class Census:
    """What the calls do, looked at *part* of them at a time where there are more: 5,000 at once would delay a key.

    Small exchanges are counted whole each time; of a large one each call was looked at once in the last round.
    """

    def __init__(self, part: int = 2000) -> None:
        self._part = part
        self._ahead: list[tuple[Store, Call]] = []
        self._counting: Counter[CallState] = Counter()
        self._counted: Counter[CallState] | None = None

    @property
    def in_parts(self) -> bool:
        """Whether what was counted last was counted in parts, and is up to a second old."""
        return self._counted is not None

    def look(self, stores: Sequence[Store]) -> None:
        """Look at the next part: to be called at each frame."""
        if sum(len(store.calls) for store in stores) <= self._part:
            self._counted = None
            self._ahead.clear()
            return
        if not self._ahead:
            self._counting = Counter()
            self._ahead = [(store, call) for store in stores for call in store.calls.values()]
        part = self._ahead[-self._part :]
        del self._ahead[-self._part :]
        self._counting += _states(part)
        if not self._ahead:
            self._counted = self._counting

    def states(self, stores: Sequence[Store]) -> Counter[CallState]:
        """Return how many do what."""
        if self._counted is not None:
            return self._counted
        return _states((store, call) for store in stores for call in store.calls.values())


def _states(calls: Iterable[tuple[Store, Call]]) -> Counter[CallState]:
    # One that has ended since it was listed has no legs any more, and counts as nothing.
    return Counter(call_state(call, store) for store, call in calls if call.legs)


def totals(stores: Sequence[Store], now: float, census: Census | None = None) -> Totals:
    """Count; once a second is often enough. A *census* knows what the calls do, where somebody has it look."""
    census = census or Census()
    states = census.states(stores)
    calls = channels = started = ended = 0
    joined: list[float] = []
    for store in stores:
        store.keep_order()
        calls += len(store.calls)
        channels += len(store.channels)
        for call in reversed(store.calls.values()):
            if now - call.started >= MINUTE:
                break
            started += 1
        for gone in reversed(store.ended_calls):
            if now - gone.at >= MINUTE:
                break
            ended += 1
            started += now - gone.call.started < MINUTE
        joined += [place.joined for place in store.queued.values()]
    # Who was in a queue before amitop came is known by the application that they are in, before any event says so.
    waiting = states[CallState.WAITING]
    return Totals(
        calls=calls,
        channels=channels,
        talking=sum(states[state] for state in _TALKING),
        ringing=sum(states[state] for state in _RINGING),
        waiting=waiting,
        longest_wait=max(now - min(joined), 0.0) if joined and (len(joined) >= waiting or census.in_parts) else None,
        parked=states[CallState.PARKED],
        in_app=states[CallState.APPLICATION],
        started_last_minute=started,
        ended_last_minute=ended,
    )


class History:
    """The last *slots* values of a figure, one for every *seconds*: a ring, so that a day costs what a minute does.

    Of several values in a slot the largest stays: a burst should be seen.
    """

    def __init__(self, slots: int = 60, seconds: float = 10.0) -> None:
        self._values: deque[float | None] = deque(maxlen=slots)
        self._seconds = seconds
        self._slot: int | None = None

    def feed(self, now: float, value: float) -> None:
        """Note *value* at *now* (seconds of a clock that does not go back). Slots that nobody fed are None."""
        slot = int(now // self._seconds)
        if self._slot is not None and slot <= self._slot:
            last = self._values[-1]
            self._values[-1] = value if last is None else max(last, value)
            return
        if self._slot is not None:
            missed = min(slot - self._slot - 1, self._values.maxlen or 0)
            self._values.extend([None] * missed)
        self._values.append(value)
        self._slot = slot

    @property
    def values(self) -> list[float | None]:
        """Oldest first; None where nothing is known."""
        return list(self._values)
