"""The first line: which PBX, whether its state can be trusted, and how the link does. And, when it is down, why."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from amitop.health import LinkState
from amitop.ui.line import Piece
from amitop.views.format import UNICODE, hms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amitop.live import LivePbx

GOOD, WARN, BAD, MUTED = "$text-success", "$text-warning", "$text-error", "$text-muted"
MANY_DRIFTS = 1
"""Differences between two lists and the state from which the figure is coloured: drift is amitop's fault."""


def seconds_words(seconds: float) -> str:
    """Return a span as a person says it: `12 s`, `3:20`."""
    return f"{max(seconds, 0):.0f} s" if seconds < 100 else hms(seconds)


def milliseconds(seconds: float) -> str:
    """Return a round trip: `0.4 ms`, `38 ms`."""
    return f"{seconds * 1000:.1f} ms" if seconds < 0.01 else f"{seconds * 1000:.0f} ms"


def version_words(version: str) -> str:
    """Return an Asterisk version without what a distribution appended: `16.28.0` of `16.28.0~dfsg-0+deb11u4`."""
    for mark in "~+-":
        head, found, _ = version.partition(mark)
        if found and head[:1].isdigit():
            version = head
    return version


def link_piece(pbx: LivePbx) -> tuple[str, str, str]:
    """Return a glyph, a few words and a style for the state of *pbx*'s link."""
    state, stale = pbx.link.state, pbx.stale_for
    if state is LinkState.LIVE:
        return UNICODE.dot, "live", GOOD
    if state is LinkState.REFUSED:
        return UNICODE.cross, "login refused", BAD
    if stale is not None:
        return UNICODE.hollow, f"stale {seconds_words(stale)}", BAD if stale > 5 else WARN
    words = {LinkState.WAITING: "no connection", LinkState.CLOSED: "closed", LinkState.SYNCING: "reading the state"}
    return UNICODE.hollow, words.get(state, "connecting"), WARN


def trouble(pbx: LivePbx) -> str:
    """Return why *pbx* is not live and what happens next, in one line; empty while it is."""
    link = pbx.link
    if link.state is LinkState.LIVE:
        return ""
    if link.state is LinkState.REFUSED:
        return f"{link.reason}  R tries again"
    if link.state is LinkState.WAITING:
        left = (link.retry_at or 0.0) - pbx.clock()
        return f"{link.reason}  next try in {seconds_words(left)}, R tries now"
    if link.state is LinkState.SYNCING:
        return f"{pbx.profile.address}: logged in, reading the state"
    attempt = f" (try {link.attempt})" if link.attempt > 1 else ""
    return f"{pbx.profile.address}: connecting{attempt}"


def state_pieces(pbxs: Sequence[LivePbx]) -> tuple[list[Piece], list[Piece]]:
    """Return what stands at the left and at the right of the state line."""
    left = [Piece("amitop", "bold $primary", drop=5)]
    for pbx in pbxs:
        glyph, words, style = link_piece(pbx)
        left += [Piece(pbx.name, "bold", elastic=True), Piece(f"{glyph} {words}", style, gap=1)]
    right = []
    if len(pbxs) == 1:
        pbx = pbxs[0]
        left += _identity(pbx)
        if pbx.link.state is LinkState.LIVE:
            right += _figures(pbx)
    clock = time.strftime("%H:%M:%S", time.localtime(pbxs[0].wall_of(pbxs[0].clock()))) if pbxs else ""
    return left, [*right, Piece(clock, MUTED, drop=2, gap=4)]


def _identity(pbx: LivePbx) -> list[Piece]:
    info = pbx.info
    pieces = []
    if info.asterisk:
        pieces.append(Piece(f"Asterisk {version_words(info.asterisk)}", MUTED, drop=4))
    if info.started is not None and pbx.link.state is LinkState.LIVE:
        pieces.append(Piece(f"up {hms(pbx.wall_of(pbx.clock()) - info.started)}", MUTED, drop=7))
    return pieces


def _figures(pbx: LivePbx) -> list[Piece]:
    health = pbx.health
    differed = pbx.store.drift.differed + pbx.store.queue_drift.differed
    pieces = []
    if health.rtt is not None:
        slow = health.rtt > 1.0
        pieces.append(Piece(f"RTT {milliseconds(health.rtt)}", WARN if slow else MUTED, drop=0 if slow else 6))
    pieces.append(Piece(f"{health.events_per_second:.0f} ev/s", MUTED, drop=8))
    drifted = differed >= MANY_DRIFTS
    pieces.append(Piece(f"drift {differed}", WARN if drifted else MUTED, drop=1 if drifted else 9))
    if health.faults:
        pieces.append(Piece(f"faults {health.faults}", BAD, drop=1))
    return pieces
