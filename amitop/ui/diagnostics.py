"""How amitop and its PBXs get on, in figures: for whoever asks whether the screen can be believed."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from amitop.text import clean
from amitop.ui.key_bar import KeyBar
from amitop.ui.state_line import link_piece, milliseconds, trouble
from amitop.views.format import UNICODE, fit, hms, rate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.app import ComposeResult

    from amitop.live import LivePbx

SPAN = 10.0
"""Seconds over which the rates by event are averaged."""
LABEL_WIDTH = 18
EVENT_WIDTH = 30
LabelValue = tuple[str, str]


class EventRates:
    """Events a second by name over the last `SPAN` seconds, from counters that only grow."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, Counter[str]]] = deque()

    def sample(self, now: float, counts: Counter[str]) -> None:
        """Note the counters as they are at *now*."""
        if self._samples and counts.total() < self._samples[-1][1].total():
            self._samples.clear()  # a new session counts from zero
        self._samples.append((now, Counter(counts)))
        while len(self._samples) > 2 and self._samples[1][0] <= now - SPAN:
            self._samples.popleft()

    def of(self, name: str) -> float:
        """Return how many of *name* came in a second."""
        if len(self._samples) < 2:
            return 0.0
        (then, before), (now, after) = self._samples[0], self._samples[-1]
        return (after[name] - before[name]) / (now - then) if now > then else 0.0


def link_lines(pbx: LivePbx) -> list[LabelValue]:
    """Return label and value of what is known of *pbx*'s link."""
    health, info, link = pbx.health, pbx.info, pbx.link
    glyph, words, _ = link_piece(pbx)
    offset = health.clock_offset
    server = f"{info.asterisk or 'Asterisk, version not told'}" + (f" ({info.system})" if info.system else "")
    lines = [
        ("Link", f"{glyph} {words} for {hms(pbx.clock() - link.since)}"),
        ("Address", f"{pbx.profile.address}, login {pbx.profile.user}"),
        ("PBX", f"{server}, AMI {info.ami or '?'}"),
        ("Round trip", milliseconds(health.rtt) if health.rtt is not None else "not measured yet"),
        ("Clock of the PBX", _offset_words(offset)),
        ("Reconnects", str(link.reconnects)),
    ]
    if why := (trouble(pbx) or link.reason):
        lines.insert(1, ("Why", why))
    if info.started is not None:
        now = pbx.wall_of(pbx.clock())
        reloaded = f", reloaded {hms(now - info.reloaded)} ago" if info.reloaded is not None else ""
        lines.insert(-3, ("Running", f"{hms(now - info.started)}{reloaded}"))
    return lines


def _offset_words(offset: float | None) -> str:
    if offset is None:
        return "not measured yet"
    if abs(offset) < 0.05:
        return "the same as here"
    return f"{abs(offset):.1f} s {'ahead' if offset > 0 else 'behind'}"


def traffic_lines(pbx: LivePbx) -> list[LabelValue]:
    """Return label and value of what came and went."""
    health = pbx.health
    return [
        ("Events", f"{rate(health.events_per_second)}, {health.events.total():,} in this session"),
        ("Skipped", f"{health.skipped:,} that no view reads"),
        ("Bytes", f"{health.bytes_in:,} in, {health.bytes_out:,} out"),
        ("Damaged packets", f"{health.damaged:,}"),
        ("Faults of amitop", f"{health.faults:,}" + (f", last: {health.last_fault}" if health.last_fault else "")),
    ]


def _lists(count: int) -> str:
    return f"{count:,} list{'s' * (count != 1)}"


