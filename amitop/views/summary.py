"""The figures of the head lines: how many calls there are and what they do, and how that went in the last minutes."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from amitop.pbx.calls import call_state
from amitop.pbx.model import CallState

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def totals(stores: Iterable[Store], now: float) -> Totals:
    """Count. Looks at every call, so once a second is often enough."""
    states: Counter[CallState] = Counter()
    calls = channels = started = ended = 0
    joined: list[float] = []
    for store in stores:
        live = store.calls.values()
        calls += len(live)
        channels += len(store.channels)
        for call in live:
            states[call_state(call, store)] += 1
            started += now - call.started < MINUTE
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
        longest_wait=max(now - min(joined), 0.0) if joined and len(joined) >= waiting else None,
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