def truth_lines(pbx: LivePbx) -> list[LabelValue]:
    """Return label and value of how well the state agrees with what the PBX lists."""
    store, health, queues = pbx.store, pbx.health, pbx.store.queue_drift
    unknown = ", ".join(f"{name} {count:,}" for name, count in store.unknown.most_common(6))
    return [
        ("State", f"{len(store.channels):,} channels, {len(store.bridges):,} bridges, {len(store.calls):,} calls"),
        ("Compared", f"{store.drift.compared:,} channels in {_lists(health.lists)} of the PBX"),
        ("Drift", f"{store.drift.differed:,} differed from what the events had told"),
        ("Queues compared", f"{queues.compared:,} callers and members in {_lists(queues.lists)}"),
        ("Drift of queues", f"{queues.differed:,} differed from what the events had told"),
        ("Last list took", f"{health.list_seconds * 1000:,.0f} ms"),
        ("Applications", "of this moment" if pbx.applications_live else "as of the last list"),
        ("Not understood", unknown or "nothing"),
    ]


class DiagnosticsScreen(Screen[None]):
    """Rates, round trip, clock, drift, reconnects and what was unknown, for each of *pbxs*; renewed once a second."""

    TITLE = "Diagnostics"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,D", "close", "Back", id="diagnostics.close"),
        Binding("R", "retry", "Reconnect now", id="link.retry"),
    ]

    def __init__(self, pbxs: Sequence[LivePbx]) -> None:
        super().__init__()
        self._pbxs = pbxs
        self._rates = {pbx.name: EventRates() for pbx in pbxs}
        self._text = Static(markup=False, id="diagnostics-text")

    def compose(self) -> ComposeResult:
        """Lay out the text, which may scroll, and the keys."""
        with VerticalScroll(id="diagnostics"):
            yield self._text
        yield KeyBar()

    def on_mount(self) -> None:
        """Start the clock."""
        self.renew()
        self.set_interval(1.0, self.renew)

    def on_resize(self) -> None:
        """Write for the new width."""
        self.renew()

    def renew(self) -> None:
        """Write the figures of now."""
        for pbx in self._pbxs:
            self._rates[pbx.name].sample(pbx.clock(), pbx.health.events)
        self._text.update(Content("\n").join(self._lines()))

    def _lines(self) -> Iterable[Content]:
        for pbx in self._pbxs:
            yield Content.styled(clean(pbx.name), "bold $primary")
            for title, lines in (
                ("Link", link_lines(pbx)),
                ("Traffic", traffic_lines(pbx)),
                ("State", truth_lines(pbx)),
            ):
                yield Content("")
                yield Content.styled(title, "bold")
                for label, value in lines:
                    yield Content.assemble((f"  {label:<{LABEL_WIDTH}}", "$text-muted"), clean(value))
            yield from self._differences(pbx)
            yield from self._by_event(pbx)
            yield Content("")

    def _differences(self, pbx: LivePbx) -> Iterable[Content]:
        last = [*pbx.store.drift.last, *pbx.store.queue_drift.last]
        if last:
            yield Content.styled("  Last differences", "$text-muted")
            for line in last:
                yield Content(f"    {clean(line)}")

    def _by_event(self, pbx: LivePbx) -> Iterable[Content]:
        """Events by name in as many columns as the screen is wide, most frequent first."""
        counts = pbx.health.events.most_common(60)
        yield Content("")
        yield Content.styled(f"Events by name, last {SPAN:.0f} s and since login", "bold")
        if not counts:
            yield Content("  none yet")
            return
        rates = self._rates[pbx.name]
        cell = EVENT_WIDTH + 22
        columns = max((self.size.width - 4) // cell, 1)
        height = -(-len(counts) // columns)
        for row in range(height):
            parts: list[tuple[str, str]] = []
            for name, count in counts[row::height]:
                per_second = rates.of(name)
                parts.append((f"  {fit(name, EVENT_WIDTH)}", ""))
                parts.append((f"{rate(per_second) if per_second else UNICODE.nothing:>8}", ""))
                parts.append((f"{count:>10,}  ", "$text-muted"))
            yield Content.assemble(*parts)

    def action_close(self) -> None:
        """Go back to the calls."""
        self.dismiss()

    def action_retry(self) -> None:
        """Connect now, wherever it waits."""
        for pbx in self._pbxs:
            pbx.retry_now()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Reconnecting is for a link that waits."""
        return action != "retry" or any(trouble(pbx) for pbx in self._pbxs)
